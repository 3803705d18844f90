"""What surrounds a request, where the application inside misbehaves."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from certifly.web.frame import Frame

REQUEST: Scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}


async def nothing() -> Message:
    return {"type": "http.request"}


def test_an_error_after_the_answer_has_begun_cuts_the_connection() -> None:
    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(Frame(application)(REQUEST, nothing, send))
    assert [message["type"] for message in sent] == ["http.response.start"]


def test_an_error_before_the_answer_is_a_500_that_reveals_nothing() -> None:
    async def application(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ZeroDivisionError("secret")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Frame(application)(REQUEST, nothing, send))

    assert sent[0]["status"] == 500
    assert b"secret" not in sent[1]["body"]
