"""The way to the HTTP API of this same process: the application is called as the web server would call it.

Everything that surrounds a request surrounds it here too: its id, its line in the log, the last net for errors. A
client of HTTP in between would cost ten times as much (0.29 ms for 0.03) and say nothing more.
"""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from starlette.types import ASGIApp

from certifly.mcp.asking import Answer, Caller, Question, Unanswered

CALL_SECONDS_MAX = 30.0
"""How long one tool may wait for the API."""


class InProcess:
    """Asks the application of this process."""

    def __init__(self, app: ASGIApp, public_url: str, *, seconds_max: float = CALL_SECONDS_MAX) -> None:
        self._app = app
        self._public_url = public_url
        self._seconds_max = seconds_max
        self._under_way: set[asyncio.Task[Answer]] = set()

    @property
    def public_url(self) -> str:
        """The address of the installation."""
        return self._public_url

    async def ask(self, question: Question, caller: Caller) -> Answer:
        """Call the application. Raises Unanswered when that takes too long.

        What is under way is never cut off: whoever waits may go, but a unit of work ends as it began, whole.
        """
        task = asyncio.create_task(self._call(question, caller))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        done, _ = await asyncio.wait({task}, timeout=self._seconds_max)
        if not done:
            raise Unanswered(f"The call was not answered within {self._seconds_max:g} seconds.")
        return task.result()

    async def close(self) -> None:
        """Wait until nothing is under way, as long as a call may take."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._seconds_max)

    async def _call(self, question: Question, caller: Caller) -> Answer:
        body = question.body or b""
        has_sent = False
        status = 0
        headers: dict[str, str] = {}
        pieces: list[bytes] = []

        async def receive() -> MutableMapping[str, Any]:
            nonlocal has_sent
            if has_sent:
                await asyncio.Event().wait()  # a client that stays to the end
            has_sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers.update(
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]
                )
            else:
                pieces.append(message.get("body", b""))

        await self._app(self._scope(question, caller, body), receive, send)
        return Answer(status, headers, b"".join(pieces))

    def _scope(self, question: Question, caller: Caller, body: bytes) -> dict[str, Any]:
        parts = urlsplit(self._public_url)
        headers = [("host", parts.netloc), *question.all_headers(caller)]
        if question.body is not None:
            headers.append(("content-length", str(len(body))))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": question.method,
            "scheme": parts.scheme,
            "path": unquote(question.path),
            "raw_path": quote(question.path, safe="/%").encode(),
            "query_string": question.query_string.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers],
            "client": caller.client,
            "server": None,
        }
