"""Wait for SQLite's one write lock in short steps.

SQLite's own waiting sleeps longer and longer, up to 100 ms, while the lock changes hands every millisecond: under
load a worker spent most of its time asleep beside a free lock. Here one thread of a process asks again
every millisecond, and the others queue behind it.
"""

import sqlite3
import threading
import time

STEP_MILLISECONDS = 2
"""How long SQLite itself waits for the write lock before it says so."""


class WriteTurn:
    """The order in which the threads of this process begin to write to one database."""

    def __init__(self, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._asking = threading.Lock()

    def begin(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction that writes. Raises sqlite3.OperationalError when the lock is held for too long.

        The connection waits STEP_MILLISECONDS by itself (``PRAGMA busy_timeout``).
        """
        deadline = time.monotonic() + self._wait_seconds
        with self._asking:
            while True:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                        raise
