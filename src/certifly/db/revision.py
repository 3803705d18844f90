"""Which schema this release needs, and whether a database surely has it.

Every process asks this when it starts, so nothing heavy is loaded here: for an SQLite file that is up to date,
which is how nearly every start finds it, the answer takes a millisecond and no SQLAlchemy.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote

VERSIONS = Path(__file__).parent / "migrations" / "versions"
TABLE = "alembic_version"
_SQLITE = "sqlite:///"


def newest_revision() -> str:
    """The revision this release needs: migrations are numbered in a row, and their files carry the number."""
    return max(path.stem.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def is_surely_current(database_url: str) -> bool:
    """Whether this is an SQLite database at the newest revision. False says nothing: look properly then."""
    if not database_url.startswith(_SQLITE):
        return False
    path = unquote(database_url.removeprefix(_SQLITE).partition("?")[0])
    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)) as connection:
            found = connection.execute(f"SELECT version_num FROM {TABLE}").fetchall()  # noqa: S608
    except sqlite3.Error:
        return False
    return found == [(newest_revision(),)]
