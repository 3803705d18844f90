"""Every place for files behaves alike: a folder, and a bucket of a real S3 server."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import boto3
import pytest
from moto.server import ThreadedMotoServer

from certifly.storage.blobs import (
    BlobCorrupt,
    BlobMissing,
    BlobNameInvalid,
    BlobStore,
    StorageUnavailable,
    name_of,
    open_store,
    place_of,
)

LOVELACE = 1
BABBAGE = 2
PDF = b"%PDF-1.7 Ada's certificate"
UNKNOWN = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStore:
    if request.param == "folder":
        return open_store((tmp_path / "files").as_uri())

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "lovelace")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of the test")
    endpoint = request.getfixturevalue("s3_endpoint")
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    s3.create_bucket(Bucket="certificates")
    return open_store(f"s3://certificates/of the/school?endpoint={endpoint}&region=us-east-1")


def overwrite(store: BlobStore, place: str, content: bytes) -> None:
    store._medium.write(place, content)


def test_what_is_put_is_what_one_gets(store: BlobStore) -> None:
    name = store.put(LOVELACE, PDF, ".pdf")

    assert name == name_of(PDF)
    assert store.get(LOVELACE, name, ".pdf") == PDF
    assert store.exists(LOVELACE, name, ".pdf")


def test_an_empty_blob_and_a_large_one_come_back_whole(store: BlobStore) -> None:
    large = bytes(range(256)) * 40_000  # 10 MB: more than one part of a multipart upload

    assert store.get(LOVELACE, store.put(LOVELACE, b"")) == b""
    assert store.get(LOVELACE, store.put(LOVELACE, large)) == large


def test_putting_twice_is_harmless(store: BlobStore) -> None:
    first = store.put(LOVELACE, PDF, ".pdf")
    second = store.put(LOVELACE, PDF, ".pdf")

    assert first == second
    assert store.get(LOVELACE, first, ".pdf") == PDF


def test_what_was_never_put_is_missing(store: BlobStore) -> None:
    assert not store.exists(LOVELACE, UNKNOWN, ".pdf")
    with pytest.raises(BlobMissing):
        store.get(LOVELACE, UNKNOWN, ".pdf")


def test_another_tenant_does_not_have_the_blob(store: BlobStore) -> None:
    name = store.put(LOVELACE, PDF, ".pdf")

    assert not store.exists(BABBAGE, name, ".pdf")
    with pytest.raises(BlobMissing):
        store.get(BABBAGE, name, ".pdf")
    store.delete(BABBAGE, name, ".pdf")
    assert store.get(LOVELACE, name, ".pdf") == PDF


def test_a_changed_blob_is_corrupt_until_it_is_put_again(store: BlobStore) -> None:
    name = store.put(LOVELACE, PDF, ".pdf")
    overwrite(store, place_of(LOVELACE, name, ".pdf"), PDF[:-1])

    with pytest.raises(BlobCorrupt):
        store.get(LOVELACE, name, ".pdf")

    store.put(LOVELACE, PDF, ".pdf")
    assert store.get(LOVELACE, name, ".pdf") == PDF


def test_a_deleted_blob_is_gone_and_deleting_again_is_no_error(store: BlobStore) -> None:
    name = store.put(LOVELACE, PDF, ".pdf")

    store.delete(LOVELACE, name, ".pdf")
    store.delete(LOVELACE, name, ".pdf")

    assert not store.exists(LOVELACE, name, ".pdf")


@pytest.mark.parametrize("tenant_id", [0, -1, True, "1/../2"])
def test_only_a_counted_id_is_a_tenant(store: BlobStore, tenant_id: int) -> None:
    with pytest.raises(BlobNameInvalid):
        store.put(tenant_id, PDF, ".pdf")


def test_the_check_passes_and_leaves_nothing_behind(store: BlobStore, tmp_path: Path) -> None:
    store.check()

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("store", ["bucket"], indirect=True)
def test_a_bucket_keeps_the_content_type(store: BlobStore, s3_endpoint: str) -> None:
    name = store.put(LOVELACE, PDF, ".pdf")

    s3 = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    head = s3.head_object(Bucket="certificates", Key="of the/school/" + place_of(LOVELACE, name, ".pdf"))

    assert head["ContentType"] == "application/pdf"


def test_a_bucket_that_does_not_exist_is_told_by_the_check(
    s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "lovelace")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of the test")
    store = open_store(f"s3://no-such-bucket?endpoint={s3_endpoint}")

    with pytest.raises(StorageUnavailable, match="does not exist"):
        store.check()


class Refusing(BaseHTTPRequestHandler):
    """An S3 server that knows us and says no."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: test output is for tests."""


def test_a_bucket_that_refuses_us_names_the_credentials_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "lovelace")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of the test")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    Thread(target=server.serve_forever, daemon=True).start()
    store = open_store(f"s3://certificates?endpoint=http://127.0.0.1:{server.server_port}")

    with pytest.raises(StorageUnavailable, match="AWS_SECRET_ACCESS_KEY") as refusal:
        store.check()

    assert "a secret of the test" not in str(refusal.value)
    server.shutdown()
    server.server_close()


def test_a_bucket_out_of_reach_is_told_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "lovelace")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of the test")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = open_store(f"s3://certificates?endpoint=http://127.0.0.1:{port}")

    with pytest.raises(StorageUnavailable, match="did not answer as S3"):
        store.get(LOVELACE, UNKNOWN, ".pdf")
