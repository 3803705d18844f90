"""The process that looks into one file: from standard input to standard output, then the end.

``python -m certifly.verification.child`` is started by the inspector and by nothing else. It holds no secret, may
neither fetch nor start anything, writes no file, and has little memory and time.
"""

import logging
import resource
import sys
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from certifly.credentials.chain import der_of
from certifly.verification.facts import Facts, to_json
from certifly.verification.inspect import UPLOAD_BYTES_MAX, inspect

OUT_OF_MEMORY = 3
"""Exit status. Whatever else is not zero is a defect of ours."""

FORBIDDEN = frozenset({"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec"})
"""Audit events of the interpreter. The libraries are told not to fetch; this is for where they forget."""


class Forbidden(BaseException):
    """Something tried to leave this process. Not an Exception: no library may catch it."""


def main(arguments: list[str], look: Callable[[bytes], Facts] | None = None) -> NoReturn:
    """Arguments: memory in megabytes, processor time in seconds, and the roots of time stamps in PEM, if any."""
    memory_mb, cpu_seconds = (int(argument) for argument in arguments[:2])
    look = look or partial(inspect, timestamp_roots=der_of("".join(arguments[2:])))
    limit(memory_mb=memory_mb, cpu_seconds=cpu_seconds)
    sys.addaudithook(refuse)
    logging.disable()  # libraries would quote the file
    status, answer = answer_to(sys.stdin.buffer.read(UPLOAD_BYTES_MAX), look)
    sys.stdout.buffer.write(answer)
    sys.exit(status)


def answer_to(content: bytes, look: Callable[[bytes], Facts]) -> tuple[int, bytes]:
    """Exit status, and what to say."""
    try:
        return 0, to_json(look(content))
    except MemoryError:
        return OUT_OF_MEMORY, b""


def refuse(event: str, _: tuple[object, ...]) -> None:
    """End whatever would reach beyond this process."""
    if event in FORBIDDEN:
        raise Forbidden(event)


def limit(*, memory_mb: int, cpu_seconds: int) -> None:
    """Let allocations beyond the limit fail, and the kernel end us when the time is up.

    RLIMIT_DATA counts private writable pages, which is what a process can run away with.
    """
    _lower(resource.RLIMIT_DATA, memory_mb * 1024 * 1024)
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(what: int, wanted: int) -> None:
    _, most = resource.getrlimit(what)
    chosen = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(what, (chosen, most))


if __name__ == "__main__":
    main(sys.argv[1:])
