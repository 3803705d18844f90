"""The database as doors see it: hand in a unit of work, await its result.

Writes go through one writer thread that commits for many (``writer.py``); reads run in a small pool.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from certifly.core.errors import QueueFull
from certifly.core.limits import DATABASE_WAIT_SECONDS, WRITE_QUEUE_MAX
from certifly.db.batch import Batch
from certifly.db.engine import create_engine
from certifly.db.tenant import Directory, Rows, TenantDB
from certifly.db.trouble import translated
from certifly.db.writer import BeforeCommit, Writer

T = TypeVar("T")

READERS = 4
"""Reads under way at once in one process."""


class Database:
    """One installation's database, for one process."""

    def __init__(
        self,
        database_url: str,
        *,
        before_commit: BeforeCommit | None = None,
        readers: int = READERS,
        wait_seconds: float = DATABASE_WAIT_SECONDS,
    ) -> None:
        self.url = database_url
        self._write_engine = create_engine(
            database_url, writes=True, connections_max=1, wait_seconds=wait_seconds
        )
        self._read_engine = create_engine(
            database_url, writes=False, connections_max=readers, wait_seconds=wait_seconds
        )
        self._writer = Writer(self._write_engine, before_commit=before_commit)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="certifly-reader")

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._read_engine.dialect.name

    def write(self, tenant_id: int, work: Callable[[TenantDB], T]) -> "Future[T]":
        """Run ``work`` on the tenant's rows and commit it; the future resolves after the commit.

        ``work`` may run twice, so it has no effect outside the database. Raises QueueFull at once, DatabaseBusy
        through the future; whatever ``work`` raises comes through the future, and nothing of it was stored.
        """
        return cast("Future[T]", self._writer.submit(tenant_id, work))

    def write_soon(self, tenant_id: int, work: Callable[[TenantDB], T]) -> "asyncio.Future[T]":
        """``write`` for the running event loop: await what it returns."""
        return cast("asyncio.Future[T]", self._writer.submit_from_loop(tenant_id, work))

    def write_directory(self, work: Callable[[Directory], T]) -> "Future[T]":
        """The same for the tables that find a tenant."""
        return cast("Future[T]", self._writer.submit(None, work))

    def read(self, tenant_id: int, work: Callable[[TenantDB], T]) -> "Future[T]":
        """Run ``work`` on a consistent view of the tenant's rows; what it changes is thrown away."""
        return self._read(lambda batch: TenantDB(batch, tenant_id), work)

    def read_directory(self, work: Callable[[Directory], T]) -> "Future[T]":
        """The same for the tables that find a tenant."""
        return self._read(Directory, work)

    def check(self) -> None:
        """Ask the database for one row; raises when it is out of reach."""
        with self._read_engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))

    def close(self) -> None:
        """Finish what is queued and let every connection go."""
        self._writer.close()
        self._readers.shutdown()
        self._write_engine.dispose()
        self._read_engine.dispose()

    def _read(self, door: Callable[[Batch], Any], work: Callable[[Any], T]) -> "Future[T]":
        if self._readers._work_queue.qsize() >= WRITE_QUEUE_MAX:
            raise QueueFull(
                "The server has more to read than it can take now. Repeat the request in a moment."
            )
        return self._readers.submit(self._perform_read, door, work)

    def _perform_read(self, door: Callable[[Batch], Any], work: Callable[[Any], T]) -> T:
        try:
            with self._read_engine.connect() as connection:
                rows: Rows = door(Batch(connection))
                try:
                    return work(rows)
                finally:
                    rows.close()
        except DBAPIError as error:
            known = translated(error)
            if known is error:
                raise
            raise known from error
