"""Fixtures of tests that put several parts together."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from certifly.db.database import Database
from certifly.db.tenant import Announcement
from certifly.tenants.tenants import create_tenant
from tests.cast import MONDAY, SECRET_KEY
from tests.certificates_at_hand import Certificates
from tests.command import CommandLine


@pytest.fixture
def certifly(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line on a fresh, migrated installation of each kind of database."""
    return CommandLine(_environment(database_url, tmp_path), capsys)


@pytest.fixture
def sqlite(sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The same on SQLite alone, for what does not depend on the database."""
    return CommandLine(_environment(sqlite_url, tmp_path), capsys)


@pytest.fixture
def certificates(database_url: str) -> Iterator[Certificates]:
    """Tenant Lovelace's certificates on each kind of database; promised jobs are noted, not queued."""
    announced: list[Announcement] = []
    database = Database(database_url, before_commit=lambda _, found: announced.extend(found))
    tenant_id = database.write_directory(
        lambda rows: create_tenant(rows, slug="lovelace", name="Lovelace Academy", now=MONDAY).id
    ).result()
    yield Certificates(database, tenant_id, announced)
    database.close()


def _environment(database_url: str, folder: Path) -> dict[str, str]:
    return {
        "CERTIFLY_DATABASE_URL": database_url,
        "CERTIFLY_FILES_URL": str(folder / "files"),
        "CERTIFLY_SECRET_KEY": SECRET_KEY,
        "CERTIFLY_PUBLIC_URL": "https://certificates.example.org",
    }
