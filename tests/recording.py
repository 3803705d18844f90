"""A wire that remembers: passes bytes on between a client and a server, unchanged, and tells what was said.

It understands nothing while it passes on, so the server gets exactly what the client sent. What was said is read from
the bytes when the connection has ended.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import h11

WAIT_SECONDS = 30
PIECE_BYTES = 65536


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they were on the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes


@dataclass
class Recording:
    """What has been said so far."""

    base_url: str
    _exchanges: list[Exchange] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self, exchange: Exchange) -> None:
        """Remember one more."""
        with self._changed:
            self._exchanges.append(exchange)
            self._changed.notify_all()

    def take(self) -> Exchange:
        """The one exchange since the last time; waits until its connection has ended."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._exchanges, WAIT_SECONDS), "nobody has called"
            [found] = self._exchanges
            self._exchanges.clear()
        return found


@contextmanager
def recording(upstream: tuple[str, int]) -> Iterator[Recording]:
    """Listen on a port of its own, and pass everything on to ``upstream``."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            said, answered = bytearray(), bytearray()
            with socket.create_connection(upstream) as server:
                answers = threading.Thread(target=_pass_on, args=(server, self.request, answered))
                answers.start()
                _pass_on(self.request, server, said)
                answers.join()
            heard.add(_read(bytes(said), bytes(answered)))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        heard = Recording(f"http://127.0.0.1:{listening.server_address[1]}")
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield heard
        finally:
            listening.shutdown()
            thread.join()


def _pass_on(source: Any, target: Any, remembered: bytearray) -> None:
    while piece := source.recv(PIECE_BYTES):
        remembered += piece
        target.sendall(piece)
    target.shutdown(socket.SHUT_WR)


def _read(said: bytes, answered: bytes) -> Exchange:
    request, body = _message(h11.Connection(h11.SERVER), said)
    assert isinstance(request, h11.Request)
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=request.method, target=request.target, headers=[("Host", "recorded")]))
    client.send(h11.EndOfMessage())
    response, answer = _message(client, answered)
    assert isinstance(response, h11.Response)
    return Exchange(
        request.method.decode(),
        request.target.decode(),
        {name.decode(): value.decode() for name, value in request.headers},
        body,
        response.status_code,
        answer,
    )


def _message(connection: h11.Connection, sent: bytes) -> tuple[h11.Request | h11.Response, bytes]:
    connection.receive_data(sent)
    head: h11.Request | h11.Response | None = None
    body = bytearray()
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.Request | h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        else:
            assert isinstance(event, h11.InformationalResponse), "the connection ended too early"
    assert head is not None
    assert connection.trailing_data == (b"", False), "more than one request on a connection"
    return head, bytes(body)
