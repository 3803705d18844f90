"""Callers without a token are told apart by their network address, and cannot choose it."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from certifly.core.settings import Settings
from certifly.web.client_address import network_of
from tests.cast import SECRET_KEY


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:c000:207", "192.0.2.7"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "unknown"),
        ("192.0.2.7.5", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_is_its_network(address: str, network: str) -> None:
    assert network_of({"client": (address, 1)}) == network


def test_a_connection_without_an_address_is_unknown() -> None:
    assert network_of({"client": None}) == network_of({}) == "unknown"


@given(network=st.integers(0, 2**64 - 1), one=st.integers(0, 2**64 - 1), other=st.integers(0, 2**64 - 1))
def test_all_addresses_of_an_ipv6_network_share(network: int, one: int, other: int) -> None:
    if network == 0:  # ::/64 holds the IPv4-mapped addresses
        network = 1
    spelled = [
        ":".join(f"{(network << 64 | part) >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
        for part in (one, other)
    ]

    assert network_of({"client": (spelled[0], 1)}) == network_of({"client": (spelled[1], 2)})


def behind(trusted: str, peer: str, *forwarded: str) -> str:
    """The network of a request that ``peer`` has sent, with these X-Forwarded-For headers."""
    settings = Settings.from_environment(
        {"CERTIFLY_SECRET_KEY": SECRET_KEY, "CERTIFLY_TRUSTED_PROXIES": trusted}
    )
    seen: list[str] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(network_of(scope))

    scope: dict[str, Any] = {
        "type": "http",
        "client": (peer, 1),
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }
    middleware = ProxyHeadersMiddleware(app, list(settings.trusted_proxies))  # type: ignore[arg-type]
    asyncio.run(middleware(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "network"),
    [
        # A proxy on this machine is trusted by default, nobody else.
        ("", "127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("", "::1", ["198.51.100.7"], "198.51.100.7"),
        ("", "203.0.113.9", ["198.51.100.7"], "203.0.113.9"),
        ("none", "127.0.0.1", ["198.51.100.7"], "127.0.0.1"),
        ("10.0.0.0/8", "10.2.3.4", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.0/8", "11.2.3.4", ["198.51.100.7"], "11.2.3.4"),
        ("2001:db8::/32, 10.0.0.1", "2001:db8::5", ["2001:db9::1"], "2001:db9::/64"),
        # What the visitor wrote stands left of what the proxy added.
        ("10.0.0.1", "10.0.0.1", ["1.2.3.4, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", "10.0.0.1", ["1.2.3.4", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1,10.0.0.2", "10.0.0.1", ["1.2.3.4, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        # Some proxies add a port, which is another one for each connection.
        ("10.0.0.1", "10.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("10.0.0.1", "10.0.0.1", ["[2001:db9::1]:4711"], "2001:db9::/64"),
        ("10.0.0.1", "10.0.0.1", ["_hidden"], "unknown"),
        ("10.0.0.1", "10.0.0.1", [], "10.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_who_called(
    trusted: str, peer: str, forwarded: list[str], network: str
) -> None:
    assert behind(trusted, peer, *forwarded) == network
