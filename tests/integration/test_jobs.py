"""Jobs: committed with their cause, performed once their time has come, and never lost."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from certifly.app.migrate import is_migrated, migrate_all
from certifly.core.errors import DomainError
from certifly.core.settings import Settings
from certifly.db.database import Database
from certifly.db.engine import create_engine
from certifly.db.tenant import TenantDB
from certifly.jobs.announce import announce_later
from certifly.jobs.engine import create_jobs_engine
from certifly.jobs.migrate import migrate_jobs
from certifly.jobs.naming import Arguments
from certifly.jobs.queue import JobQueue, client_of, options_of
from certifly.tenants.tenants import create_tenant
from certifly.worker.perform import RUNS_MAX, TELLINGS_MAX, Performer
from certifly.worker.run import AT_ONCE, launched, run_slot
from certifly.worker.slot import SlotLost, SlotTaken, take_slot
from certifly.worker.sweep import KILLER_REASON, RECOVERIES_MAX, STRAY_SECONDS, Sweeper, purge
from tests.cast import MONDAY, SECRET_KEY
from tests.integration import jobs_process
from tests.integration.jobs_process import TASKS, Diary
from tests.postgres import PostgreSQL

pytestmark = pytest.mark.long

OUR_CODE = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
"""The environment of a process that can import what this one can."""

both_databases = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh installation, SQLite unless the test asks for both."""
    if getattr(request, "param", "sqlite") == "postgresql":
        installation: PostgreSQL = request.getfixturevalue("postgres")
        return installation.service_url
    url = f"sqlite:///{tmp_path}/certifly.db"
    migrate_all(Settings(database_url=url, secret_key=SECRET_KEY))
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Its database, as a web process has it."""
    database = Database(database_url, before_commit=JobQueue().enqueue)
    yield database
    database.close()


@pytest.fixture
def lovelace(database: Database) -> int:
    """A tenant."""
    return database.write_directory(
        lambda d: create_tenant(d, slug="lovelace", name="Lovelace", now=MONDAY).id
    ).result()


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    """What the jobs of this test write down."""
    return Diary(tmp_path)


@pytest.fixture
def announce(database: Database, lovelace: int) -> Callable[..., None]:
    """Commit an announcement."""

    def do(task: str, *ids: int, **options: float) -> None:
        def work(db: TenantDB) -> None:
            for number in ids:
                announce_later(db, task, number, **options)  # type: ignore[arg-type]

        database.write(lovelace, work).result()

    return do


@contextmanager
def working(database_url: str, diary: Diary, slot: str = "one") -> Iterator[None]:
    """A worker slot in a thread of this process."""
    stop = threading.Event()
    thread = threading.Thread(target=run_slot, args=(database_url, slot, TASKS, diary, stop))
    thread.start()
    try:
        yield
    finally:
        diary.gate.touch()
        stop.set()
        thread.join()


@contextmanager
def worker_process(database_url: str, diary: Diary, slot: str = "one") -> Iterator[subprocess.Popen[str]]:
    """A worker slot in a process of its own, which dies with the test at the latest."""
    process = subprocess.Popen(
        [sys.executable, jobs_process.__file__, database_url, slot, str(diary.gate.parent)],
        stderr=subprocess.PIPE,
        text=True,
        env=OUR_CODE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def jobs_in(database_url: str, **columns: str) -> dict[str, str]:
    """Every job and its status."""
    engine = create_engine(database_url, writes=False)
    schema = "dbos." if engine.dialect.name == "postgresql" else ""
    with engine.connect() as connection:
        rows = connection.execute(sa.text(f"SELECT workflow_uuid, status FROM {schema}workflow_status")).all()
    engine.dispose()
    return {row[0]: row[1] for row in rows}


def change_job(database_url: str, job: str, **values: object) -> None:
    """Make a job's row look as some misfortune would have left it."""
    engine = create_engine(database_url, writes=True)
    schema = "dbos." if engine.dialect.name == "postgresql" else ""
    assignments = ", ".join(f"{column} = :{column}" for column in values)
    with engine.begin() as connection:
        connection.execute(
            sa.text(f"UPDATE {schema}workflow_status SET {assignments} WHERE workflow_uuid = :job"),
            {"job": job, **values},
        )
    engine.dispose()


def wait_until(is_so: Callable[[], bool], seconds: float = 20.0) -> None:
    """Return when it is so; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


# Migrating


def test_a_migration_that_was_cut_off_is_taken_up_again(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/new.db", secret_key=SECRET_KEY)
    migrate_jobs(settings.database_url)  # as far as it got
    migrated_half = is_migrated(settings)

    migrate_all(settings)

    assert (migrated_half, is_migrated(settings)) == (False, True)


# Announcing


@both_databases
def test_a_job_exists_once_its_cause_is_committed(database_url: str, announce: Callable[..., None]) -> None:
    announce("notes.note", 7)

    assert jobs_in(database_url) == {"notes.note:1:7:0": "ENQUEUED"}


@both_databases
def test_no_job_exists_when_its_cause_failed(database_url: str, database: Database, lovelace: int) -> None:
    def fails(db: TenantDB) -> None:
        db.next_id("things")
        announce_later(db, "notes.note", 7)
        raise DomainError("Not today.")

    with pytest.raises(DomainError):
        database.write(lovelace, fails).result()

    assert jobs_in(database_url) == {}
    assert database.read(lovelace, lambda db: db.last_id("things")).result() == 0


@both_databases
def test_a_failing_neighbour_in_the_commit_group_costs_no_job(
    database_url: str, database: Database, lovelace: int
) -> None:
    def announces(number: int) -> Callable[[TenantDB], None]:
        return lambda db: announce_later(db, "notes.note", number)

    def fails(db: TenantDB) -> None:
        db.next_id("things")
        raise DomainError("Not today.")

    slow = database.write(lovelace, lambda _: time.sleep(0.2))  # the others gather behind it
    futures = [database.write(lovelace, work) for work in (announces(1), fails, announces(2))]
    slow.result()

    assert isinstance(futures[1].exception(), DomainError)
    assert [futures[0].result(), futures[2].result()] == [None, None]
    assert sorted(jobs_in(database_url)) == ["notes.note:1:1:0", "notes.note:1:2:0"]


@both_databases
def test_announcing_the_same_again_makes_one_job(database_url: str, announce: Callable[..., None]) -> None:
    announce("notes.note", 7)
    announce("notes.note", 7, 7)

    assert sorted(jobs_in(database_url)) == ["notes.note:1:7:0"]


def test_another_attempt_is_another_job(database_url: str, announce: Callable[..., None]) -> None:
    announce("notes.note", 7)
    announce("notes.note", 7, attempt=1)

    assert sorted(jobs_in(database_url)) == ["notes.note:1:7:0", "notes.note:1:7:1"]


def test_the_arguments_of_a_job_are_stored_as_json(database_url: str, announce: Callable[..., None]) -> None:
    announce("notes.note", 7)

    engine = create_engine(database_url, writes=False)
    with engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT inputs FROM workflow_input")).scalar_one()
    engine.dispose()
    assert stored == '{"namedArgs":{},"positionalArgs":[1,[7],0,0,""]}'


# Performing


@both_databases
def test_a_job_is_performed_once(database_url: str, announce: Callable[..., None], diary: Diary) -> None:
    announce("notes.note", *range(50))

    with working(database_url, diary):
        diary.wait_for(*(f"noted {number}" for number in range(50)))
        wait_until(lambda: set(jobs_in(database_url).values()) == {"SUCCESS"})

    assert set(diary.read().values()) == {1}


@both_databases
def test_an_idle_worker_is_woken_by_a_commit(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    with working(database_url, diary):
        announce("notes.note", 0)
        diary.wait_for("noted 0")
        began = time.monotonic()
        for number in range(1, 31):  # one after the other: only waking makes this quicker than 30 rare looks
            announce("notes.note", number)
            diary.wait_for(f"noted {number}")

    assert time.monotonic() - began < 30 * 0.35


def test_a_delayed_job_waits(database_url: str, announce: Callable[..., None], diary: Diary) -> None:
    announce("notes.note", 1, delay_seconds=2)
    due = time.monotonic() + 2

    with working(database_url, diary):
        diary.wait_for("noted 1")

    assert time.monotonic() >= due - 0.1


def test_jobs_of_one_domain_do_not_wait_for_those_of_another(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("letters.wait", *range(AT_ONCE + 5))

    with working(database_url, diary):
        wait_until(lambda: len(diary.read()) == AT_ONCE)  # as many as may run at once hang
        announce("notes.note", 1000)
        diary.wait_for("noted 1000")

        assert len(diary.read()) == AT_ONCE + 1


# Failing


def test_a_job_that_fails_unexpectedly_runs_again(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.stumble", 3)

    with working(database_url, diary):
        diary.wait_for("tried 3")
        diary.gate.touch()
        diary.wait_for("managed 3")

    assert diary.read() == {"tried 3": 2, "managed 3": 1}
    assert jobs_in(database_url) == {"notes.stumble:1:3:0": "SUCCESS", "notes.stumble:1:3:0+1": "SUCCESS"}


def enqueue_run(database_url: str, task: str, arguments: Arguments) -> None:
    """Put a later run of a job into its queue, as the run before would have."""
    engine = create_jobs_engine(database_url, connections_max=1)
    client_of(engine).enqueue(options_of(task, arguments), *arguments)
    engine.dispose()


@both_databases
def test_after_its_last_run_the_domain_is_told_why(database_url: str, lovelace: int, diary: Diary) -> None:
    enqueue_run(database_url, "notes.stumble", Arguments(lovelace, [3], 0, run=RUNS_MAX - 1))

    with working(database_url, diary):
        diary.wait_for("failed 3: Unexpected error (RuntimeError).")

    assert diary.read()["tried 3"] == 1


def test_a_domain_that_cannot_be_told_either_leaves_an_error_to_see(
    database_url: str, lovelace: int, diary: Diary
) -> None:
    last = Arguments(lovelace, [3], 0, run=RUNS_MAX + TELLINGS_MAX - 1, reason="It was so.")
    enqueue_run(database_url, "notes.despair", last)

    with working(database_url, diary):
        diary.wait_for("not told 3")
        wait_until(lambda: set(jobs_in(database_url).values()) == {"ERROR"})


def test_a_failed_job_waits_for_a_database_that_cannot_store_its_next_run(
    tmp_path: Path, database_url: str, diary: Diary
) -> None:
    engine = create_jobs_engine(f"sqlite:///{tmp_path}/empty.db", connections_max=2)
    performer = Performer(TASKS, diary, client_of(engine), ended=lambda _queue: None)
    thread = threading.Thread(target=performer.put_back, args=("notes.note", Arguments(1, [3], 0, run=1)))
    thread.start()
    thread.join(0.5)
    waiting = thread.is_alive()

    migrate_all(Settings(database_url=f"sqlite:///{tmp_path}/empty.db", secret_key=SECRET_KEY))
    thread.join(20)

    assert waiting and not thread.is_alive()
    assert jobs_in(f"sqlite:///{tmp_path}/empty.db") == {"notes.note:1:3:0+1": "DELAYED"}
    engine.dispose()


# Recovering


@both_databases
def test_jobs_of_a_killed_worker_finish_when_its_slot_is_taken_again(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.wait", *range(10))
    with worker_process(database_url, diary, "one") as process:
        diary.wait_for(*(f"begun {number}" for number in range(10)))
        process.send_signal(signal.SIGKILL)
        process.wait()

    diary.gate.touch()
    with worker_process(database_url, diary, "one"):
        diary.wait_for(*(f"ended {number}" for number in range(10)))

    assert set(diary.read().values()) == {1, 2}


@both_databases
def test_jobs_of_a_killed_worker_are_taken_over_by_another_slot(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.wait", *range(10))
    with worker_process(database_url, diary, "one") as process:
        diary.wait_for(*(f"begun {number}" for number in range(10)))
        process.send_signal(signal.SIGKILL)
        process.wait()

    diary.gate.touch()
    with working(database_url, diary, "two"):
        diary.wait_for(*(f"ended {number}" for number in range(10)))


@both_databases
def test_jobs_of_a_living_worker_are_left_alone(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.wait", 1)
    with worker_process(database_url, diary, "one"):
        diary.wait_for("begun 1")
        with working(database_url, diary, "two"):
            time.sleep(3)  # some rounds of its sweeper
            begun = diary.read()["begun 1"]

    assert begun == 1


def test_a_job_committed_just_before_the_web_process_was_killed_is_performed(
    database_url: str, lovelace: int, diary: Diary
) -> None:
    program = f"""
import os, signal
from certifly.db.database import Database
from certifly.jobs.announce import announce_later
from certifly.jobs.queue import JobQueue
database = Database({database_url!r}, before_commit=JobQueue().enqueue)
database.write({lovelace}, lambda db: announce_later(db, "notes.note", 7)).result()
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False, env=OUR_CODE)

    with working(database_url, diary):
        diary.wait_for("noted 7")

    assert killed.returncode == -signal.SIGKILL


def test_a_job_that_kills_its_workers_is_set_aside_and_its_domain_told(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.note", 7)
    change_job(
        database_url,
        "notes.note:1:7:0",
        status="PENDING",
        executor_id="dead",
        recovery_attempts=RECOVERIES_MAX + 1,
    )

    with working(database_url, diary):
        diary.wait_for(f"failed 7: {KILLER_REASON}")

    assert "noted 7" not in diary.read()
    assert set(jobs_in(database_url)) == {f"notes.note:1:7:0+{RUNS_MAX}"}


def test_a_job_that_kills_its_workers_while_its_domain_is_told_is_abandoned(
    database_url: str, lovelace: int, diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue_run(database_url, "notes.note", Arguments(lovelace, [7], 0, run=RUNS_MAX))
    change_job(
        database_url,
        f"notes.note:1:7:0+{RUNS_MAX}",
        status="PENDING",
        executor_id="dead",
        recovery_attempts=RECOVERIES_MAX + 1,
    )

    with caplog.at_level(logging.CRITICAL), working(database_url, diary):
        wait_until(lambda: jobs_in(database_url) == {})

    assert "job_abandoned" in caplog.messages


@contextmanager
def sweeping(database_url: str, diary: Diary) -> Iterator[Sweeper]:
    """A sweeper whose rounds the test does itself, in a slot that looks for no jobs meanwhile."""
    engine = create_jobs_engine(database_url, connections_max=5)
    performer = Performer(TASKS, diary, client_of(engine), ended=lambda _queue: None)
    with launched(engine, "one", TASKS, performer, {"elsewhere": 1}):
        yield Sweeper(database_url, "one", performer)
    engine.dispose()


def test_a_job_marked_as_begun_that_is_not_under_way_goes_back_after_a_while(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.note", 7)
    with sweeping(database_url, diary) as sweeper:
        change_job(database_url, "notes.note:1:7:0", status="PENDING", executor_id="one")
        ours = {"notes.note:1:7:0": "notes.note"}
        now = time.monotonic()

        sweeper.put_back_strays(ours, now=now)
        sweeper.put_back_strays(ours, now=now + STRAY_SECONDS - 1)
        before = jobs_in(database_url)
        sweeper.put_back_strays(ours, now=now + STRAY_SECONDS)
        after = jobs_in(database_url)

    assert (before, after) == ({"notes.note:1:7:0": "PENDING"}, {"notes.note:1:7:0": "ENQUEUED"})


@both_databases
def test_finished_jobs_are_forgotten_after_a_day_and_errors_after_a_month(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.note", 1, 2, 3, 4)
    now = datetime.now(UTC)

    def finish(job: int, status: str, age: timedelta) -> None:
        moment = int((now - age).timestamp() * 1000)
        change_job(database_url, f"notes.note:1:{job}:0", status=status, completed_at=moment)

    with sweeping(database_url, diary):
        finish(1, "SUCCESS", timedelta(hours=25))
        finish(2, "SUCCESS", timedelta(hours=23))
        finish(3, "ERROR", timedelta(days=29))
        finish(4, "ERROR", timedelta(days=31))

        assert purge(now=now) == 2

    assert sorted(jobs_in(database_url)) == ["notes.note:1:2:0", "notes.note:1:3:0"]


def test_a_worker_outlives_a_database_that_fails_for_a_while(
    database_url: str, announce: Callable[..., None], diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    engine = create_engine(database_url, writes=True)

    def rename(old: str, new: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")

    with caplog.at_level(logging.WARNING), working(database_url, diary):
        announce("notes.note", 1)
        diary.wait_for("noted 1")
        rename("workflow_status", "hidden")
        wait_until(lambda: "sweep_failed" in caplog.messages)
        rename("hidden", "workflow_status")
        announce("notes.note", 2)
        diary.wait_for("noted 2")
    engine.dispose()


# Slots


@both_databases
def test_two_processes_never_share_a_slot(database_url: str) -> None:
    with take_slot(database_url, "one") as lock:
        lock.check()
        with pytest.raises(SlotTaken, match="slot one"):
            take_slot(database_url, "one")
        take_slot(database_url, "two").release()

    take_slot(database_url, "one").release()


def test_a_second_worker_of_the_same_slot_gives_up(database_url: str, diary: Diary) -> None:
    with take_slot(database_url, "one"), worker_process(database_url, diary, "one") as process:
        _, errors = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "SlotTaken" in errors


@pytest.mark.postgres
def test_a_slot_is_known_to_be_lost_when_its_connection_ends(postgres: PostgreSQL) -> None:
    with take_slot(postgres.service_url, "one") as lock:
        with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")

        with pytest.raises(SlotLost, match="slot one"):
            lock.check()


@pytest.mark.postgres
def test_a_worker_that_has_lost_its_slot_ends_at_once_and_leaves_its_jobs(
    postgres: PostgreSQL, diary: Diary
) -> None:
    database = Database(postgres.service_url, before_commit=JobQueue().enqueue)
    tenant = database.write_directory(
        lambda d: create_tenant(d, slug="lovelace", name="L", now=MONDAY).id
    ).result()
    database.write(tenant, lambda db: announce_later(db, "notes.wait", 1)).result()
    database.close()

    with worker_process(postgres.service_url, diary) as process:
        diary.wait_for("begun 1")
        with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        code = process.wait(timeout=10)

    assert code == 1
    assert jobs_in(postgres.service_url) == {"notes.wait:1:1:0": "PENDING"}


@pytest.mark.postgres
def test_a_worker_listens_again_after_its_connection_ended(
    postgres: PostgreSQL,
    diary: Diary,
    caplog: pytest.LogCaptureFixture,
) -> None:
    database = Database(postgres.service_url, before_commit=JobQueue().enqueue)
    tenant = database.write_directory(
        lambda d: create_tenant(d, slug="lovelace", name="L", now=MONDAY).id
    ).result()

    with caplog.at_level(logging.WARNING), working(postgres.service_url, diary):
        database.write(tenant, lambda db: announce_later(db, "notes.note", 1)).result()
        diary.wait_for("noted 1")
        with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN certifly%'"
            )
        wait_until(lambda: "wake_lost" in caplog.messages)
        database.write(tenant, lambda db: announce_later(db, "notes.note", 2)).result()
        diary.wait_for("noted 2")
    database.close()


# Stopping


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.wait", 1)
    with worker_process(database_url, diary) as process:
        diary.wait_for("begun 1")
        process.send_signal(signal.SIGTERM)
        announce("notes.note", 2)
        time.sleep(0.5)
        diary.gate.touch()
        code = process.wait(timeout=10)

    assert code == 0
    assert diary.read() == {"begun 1": 1, "ended 1": 1}
    assert jobs_in(database_url) == {"notes.wait:1:1:0": "SUCCESS", "notes.note:1:2:0": "ENQUEUED"}


def test_a_worker_that_cannot_finish_in_time_leaves_its_jobs_to_the_next(
    database_url: str, announce: Callable[..., None], diary: Diary
) -> None:
    announce("notes.wait", 1)
    with worker_process(database_url, diary) as process:
        diary.wait_for("begun 1")
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=20)

    with working(database_url, diary):
        diary.gate.touch()
        diary.wait_for("ended 1")

    assert code == 0
    assert diary.read() == {"begun 1": 2, "ended 1": 1}
