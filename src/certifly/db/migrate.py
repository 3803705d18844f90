"""Bring the schema up to date, and say which revision it has."""

import sqlalchemy as sa

from certifly.db.engine import create_engine
from certifly.db.revision import TABLE, VERSIONS


def migrate(database_url: str) -> str:
    """Run every migration that is missing, all or none; returns the revision reached."""
    from alembic import command  # a tenth of a second that a process which only looks need not pay
    from alembic.config import Config

    engine = create_engine(database_url, writes=True, connections_max=1)
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(VERSIONS.parent))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            return revision_of(connection) or ""
    finally:
        engine.dispose()


def revision_of(connection: sa.Connection) -> str | None:
    """The revision the database has, None for an empty one."""
    if not sa.inspect(connection).has_table(TABLE):
        return None
    revision: str | None = connection.execute(sa.text(f"SELECT version_num FROM {TABLE}")).scalar()  # noqa: S608
    return revision


def grant_tables(connection: sa.Connection, role: str) -> None:
    """Let the service's role use the tables without owning them. PostgreSQL only."""
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ):
        connection.exec_driver_sql(statement)
