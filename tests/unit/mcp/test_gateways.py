"""The two ways to the API: through this process, and over a network where anything may answer, or nobody."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from certifly.mcp.asking import Answer, Caller, Question, Unanswered
from certifly.mcp.in_process import InProcess
from certifly.mcp.remote import ANSWER_BYTES_MAX, calling

CALLER = Caller("r1", ("Bearer one",), ("192.0.2.1", 5))
QUESTION = Question("POST", "/a/b%20c", {"q": "x y"}, body=b"{}", headers={"idempotency-key": "k"})


class Application:
    """An application that remembers what it was asked, and answers after a while."""

    def __init__(self, seconds: float = 0) -> None:
        self.scope: dict[str, Any] = {}
        self.body = b""
        self.is_done = False
        self._seconds = seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = dict(scope)
        self.body = (await receive())["body"]
        await asyncio.wait(
            {asyncio.ensure_future(receive())}, timeout=self._seconds
        )  # the client does not go
        self.is_done = True
        await send({"type": "http.response.start", "status": 201, "headers": [(b"x-a", b"1")]})
        await send({"type": "http.response.body", "body": b"one ", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})


def test_the_application_is_called_as_the_web_server_would() -> None:
    app = Application()

    answer = asyncio.run(InProcess(app, "https://certificates.example.org").ask(QUESTION, CALLER))

    assert answer == Answer(201, {"x-a": "1"}, b"one two") and answer.is_success
    assert (app.scope["method"], app.scope["path"], app.scope["raw_path"]) == ("POST", "/a/b c", b"/a/b%20c")
    assert (app.scope["scheme"], app.scope["query_string"], app.body) == ("https", b"q=x+y", b"{}")
    assert app.scope["client"] == ("192.0.2.1", 5)
    assert dict(app.scope["headers"]) == {
        b"host": b"certificates.example.org",
        b"accept": b"application/json",
        b"x-request-id": b"r1",
        b"authorization": b"Bearer one",
        b"content-type": b"application/json",
        b"idempotency-key": b"k",
        b"content-length": b"2",
    }


def test_what_takes_too_long_is_left_and_comes_to_its_end() -> None:
    async def ask() -> None:
        app = Application(seconds=0.3)
        gateway = InProcess(app, "http://localhost", seconds_max=0.2)

        with pytest.raises(Unanswered, match=r"not answered within 0\.2 seconds"):
            await gateway.ask(QUESTION, CALLER)
        was_done = app.is_done
        await gateway.close()

        assert (was_done, app.is_done) == (False, True)
        assert (
            await InProcess(Application(0.1), "http://localhost", seconds_max=0.3).ask(QUESTION, CALLER)
        ).status

    asyncio.run(ask())


def test_who_gives_up_cuts_nothing_off() -> None:
    async def ask() -> bool:
        app = Application(seconds=0.2)
        gateway = InProcess(app, "http://localhost")
        task = asyncio.create_task(gateway.ask(QUESTION, CALLER))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait({task})
        await gateway.close()
        return app.is_done

    assert asyncio.run(ask())


@contextmanager
def somebody(
    answer: bytes = b"", *, seconds: float = 0, status: int = 200, is_ours: bool = True
) -> Iterator[tuple[str, list[Any]]]:
    """A server of somebody: its address, and what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(
                (self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
            )
            time.sleep(seconds)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("X-Named", "Yes")
            if is_ours:
                self.send_header("X-Request-Id", "r1")
            self.end_headers()
            try:
                self.wfile.write(answer)
            except OSError:
                pass  # the client has heard enough

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def speaker(pieces: list[bytes]) -> Iterator[str]:
    """The address of a server that hears one call out and says ``pieces``, one every tenth of a second."""
    listening = socket.create_server(("127.0.0.1", 0))

    def speak() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):  # the client has heard enough
            connection.recv(65536)
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.1)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass  # until the client hangs up: a reset would be told otherwise

    thread = threading.Thread(target=speak)
    thread.start()
    with listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def ask(address: str, *, seconds_max: float = 10) -> Answer:
    """Ask somebody."""

    async def asking() -> Answer:
        async with calling(address, seconds_max=seconds_max) as remote:
            return await remote.ask(QUESTION, CALLER)

    return asyncio.run(asking())


def test_a_server_elsewhere_gets_the_same_call() -> None:
    with somebody(b"whole") as (address, asked):
        answer = ask(f"{address}/certifly")

    [(path, headers, body)] = asked
    assert (path, body) == ("/certifly/a/b%20c?q=x+y", b"{}")
    assert headers["authorization"] == "Bearer one" and headers["idempotency-key"] == "k"
    assert answer.status == 200 and answer.headers["x-named"] == "Yes" and answer.body == b"whole"


def test_an_answer_is_read_up_to_its_limit() -> None:
    with somebody(b"x" * ANSWER_BYTES_MAX) as (address, _):
        assert len(ask(address).body) == ANSWER_BYTES_MAX
    with (
        somebody(b"x" * (ANSWER_BYTES_MAX + 1)) as (address, _),
        pytest.raises(Unanswered, match="too large"),
    ):
        ask(address)


def test_what_somebody_else_answers_is_not_passed_on() -> None:
    with (
        somebody(b"Welcome", is_ours=False) as (address, _),
        pytest.raises(Unanswered, match=r"is no installation of Certifly.* --server"),
    ):
        ask(address)
    with somebody(status=301) as (address, _), pytest.raises(Unanswered, match="leads on to another address"):
        ask(address)
    with somebody(b"Bad Gateway", status=502, is_ours=False) as (address, _):
        assert ask(address).status == 502  # told by its status, without its words


def test_who_is_silent_or_not_there_is_told() -> None:
    with (
        somebody(seconds=0.6) as (address, _),
        pytest.raises(Unanswered, match=r"did not answer within 0\.2 seconds"),
    ):
        ask(address, seconds_max=0.2)
    with pytest.raises(Unanswered, match="cannot be reached: "):
        ask("http://127.0.0.1:1")


def test_an_answer_that_trickles_is_not_waited_for() -> None:
    trickle = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 100]
    with speaker(trickle) as address, pytest.raises(Unanswered, match=r"within 0\.3 seconds"):
        ask(address, seconds_max=0.3)


def test_who_speaks_something_else_is_told() -> None:
    with speaker([b"+OK ready\r\n"]) as address, pytest.raises(Unanswered, match="RemoteProtocolError"):
        ask(address)


def test_nobody_is_sent_on_to_another_server_with_the_token() -> None:
    with somebody() as (other, asked):
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other}/\r\nContent-Length: 0\r\n\r\n".encode()
        with speaker([moved]) as address, pytest.raises(Unanswered, match="leads on to another address"):
            ask(address)

    assert asked == []
