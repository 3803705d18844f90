"""A folder of files survives power cuts, killed processes and careless hands."""

import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certifly.storage.blobs import BlobMissing, StorageUnavailable, name_of, open_store, place_of
from certifly.storage.folder import ASIDE_FOLDER, ASIDE_SECONDS_MAX

PDF = b"%PDF-1.7 Ada's certificate"


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(str(tmp_path))
    calls: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        calls.append("fsync " + os.path.relpath(Path(f"/proc/self/fd/{descriptor}").readlink(), tmp_path))
        fsync(descriptor)

    def watched_replace(source: Path, target: Path) -> Path:
        calls.append(f"rename {os.path.relpath(target, tmp_path)}")
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_replace)
    place = place_of(1, store.put(1, PDF, ".pdf"), ".pdf")
    folder = place.rpartition("/")[0]

    assert calls[0].startswith(f"fsync {ASIDE_FOLDER}/")
    assert calls[1:] == ["fsync 1", "fsync .", f"rename {place}", f"fsync {folder}"]


def test_a_folder_removed_by_hand_is_made_again(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    name = store.put(1, PDF, ".pdf")
    file = tmp_path / place_of(1, name, ".pdf")
    file.unlink()
    file.parent.rmdir()

    assert store.put(1, PDF, ".pdf") == name
    assert store.get(1, name, ".pdf") == PDF
    assert list((tmp_path / ASIDE_FOLDER).iterdir()) == []


def test_everything_removed_by_hand_is_made_again(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "files"))
    name = store.put(1, PDF, ".pdf")
    shutil.rmtree(tmp_path / "files")

    with pytest.raises(BlobMissing):
        store.get(1, name, ".pdf")
    assert store.put(1, PDF, ".pdf") == name
    assert store.get(1, name, ".pdf") == PDF
    assert modes(tmp_path / "files") == {0o700, 0o600}


def test_what_we_make_is_for_its_owner_alone(tmp_path: Path) -> None:
    with a_umask_of(0o022):
        open_store(str(tmp_path / "new" / "files")).put(1, PDF, ".pdf")

    assert modes(tmp_path / "new") == {0o700, 0o600}


def test_in_a_folder_that_an_operator_opened_wider_our_files_are_as_open(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    folder.chmod(0o750)
    with a_umask_of(0o022):
        open_store(str(folder)).put(1, PDF, ".pdf")

    assert modes(folder) == {0o750, 0o640}


def test_a_place_that_cannot_be_written_leaves_nothing_aside(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    (tmp_path / place_of(1, name_of(PDF), ".pdf")).mkdir(parents=True)

    with pytest.raises(StorageUnavailable):
        store.put(1, PDF, ".pdf")

    assert list((tmp_path / ASIDE_FOLDER).iterdir()) == []


@contextmanager
def a_umask_of(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> set[int]:
    """The permissions of a folder and of everything in it."""
    return {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


def test_what_a_killed_process_left_aside_is_swept_after_an_hour(tmp_path: Path) -> None:
    open_store(str(tmp_path))
    old, young = tmp_path / ASIDE_FOLDER / "old", tmp_path / ASIDE_FOLDER / "young"
    for file in (old, young):
        file.write_bytes(b"half a")
    hour_ago = old.stat().st_mtime - ASIDE_SECONDS_MAX - 1
    os.utime(old, (hour_ago, hour_ago))

    open_store(str(tmp_path))

    assert not old.exists()
    assert young.exists()


def test_a_file_where_the_folder_should_be_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"")

    with pytest.raises(StorageUnavailable, match=r"The folder .*files cannot be used"):
        open_store(str(tmp_path / "files"))


def test_a_folder_in_the_place_of_a_blob_is_told_when_it_is_read(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    (tmp_path / place_of(1, name_of(PDF), ".pdf")).mkdir(parents=True)

    with pytest.raises(StorageUnavailable):
        store.get(1, name_of(PDF), ".pdf")
    assert not store.exists(1, name_of(PDF), ".pdf")


def test_many_threads_put_the_same_and_different_blobs(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    contents = [b"the same" if number % 2 else f"blob {number}".encode() for number in range(64)]
    threads = [threading.Thread(target=store.put, args=(1, content)) for content in contents]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(store.get(1, name_of(content)) == content for content in contents)
