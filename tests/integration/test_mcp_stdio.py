"""``certifly mcp``: the same tools over standard input and output, as a client starts them on its own machine."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import StdioServerParameters

from certifly.cli.mcp import TOKEN_FILE_BYTES_MAX
from certifly.mcp.catalogue import TOOLS
from certifly.mcp.guard import CALLS_AT_ONCE_MAX, MESSAGE_BYTES_MAX
from certifly.mcp.remote import is_overheard
from tests.ai_client import StartedClient, in_both_eras
from tests.cast import ADA, SECRET_KEY
from tests.command import CommandLine
from tests.live import Caller, Installation, environment_for, free_port

pytestmark = pytest.mark.long

END_SECONDS = 15

GREETING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "tests", "version": "1"},
    },
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@pytest.fixture
def caller(live_sqlite: Installation) -> Caller:
    """A tenant of a running installation."""
    return live_sqlite.new_tenant()


def started(environment: dict[str, str], *options: str, era: str = "auto") -> StartedClient:
    """A client that starts the command with exactly this environment."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "certifly", "mcp", *options], env=environment
    )
    return StartedClient(address="", era=era, command=command)


def elsewhere(**more: str) -> dict[str, str]:
    """An environment without any setting: the installation is elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CERTIFLY_")}
    return kept | {"PYTHONPATH": "src"} | more


@pytest.fixture(params=["here", "elsewhere"])
def environment(
    request: pytest.FixtureRequest, live_sqlite: Installation
) -> tuple[dict[str, str], list[str]]:
    """The environment and the options that lead to the running installation: its own settings, or its address."""
    if request.param == "here":
        return live_sqlite.environment, []
    return elsewhere(), ["--server", live_sqlite.base_url]


@in_both_eras
def test_a_client_starts_it_and_works_with_it(
    environment: tuple[dict[str, str], list[str]], caller: Caller, era: str
) -> None:
    settings, options = environment
    template_id = caller.publish_template()
    client = started(settings | {"CERTIFLY_TOKEN": caller.token}, *options, era=era)

    async def work(connected: Any) -> list[Any]:
        issue = {
            "template_id": template_id,
            "data": {"Student Name": ADA},
            "idempotency_key": str(uuid.uuid4()),
        }
        listed = await connected.list_tools()
        who = await connected.call_tool("who_am_i", {})
        issued = await connected.call_tool("issue_certificate", issue)
        checked = await connected.call_tool(
            "verify_certificate", {"certificate": issued.structured_content["code"]}
        )
        found = await connected.call_tool("search_handbook", {"query": "certificate"})
        template = await connected.read_resource(f"certifly://templates/{template_id}")
        prompt = await connected.get_prompt("issue_from_list", {"list": "Ada"})
        refused = await connected.call_tool("get_certificate", {"certificate": 999_999})
        return [listed, who, issued, checked, found, template, prompt, refused]

    listed, who, issued, checked, found, template, prompt, refused = client.run(work)

    assert [tool.name for tool in listed.tools] == list(TOOLS)
    assert who.structured_content["tenant"]["slug"] == caller.slug
    assert issued.structured_content["data"] == {"Student Name": ADA}
    assert checked.structured_content["recipient"] == ADA
    assert found.structured_content["results"] and not found.is_error
    assert "Certificate of completion" in template.contents[0].text
    assert "Ada" in prompt.messages[0].content.text
    assert refused.is_error and "HTTP 404" in refused.content[0].text


def test_without_a_token_it_says_where_one_goes(environment: tuple[dict[str, str], list[str]]) -> None:
    settings, options = environment

    assert "CERTIFLY_TOKEN or --token-file" in started(settings, *options).refusal("who_am_i")


def test_the_token_may_stand_in_a_file(live_sqlite: Installation, caller: Caller, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{caller.token}\n")

    by_option = started(elsewhere(), "--server", live_sqlite.base_url, "--token-file", str(file))
    by_variable = started(elsewhere(CERTIFLY_TOKEN_FILE=str(file)), "--server", live_sqlite.base_url)

    for client in (by_option, by_variable):
        assert client.facts("who_am_i")["tenant"]["slug"] == caller.slug


def test_a_server_that_is_not_there_is_told(live_sqlite: Installation) -> None:
    client = started(elsewhere(), "--server", f"http://127.0.0.1:{free_port()}")

    words = client.refusal("search_handbook", query="x")

    assert "cannot be reached: " in words and "It can be repeated without harm." in words


def run(
    environment: dict[str, str], *options: str, said: bytes = b"", **more: Any
) -> "subprocess.CompletedProcess[bytes]":
    """Run the command to its end, with all that the client says at once."""
    command = [sys.executable, "-m", "certifly", "mcp", *options]
    return subprocess.run(
        command, env=environment, input=said, capture_output=True, timeout=60, check=False, **more
    )


def lines(*messages: Any) -> bytes:
    """Messages as they are sent."""
    return b"".join(
        (message if isinstance(message, bytes) else json.dumps(message).encode()) + b"\n"
        for message in messages
    )


def call(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    """The message that calls a tool."""
    return {
        "jsonrpc": "2.0",
        "id": number,
        "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    }


def test_what_was_asked_before_the_end_is_answered_and_output_is_the_protocol_alone(
    environment: tuple[dict[str, str], list[str]], caller: Caller
) -> None:
    settings, options = environment
    numbers = range(2, CALLS_AT_ONCE_MAX + 20)  # more than are answered at once
    asked = lines(GREETING, INITIALIZED, *(call(number, "who_am_i") for number in numbers))

    ended = run(settings | {"CERTIFLY_TOKEN": caller.token}, *options, said=asked)

    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0
    assert sorted(answer["id"] for answer in answers) == [1, *numbers]
    assert all("error" not in answer for answer in answers)
    assert caller.token.encode() not in ended.stderr and b"Lovelace" not in ended.stderr
    assert all(json.loads(line)["level"] == "info" for line in ended.stderr.splitlines())


def test_what_is_no_message_is_answered_in_words_and_the_next_one_is_read(live_sqlite: Installation) -> None:
    longest = json.dumps(GREETING | {"id": 9}).encode()
    nonsense = [b"nonsense", b"[]", b"{}", b'{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}', b"\xff"]
    no_ids: list[object] = [None, True, 1.5, [1], {}]
    nonsense += [json.dumps(GREETING | {"id": wrong}).encode() for wrong in no_ids]
    said = lines(
        b"",
        *nonsense,
        b"x" * (MESSAGE_BYTES_MAX + 1),
        b"x" * (3 * MESSAGE_BYTES_MAX),
        longest + b" " * (MESSAGE_BYTES_MAX - len(longest)),
    )

    ended = run(elsewhere(), "--server", live_sqlite.base_url, said=said)

    *refused, greeted = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0 and ended.stderr == b""
    assert greeted["id"] == 9 and greeted["result"]["serverInfo"]["name"] == "certifly"
    assert len(refused) == len(nonsense) + 2
    assert all(answer["id"] is None and len(answer["error"]["message"]) > 20 for answer in refused)
    assert [
        answer for answer in refused if f"at most {MESSAGE_BYTES_MAX} bytes" in answer["error"]["message"]
    ]


@pytest.mark.parametrize("wrong", [[2], {"id": 2}, None, True, 2.0], ids=repr)
def test_to_give_up_what_cannot_have_been_asked_ends_nothing(
    live_sqlite: Installation, caller: Caller, wrong: object
) -> None:
    given_up = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": wrong}}
    said = lines(GREETING, INITIALIZED, given_up, call(2, "who_am_i"))

    ended = run(elsewhere(CERTIFLY_TOKEN=caller.token), "--server", live_sqlite.base_url, said=said)

    assert ended.returncode == 0
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == [1, 2]


def test_the_last_line_may_lack_its_end(live_sqlite: Installation) -> None:
    ended = run(elsewhere(), "--server", live_sqlite.base_url, said=json.dumps(GREETING).encode())

    assert json.loads(ended.stdout)["id"] == 1


@pytest.fixture
def waiting(live_sqlite: Installation) -> Iterator["subprocess.Popen[bytes]"]:
    """The command, greeted and waiting for more."""
    command = [sys.executable, "-m", "certifly", "mcp", "--server", live_sqlite.base_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=elsewhere(), **pipes) as process:  # type: ignore[call-overload]
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(lines(GREETING))
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        yield process
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_though_the_client_says_nothing(
    waiting: "subprocess.Popen[bytes]", number: signal.Signals
) -> None:
    assert waiting.stderr is not None

    waiting.send_signal(number)

    assert waiting.wait(END_SECONDS) == 0
    assert waiting.stderr.read() == b""


def test_a_client_that_takes_nothing_more_ends_it(waiting: "subprocess.Popen[bytes]") -> None:
    assert waiting.stdin is not None and waiting.stdout is not None and waiting.stderr is not None
    waiting.stdout.close()

    deadline = time.monotonic() + END_SECONDS
    while waiting.poll() is None:
        assert time.monotonic() < deadline
        try:
            waiting.stdin.write(lines({"jsonrpc": "2.0", "id": 2, "method": "ping"}))
            waiting.stdin.flush()
        except BrokenPipeError:
            break
        time.sleep(0.05)

    assert waiting.wait(END_SECONDS) == 0
    assert waiting.stderr.read() == b""


def test_a_call_that_the_client_gives_up_gets_no_answer_and_holds_nothing_up(
    live_sqlite: Installation, tmp_path: Path
) -> None:
    silent = free_port()
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import socket, time; s = socket.create_server(('127.0.0.1', {silent})); time.sleep(60)",
        ]
    ) as nobody:
        given_up = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}}
        said = lines(GREETING, INITIALIZED, call(2, "who_am_i"), given_up)
        began = time.monotonic()

        ended = run(elsewhere(), "--server", f"http://127.0.0.1:{silent}", said=said)

        nobody.kill()
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == [1]
    assert time.monotonic() - began < END_SECONDS


@pytest.mark.parametrize(
    "address",
    [
        "certifly.example",
        "ftp://certifly.example",
        "http://",
        "http://a b",
        "https://u:p@x",
        "http://x:0",
        "http://x:99999",
    ],
)
def test_an_address_that_is_none_is_refused(sqlite: CommandLine, address: str) -> None:
    answer = sqlite("mcp", "--server", address)

    assert answer.exit_code == 1 and answer.output == ""
    assert "--server must be the address of an installation" in answer.errors and "u:p" not in answer.errors


@pytest.mark.parametrize(
    ("address", "is_warned_of"),
    [
        ("http://certifly.example", True),
        ("http://127.0.0.1.certifly.example", True),
        ("http://10.0.0.1:8000/certifly", True),
        ("https://certifly.example", False),
        ("http://localhost:8000", False),
        ("http://127.0.0.1", False),
        ("http://[::1]:8000", False),
    ],
)
def test_a_token_that_would_be_overheard_is_warned_of(address: str, is_warned_of: bool) -> None:
    assert is_overheard(address) is is_warned_of


def test_the_warning_stands_beside_the_protocol_and_names_no_token() -> None:
    ended = run(elsewhere() | {"CERTIFLY_TOKEN": "secret"}, "--server", "http://certifly.example")
    without_token = run(elsewhere(), "--server", "http://certifly.example")

    assert (ended.returncode, ended.stdout) == (0, b"")
    assert b"the token goes to http://certifly.example unencrypted" in ended.stderr
    assert b"secret" not in ended.stderr
    assert without_token.stderr == b""


def test_a_token_that_cannot_be_used_is_told_and_not_shown(sqlite: CommandLine, tmp_path: Path) -> None:
    def refusal(content: bytes | None, token: str = "") -> str:
        file = tmp_path / "token"
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        answer = sqlite("mcp", "--server", "http://127.0.0.1:1", "--token-file", str(file), token=token)
        assert answer.exit_code == 1 and answer.output == "" and "secret" not in answer.errors
        return answer.errors

    assert "cannot be read: No such file" in refusal(None)
    assert "is empty" in refusal(b"\n")
    assert "holds no token" in refusal("secret-ä".encode())
    assert "one word of printable characters" in refusal(b"secret secret")
    assert "one word of printable characters" in refusal(b"secret\x00")
    assert "Keep one" in refusal(b"secret", token="secret")
    assert "CERTIFLY_TOKEN holds no token" in sqlite("mcp", token="a b").errors
    assert "one word of printable" in refusal(b"a " + b"x" * TOKEN_FILE_BYTES_MAX)


def test_settings_that_are_wrong_are_told_in_one_message(tmp_path: Path) -> None:
    wrong = environment_for(tmp_path, f"sqlite:///{tmp_path}/none.db", free_port(), nonsense="1")

    ended = run(wrong)

    assert ended.returncode == 1 and ended.stdout == b""
    assert ended.stderr.decode().startswith("Error: Certifly cannot start with these settings")
    assert b"Traceback" not in ended.stderr


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    ended = run(environment_for(tmp_path, f"sqlite:///{tmp_path}/none.db", free_port()))

    assert ended.returncode == 1 and ended.stdout == b""
    assert b"certifly migrate" in ended.stderr and b"Traceback" not in ended.stderr


def test_other_commands_do_not_take_the_token_for_a_setting(sqlite: CommandLine) -> None:
    answer = sqlite("tenant", "list", token="certifly_x", token_file="/nowhere", secret_key=SECRET_KEY)

    assert answer.exit_code == 0, answer.errors
