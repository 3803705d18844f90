"""What a tenant has is, to every other tenant, like what never was: on every path of the OpenAPI document."""

import re
from typing import Any

import httpx
import pytest

from tests.cast import ADA, ADAS_ADDRESS, template_document
from tests.live import Caller, Installation

PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20">'
    b'<rect width="40" height="20" fill="#1d2b4f"/></svg>'
)
NEVER_WAS = {
    "template_id": "999999",
    "certificate_id": "999999",
    "digest": "sha256:" + "0" * 64,
}
BODIES: dict[tuple[str, str], Any] = {
    ("patch", "/api/v1/templates/{template_id}"): {"name": "Renamed"},
    ("post", "/api/v1/certificates/{certificate_id}/emails"): {"to": ADAS_ADDRESS},
}


@pytest.fixture
def belongings(tenant: Caller) -> dict[str, str]:
    """Ids of real things of the first tenant, by the name of the path parameter."""
    uploaded = tenant.http.post(
        "/api/v1/assets", content=PICTURE, headers={"Content-Type": "application/octet-stream"}
    )
    assert uploaded.status_code in (200, 201), uploaded.text
    template_id = tenant.publish_template()
    issued = tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS}, send_email=True)
    tenant.await_rendered(issued["data"]["id"])
    return {
        "template_id": str(template_id),
        "certificate_id": issued["data"]["data"]["code"],
        "digest": uploaded.json()["data"]["id"],
    }


def without_request_id(answer: httpx.Response) -> tuple[int, str]:
    text = re.sub(r'"request_id": ?"[^"]*"', "", answer.text)
    return answer.status_code, text


def operations_with_ids(client: httpx.Client) -> list[tuple[str, str]]:
    document = client.get("/openapi.json").json()
    return [
        (method, path) for path, methods in document["paths"].items() for method in methods if "{" in path
    ]


def call(caller: Caller, method: str, path: str, ids: dict[str, str]) -> httpx.Response:
    body = BODIES.get((method, path), {} if method in ("post", "patch", "put") else None)
    return caller.http.request(method, path.format(**ids), json=body)


def test_every_path_answers_a_stranger_as_if_nothing_were_there(
    tenant: Caller, live: Installation, belongings: dict[str, str]
) -> None:
    stranger = live.new_tenant()
    operations = operations_with_ids(stranger.http)
    assert len(operations) >= 9

    for method, path in operations:
        foreign = call(stranger, method, path, belongings)
        unknown = call(stranger, method, path, NEVER_WAS)
        assert foreign.status_code == 404, (method, path, foreign.text)
        assert without_request_id(foreign) == without_request_id(unknown), (method, path)

    for method, path in operations:  # the positive control, after it: a stranger has changed nothing
        own = call(tenant, method, path, belongings)
        assert own.status_code < 300, (method, path, own.text)


def test_lists_show_ones_own_only(tenant: Caller, live: Installation, belongings: dict[str, str]) -> None:
    stranger = live.new_tenant()

    for path in ("/api/v1/certificates", "/api/v1/templates"):
        assert len(tenant.http.get(path).json()["data"]) == 1
        assert stranger.http.get(path).json() == {"data": [], "meta": {"next_cursor": None}}
    for name, value in (("code", belongings["certificate_id"]), ("template_id", belongings["template_id"])):
        found = stranger.http.get("/api/v1/certificates", params={name: value})
        assert found.json()["data"] == []


def test_a_layout_cannot_show_anothers_picture(
    tenant: Caller, live: Installation, belongings: dict[str, str]
) -> None:
    stranger = live.new_tenant()
    document = template_document()
    image = {"type": "image", "x": 0, "y": 0, "width": 40, "height": 20, "decorative": True}

    def create(caller: Caller, asset: str) -> httpx.Response:
        document["layout"]["elements"] = [image | {"asset": asset}]
        return caller.http.post("/api/v1/templates", json=document)

    foreign, unknown = create(stranger, belongings["digest"]), create(stranger, NEVER_WAS["digest"])
    assert foreign.status_code == unknown.status_code == 422
    assert list(foreign.json()["errors"]) == list(unknown.json()["errors"]) == ["layout.elements.0.asset"]
    assert create(tenant, belongings["digest"]).status_code == 201


def test_a_cursor_of_one_tenant_is_not_valid_for_another(tenant: Caller, live: Installation) -> None:
    template_id = tenant.publish_template()
    for _ in range(2):
        tenant.issue(template_id)
    cursor = tenant.http.get("/api/v1/certificates", params={"limit": 1}).json()["meta"]["next_cursor"]

    answer = live.new_tenant().http.get("/api/v1/certificates", params={"cursor": cursor})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["cursor"]
