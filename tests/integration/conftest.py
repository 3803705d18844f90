"""Fixtures of tests that put several parts together."""

from pathlib import Path

import pytest

from tests.cast import SECRET_KEY
from tests.command import CommandLine


@pytest.fixture
def certifly(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line on a fresh, migrated installation of each kind of database."""
    environment = {
        "CERTIFLY_DATABASE_URL": database_url,
        "CERTIFLY_FILES_URL": str(tmp_path / "files"),
        "CERTIFLY_SECRET_KEY": SECRET_KEY,
        "CERTIFLY_PUBLIC_URL": "https://certificates.example.org",
    }
    return CommandLine(environment, capsys)
