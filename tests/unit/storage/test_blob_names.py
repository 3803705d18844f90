"""Names and addresses of files: what is refused before a byte is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.storage.blobs import (
    BlobNameInvalid,
    BlobStore,
    StorageUnavailable,
    name_of,
    open_store,
    place_of,
)
from certifly.storage.errors import FilesAddressInvalid

NAME = name_of(b"Ada")


@given(
    tenant_id=st.integers(1, 2**53),
    content=st.binary(max_size=40),
    suffix=st.sampled_from(["", ".pdf", ".png"]),
)
def test_a_place_lies_in_the_folder_of_its_tenant(tenant_id: int, content: bytes, suffix: str) -> None:
    folder, shard, file = place_of(tenant_id, name_of(content), suffix).split("/")

    assert folder == str(tenant_id)
    assert file.startswith(shard) and file.endswith(suffix)


@given(name=st.text() | st.text("./\\0", max_size=80).map(lambda text: "sha256:" + text), suffix=st.text())
def test_whatever_a_name_says_it_stays_in_the_folder_of_its_tenant(name: str, suffix: str) -> None:
    try:
        place = place_of(7, name, suffix)
    except BlobNameInvalid:
        return
    assert place.startswith("7/") and place.count("/") == 2 and ".." not in place


@pytest.mark.parametrize(
    "name",
    [
        NAME.upper(),
        NAME[:-1],
        NAME + "0",
        NAME + "\n",
        NAME.removeprefix("sha256:"),
        "",
        "sha256:../" + "0" * 61,
    ],
)
def test_only_a_digest_in_lower_case_is_a_name(name: str) -> None:
    with pytest.raises(BlobNameInvalid):
        place_of(1, name, ".pdf")


@pytest.mark.parametrize("suffix", ["pdf", ".", ".PDF", ".pdf\n", ".tar.gz", "/../x", ".ninechars"])
def test_only_a_short_plain_suffix_is_taken(suffix: str) -> None:
    with pytest.raises(BlobNameInvalid):
        place_of(1, NAME, suffix)


def test_the_longest_suffix_is_taken() -> None:
    assert place_of(1, NAME, ".eightlet").endswith(".eightlet")


@pytest.mark.parametrize(
    ("files_url", "reason"),
    [
        ("", "is empty"),
        ("ftp://example.org/files", "begins with ftp"),
        ("file://otherhost/files", "not a folder of this machine"),
        ("file:///", "not a folder of this machine"),
        ("s3://[bucket", "is not an address"),
        ("s3://bucket/a//b", "empty part"),
        ("s3://bucket/a/../b", "empty part"),
        ("s3://", "names no bucket"),
        ("s3://key:secret@bucket", "holds credentials"),
        ("s3://bucket?regio=eu-west-1", "unknown option regio"),
        ("s3://bucket?endpoint=localhost:9000", "does not begin with https"),
    ],
)
def test_an_address_half_understood_is_refused(files_url: str, reason: str) -> None:
    with pytest.raises(FilesAddressInvalid, match=reason) as refusal:
        open_store(files_url)

    assert "secret" not in refusal.value.message


class Amnesiac:
    """A medium that takes everything and gives nothing back, as a wrongly mounted disk does."""

    description = "The wrong disk"

    def write(self, place: str, content: bytes) -> None: ...

    def read(self, place: str) -> bytes | None:
        return None

    def exists(self, place: str) -> bool:
        return False

    def delete(self, place: str) -> None: ...


def test_a_store_that_does_not_give_back_what_it_took_fails_its_check() -> None:
    with pytest.raises(StorageUnavailable, match="does not give back"):
        BlobStore(Amnesiac()).check()
