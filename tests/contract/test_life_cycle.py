"""What becomes of a certificate, as programs see it: its expiry, revocation, suspension and history."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest

from certifly.core.clock import isoformat, utc_now
from tests.cast import ADA, ADAS_ADDRESS
from tests.life_cycle import FULL, PUBLISHED, REASON, done, history, look, path, refused
from tests.live import Caller, Installation

GONE_SECONDS = 20


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


@pytest.fixture
def certificate_id(tenant: Caller, template_id: int) -> str:
    return str(tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS})["data"]["id"])


def test_the_create_answer_says_what_it_always_said(tenant: Caller, template_id: int) -> None:
    expires_at = isoformat(utc_now() + timedelta(days=365))

    issued = tenant.issue(template_id, expires_at=expires_at)

    assert set(issued["data"]["data"]) == PUBLISHED
    assert issued["meta"] == []
    found = look(tenant, issued["data"]["id"])
    assert set(found) == FULL
    assert found["expires_at"] == expires_at
    assert found["edition"] == 1


@pytest.mark.parametrize(
    "sent", ["tomorrow", "2027-11-23", "2027-11-23T16:00:00", 1, True, [], "2020-01-01T00:00:00Z"]
)
def test_expires_at_is_read_strictly(tenant: Caller, template_id: int, sent: object) -> None:
    body = {"template_id": template_id, "data": {"Student Name": ADA}, "expires_at": sent}

    answer = tenant.http.post("/api/v1/certificates", json=body)

    assert list(refused(answer, 422, "invalid")["errors"]) == ["expires_at"]


def test_null_is_no_expiry_and_the_templates_counts(tenant: Caller, template_id: int) -> None:
    assert look(tenant, tenant.issue(template_id, expires_at=None)["data"]["id"])["expires_at"] is None
    passing = tenant.publish_template(validity={"years": 2})
    found = look(tenant, tenant.issue(passing)["data"]["id"])
    assert found["expires_at"][:4] == str(int(found["created_at"][:4]) + 2)


def test_an_expired_certificate_says_so(tenant: Caller, template_id: int) -> None:
    soon = isoformat(utc_now() + timedelta(seconds=2))
    issued = tenant.issue(template_id, expires_at=soon)["data"]["id"]
    assert tenant.await_rendered(issued)["status"] in ("rendered", "expired")

    while isoformat(utc_now()) < soon:
        time.sleep(0.05)

    found = look(tenant, issued)
    assert (found["status"], found["is_rendered"]) == ("expired", True)
    [listed] = tenant.http.get("/api/v1/certificates").json()["data"]
    assert listed["data"]["status"] == "expired"


def test_revoking_is_final_and_keeps_its_first_reason(tenant: Caller, certificate_id: str) -> None:
    first = done(tenant.http.post(path(certificate_id, "revocation"), json=REASON))
    second = done(tenant.http.post(path(certificate_id, "revocation"), json={"reason": "Second thoughts."}))

    assert first["status"] == second["status"] == "revoked"
    assert first["revocation_reason"] == second["revocation_reason"] == "Issued in error."
    assert first["revoked_at"] == second["revoked_at"] == look(tenant, certificate_id)["revoked_at"]
    assert second["data"] == {"Student Name": ADA, "Email": ADAS_ADDRESS}
    for method, what, body in (
        ("POST", "suspension", REASON),
        ("DELETE", "suspension", None),
        ("POST", "replacement", {"data": {"Course": "x"}}),
        ("POST", "emails", {}),
    ):
        answer = tenant.http.request(method, path(certificate_id, what), json=body)
        assert "Issue a new certificate" in refused(answer, 409, "certificate_revoked")["message"]


def test_a_revoked_certificate_still_has_its_files(tenant: Caller, certificate_id: str) -> None:
    done(tenant.http.post(path(certificate_id, "revocation"), json=REASON))

    assert tenant.http.post(path(certificate_id, "render")).status_code == 202
    deadline = time.monotonic() + GONE_SECONDS
    while not look(tenant, certificate_id)["is_rendered"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)

    assert look(tenant, certificate_id)["status"] == "revoked"


def test_suspending_can_be_lifted(tenant: Caller) -> None:
    certificate_id = str(tenant.issue(tenant.publish_template(suspendable=True))["data"]["id"])

    suspended = done(tenant.http.post(path(certificate_id, "suspension"), json={"reason": "In question."}))
    again = done(tenant.http.post(path(certificate_id, "suspension"), json={"reason": "Still."}))
    refusal = tenant.http.post(path(certificate_id, "replacement"), json={"data": {"Course": "x"}})
    lifted = done(tenant.http.delete(path(certificate_id, "suspension")))
    lifted_again = done(tenant.http.delete(path(certificate_id, "suspension")))

    assert (suspended["status"], suspended["suspension_reason"]) == ("suspended", "In question.")
    assert again["suspended_at"] == suspended["suspended_at"] and again["suspension_reason"] == "In question."
    assert "DELETE" in refused(refusal, 409, "certificate_suspended")["message"]
    assert (lifted["suspended_at"], lifted["suspension_reason"]) == (None, None)
    assert lifted["status"] in ("recorded", "rendered")
    assert lifted_again["updated_at"] >= lifted["updated_at"]
    assert [one["kind"] for one in history(tenant, certificate_id)] == ["issued", "suspended", "reinstated"]


def test_only_certificates_of_a_suspendable_version_can_be_suspended(
    tenant: Caller, template_id: int, certificate_id: str
) -> None:
    answer = tenant.http.post(path(certificate_id, "suspension"), json=REASON)

    message = refused(answer, 409, "certificate_not_suspendable")["message"]
    assert f"POST /api/v1/certificates/{certificate_id}/revocation" in message
    assert f'publish a version of template {template_id} with "suspendable": true' in message
    assert look(tenant, certificate_id)["suspended_at"] is None
    assert [one["kind"] for one in history(tenant, certificate_id)] == ["issued"]
    assert done(tenant.http.delete(path(certificate_id, "suspension")))["suspended_at"] is None

    template = tenant.http.get(f"/api/v1/templates/{template_id}").json()["data"]["data"]["document"]
    assert template["suspendable"] is False
    assert tenant.http.patch(f"/api/v1/templates/{template_id}", json={"suspendable": True}).is_success
    before_publishing = str(tenant.issue(template_id)["data"]["id"])
    assert tenant.http.post(f"/api/v1/templates/{template_id}/publish", json={}).is_success
    afterwards = str(tenant.issue(template_id)["data"]["id"])

    for old in (certificate_id, before_publishing):
        answer = tenant.http.post(path(old, "suspension"), json=REASON)
        refused(answer, 409, "certificate_not_suspendable")
    assert done(tenant.http.post(path(afterwards, "suspension"), json=REASON))["status"] == "suspended"


@pytest.mark.parametrize("what", ["revocation", "suspension", "erasure"])
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"reason": "r" * 501}, ["reason"]),
        ({"reason": 1}, ["reason"]),
        ({"reason": "half \ud800"}, ["reason"]),
        ({"reason": "So.", "reasons": "So."}, ["reasons"]),
        ({"reason": [], "x": 1}, ["reason", "x"]),
    ],
)
def test_a_reason_is_read_strictly(
    tenant: Caller, certificate_id: str, what: str, body: dict[str, Any], fields: list[str]
) -> None:
    answer = tenant.http.post(path(certificate_id, what), content=json.dumps(body))

    assert list(refused(answer, 422, "invalid")["errors"]) == fields
    assert look(tenant, certificate_id)["status"] in ("recorded", "rendered")


@pytest.mark.parametrize("what", ["revocation", "suspension"])
@pytest.mark.parametrize("body", [None, {}, {"reason": None}, {"reason": " "}])
def test_withdrawing_takes_a_reason(tenant: Caller, certificate_id: str, what: str, body: Any) -> None:
    answer = tenant.http.post(path(certificate_id, what), json=body)

    assert list(refused(answer, 422, "invalid")["errors"]) == ["reason"]


def test_a_reason_of_the_greatest_length_is_kept_clean(tenant: Caller, certificate_id: str) -> None:
    found = done(tenant.http.post(path(certificate_id, "revocation"), json={"reason": " " + "é" * 498 + " "}))

    assert found["revocation_reason"] == "é" * 498


def test_the_history_begins_with_the_issue_and_is_read_in_pages(tenant: Caller) -> None:
    certificate_id = str(tenant.issue(tenant.publish_template(suspendable=True))["data"]["id"])
    done(tenant.http.post(path(certificate_id, "suspension"), json={"reason": "In question."}))
    done(tenant.http.post(path(certificate_id, "revocation"), json=REASON))

    answer = tenant.http.get(path(certificate_id, "history")).json()
    assert answer["meta"] == {"next_cursor": None}
    assert [(item["id"], item["type"]) for item in answer["data"]] == [(n, "events") for n in ("1", "2", "3")]
    issued, suspended, revoked = (item["data"] for item in answer["data"])
    assert issued == {
        "kind": "issued",
        "happened_at": look(tenant, certificate_id)["created_at"],
        "actor": None,
        "reason": None,
        "other_certificate_id": None,
    }
    assert (suspended["kind"], suspended["actor"], suspended["reason"]) == (
        "suspended",
        "tests",
        "In question.",
    )
    assert (revoked["kind"], revoked["happened_at"]) == (
        "revoked",
        look(tenant, certificate_id)["revoked_at"],
    )

    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = tenant.http.get(path(certificate_id, "history"), params={"limit": "1"} | cursor).json()
        found += page["data"]
        if page["meta"]["next_cursor"] is None:
            break
        cursor = {"cursor": page["meta"]["next_cursor"]}
    assert found == answer["data"]


def test_a_cursor_of_another_history_is_refused(
    tenant: Caller, template_id: int, certificate_id: str
) -> None:
    other = tenant.issue(template_id)["data"]["id"]
    done(tenant.http.post(path(certificate_id, "revocation"), json=REASON))
    done(tenant.http.post(path(other, "revocation"), json=REASON))
    cursor = tenant.http.get(path(certificate_id, "history"), params={"limit": 1}).json()["meta"][
        "next_cursor"
    ]

    for parameters in ({"cursor": cursor}, {"limit": 0}, {"limit": 101}, {"page": 2}):
        answer = tenant.http.get(path(other, "history"), params=parameters)
        assert list(refused(answer, 422, "invalid")["errors"]) == list(parameters)
    assert tenant.http.get(path(certificate_id, "history"), params={"cursor": cursor}).status_code == 200


@pytest.mark.parametrize(
    ("method", "what", "scope"),
    [
        ("POST", "revocation", "certificates.revoke"),
        ("POST", "suspension", "certificates.revoke"),
        ("DELETE", "suspension", "certificates.revoke"),
        ("POST", "erasure", "certificates.revoke"),
        ("POST", "replacement", "certificates.write"),
        ("GET", "history", "certificates.read"),
        ("GET", "credential", "certificates.read"),
    ],
)
def test_each_takes_its_scope(live: Installation, method: str, what: str, scope: str) -> None:
    others = [
        one for one in ("certificates.read", "certificates.write", "certificates.revoke") if one != scope
    ]
    stranger = live.new_tenant(scopes=others)

    answer = stranger.http.request(method, path("1", what), json={} if method == "POST" else None)

    assert scope in refused(answer, 403, "scope_missing")["message"]


@pytest.mark.parametrize("what", ["revocation", "suspension", "erasure", "replacement"])
def test_what_is_not_there_is_told_before_anything_else_of_it(tenant: Caller, what: str) -> None:
    for identifier in ("999", "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55", "x"):
        answer = tenant.http.post(
            path(identifier, what), json=REASON | ({"data": {}} if what == "replacement" else {})
        )
        refused(answer, 404, "not_found")
    refused(tenant.http.delete(path("999", "suspension")), 404, "not_found")
