"""What one connection may do before and beside the application: how long a head may be, and how long it may take.

The web server leaves both open, so that one client could fill the memory with a header that never ends, or
hold connections, and the answers in them, for ever by sending or taking nothing. What it cannot read at all it
answers in words of its own; here that answer gets the one shape of errors.
"""

import asyncio
import json
import uuid
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from certifly.web.parser import RequestParser, without_offers
from certifly.web.phrases import phrase_of

HEAD_BYTES_MAX = 64 * 1024
"""Longest request line with all headers; and the longest that fields behind a body may be, which nobody reads."""

WAITING_MAX = 100
"""Requests of one connection that may be sent before the answers to earlier ones: each of them is kept, and takes
a hundred times the room that it took on the wire."""

HEAD_SECONDS_MAX = 20.0
"""How long a head may take to arrive, and how long what is left of an answered request is read on."""

TAKING_SECONDS_MAX = 300.0
"""How long a client may take over what was sent to it: a picture, over a very slow line."""

_MESSAGES = {
    400: ("bad_request", "This is not a request of HTTP/1.1."),
    408: ("head_too_slow", "The head of the request did not arrive in time."),
    431: (
        "head_too_large",
        f"The head of the request is too large; at most {HEAD_BYTES_MAX} bytes are accepted.",
    ),
}


class Connection(HttpToolsProtocol):
    """One client's connection, within limits."""

    head_seconds_max = HEAD_SECONDS_MAX
    taking_seconds_max = TAKING_SECONDS_MAX

    offer: bytes | None = None
    _chunk_bytes = 0
    _head_bytes = 0
    _trailer_bytes = 0
    _in_head = True
    _in_trailer = False
    _has_begun = False
    _is_too_large = False
    _deadline: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser = RequestParser(self)  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come; it has little time to say what it wants."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._stop_waiting()
        if self._taking is not None:
            self._taking.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client takes nothing more for now; our answer waits in memory."""
        super().pause_writing()
        self._taking = self.loop.call_later(self.taking_seconds_max, self.transport.abort)

    def resume_writing(self) -> None:
        """It goes on."""
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has become too long or what was asked for is refused already."""
        if self.transport.is_closing():
            return
        self._chunk_bytes = len(data)
        was_in_trailer = self._in_trailer
        super().data_received(data)
        if self.transport.is_closing():
            return
        if was_in_trailer and self._in_trailer:
            self._trailer_bytes += len(data)
            if self._trailer_bytes > HEAD_BYTES_MAX:
                self._refuse(431)
                return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._refuse(431)
            elif self._head_bytes or self._has_begun:
                self._wait()
        elif self._is_idle():
            self._wait()  # what is left of a body whose request is answered already

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._has_begun = True

    def on_headers_complete(self) -> None:
        """The head is whole; one that came in a single piece was not measured yet."""
        method = self.parser.get_method()
        if self.parser.should_upgrade() and method != b"CONNECT":
            self.offer = without_offers(method, self.url, self.parser.get_http_version(), self.headers)
            return  # it will be read once more
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > HEAD_BYTES_MAX:
            self._is_too_large = True
            raise ValueError("the head is too large")  # the parser ends, and send_400_response is called
        if len(self.pipeline) >= WAITING_MAX:
            raise ValueError("too many requests wait")
        self._in_head = self._has_begun = False
        self._stop_waiting()
        super().on_headers_complete()
        self.headers = []  # fields behind the body are no headers: whoever looked at the head has not seen them

    def on_chunk_header(self) -> None:
        """A chunk begins. The last one has no body: behind it come fields, or the end."""
        self._in_trailer = True

    def on_body(self, body: bytes) -> None:
        """Bytes of the body."""
        self._in_trailer = False
        self._trailer_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The body is whole: what follows is the head of another request."""
        if self.offer is not None:
            return
        self._in_head = True
        self._in_trailer = False
        self._trailer_bytes = 0
        self._head_bytes = -self._chunk_bytes  # what came with the body counts as nothing
        self._stop_waiting()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the server names it
        """The server could not read the request; ``msg`` are its own words for it, which nobody needs."""
        self._refuse(431 if self._is_too_large else 400)

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds_max, self._lose_patience)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _lose_patience(self) -> None:
        self._deadline = None
        if not self._is_idle():
            self._wait()  # an earlier request is still being answered
        elif self._in_head and (self._head_bytes or self._has_begun):
            self._refuse(408)
        else:
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _refuse(self, status: int) -> None:
        """Answer in the one shape of errors, and end the connection: where the next request begins is unknown."""
        self._stop_waiting()
        if self._is_idle():
            self.transport.write(_answer(status))
        self.transport.close()


def _answer(status: int) -> bytes:
    code, message = _MESSAGES[status]
    request_id = uuid.uuid4().hex
    body = json.dumps({"message": message, "errors": {}, "code": code, "request_id": request_id}).encode()
    head = (
        f"HTTP/1.1 {status} {phrase_of(status)}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\nx-request-id: {request_id}\r\n"
        "x-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
