"""Make the tables that DBOS keeps its jobs in, and let the service use them.

``certifly migrate`` runs this beside our own migrations, with the role that owns the tables. The processes
that serve and work never change a schema: they only check that it is there.
"""

import sqlite3
import sys

import sqlalchemy as sa

from certifly.core.errors import DomainError
from certifly.jobs.naming import SCHEMA
from certifly.jobs.queue import quieten

SUBSECONDS_SINCE_PYTHON = (3, 12)
SUBSECONDS_SINCE_SQLITE = (3, 42)


class SQLiteTooOld(DomainError):
    """The SQLite of this Python lacks what DBOS asks of it under this Python."""

    def __init__(self, sqlite: str) -> None:
        super().__init__(
            f"This Python brings SQLite {sqlite}, which is too old for it: jobs need 3.42 or newer from Python 3.12 "
            "on. Use Python 3.11, a Python with a newer SQLite, or PostgreSQL."
        )


def check_sqlite(python: tuple[int, ...], sqlite: tuple[int, ...]) -> None:
    """Refuse a pair of versions with which no job could be stored. Raises SQLiteTooOld.

    By Python's version DBOS decides how it asks SQLite for the time; ``unixepoch('subsec')`` is NULL before 3.42.
    """
    if python >= SUBSECONDS_SINCE_PYTHON and sqlite < SUBSECONDS_SINCE_SQLITE:
        raise SQLiteTooOld(".".join(map(str, sqlite)))


def migrate_jobs(database_url: str) -> None:
    """Create or upgrade the tables of DBOS. Doing it again changes nothing. Raises SQLiteTooOld."""
    from dbos import DBOS

    if database_url.startswith("sqlite"):
        check_sqlite(sys.version_info[:2], sqlite3.sqlite_version_info)

    quieten()
    DBOS.migrate(database_url, schema=SCHEMA)


def grant_jobs(connection: sa.Connection, role: str) -> None:
    """Give the service's ``role`` what it needs in the schema of DBOS, and nothing more. PostgreSQL only."""
    for statement in grants_for(role):
        connection.exec_driver_sql(statement)


def grants_for(role: str) -> list[str]:
    """The statements that let ``role`` announce and perform jobs, also after later migrations."""
    name = '"' + role.replace('"', '""') + '"'
    return [
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO {name}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT USAGE, SELECT ON SEQUENCES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT EXECUTE ON FUNCTIONS TO {name}",
    ]
