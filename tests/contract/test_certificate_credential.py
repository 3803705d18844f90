"""The signed credential over HTTP: there when it is signed, and told apart when it is not."""

import pytest

from certifly.certificates.models import Certificate
from certifly.db.tenant import TenantDB
from tests.cast import ADA, ADAS_ADDRESS
from tests.life_cycle import path, refused
from tests.live import Caller, Installation


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


@pytest.fixture
def certificate_id(tenant: Caller, template_id: int) -> str:
    return str(tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS})["data"]["id"])


def test_the_credential_is_there_when_the_certificate_is(tenant: Caller, certificate_id: str) -> None:
    code = tenant.await_rendered(certificate_id)["code"]

    answer = tenant.http.get(path(code, "credential"))

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert list(body) == ["data", "meta"] and body["meta"] == []
    assert (body["data"]["id"], body["data"]["type"]) == (certificate_id, "credentials")
    found = body["data"]["data"]
    assert set(found) == {"edition", "signed_at", "credential", "jwt"}
    assert found["edition"] == 1
    assert found["credential"]["id"] == f"urn:uuid:{code}"
    assert len(found["credential"]["proof"]) == 2
    assert found["jwt"].count(".") == 2
    assert ADAS_ADDRESS not in answer.text, "extra fields stay out of it"


@pytest.mark.parametrize(
    ("state", "code"), [("recorded", "credential_not_signed"), ("failed", "certificate_failed")]
)
def test_without_a_signature_there_is_no_credential_yet(
    tenant: Caller, live: Installation, certificate_id: str, state: str, code: str
) -> None:
    tenant.await_rendered(certificate_id)

    def work(db: TenantDB) -> None:
        row = db.get(Certificate, int(certificate_id))
        assert row is not None
        row.state, row.edition = state, 2  # as one that is being signed anew

    live.on_database(lambda database: database.write(tenant.tenant_id, work).result())

    answer = tenant.http.get(path(certificate_id, "credential"))

    refused(answer, 409, code)
    assert answer.headers.get("retry-after") == ("2" if state == "recorded" else None)
    assert "/render" in answer.json()["message"]
