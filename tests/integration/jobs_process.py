"""A worker process of its own with tasks made for tests; they write what happens to them into a file.

``python tests/integration/jobs_process.py DATABASE_URL SLOT FOLDER``
"""

import os
import sys
import time
from collections import Counter
from pathlib import Path

from certifly.core.logging import configure_logging
from certifly.worker.run import run_slot
from certifly.worker.supervise import end_with_parent, stop_on_signals
from certifly.worker.task import Task


class Diary:
    """What happened, one line each, in a file that outlives a killed process."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "diary"
        self.gate = folder / "gate"
        """While this file is missing, waiting jobs wait."""

    def write(self, line: str) -> None:
        """A line shorter than a page is appended whole, by however many processes."""
        with self._path.open("a") as file:
            file.write(line + "\n")

    def read(self) -> Counter[str]:
        """How often each line was written."""
        return Counter(self._path.read_text().splitlines() if self._path.exists() else [])

    def wait_for(self, *lines: str, seconds: float = 20.0) -> None:
        """Return when every line was written; fail after so many seconds."""
        deadline = time.monotonic() + seconds
        while not set(lines) <= set(found := self.read()):
            assert time.monotonic() < deadline, f"{set(lines) - set(found)} did not happen"
            time.sleep(0.01)


def note(diary: Diary, tenant_id: int, number: int, *, attempt: int) -> None:
    """Writes that it ran."""
    diary.write(f"noted {number}")


def wait(diary: Diary, tenant_id: int, number: int, *, attempt: int) -> None:
    """Begins, and ends only when the gate is open."""
    diary.write(f"begun {number}")
    while not diary.gate.exists():
        time.sleep(0.01)
    diary.write(f"ended {number}")


def stumble(diary: Diary, tenant_id: int, number: int, *, attempt: int) -> None:
    """Fails until the gate is open."""
    diary.write(f"tried {number}")
    if not diary.gate.exists():
        raise RuntimeError("a foreign text with a name in it: Ada Lovelace")
    diary.write(f"managed {number}")


def give_up(diary: Diary, tenant_id: int, number: int, *, attempt: int, reason: str) -> None:
    """What a domain does when a job cannot be done."""
    diary.write(f"failed {number}: {reason}")


def cannot_even_give_up(diary: Diary, tenant_id: int, number: int, *, attempt: int, reason: str) -> None:
    """A domain in as much trouble as its job."""
    diary.write(f"not told {number}")
    raise RuntimeError("again")


TASKS = {
    "notes.note": Task(note, give_up),
    "notes.wait": Task(wait, give_up),
    "notes.stumble": Task(stumble, give_up),
    "notes.despair": Task(stumble, cannot_even_give_up),
    "letters.wait": Task(wait, give_up),
}


if __name__ == "__main__":
    configure_logging("info")
    stop = stop_on_signals()
    end_with_parent(stop, parent=os.getppid())
    run_slot(sys.argv[1], sys.argv[2], TASKS, Diary(Path(sys.argv[3])), stop, drain_seconds=2.0)
