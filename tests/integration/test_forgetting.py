"""What nobody may ask for any more is forgotten, on a schedule, and nothing else is."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.tenants.tenants import create_tenant
from certifly.web.recorded import KEPT_FOR, PURGE_BATCH, IdempotencyRecord, purge
from certifly.worker.forget import EVERY_SECONDS, Forgetting
from tests.cast import MONDAY, TUESDAY
from tests.live import Installation, running

pytestmark = pytest.mark.long

BLINK = timedelta(microseconds=1)


def record(database: Database, tenant_id: int, *moments: datetime) -> None:
    def work(db: TenantDB) -> None:
        for number, moment in enumerate(moments):
            values = {"key": f"{moment}-{number}", "fingerprint": "0" * 64, "body": "{}"}
            db.insert(IdempotencyRecord, **values, created_at=moment)

    database.write(tenant_id, work).result()


def recorded(database: Database, tenant_id: int) -> list[datetime]:
    return database.read(
        tenant_id, lambda db: sorted(one.created_at for one in db.find(IdempotencyRecord))
    ).result()


def test_a_record_is_kept_for_a_day_and_no_longer(
    database: Database, make_tenant: Callable[[str], int]
) -> None:
    lovelace, babbage = make_tenant("lovelace"), make_tenant("babbage")
    now = MONDAY + KEPT_FOR
    for tenant_id in (lovelace, babbage):
        record(database, tenant_id, MONDAY - BLINK, MONDAY, MONDAY + BLINK, now)

    assert database.write(lovelace, lambda db: purge(db, now=now)).result() == 2

    assert recorded(database, lovelace) == [MONDAY + BLINK, now]
    assert len(recorded(database, babbage)) == 4, "another tenant's are another's"


def test_one_unit_of_work_forgets_no_more_than_a_batch(database: Database, lovelace: int) -> None:
    record(database, lovelace, *[MONDAY] * (PURGE_BATCH + 1))
    later = MONDAY + KEPT_FOR

    counts = [database.write(lovelace, lambda db: purge(db, now=later)).result() for _ in range(3)]

    assert counts == [PURGE_BATCH, 1, 0]


def test_every_tenant_is_gone_through_once_an_hour(
    database: Database, make_tenant: Callable[[str], int]
) -> None:
    tenants = [make_tenant("lovelace"), make_tenant("babbage")]
    record(database, tenants[0], *[MONDAY] * (PURGE_BATCH + 5))
    record(database, tenants[1], MONDAY, TUESDAY)
    forgetting = Forgetting(database)

    assert forgetting.go_on(now=TUESDAY, at_a_time_seconds=30) == PURGE_BATCH + 6
    assert [len(recorded(database, one)) for one in tenants] == [0, 1]

    record(database, tenants[0], MONDAY)
    assert forgetting.go_on(now=TUESDAY) == 0, "it is not time yet"
    forgetting._due -= EVERY_SECONDS
    assert forgetting.go_on(now=TUESDAY, at_a_time_seconds=30) == 1


def test_what_takes_too_long_is_gone_on_with_in_the_next_round(
    database: Database, make_tenant: Callable[[str], int]
) -> None:
    record(database, make_tenant("lovelace"), MONDAY)
    record(database, make_tenant("babbage"), MONDAY)
    forgetting = Forgetting(database)

    assert forgetting.go_on(now=TUESDAY, at_a_time_seconds=0) == 0
    assert forgetting.go_on(now=TUESDAY, at_a_time_seconds=1e-9) in (0, 1)
    forgetting.go_on(now=TUESDAY, at_a_time_seconds=30)

    for tenant_id in (1, 2):
        assert recorded(database, tenant_id) == []


def test_forgetting_does_not_read_what_is_kept(database: Database, lovelace: int) -> None:
    statement = (
        "EXPLAIN {plan} SELECT key FROM idempotency_records "
        "WHERE tenant_id = 1 AND created_at <= '2026-11-23' ORDER BY created_at LIMIT 1000"
    )
    plan = "QUERY PLAN" if database.dialect == "sqlite" else ""

    def explain(db: TenantDB) -> str:
        if plan == "":
            db.connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        return str(db.connection.execute(sa.text(statement.format(plan=plan))).all())

    assert "ix_idempotency_records_created" in database.read(lovelace, explain).result()


def test_a_worker_forgets_by_itself(tmp_path_factory: pytest.TempPathFactory, sqlite_url: str) -> None:
    folder = tmp_path_factory.mktemp("forgetting")
    database = Database(sqlite_url)
    tenant_id = database.write_directory(
        lambda rows: create_tenant(rows, slug="lovelace", name="Lovelace", now=MONDAY).id
    ).result()
    record(database, tenant_id, MONDAY - timedelta(days=400))
    try:
        with running(folder, sqlite_url) as installation:
            await_nothing_recorded(installation, tenant_id)
    finally:
        database.close()


def await_nothing_recorded(installation: Installation, tenant_id: int) -> None:
    deadline = time.monotonic() + 20
    while installation.on_database(lambda database: recorded(database, tenant_id)):
        assert time.monotonic() < deadline, installation.log.read_text()
        time.sleep(0.1)
