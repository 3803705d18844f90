"""One render process, as the pool sees it: start it, give it a job, watch it, end it.

A job ends in one of three ways: with bytes, with an error that the process itself reports, or with the end
of the process. Whoever gets anything but bytes or a reported error must throw the process away; a process
is never used again after something unforeseen.

A job is blamed for processor time and memory, which it uses up itself. When the clock runs out first, the server is
busy, and that is what the error says.
"""

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from certifly.rendering import frames
from certifly.rendering.errors import (
    RenderDelayed,
    RendererNotStarted,
    RenderFailed,
    RenderInterrupted,
    RenderOutOfMemory,
    RenderTimedOut,
)
from certifly.rendering.formats import Format
from certifly.rendering.job import RenderJob

START_SECONDS_MAX = 60.0
"""Time to import and to load the fonts, on a machine that is busy with something else."""

MEMORY_LOOKED_AT_EVERY_SECONDS = 0.05
PIPE_BYTES = 1024 * 1024
READ_BYTES = 1024 * 1024
COMPLAINT_BYTES_KEPT = 4096
FOLDER_PREFIX = "certifly-render-"
LOCK_NAME = "in-use"
STALE_AFTER_SECONDS = 60.0
"""A folder without a lock is left alone for this long: its owner may just be making it."""

OUT_OF_MEMORY_SIGNS = (b"memory allocation of", b"MemoryError", b"Cannot allocate memory", b"bad_alloc")
ENDED_FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class _Ended(Exception):
    """The process closed its pipe."""


class _ClockRanOut(Exception):
    """The process has not answered in time."""


class RenderProcess:
    """A running render process; use it from one thread at a time."""

    def __init__(self, *, memory_mb: int, fonts_dir: Path | None, handler: str) -> None:
        self.jobs_done = 0
        self.is_sound = False
        """Whether it waits for a job. Whatever goes wrong between a start and an answer leaves this false."""
        self._memory_mb = memory_mb
        self._complaints = b""
        self._folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        try:
            self._process = self._start(fonts_dir, handler)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._prepare_pipes()
        self._received = bytearray()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Raise RendererNotStarted if it cannot start; RenderInterrupted or RenderDelayed if it was not let to."""
        try:
            kind, _ = self._exchange([], until=time.monotonic() + START_SECONDS_MAX)
        except _Ended:
            how = self._how_it_ended()
            if -self._process.returncode in ENDED_FROM_OUTSIDE:
                raise RenderInterrupted(how) from None
            raise RendererNotStarted(how) from None
        except _ClockRanOut:
            raise RenderDelayed(START_SECONDS_MAX) from None
        assert kind == frames.READY, f"expected a process that is ready, got {kind!r}"
        self.is_sound = True

    def run(self, job: RenderJob, format: Format, *, timeout_seconds: float, clock_seconds: float) -> bytes:
        """Return the bytes of the file. ``timeout_seconds`` are of processor time.

        Raises RenderFailed or one of its kinds, RenderInterrupted, and RenderDelayed when the clock ran out.
        """
        until = time.monotonic() + clock_seconds
        self.is_sound = False
        head = f"{format} {timeout_seconds!r}\n".encode()
        outgoing = frames.frame(frames.JOB, head, replace(job, assets={}).to_bytes())
        try:
            kind, content = self._exchange(outgoing, until=until)
            if kind == frames.NEED:
                kind, content = self._exchange(self._assets(job, content.decode().split("\n")), until=until)
        except _ClockRanOut:
            raise RenderDelayed(clock_seconds) from None
        except _Ended:
            raise self._verdict(timeout_seconds) from None
        if kind == frames.OUT_OF_MEMORY:
            raise RenderOutOfMemory(self._memory_mb)
        self.jobs_done += 1
        self.is_sound = True
        if kind == frames.FAILED:
            raise RenderFailed(content.decode())
        assert kind == frames.DONE, f"expected a result, got {kind!r}"
        return content

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def resident_mb(self) -> float:
        """Memory the process really holds; 0 when it is gone."""
        with contextlib.suppress(OSError, IndexError):
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
            return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        return 0.0

    def end(self) -> None:
        """Kill the process, reap it, and remove what it leaves. Ending twice is not an error."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """Make a job that runs in another thread end; that thread calls ``end``."""
        self._process.kill()

    def _start(self, fonts_dir: Path | None, handler: str) -> "subprocess.Popen[bytes]":
        # -P: nothing is imported from the current folder that the parent would not import.
        command = [sys.executable, "-P", "-m", "certifly.rendering.process", "--handler", handler]
        command += ["--folder", str(self._folder), "--memory-mb", str(self._memory_mb)]
        if fonts_dir is not None:
            command += ["--fonts-dir", str(fonts_dir)]
        # The lock is inherited and held until the process is gone, however it goes; see sweep_stale_folders.
        lock = os.open(self._folder / LOCK_NAME, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=self._folder,
                env=_environment(),
                pass_fds=(lock,),
                process_group=0,  # Ctrl-C on the terminal is for the parent, which then ends us in order
            )
        finally:
            os.close(lock)

    def _prepare_pipes(self) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._stdin, self._stdout, self._stderr = (
            process.stdin.fileno(),
            process.stdout.fileno(),
            process.stderr.fileno(),
        )
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe, False)
        for pipe in (self._stdin, self._stdout):
            # Only faster: without Linux, or with the machine's budget for pipes used up, it is as right.
            with contextlib.suppress(OSError, AttributeError):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._poll.register(self._stderr, select.POLLIN)

    def _assets(self, job: RenderJob, names: Sequence[str]) -> list[bytes]:
        return [part for name in names for part in frames.frame(frames.ASSET, job.assets[name])]

    def _exchange(self, outgoing: Iterable[bytes], *, until: float) -> tuple[bytes, bytes]:
        """Write everything and return the next frame; writing and reading overlap, so neither end can wait
        for the other for ever."""
        pending = [memoryview(part) for part in outgoing if part]
        if pending:
            self._poll.register(self._stdin, select.POLLOUT)
        while True:
            received = self._next_received()
            if received is not None:
                return received
            left = until - time.monotonic()
            if left <= 0:
                raise _ClockRanOut
            ready = self._poll.poll(min(left, MEMORY_LOOKED_AT_EVERY_SECONDS) * 1000)
            if not ready and self.resident_mb() > self._memory_mb:
                raise RenderOutOfMemory(self._memory_mb)
            # Last registered first: standard output, whose end is the end, comes after any last words.
            for pipe, _ in reversed(ready):
                if pipe == self._stdin:
                    self._write_some(pending)
                else:
                    self._read_some(pipe)

    def _write_some(self, pending: list[memoryview]) -> None:
        try:
            written = os.writev(self._stdin, pending[:16])
        except BrokenPipeError:
            pending.clear()  # how it ended is read from the other pipes
        else:
            while pending and written >= len(pending[0]):
                written -= len(pending.pop(0))
            if pending:
                pending[0] = pending[0][written:]
        if not pending:
            self._poll.unregister(self._stdin)

    def _read_some(self, pipe: int) -> None:
        content = os.read(pipe, READ_BYTES)
        if pipe == self._stderr:
            self._complaints = (self._complaints + content)[-COMPLAINT_BYTES_KEPT:]
            if not content:
                self._poll.unregister(pipe)  # closed: it would be ready for ever
        elif content:
            self._received += content
        else:
            raise _Ended

    def _next_received(self) -> tuple[bytes, bytes] | None:
        if len(self._received) < frames.HEADER.size:
            return None
        kind, length = frames.HEADER.unpack_from(self._received)
        assert length <= frames.CONTENT_BYTES_MAX, "the stream is out of step"
        if len(self._received) < frames.HEADER.size + length:
            return None
        content = bytes(memoryview(self._received)[frames.HEADER.size :])
        assert len(content) == length, "a process answers once"
        self._received = bytearray()
        return kind, content

    def _verdict(self, timeout_seconds: float) -> RenderFailed | RenderInterrupted:
        """Say why a process that ended in the middle of a job ended."""
        how = self._how_it_ended()
        if -self._process.returncode == signal.SIGPROF:
            return RenderTimedOut(timeout_seconds)  # see processor_time_limited
        if any(sign in self._complaints for sign in OUT_OF_MEMORY_SIGNS):
            return RenderOutOfMemory(self._memory_mb)
        if -self._process.returncode in ENDED_FROM_OUTSIDE:
            return RenderInterrupted(how)
        return RenderFailed(f"its process {how}")

    def _how_it_ended(self) -> str:
        status = self._process.wait()
        with contextlib.suppress(BlockingIOError):
            while content := os.read(self._stderr, READ_BYTES):
                self._complaints = (self._complaints + content)[-COMPLAINT_BYTES_KEPT:]
        lines = self._complaints.decode(errors="replace").strip().splitlines()
        last = f": {lines[-1][:300]}" if lines else ""
        if status < 0:
            return f"was ended by {signal.Signals(-status).name}{last}"
        return f"ended with status {status}{last}"


def sweep_stale_folders() -> None:
    """Remove the folders of processes that were killed together with their pool."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or gone in this moment
            if not _is_in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_in_use(folder: Path) -> bool:
    try:
        lock = os.open(folder / LOCK_NAME, os.O_RDWR)
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime < STALE_AFTER_SECONDS
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _environment() -> dict[str, str]:
    """What a process may know: where the code is. Never the parent's environment, which holds secrets."""
    return {
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        # Pages are drawn one per process at a time; more threads or heaps would cost memory only.
        "RAYON_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
