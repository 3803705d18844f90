"""Forget what nobody may ask for any more, so that no table grows for ever.

These are the recorded answers of idempotency keys. Jobs that finished long ago are the affair of ``sweep.py``:
they lie in the tables of DBOS.
"""

import time
from collections import deque
from datetime import datetime

from certifly.db.database import Database
from certifly.tenants.tenants import list_tenants
from certifly.web.recorded import PURGE_BATCH, purge

EVERY_SECONDS = 3600.0
AT_A_TIME_SECONDS = 0.5
"""After this long the rest waits for the next round: the rounds have other things to look after."""


class Forgetting:
    """Goes from tenant to tenant, a little in each round of a worker slot. Two slots do not get in each other's way."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tenants: deque[int] = deque()
        self._due = 0.0

    def go_on(self, *, now: datetime, at_a_time_seconds: float = AT_A_TIME_SECONDS) -> int:
        """Do the next bit of it, if it is time; returns how many records were forgotten."""
        begun = time.monotonic()
        if not self._tenants and begun >= self._due:
            self._due = begun + EVERY_SECONDS
            found = self._database.read_directory(lambda rows: [one.id for one in list_tenants(rows)])
            self._tenants.extend(found.result())

        forgotten = 0
        while self._tenants and time.monotonic() - begun < at_a_time_seconds:
            count = self._database.write(self._tenants[0], lambda db: purge(db, now=now)).result()
            forgotten += count
            if count < PURGE_BATCH:
                self._tenants.popleft()
        return forgotten
