"""Look into files of strangers in processes that can be killed.

Every file gets a separate process, which knows nothing but the file and has bounded memory and time. When it uses up
its memory or its processor time, that is a result too: a certificate never needs as much. When only the clock ran
out, the server is busy, and nothing is said about the file. At most so many processes run at the same time; further
callers wait a moment, then get an error that asks them to try again.
"""

import contextlib
import logging
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from certifly.verification.child import OUT_OF_MEMORY
from certifly.verification.errors import InspectionUnfinished, InspectorsBusy
from certifly.verification.facts import Facts, from_json
from certifly.verification.inspect import UPLOAD_BYTES_MAX, outline

log = logging.getLogger(__name__)

PROCESSES_MAX = 2
WAIT_SECONDS = 10.0
"""How long a caller waits for another file to be done."""

TIMEOUT_SECONDS = 15.0
"""By the clock, with the start of the process on a busy machine. Certificates take a second. No file is judged by
this limit: a busy server may need longer for any of them."""
CPU_SECONDS = 8
MEMORY_MB = 384
ANSWER_BYTES_MAX = 24 * 1024 * 1024
"""The largest answer: the most credentials of the greatest length, as text and taken apart."""

READ_BYTES = 256 * 1024
CHILD = "certifly.verification.child"

TOO_LONG = "more processor time than checking a certificate ever takes"
TOO_MUCH = "more memory than checking a certificate ever takes"


TOO_LARGE = "a longer description than that of any certificate"


class _ClockRanOut(Exception):
    """The process has not ended in time."""


class InspectionFailed(Exception):
    """The process ended in a way that no file explains: a defect, or a damaged installation."""


@dataclass(frozen=True, slots=True)
class Inspector:
    """Looks into files, for callers on any thread. ``child`` is the module that is run."""

    timeout_seconds: float = TIMEOUT_SECONDS
    cpu_seconds: int = CPU_SECONDS
    memory_mb: int = MEMORY_MB
    wait_seconds: float = WAIT_SECONDS
    child: str = CHILD
    timestamp_roots: str | None = None
    """Roots under which time stamps are confirmed, in PEM."""
    _turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(PROCESSES_MAX)
    )

    def inspect(self, content: bytes) -> Facts:
        """The facts of a file.

        Raises InspectorsBusy and InspectionUnfinished when the server is busy, and InspectionFailed for a defect of
        ours.
        """
        assert len(content) <= UPLOAD_BYTES_MAX, "who takes the upload bounds it"
        if not self._turns.acquire(timeout=self.wait_seconds):
            raise InspectorsBusy(self.wait_seconds)
        try:
            return self._inspect(content)
        finally:
            self._turns.release()

    def _inspect(self, content: bytes) -> Facts:
        until = time.monotonic() + self.timeout_seconds
        status = None
        try:
            with _started(self._command()) as process:
                answer = _exchange(process, content, until=until)
                if answer is not None:
                    status = _wait(process, until=until)
        except _ClockRanOut:
            _log_end("clock", content)
            raise InspectionUnfinished from None
        if answer is not None and status == 0:
            return from_json(answer)

        _log_end(status, content)
        if status == -signal.SIGKILL:  # by the kernel, which has no memory left, or by an operator
            raise InspectionUnfinished
        detail = TOO_LARGE if answer is None else _why(status)
        if detail is None:
            raise InspectionFailed(f"the process that looks into files ended with status {status}")
        return replace(outline(content), trouble="beyond_limits", detail=detail)

    def _command(self) -> list[str]:
        # -P: nothing is imported from the current folder that the parent would not import.
        limits = (str(self.memory_mb), str(self.cpu_seconds))
        roots = (self.timestamp_roots,) if self.timestamp_roots else ()
        return [sys.executable, "-P", "-m", self.child, *limits, *roots]


def _log_end(status: int | str | None, content: bytes) -> None:
    log.warning("inspection_ended", extra={"facts": {"status": status, "bytes": len(content)}})


def _why(status: int | None) -> str | None:
    """Which of its limits the process used up; None when it ended for another reason, which no file explains."""
    if status == -signal.SIGXCPU:
        return TOO_LONG
    if status == OUT_OF_MEMORY or status in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
        return TOO_MUCH
    return None


@contextlib.contextmanager
def _started(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, until the end of the block at the latest."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what libraries say of a file may quote it
        bufsize=0,
        cwd="/",
        env=_environment(),
        process_group=0,  # Ctrl-C on the terminal is for the parent
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def _exchange(process: "subprocess.Popen[bytes]", content: bytes, *, until: float) -> bytes | None:
    """Send the file and return the answer; None for one that is too long. Raises _ClockRanOut."""
    assert process.stdin is not None and process.stdout is not None
    pending, received = memoryview(content), bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, event in ((process.stdin, selectors.EVENT_WRITE), (process.stdout, selectors.EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            selector.register(pipe, event)
        while len(received) <= ANSWER_BYTES_MAX:
            left = until - time.monotonic()
            if left <= 0:
                raise _ClockRanOut
            for key, _ in selector.select(left):
                if key.fileobj is process.stdin:
                    pending = _write_some(process.stdin.fileno(), pending)
                    if not pending:
                        selector.unregister(process.stdin)
                        process.stdin.close()
                    continue
                piece = os.read(process.stdout.fileno(), READ_BYTES)
                if not piece:
                    return bytes(received)
                received += piece
    return None


def _wait(process: "subprocess.Popen[bytes]", *, until: float) -> int:
    """The exit status. Raises _ClockRanOut."""
    try:
        return process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise _ClockRanOut from None


def _write_some(pipe: int, pending: memoryview) -> memoryview:
    try:
        return pending[os.write(pipe, pending[:READ_BYTES]) :]
    except BrokenPipeError:
        return pending[:0]  # it ended; how, its status says


def _environment() -> dict[str, str]:
    """What the process may know: where the code is. Never the parent's environment, which holds secrets."""
    return {
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
