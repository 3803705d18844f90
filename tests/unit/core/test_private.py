"""Files and folders that only their owner can read, and what an operator opened wider left as it is."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from certifly.core.private import make_private_file, make_private_folder


@pytest.fixture(autouse=True)
def _open_hearted() -> Iterator[None]:
    """The umask of most machines: everyone may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_and_those_above_it_are_made_for_their_owner(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "var" / "lib" / "files")

    assert {mode(tmp_path / "var"), mode(tmp_path / "var/lib"), mode(tmp_path / "var/lib/files")} == {0o700}


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(0o755)
    make_private_folder(tmp_path / "var" / "files")
    (tmp_path / "var" / "files").chmod(0o750)
    make_private_folder(tmp_path / "var" / "files")

    assert (mode(tmp_path / "var"), mode(tmp_path / "var/files")) == (0o755, 0o750)


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"")

    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "files")


def test_a_file_is_made_once_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "certifly.db"
    make_private_file(file)
    assert (mode(file), file.read_bytes()) == (0o600, b"")

    file.write_bytes(b"content")
    file.chmod(0o640)
    make_private_file(file)
    assert (mode(file), file.read_bytes()) == (0o640, b"content")
