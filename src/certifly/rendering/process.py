"""The main loop of a render process: one job after the other, from pipe to pipe.

``python -m certifly.rendering.process`` is started by the pool and by nothing else. It holds no secret and
opens no connection. It must never outlive its parent: a thread reads the pipe at all times, also while the
main thread is deep in a compilation, and ends the process at once when the pipe closes or the parent has
changed. (The kernel's parent-death signal would not do: it fires when the *thread* that started the process
ends, and pools are used from threads that come and go.)
"""

import argparse
import json
import os
import queue
import resource
import select
import shutil
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

from certifly.rendering import frames
from certifly.rendering.engine import Engine
from certifly.rendering.errors import RenderFailed
from certifly.rendering.formats import PREVIEWS, PreviewName
from certifly.rendering.job import RenderJob, asset_names
from certifly.rendering.preview import encode_preview
from certifly.rendering.raster import draw_page, rasterise, with_device_colours
from certifly.rendering.readable import unreadable_codes

Handler = Callable[[RenderJob, str], bytes]
"""Draws a job in a format, by its name in ``formats.py``."""

ASSETS_KEPT_BYTES_MAX = 8 * 1024 * 1024
"""Content of assets kept for the next job; the pool need not send it again. Enough for a batch of one template;
keeping four times as much saved no time that could be measured with fifty."""

REASON_CHARACTERS_MAX = 500
PARENT_LOOKED_FOR_EVERY_SECONDS = 1.0
BYTES_PER_MB = 1024 * 1024

FOLDER_BYTES_MAX = 128 * 1024 * 1024
"""Content of assets an engine may have written to its folder before it gets a new one."""

OUT_OF_MEMORY_WHILE_READING = "(out of memory)"
"""How the engine ends its message when a picture does not fit into memory; everywhere else it aborts."""

NextFrame = Callable[[], tuple[bytes, bytes]]
Answer = Callable[[bytes, bytes], None]


class AssetCache:
    """The contents sent most recently, by name."""

    def __init__(self, bytes_max: int = ASSETS_KEPT_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._contents: OrderedDict[str, bytes] = OrderedDict()

    def missing(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if name not in self._contents]

    def add(self, name: str, content: bytes) -> None:
        self._contents[name] = content

    def take(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return the contents and make them the most recent; then forget what exceeds the bound."""
        taken = {name: self._contents[name] for name in names}
        for name in names:
            self._contents.move_to_end(name)
        size = sum(map(len, self._contents.values()))
        while size > self._bytes_max:
            size -= len(self._contents.popitem(last=False)[1])
        return taken


class Drawing:
    """The handler of a real process: an engine, and the rasters made from its PDF."""

    def __init__(self, folder: Path, fonts_dir: Path | None) -> None:
        self._folder = folder
        self._fonts_dir = fonts_dir
        self._engines = 0
        self._renew()

    def __call__(self, job: RenderJob, format: str) -> bytes:
        self._written.update((name, len(content)) for name, content in job.assets.items())
        if sum(self._written.values()) > FOLDER_BYTES_MAX:
            self._renew()
        try:
            if format == "svg":
                return self._engine.svg(job).encode()
            pdf = self._engine.pdf(job)
        except RenderFailed as error:
            if OUT_OF_MEMORY_WHILE_READING in error.reason:
                raise MemoryError from error
            raise
        if format == "pdf":
            return pdf
        with memory_watched_by_the_pool_alone():
            if format == "png":
                return rasterise(pdf)
            pixels, dpi = draw_page(with_device_colours(pdf))
            if format in PREVIEWS:
                return encode_preview(pixels, PREVIEWS[cast("PreviewName", format)])
        return json.dumps(unreadable_codes(pixels, job.layout, job.check_url, dpi=dpi)).encode()

    def _renew(self) -> None:
        """Begin a new folder: an engine only ever adds to its own. The fonts stay loaded."""
        shutil.rmtree(self._folder / str(self._engines), ignore_errors=True)
        self._engines += 1
        self._engine = Engine(self._folder / str(self._engines), self._fonts_dir)
        self._written: dict[str, int] = {}


def work(next_frame: NextFrame, answer: Answer, handle: Handler) -> NoReturn:
    """Answer jobs for ever. One job's failure is its own: the next finds everything as it was."""
    assets = AssetCache()
    answer(frames.READY, b"")
    while True:
        kind, content = next_frame()
        assert kind == frames.JOB, f"expected a job, got {kind!r}"
        head, _, described = content.partition(b"\n")
        format, seconds = head.decode().split()
        try:
            with processor_time_limited(float(seconds)):
                job = _complete(RenderJob.from_bytes(described), assets, next_frame, answer)
                result = handle(job, format)
        except RenderFailed as error:
            answer(frames.FAILED, error.reason.encode())
        except MemoryError:
            answer(frames.OUT_OF_MEMORY, b"")
        except Exception as error:  # noqa: BLE001  a defect in one job must not take the next one with it
            answer(frames.FAILED, describe(error).encode())
        else:
            answer(frames.DONE, result)


def describe(error: BaseException) -> str:
    """One bounded line about an error nobody foresaw."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:REASON_CHARACTERS_MAX]


def _complete(job: RenderJob, cache: AssetCache, next_frame: NextFrame, answer: Answer) -> RenderJob:
    """Return the job with its assets, after asking for those not yet here."""
    names = asset_names(job.layout)
    missing = cache.missing(names)
    if missing:
        answer(frames.NEED, "\n".join(missing).encode())
        for name in missing:
            cache.add(name, next_frame()[1])
    return replace(job, assets=cache.take(names))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    parser = argparse.ArgumentParser(description="A render process. The pool starts it; people do not.")
    parser.add_argument("--folder", type=Path, required=True, help="its own folder, removed at the end")
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--fonts-dir", type=Path)
    parser.add_argument("--handler", required=True, help="module:function that makes the handler")
    options = parser.parse_args(arguments)

    limit_memory(options.memory_mb)
    incoming, outgoing = take_over_pipes()
    inbox: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(incoming, inbox, options.folder), daemon=True).start()
    module, _, name = options.handler.partition(":")
    handle: Handler = getattr(import_module(module), name)(options.folder, options.fonts_dir)
    work(inbox.get, lambda kind, content: frames.write_frame(outgoing, kind, content), handle)


def limit_memory(memory_mb: int) -> None:
    """Make allocations beyond the limit fail.

    RLIMIT_DATA counts private writable pages, which is what a process can run away with. RLIMIT_AS would
    also count address space that is only reserved, and the allocator reserves 64 MB for every thread.
    """
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * BYTES_PER_MB, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def processor_time_limited(seconds: float) -> Iterator[None]:
    """Let the kernel end this process, by SIGPROF, after so much processor time of all its threads.

    An interval timer and not RLIMIT_CPU, which counts whole seconds since the process started. The timer may be some
    milliseconds late, so a job that ended meanwhile is measured as well.
    """
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if time.process_time() - began > seconds:
        signal.raise_signal(signal.SIGPROF)


@contextmanager
def memory_watched_by_the_pool_alone() -> Iterator[None]:
    """Let allocations succeed for a while; the pool still ends a process that holds too much.

    pdfium leaves out a picture for which it gets no memory, without a word. A certificate with a hole must
    never be taken for a good one, so while pdfium draws, nothing is refused.
    """
    limit, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def take_over_pipes() -> tuple[RawIOBase, BinaryIO]:
    """Keep the pool's pipes for frames alone: a library that prints must not break their order.

    What comes in is not buffered, so that waiting for the pipe never overlooks a frame already read.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(incoming, "rb", buffering=0), os.fdopen(outgoing, "wb")


def _listen(incoming: RawIOBase, inbox: "queue.SimpleQueue[tuple[bytes, bytes]]", folder: Path) -> NoReturn:
    """Hand over frames until there is nobody left to work for, then end the process."""
    try:
        parent = os.getppid()
        watched = select.poll()
        watched.register(incoming, select.POLLIN)
        while True:
            # A process that our parent forked holds the pipe open beyond the parent's end: look for both.
            while not watched.poll(PARENT_LOOKED_FOR_EVERY_SECONDS * 1000):
                if os.getppid() != parent:
                    _end(folder)
            received = frames.read_frame(incoming)
            if received is None:
                _end(folder)
            inbox.put(received)
    except MemoryError as error:
        # Without this thread the process would wait for ever. Its last word tells the pool why it went.
        os.write(2, describe(error).encode())
        os._exit(1)


def _end(folder: Path) -> NoReturn:
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
