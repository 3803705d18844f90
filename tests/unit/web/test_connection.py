"""A connection's limits in time and size, on a real server with little patience."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from certifly.web.connection import HEAD_BYTES_MAX, WAITING_MAX, Connection
from tests.raw_http import parse, send

PATIENCE_SECONDS = 0.4
OK = b"HTTP/1.1 200 OK"
LARGE = 40_000_000
A_BODY_IN_CHUNKS = (
    b"POST /names HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
)
"""But for the fields that may stand behind it, and the line that ends them."""


class Hasty(Connection):
    """The same with little patience."""

    head_seconds_max = PATIENCE_SECONDS
    taking_seconds_max = 2 * PATIENCE_SECONDS


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers at once; on /slow after longer than a head may take; on /large with more than a socket holds; on
    /names with the names of the headers, once the body is whole."""
    if scope["path"] == "/slow":
        await asyncio.sleep(2 * PATIENCE_SECONDS)
    body = bytes(LARGE) if scope["path"] == "/large" else b""
    if scope["path"] == "/names":
        while (message := await receive()).get("more_body"):
            pass
        body = (
            b" ".join(name for name, _ in scope["headers"]) if message["type"] == "http.request" else b"gone"
        )
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, http=Hasty, ws="none", lifespan="off", log_config=None, timeout_keep_alive=30
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def a_head_of(size: int) -> bytes:
    """A request whose line and headers are this long, as the limit counts them."""
    head = b"GET / HTTP/1.1\r\nConnection: close\r\nX-Long: "
    counted = len(b"/") + len(b"Connection: close\r\n") + len(b"X-Long: \r\n")
    return head + b"a" * (size - counted) + b"\r\n\r\n"


def received(
    address: str, *pieces: bytes, wait_between: float = 0, seconds: float = 5
) -> tuple[bytes, float]:
    """Everything the server sent until it closed, and how long that took."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        for number, piece in enumerate(pieces):
            time.sleep(wait_between if number else 0)
            connection.sendall(piece)
        started = time.monotonic()
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer, time.monotonic() - started


def test_a_head_may_be_as_long_as_the_limit_and_no_longer(address: str) -> None:
    assert send(address, a_head_of(HEAD_BYTES_MAX)).status == 200
    assert send(address, a_head_of(HEAD_BYTES_MAX + 1)).status == 431


def test_an_offer_of_another_protocol_makes_no_head_shorter(address: str) -> None:
    offering = b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n"

    assert send(address, a_head_of(HEAD_BYTES_MAX).replace(b"Connection: close\r\n", offering)).status == 200
    assert (
        send(address, a_head_of(HEAD_BYTES_MAX + 1).replace(b"Connection: close\r\n", offering)).status == 431
    )


def test_a_head_that_never_ends_is_refused_as_it_grows(address: str) -> None:
    answer = send(address, b"GET / HTTP/1.1\r\n", *[b"X: " + b"a" * 5000 + b"\r\n"] * 14, wait_between=0.005)

    assert answer.status == 431
    assert answer.json()["code"] == "head_too_large"


def test_who_says_nothing_is_left(address: str) -> None:
    answer, seconds = received(address)

    assert answer == b""
    assert seconds >= 0.9 * PATIENCE_SECONDS


@pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\r\n"])
def test_a_head_that_stops_half_way_is_told_so(address: str, begun: bytes) -> None:
    answer, _ = received(address, begun)

    assert parse(answer).status == 408
    assert parse(answer).json()["code"] == "head_too_slow"


def test_a_head_that_trickles_is_told_so_too(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        answer = b""
        connection.sendall(b"GET / HTTP/1.1\r\n")
        connection.settimeout(0.1)
        for _ in range(20):
            try:
                connection.sendall(b"X-Drop: a\r\n")
                answer = connection.recv(65536)
            except TimeoutError:
                continue
            break

    assert parse(answer).status == 408


def test_the_answer_may_take_longer_than_the_head(address: str) -> None:
    answer, _ = received(address, b"GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.startswith(OK)


def test_half_a_second_request_does_not_cut_the_answer_to_the_first(address: str) -> None:
    answer, _ = received(address, b"GET /slow HTTP/1.1\r\n\r\nGET /half HTTP/1.1\r\n")

    assert answer.startswith(OK)
    assert answer.count(b"HTTP/1.1") == 2
    assert b"408 Request Timeout" in answer


def test_so_many_requests_may_wait_for_their_answers_and_no_more(address: str) -> None:
    slow, next_one = b"GET /slow HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"

    near, _ = received(address, slow + next_one * (WAITING_MAX - 1) + last)
    far, _ = received(address, slow + next_one * WAITING_MAX + last)

    assert near.count(OK) == WAITING_MAX + 1
    assert far == b""  # hung up on, before the first was answered


def test_rubbish_after_a_request_ends_the_connection(address: str) -> None:
    answer, _ = received(address, b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff", wait_between=0.1)

    assert answer.startswith(OK)
    assert b"400 Bad Request" in answer


def test_a_body_nobody_waits_for_is_not_read_for_ever(address: str) -> None:
    start = b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n"

    answer, _ = received(address, start, b"a" * 1000, wait_between=0.1)  # and then the server hangs up

    assert answer.startswith(OK)


def test_a_large_body_is_not_taken_for_a_head(address: str) -> None:
    body = b"a" * (3 * HEAD_BYTES_MAX)
    request = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    answer, _ = received(address, request * 3 + b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.count(OK) == 4
    assert answer.count(b"HTTP/1.1") == 4


def test_fields_behind_a_body_are_no_headers(address: str) -> None:
    answer = send(address, A_BODY_IN_CHUNKS + b"Authorization: Bearer x\r\nHost: evil.example\r\n\r\n")

    assert answer.status == 200
    assert answer.body == b"connection transfer-encoding"


def test_fields_behind_a_body_end_like_a_head_does(address: str) -> None:
    fields = [b"X: " + b"a" * 5000 + b"\r\n"] * 14

    near = send(address, A_BODY_IN_CHUNKS, *fields[:12], b"\r\n", wait_between=0.01)
    far, _ = received(address, A_BODY_IN_CHUNKS, *fields, wait_between=0.01)

    assert near.status == 200
    assert far == b""  # hung up on: where the next request begins is unknown


def test_a_field_without_an_end_is_not_read_on_behind_an_answer(address: str) -> None:
    start = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "

    answer, _ = received(address, start, b"a" * HEAD_BYTES_MAX, b"a", wait_between=0.1)

    assert answer.startswith(OK)
    assert b"431 Request Header Fields Too Large" in answer


def test_a_body_in_many_chunks_is_not_taken_for_fields(address: str) -> None:
    chunks = [b"%x\r\n" % 20_000, b"a" * 20_000 + b"\r\n"] * 8
    request = b"POST /names HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert send(address, request, *chunks, b"0\r\n\r\n", wait_between=0.005).status == 200


def test_a_large_answer_reaches_who_takes_it(address: str) -> None:
    assert len(send(address, b"GET /large HTTP/1.1\r\nConnection: close\r\n\r\n").body) == LARGE


def test_who_takes_nothing_is_left(address: str) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\n\r\n")
        time.sleep(4 * PATIENCE_SECONDS)

        taken = 0
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(1_000_000):
                taken += len(piece)

    assert taken < LARGE
