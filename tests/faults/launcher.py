"""Start ``certifly`` so that it kills itself at a chosen commit, or writes down which commits it makes.

``python tests/faults/launcher.py work --slot one``, steered by two variables of the environment:
FAULT_COMMITS names a file to write the labels of commits into; FAULT_AT is ``before`` or ``after``, and a
label. A label are the tables that a commit changes, and which commit of that kind it is in this process:
``certificates+emails 1``.

The product knows nothing of this: the launcher hands it SQLite connections that count along.
"""

import os
import re
import runpy
import signal
import sqlite3
import threading
from collections import Counter
from pathlib import Path
from typing import Any

_CHANGE = re.compile(
    r"\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:main\.|\"main\"\.)?\"?(\w+)",
    re.IGNORECASE,
)
_side, _, _label = os.environ.pop("FAULT_AT", "").partition(" ")
_commits = os.environ.pop("FAULT_COMMITS", None)
_count: Counter[str] = Counter()
_one_at_a_time = threading.RLock()


class CountingConnection(sqlite3.Connection):
    """Knows what it changed since its last commit."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._changed: set[str] = set()
        self._changes_before = 0
        self.set_trace_callback(self._note)

    def commit(self) -> None:
        """Commit, and die before or after it if that is what was asked for."""
        with _one_at_a_time:
            label = self._label()
            if label and (_side, _label) == ("before", label):
                os.kill(os.getpid(), signal.SIGKILL)
            super().commit()
            if label and _commits:
                with Path(_commits).open("a") as file:
                    file.write(label + "\n")
            if label and (_side, _label) == ("after", label):
                os.kill(os.getpid(), signal.SIGKILL)

    def _label(self) -> str:
        tables, self._changed = "+".join(sorted(self._changed)), set()
        before, self._changes_before = self._changes_before, self.total_changes
        if not tables or before == self.total_changes:
            return ""
        _count[tables] += 1
        return f"{tables} {_count[tables]}"

    def rollback(self) -> None:
        """Forget what was not committed."""
        self._changed = set()
        super().rollback()

    def _note(self, statement: str) -> None:
        if found := _CHANGE.match(statement):
            self._changed.add(found.group(1))


def _connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
    return _original_connect(*arguments, **{"factory": CountingConnection, **options})


_original_connect = sqlite3.connect

if __name__ == "__main__":
    for module in (sqlite3, sqlite3.dbapi2):
        setattr(module, "connect", _connect)  # noqa: B010
    runpy.run_module("certifly", run_name="__main__", alter_sys=True)
