"""Issuing: the row, its code, its job and its e-mail are one commit, of the version that is current in it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from certifly.certificates.errors import TemplateChanged
from certifly.certificates.issue import PRODUCE, PreparedCertificate, issue, prepare
from certifly.certificates.models import RECORDED, Certificate, CertificateCode
from certifly.certificates.request import IssueRequest
from certifly.db.base import Counter
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import Email
from certifly.templates.draft import change_template
from certifly.templates.models import Template
from certifly.templates.publish import publish
from certifly.templates.queries import find_published, get_version
from tests.cast import ADA, ADAS_ADDRESS, MONDAY, TUESDAY, template_document
from tests.issued import PUBLIC_URL, publish_template
from tests.live import Caller, Installation


@pytest.fixture
def template_id(database: Database, lovelace: int) -> int:
    return publish_template(database, lovelace)


@pytest.fixture
def ready(database: Database, lovelace: int, template_id: int) -> PreparedCertificate:
    """A certificate for Ada, prepared from version 1, with an e-mail."""
    return database.read(lovelace, lambda db: prepare_for_ada(db, template_id)).result()


def prepare_for_ada(db: TenantDB, template_id: int) -> PreparedCertificate:
    code = uuid.uuid4()
    return prepare(
        IssueRequest(template_id, {"Student Name": ADA, "Email": ADAS_ADDRESS}, send_email=True),
        {},
        find_published(db, template_id),
        code=code,
        check_url=f"{PUBLIC_URL}/check/{code}",
        issuer_name="Lovelace Academy",
        fonts_dir=None,
        now=MONDAY,
    )


def change(
    database: Database, tenant_id: int, template_id: int, work: Callable[[TenantDB, Template], Any]
) -> None:
    def on_row(db: TenantDB) -> None:
        template = db.get(Template, template_id)
        assert template is not None
        work(db, template)

    database.write(tenant_id, on_row).result()


def archive(db: TenantDB, template: Template) -> None:
    change_template(db, template, {"archived": True}, now=TUESDAY)


def publish_anew(db: TenantDB, template: Template) -> None:
    number = (template.published_version or 0) + 1
    change_template(db, template, {"name": f"Version {number}"}, now=TUESDAY)
    publish(db, template, issuer_name="Lovelace", check_url=f"{PUBLIC_URL}/check/x", now=TUESDAY)


def test_a_certificate_is_stored_with_everything_it_promises(
    database: Database, lovelace: int, ready: PreparedCertificate
) -> None:
    announced: list[Any] = []

    def work(db: TenantDB) -> int:
        certificate, email = issue(db, ready, mail_configured=True)
        assert email is not None and email.certificate_id == certificate.id
        announced[:] = db.announcements
        return certificate.id

    certificate_id = database.write(lovelace, work).result()

    row = database.read(lovelace, lambda db: db.get(Certificate, certificate_id)).result()
    assert row is not None
    assert (row.id, row.code, row.template_id, row.template_version) == (1, ready.code, 1, 1)
    assert (row.data, row.drawing) == (ready.data, ready.drawing)
    assert list(row.data) == ["Student Name", "Email"], "in the order of the template"
    assert (row.created_at, row.updated_at, row.state) == (MONDAY, MONDAY, RECORDED)
    assert (row.failure, row.pdf_digest, row.png_digest) == (None, None, None)
    place = database.read_directory(lambda rows: rows.get(CertificateCode, ready.code)).result()
    assert place is not None and (place.tenant_id, place.certificate_id) == (lovelace, certificate_id)
    assert [(one.task, one.arguments, one.attempt) for one in announced] == [(PRODUCE, (1,), 0)]
    [email] = database.read(lovelace, lambda db: db.find(Email)).result()
    assert (email.status, email.recipient, email.certificate_id) == ("queued", ADAS_ADDRESS, certificate_id)


@pytest.mark.parametrize(
    "meanwhile",
    [publish_anew, archive],
    ids=["published", "archived"],
)
def test_what_changed_since_it_was_prepared_is_prepared_anew(
    database: Database, lovelace: int, template_id: int, ready: PreparedCertificate, meanwhile: Any
) -> None:
    change(database, lovelace, template_id, meanwhile)

    with pytest.raises(TemplateChanged):
        database.write(lovelace, lambda db: issue(db, ready, mail_configured=True)).result()

    def count(db: TenantDB) -> list[int]:
        return [len(db.find(model)) for model in (Certificate, Email)]

    assert database.read(lovelace, count).result() == [0, 0]
    counters = database.read(lovelace, lambda db: {one.name for one in db.find(Counter)}).result()
    assert "certificates" not in counters, "no id is taken"


def test_a_certificate_keeps_its_version_for_ever(
    database: Database, lovelace: int, template_id: int, ready: PreparedCertificate
) -> None:
    database.write(lovelace, lambda db: issue(db, ready, mail_configured=False)).result()
    change(database, lovelace, template_id, publish_anew)
    change(database, lovelace, template_id, archive)

    def document(db: TenantDB) -> str:
        row = db.get(Certificate, 1)
        assert row is not None
        return get_version(db, row.template_id, row.template_version).document.name

    assert database.read(lovelace, document).result() == template_document()["name"]


def test_the_same_code_is_never_given_twice(
    database: Database, lovelace: int, ready: PreparedCertificate
) -> None:
    database.write(lovelace, lambda db: issue(db, ready, mail_configured=True)).result()

    with pytest.raises(IntegrityError):
        database.write(lovelace, lambda db: issue(db, ready, mail_configured=True)).result()

    assert database.read(lovelace, lambda db: len(db.find(Certificate))).result() == 1


def test_another_processs_new_version_is_used_at_once(live: Installation, tenant: Caller) -> None:
    """The web process has kept version 1 in memory; the commit notices."""
    template_id = tenant.publish_template()
    first = tenant.issue(template_id)["data"]["id"]
    live.on_database(lambda other: change(other, tenant.tenant_id, template_id, publish_anew))

    second = tenant.issue(template_id)["data"]["id"]

    versions = [
        tenant.http.get(f"/api/v1/certificates/{one}").json()["data"]["data"]["template_version"]
        for one in (first, second)
    ]
    assert versions == [1, 2]


def test_what_another_process_archived_is_refused_at_once(live: Installation, tenant: Caller) -> None:
    template_id = tenant.publish_template()
    tenant.issue(template_id)
    live.on_database(lambda other: change(other, tenant.tenant_id, template_id, archive))

    body = {"template_id": template_id, "data": {"Student Name": ADA}}
    answer = tenant.http.post("/api/v1/certificates", json=body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["template_id"]
