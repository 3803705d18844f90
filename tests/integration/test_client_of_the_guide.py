"""The client that the handbook prints, before servers that do not answer as one wishes.

``test_tutorial.py`` runs it against Certifly itself; here it meets what is rare there: too many calls, proxies
that answer for a server that is away, connections that break off.
"""

import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.handbook_commands import PAGES, blocks_of

PAGE = PAGES / "guides" / "write-a-client.md"
Answer = tuple[int, dict[str, str], bytes]

CREATED: Answer = (201, {}, b'{"data": {"id": "1"}}')
DROPPED: Answer = (0, {}, b"")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module as the page prints it. Where it sleeps, it only notes for how long."""
    (code,) = [block.text for block in blocks_of(PAGE.read_text()) if block.title == "certifly_client.py"]
    module: Any = types.ModuleType("certifly_client")
    exec(compile(code, str(PAGE), "exec"), module.__dict__)
    module.slept = []
    monkeypatch.setattr(module, "time", types.SimpleNamespace(sleep=module.slept.append))
    monkeypatch.setenv("no_proxy", "*")
    return module


@contextmanager
def server(*answers: Answer) -> Iterator[tuple[str, list[str | None]]]:
    """A server that gives these answers in turn, and the idempotency keys it was sent."""
    waiting, keys = list(answers), list[str | None]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            status, headers, body = waiting.pop(0)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.headers["Content-Length"] = "0"
            self.do_POST()

        def log_message(self, *arguments: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}", keys
        finally:
            listening.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("in_the_way", "seconds"),
    [
        ((429, {"Retry-After": "7"}, b"{}"), 7),
        ((503, {"Retry-After": "1"}, b"{}"), 1),
        ((502, {}, b"<html>Bad Gateway</html>"), 2),
        (DROPPED, 2),
    ],
)
def test_what_may_pass_is_waited_for_and_repeated_under_the_same_key(
    client: Any, in_the_way: Answer, seconds: int
) -> None:
    with server(in_the_way, CREATED) as (base_url, keys):
        issued = client.Certifly(base_url, "token").issue("order-1", 1, {})

    assert issued == {"data": {"id": "1"}}
    assert keys == ["order-1", "order-1"]
    assert client.slept == [seconds]


def test_what_never_passes_is_given_up(client: Any) -> None:
    attempts_max = client.Certifly.ATTEMPTS_MAX

    with server(*[DROPPED] * attempts_max) as (base_url, keys), pytest.raises(OSError, match="closed"):
        client.Certifly(base_url, "token").issue("order-1", 1, {})
    assert len(keys) == attempts_max

    busy = (503, {"Retry-After": "1"}, b'{"message": "Too much.", "code": "queue_full", "request_id": "1"}')
    with server(*[busy] * attempts_max) as (base_url, _), pytest.raises(client.Refused) as refused:
        client.Certifly(base_url, "token").issue("order-1", 1, {})
    assert refused.value.code == "queue_full"


def test_a_refusal_is_not_repeated_and_tells_its_fields(client: Any) -> None:
    body = b'{"message": "No.", "errors": {"data": ["No."]}, "code": "invalid", "request_id": "1"}'
    with server((422, {}, body)) as (base_url, _), pytest.raises(client.Refused, match=r"^No\.") as refused:
        client.Certifly(base_url, "token").issue("order-1", 1, {})

    assert (refused.value.status, refused.value.code) == (422, "invalid")
    assert refused.value.errors == {"data": ["No."]}


def test_a_refusal_by_something_else_in_between_is_told_too(client: Any) -> None:
    with server((403, {}, b"<html>")) as (base_url, _), pytest.raises(client.Refused, match="403") as refused:
        client.Certifly(base_url, "token").issue("order-1", 1, {})

    assert (refused.value.code, refused.value.errors) == (None, {})


def test_a_file_that_is_being_made_is_waited_for(client: Any) -> None:
    made: Answer = (200, {}, b"%PDF-")
    being_made = (202, {"Retry-After": "2"}, b"{}")

    with server(being_made, being_made, made) as (base_url, _):
        assert client.Certifly(base_url, "token").download(f"{base_url}/download/x.pdf") == b"%PDF-"
    assert client.slept == [2, 2]

    with server(*[being_made] * client.Certifly.ATTEMPTS_MAX) as (base_url, _), pytest.raises(TimeoutError):
        client.Certifly(base_url, "token").download(f"{base_url}/download/x.pdf")
