"""What an installation keeps on disk is for its owner alone, unless the operator opened it himself."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from certifly.app.migrate import migrate_all
from certifly.core.settings import Settings
from certifly.db.database import Database
from certifly.db.engine import create_engine, make_database_file
from certifly.tenants.tenants import create_tenant
from tests.cast import MONDAY, SECRET_KEY
from tests.live import running

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def _open_hearted() -> Iterator[None]:
    """The umask of most machines: everyone may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """The permissions of everything in a folder, as people write them."""
    return {
        str(path.relative_to(folder)): f"{stat.S_IMODE(path.stat().st_mode):o}"
        for path in folder.rglob("*")
        if path.name != "log.jsonl"
    }


def use(url: str) -> None:
    with closing(Database(url)) as database:
        database.write_directory(
            lambda directory: create_tenant(directory, slug="lovelace", name="Lovelace", now=MONDAY)
        ).result()


def test_a_running_installation_shows_nothing_to_others(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/data/certifly.db") as installation:
        tenant = installation.new_tenant()
        certificate = tenant.issue(tenant.publish_template())["data"]["id"]
        tenant.await_rendered(certificate)
        found = modes(tmp_path)

    assert {"data/certifly.db", "data/certifly.db-wal", "data/certifly.db-shm"} <= set(found)
    assert any(name.endswith(".pdf") for name in found)
    wrong = {
        name: mode for name, mode in found.items() if mode != ("700" if (tmp_path / name).is_dir() else "600")
    }
    assert wrong == {}


def test_a_database_that_an_operator_opened_wider_stays_so(tmp_path: Path) -> None:
    file = tmp_path / "certifly.db"
    file.touch()
    file.chmod(0o660)
    settings = Settings(database_url=f"sqlite:///{file}", secret_key=SECRET_KEY)

    migrate_all(settings)
    with closing(Database(settings.database_url)) as database:
        database.read_directory(lambda _: None).result()
        found = modes(tmp_path)

    assert set(found.values()) == {"660"}, found


def test_migrating_makes_the_database_private_before_anything_is_in_it(tmp_path: Path) -> None:
    migrate_all(Settings(database_url=f"sqlite:///{tmp_path}/data/certifly.db", secret_key=SECRET_KEY))
    use(f"sqlite:///{tmp_path}/data/certifly.db")

    assert modes(tmp_path) == {"data": "700", "data/certifly.db": "600"}


def test_a_place_where_no_file_can_be_made_is_told_by_the_database(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"not a folder")
    make_database_file(f"sqlite:///{tmp_path}/data/certifly.db")

    with pytest.raises(sa.exc.OperationalError):
        migrate_all(Settings(database_url=f"sqlite:///{tmp_path}/data/certifly.db", secret_key=SECRET_KEY))


def test_on_postgresql_no_file_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_database_file("postgresql://localhost/certifly")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writes", [False, True])
def test_what_is_deleted_is_overwritten_whoever_built_sqlite(tmp_path: Path, writes: bool) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'certifly.db'}", writes=writes)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1
    engine.dispose()
