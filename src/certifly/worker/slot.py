"""The right to work as one slot, which no two processes hold at once.

DBOS hands a dead worker's jobs to whoever starts with the same id, and would do so while the first still
runs. The id is therefore guarded by a lock that ends with its process, however that ends: a lock on a file
beside the SQLite database, an advisory lock on PostgreSQL. A lock that can be had also proves that nobody
works under that id, which is what the sweeper wants to know.
"""

import fcntl
import hashlib
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import sqlalchemy as sa

from certifly.core.errors import DomainError

RETRY_SECONDS = 0.05
SESSION_NAME = "certifly slot "
"""How the session that holds a slot on PostgreSQL calls itself, before the slot's name: jobs are kept with locks
of the same kind, and ``doctor`` counts slots alone."""


class SlotTaken(DomainError):
    """Another process works under this id."""

    def __init__(self, slot: str) -> None:
        super().__init__(
            f"Another process is working as slot {slot}. Stop it, or choose another name for this one."
        )
        self.slot = slot


class SlotLost(DomainError):
    """The database has let go of our lock; another process may take the slot at any moment."""

    def __init__(self, slot: str) -> None:
        super().__init__(f"The connection that holds slot {slot} is gone. Start the worker again.")
        self.slot = slot


class FileSlot:
    """A slot of a SQLite installation: a locked file."""

    def __init__(self, path: Path, slot: str) -> None:
        # The file stays for ever: removing it would let two processes lock two files of one name.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise SlotTaken(slot) from None

    def check(self) -> None:
        """A file stays locked as long as this process lives."""

    def release(self) -> None:
        """Let another process have the slot."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class AdvisorySlot:
    """A slot of a PostgreSQL installation: an advisory lock on a connection of its own."""

    def __init__(self, database_url: str, slot: str) -> None:
        self._slot = slot
        self._connection = psycopg.connect(
            plain_url(database_url),
            autocommit=True,
            connect_timeout=10,
            keepalives_idle=10,
            keepalives_interval=5,
            application_name=SESSION_NAME + slot,
        )
        key = int.from_bytes(
            hashlib.sha256(f"certifly worker slot {slot}".encode()).digest()[:8], signed=True
        )
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
        if row is None or not row[0]:
            self._connection.close()
            raise SlotTaken(slot)

    def check(self) -> None:
        """Raises SlotLost when the connection, and the lock with it, is gone."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise SlotLost(self._slot) from error

    def release(self) -> None:
        """Let another process have the slot."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


Slot = FileSlot | AdvisorySlot


def take_slot(database_url: str, slot: str, *, wait_seconds: float = 0.0) -> Slot:
    """Hold the slot until it is released or this process ends.

    Raises SlotTaken when another process still holds it after ``wait_seconds``.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return _try_slot(database_url, slot)
        except SlotTaken:
            if time.monotonic() >= deadline:
                raise
            time.sleep(RETRY_SECONDS)


def plain_url(database_url: str) -> str:
    """The address as psycopg itself takes it."""
    return sa.make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def _try_slot(database_url: str, slot: str) -> Slot:
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database, "an SQLite address names a file"
        return FileSlot(Path(f"{url.database}-slot-{slot}.lock"), slot)
    return AdvisorySlot(database_url, slot)
