"""Bring the schema up to date, and say which revision it has."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from certifly.db.engine import create_engine

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database_url: str) -> str:
    """Run every migration that is missing, all or none; returns the revision reached."""
    engine = create_engine(database_url, writes=True, connections_max=1)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return revision_of(connection) or ""
    finally:
        engine.dispose()


def revision_of(connection: sa.Connection) -> str | None:
    """The revision the database has, None for an empty one."""
    revision: str | None = MigrationContext.configure(connection).get_current_revision()
    return revision


def newest_revision() -> str:
    """The revision this release needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is at least one migration"
    return head


def grant_tables(connection: sa.Connection, role: str) -> None:
    """Let the service's role use the tables without owning them. PostgreSQL only."""
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ):
        connection.exec_driver_sql(statement)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
