"""Reads requests that offer another protocol as if they offered none: ``Upgrade`` is an offer, and we take none up.

Java's own HTTP client offers HTTP/2 with every request over plain ``http``, and so does ``curl --http2``. The parser
below takes every offer for accepted: it ends the request with its head, and the body is lost. So a head with an offer
is read once more, by a fresh parser and without the offer; what follows it is then read as the body that it is.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

import httptools

_OFFERS = (b"upgrade", b"http2-settings")


class Reader(Protocol):
    """Whom the parser tells what it reads."""

    offer: bytes | None
    """The head to be read once more; set when a head is complete that has an offer in it."""


class RequestParser:
    """The parser of one connection's requests."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._parser = _new_parser(reader)

    def feed_data(self, data: bytes) -> None:
        """Read on. Raises HttpParserUpgrade for CONNECT alone."""
        rest = memoryview(data)
        while True:
            try:
                self._parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                head, self._reader.offer = self._reader.offer, None
                if head is None:
                    raise
                self._parser = _new_parser(self._reader)
                self._parser.feed_data(head)
                rest = rest[upgrade.args[0] :]
            else:
                return

    def get_method(self) -> bytes:
        """Of the request whose head is complete."""
        return self._parser.get_method()

    def get_http_version(self) -> str:
        """Of the same request, such as ``1.1``."""
        return self._parser.get_http_version()

    def should_keep_alive(self) -> bool:
        """Whether another request may follow it."""
        return self._parser.should_keep_alive()

    def should_upgrade(self) -> bool:
        """Whether it offers another protocol, or is a CONNECT."""
        return self._parser.should_upgrade()


def without_offers(
    method: bytes, target: bytes, version: str, headers: Iterable[tuple[bytes, bytes]]
) -> bytes:
    """The head of a request without what offers another protocol. The names of ``headers`` are in lower case."""
    lines = [b"%b %b HTTP/%b" % (method, target, version.encode())]
    lines += [b"%b: %b" % (name, value) for name, value in _kept(headers)]
    return b"\r\n".join([*lines, b"", b""])


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        if name == b"connection":
            tokens = [token.strip() for token in value.split(b",")]
            value = b", ".join(token for token in tokens if token.lower() not in _OFFERS)
        if name not in _OFFERS:
            yield name, value


def _new_parser(reader: Reader) -> httptools.HttpRequestParser:
    parser = httptools.HttpRequestParser(reader)
    # As the web server has it: a request may follow one that wanted the connection closed.
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser
