"""Jobs that are written together are, row by row, what DBOS would have written one by one."""

from typing import Any

import pytest
import sqlalchemy as sa

from certifly.db.engine import create_engine
from certifly.db.tenant import Announcement
from certifly.jobs.naming import SCHEMA, arguments_of
from certifly.jobs.queue import JobQueue, client_of, options_of

ANNOUNCED = [
    Announcement("certificates.produce", 1, (7,)),
    Announcement("certificates.produce", 1, (8,), attempt=2),
    Announcement("emails.send", 22, ("6d4a4b0c-93c2-4b0e-8f43-0c7cf2f0a0b1",), attempt=1),
    Announcement("emails.send", 22, ("b",), delay_seconds=60, attempt=3),
    Announcement("emails.send", 22, ("c",), attempt=3),
]
NEVER_ALIKE = {"creator_xid", "created_at", "updated_at", "delay_until_epoch_ms"}


def tables_of(connection: sa.Connection) -> tuple[str, str]:
    prefix = f"{SCHEMA}." if connection.dialect.name == "postgresql" else ""
    return f"{prefix}workflow_status", f"{prefix}workflow_input"


def stored(connection: sa.Connection) -> list[list[dict[str, Any]]]:
    """Every row of the tables a job is written to, and nothing of it left behind."""
    found = []
    for table in tables_of(connection):
        rows = connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY workflow_uuid")).mappings()
        found.append([dict(row) for row in rows])
        connection.execute(sa.text(f"DELETE FROM {table}"))
    return found


def test_rows_written_together_equal_those_dbos_writes(database_url: str) -> None:
    engine = create_engine(database_url, writes=True, connections_max=1)
    client, queue = client_of(engine), JobQueue()
    with engine.begin() as connection:
        for announcement in ANNOUNCED:
            arguments = arguments_of(announcement)
            options = options_of(announcement.task, arguments, delay_seconds=announcement.delay_seconds)
            client.enqueue_in_transaction(connection, options, *arguments)
        one_by_one = stored(connection)
        queue.enqueue(connection, ANNOUNCED)
        together = stored(connection)
    engine.dispose()

    assert len(together[0]) == len(together[1]) == len(ANNOUNCED)
    for ours, theirs in zip(together, one_by_one, strict=True):
        for our_row, their_row in zip(ours, theirs, strict=True):
            differing = {column for column in their_row if our_row[column] != their_row[column]}
            assert differing <= NEVER_ALIKE
            assert all((our_row[c] is None) == (their_row[c] is None) for c in NEVER_ALIKE & set(their_row))


def test_a_job_that_exists_is_left_alone(database_url: str) -> None:
    engine = create_engine(database_url, writes=True, connections_max=1)
    queue = JobQueue()
    with engine.begin() as connection:
        queue.enqueue(connection, ANNOUNCED[:1])
        connection.execute(sa.text(f"UPDATE {tables_of(connection)[0]} SET status = 'SUCCESS'"))
        queue.enqueue(connection, [*ANNOUNCED[:2], ANNOUNCED[0]])
        rows = stored(connection)[0]
    engine.dispose()

    assert [row["status"] for row in rows] == ["SUCCESS", "ENQUEUED"]


def test_jobs_are_written_on_one_connection_after_the_other(database_url: str) -> None:
    engine = create_engine(database_url, writes=True, connections_max=1)
    queue = JobQueue()
    for announcement in ANNOUNCED:
        with engine.begin() as connection:
            queue.enqueue(connection, [announcement])
    with engine.begin() as connection:
        assert len(stored(connection)[0]) == len(ANNOUNCED)
    engine.dispose()


@pytest.mark.postgres
def test_the_schema_of_dbos_is_not_forced_on_our_own_tables(postgres: Any) -> None:
    engine = create_engine(postgres.service_url, writes=True, connections_max=1)
    with engine.begin() as connection:
        JobQueue().enqueue(connection, ANNOUNCED[:1])
        assert connection.execute(sa.text("SELECT count(*) FROM tenants")).scalar_one() == 0
    engine.dispose()
