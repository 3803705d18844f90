"""Connections for the worker's own bookkeeping: which job is claimed, which has finished.

They are faster and less durable than the writer's. A power cut may forget that a job was claimed or had
finished, and then it runs again, which every job must bear anyway. It can not forget a job: those are
written by the writer, whose commits wait for the disk.
"""

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from certifly.db.turn import STEP_MILLISECONDS, WriteTurn

LOCK_WAIT_SECONDS = 30
_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLAC"})
IDLE_TRANSACTION_SECONDS = 60


def create_jobs_engine(database_url: str, *, connections_max: int) -> sa.Engine:
    """An engine to run DBOS on."""
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            url,
            pool_size=connections_max,
            max_overflow=0,
            connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_SECONDS},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        _begin_before_changes(engine)
        return engine
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections_max,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 10,
            "options": "-c synchronous_commit=off -c timezone=UTC "
            f"-c idle_in_transaction_session_timeout={IDLE_TRANSACTION_SECONDS * 1000}",
        },
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA busy_timeout={STEP_MILLISECONDS}")


def _begin_before_changes(engine: sa.Engine) -> None:
    """Begin a transaction before its first change only: looking for work takes no lock."""
    turn = WriteTurn(LOCK_WAIT_SECONDS)

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(_connection: sa.Connection, cursor: sqlite3.Cursor, statement: str, *_others: object) -> None:
        if not cursor.connection.in_transaction and statement.lstrip()[:6].upper() in _CHANGES:
            turn.begin(cursor.connection)
