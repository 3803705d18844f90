"""Every sample of the published page, byte for byte as its language sends it, with an integer id filled in."""

import pytest

from tests.bodies import PUBLISHED as SENT
from tests.live import Caller


@pytest.fixture
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


@pytest.mark.parametrize("body", SENT.values(), ids=SENT.keys())
def test_a_sample_with_an_id_filled_in_is_answered_with_201(
    tenant: Caller, template_id: int, body: str
) -> None:
    answer = tenant.http.post(
        "/api/v1/certificates",
        content=body.replace("TEMPLATE_ID", str(template_id)).encode(),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 201, answer.text
    created = answer.json()
    assert created["data"]["data"]["data"] == {"Student Name": "John Doe"}
    assert created["data"]["data"]["template_id"] == str(template_id)
    assert created["meta"] == []


@pytest.mark.parametrize("body", SENT.values(), ids=SENT.keys())
def test_a_placeholder_left_in_place_is_a_422_that_says_what_to_write_there(
    tenant: Caller, body: str
) -> None:
    answer = tenant.http.post(
        "/api/v1/certificates",
        content=body.replace("TEMPLATE_ID", "{{template_id}}").encode(),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 422
    assert "Replace the placeholder" in answer.json()["errors"]["template_id"][0]


@pytest.mark.parametrize("value", ["0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55", "tmpl_123", "007"])
@pytest.mark.parametrize("body", SENT.values(), ids=SENT.keys())
def test_an_id_that_is_not_a_number_in_place_of_the_placeholder_is_named(
    tenant: Caller, body: str, value: str
) -> None:
    answer = tenant.http.post(
        "/api/v1/certificates",
        content=body.replace("TEMPLATE_ID", value).encode(),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["template_id"]
    assert "a whole number, such as 1" in answer.json()["message"]


def test_the_samples_that_send_nothing_are_told_what_is_missing(tenant: Caller) -> None:
    answer = tenant.http.post("/api/v1/certificates", headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    body = answer.json()
    assert list(body) == ["message", "errors", "code", "request_id"]
    assert set(body["errors"]) == {"template_id", "data"}
    assert body["message"].endswith("(and 1 more error)")
