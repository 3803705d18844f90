"""One thread that writes for the whole process, and commits many units of work together.

What must stay true: a unit's future resolves only after the COMMIT that holds it; a unit that fails leaves
no trace and does not fail its neighbours; a unit may run twice (alone, after its group failed), so it must
have no effect outside the database.
"""

import queue
import threading
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

BeforeCommit = Callable[[sa.Connection, Sequence[Announcement]], None]
"""Receives what the units announced, on the connection that is about to commit them."""


@dataclass(slots=True)
class Unit:
    """A function to run in a transaction, for a tenant or (None) on the directory, and who awaits it."""

    tenant_id: int | None
    work: Callable[[Any], Any]
    future: "Future[Any]"


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
        if self._closed or self._units.qsize() >= WRITE_QUEUE_MAX:
            raise QueueFull(
                "The server has more to write than it can take now. Repeat the request in a moment."
            )
        unit = Unit(tenant_id, work, Future())
        self._units.put(unit)
        return unit.future

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._closed = True
        self._units.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._units.get()) is not None:
            group = [first]
            last = False
            while len(group) < WRITE_GROUP_MAX:
                try:
                    unit = self._units.get_nowait()
                except queue.Empty:
                    break
                if unit is None:
                    last = True
                    break
                group.append(unit)
            self._write([unit for unit in group if unit.future.set_running_or_notify_cancel()])
            if last:
                break

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
                failure.unit.future.set_exception(failure.error)
                return
            for unit in group:
                self._write([unit])
            return
        except Exception as error:  # noqa: BLE001 - whoever awaits the unit gets it
            for unit in group:
                unit.future.set_exception(translated(error))
            return
        for unit, (result, error_of_unit) in zip(group, outcomes, strict=True):
            if error_of_unit is not None:
                unit.future.set_exception(error_of_unit)
            else:
                unit.future.set_result(result)

    def _transact(self, group: list[Unit]) -> list[tuple[Any, Exception | None]]:
        outcomes: list[tuple[Any, Exception | None]] = []
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
    def _perform(unit: Unit, batch: Batch, announcements: list[Announcement]) -> tuple[Any, Exception | None]:
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
