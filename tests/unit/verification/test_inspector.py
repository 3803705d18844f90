"""Whatever becomes of the process that looks into a file, there is an answer, and soon."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from certifly.verification import child, inspector
from certifly.verification.errors import InspectionUnfinished, InspectorsBusy
from certifly.verification.facts import Facts, to_json
from certifly.verification.inspect import UPLOAD_BYTES_MAX, inspect
from certifly.verification.inspector import (
    PROCESSES_MAX,
    TOO_LARGE,
    TOO_LONG,
    TOO_MUCH,
    InspectionFailed,
    Inspector,
)
from certifly.verification.report import FileKind
from tests.handed_in import CREDENTIAL

PATIENCE_SECONDS = 60
"""Not a measurement: none of these would end by itself."""


def misbehaving(name: str, **changes: object) -> Inspector:
    limits: dict[str, object] = {"timeout_seconds": 20.0, "cpu_seconds": 2, "memory_mb": 128} | changes
    return Inspector(child=f"tests.inspections.{name}", **limits)  # type: ignore[arg-type]


def children_left() -> list[str]:
    listed = subprocess.run(
        ["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return [line for line in listed.stdout.splitlines() if "inspections" in line]


def run(program: str) -> "subprocess.CompletedProcess[str]":
    """Without whatever measures us: it could not write down what it measured."""
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_finds_what_looking_here_finds() -> None:
    assert Inspector().inspect(CREDENTIAL.encode()) == inspect(CREDENTIAL.encode())


def test_a_file_may_be_as_large_as_uploads_and_no_larger() -> None:
    largest = b"{" + b"x" * (UPLOAD_BYTES_MAX - 1)
    facts = Inspector().inspect(largest)

    assert (facts.trouble, facts.size_bytes) == ("beyond_limits", UPLOAD_BYTES_MAX)
    with pytest.raises(AssertionError):
        Inspector().inspect(largest + b" ")


@pytest.mark.parametrize(
    ("name", "changes", "detail"),
    [
        ("spins", {"cpu_seconds": 1, "timeout_seconds": 60.0}, TOO_LONG),
        ("hoards", {}, TOO_MUCH),
        ("dies", {}, TOO_MUCH),
        ("talks", {}, TOO_LARGE),
    ],
)
def test_a_process_that_uses_up_a_limit_is_an_answer(
    name: str, changes: dict[str, object], detail: str
) -> None:
    began = time.monotonic()
    facts = misbehaving(name, **changes).inspect(b"%PDF-" + bytes(3_000_000))

    assert (facts.trouble, facts.detail) == ("beyond_limits", detail)
    assert (facts.kind, facts.size_bytes) == (FileKind.PDF, 3_000_005)
    assert facts.digest.startswith("sha256:")
    assert time.monotonic() - began < PATIENCE_SECONDS
    assert children_left() == []


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sleeps", {"timeout_seconds": 1.0}),
        ("deaf", {"timeout_seconds": 1.0}),
        ("lingers", {"timeout_seconds": 1.0}),
        # It works, and has got one second of the processor when the clock runs out.
        ("spins", {"timeout_seconds": 1.0, "cpu_seconds": 60}),
        ("killed", {}),
    ],
)
def test_a_clock_that_ran_out_says_nothing_of_the_file(name: str, changes: dict[str, object]) -> None:
    began = time.monotonic()
    with pytest.raises(InspectionUnfinished, match="says nothing about the file") as caught:
        misbehaving(name, **changes).inspect(b"%PDF-" + bytes(3_000_000))

    assert caught.value.retry_after_seconds > 0
    assert time.monotonic() - began < PATIENCE_SECONDS
    assert children_left() == []


@pytest.mark.parametrize("name", ["fails", "closes"])
def test_a_defect_of_ours_is_no_answer(name: str) -> None:
    with pytest.raises(InspectionFailed):
        misbehaving(name).inspect(bytes(3_000_000))


def test_it_knows_nothing_but_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIFLY_SECRET_KEY", "never to be seen")
    known = json.loads(misbehaving("tells").inspect(b"x").detail or "")

    assert set(known["environment"]) <= {
        "LANG",
        "PYTHONPATH",
        "OPENBLAS_NUM_THREADS",
        "MALLOC_ARENA_MAX",
        "LC_CTYPE",
    }
    assert known["folder"] == "/"
    assert known["group"] is True


def test_only_so_many_run_at_once_and_who_waits_too_long_is_told() -> None:
    shared = misbehaving("sleeps", timeout_seconds=3.0, wait_seconds=0.2)

    def inspect_one() -> None:
        with pytest.raises(InspectionUnfinished):
            shared.inspect(b"x")

    threads = [threading.Thread(target=inspect_one) for _ in range(PROCESSES_MAX)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)

    with pytest.raises(InspectorsBusy):
        shared.inspect(b"x")
    for thread in threads:
        thread.join()
    inspect_one()


def test_an_answer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "ANSWER_BYTES_MAX", 10)

    assert Inspector().inspect(b"x").detail == TOO_LARGE


@pytest.mark.parametrize(
    "statement",
    [
        "import socket; socket.create_connection(('127.0.0.1', {port}), timeout=5)",
        "import socket; socket.getaddrinfo('localhost', {port})",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.write(os.open({file!r}, os.O_CREAT | os.O_WRONLY), b'x')",
    ],
)
def test_nothing_leads_out_of_the_process(statement: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        filled = statement.format(port=server.getsockname()[1], file=str(tmp_path / "left"))
        program = f"""
import sys
from certifly.verification.child import limit, refuse
limit(memory_mb=256, cpu_seconds=10)
sys.addaudithook(refuse)
try:
    {filled}
except BaseException as error:
    print(type(error).__name__)
    raise SystemExit(0)
raise SystemExit(9)
"""
        done = run(program)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("Forbidden", "OSError")
    assert not (tmp_path / "left").exists() or (tmp_path / "left").read_text() == ""


def test_what_is_forbidden_is_refused_and_the_rest_is_not() -> None:
    child.refuse("open", ())
    with pytest.raises(child.Forbidden):
        child.refuse("socket.connect", ())


def test_want_of_memory_is_said_by_the_status() -> None:
    def look(_: bytes) -> Facts:
        raise MemoryError

    assert child.answer_to(b"x", look) == (child.OUT_OF_MEMORY, b"")
    assert child.answer_to(b"x", inspect) == (0, to_json(inspect(b"x")))


def test_limits_are_never_raised() -> None:
    program = """
import resource
from certifly.verification.child import limit
resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
limit(memory_mb=64, cpu_seconds=100)
print(resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_DATA)[0])
"""
    done = run(program)

    assert done.stdout.split() == ["3", str(64 * 1024 * 1024)]
