"""The guard of the door: whose address, which page, how much at once."""

from contextlib import ExitStack

import pytest

from certifly.core.errors import Overloaded
from certifly.mcp.guard import (
    ANONYMOUS_AT_ONCE_MAX,
    ANONYMOUS_AT_ONCE_SHARE,
    ANONYMOUS_BYTES_HELD_MAX,
    ANONYMOUS_BYTES_HELD_SHARE,
    BYTES_HELD_MAX,
    CALLS_AT_ONCE_MAX,
    MESSAGE_BYTES_MAX,
    Load,
    NotAdmitted,
    OwnAddresses,
)
from certifly.web.admission import PlacesTaken, ShareExceeded

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
    ("networks", "most", "refusal"),
    [
        ([None], BYTES_HELD_MAX, PlacesTaken),
        (["a"], ANONYMOUS_BYTES_HELD_SHARE, ShareExceeded),
        ([str(number) for number in range(8)], ANONYMOUS_BYTES_HELD_MAX, PlacesTaken),
    ],
    ids=["token", "one stranger", "strangers"],
)
def test_so_many_bytes_are_held_and_no_more(
    networks: list[str | None], most: int, refusal: type[Overloaded]
) -> None:
    load = Load()
    with ExitStack() as messages:
        for network in networks:
            messages.enter_context(load.holding(network))(most // len(networks))
        other = networks[0] if len(networks) == 1 else "another"
        with load.holding(other) as take_more, pytest.raises(refusal) as refused:
            take_more(1)

    assert refused.value.retry_after_seconds
    assert load.bytes_held == 0


def test_who_sends_half_a_message_without_a_token_keeps_nobody_out_who_has_one() -> None:
    load = Load()
    with ExitStack() as messages:
        while load.bytes_held < ANONYMOUS_BYTES_HELD_MAX:
            network = str(load.bytes_held)
            messages.enter_context(load.holding(network))(ANONYMOUS_BYTES_HELD_SHARE)
        messages.enter_context(load.holding(None))(BYTES_HELD_MAX - ANONYMOUS_BYTES_HELD_MAX)


def test_one_stranger_does_not_keep_another_out() -> None:
    load = Load()
    with ExitStack() as messages:
        messages.enter_context(load.holding("hostile"))(ANONYMOUS_BYTES_HELD_SHARE)
        messages.enter_context(load.holding("honest"))(MESSAGE_BYTES_MAX)
        for _ in range(ANONYMOUS_AT_ONCE_SHARE):
            messages.enter_context(load.turn("hostile"))
        with pytest.raises(ShareExceeded):
            messages.enter_context(load.turn("hostile"))
        messages.enter_context(load.turn("honest"))


@pytest.mark.parametrize(
    ("networks", "most", "refusal"),
    [
        ([None], CALLS_AT_ONCE_MAX, PlacesTaken),
        (["a"], ANONYMOUS_AT_ONCE_SHARE, ShareExceeded),
        (["a", "b", "c", "d"], ANONYMOUS_AT_ONCE_MAX, PlacesTaken),
    ],
    ids=["token", "one stranger", "strangers"],
)
def test_so_many_calls_are_answered_at_once_and_no_more(
    networks: list[str | None], most: int, refusal: type[Overloaded]
) -> None:
    load = Load()
    with ExitStack() as turns:
        for number in range(most):
            turns.enter_context(load.turn(networks[number % len(networks)]))
        with pytest.raises(refusal):
            turns.enter_context(load.turn(networks[0] if len(networks) == 1 else "another"))

    assert load.under_way == 0


def test_who_has_no_token_keeps_nobody_out_who_has_one() -> None:
    load = Load()
    with ExitStack() as turns:
        for number in range(ANONYMOUS_AT_ONCE_MAX):
            turns.enter_context(load.turn(str(number)))
        for _ in range(CALLS_AT_ONCE_MAX - ANONYMOUS_AT_ONCE_MAX):
            turns.enter_context(load.turn(None))

        with pytest.raises(PlacesTaken):
            turns.enter_context(load.turn(None))
