"""Erasing a person over HTTP: from every answer, every file, and every recorded answer."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from certifly.certificates.models import Certificate
from certifly.db.tenant import TenantDB
from certifly.storage.blobs import open_store
from tests.cast import ADA, ADAS_ADDRESS
from tests.life_cycle import REASON, done, history, look, path, refused
from tests.live import Caller, Installation

GONE_SECONDS = 20


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


@pytest.fixture
def certificate_id(tenant: Caller, template_id: int) -> str:
    return str(tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS})["data"]["id"])


def test_erasing_removes_the_person_and_the_files(
    tenant: Caller, live: Installation, template_id: int
) -> None:
    issued = tenant.issue(
        template_id,
        data={"Student Name": ADA, "Email": ADAS_ADDRESS},
        send_email=True,
        headers={"Idempotency-Key": "k"},
    )["data"]
    certificate_id = issued["id"]
    tenant.await_rendered(certificate_id)
    anyone = live.client()
    for suffix in ("pdf", "png"):
        assert anyone.get(f"/download/{issued['data']['code']}.{suffix}").status_code == 200
    files = files_of(tenant, live, certificate_id)
    assert {suffix for _, suffix in files} == {".pdf", ".png"}

    erased = done(tenant.http.post(path(certificate_id, "erasure"), json={"reason": "Case 1815."}))

    assert (erased["status"], erased["data"], erased["is_rendered"]) == ("erased", {}, False)
    assert erased["erased_at"] is not None and erased["code"] == issued["data"]["code"]
    assert ADA not in tenant.http.get(path(certificate_id)).text
    assert ADA not in tenant.http.get("/api/v1/certificates").text
    [email] = tenant.http.get(path(certificate_id, "emails")).json()["data"]
    assert (email["data"]["status"], email["data"]["recipient"]) == ("skipped", None)
    assert [(one["kind"], one["reason"]) for one in history(tenant, certificate_id)] == [
        ("issued", None),
        ("erased", "Case 1815."),
    ]
    blobs = open_store(live.environment["CERTIFLY_FILES_URL"])
    await_true(lambda: not any(blobs.exists(tenant.tenant_id, name, suffix) for name, suffix in files))
    again = tenant.issue(
        template_id,
        data={"Student Name": ADA, "Email": ADAS_ADDRESS},
        send_email=True,
        headers={"Idempotency-Key": "k"},
    )["data"]
    assert again["id"] != certificate_id, "the recorded answer went too"


def files_of(tenant: Caller, live: Installation, certificate_id: str) -> list[tuple[str, str]]:
    def work(db: TenantDB) -> list[tuple[str, str]]:
        row = db.get(Certificate, int(certificate_id))
        assert row is not None
        named = ((row.pdf_digest, ".pdf"), (row.png_digest, ".png"))
        return [(digest, suffix) for digest, suffix in named if digest is not None]

    found: list[tuple[str, str]] = live.on_database(
        lambda database: database.read(tenant.tenant_id, work).result()
    )
    return found


def await_true(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_erased_certificate_can_only_be_revoked(tenant: Caller, certificate_id: str) -> None:
    tenant.await_rendered(certificate_id)
    first = done(tenant.http.post(path(certificate_id, "erasure")))
    for method, what, body in (
        ("POST", "suspension", REASON),
        ("POST", "replacement", {"data": {"Course": "x"}}),
        ("POST", "emails", {"to": ADAS_ADDRESS}),
        ("POST", "render", None),
        ("GET", "credential", None),
    ):
        answer = tenant.http.request(method, path(certificate_id, what), json=body)
        assert "can still be revoked" in refused(answer, 409, "certificate_erased")["message"], what

    revoked = done(tenant.http.post(path(certificate_id, "revocation"), json={"reason": f"{ADA} cheated."}))
    assert (revoked["status"], revoked["revocation_reason"]) == ("erased", f"{ADA} cheated.")
    again = done(tenant.http.post(path(certificate_id, "erasure"), json={}))

    assert again["erased_at"] == first["erased_at"]
    assert (again["revoked_at"], again["revocation_reason"]) == (revoked["revoked_at"], None)
    assert ADA not in tenant.http.get(path(certificate_id, "history")).text


def test_one_that_is_erased_while_it_is_being_made_leaves_no_file(
    tenant: Caller, live: Installation, template_id: int
) -> None:
    ids = [tenant.issue(template_id)["data"]["id"] for _ in range(10)]

    for certificate_id in ids:
        done(tenant.http.post(path(certificate_id, "erasure")))

    last = tenant.issue(template_id)["data"]["id"]
    tenant.await_rendered(last)  # the queue is worked off in order
    blobs_kept = {name for name, _ in files_of(tenant, live, last)}
    time.sleep(1)
    assert stored(tenant, live) == blobs_kept
    assert {look(tenant, one)["status"] for one in ids} == {"erased"}


def stored(tenant: Caller, live: Installation) -> set[str]:
    """The names of the PDFs that lie in the tenant's folder."""
    folder = Path(live.environment["CERTIFLY_FILES_URL"]) / str(tenant.tenant_id)
    return {f"sha256:{file.stem}" for file in folder.rglob("*.pdf")}
