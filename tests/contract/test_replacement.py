"""Correcting a certificate over HTTP: once, strictly, and in the place of the old one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from certifly.certificates.models import Certificate
from certifly.core.clock import isoformat, utc_now
from certifly.db.tenant import TenantDB
from tests.cast import ADA, ADAS_ADDRESS
from tests.life_cycle import REASON, done, history, look, path, refused
from tests.live import Caller, Installation


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


@pytest.fixture
def certificate_id(tenant: Caller, template_id: int) -> str:
    return str(tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS})["data"]["id"])


def test_a_correction_takes_the_place_of_the_old_one(
    tenant: Caller, template_id: int, certificate_id: str
) -> None:
    old_code = look(tenant, certificate_id)["code"]
    body = {"data": {"Student Name": "Ada King"}, "reason": "Her name has changed.", "send_email": True}

    answer = tenant.http.post(path(old_code, "replacement"), json=body)

    new = done(answer, 201)
    new_id = answer.json()["data"]["id"]
    assert new["data"] == {"Student Name": "Ada King", "Email": ADAS_ADDRESS}
    assert (new["replaces"], new["replaced_by"], new["status"]) == (certificate_id, None, "recorded")
    assert (new["template_id"], new["template_version"]) == (str(template_id), 1)
    assert new["code"] != old_code
    delivery = answer.json()["meta"]["email_delivery"]
    assert (delivery["recipient"], delivery["status"]) == (ADAS_ADDRESS, "held")
    old = look(tenant, certificate_id)
    assert (old["status"], old["replaced_by"], old["replaced_at"]) == ("replaced", new_id, new["created_at"])
    assert old["data"]["Student Name"] == ADA
    assert tenant.await_rendered(new_id)["status"] == "rendered"
    for certificate, kind, other in (
        (certificate_id, "replaced", new_id),
        (new_id, "replaces", certificate_id),
    ):
        assert history(tenant, certificate)[-1] == {
            "kind": kind,
            "happened_at": new["created_at"],
            "actor": "tests",
            "reason": "Her name has changed.",
            "other_certificate_id": other,
        }
    for method, what, more in (
        ("POST", "replacement", {"data": {"Course": "x"}}),
        ("POST", "revocation", REASON),
        ("POST", "suspension", REASON),
        ("DELETE", "suspension", None),
        ("POST", "emails", {}),
    ):
        refusal = refused(
            tenant.http.request(method, path(certificate_id, what), json=more), 409, "certificate_replaced"
        )
        assert f"certificate {new_id} instead" in refusal["message"]


def test_a_correction_without_an_email_has_no_meta(tenant: Caller, certificate_id: str) -> None:
    answer = tenant.http.post(path(certificate_id, "replacement"), json={"data": {"Course": "Engines"}})

    assert answer.json()["meta"] == []


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["data"]),
        ({"data": {}}, ["data"]),
        ({"data": []}, ["data"]),
        ({"data": {"Student Name": ADA}}, ["data"]),
        ({"data": "Ada"}, ["data"]),
        ({"data": {"Student Name": None}}, ["data.Student Name"]),
        (
            {"data": {"Curse": "x"}, "expires_at": "soon", "template": 1},
            ["data.Curse", "expires_at", "template"],
        ),
        ({"data": {"Course": "x"}, "expires_at": "2020-01-01T00:00:00Z"}, ["expires_at"]),
    ],
)
def test_a_correction_is_read_strictly(
    tenant: Caller, certificate_id: str, body: dict[str, Any], fields: list[str]
) -> None:
    answer = tenant.http.post(path(certificate_id, "replacement"), json=body)

    assert list(refused(answer, 422, "invalid")["errors"]) == fields
    assert len(tenant.http.get("/api/v1/certificates").json()["data"]) == 1


def test_a_correction_is_made_once_for_one_key(tenant: Caller, template_id: int, certificate_id: str) -> None:
    body = {"data": {"Student Name": "Ada King"}}
    headers = {"Idempotency-Key": "correct-1"}

    first = tenant.http.post(path(certificate_id, "replacement"), json=body, headers=headers)
    second = tenant.http.post(
        path(look(tenant, certificate_id)["code"], "replacement"), json=body, headers=headers
    )

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert len(tenant.http.get("/api/v1/certificates").json()["data"]) == 2


def test_one_key_and_body_for_another_certificate_is_another_request(
    tenant: Caller, template_id: int
) -> None:
    one, two = (tenant.issue(template_id)["data"]["id"] for _ in range(2))
    body = {"data": {"Student Name": "Ada King"}}
    headers = {"Idempotency-Key": "correct-1"}
    assert tenant.http.post(path(one, "replacement"), json=body, headers=headers).status_code == 201

    answer = tenant.http.post(path(two, "replacement"), json=body, headers=headers)

    assert list(refused(answer, 422, "invalid")["errors"]) == ["Idempotency-Key"]
    assert look(tenant, two)["replaced_by"] is None


def test_corrections_with_one_key_at_the_same_moment_are_one(tenant: Caller, certificate_id: str) -> None:
    def call(_number: int) -> httpx.Response:
        body = {"data": {"Student Name": "Ada King"}}
        return tenant.http.post(
            path(certificate_id, "replacement"), json=body, headers={"Idempotency-Key": "k"}
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


def test_of_corrections_at_the_same_moment_one_is_made(tenant: Caller, certificate_id: str) -> None:
    def call(number: int) -> int:
        body = {"data": {"Student Name": f"Ada {number}"}}
        return tenant.http.post(path(certificate_id, "replacement"), json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(call, range(8)))

    assert sorted(statuses) == [201] + [409] * 7


def test_an_expired_certificate_is_corrected_with_a_new_expiry(
    tenant: Caller, live: Installation, certificate_id: str
) -> None:
    expire(tenant, live, certificate_id)
    body: dict[str, Any] = {"data": {"Student Name": "Ada King"}}

    answer = tenant.http.post(path(certificate_id, "replacement"), json=body)
    assert list(refused(answer, 422, "invalid")["errors"]) == ["expires_at"]
    assert "new expires_at" in answer.json()["message"]

    renewed = isoformat(utc_now() + timedelta(days=1))
    new = done(
        tenant.http.post(path(certificate_id, "replacement"), json=body | {"expires_at": renewed}), 201
    )
    assert new["expires_at"] == renewed


def expire(tenant: Caller, live: Installation, certificate_id: str) -> None:
    def work(db: TenantDB) -> None:
        row = db.get(Certificate, int(certificate_id))
        assert row is not None
        row.expires_at = utc_now() - timedelta(days=1)

    live.on_database(lambda database: database.write(tenant.tenant_id, work).result())
