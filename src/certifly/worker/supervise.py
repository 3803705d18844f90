"""Keep processes alive: start them, start again what ends unasked, and end all of them together.

Used by ``certifly work`` and ``certifly run``. A process that keeps ending is started at growing intervals;
one that ends with GIVE_UP_EXIT says that starting it again will not help (wrong settings, a port in use).
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

log = logging.getLogger(__name__)

GIVE_UP_EXIT = 78
"""EX_CONFIG of sysexits.h."""
BACK_OFF_SECONDS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Waits before starting a process again; the last one from then on."""
STEADY_SECONDS = 20.0
"""A process that lived this long has started well: its next end is the first again."""
STOP_SECONDS = 15.0
"""How long processes may take to end before they are killed."""
LOOK_SECONDS = 0.1


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM or SIGINT sets."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


class Child:
    """One process that is to be kept alive."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None) -> None:
        self.name = name
        self._command = list(command)
        self._environment = None if environment is None else dict(environment)
        self._ends = 0
        self._due = 0.0
        self._started_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def keep_alive(self) -> int | None:
        """Start the process if it does not run and is due; returns the exit code when there is no use in it."""
        now = time.monotonic()
        if self.process is not None and (code := self.process.poll()) is not None:
            self.process = None
            if code == GIVE_UP_EXIT:
                return code
            self._ends = 0 if now - self._started_at >= STEADY_SECONDS else self._ends
            self._due = now + BACK_OFF_SECONDS[min(self._ends, len(BACK_OFF_SECONDS) - 1)]
            self._ends += 1
            log.error(
                "process_ended", extra={"facts": {"process": self.name, "exit": code, "ends": self._ends}}
            )
        if self.process is None and now >= self._due:
            self.process = subprocess.Popen(self._command, env=self._environment)
            self._started_at = now
        return None


def supervise(
    commands: Mapping[str, Sequence[str]],
    stop: threading.Event,
    *,
    environment: Mapping[str, str] | None = None,
    stop_seconds: float = STOP_SECONDS,
) -> int:
    """Keep every command running until ``stop``, then end them all.

    Returns 0, or GIVE_UP_EXIT when one of them said that it cannot run.
    """
    children = [Child(name, command, environment) for name, command in commands.items()]
    given_up = 0
    try:
        while not given_up:
            for child in children:
                given_up = given_up or child.keep_alive() or 0
            if stop.wait(LOOK_SECONDS):
                break
    finally:
        _end([child.process for child in children if child.process is not None], stop_seconds)
    return given_up


def end_with_parent(stop: threading.Event, *, parent: int) -> None:
    """Set ``stop`` when ``parent``, which started this process, is gone, so that no kill leaves orphans behind.

    The parent tells its id itself: asked for here, it could be gone already, and its heir be taken for it.
    """

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS * 5)
        stop.set()

    threading.Thread(target=look, name="certifly-parent", daemon=True).start()


def _end(processes: Sequence["subprocess.Popen[bytes]"], seconds: float) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)  # does nothing to one that has ended
    deadline = time.monotonic() + seconds
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("process_killed", extra={"facts": {"pid": process.pid}})
            process.kill()
            process.wait()
