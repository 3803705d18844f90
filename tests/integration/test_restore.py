"""A copy that was made while certificates were issued is enough to begin again from, as the guide to back-up says."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from certifly.storage.blobs import place_of
from tests.live import Caller, Installation, running

pytestmark = pytest.mark.long

ISSUED_BEFORE = 5


def test_what_was_copied_while_it_ran_is_restored_with_every_file_it_names(tmp_path: Path) -> None:
    place, copy = tmp_path / "place", tmp_path / "copy"
    place.mkdir()
    copy.mkdir()
    with running(place, f"sqlite:///{place}/certifly.db") as lost:
        issuer = lost.new_tenant()
        template_id = issuer.publish_template()
        ids = [issuer.issue(template_id)["data"]["id"] for _ in range(ISSUED_BEFORE)]
        codes = [issuer.await_rendered(certificate_id)["code"] for certificate_id in ids]
        held = {code: lost.client().get(f"/download/{code}.pdf").content for code in codes}
        with issuing(issuer, template_id):
            back_up(place, copy)
        late = issuer.issue(template_id)["data"]["data"]["code"]
    shutil.rmtree(place)
    shutil.copytree(copy, place)

    assert [file for file in named_files(place) if not file.exists()] == []
    with running(place, f"sqlite:///{place}/certifly.db", public_url=lost.base_url) as restored:
        assert {code: restored.client().get(f"/download/{code}.pdf").content for code in codes} == held
        assert {verdict_on(restored, pdf) for pdf in held.values()} == {"valid"}
        assert restored.client().get(f"/check/{late}.json").status_code == 404


@contextmanager
def issuing(issuer: Caller, template_id: int) -> Iterator[None]:
    """Certificates are issued, one after the other, for as long as the block takes."""
    begun, stop = threading.Event(), threading.Event()

    def issue() -> None:
        while not stop.is_set():
            issuer.issue(template_id)
            begun.set()

    thread = threading.Thread(target=issue)
    thread.start()
    try:
        assert begun.wait(30)
        yield
    finally:
        stop.set()
        thread.join()


def back_up(place: Path, copy: Path) -> None:
    """The database first, then the files."""
    with closing(sqlite3.connect(place / "certifly.db")) as connection:
        connection.execute("VACUUM INTO ?", [f"{copy}/certifly.db"])
    shutil.copytree(place / "files", copy / "files")


def named_files(place: Path) -> list[Path]:
    """Where the PDFs are that the database names."""
    with closing(sqlite3.connect(place / "certifly.db")) as connection:
        query = "SELECT tenant_id, pdf_digest FROM certificates WHERE pdf_digest IS NOT NULL"
        found = connection.execute(query).fetchall()
    assert len(found) >= ISSUED_BEFORE
    return [place / "files" / place_of(tenant_id, digest, ".pdf") for tenant_id, digest in found]


def verdict_on(installation: Installation, pdf: bytes) -> str:
    answer = installation.client().post(
        "/check", content=pdf, headers={"Content-Type": "application/pdf", "Accept": "application/json"}
    )
    verdict: str = answer.json()["data"]["data"]["verdict"]
    return verdict
