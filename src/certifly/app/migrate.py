"""Make or upgrade everything in the database: our tables, those of the jobs, and the service's rights."""

import sqlalchemy as sa

from certifly.core.errors import DomainError
from certifly.core.settings import Settings
from certifly.db.engine import create_engine, make_database_file
from certifly.db.migrate import grant_tables, migrate, revision_of
from certifly.db.revision import is_surely_current, newest_revision
from certifly.jobs.migrate import grant_jobs, migrate_jobs


def migrate_all(settings: Settings) -> str:
    """Run by an operator, or at the start of ``certifly run``; returns the revision reached. Raises DatabaseNewer.

    On PostgreSQL the tables belong to the role of ``CERTIFLY_DATABASE_OWNER_URL``; the role that serves gets
    rights on the rows only, and stays under row-level security.
    """
    owner_url = settings.database_owner_url or settings.database_url
    make_database_file(owner_url)  # before DBOS would make it, open to everyone
    refuse_newer(_revision_at(owner_url))
    # Ours come last: the revision they end with says that everything before it was done, also after a kill.
    # So a new version of DBOS that brings migrations needs a new revision of ours.
    migrate_jobs(owner_url)
    revision = migrate(owner_url)
    role = sa.make_url(settings.database_url).username
    if settings.database_owner_url and role:
        engine = create_engine(owner_url, writes=True, connections_max=1)
        try:
            with engine.begin() as connection:
                grant_tables(connection, role)
                grant_jobs(connection, role)
        finally:
            engine.dispose()
    return revision


def is_migrated(settings: Settings) -> bool:
    """Whether the database has the schema this release needs. Raises DatabaseNewer, and when it cannot be reached."""
    if is_surely_current(settings.database_url):
        return True
    found = _revision_at(settings.database_url)
    refuse_newer(found)
    return found == newest_revision()


def refuse_newer(found: str | None) -> None:
    """Go on only with a schema that this release knows. Raises DatabaseNewer."""
    if found is not None and found > newest_revision():
        raise DatabaseNewer(found)


def _revision_at(database_url: str) -> str | None:
    engine = create_engine(database_url, writes=False, connections_max=1)
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    finally:
        engine.dispose()


class DatabaseNewer(DomainError):
    """A newer release has upgraded the database; what that changed, this one cannot know."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The database is at revision {found}, which a newer release has made; this one knows {newest_revision()}. "
            "Run that release, or restore the back-up that was made before it."
        )
        self.found = found


class NotMigrated(DomainError):
    """The database does not have the schema of this release."""

    def __init__(self) -> None:
        super().__init__("The database is not up to date. Run: certifly migrate")


def require_migrated(settings: Settings) -> None:
    """Refuse to start on a schema of another release. Raises NotMigrated and DatabaseNewer."""
    if not is_migrated(settings):
        raise NotMigrated
