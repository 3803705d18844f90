"""Hand announced jobs to DBOS on the connection that commits their cause.

This is the ``before_commit`` of a ``Database``: it runs inside the writer's transaction, on SQLite and
PostgreSQL alike, so a job exists exactly when its cause does. DBOS takes most of a second to import, which
would be most of the time a process needs to start: it is imported by a thread of its own, and whoever needs
it first waits for that.
"""

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa

from certifly.core.memory import settle_memory
from certifly.db.tenant import Announcement
from certifly.jobs.bulk import Listener, Moulds, Rows, send
from certifly.jobs.naming import (
    APPLICATION_NAME,
    APPLICATION_VERSION,
    SCHEMA,
    WAKE_CHANNEL,
    Arguments,
    arguments_of,
    job_id,
    queue_of,
)

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions


class JobQueue:
    """The way into the queue, for one process with one writer."""

    def __init__(self) -> None:
        self._client: DBOSClient | None = None
        self._moulds = Moulds()
        self._wake = sa.text(f"NOTIFY {WAKE_CHANNEL}")

    def warm(self) -> None:
        """Begin to import DBOS in the background, so that the first job need not wait for it.

        It is the last and the largest thing that a process loads.
        """
        threading.Thread(target=_import_dbos, name="certifly-import-jobs", daemon=True).start()

    def enqueue(self, connection: sa.Connection, announcements: Sequence[Announcement]) -> None:
        """Write the jobs into the transaction that is open on ``connection``."""
        if self._client is None:
            self._client = client_of(connection.engine)
        send(connection, [self._rows_of(connection, announcement) for announcement in announcements])
        if connection.dialect.name == "postgresql":
            connection.execute(self._wake)

    def _rows_of(self, connection: sa.Connection, announcement: Announcement) -> Rows:
        assert self._client is not None, "enqueue has made it"
        client, task, delay = self._client, announcement.task, announcement.delay_seconds
        arguments = arguments_of(announcement)

        def ask(listener: Listener) -> None:
            options = options_of(task, arguments, delay_seconds=delay)
            client.enqueue_in_transaction(cast("sa.Connection", listener), options, *arguments)

        if delay > 0:
            listener = Listener(connection)
            ask(listener)
            return listener.rows
        return self._moulds.cast(connection, task, arguments, ask)


def client_of(engine: sa.Engine) -> "DBOSClient":
    """A client of DBOS on our own engine; connects when first used."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    quieten()
    return DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION_NAME,
        lazy=True,
    )


def options_of(task: str, arguments: Arguments, *, delay_seconds: float = 0.0) -> "EnqueueOptions":
    """How DBOS is told of one run of a task."""
    options: EnqueueOptions = {
        "workflow_name": task,
        "queue_name": queue_of(task),
        "workflow_id": job_id(task, arguments),
        "app_version": APPLICATION_VERSION,
    }
    if delay_seconds > 0:
        options["delay_seconds"] = delay_seconds
    return options


def quieten() -> None:
    """Let DBOS speak of trouble only; it greets at every start."""
    logging.getLogger("dbos").setLevel(logging.WARNING)


def _import_dbos() -> None:
    import dbos  # noqa: F401

    settle_memory()
