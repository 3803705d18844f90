"""Connections that keep their promises: foreign keys, durability, waiting, and the right kind of BEGIN."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from certifly.core.limits import DATABASE_WAIT_SECONDS
from certifly.core.private import make_private_file, make_private_folder
from certifly.db.turn import STEP_MILLISECONDS, WriteTurn

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: a commit that was answered with 201 survives a power cut, not only a crash of the process.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # What is erased is overwritten. Debian's SQLite does so by itself, others leave it in the free pages of the file.
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
)


def create_engine(
    database_url: str, *, writes: bool, connections_max: int = 4, wait_seconds: float = DATABASE_WAIT_SECONDS
) -> sa.Engine:
    """An engine for one kind of use, whose connections wait so long for a lock that another one holds.

    ``writes`` makes every SQLite transaction begin as ``IMMEDIATE``: one that begins as a reader and then
    writes can fail at once, however long it is willing to wait. Without it every transaction sees one state of
    the database, as SQLite does by itself and PostgreSQL when it is asked to.
    """
    if database_url.startswith("sqlite"):
        return _create_sqlite(
            database_url, writes=writes, connections_max=connections_max, wait_seconds=wait_seconds
        )
    url = sa.make_url(database_url).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        url,
        pool_size=connections_max,
        max_overflow=0,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
        connect_args={
            "connect_timeout": 10,
            "options": f"-c lock_timeout={int(wait_seconds * 1000)} -c timezone=UTC",
        },
    )


def make_database_file(database_url: str) -> None:
    """Make the file of an SQLite database, for its owner alone, unless there is one; nothing for PostgreSQL.

    SQLite makes the files beside it (``-wal``, ``-shm``) as open as the database itself, so an operator who
    opened his wider has them wider too. An empty file is an empty database.
    """
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database, "an SQLite address names a file"
        # What the operating system refuses here, SQLite says in its own words when it connects.
        with contextlib.suppress(OSError):
            make_private_folder(Path(url.database).absolute().parent)
            make_private_file(Path(url.database))


def _create_sqlite(
    database_url: str, *, writes: bool, connections_max: int, wait_seconds: float
) -> sa.Engine:
    make_database_file(database_url)
    engine = sa.create_engine(
        database_url,
        connect_args={"timeout": wait_seconds, "check_same_thread": False},
        pool_size=connections_max,
        max_overflow=0,
    )
    turn = WriteTurn(wait_seconds)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        if writes:
            connection.execute(f"PRAGMA busy_timeout={STEP_MILLISECONDS}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if not writes:
            connection.exec_driver_sql("BEGIN")
            return
        driver_connection = connection.connection.driver_connection
        assert isinstance(driver_connection, sqlite3.Connection)
        try:
            turn.begin(driver_connection)
        except sqlite3.Error as error:
            raise OperationalError("BEGIN IMMEDIATE", None, error) from error

    return engine
