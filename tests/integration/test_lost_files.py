"""Files that vanish after they were made: noticed when asked for, made again byte for byte, mailed once."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from certifly.certificates.models import RECORDED, RENDERED, Certificate
from certifly.certificates.produce import is_pdf_lost, produce_lost
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.jobs.engine import create_jobs_engine
from certifly.jobs.queue import JobQueue, client_of
from certifly.public.waiting import WaitingRoom
from certifly.storage.blobs import BlobStore, open_store, place_of
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.issued import issue_certificates, publish_template
from tests.live import Caller, Installation, running
from tests.mail_server import mail_server
from tests.public_site import PublicSite

pytestmark = pytest.mark.long


def jobs_of(database_url: str, tenant_id: int, certificate_id: int) -> int:
    """How many times the production of a certificate was queued."""
    engine = create_jobs_engine(database_url, connections_max=1)
    client = client_of(engine)
    try:
        prefix = f"certificates.produce:{tenant_id}:{certificate_id}:"
        return len(client.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False))
    finally:
        client.destroy()
        engine.dispose()


def file_of(installation: Installation, tenant: Caller, pdf_digest: str) -> Path:
    return Path(installation.environment["CERTIFLY_FILES_URL"]) / place_of(
        tenant.tenant_id, pdf_digest, ".pdf"
    )


def row_of(installation: Installation, tenant: Caller, certificate_id: str) -> Certificate:
    found: Certificate = installation.on_database(
        lambda database: database.read(
            tenant.tenant_id, lambda db: db.get(Certificate, int(certificate_id))
        ).result()
    )
    return found


@pytest.fixture
def issued(live: Installation, tenant: Caller) -> tuple[str, str, bytes, Path]:
    """A rendered certificate: its id, the address of its PDF, the PDF, and the file it lies in."""
    created = tenant.issue(tenant.publish_template())["data"]
    certificate_id, address = created["id"], created["data"]["routes"]["download_pdf"]
    tenant.await_rendered(certificate_id)
    pdf = httpx.get(address).content
    digest = row_of(live, tenant, certificate_id).pdf_digest
    assert digest is not None
    return certificate_id, address, pdf, file_of(live, tenant, digest)


def vanish(file: Path) -> None:
    file.unlink()


def rot(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [vanish, rot])
def test_a_lost_pdf_comes_back_byte_for_byte_in_the_same_request(
    issued: tuple[str, str, bytes, Path], damage: Callable[[Path], None]
) -> None:
    _, address, pdf, file = issued
    damage(file)

    answer = httpx.get(address, timeout=30)

    assert answer.status_code == 200
    assert answer.content == pdf == file.read_bytes()


def test_a_crowd_that_finds_a_pdf_lost_queues_one_job(
    live: Installation, tenant: Caller, issued: tuple[str, str, bytes, Path]
) -> None:
    certificate_id, address, pdf, file = issued
    file.unlink()

    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: httpx.get(address, timeout=30), range(12)))

    assert {answer.content for answer in answers} == {pdf}
    assert jobs_of(live.database_url, tenant.tenant_id, int(certificate_id)) == 2, "the first, and one more"


def test_a_lost_pdf_can_be_asked_for_by_its_issuer(
    live: Installation, tenant: Caller, issued: tuple[str, str, bytes, Path]
) -> None:
    certificate_id, _, pdf, file = issued
    path = f"/api/v1/certificates/{certificate_id}/render"
    unchanged = tenant.http.post(path, json={})
    assert (unchanged.status_code, unchanged.json()["data"]["data"]["is_rendered"]) == (202, True)
    file.unlink()

    queued = tenant.http.post(path, json={})

    assert (queued.status_code, queued.json()["data"]["data"]["is_rendered"]) == (202, False)
    assert tenant.await_rendered(certificate_id)["is_rendered"] is True
    assert file.read_bytes() == pdf
    assert jobs_of(live.database_url, tenant.tenant_id, int(certificate_id)) == 2


def test_the_whole_folder_comes_back_while_everything_runs(tmp_path: Path) -> None:
    with mail_server() as server:
        settings = {"mail_url": f"smtp://127.0.0.1:{server.port}", "email_retry_seconds": "1,1"}
        with running(tmp_path, f"sqlite:///{tmp_path}/certifly.db", **settings) as installation:
            tenant = installation.new_tenant()
            data = {"Student Name": "Ada Lovelace", "Email": ADAS_ADDRESS}
            created = tenant.issue(tenant.publish_template(), data=data, send_email=True)["data"]
            routes = created["data"]["routes"]
            tenant.await_rendered(created["id"])
            await_mail(tenant, created["id"])
            before = [httpx.get(routes[name], timeout=30) for name in ("download_pdf", "download_png")]
            shutil.rmtree(tmp_path / "files")

            again = [httpx.get(routes[name], timeout=30) for name in ("download_pdf", "download_png")]
            health = httpx.get(f"{installation.base_url}/healthz")
            time.sleep(1)
            emails = tenant.http.get(f"/api/v1/certificates/{created['id']}/emails").json()["data"]

        lines = [json.loads(line) for line in installation.log.read_text().splitlines()]
    assert [answer.status_code for answer in again] == [200, 200]
    assert [answer.content for answer in again] == [answer.content for answer in before]
    assert health.status_code == 200
    assert [one["data"]["status"] for one in emails] == ["sent"]
    assert len(server.inbox.messages) == 1, "nobody gets a second e-mail"
    assert any(line["message"] == "pdf_lost" and line["certificate_id"] == 1 for line in lines)


def await_mail(tenant: Caller, certificate_id: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        (email,) = tenant.http.get(f"/api/v1/certificates/{certificate_id}/emails").json()["data"]
        if email["data"]["status"] == "sent":
            return
        assert time.monotonic() < deadline, email
        time.sleep(0.05)


@pytest.fixture
def impatient(public_site: PublicSite) -> Iterator[None]:
    """Nobody waits for more than a blink, and no worker runs."""
    room = public_site.app.state.waiting_room
    public_site.app.state.waiting_room = WaitingRoom(wait_seconds=0.05)
    yield
    public_site.app.state.waiting_room = room


@pytest.fixture
def lost(public_site: PublicSite) -> str:
    """The code of a rendered certificate whose PDF is gone."""
    code = public_site.issue(public_site.publish())
    digest = public_site.row(code).pdf_digest
    assert digest is not None
    public_site.parts.blobs.delete(public_site.tenant_id, digest, ".pdf")
    return code


@pytest.mark.usefixtures("impatient")
def test_a_pdf_that_is_being_made_again_is_promised(public_site: PublicSite, lost: str) -> None:
    answers = [public_site.http.get(f"/download/{lost}.pdf") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert {(answer.json()["code"], answer.headers["Retry-After"]) for answer in answers} == {
        ("being_made", "2")
    }
    row = public_site.row(lost)
    assert (row.state, row.failure) == (RECORDED, None), "it is not rendered, and says so"
    assert row.updated_at > MONDAY.replace(year=2000)
    place = public_site.place_of(lost)
    assert jobs_of(public_site.parts.settings.database_url, place.tenant_id, place.certificate_id) == 2

    public_site.produce(lost)
    assert public_site.http.get(f"/download/{lost}.pdf").status_code == 200


def test_who_has_the_file_needs_no_other(public_site: PublicSite, lost: str) -> None:
    etag = f'"{(public_site.row(lost).pdf_digest or "").removeprefix("sha256:")}"'

    answer = public_site.http.get(f"/download/{lost}.pdf", headers={"If-None-Match": etag})

    assert answer.status_code == 304


def test_a_store_that_loses_the_file_again_and_again_is_not_kept_busy(
    public_site: PublicSite, lost: str
) -> None:
    digest = public_site.row(lost).pdf_digest
    assert digest is not None

    def restore_and_lose() -> None:
        while public_site.row(lost).state == RENDERED:
            time.sleep(0.01)
        public_site.change(lost, state=RENDERED)

    with ThreadPoolExecutor(1) as other:
        losing = other.submit(restore_and_lose)
        answer = public_site.http.get(f"/download/{lost}.pdf")
        losing.result(10)

    assert answer.status_code == 202


def test_a_damaged_picture_is_drawn_again(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish())
    first = public_site.http.get(f"/download/{code}.png")
    digest = public_site.row(code).png_digest
    assert digest is not None
    folder = Path(public_site.parts.settings.files_url)
    rot(folder / place_of(public_site.tenant_id, digest, ".png"))

    again = public_site.http.get(f"/download/{code}.png")

    assert (again.status_code, again.content) == (200, first.content)


def rendered_row(database: Database, tenant_id: int, blobs: BlobStore) -> tuple[int, str]:
    """A certificate that counts as rendered, with a PDF in ``blobs``."""
    template_id = publish_template(database, tenant_id)
    (certificate_id,) = issue_certificates(database, tenant_id, template_id)
    digest = blobs.put(tenant_id, b"%PDF-1.7 Ada's certificate", ".pdf")
    change(database, tenant_id, certificate_id, state=RENDERED, pdf_digest=digest)
    return certificate_id, digest


def change(database: Database, tenant_id: int, certificate_id: int, **values: Any) -> None:
    def work(db: TenantDB) -> None:
        certificate = db.get(Certificate, certificate_id)
        for name, value in values.items():
            setattr(certificate, name, value)

    database.write(tenant_id, work).result()


def read(database: Database, tenant_id: int, certificate_id: int) -> Certificate:
    found = database.read(tenant_id, lambda db: db.get(Certificate, certificate_id)).result()
    assert found is not None
    return found


def test_only_a_rendered_certificate_can_have_lost_its_pdf(
    database: Database, lovelace: int, tmp_path: Path
) -> None:
    blobs = open_store(str(tmp_path / "files"))
    certificate_id, digest = rendered_row(database, lovelace, blobs)
    assert not is_pdf_lost(blobs, read(database, lovelace, certificate_id))

    blobs.delete(lovelace, digest, ".pdf")
    assert is_pdf_lost(blobs, read(database, lovelace, certificate_id))

    change(database, lovelace, certificate_id, state=RECORDED)
    assert not is_pdf_lost(blobs, read(database, lovelace, certificate_id))


@pytest.mark.parametrize(
    ("stale", "is_queued"),
    [
        ({}, True),
        ({"pdf_digest": "sha256:" + "0" * 64}, False),
        ({"pdf_digest": None}, False),
        ({"seen_updated_at": TUESDAY}, False),
        ({"seen_updated_at": MONDAY}, True),
    ],
)
def test_who_comes_after_the_file_was_restored_changes_nothing(
    database: Database, lovelace: int, tmp_path: Path, stale: dict[str, Any], is_queued: bool
) -> None:
    certificate_id, digest = rendered_row(database, lovelace, open_store(str(tmp_path / "files")))

    def work(db: TenantDB) -> None:
        seen: dict[str, Any] = {"pdf_digest": digest} | stale
        produce_lost(db, certificate_id, now=TUESDAY, **seen)

    database.write(lovelace, work).result()

    row = read(database, lovelace, certificate_id)
    assert (row.state, row.updated_at) == ((RECORDED, TUESDAY) if is_queued else (RENDERED, MONDAY))
    assert jobs_of(database.url, lovelace, certificate_id) == 1 + is_queued


def test_two_processes_that_notice_at_once_queue_one_job(
    database: Database, lovelace: int, tmp_path: Path
) -> None:
    certificate_id, digest = rendered_row(database, lovelace, open_store(str(tmp_path / "files")))
    other = Database(database.url, before_commit=JobQueue().enqueue)

    def notice(one: Database) -> Sequence[Any]:
        def work(db: TenantDB) -> None:
            produce_lost(db, certificate_id, pdf_digest=digest, now=TUESDAY, seen_updated_at=MONDAY)

        return [one.write(lovelace, work) for _ in range(5)]

    for future in [*notice(database), *notice(other)]:
        future.result(30)
    other.close()

    assert jobs_of(database.url, lovelace, certificate_id) == 2
