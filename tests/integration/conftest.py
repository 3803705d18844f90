"""Fixtures of tests that put several parts together."""

from pathlib import Path

import pytest

from tests.cast import SECRET_KEY
from tests.command import CommandLine


@pytest.fixture
def certifly(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line on a fresh, migrated installation of each kind of database."""
    return CommandLine(_environment(database_url, tmp_path), capsys)


@pytest.fixture
def sqlite(sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The same on SQLite alone, for what does not depend on the database."""
    return CommandLine(_environment(sqlite_url, tmp_path), capsys)


def _environment(database_url: str, folder: Path) -> dict[str, str]:
    return {
        "CERTIFLY_DATABASE_URL": database_url,
        "CERTIFLY_FILES_URL": str(folder / "files"),
        "CERTIFLY_SECRET_KEY": SECRET_KEY,
        "CERTIFLY_PUBLIC_URL": "https://certificates.example.org",
    }
