"""Which errors of the database pass by themselves: each class of SQLSTATE, and its neighbours."""

import logging
import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from certifly.core.errors import DatabaseBusy
from certifly.db.trouble import RETRY_AFTER_SECONDS, is_passing, translated

PASSING = {
    "08000": "connection exception",
    "08006": "connection failure",
    "40001": "serialization failure",
    "40P01": "deadlock detected",
    "53100": "disk full",
    "53300": "too many connections",
    "55P03": "lock not available",
    "57014": "query cancelled, as by a time limit",
    "57P01": "shut down by an operator",
    "57P03": "not started yet",
}
LASTING = {
    "09000": "triggered action exception",
    "22001": "text too long",
    "23503": "foreign key",
    "23505": "not unique",
    "39000": "external routine",
    "42501": "not allowed, as by row-level security",
    "42P01": "no such table",
    "54000": "program limit",
    "55006": "object in use",
    "58030": "the disk has failed",
    "XX001": "the data is damaged",
}


def of_postgres(state: str | None, kind: type[psycopg.Error] = psycopg.Error) -> DBAPIError:
    error = errors.lookup(state)("trouble") if state else kind("trouble")
    return DBAPIError("SELECT 'Ada'", {}, error)


def of_sqlite(message: str, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> DBAPIError:
    return OperationalError("SELECT 'Ada'", {}, kind(message))


@pytest.mark.parametrize("state", PASSING)
def test_what_passes_by_itself_is_a_busy_database(state: str) -> None:
    error = of_postgres(state)
    busy = translated(error)

    assert is_passing(error)
    assert isinstance(busy, DatabaseBusy)
    assert busy.retry_after_seconds == RETRY_AFTER_SECONDS
    assert busy.__cause__ is error
    assert "Ada" not in busy.message


@pytest.mark.parametrize("state", LASTING)
def test_what_would_happen_again_stays_what_it_is(state: str) -> None:
    error = of_postgres(state)

    assert not is_passing(error)
    assert translated(error) is error


def test_a_server_that_did_not_answer_may_answer_later() -> None:
    assert is_passing(of_postgres(None, psycopg.OperationalError))
    assert not is_passing(of_postgres(None, psycopg.InterfaceError))
    assert not is_passing(of_postgres(None, psycopg.ProgrammingError))


@pytest.mark.parametrize(
    ("message", "passes"),
    [
        ("database is locked", True),
        ("database is locked (5)", True),
        ("database is busy", True),
        ("database table is locked", False),
        ("disk I/O error", False),
        ("no such table: tenants", False),
        ("the database is locked", False),
    ],
)
def test_of_sqlite_only_a_lock_passes(message: str, passes: bool) -> None:
    assert is_passing(of_sqlite(message)) == passes


def test_a_connection_that_is_gone_can_be_made_anew() -> None:
    error = of_sqlite("whatever it was")
    error.connection_invalidated = True

    assert isinstance(translated(error), DatabaseBusy)


@pytest.mark.parametrize("error", [ValueError("Ada"), KeyError("Ada")], ids=["value", "key"])
def test_what_is_no_error_of_the_database_is_left_alone(error: Exception) -> None:
    assert translated(error) is error


def test_a_broken_constraint_of_sqlite_is_no_busy_database() -> None:
    error = IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed: tenants.slug"))

    assert translated(error) is error


def test_the_log_names_the_kind_of_error_and_no_statement(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="certifly")
    translated(of_sqlite("database is locked"))

    [record] = caplog.records
    assert (record.message, record.__dict__["facts"]) == ("database_busy", {"error": "OperationalError"})
    assert "Ada" not in caplog.text
