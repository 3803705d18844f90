"""Render in processes that can be killed.

A compilation that runs away can be neither cancelled nor bounded from inside, so it happens in a child
process with limits on processor time, memory, and time by the clock. Whatever becomes of one job, the pool stays
whole: a process that timed out, grew too large or died is gone, and another takes its place when the next job comes.
"""

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from certifly.rendering.child import RenderProcess, sweep_stale_folders
from certifly.rendering.errors import RenderersBusy, RenderFailed, RenderInterrupted
from certifly.rendering.formats import Format
from certifly.rendering.job import RenderJob

JOBS_MAX = 2_000
"""Jobs after which a process is replaced: whatever leaks, leaks only so far."""

WAIT_SECONDS = 60.0
"""How long a caller waits for a process to become free."""

CLOCK_FACTOR = 3.0
"""Time by the clock that a job has for each second of processor time: others use the processors too."""

CLOCK_SECONDS_MIN = 10.0
"""The least time by the clock, however little processor time a job may use."""

MEMORY_KEPT_SHARE = 0.6
"""A process that holds more than this share of its limit between two jobs is replaced, so that no job
fails for what its predecessors left behind."""

ENGINE = "certifly.rendering.process:Drawing"


class RenderPool:
    """Up to ``processes`` render processes, for callers on any thread.

    ``timeout_seconds`` of processor time and ``memory_mb`` bound one job; ``clock_seconds`` is how long the pool
    waits for it. Processes start when they are first needed, or at
    once with ``start``. ``handler`` names the function that makes what draws (``module:function``).
    """

    def __init__(
        self,
        processes: int,
        timeout_seconds: float,
        memory_mb: int,
        jobs_max: int = JOBS_MAX,
        fonts_dir: Path | None = None,
        *,
        clock_seconds: float | None = None,
        wait_seconds: float = WAIT_SECONDS,
        handler: str = ENGINE,
    ) -> None:
        assert processes >= 1
        self._processes_max = processes
        self._timeout_seconds = timeout_seconds
        self._clock_seconds = clock_seconds or max(CLOCK_SECONDS_MIN, CLOCK_FACTOR * timeout_seconds)
        self._memory_mb = memory_mb
        self._jobs_max = jobs_max
        self._wait_seconds = wait_seconds
        self._fonts_dir = fonts_dir
        self._handler = handler
        self._changed = threading.Condition()
        self._idle: list[RenderProcess] = []
        self._busy: set[RenderProcess] = set()
        self._starting = 0
        self._is_closed = False
        sweep_stale_folders()

    def render(self, job: RenderJob, format: Format) -> bytes:
        """Return the file's bytes; wait for a free process first.

        Raises RenderFailed, RenderTimedOut or RenderOutOfMemory for the job; RenderInterrupted or RenderDelayed
        when it is not to blame, and RenderersBusy if no process became free.
        """
        try:
            process = self._acquire()
            try:
                return process.run(
                    job,
                    format,
                    timeout_seconds=self._timeout_seconds,
                    clock_seconds=self._clock_seconds,
                )
            finally:
                self._release(process)
        except (RenderFailed, RenderInterrupted):
            self._refuse_when_closed()  # then that is the reason, whatever became of the job
            raise

    def start(self) -> None:
        """Start every process now, so that the first callers need not wait for it."""
        for _ in range(self._processes_max):
            with self._changed:
                self._refuse_when_closed()
                if len(self._idle) + len(self._busy) + self._starting >= self._processes_max:
                    return
                self._starting += 1
            self._release(self._start_one())

    def close(self) -> None:
        """End every process, also in the middle of a job. Closing twice is not an error."""
        with self._changed:
            self._is_closed = True
            idle, self._idle = self._idle, []
            for process in self._busy:
                process.kill()
        for process in idle:
            process.end()
        with self._changed:
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy and not self._starting)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _acquire(self) -> RenderProcess:
        """Return a process for the caller alone: an idle one, else a new one, else wait."""
        until = time.monotonic() + self._wait_seconds
        with self._changed:
            while True:
                self._refuse_when_closed()
                while self._idle:
                    process = self._idle.pop()  # the latest: its pictures are still there
                    if process.is_alive():
                        self._busy.add(process)
                        return process
                    process.end()
                if len(self._busy) + self._starting < self._processes_max:
                    self._starting += 1
                    break
                if not self._changed.wait(until - time.monotonic()):
                    raise RenderersBusy(self._wait_seconds)
        return self._start_one()

    def _start_one(self) -> RenderProcess:
        """Start a process in a place that was counted in ``_starting``."""
        process = None
        try:
            process = RenderProcess(
                memory_mb=self._memory_mb, fonts_dir=self._fonts_dir, handler=self._handler
            )
        finally:
            with self._changed:
                self._starting -= 1
                if process is not None:
                    self._busy.add(process)
                    if self._is_closed:
                        process.kill()
                self._changed.notify_all()
        try:
            process.wait_until_ready()
        except BaseException:  # also Ctrl-C: whoever closes the pool waits for every process
            self._release(process)
            raise
        return process

    def _release(self, process: RenderProcess) -> None:
        """Keep the process for the next caller, or end it, before anybody may take its place."""
        is_kept = (
            process.is_sound
            and process.jobs_done < self._jobs_max
            and process.resident_mb() <= self._memory_mb * MEMORY_KEPT_SHARE
        )
        with self._changed:
            if is_kept and not self._is_closed:
                self._busy.remove(process)
                self._idle.append(process)
                self._changed.notify()
                return
        process.end()
        with self._changed:
            self._busy.remove(process)
            self._changed.notify_all()

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise RenderInterrupted("was ended because the server stops")
