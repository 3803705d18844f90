"""Keep blobs in a folder of this machine.

Written with the standard library, not with obstore: obstore's local store renames without fsync, so a power
cut could leave an empty file under a name that a committed row relies on. Here a blob is written aside,
fsynced, renamed into place, and its folder fsynced, in that order.

What lies here is personal. A folder made by us is for its owner alone; in one that an operator made, our
files are as open as he has left that folder, so that his backup can read what he meant it to read.
"""

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from certifly.core.private import FOLDER_MODE, make_private_folder
from certifly.storage.errors import StorageUnavailable

ASIDE_FOLDER = ".aside"
ASIDE_SECONDS_MAX = 3600.0
"""Age at which a file left aside by a killed process is removed, when a store is next opened."""
DURABLE_FOLDERS_MAX = 65_536
"""Folders remembered as fsynced; beyond, the memory is emptied and they are fsynced once more."""


class Folder:
    """A folder of this machine, or of a disk it has mounted."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._aside = self._root / ASIDE_FOLDER
        self._durable: set[Path] = set()
        self._lock = Lock()
        with self._spoken():
            make_private_folder(self._root)
            self._mode = FOLDER_MODE | (self._root.stat().st_mode & 0o077)
            self._aside.mkdir(self._mode, exist_ok=True)
            _fsync_folder(self._root.parent)
            self._sweep(before=time.time() - ASIDE_SECONDS_MAX)

    @property
    def description(self) -> str:
        return f"The folder {self._root}"

    def write(self, place: str, content: bytes) -> None:
        target = self._root / place
        with self._spoken():
            try:
                self._write_and_rename(target, content)
            except FileNotFoundError:
                # A folder was removed under us: do not trust the memory of any, and make them anew.
                self._durable.clear()
                make_private_folder(self._root)
                self._aside.mkdir(self._mode, exist_ok=True)
                _fsync_folder(self._root.parent)
                self._write_and_rename(target, content)
            _fsync_folder(target.parent)

    def read(self, place: str) -> bytes | None:
        with self._spoken():
            try:
                return (self._root / place).read_bytes()
            except FileNotFoundError:
                return None

    def exists(self, place: str) -> bool:
        with self._spoken():
            return (self._root / place).is_file()

    def delete(self, place: str) -> None:
        target = self._root / place
        with self._spoken():
            try:
                target.unlink()
            except FileNotFoundError:
                return
            _fsync_folder(target.parent)

    def _write_and_rename(self, target: Path, content: bytes) -> None:
        aside = self._aside / uuid.uuid4().hex
        try:
            self._write_durably(aside, content)
            self._make_folder_durably(target.parent)
            aside.replace(target)
        except OSError:
            aside.unlink(missing_ok=True)
            raise

    def _write_durably(self, path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, self._mode & 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _make_folder_durably(self, folder: Path) -> None:
        """Create ``folder`` and fsync every folder above it, up to the root, once per process.

        Also when it exists: another process may have made it a moment ago and not fsynced it yet.
        """
        if folder in self._durable:
            return
        path = [folder]
        while path[-1] != self._root:
            path.append(path[-1].parent)
        for one in reversed(path):
            one.mkdir(self._mode, exist_ok=True)
        for above in path[1:]:
            _fsync_folder(above)
        with self._lock:
            if len(self._durable) >= DURABLE_FOLDERS_MAX:
                self._durable.clear()
            self._durable.add(folder)

    def _sweep(self, *, before: float) -> None:
        for path in self._aside.iterdir():
            # Another process may be sweeping too.
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    @contextlib.contextmanager
    def _spoken(self) -> Iterator[None]:
        """Turn what the operating system refuses into our words."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageUnavailable(f"{self.description} cannot be used: {reason}.") from error


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
