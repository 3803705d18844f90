"""Which errors of the database pass by themselves."""

import logging

import psycopg
from sqlalchemy.exc import DBAPIError

from certifly.core.errors import DatabaseBusy

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2

_PASSING_CLASSES = ("08", "40", "53", "57")
"""Of SQLSTATE: connection lost, rolled back by a conflict, out of resources, shut down by an operator."""
_LOCK_NOT_AVAILABLE = "55P03"
_SQLITE_PASSING = ("database is locked", "database is busy")


def translated(error: Exception) -> Exception:
    """A database that is busy or away is our ``DatabaseBusy``; every other error stays what it is."""
    if not isinstance(error, DBAPIError) or not is_passing(error):
        return error
    log.warning("database_busy", extra={"facts": {"error": type(error.orig).__name__}})
    busy = DatabaseBusy(
        "The database is busy. Repeat the request in a moment.", retry_after_seconds=RETRY_AFTER_SECONDS
    )
    busy.__cause__ = error
    return busy


def is_passing(error: DBAPIError) -> bool:
    """Whether the same statement may succeed later: locked, deadlocked, or out of reach."""
    if error.connection_invalidated or str(error.orig).startswith(_SQLITE_PASSING):
        return True
    if not isinstance(error.orig, psycopg.Error):
        return False  # SQLite, and not for want of a lock
    state = error.orig.sqlstate
    if state is None:
        return isinstance(error.orig, psycopg.OperationalError)  # no server has answered
    return state[:2] in _PASSING_CLASSES or state == _LOCK_NOT_AVAILABLE
