"""Pictures kept in memory: at most so many bytes, each tenant's apart, the latest stay."""

from pathlib import Path

import pytest

from certifly.storage.blobs import BlobMissing, BlobStore, open_store, place_of
from certifly.storage.folder import Folder
from certifly.storage.recent import RecentBlobs

LOGO = (1, "sha256:logo", "")
SEAL = (1, "sha256:seal", "")
GROUND = (1, "sha256:ground", "")


def test_what_is_kept_is_found() -> None:
    recent = RecentBlobs(10)
    recent.keep(LOGO, b"12345")

    assert recent.find(LOGO) == b"12345"
    assert recent.find(SEAL) is None
    assert recent.find((2, *LOGO[1:])) is None, "another tenant's is another's"


def test_the_one_not_used_for_longest_goes_first() -> None:
    recent = RecentBlobs(10)
    recent.keep(LOGO, b"12345")
    recent.keep(SEAL, b"12345")
    recent.find(LOGO)
    recent.keep(GROUND, b"1")

    assert recent.find(SEAL) is None
    assert (recent.find(LOGO), recent.find(GROUND)) == (b"12345", b"1")


def test_one_as_large_as_everything_is_kept_and_a_larger_one_is_not() -> None:
    recent = RecentBlobs(10)
    recent.keep(LOGO, b"1")
    recent.keep(SEAL, b"1" * 11)
    assert (recent.find(LOGO), recent.find(SEAL)) == (b"1", None)

    recent.keep(SEAL, b"1" * 10)
    assert (recent.find(LOGO), recent.find(SEAL)) == (None, b"1" * 10)


def test_one_kept_twice_counts_once() -> None:
    recent = RecentBlobs(10)
    for _ in range(5):
        recent.keep(LOGO, b"12345")
    recent.keep(SEAL, b"12345")

    assert recent.find(LOGO) == recent.find(SEAL) == b"12345"


def test_one_that_is_forgotten_makes_room() -> None:
    recent = RecentBlobs(10)
    recent.keep(LOGO, b"12345")
    recent.keep(SEAL, b"12345")
    recent.forget(LOGO)
    recent.forget(LOGO)
    recent.keep(GROUND, b"12345")

    assert recent.find(LOGO) is None
    assert recent.find(SEAL) == recent.find(GROUND) == b"12345"


def test_a_store_reads_a_picture_once(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    name = store.put(1, b"a picture")
    assert store.get_kept(1, name) == b"a picture"
    (tmp_path / place_of(1, name, "")).unlink()

    assert store.get_kept(1, name) == b"a picture"
    with pytest.raises(BlobMissing):
        store.get(1, name)
    with pytest.raises(BlobMissing):
        store.get_kept(2, name)


def test_a_store_that_deletes_a_picture_forgets_it(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    name = store.put(1, b"a picture")
    store.get_kept(1, name)
    store.delete(1, name)

    with pytest.raises(BlobMissing):
        store.get_kept(1, name)


def test_a_picture_too_large_for_memory_is_read_each_time(tmp_path: Path) -> None:
    store = BlobStore(Folder(tmp_path), kept_bytes_max=8)
    name = store.put(1, b"a picture")
    assert store.get_kept(1, name) == b"a picture"
    (tmp_path / place_of(1, name, "")).unlink()

    with pytest.raises(BlobMissing):
        store.get_kept(1, name)
