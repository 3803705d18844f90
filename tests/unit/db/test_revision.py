"""A glance at the schema that every start takes: quick when all is well, and never wrong about it."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from certifly.db.revision import VERSIONS, is_surely_current, newest_revision


def test_the_newest_revision_is_the_one_that_alembic_ends_with() -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))

    assert newest_revision() == ScriptDirectory.from_config(config).get_current_head()


@pytest.mark.parametrize("name", ["certifly.db", "50% off #1 ? Ada's.db", "مدرسة.db"])
def test_a_migrated_file_is_surely_current(migrated_file: Path, tmp_path: Path, name: str) -> None:
    shutil.copyfile(migrated_file, tmp_path / name)

    assert is_surely_current(f"sqlite:///{tmp_path}/{name.replace('%', '%25').replace('?', '%3F')}")


def test_a_file_of_another_release_is_not(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "certifly.db"
    shutil.copyfile(migrated_file, path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()

    assert not is_surely_current(f"sqlite:///{path}")


def test_a_file_that_is_not_there_is_not_and_is_not_made(tmp_path: Path) -> None:
    assert not is_surely_current(f"sqlite:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_not(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ada, " * 100)

    assert not is_surely_current(f"sqlite:///{tmp_path}/letter.txt")


def test_of_a_server_nothing_is_said() -> None:
    assert not is_surely_current("postgresql://ada@localhost/certifly")


def test_the_glance_loads_nothing_heavy() -> None:
    listing = "import certifly.db.revision, certifly.worker.supervise, sys; print(*sys.modules)"
    loaded = subprocess.check_output(
        [sys.executable, "-c", listing], cwd=VERSIONS.parents[3], text=True
    ).split()

    assert {"sqlalchemy", "alembic", "dbos", "psycopg"} & set(loaded) == set()
