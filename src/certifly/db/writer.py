"""One thread that writes for the whole process, and commits many units of work together.

What must stay true: a unit's future resolves only after the COMMIT that holds it; a unit that fails leaves
no trace and does not fail its neighbours; a unit may run twice (alone, after its group failed), so it must
have no effect outside the database.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from certifly.core.errors import DomainError, QueueFull
from certifly.core.limits import WRITE_GROUP_MAX, WRITE_QUEUE_MAX
from certifly.db.batch import Batch
from certifly.db.tenant import Announcement, Directory, Rows, TenantDB
from certifly.db.trouble import translated

log = logging.getLogger(__name__)

BeforeCommit = Callable[[sa.Connection, Sequence[Announcement]], None]
"""Receives what the units announced, on the connection that is about to commit them."""

GATHER_STEP_SECONDS = 0.001
GATHER_SECONDS_MAX = 0.01
"""How long a commit may be held up for units that keep coming."""

Outcome = tuple[Any, Exception | None]
"""What a unit returned, or why it failed."""


@dataclass(slots=True)
class Unit:
    """A function to run in a transaction, for a tenant or (None) on the directory, and who awaits it."""

    tenant_id: int | None
    work: Callable[[Any], Any]
    future: "Future[Any] | asyncio.Future[Any]"


class Writer:
    """Takes units of work from any thread; runs and commits them on its own."""

    def __init__(self, engine: sa.Engine, *, before_commit: BeforeCommit | None = None) -> None:
        self._engine = engine
        self._before_commit = before_commit
        self._units: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="certifly-writer", daemon=True)
        self._thread.start()

    def submit(self, tenant_id: int | None, work: Callable[[Any], Any]) -> "Future[Any]":
        """Queue a unit. Raises QueueFull when as many wait already as this process will hold."""
        future: Future[Any] = Future()
        self._queue(Unit(tenant_id, work, future))
        return future

    def submit_from_loop(self, tenant_id: int | None, work: Callable[[Any], Any]) -> "asyncio.Future[Any]":
        """The same for the running event loop, which is woken once for all units of a commit."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue(Unit(tenant_id, work, future))
        return future

    def _queue(self, unit: Unit) -> None:
        if self._closed or self._units.qsize() >= WRITE_QUEUE_MAX:
            raise QueueFull(
                "The server has more to write than it can take now. Repeat the request in a moment."
            )
        self._units.put(unit)

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._closed = True
        self._units.put(None)
        self._thread.join()

    def _run(self) -> None:
        was_crowd = False
        while (first := self._units.get()) is not None:
            group = [first]
            is_last = self._drain(group) or (was_crowd and self._gather(group))
            was_crowd = len(group) > 1
            self._write([unit for unit in group if _is_wanted(unit)])
            if is_last:
                break

    def _gather(self, group: list[Unit]) -> bool:
        """Wait while units keep coming; returns whether the order to stop came.

        Python runs one thread at a time: while this one sleeps, the others prepare their units undisturbed,
        and then await a larger commit. A lone caller is never made to wait.
        """
        deadline = time.monotonic() + GATHER_SECONDS_MAX
        while len(group) < WRITE_GROUP_MAX and time.monotonic() < deadline:
            before = len(group)
            time.sleep(GATHER_STEP_SECONDS)
            if self._drain(group):
                return True
            if len(group) == before:
                break
        return False

    def _drain(self, group: list[Unit]) -> bool:
        """Take what is queued, up to a full group; returns whether the order to stop was among it."""
        while len(group) < WRITE_GROUP_MAX:
            try:
                unit = self._units.get_nowait()
            except queue.Empty:
                return False
            if unit is None:
                return True
            group.append(unit)
        return False

    def _write(self, group: list[Unit]) -> None:
        if not group:
            return
        if self._engine.dialect.name == "postgresql":
            # Two processes that lock tenants in different orders would wait for each other.
            group.sort(key=lambda unit: unit.tenant_id or 0)
        try:
            outcomes = self._transact(group)
        except _UnitFailed as failure:
            if len(group) == 1:
                _settle(group, [(None, failure.error)])
                return
            for unit in group:
                self._write([unit])
        except Exception as error:  # noqa: BLE001 - whoever awaits the unit gets it
            _settle(group, [(None, translated(error))] * len(group))
        else:
            _settle(group, outcomes)

    def _transact(self, group: list[Unit]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        announcements: list[Announcement] = []
        with self._engine.connect() as connection, connection.begin():
            batch = Batch(connection)
            for unit in group:
                outcomes.append(self._perform(unit, batch, announcements))
            try:
                batch.send()
            except Exception as error:  # whose row it was shows when each unit is run alone
                raise _UnitFailed(group[0], translated(error)) from error
            if announcements and self._before_commit:
                try:
                    self._before_commit(connection, announcements)
                except Exception as error:
                    raise _UnitFailed(group[0], translated(error)) from error
        return outcomes

    @staticmethod
    def _perform(unit: Unit, batch: Batch, announcements: list[Announcement]) -> Outcome:
        rows: Rows | None = None
        try:
            rows = Directory(batch) if unit.tenant_id is None else TenantDB(batch, unit.tenant_id)
            result = unit.work(rows)
            rows.flush()
        except Exception as error:
            if rows is not None and not rows.wrote and isinstance(error, DomainError):
                return None, error  # a refusal before anything was written: nothing to undo
            raise _UnitFailed(unit, translated(error)) from error
        finally:
            if rows is not None:
                rows.close()
        announcements.extend(rows.announcements)
        return result, None


class _UnitFailed(Exception):
    """A unit failed after it may have written: the group is undone, and each is run alone."""

    def __init__(self, unit: Unit, error: Exception) -> None:
        super().__init__(str(error))
        self.unit = unit
        self.error = error


def _is_wanted(unit: Unit) -> bool:
    """Whether anybody still waits; from here on the unit can no longer be cancelled."""
    if isinstance(unit.future, Future):
        return unit.future.set_running_or_notify_cancel()
    return not unit.future.cancelled()


def _settle(group: Sequence[Unit], outcomes: Sequence[Outcome]) -> None:
    """Tell everybody who waits. An event loop is called once, however many of its units there are."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Outcome]]] = {}
    for unit, outcome in zip(group, outcomes, strict=True):
        if isinstance(unit.future, Future):
            _resolve(unit.future, outcome)
        else:
            by_loop.setdefault(unit.future.get_loop(), []).append((unit.future, outcome))
    for loop, waiting in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve_all, waiting)
        except RuntimeError:
            log.warning("nobody_waits", extra={"facts": {"units": len(waiting)}})  # the loop has ended


def _resolve_all(waiting: Sequence[tuple["asyncio.Future[Any]", Outcome]]) -> None:
    for future, outcome in waiting:
        if not future.cancelled():
            _resolve(future, outcome)


def _resolve(future: "Future[Any] | asyncio.Future[Any]", outcome: Outcome) -> None:
    result, error = outcome
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
