"""A small, fast load generator: keep-alive connections that each send the next request when answered.

Written on asyncio protocols, since a generator slower than the server measures itself.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Load:
    """What came of a run."""

    answers: int
    seconds: float
    latencies_ms: list[float]
    statuses: dict[int, int]

    @property
    def per_second(self) -> float:
        """Answers a second over the whole run."""
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds that this share of the answers did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Connection(asyncio.Protocol):
    def __init__(self, next_request: Callable[[], bytes | None], done: asyncio.Future[None]) -> None:
        self._next_request = next_request
        self._done = done
        self._buffer = b""
        self._sent_at = 0.0
        self.latencies_ms: list[float] = []
        self.statuses: dict[int, int] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(body) < length:
            return
        self._buffer = body[length:]
        self.latencies_ms.append((time.perf_counter() - self._sent_at) * 1000)
        status = int(head[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self._done.done():
            self._done.set_result(None)

    def _send(self) -> None:
        request = self._next_request()
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def run_load(port: int, request: Callable[[int], bytes], *, answers: int, connections: int) -> Load:
    """Send ``answers`` requests (``request`` gets their number) over so many connections at once."""
    sent = iter(range(answers))

    def next_request() -> bytes | None:
        number = next(sent, None)
        return None if number is None else request(number)

    async def main() -> tuple[float, list[_Connection]]:
        loop = asyncio.get_running_loop()
        opened = []
        started = time.perf_counter()
        for _ in range(connections):
            done: asyncio.Future[None] = loop.create_future()
            _, protocol = await loop.create_connection(
                partial(_Connection, next_request, done), "127.0.0.1", port
            )
            opened.append((done, protocol))
        await asyncio.gather(*(done for done, _ in opened))
        return time.perf_counter() - started, [protocol for _, protocol in opened]

    seconds, protocols = asyncio.run(main())
    latencies = [value for protocol in protocols for value in protocol.latencies_ms]
    statuses: dict[int, int] = {}
    for protocol in protocols:
        for status, count in protocol.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return Load(len(latencies), seconds, latencies, statuses)


def http_request(
    method: str,
    path: str,
    *,
    token: str | None = None,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
