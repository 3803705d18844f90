"""Work as one slot: claim jobs, perform them, recover what others left, and stop in good order.

A process runs one slot. Whatever ends it, at whatever moment, its jobs are performed by the next process
that takes the slot, or by the sweeper of any other.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from certifly.core.clock import utc_now
from certifly.jobs.engine import create_jobs_engine
from certifly.jobs.naming import APPLICATION_NAME, APPLICATION_VERSION, SCHEMA, Arguments, queue_of
from certifly.jobs.queue import client_of
from certifly.worker.perform import Performer
from certifly.worker.slot import Slot, SlotLost, take_slot
from certifly.worker.sweep import RECOVERIES_MAX, Sweeper, purge
from certifly.worker.task import Task
from certifly.worker.wake import LOOK_SECONDS, Alarm, watch

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Jobs of one queue that a slot performs at the same time, unless told otherwise."""
CONNECTIONS_MAX = 10
SLOT_WAIT_SECONDS = 3.0
"""How long to wait for the slot: its last holder may be ending, or a sweeper holding it for a moment."""
SWEEP_SECONDS = 1.0
PURGE_SECONDS = 600.0
DRAIN_SECONDS = 8.0
"""How long jobs under way may take to finish after the order to stop."""
LOST_EXIT = 1
UNFINISHED_EXIT = 0
"""Ending with unfinished jobs is no failure: they are still in the queue."""


def run_slot(
    database_url: str,
    slot: str,
    tasks: Mapping[str, Task],
    context: Any,
    stop: threading.Event,
    *,
    at_once: Mapping[str, int] | None = None,
    each_round: Callable[[], object] = lambda: None,
    drain_seconds: float = DRAIN_SECONDS,
) -> None:
    """Perform jobs as ``slot`` until ``stop``; returns when none is under way any more.

    ``each_round`` is called about every second; it should take less, and may fail.

    Jobs that do not finish within ``drain_seconds`` stay in the queue, and the whole process ends at once: what
    the jobs stand on must not be closed under them, they would take it for a failure. It ends as quickly when
    the slot is lost, since others may take over its jobs. Raises SlotTaken.
    """
    with take_slot(database_url, slot, wait_seconds=SLOT_WAIT_SECONDS) as lock:
        engine = create_jobs_engine(database_url, connections_max=CONNECTIONS_MAX)
        queues = {queue_of(name): AT_ONCE for name in tasks}
        assert set(at_once or {}) <= set(queues), "a limit names a queue that no task uses"
        queues.update(at_once or {})
        alarm = Alarm(frozenset(queues))
        performer = Performer(tasks, context, client_of(engine), ended=alarm.job_ended)
        with (
            launched(engine, slot, tasks, performer, queues) as looking,
            _woken(database_url, alarm, looking),
        ):
            log.info("worker_started", extra={"facts": {"slot": slot}})
            try:
                _rounds(Sweeper(database_url, slot, performer), lock, stop, each_round)
            except SlotLost:
                log.critical("slot_lost", extra={"facts": {"slot": slot}})
                os._exit(LOST_EXIT)
            _drain(performer, looking, drain_seconds)
        engine.dispose()
    log.info("worker_stopped", extra={"facts": {"slot": slot}})


@contextmanager
def launched(
    engine: sa.Engine, slot: str, tasks: Mapping[str, Task], performer: Performer, queues: Mapping[str, int]
) -> Iterator[list[threading.Event]]:
    """DBOS, running our tasks; yields the events that end its threads."""
    from dbos import DBOS, DBOSPortableJSONSerializer

    # With a handler in place DBOS does not add its own, and its lines come out as ours do.
    logging.getLogger("dbos").addHandler(logging.NullHandler())
    dbos = DBOS(
        config={
            "name": APPLICATION_NAME,
            "application_version": APPLICATION_VERSION,
            "executor_id": slot,
            "system_database_engine": engine,
            "dbos_system_schema": SCHEMA,
            "serializer": DBOSPortableJSONSerializer(),
            "run_migrations": False,
            "log_level": "WARNING",
        }
    )
    for name in tasks:
        DBOS.workflow(name=name, max_recovery_attempts=RECOVERIES_MAX)(_workflow(name, performer))
    client = client_of(engine)
    for queue, limit in queues.items():
        # Before the launch, so that it begins to look at once and not after its first second.
        client.register_queue(queue, worker_concurrency=limit, polling_interval_sec=LOOK_SECONDS)
    DBOS.listen_queues(list(queues))
    DBOS.launch()
    try:
        yield dbos.background_thread_stop_events
    finally:
        DBOS.destroy(destroy_registry=True)


def _workflow(name: str, performer: Performer) -> Any:
    def run(tenant_id: int, ids: list[int | str], attempt: int, run: int = 0, reason: str = "") -> None:
        performer.perform(name, Arguments(tenant_id, ids, attempt, run, reason))

    return run


@contextmanager
def _woken(database_url: str, alarm: Alarm, looking: Iterable[threading.Event]) -> Iterator[None]:
    """Wake DBOS when jobs may have come."""
    ended = threading.Event()
    for event in looking:
        alarm.attach(event)
    watcher = threading.Thread(
        target=watch, args=(database_url, alarm, ended), name="certifly-watch", daemon=True
    )
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        alarm.ring(alarm.queues)
        watcher.join()


def _rounds(sweeper: Sweeper, lock: Slot, stop: threading.Event, each_round: Callable[[], object]) -> None:
    purged_at = -PURGE_SECONDS
    while not stop.wait(SWEEP_SECONDS):
        lock.check()
        try:
            sweeper.sweep()
            if time.monotonic() - purged_at >= PURGE_SECONDS:
                purged_at = time.monotonic()
                purge(now=utc_now())
            each_round()
        except Exception:
            # The database may be away for a while; the next round tries again.
            log.warning("sweep_failed", exc_info=True)


def _drain(performer: Performer, looking: Iterable[threading.Event], seconds: float) -> None:
    for event in looking:
        event.set()
    deadline = time.monotonic() + seconds
    while performer.under_way:
        if time.monotonic() >= deadline:
            log.warning("jobs_left", extra={"facts": {"jobs": len(performer.under_way)}})
            os._exit(UNFINISHED_EXIT)
        time.sleep(0.02)
