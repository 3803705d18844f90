"""The guard of the door: whose address, which page, how much at once."""

from contextlib import ExitStack

import pytest

from certifly.mcp.guard import (
    ANONYMOUS_AT_ONCE_MAX,
    ANONYMOUS_BYTES_HELD_MAX,
    BYTES_HELD_MAX,
    CALLS_AT_ONCE_MAX,
    Load,
    NotAdmitted,
    OwnAddresses,
    network_of,
)

PUBLIC = "https://certificates.example.org"
LOCAL = "http://localhost:8000"


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        (PUBLIC, "certificates.example.org"),
        (PUBLIC, "CERTIFICATES.example.org:443"),
        (f"{PUBLIC}:443", "certificates.example.org"),
        (f"{PUBLIC}:8443/certifly", "certificates.example.org:8443"),
        ("http://certificates.example.org:80", "certificates.example.org"),
        ("http://[2001:db8::1]:8000", "[2001:db8::1]:8000"),
        (PUBLIC, "127.0.0.1:8000"),
        (LOCAL, "[::1]:8000"),
    ],
)
def test_our_own_names_are_taken(public_url: str, host: str) -> None:
    OwnAddresses(public_url).check_host(host)


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        (PUBLIC, "certificates.example.org:80"),
        (PUBLIC, "certificates.example.org.evil.example"),
        (PUBLIC, "evil.example"),
        (PUBLIC, None),
        (f"{PUBLIC}:8443", "certificates.example.org"),
        (LOCAL, "localhost.evil.example"),
        (LOCAL, "localhost:8000:8000"),
    ],
)
def test_other_names_are_turned_away(public_url: str, host: str | None) -> None:
    with pytest.raises(NotAdmitted) as refused:
        OwnAddresses(public_url).check_host(host)

    assert refused.value.status == 421 and public_url in refused.value.message


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        (PUBLIC, None),
        (PUBLIC, "https://certificates.example.org"),
        (f"{PUBLIC}/certifly", "https://certificates.example.org"),
        (LOCAL, "http://127.0.0.1:6274"),
        (LOCAL, "https://localhost"),
    ],
)
def test_programs_and_our_own_pages_are_taken(public_url: str, origin: str | None) -> None:
    OwnAddresses(public_url).check_origin(origin)


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [
        (PUBLIC, "http://certificates.example.org"),
        (PUBLIC, "https://certificates.example.org:8443"),
        (PUBLIC, "http://localhost:8000"),
        (PUBLIC, "null"),
        (PUBLIC, ""),
        (LOCAL, "http://localhost.evil.example"),
        (LOCAL, "chrome-extension://localhost"),
    ],
)
def test_pages_of_others_are_turned_away(public_url: str, origin: str) -> None:
    with pytest.raises(NotAdmitted) as refused:
        OwnAddresses(public_url).check_origin(origin)

    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("is_known", "most"),
    [(True, BYTES_HELD_MAX), (False, ANONYMOUS_BYTES_HELD_MAX)],
    ids=["token", "no token"],
)
def test_so_many_bytes_are_held_and_no_more(is_known: bool, most: int) -> None:
    load = Load()
    with load.holding(is_known=is_known) as take:
        take(most)
        with load.holding(is_known=is_known) as take_more, pytest.raises(NotAdmitted) as refused:
            take_more(1)

    assert refused.value.status == 503 and refused.value.retry_after_seconds
    assert load.bytes_held == load.anonymous_bytes_held == 0


def test_who_sends_half_a_message_without_a_token_keeps_nobody_out_who_has_one() -> None:
    load = Load()
    with load.holding(is_known=False) as take, load.holding(is_known=True) as take_known:
        take(ANONYMOUS_BYTES_HELD_MAX)
        take_known(BYTES_HELD_MAX - ANONYMOUS_BYTES_HELD_MAX)


@pytest.mark.parametrize(
    ("is_known", "most"),
    [(True, CALLS_AT_ONCE_MAX), (False, ANONYMOUS_AT_ONCE_MAX)],
    ids=["token", "no token"],
)
def test_so_many_calls_are_answered_at_once_and_no_more(is_known: bool, most: int) -> None:
    load = Load()
    with ExitStack() as turns:
        for _ in range(most):
            turns.enter_context(load.turn(is_known=is_known))
        with pytest.raises(NotAdmitted):
            turns.enter_context(load.turn(is_known=is_known))

    assert load.under_way == load.anonymous_under_way == 0


def test_who_has_no_token_keeps_nobody_out_who_has_one() -> None:
    load = Load()
    with ExitStack() as turns:
        for _ in range(ANONYMOUS_AT_ONCE_MAX):
            turns.enter_context(load.turn(is_known=False))
        for _ in range(CALLS_AT_ONCE_MAX - ANONYMOUS_AT_ONCE_MAX):
            turns.enter_context(load.turn(is_known=True))

        with pytest.raises(NotAdmitted):
            turns.enter_context(load.turn(is_known=True))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_strangers_are_told_apart_by_their_network(address: str, network: str) -> None:
    assert network_of((address, 1)) == network
    assert network_of(None) == "unknown"
