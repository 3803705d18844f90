"""Wake the worker when there may be work, so that it need not ask all the time.

DBOS looks for jobs at fixed intervals. Asking every 50 ms costs a tenth of a core for ever; asking every
second makes people wait. So DBOS is told to ask rarely, and its pause between two looks is cut short when
the database has changed (SQLite tells by a counter that costs next to nothing to read, PostgreSQL by a
notification) and when a job has ended and left room for another. A look costs 2 to 3 ms and most commits bring no
job, so on SQLite only those queues are looked into in which a job waits. If waking fails, jobs are found by the
rare look.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Collection, Iterable
from functools import partial
from typing import Protocol

import psycopg
import sqlalchemy as sa

from certifly.jobs.naming import WAKE_CHANNEL
from certifly.worker.slot import plain_url

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""How often DBOS looks for jobs unasked."""
PAUSE_SECONDS_MIN = 0.05
"""Shortest pause between two looks, however often the alarm rings. Jobs that end within one are replaced together."""
ECHO_SECONDS = (0.08, 0.2)
"""When to look again after a job has ended: DBOS counts it out a moment after we have finished with it."""
WATCH_SECONDS = 0.02
"""How often the watcher reads SQLite's counter."""
RECONNECT_SECONDS = 2.0
QUEUE_THREAD = "queue-worker-"
"""What DBOS calls the thread that looks into a queue."""

# The second condition is that of the index of DBOS, which SQLite must find in the query to use it.
_WAITING = """
    SELECT EXISTS (
        SELECT 1 FROM workflow_status
        WHERE queue_name = ? AND status = 'ENQUEUED' AND status IN ('ENQUEUED', 'PENDING')
    )
"""


class Alarm:
    """Ends the pauses of the threads that look for jobs, of each queue for itself."""

    def __init__(self, queues: frozenset[str]) -> None:
        self.queues = queues
        self._threads = {f"{QUEUE_THREAD}{queue}": queue for queue in queues}
        self._rings = threading.Condition()
        self._rung = dict.fromkeys(queues, 0)
        self._heard = dict.fromkeys(queues, 0)
        self._ended_at = dict.fromkeys(queues, -1.0)

    def attach(self, stop: threading.Event) -> None:
        """Make waiting for ``stop``, which is how DBOS pauses, end at the next ring as well."""
        setattr(stop, "wait", partial(self._wait, stop))  # noqa: B010

    def ring(self, queues: Iterable[str]) -> None:
        """There may be something to do in these queues."""
        with self._rings:
            for queue in queues:
                self._rung[queue] += 1
            self._rings.notify_all()

    def job_ended(self, queue: str) -> None:
        """There is, or in a moment will be, room for one more job of this queue."""
        self._ended_at[queue] = time.monotonic()
        self.ring((queue,))

    def _wait(self, stop: threading.Event, timeout: float | None = None) -> bool:
        queue = self._threads.get(threading.current_thread().name)
        if timeout is None or timeout <= PAUSE_SECONDS_MIN or queue is None:
            return threading.Event.wait(stop, timeout)
        if threading.Event.wait(stop, PAUSE_SECONDS_MIN):
            return True
        with self._rings:
            heard = self._heard[queue]
            pause = self._until_echo(queue, timeout - PAUSE_SECONDS_MIN)
            self._rings.wait_for(lambda: self._rung[queue] > heard or stop.is_set(), pause)
            self._heard[queue] = self._rung[queue]
        return stop.is_set()

    def _until_echo(self, queue: str, longest: float) -> float:
        since = time.monotonic() - self._ended_at[queue]
        return min([longest, *(echo - since for echo in ECHO_SECONDS if echo > since)])


class Watcher(Protocol):
    """Waits a moment, and tells in which queues jobs may have come in it."""

    def awaited(self, queues: Collection[str]) -> Collection[str]:
        """Those of the queues that are worth a look. Blocks for at most about a second."""

    def close(self) -> None:
        """Let go of the connection."""


class SQLiteWatcher:
    """Sees every commit of every other connection, and then which queues have a job that waits."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._version = self._read()

    def awaited(self, queues: Collection[str]) -> Collection[str]:
        """The queues in which a job waits, when anything was committed since the last call."""
        time.sleep(WATCH_SECONDS)
        before, self._version = self._version, self._read()
        if before == self._version:
            return ()
        return [queue for queue in queues if self._connection.execute(_WAITING, (queue,)).fetchone()[0]]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _read(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


class PostgreSQLWatcher:
    """Hears the notification that comes with every group of jobs."""

    def __init__(self, database_url: str) -> None:
        self._connection = psycopg.connect(plain_url(database_url), autocommit=True, connect_timeout=10)
        self._connection.execute(f"LISTEN {WAKE_CHANNEL}")

    def awaited(self, queues: Collection[str]) -> Collection[str]:
        """All of them, when a notification came."""
        return queues if any(True for _ in self._connection.notifies(timeout=1.0, stop_after=1)) else ()

    def close(self) -> None:
        """End the session."""
        self._connection.close()


def watch(database_url: str, alarm: Alarm, stop: threading.Event) -> None:
    """Ring the alarm whenever jobs may have come, until ``stop``. Runs in a thread of its own."""
    while not stop.is_set():
        try:
            watcher = _watcher(database_url)
            try:
                while not stop.is_set():
                    alarm.ring(watcher.awaited(alarm.queues))
            finally:
                watcher.close()
        except (sqlite3.Error, psycopg.Error) as error:
            log.warning("wake_lost", extra={"facts": {"error": type(error).__name__}})
            stop.wait(RECONNECT_SECONDS)


def _watcher(database_url: str) -> Watcher:
    url = sa.make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert url.database, "an SQLite address names a file"
        return SQLiteWatcher(url.database)
    return PostgreSQLWatcher(database_url)
