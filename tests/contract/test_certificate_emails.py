"""``/api/v1/certificates/{id}/emails``: what became of the e-mails, and sending again."""

import json
import re
import uuid
from typing import Any

import httpx
import pytest

from tests.cast import ADA, ADAS_ADDRESS, template_document
from tests.live import Caller, Installation

CORRECTED = "ada@lovelace.example"
KEYS = {
    "certificate_id",
    "status",
    "recipient",
    "reason",
    "message_id",
    "attempts",
    "queued_at",
    "updated_at",
    "sent_at",
}


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


def mailed(tenant: Caller, template_id: int, address: str | None = ADAS_ADDRESS) -> str:
    """The id of a certificate that was to be mailed; there is no mail server here."""
    data = {"Student Name": ADA} | ({"Email": address} if address else {})
    return str(tenant.issue(template_id, data=data, send_email=True)["data"]["id"])


def path(certificate: str) -> str:
    return f"/api/v1/certificates/{certificate}/emails"


def send(tenant: Caller, certificate: str, body: Any = None) -> httpx.Response:
    # Escaped, so that a lone surrogate can be sent too.
    return tenant.http.post(path(certificate), content=json.dumps(body) if body is not None else None)


def listed(tenant: Caller, certificate: str, **parameters: Any) -> dict[str, Any]:
    answer = tenant.http.get(path(certificate), params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_create_call_and_the_list_tell_of_the_same_email(tenant: Caller, template_id: int) -> None:
    issued = tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS}, send_email=True)
    delivery = issued["meta"]["email_delivery"]
    assert set(delivery) == {"id", "status", "recipient", "queued_at", "reason"}
    assert (delivery["status"], delivery["recipient"]) == ("held", ADAS_ADDRESS)
    assert "CERTIFLY_MAIL_URL" in delivery["reason"]
    assert uuid.UUID(delivery["id"]).version == 4

    found = listed(tenant, issued["data"]["id"])

    assert found["meta"] == {"next_cursor": None}
    [email] = found["data"]
    assert list(email) == ["id", "type", "data"]
    assert (email["id"], email["type"]) == (delivery["id"], "emails")
    assert set(email["data"]) == KEYS
    assert email["data"] | delivery == email["data"] | {"id": delivery["id"]}
    assert email["data"]["certificate_id"] == issued["data"]["id"]
    assert email["data"]["attempts"] == 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", email["data"]["queued_at"])
    assert email["data"]["sent_at"] is None


def test_without_an_address_the_certificate_is_issued_and_the_email_skipped(
    tenant: Caller, template_id: int
) -> None:
    [email] = listed(tenant, mailed(tenant, template_id, address=None))["data"]

    assert email["data"]["status"] == "skipped"
    assert email["data"]["recipient"] is None
    assert "Email" in email["data"]["reason"]


def test_a_certificate_issued_without_an_email_has_none(tenant: Caller, template_id: int) -> None:
    certificate = tenant.issue(template_id)["data"]["id"]

    assert listed(tenant, certificate) == {"data": [], "meta": {"next_cursor": None}}


def test_sending_again_to_a_corrected_address(tenant: Caller, template_id: int) -> None:
    certificate = mailed(tenant, template_id, "eve@example.org")

    answer = send(tenant, certificate, {"to": CORRECTED})

    assert answer.status_code == 201
    assert list(answer.json()) == ["data", "meta"] and answer.json()["meta"] == []
    created = answer.json()["data"]
    assert (created["type"], created["data"]["recipient"], created["data"]["status"]) == (
        "emails",
        CORRECTED,
        "held",
    )
    newest, first = listed(tenant, certificate)["data"]
    assert newest["id"] == created["id"]
    assert (first["data"]["status"], first["data"]["recipient"]) == ("skipped", "eve@example.org")


@pytest.mark.parametrize("body", [None, {}, {"to": None}])
def test_sending_again_without_an_address_goes_where_the_last_one_went(
    tenant: Caller, template_id: int, body: Any
) -> None:
    certificate = mailed(tenant, template_id)
    send(tenant, certificate, {"to": CORRECTED})

    assert send(tenant, certificate, body).json()["data"]["data"]["recipient"] == CORRECTED


def test_an_empty_body_is_fine(tenant: Caller, template_id: int) -> None:
    assert tenant.http.post(path(mailed(tenant, template_id))).status_code == 201


def test_sending_for_the_first_time_takes_the_address_from_the_data(tenant: Caller, template_id: int) -> None:
    data = {"Student Name": ADA, "Email": ADAS_ADDRESS}
    certificate = tenant.issue(template_id, data=data)["data"]["id"]

    assert send(tenant, certificate).json()["data"]["data"]["recipient"] == ADAS_ADDRESS


@pytest.mark.parametrize("has_field", [True, False])
def test_without_any_address_one_must_be_given(tenant: Caller, has_field: bool) -> None:
    document = template_document()
    recipient = document["recipient"] if has_field else {"name": "Student Name"}
    certificate = tenant.issue(tenant.publish_template(recipient=recipient))["data"]["id"]

    answer = send(tenant, certificate)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["to"]
    assert send(tenant, certificate, {"to": ADAS_ADDRESS}).status_code == 201


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ada",
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\r\nBcc: eve@example.org",
        "x" * 65 + "@example.org",
        "\ud800@example.org",
        7,
        True,
        ["ada@example.org"],
    ],
)
def test_what_is_no_address_is_refused(tenant: Caller, template_id: int, to: Any) -> None:
    certificate = mailed(tenant, template_id)

    answer = send(tenant, certificate, {"to": to})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["to"]
    assert len(listed(tenant, certificate)["data"]) == 1


def test_unknown_keys_and_parameters_are_refused(tenant: Caller, template_id: int) -> None:
    certificate = mailed(tenant, template_id)

    assert list(send(tenant, certificate, {"too": ADAS_ADDRESS, "to": "ada"}).json()["errors"]) == [
        "too",
        "to",
    ]
    answer = tenant.http.get(path(certificate), params={"status": "sent", "limit": "0"})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"status", "limit"}


def test_the_list_goes_page_by_page_also_while_it_grows(tenant: Caller, template_id: int) -> None:
    certificate = mailed(tenant, template_id)
    for _ in range(4):
        send(tenant, certificate)
    everything = [email["id"] for email in listed(tenant, certificate)["data"]]
    assert len(everything) == 5

    first = listed(tenant, certificate, limit=2)
    send(tenant, certificate)
    second = listed(tenant, certificate, limit=2, cursor=first["meta"]["next_cursor"])
    third = listed(tenant, certificate, limit=2, cursor=second["meta"]["next_cursor"])

    assert [email["id"] for page in (first, second, third) for email in page["data"]] == everything
    assert third["meta"]["next_cursor"] is None


def test_a_cursor_of_one_certificate_is_not_valid_for_another(tenant: Caller, template_id: int) -> None:
    certificate, other = mailed(tenant, template_id), mailed(tenant, template_id)
    send(tenant, certificate)
    cursor = listed(tenant, certificate, limit=1)["meta"]["next_cursor"]

    assert tenant.http.get(path(other), params={"cursor": cursor}).status_code == 422


def test_a_certificate_is_mailed_a_bounded_number_of_times(tenant: Caller, template_id: int) -> None:
    certificate = mailed(tenant, template_id)
    answers = [send(tenant, certificate).status_code for _ in range(50)]

    assert answers == [201] * 49 + [409]
    assert send(tenant, certificate).json()["code"] == "too_many_emails"


def test_a_certificate_that_is_not_there_has_no_emails(tenant: Caller) -> None:
    for answer in (tenant.http.get(path("999999")), send(tenant, "999999", {"to": ADAS_ADDRESS})):
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_each_call_needs_its_scope(live: Installation) -> None:
    reader, writer = (
        live.new_tenant(scopes=["certificates.read"]),
        live.new_tenant(scopes=["certificates.write"]),
    )

    assert reader.http.get(path("1")).status_code == 404
    assert send(reader, "1").status_code == 403
    assert writer.http.get(path("1")).status_code == 403
    assert send(writer, "1").status_code == 404


def test_the_code_names_the_certificate_too(tenant: Caller, template_id: int) -> None:
    issued = tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS}, send_email=True)

    assert len(listed(tenant, issued["data"]["data"]["code"])["data"]) == 1
