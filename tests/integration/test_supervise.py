"""Processes that are kept alive, and end together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from certifly.worker.supervise import GIVE_UP_EXIT, STOP_SECONDS, supervise

OUR_CODE = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def wait_until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Return when it is so; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def python(code: str) -> list[str]:
    """The command that runs a line of Python."""
    return [sys.executable, "-c", f"import os, signal, sys, time; {code}"]


class Supervision:
    """A supervisor in a thread."""

    def __init__(self, *, stop_seconds: float = STOP_SECONDS, **commands: list[str]) -> None:
        self.stop = threading.Event()
        self.codes: list[int] = []
        self._thread = threading.Thread(
            target=lambda: self.codes.append(supervise(commands, self.stop, stop_seconds=stop_seconds))
        )
        self._thread.start()

    def end(self) -> int:
        """Tell it to stop, and return what it returns."""
        self.stop.set()
        return self.wait()

    def wait(self) -> int:
        """Wait for it to end by itself."""
        self._thread.join(30)
        return self.codes[0]


def write_pid(path: Path) -> str:
    """Code that appends its process id to a file."""
    return f"print(os.getpid(), file=open({str(path)!r}, 'a'))"


def pids(path: Path) -> list[int]:
    """The ids written so far."""
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def is_alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    supervision = Supervision(worker=python(f"{write_pid(file)}; time.sleep(60)"))
    wait_until(lambda: len(pids(file)) == 1)

    os.kill(pids(file)[0], signal.SIGKILL)
    wait_until(lambda: len(pids(file)) == 2)

    assert supervision.end() == 0
    assert not any(is_alive(pid) for pid in pids(file))


def test_a_process_that_keeps_ending_is_started_at_growing_intervals(tmp_path: Path) -> None:
    file = tmp_path / "times"
    code = f"print(time.monotonic(), file=open({str(file)!r}, 'a'))"
    supervision = Supervision(worker=python(code))
    wait_until(lambda: file.exists() and len(file.read_text().splitlines()) == 4)
    supervision.end()

    times = [float(line) for line in file.read_text().splitlines()]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits[1] > 0.5 and waits[2] > 1.0


def test_a_process_that_cannot_run_ends_all_of_them(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    supervision = Supervision(
        worker=python(f"{write_pid(file)}; time.sleep(60)"),
        web=python(f"time.sleep(0.5); sys.exit({GIVE_UP_EXIT})"),
    )

    assert supervision.wait() == GIVE_UP_EXIT
    assert pids(file) and not any(is_alive(pid) for pid in pids(file))


def test_a_process_that_will_not_end_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    stubborn = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {write_pid(file)}; time.sleep(60)"
    supervision = Supervision(stop_seconds=0.5, worker=python(stubborn))
    wait_until(lambda: len(pids(file)) == 1)

    assert supervision.end() == 0
    assert not is_alive(pids(file)[0])


def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    child = f"""
import os, sys, threading
from certifly.worker.supervise import end_with_parent
stop = threading.Event()
end_with_parent(stop, parent=os.getppid())
{write_pid(file)}
stop.wait(60)
"""
    parent = subprocess.Popen(
        python(f"import subprocess; subprocess.run([sys.executable, '-c', {child!r}])"), env=OUR_CODE
    )
    wait_until(lambda: len(pids(file)) == 1)

    parent.kill()
    parent.wait()

    wait_until(lambda: not is_alive(pids(file)[0]))
