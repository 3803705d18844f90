"""The installation that a command works on: the one its environment describes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certifly.db.database import Database


@contextmanager
def opened_database() -> Iterator["Database"]:
    """The database, at the revision of this release. Raises SettingsInvalid, NotMigrated."""
    from certifly.app.environment import load_settings
    from certifly.app.migrate import require_migrated
    from certifly.app.wiring import open_database

    settings = load_settings()
    require_migrated(settings)
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()
