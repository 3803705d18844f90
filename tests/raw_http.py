"""HTTP as bytes on a socket, for requests that no client library would send."""

import json
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ANSWER_SECONDS = 15


@dataclass(frozen=True)
class RawAnswer:
    """What came back, as far as the client understood it."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


def send(base_url: str, *pieces: bytes, wait_between: float = 0) -> RawAnswer:
    """Send the pieces on a connection of their own, and read until the server closes it."""
    address = urlsplit(base_url)
    assert address.hostname and address.port
    started = time.monotonic()
    with socket.create_connection((address.hostname, address.port), timeout=ANSWER_SECONDS) as connection:
        try:
            for number, piece in enumerate(pieces):
                time.sleep(wait_between if number else 0)
                connection.sendall(piece)
        except OSError:
            pass  # the server has heard enough; what it said is read below
        received = _read_all(connection)
    return parse(received, seconds=time.monotonic() - started)


def parse(received: bytes, *, seconds: float = 0) -> RawAnswer:
    """The first answer in these bytes; interim ones (1xx) are skipped."""
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    if first.split(" ")[1].startswith("1"):
        return parse(body, seconds=seconds)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return RawAnswer(int(first.split(" ")[1]), headers, body, seconds)


def _read_all(connection: socket.socket) -> bytes:
    received = bytearray()
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return bytes(received)
        if not piece:
            return bytes(received)
        received += piece
