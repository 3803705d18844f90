"""What render processes of the pool's tests do instead of drawing: misbehave on demand.

The job's title says how. Real processes, real pipes, real signals; only the drawing is another.
"""

import ctypes
import mmap
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np

from certifly.rendering.errors import RenderFailed
from certifly.rendering.job import RenderJob
from certifly.rendering.png import encode_png

Handler = Callable[[RenderJob, str], bytes]

_mebibytes_held: list[bytearray] = []


def make_obedient(folder: Path, fonts_dir: Path | None) -> Handler:
    """A process that does what the title says, as ``verb`` or ``verb:argument``."""

    def handle(job: RenderJob, format: str) -> bytes:
        verb, _, argument = job.title.partition(":")
        return _VERBS[verb](argument, folder)

    def with_echo(job: RenderJob, format: str) -> bytes:
        if job.title == "echo":
            contents = [f"{name}={len(content)}" for name, content in job.assets.items()]
            return "\n".join([format, job.check_url, *contents]).encode()
        return handle(job, format)

    return with_echo


def make_obedient_pages(folder: Path, fonts_dir: Path | None) -> Handler:
    """The same, with what it says on a page that can be signed, or in a picture that can be baked."""
    obey = make_obedient(folder, fonts_dir)

    def handle(job: RenderJob, format: str) -> bytes:
        said = obey(job, format)
        if format == "png":
            return encode_png(np.frombuffer(said.ljust(3, b"\0")[:3], np.uint8).reshape(1, 1, 3))
        return page_saying(said) if format == "pdf" else b"<svg xmlns='http://www.w3.org/2000/svg'/>"

    return handle


def page_saying(said: bytes) -> bytes:
    """The smallest PDF there can be, with these bytes in it."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(said), said),
    ]
    pdf = b"%PDF-1.7\n"
    table = b"xref\n0 5\n0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(pdf)
        pdf += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    trailer = b"trailer\n<< /Size 5 /Root 1 0 R /ID [<00><00>] >>\nstartxref\n%d\n%%%%EOF" % len(pdf)
    return pdf + table + trailer


def make_nothing(folder: Path, fonts_dir: Path | None) -> Handler:
    raise OSError("there is no typesetter here")


def make_slowly(folder: Path, fonts_dir: Path | None) -> Handler:
    time.sleep(60)
    raise AssertionError("nobody waits that long")


def _sleep(argument: str, folder: Path) -> bytes:
    time.sleep(float(argument))
    return b"slept"


def _spin(argument: str, folder: Path) -> bytes:
    """Use processor time: so many seconds, or without end."""
    until = time.process_time() + float(argument or "inf")
    while time.process_time() < until:
        pass
    return b"spun"


def _hang_outside_python(argument: str, folder: Path) -> bytes:
    """Like a compile that runs away: no Python code runs, and the interpreter's lock is released."""
    ctypes.CDLL(None).sleep(60)
    return b""


def _result(argument: str, folder: Path) -> bytes:
    return bytes(int(argument))


def _allocate(argument: str, folder: Path) -> bytes:
    return bytes(bytearray(int(argument) * 2**20)[:5])


def _keep(argument: str, folder: Path) -> bytes:
    held = bytearray(int(argument) * 2**20)
    held[:: os.sysconf("SC_PAGE_SIZE")] = b"x" * len(held[:: os.sysconf("SC_PAGE_SIZE")])
    _mebibytes_held.append(held)
    return b"kept"


def _map_shared(argument: str, folder: Path) -> NoReturn:
    """Grow by shared pages, which the process's own limit does not count."""
    pages = mmap.mmap(-1, int(argument) * 2**20)
    for start in range(0, len(pages), 4096):
        pages[start] = 1
    time.sleep(60)
    raise AssertionError("still alive")


def _meet(argument: str, folder: Path) -> bytes:
    """Wait for another process that does the same."""
    meeting = Path(argument)
    (meeting / str(os.getpid())).touch()
    while len(list(meeting.iterdir())) < 2:
        time.sleep(0.01)
    return b"met"


def _refuse(argument: str, folder: Path) -> NoReturn:
    raise RenderFailed(argument)


def _find_no_memory(argument: str, folder: Path) -> NoReturn:
    raise MemoryError


def _stumble(argument: str, folder: Path) -> NoReturn:
    raise ValueError("two\nlines " + "x" * 1000)


def _die(argument: str, folder: Path) -> NoReturn:
    os.write(2, b"something broke\n")
    os._exit(int(argument))


def _signal(argument: str, folder: Path) -> bytes:
    os.kill(os.getpid(), getattr(signal, argument))
    time.sleep(60)
    return b""


def _abort_for_memory(argument: str, folder: Path) -> NoReturn:
    """The last words of a Rust program that gets no memory."""
    os.write(2, b"memory allocation of 123 bytes failed\n")
    os.abort()


def _complain(argument: str, folder: Path) -> bytes:
    os.write(1, b"noise on standard output\n" * 10_000)
    os.write(2, b"noise on standard error\n" * 10_000)
    return b"done"


def _close_errors(argument: str, folder: Path) -> bytes:
    os.close(2)
    os.close(1)
    time.sleep(0.2)
    return b"done"


def _environment(argument: str, folder: Path) -> bytes:
    return "\n".join(os.environ).encode()


def _folder(argument: str, folder: Path) -> bytes:
    (folder / "left-over").write_text("x")
    return str(folder).encode()


def _pid(argument: str, folder: Path) -> bytes:
    return str(os.getpid()).encode()


_VERBS: dict[str, Callable[[str, Path], bytes]] = {
    "sleep": _sleep,
    "spin": _spin,
    "hang": _hang_outside_python,
    "result": _result,
    "allocate": _allocate,
    "keep": _keep,
    "map-shared": _map_shared,
    "meet": _meet,
    "refuse": _refuse,
    "no-memory": _find_no_memory,
    "stumble": _stumble,
    "die": _die,
    "signal": _signal,
    "abort-for-memory": _abort_for_memory,
    "complain": _complain,
    "close-errors": _close_errors,
    "environment": _environment,
    "folder": _folder,
    "pid": _pid,
}
