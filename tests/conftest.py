"""Fixtures that many tests use: a fresh database of each kind, and running installations."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certifly.app.migrate import migrate_all
from certifly.core.settings import Settings
from certifly.db.database import Database
from certifly.db.tenant import Directory
from certifly.jobs.queue import JobQueue
from certifly.tenants.tenants import create_tenant
from tests.cast import MONDAY, SECRET_KEY
from tests.live import Caller, Installation, running
from tests.postgres import postgres, postgres_server, postgres_template
from tests.public_site import public_postgres, public_site, public_sqlite
from tests.workshop import workshop

__all__ = [
    "postgres",
    "postgres_server",
    "postgres_template",
    "public_postgres",
    "public_site",
    "public_sqlite",
    "workshop",
]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with every table and no row; copy it, do not use it."""
    path = tmp_path_factory.mktemp("migrated") / "certifly.db"
    migrate_all(Settings(database_url=f"sqlite:///{path}", secret_key=SECRET_KEY))
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database for one test."""
    path = tmp_path / "certifly.db"
    shutil.copyfile(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind, as the service reaches it."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return str(request.getfixturevalue("postgres").service_url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A ``Database`` on a fresh database of each kind, with jobs committed as in production."""
    opened = Database(database_url, before_commit=JobQueue().enqueue)
    yield opened
    opened.close()


@pytest.fixture
def make_tenant(database: Database) -> Callable[[str], int]:
    """Makes a tenant in ``database`` and returns its id."""

    def make(slug: str) -> int:
        def work(directory: Directory) -> int:
            return create_tenant(directory, slug=slug, name=slug.title(), now=MONDAY).id

        return database.write_directory(work).result()

    return make


@pytest.fixture
def lovelace(make_tenant: Callable[[str], int]) -> int:
    """The id of tenant Lovelace in ``database``."""
    return make_tenant("lovelace")


@pytest.fixture(scope="session")
def live_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation on SQLite, shared by the session."""
    folder = tmp_path_factory.mktemp("live-sqlite")
    with running(folder, f"sqlite:///{folder}/certifly.db") as installation:
        yield installation


@pytest.fixture(scope="session")
def live_postgres(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Installation]:
    """A running installation on PostgreSQL, shared by the session; it connects as a role that owns nothing."""
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    server.execute(f"CREATE DATABASE certifly_live OWNER certifly_owner TEMPLATE {template}")
    folder = tmp_path_factory.mktemp("live-postgres")
    with running(folder, server.url("certifly_service", "certifly_live")) as installation:
        yield installation


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def live(request: pytest.FixtureRequest) -> Installation:
    """A running installation on each kind of database."""
    installation: Installation = request.getfixturevalue(f"live_{request.param}")
    return installation


@pytest.fixture
def tenant(live: Installation) -> Caller:
    """A tenant of its own in the running installation, with a token of all scopes."""
    return live.new_tenant()
