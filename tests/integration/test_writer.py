"""Units of work: committed together, undone alone, and answered only after the commit."""

import asyncio
import threading
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request

from certifly.core.errors import DatabaseBusy, Invalid, NotFound, QueueFull
from certifly.core.limits import WRITE_QUEUE_MAX
from certifly.db.base import Counter
from certifly.db.database import Database
from certifly.db.engine import create_engine
from certifly.db.tenant import Announcement, TenantDB
from certifly.db.writer import Writer
from certifly.jobs.announce import announce_later
from certifly.tenants.tokens import Identity
from certifly.web.caller import Call
from certifly.web.idempotency import IdempotencyKeyInUse, Key, once
from tests.cast import MONDAY


def counters(database: Database, tenant_id: int) -> dict[str, int]:
    return database.read(tenant_id, lambda db: {row.name: row.value for row in db.find(Counter)}).result()


def count(name: str) -> Any:
    return lambda db: db.next_id(name)


def hold_writer(database: Database, tenant_id: int) -> threading.Event:
    """Keep the writer in one unit until the event is set, so that what follows becomes one group."""
    entered, release = threading.Event(), threading.Event()

    def work(_db: TenantDB) -> None:
        entered.set()
        release.wait(10)

    database.write(tenant_id, work)
    assert entered.wait(10)
    return release


def test_a_result_is_given_only_after_its_commit(database: Database, lovelace: int) -> None:
    value = database.write(lovelace, count("things")).result()

    assert value == 1
    assert counters(database, lovelace) == {"things": 1}


def test_a_commit_that_fails_is_not_a_success(database: Database, lovelace: int) -> None:
    engine = create_engine(database.url, writes=True, connections_max=1)

    def refuse(_connection: sa.Connection) -> None:
        raise OSError("no space left on device")

    sa.event.listen(engine, "commit", refuse)
    writer = Writer(engine)
    futures = [writer.submit(lovelace, count("things")) for _ in range(3)]

    for future in futures:
        with pytest.raises(OSError, match="no space"):
            future.result(10)
    writer.close()
    engine.dispose()
    assert counters(database, lovelace) == {}


def test_a_unit_that_fails_leaves_no_trace_and_does_not_fail_its_neighbours(
    database: Database, lovelace: int
) -> None:
    def write_then_fail(db: TenantDB) -> None:
        db.next_id("broken")
        raise NotFound("There is no such thing.")

    release = hold_writer(database, lovelace)
    good = [database.write(lovelace, count("things")) for _ in range(3)]
    bad = database.write(lovelace, write_then_fail)
    more = database.write(lovelace, count("things"))
    release.set()

    with pytest.raises(NotFound):
        bad.result(10)
    assert [future.result(10) for future in [*good, more]] == [1, 2, 3, 4]
    assert counters(database, lovelace) == {"things": 4}


def test_a_broken_constraint_fails_its_own_unit_only(database: Database, lovelace: int) -> None:
    def insert_twice(db: TenantDB) -> None:
        db.insert(Counter, name="twice", value=1)
        db.insert(Counter, name="twice", value=1)

    release = hold_writer(database, lovelace)
    bad = database.write(lovelace, insert_twice)
    good = database.write(lovelace, count("things"))
    release.set()

    with pytest.raises(IntegrityError):
        bad.result(10)
    assert good.result(10) == 1
    assert counters(database, lovelace) == {"things": 1}


def test_a_refusal_before_any_write_is_answered_without_running_the_group_again(
    database: Database, lovelace: int
) -> None:
    runs: list[str] = []

    def refuse(_db: TenantDB) -> None:
        runs.append("refused")
        raise Invalid({"name": ["A name is required."]})

    def good(db: TenantDB) -> int:
        runs.append("good")
        return db.next_id("things")

    release = hold_writer(database, lovelace)
    first, second = database.write(lovelace, refuse), database.write(lovelace, good)
    release.set()

    with pytest.raises(Invalid):
        first.result(10)
    assert second.result(10) == 1
    assert runs == ["refused", "good"]


def test_what_a_failed_unit_announced_is_not_enqueued(sqlite_url: str, lovelace_in: Any) -> None:
    enqueued: list[Announcement] = []
    database = Database(sqlite_url, before_commit=lambda _connection, found: enqueued.extend(found))
    tenant_id = lovelace_in(database)

    def fail_after_announcing(db: TenantDB) -> None:
        announce_later(db, "certificates.produce", 1)
        raise NotFound("There is no such thing.")

    failing = database.write(tenant_id, fail_after_announcing)
    passing = database.write(tenant_id, lambda db: announce_later(db, "certificates.produce", 2))

    with pytest.raises(NotFound):
        failing.result(10)
    passing.result(10)
    assert [found.arguments for found in enqueued] == [(2,)]
    database.close()


def test_a_queue_that_cannot_take_the_job_fails_the_unit(sqlite_url: str, lovelace_in: Any) -> None:
    def refuse(_connection: sa.Connection, _found: object) -> None:
        raise OSError("the queue is gone")

    database = Database(sqlite_url, before_commit=refuse)
    tenant_id = lovelace_in(database)

    def work(db: TenantDB) -> None:
        db.next_id("things")
        announce_later(db, "certificates.produce", 1)

    with pytest.raises(OSError, match="queue is gone"):
        database.write(tenant_id, work).result(10)
    assert counters(database, tenant_id) == {}
    database.close()


@pytest.fixture
def lovelace_in() -> Any:
    from certifly.tenants.tenants import create_tenant
    from tests.cast import MONDAY

    def make(database: Database) -> int:
        return database.write_directory(
            lambda directory: create_tenant(directory, slug="lovelace", name="Lovelace", now=MONDAY).id
        ).result()

    return make


def test_more_units_than_the_queue_holds_are_refused_at_once(database: Database, lovelace: int) -> None:
    release = hold_writer(database, lovelace)
    taken: list[Future[int]] = [database.write(lovelace, count("things")) for _ in range(WRITE_QUEUE_MAX)]

    with pytest.raises(QueueFull) as refusal:
        database.write(lovelace, count("things"))

    release.set()
    assert refusal.value.retry_after_seconds >= 1
    assert taken[-1].result(30) == WRITE_QUEUE_MAX


def test_a_database_that_another_process_holds_is_busy(sqlite_url: str, lovelace_in: Any) -> None:
    database = Database(sqlite_url, wait_seconds=0.2)
    tenant_id = lovelace_in(database)
    other = create_engine(sqlite_url, writes=True, connections_max=1)
    with other.connect() as connection, connection.begin():
        connection.execute(sa.text("UPDATE tenants SET name = name"))

        with pytest.raises(DatabaseBusy):
            database.write(tenant_id, count("things")).result(10)

    assert database.write(tenant_id, count("things")).result(10) == 1
    other.dispose()
    database.close()


def test_a_tenant_does_not_see_the_rows_of_another(database: Database, make_tenant: Any) -> None:
    lovelace, babbage = make_tenant("lovelace"), make_tenant("babbage")
    database.write(lovelace, count("things")).result()

    assert counters(database, babbage) == {}
    assert database.write(babbage, count("things")).result() == 1
    assert counters(database, lovelace) == {"things": 1}


@pytest.mark.postgres
def test_row_level_security_hides_every_row_from_a_connection_without_a_tenant(postgres: Any) -> None:
    database = Database(postgres.service_url)
    from certifly.tenants.tenants import create_tenant
    from tests.cast import MONDAY

    tenant_id = database.write_directory(
        lambda directory: create_tenant(directory, slug="lovelace", name="Lovelace", now=MONDAY).id
    ).result()
    database.write(tenant_id, count("things")).result()
    database.close()

    for url in (postgres.service_url, postgres.owner_url):
        engine = create_engine(url, writes=True, connections_max=1)
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM counters")).scalar_one() == 0
            with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
                connection.execute(
                    sa.text("INSERT INTO counters (tenant_id, name, value) VALUES (:t, 'x', 1)"),
                    {"t": tenant_id},
                )
        engine.dispose()


@pytest.mark.postgres
def test_the_service_role_cannot_change_the_schema(postgres: Any) -> None:
    engine = create_engine(postgres.service_url, writes=True, connections_max=1)
    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError):
        connection.execute(sa.text("ALTER TABLE counters DISABLE ROW LEVEL SECURITY"))
    engine.dispose()


def test_an_awaited_unit_gives_its_result_or_its_error(database: Database, lovelace: int) -> None:
    def refuse(_db: TenantDB) -> None:
        raise NotFound("There is no such thing.")

    async def work() -> int:
        with pytest.raises(NotFound):
            await database.write_soon(lovelace, refuse)
        return await database.write_soon(lovelace, count("things"))

    assert asyncio.run(work()) == 1


def test_a_key_whose_first_request_takes_too_long_is_a_conflict(
    database: Database, lovelace: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certifly.web.idempotency.WAIT_SECONDS", 0.2)
    release = hold_writer(database, lovelace)
    parts: Any = SimpleNamespace(database=database)
    identity = Identity(lovelace, "lovelace", "Lovelace", 1, "tests", (), None, None)
    call = Call(request=Request({"type": "http"}), parts=parts, identity=identity, now=MONDAY)

    with pytest.raises(IdempotencyKeyInUse):
        asyncio.run(once(call, Key("k", "0" * 64), lambda _db: b"{}"))

    release.set()
    assert asyncio.run(once(call, Key("k", "0" * 64), lambda _db: b"{}")) == (b"{}", False)
