"""Reads: bounded, apart from each other's trouble, and honest about a database that is away."""

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from certifly.core.errors import DatabaseBusy, NotFound, QueueFull
from certifly.core.limits import WRITE_QUEUE_MAX
from certifly.db.database import READERS, Database
from certifly.db.tenant import Directory, TenantDB


@pytest.fixture
def gate(database: Database) -> Iterator[threading.Event]:
    """Keeps every reader busy until it is opened."""
    opened, entered = threading.Event(), threading.Semaphore(0)

    def wait(_rows: Directory) -> None:
        entered.release()
        opened.wait(10)

    for _ in range(READERS):
        database.read_directory(wait)
    for _ in range(READERS):
        assert entered.acquire(timeout=10)
    yield opened
    opened.set()


def test_more_reads_than_the_queue_holds_are_refused_at_once(
    database: Database, lovelace: int, gate: threading.Event
) -> None:
    taken = [database.read(lovelace, lambda db: db.tenant_id) for _ in range(WRITE_QUEUE_MAX)]

    for refused in (
        lambda: database.read(lovelace, lambda db: db.tenant_id),
        lambda: database.read_directory(lambda _: None),
    ):
        with pytest.raises(QueueFull):
            refused()
    gate.set()

    assert {future.result(30) for future in taken} == {lovelace}
    assert database.read(lovelace, lambda db: db.tenant_id).result(10) == lovelace


def test_an_error_of_ours_comes_through(database: Database, lovelace: int) -> None:
    def work(_db: TenantDB) -> None:
        raise NotFound("There is no such thing.")

    with pytest.raises(NotFound):
        database.read(lovelace, work).result()


def test_a_statement_that_is_wrong_stays_what_it_is(database: Database, lovelace: int) -> None:
    with pytest.raises(DBAPIError) as defect:
        database.read(lovelace, lambda db: db.connection.execute(sa.text("SELECT * FROM nowhere"))).result()

    assert not isinstance(defect.value, DatabaseBusy)
    assert defect.value.__cause__ is not defect.value
    assert database.read(lovelace, lambda db: db.tenant_id).result() == lovelace


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_connection_that_is_ended_is_a_busy_database(database: Database, lovelace: int) -> None:
    end = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseBusy) as busy:
        database.read(lovelace, lambda db: db.connection.execute(end)).result()
    with pytest.raises(DatabaseBusy):
        database.write(lovelace, lambda db: db.connection.execute(end)).result()

    assert isinstance(busy.value.__cause__, DBAPIError)
    assert database.read(lovelace, lambda db: db.tenant_id).result() == lovelace, (
        "the next one is connected anew"
    )
    assert database.write(lovelace, lambda db: db.next_id("things")).result() == 1


def test_the_database_can_be_asked_whether_it_is_there(database: Database) -> None:
    database.check()


def test_a_loop_that_has_ended_keeps_nobody_from_writing(
    database: Database, lovelace: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="certifly")
    opened = threading.Event()

    def slowly(db: TenantDB) -> int:
        opened.wait(10)
        return db.next_id("things")

    async def leave() -> None:
        _ = database.write_soon(lovelace, slowly)

    asyncio.run(leave())
    opened.set()

    assert database.write(lovelace, lambda db: db.next_id("things")).result(10) == 2, (
        "it was stored all the same"
    )
    database.write(lovelace, lambda db: db.next_id("things")).result(
        10
    )  # the writer has told everybody before
    assert "nobody_waits" in [record.message for record in caplog.records]


def test_who_gives_up_before_its_turn_writes_nothing(database: Database, lovelace: int) -> None:
    opened, entered = threading.Event(), threading.Event()

    def hold(_rows: Directory) -> None:
        entered.set()
        opened.wait(10)

    async def give_up() -> None:
        database.write_directory(hold)
        await asyncio.to_thread(entered.wait, 10)
        waiting = database.write_soon(lovelace, lambda db: db.next_id("things"))
        waiting.cancel()
        opened.set()
        assert await database.write_soon(lovelace, lambda db: db.next_id("others")) == 1

    asyncio.run(give_up())

    assert database.read(lovelace, lambda db: db.last_id("things")).result() == 0
