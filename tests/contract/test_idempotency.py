"""One certificate for one key, however often and however fast the request is sent."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from certifly.core.clock import utc_now
from certifly.db.tenant import TenantDB
from certifly.web.recorded import IdempotencyRecord
from tests.cast import ADA
from tests.live import Caller, Installation

CREATE = "/api/v1/certificates"


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


def post(caller: Caller, template_id: int, key: str, name: str = ADA) -> httpx.Response:
    body = {"template_id": template_id, "data": {"Student Name": name}}
    return caller.http.post(CREATE, json=body, headers={"Idempotency-Key": key})


def count(caller: Caller) -> int:
    return len(caller.http.get(CREATE, params={"limit": 100}).json()["data"])


def test_the_same_key_and_body_replay_the_first_answer(tenant: Caller, template_id: int) -> None:
    first, second = post(tenant, template_id, "monday-1"), post(tenant, template_id, "monday-1")

    assert first.status_code == second.status_code == 201
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert first.content == second.content
    assert count(tenant) == 1


def test_a_quoted_key_is_the_bare_one(tenant: Caller, template_id: int) -> None:
    first, second = post(tenant, template_id, "monday-1"), post(tenant, template_id, '"monday-1"')

    assert first.content == second.content


def test_the_same_body_in_other_bytes_is_the_same_request(tenant: Caller, template_id: int) -> None:
    first = post(tenant, template_id, "k")
    raw = f'{{"data": {{"Student Name": "Ada \\u004covelace"}},\n "template_id": {template_id}}}'

    second = tenant.http.post(CREATE, content=raw, headers={"Idempotency-Key": "k"})

    assert second.headers["idempotent-replayed"] == "true"
    assert first.content == second.content


def test_the_same_key_with_another_body_is_refused(tenant: Caller, template_id: int) -> None:
    post(tenant, template_id, "k")

    answer = post(tenant, template_id, "k", name="Charles Babbage")

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert count(tenant) == 1


def test_a_refused_request_may_be_corrected_under_its_key(tenant: Caller, template_id: int) -> None:
    assert post(tenant, template_id, "k", name="").status_code == 422

    assert post(tenant, template_id, "k").status_code == 201


@pytest.mark.parametrize(("key", "status"), [("k" * 255, 201), ("k" * 256, 422), ("", 422), ('""', 422)])
def test_a_key_has_1_to_255_characters(tenant: Caller, template_id: int, key: str, status: int) -> None:
    assert post(tenant, template_id, key).status_code == status


def test_a_key_belongs_to_its_tenant(tenant: Caller, live: Installation, template_id: int) -> None:
    other = live.new_tenant()
    others_template = other.publish_template()

    first, second = post(tenant, template_id, "k"), post(other, others_template, "k")

    assert first.status_code == second.status_code == 201
    assert "idempotent-replayed" not in second.headers


def test_a_replay_outlives_the_template(tenant: Caller, template_id: int) -> None:
    first = post(tenant, template_id, "k")
    assert tenant.http.patch(f"/api/v1/templates/{template_id}", json={"archived": True}).status_code == 200

    assert post(tenant, template_id, "k").content == first.content


def test_requests_with_one_key_at_the_same_moment_create_once(tenant: Caller, template_id: int) -> None:
    start = threading.Barrier(12)

    def call(_number: int) -> httpx.Response:
        start.wait()
        return post(tenant, template_id, "rush")

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(call, range(12)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert count(tenant) == 1


def test_a_key_is_forgotten_after_24_hours(tenant: Caller, live: Installation, template_id: int) -> None:
    first = post(tenant, template_id, "k")

    def age(db: TenantDB) -> Any:
        statement = sa.update(IdempotencyRecord).values(created_at=utc_now() - timedelta(hours=24, seconds=1))
        return db.connection.execute(statement.where(IdempotencyRecord.tenant_id == db.tenant_id))

    live.on_database(lambda database: database.write(tenant.tenant_id, age).result())

    second = post(tenant, template_id, "k")
    assert second.status_code == 201
    assert second.json()["data"]["id"] != first.json()["data"]["id"]
