"""The server of the protocol when what is behind it does not answer, or breaks."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from certifly.mcp.asking import Answer, Caller, Question, Unanswered
from certifly.mcp.server import build_server
from tests.ai_client import working

ISSUE = {"template_id": 1, "data": {}, "idempotency_key": "k"}


class Gateway:
    """A way that leads to one answer, or to none."""

    public_url = "https://certificates.example.org"

    def __init__(self, outcome: Exception | Answer) -> None:
        self._outcome = outcome

    async def ask(self, question: Question, caller: Caller) -> Answer:
        """The outcome."""
        assert question.path and caller.request_id == "r1"
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def on(outcome: Exception | Answer, work: Callable[[Client], Awaitable[Any]], *, mode: str = "auto") -> Any:
    """What a client gets from a server behind which this happens."""

    server = build_server(Gateway(outcome), lambda _: Caller("r1", ("Bearer one",)))
    return asyncio.run(working(Client(server, mode=mode), work))


def call(error: Exception, tool: str, arguments: dict[str, Any]) -> str:
    """The words of a tool that was refused."""
    result = on(error, lambda client: client.call_tool(tool, arguments))
    assert result.is_error
    text: str = result.content[0].text
    return text


def test_what_is_not_answered_says_whether_to_repeat_it() -> None:
    silence = Unanswered("Nobody answered.")

    issuing = call(silence, "issue_certificate", ISSUE)
    sending = call(silence, "send_certificate_email", {"certificate": 1})
    reading = call(silence, "get_certificate", {"certificate": 1})

    assert all(
        "It is not known whether the call was carried out." in text for text in (issuing, sending, reading)
    )
    assert "with the same idempotency_key" in issuing and "Request id: r1." in issuing
    assert "Look whether it was done" in sending
    assert "without harm" in reading


def test_a_defect_of_ours_is_logged_and_shows_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    words = call(RuntimeError("a secret"), "who_am_i", {})

    assert "Something went wrong on our side" in words and "r1" in words and "secret" not in words
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message == "tool_failed" and vars(record)["facts"] == {
        "tool": "who_am_i",
        "request_id": "r1",
    }


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_resources_behind_which_nobody_answers_are_an_error_in_words(mode: str) -> None:
    silence = Unanswered("Nobody answered.")

    with pytest.raises(MCPError, match="Nobody answered"):
        on(silence, lambda client: client.read_resource("certifly://templates"), mode=mode)
    with pytest.raises(MCPError, match="Nobody answered"):
        on(silence, lambda client: client.list_resources(), mode=mode)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_defect_behind_a_resource_is_logged_and_shows_nothing_of_itself(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(MCPError) as failed:
        on(RuntimeError("a secret"), lambda client: client.read_resource("certifly://templates"), mode=mode)

    assert (
        str(failed.value)
        == "Something went wrong on our side. The operator can find it by the request id: r1."
    )
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert vars(record)["facts"] == {"method": "resources/read", "request_id": "r1"}


@pytest.mark.parametrize(("status", "code"), [(503, -32603), (422, -32602)], ids=["busy", "refused"])
def test_a_refusal_behind_a_list_is_an_error_in_words(status: int, code: int) -> None:
    said = b'{"message": "Not now.", "errors": {}, "code": "a_code", "request_id": "r1"}'

    with pytest.raises(MCPError, match=r"Not now") as failed:
        on(Answer(status, {}, said), lambda client: client.list_resources())

    assert failed.value.error.code == code
