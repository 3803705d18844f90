"""`certifly run`, `serve`, `work` and `migrate`: real processes, from their first start to their end."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from certifly.cli.demo import present
from certifly.core.settings import Settings
from certifly.tenants.scopes import SCOPES
from certifly.worker.slot import SlotTaken, take_slot
from tests.cast import SECRET_KEY
from tests.command import CommandLine
from tests.live import environment_for, free_port

pytestmark = pytest.mark.long

WAIT_SECONDS = 60


@contextmanager
def process(*arguments: str, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A command under way; whatever the test leaves of it is ended."""
    started = subprocess.Popen(
        [sys.executable, "-m", "certifly", *arguments],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.terminate()
        started.communicate(timeout=WAIT_SECONDS)


@contextmanager
def demo(
    folder: Path, port: int, **settings: str
) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """A running demo, and the facts it printed."""
    environment = environment_for(folder, f"sqlite:///{folder}/certifly.db", port, **settings)
    del environment["CERTIFLY_PUBLIC_URL"], environment["CERTIFLY_WORKER_NAME"]
    command = ("run", "--port", str(port), "--demo", str(folder / "demo.json"), "--json")
    with process(*command, environment=environment) as started:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert line, end_of(started)
        yield started, json.loads(line)


def end_of(started: "subprocess.Popen[str]") -> str:
    """How a process ended that should not have."""
    _, errors = started.communicate(timeout=WAIT_SECONDS)
    return f"it ended with {started.returncode}: {errors}"


def await_true(holds: Any, what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_demo_shows_a_first_certificate_and_finds_it_again(tmp_path: Path) -> None:
    port = free_port()

    with demo(tmp_path, port) as (first, shown):
        assert list(shown) == ["base_url", "token", "tenant", "template_id", "check", "pdf", "png"]
        assert shown["base_url"] == f"http://localhost:{port}"
        assert "Ada Lovelace" in httpx.get(shown["check"], headers={"Accept": "text/html"}).text
        assert httpx.get(shown["pdf"], timeout=WAIT_SECONDS).content.startswith(b"%PDF-")
        me = httpx.get(
            f"{shown['base_url']}/api/v1/me", headers={"Authorization": f"Bearer {shown['token']}"}
        )
        assert me.status_code == 200
        first.send_signal(signal.SIGINT)
        assert first.wait(WAIT_SECONDS) == 0
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert is_free(port)

    with demo(tmp_path, port) as (second, again):
        assert again == shown
        second.send_signal(signal.SIGINT)
        assert second.wait(WAIT_SECONDS) == 0

    kept = json.loads((tmp_path / "demo.json").read_text())
    (tmp_path / "demo.json").write_text(json.dumps(kept | {"code": str(uuid.uuid4())}))
    with demo(tmp_path, port) as (_, anew):
        assert anew["token"] == shown["token"]
        assert anew["check"] != shown["check"]
        assert httpx.get(anew["check"]).status_code == 200


def test_a_demo_without_its_database_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(
        json.dumps({"tenant": "demo", "token": "certifly_x", "template_id": "7"})
    )

    with demo(tmp_path, free_port()) as (_, shown):
        assert shown["template_id"] == "1"
        assert shown["token"] != "certifly_x"


def printed_by(folder: Path, port: int) -> str:
    """What people read when a demo has started; it is ended then."""
    environment = environment_for(folder, f"sqlite:///{folder}/certifly.db", port)
    with process("run", "--demo", str(folder / "demo.json"), environment=environment) as started:
        assert started.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(started.stdout.readline())
            assert lines[-1], end_of(started)
    return "".join(lines)


def test_a_second_start_says_that_it_found_the_certificate_of_the_first(tmp_path: Path) -> None:
    port = free_port()

    first, second = printed_by(tmp_path, port), printed_by(tmp_path, port)

    assert "and has issued a certificate:" in first
    assert "has issued" not in second
    assert "with the certificate that its first start issued:" in second
    assert second.splitlines()[2:] == first.splitlines()[2:]
    kept = json.loads((tmp_path / "demo.json").read_text())
    assert second.startswith(f"\nCertifly is running at {kept['public_url']}, ")
    assert kept["port"] == port


def test_people_get_a_line_that_they_can_paste(tmp_path: Path) -> None:
    port = free_port()
    environment = environment_for(tmp_path, f"sqlite:///{tmp_path}/certifly.db", port)
    (tmp_path / "demo.json").write_text("{ half a file")

    with process("run", "--demo", str(tmp_path / "demo.json"), environment=environment) as started:
        assert started.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(started.stdout.readline())
            assert lines[-1], end_of(started)
        text = "".join(lines)
        pasted = text[text.index("  curl ") : text.index("Ctrl-C")]
        answer = subprocess.run(["sh", "-c", pasted], capture_output=True, text=True, check=True)

    assert json.loads(answer.stdout)["data"]["data"]["data"] == {"Student Name": "Ada Lovelace"}


def test_a_demo_that_cannot_be_made_ends_everything(sqlite: CommandLine, tmp_path: Path) -> None:
    sqlite("tenant", "create", "demo", "--name", "Demo Academy")
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    made = sqlite("token", "create", "--tenant", "demo", "--name", "demo", *scopes, "--json").facts
    # A certificate that is gone is issued anew; a template that is gone cannot be.
    kept = {"tenant": "demo", "token": made["token"], "template_id": "99", "code": str(uuid.uuid4())}
    (tmp_path / "demo.json").write_text(json.dumps(kept))
    environment = environment_for(tmp_path, sqlite.environment["CERTIFLY_DATABASE_URL"], free_port())

    with process("run", "--demo", str(tmp_path / "demo.json"), environment=environment) as started:
        output, errors = started.communicate(timeout=WAIT_SECONDS)

    assert started.returncode == 1
    assert output == ""
    assert "Error: POST /api/v1/certificates answered 422" in errors


def present_here(folder: Path, port: int, stop: threading.Event) -> threading.Event:
    """Present the demo from this process; returns the event that says it failed."""
    failed = threading.Event()
    settings = Settings(database_url=f"sqlite:///{folder}/certifly.db", port=port, secret_key=SECRET_KEY)
    present(settings, folder / "demo.json", stop, failed, as_json=True)
    return failed


def test_a_server_that_goes_away_is_told(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Fleeting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            if self.path == "/healthz":
                self.send_response(200)
                self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    stop = threading.Event()
    with HTTPServer(("127.0.0.1", 0), Fleeting) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            failed = present_here(tmp_path, server.server_port, stop)
        finally:
            server.shutdown()
            serving.join()

    assert failed.is_set()
    assert stop.is_set()
    assert "had no answer" in capsys.readouterr().err


def test_a_demo_that_is_stopped_while_it_waits_says_nothing(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = threading.Event()
    stop.set()

    failed = present_here(tmp_path, free_port(), stop)

    assert not failed.is_set()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_port_in_use_is_refused_at_once(sqlite: CommandLine, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        refused = sqlite(command, "--port", str(port))

    assert refused.exit_code == 1
    assert refused.errors == (
        f"Error: Cannot listen on 127.0.0.1:{port}: Address already in use. "
        "Choose another with --port or CERTIFLY_PORT.\n"
    )


def test_a_host_that_is_not_ours_is_refused(sqlite: CommandLine) -> None:
    refused = sqlite("serve", "--host", "::ffff:203.0.113.1")

    assert refused.exit_code == 1
    assert "Cannot listen on ::ffff:203.0.113.1:8000" in refused.errors


@pytest.mark.parametrize("command", ["serve", "work"])
def test_nothing_starts_on_a_database_of_another_release(
    sqlite: CommandLine, command: str, tmp_path: Path
) -> None:
    refused = sqlite(command, database_url=f"sqlite:///{tmp_path}/empty.db")

    assert refused.exit_code == 1
    assert refused.errors == "Error: The database is not up to date. Run: certifly migrate\n"


def test_migrating_twice_changes_nothing(sqlite: CommandLine, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/certifly.db"

    first = sqlite("migrate", "--json", database_url=url)
    second = sqlite("migrate", database_url=url)

    assert second.output == f"revision: {first.facts['revision']}\n"
    assert sqlite("tenant", "list", database_url=url).exit_code == 0


def test_as_many_slots_work_as_are_asked_for_until_told_to_stop(sqlite_url: str, tmp_path: Path) -> None:
    environment = environment_for(tmp_path, sqlite_url, free_port())
    names = [f"{environment['CERTIFLY_WORKER_NAME']}-{number}" for number in (1, 2)]

    with process("work", "--slots", "2", environment=environment) as started:
        await_true(lambda: all(is_taken(sqlite_url, name) for name in names), "the slots are not at work")
        started.terminate()
        assert started.wait(WAIT_SECONDS) == 0

    assert not any(is_taken(sqlite_url, name) for name in names)


def is_taken(database_url: str, slot: str) -> bool:
    try:
        take_slot(database_url, slot).release()
    except SlotTaken:
        return True
    return False


def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    port = free_port()
    with demo(tmp_path, port) as (started, _):
        os.kill(started.pid, signal.SIGKILL)
        started.wait(WAIT_SECONDS)

        await_true(lambda: is_free(port), "the web process lives on")
        url = f"sqlite:///{tmp_path}/certifly.db"
        await_true(lambda: not is_taken(url, f"port-{port}-1"), "the worker lives on")
