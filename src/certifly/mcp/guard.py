"""Who may put a message to the door, and how much of it at once.

A message is looked at before the protocol's library sees it: whether it came by our own address (a page in somebody's
browser must not reach a server on their machine through a name that it makes point there), how large it is, and how
many are being answered already. Callers without a token that we know share limits by their address; a token has its
own limit, which the API keeps.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

MESSAGE_BYTES_MAX = 2 * 1024 * 1024
"""Largest message: a file of a certificate in Base64, or a list of some thousand rows."""

BYTES_HELD_MAX = 16 * MESSAGE_BYTES_MAX
"""Of all messages together, those on their way as far as they have come."""

ANONYMOUS_BYTES_HELD_MAX = BYTES_HELD_MAX // 2
"""Of these, from callers without a token: whose message stops half-way holds its bytes for half a minute."""

CALLS_AT_ONCE_MAX = 64
"""Messages being answered in one process."""

ANONYMOUS_AT_ONCE_MAX = 32
"""Of these, from callers without a token: who has one is not kept out by those who have none."""

ANONYMOUS_CALLS_A_MINUTE = 600
"""Messages a minute from one address without a token; to connect takes a client about five."""

ANONYMOUS_CALL_BYTES = 64 * 1024
"""How much of a message counts as one: to read a long one takes time in which nobody else is answered."""

RETRY_AFTER_SECONDS = 2

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")
_IPV6_NETWORK_BITS = 64


class NotAdmitted(Exception):
    """A message is turned away before it is read; the text says why and what to do."""

    def __init__(
        self, status: int, code: str, message: str, *, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_seconds = retry_after_seconds


class OwnAddresses:
    """The names by which this installation may be called."""

    def __init__(self, public_url: str) -> None:
        parts = urlsplit(public_url.lower())
        self._public_url = public_url
        self._hosts = {parts.netloc}
        default_port = _DEFAULT_PORTS[parts.scheme]
        if parts.port is None:
            self._hosts.add(f"{parts.netloc}:{default_port}")
        elif parts.port == default_port:
            self._hosts.add(parts.netloc.rpartition(":")[0])
        self._scheme = parts.scheme
        self._is_local = _LOOPBACK.fullmatch(parts.netloc) is not None

    def check_host(self, host: str | None) -> None:
        """Raises NotAdmitted for a name that is not ours.

        A name of the machine itself is always taken: a proxy in front may use it, and no page from elsewhere can
        have it.
        """
        name = (host or "").strip().lower()
        if name not in self._hosts and not _LOOPBACK.fullmatch(name):
            raise NotAdmitted(
                421,
                "host_unknown",
                f"The host {name[:100]!r} is not that of this installation, {self._public_url}. Call it by "
                "that address; if you operate it, see CERTIFLY_PUBLIC_URL, or let the proxy pass on the Host header.",
            )

    def check_origin(self, origin: str | None) -> None:
        """Raises NotAdmitted for a page of somebody else. What is no browser sends no origin."""
        if origin is None:
            return
        scheme, _, host = origin.strip().lower().partition("://")
        is_ours = scheme == self._scheme and host in self._hosts
        is_local = self._is_local and scheme in _DEFAULT_PORTS and _LOOPBACK.fullmatch(host) is not None
        if not is_ours and not is_local:
            raise NotAdmitted(
                403,
                "origin_refused",
                f"Pages of the origin {origin[:100]!r} may not call this server; only programs, and pages of "
                f"{self._public_url}.",
            )


class Load:
    """What the messages of one process weigh."""

    def __init__(self) -> None:
        self.bytes_held = 0
        self.anonymous_bytes_held = 0
        self.under_way = 0
        self.anonymous_under_way = 0

    @contextmanager
    def holding(self, *, is_known: bool) -> Iterator[Callable[[int], None]]:
        """Count the bytes of one message as they arrive, until the block ends. Raises NotAdmitted for too many."""
        held = 0

        def take(count: int) -> None:
            nonlocal held
            if self.bytes_held + count > BYTES_HELD_MAX:
                raise _busy()
            if not is_known and self.anonymous_bytes_held + count > ANONYMOUS_BYTES_HELD_MAX:
                raise _busy()
            self.bytes_held += count
            self.anonymous_bytes_held += 0 if is_known else count
            held += count

        try:
            yield take
        finally:
            self.bytes_held -= held
            self.anonymous_bytes_held -= 0 if is_known else held

    @contextmanager
    def turn(self, *, is_known: bool) -> Iterator[None]:
        """The time in which one message is answered. Raises NotAdmitted for too many."""
        if self.under_way >= CALLS_AT_ONCE_MAX:
            raise _busy()
        if not is_known and self.anonymous_under_way >= ANONYMOUS_AT_ONCE_MAX:
            raise _busy()
        self.under_way += 1
        self.anonymous_under_way += not is_known
        try:
            yield
        finally:
            self.under_way -= 1
            self.anonymous_under_way -= not is_known


def is_id(value: object) -> bool:
    """Whether this can be the id of a message. The library takes a message with any other for a notification."""
    return isinstance(value, str | int) and not isinstance(value, bool)


def network_of(client: tuple[str, int] | None) -> str:
    """What tells callers without a token apart: the address; of IPv6 the network, which a household has whole."""
    if client is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return client[0]
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_NETWORK_BITS), strict=False))


def _busy() -> NotAdmitted:
    return NotAdmitted(
        503,
        "overloaded",
        "Many calls are being answered. Repeat this one in a moment.",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )
