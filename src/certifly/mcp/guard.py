"""Who may put a message to the door, and how much of it at once.

A message is looked at before the protocol's library sees it: whether it came by our own address (a page in somebody's
browser must not reach a server on their machine through a name that it makes point there), how large it is, and how
many are being answered already. Callers without a token that we know share limits by their address; a token has its
own limit, which the API keeps.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from certifly.web.admission import Budget

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

ANONYMOUS_BYTES_HELD_SHARE = 2 * MESSAGE_BYTES_MAX
"""Of these, from one network address."""

ANONYMOUS_AT_ONCE_SHARE = 8
"""Messages from one network address without a token that are answered at the same time."""

ANONYMOUS_CALLS_A_MINUTE = 600
"""Messages a minute from one address without a token; to connect takes a client about five."""

ANONYMOUS_CALL_BYTES = 64 * 1024
"""How much of a message counts as one: to read a long one takes time in which nobody else is answered."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")


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
    """What the messages of one process weigh. A caller without a token is named by its network, others by None."""

    def __init__(self) -> None:
        self._bytes = Budget(BYTES_HELD_MAX, share=BYTES_HELD_MAX, what="messages")
        self._anonymous_bytes = Budget(
            ANONYMOUS_BYTES_HELD_MAX, share=ANONYMOUS_BYTES_HELD_SHARE, what="messages without a token"
        )
        self._calls = Budget(CALLS_AT_ONCE_MAX, share=CALLS_AT_ONCE_MAX, what="messages")
        self._anonymous_calls = Budget(
            ANONYMOUS_AT_ONCE_MAX, share=ANONYMOUS_AT_ONCE_SHARE, what="messages without a token"
        )

    @property
    def bytes_held(self) -> int:
        """Of messages that arrive or are being answered."""
        return self._bytes.held

    @property
    def under_way(self) -> int:
        """Messages that are being answered."""
        return self._calls.held

    @contextmanager
    def holding(self, network: str | None) -> Iterator[Callable[[int], None]]:
        """Count the bytes of one message as they arrive, until the block ends.

        The yielded function raises ShareExceeded and PlacesTaken for too many.
        """
        with _both(self._bytes, self._anonymous_bytes, network) as add:
            yield add

    @contextmanager
    def turn(self, network: str | None) -> Iterator[None]:
        """The time in which one message is answered. Raises ShareExceeded and PlacesTaken for too many."""
        with _both(self._calls, self._anonymous_calls, network) as add:
            add(1)
            yield


@contextmanager
def _both(every: Budget, anonymous: Budget, network: str | None) -> Iterator[Callable[[int], None]]:
    """Hold something of the budget of all, and without a token of that of strangers too."""
    with every.holding(None) as add, anonymous.holding(network) as add_anonymous:

        def add_both(amount: int) -> None:
            if network is not None:
                add_anonymous(amount)
            add(amount)

        yield add_both


def is_id(value: object) -> bool:
    """Whether this can be the id of a message. The library takes a message with any other for a notification."""
    return isinstance(value, str | int) and not isinstance(value, bool)
