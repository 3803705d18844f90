"""What a tenant has is, to every other tenant, like what never was: on every path of the OpenAPI document."""

import json
import re
import subprocess
import sys
from pathlib import Path
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
    ("post", "/api/v1/certificates/{certificate_id}/replacement"): {"data": {"Course": "Engines"}},
    ("post", "/api/v1/certificates/{certificate_id}/revocation"): {"reason": "Issued in error."},
    ("post", "/api/v1/certificates/{certificate_id}/suspension"): {"reason": "In question."},
}


@pytest.fixture
def belongings(tenant: Caller) -> dict[str, str]:
    """Ids of real things of the first tenant, by the name of the path parameter."""
    uploaded = tenant.http.post(
        "/api/v1/assets", content=PICTURE, headers={"Content-Type": "application/octet-stream"}
    )
    assert uploaded.status_code in (200, 201), uploaded.text
    template_id = tenant.publish_template(suspendable=True)
    return {
        "template_id": str(template_id),
        "certificate_id": code_of_a_certificate(tenant, template_id),
        "digest": uploaded.json()["data"]["id"],
    }


def code_of_a_certificate(tenant: Caller, template_id: int) -> str:
    """The code of a new certificate with its files."""
    issued = tenant.issue(template_id, data={"Student Name": ADA, "Email": ADAS_ADDRESS}, send_email=True)
    tenant.await_rendered(issued["data"]["id"])
    code: str = issued["data"]["data"]["code"]
    return code


def without_request_id(answer: httpx.Response) -> tuple[int, str]:
    text = re.sub(r'"request_id": ?"[^"]*"', "", answer.text)
    return answer.status_code, text


def operations_with_ids(client: httpx.Client) -> list[tuple[str, str]]:
    document = client.get("/openapi.json").json()
    return [
        (method, path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "{" in path and operation["security"]  # a certificate's public addresses are everyone's
    ]


def call(caller: Caller, method: str, path: str, ids: dict[str, str]) -> httpx.Response:
    body = BODIES.get((method, path), {} if method in ("post", "patch", "put") else None)
    return caller.http.request(method, path.format(**ids), json=body)


def test_every_path_answers_a_stranger_as_if_nothing_were_there(
    tenant: Caller, live: Installation, belongings: dict[str, str]
) -> None:
    stranger = live.new_tenant()
    operations = operations_with_ids(stranger.http)
    assert len(operations) >= 16

    for method, path in operations:
        foreign = call(stranger, method, path, belongings)
        unknown = call(stranger, method, path, NEVER_WAS)
        assert foreign.status_code == 404, (method, path, foreign.text)
        assert without_request_id(foreign) == without_request_id(unknown), (method, path)

    for method, path in operations:  # the positive control, after it: a stranger has changed nothing
        own = call(tenant, method, path, belongings)
        assert own.status_code < 300, (method, path, own.text)
        if path.startswith("/api/v1/certificates/") and method != "get":  # what is final takes the next one
            template_id = int(belongings["template_id"])
            belongings = belongings | {"certificate_id": code_of_a_certificate(tenant, template_id)}


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


@pytest.fixture
def twins(live: Installation) -> tuple[Caller, Caller, str, str]:
    """Two tenants whose things have the same ids, since ids are counted for each: one template, one certificate."""
    ours, theirs = live.new_tenant(), live.new_tenant()
    assert ours.publish_template(name="Ours") == theirs.publish_template(name="Theirs") == 1
    one = ours.issue(1, data={"Student Name": "Ada Lovelace", "Email": "ada@example.org"}, send_email=True)
    two = theirs.issue(
        1, data={"Student Name": "Charles Babbage", "Email": "cb@example.org"}, send_email=True
    )
    assert one["data"]["id"] == two["data"]["id"] == "1"
    return ours, theirs, one["data"]["data"]["code"], two["data"]["data"]["code"]


def test_the_same_id_is_each_ones_own(twins: tuple[Caller, Caller, str, str]) -> None:
    ours, theirs, our_code, their_code = twins

    for caller, code, template, address in (
        (ours, our_code, "Ours", "ada@example.org"),
        (theirs, their_code, "Theirs", "cb@example.org"),
    ):
        assert caller.http.get("/api/v1/certificates/1").json()["data"]["data"]["code"] == code
        assert caller.http.get("/api/v1/templates/1").json()["data"]["data"]["name"] == template
        [email] = caller.http.get("/api/v1/certificates/1/emails").json()["data"]
        assert email["data"]["recipient"] == address
        [listed] = caller.http.get("/api/v1/certificates", params={"template_id": 1}).json()["data"]
        assert listed["data"]["code"] == code


def test_a_change_under_the_same_id_changes_ones_own_only(twins: tuple[Caller, Caller, str, str]) -> None:
    ours, theirs, our_code, _ = twins

    def looked_at() -> tuple[Any, list[tuple[str, str]]]:
        template = ours.http.get("/api/v1/templates/1").json()
        emails = ours.http.get("/api/v1/certificates/1/emails").json()["data"]
        return template, [(email["id"], email["data"]["recipient"]) for email in emails]

    before = looked_at()

    assert theirs.http.patch("/api/v1/templates/1", json={"archived": True}).status_code == 200
    again = theirs.http.post("/api/v1/certificates/1/emails", json={"to": "new@example.org"})
    assert again.status_code == 201
    assert theirs.http.post(f"/api/v1/certificates/{our_code}/emails", json={}).status_code == 404
    assert theirs.http.post(f"/api/v1/certificates/{our_code}/render").status_code == 404
    for what, body in (("replacement", {"data": {"Course": "x"}}), ("revocation", {"reason": "In error."})):
        assert theirs.http.post(f"/api/v1/certificates/{our_code}/{what}", json=body).status_code == 404
    replaced = theirs.http.post("/api/v1/certificates/1/replacement", json={"data": {"Course": "Engines"}})
    assert (replaced.status_code, replaced.json()["data"]["id"]) == (201, "2")
    assert theirs.http.post("/api/v1/certificates/2/revocation", json={"reason": "In error."}).is_success
    assert theirs.http.post("/api/v1/certificates/1/erasure").is_success
    assert ours.http.get("/api/v1/certificates/1").json()["data"]["data"]["erased_at"] is None

    assert looked_at() == before
    assert ours.issue(1)["data"]["id"] == "2"


def test_one_key_and_one_body_of_two_tenants_are_two_requests(
    twins: tuple[Caller, Caller, str, str],
) -> None:
    ours, theirs, _, _ = twins
    body = {"template_id": 1, "data": {"Student Name": ADA}}
    key = {"Idempotency-Key": "monday"}

    first = ours.http.post("/api/v1/certificates", json=body, headers=key)
    second = theirs.http.post("/api/v1/certificates", json=body, headers=key)

    assert first.status_code == second.status_code == 201
    assert "idempotent-replayed" not in second.headers
    assert first.json()["data"]["data"]["code"] != second.json()["data"]["data"]["code"]


def test_a_key_of_another_tenant_is_free_for_another_body(twins: tuple[Caller, Caller, str, str]) -> None:
    ours, theirs, _, _ = twins
    key = {"Idempotency-Key": "tuesday"}
    ours.issue(1, headers=key)

    theirs.issue(1, headers=key, data={"Student Name": "Charles Babbage"})


def test_a_preview_knows_ones_own_versions_only(twins: tuple[Caller, Caller, str, str]) -> None:
    ours, theirs, _, _ = twins
    assert ours.http.patch("/api/v1/templates/1", json={"name": "Ours, again"}).status_code == 200
    assert ours.http.post("/api/v1/templates/1/publish").json()["data"]["data"]["version"] == 2

    foreign = theirs.http.post("/api/v1/templates/1/preview", json={"version": 2})
    unknown = theirs.http.post("/api/v1/templates/1/preview", json={"version": 9})

    assert ours.http.post("/api/v1/templates/1/preview", json={"version": 2}).status_code == 200
    assert foreign.status_code == unknown.status_code == 404
    assert without_request_id(foreign)[1].replace("version 2", "") == without_request_id(unknown)[1].replace(
        "version 9", ""
    )


def test_a_schema_knows_ones_own_fields_and_versions_only(twins: tuple[Caller, Caller, str, str]) -> None:
    ours, theirs, _, _ = twins
    labels = [*template_document()["labels"], {"name": "Ours alone", "type": "text"}]
    assert ours.http.patch("/api/v1/templates/1", json={"labels": labels}).status_code == 200
    assert ours.http.post("/api/v1/templates/1/publish").json()["data"]["data"]["version"] == 2

    own, foreign = (caller.http.get("/api/v1/templates/1/schema") for caller in (ours, theirs))
    assert "Ours alone" in own.text
    assert "Ours alone" not in foreign.text and foreign.json()["title"] == "Theirs"
    beyond = theirs.http.get("/api/v1/templates/1/schema", params={"version": 2})
    unknown = theirs.http.get("/api/v1/templates/1/schema", params={"version": 9})
    assert beyond.status_code == unknown.status_code == 404


def test_a_request_is_validated_against_ones_own_template(twins: tuple[Caller, Caller, str, str]) -> None:
    ours, theirs, _, _ = twins
    assert ours.http.patch("/api/v1/templates/1", json={"title": "Ours, for {Student Name}"}).is_success
    assert ours.http.post("/api/v1/templates/1/publish").is_success
    ours.publish_template()
    body = {"template_id": 1, "data": {"Student Name": ADA}}

    def validated(caller: Caller, asked: dict[str, Any]) -> httpx.Response:
        return caller.http.post("/api/v1/certificates/validate", json=asked)

    assert validated(ours, body).json()["data"]["data"]["title"] == f"Ours, for {ADA}"
    assert "Ours" not in validated(theirs, body).text
    foreign, unknown = (validated(theirs, body | {"template_id": number}) for number in (2, 999_999))
    assert foreign.status_code == 422
    assert without_request_id(foreign) == without_request_id(unknown)


def test_the_same_picture_is_each_ones_own(
    tenant: Caller, live: Installation, belongings: dict[str, str]
) -> None:
    stranger = live.new_tenant()
    address = f"/api/v1/assets/{belongings['digest']}"
    ours = tenant.http.get(address).json()
    assert stranger.http.get(address).status_code == 404

    sent = stranger.http.post("/api/v1/assets", content=PICTURE)

    first = live.new_tenant().http.post("/api/v1/assets", content=b"<!-- -->" + PICTURE)
    assert sent.status_code == first.status_code == 201, "whether somebody has it already is not told"
    assert sent.json()["data"]["data"]["created_at"] > ours["data"]["data"]["created_at"]
    assert tenant.http.get(address).json() == ours


def test_a_draft_cannot_be_changed_to_show_anothers_picture(
    tenant: Caller, live: Installation, belongings: dict[str, str]
) -> None:
    stranger = live.new_tenant()
    template_id = stranger.publish_template()
    layout = template_document()["layout"]
    image = {"type": "image", "x": 0, "y": 0, "width": 40, "height": 20, "decorative": True}

    def change(asset: str) -> httpx.Response:
        changed = layout | {"elements": [*layout["elements"], image | {"asset": asset}]}
        return stranger.http.patch(f"/api/v1/templates/{template_id}", json={"layout": changed})

    foreign, unknown = change(belongings["digest"]), change(NEVER_WAS["digest"])
    assert foreign.status_code == unknown.status_code == 422
    assert foreign.json()["errors"] == unknown.json()["errors"]


def test_an_imported_template_cannot_show_anothers_picture(
    live: Installation, belongings: dict[str, str], tmp_path: Path
) -> None:
    stranger = live.new_tenant()
    document = template_document()
    image = {"type": "image", "x": 0, "y": 0, "width": 40, "height": 20, "decorative": True}
    document["layout"]["elements"].append(image | {"asset": belongings["digest"]})
    file = tmp_path / "template.json"
    file.write_text(json.dumps(document))

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "certifly",
            "template",
            "import",
            "--tenant",
            stranger.slug,
            str(file),
            "--json",
        ],
        env=live.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "no picture with this digest" in done.stdout + done.stderr
    assert stranger.http.get("/api/v1/templates").json()["data"] == []


@pytest.mark.parametrize(
    "path", ["/api/v1/certificates", "/api/v1/templates", "/api/v1/certificates/1/emails"]
)
def test_no_cursor_leads_into_anothers_list(twins: tuple[Caller, Caller, str, str], path: str) -> None:
    ours, theirs, _, _ = twins
    for caller in (ours, theirs):
        caller.issue(1)
        caller.publish_template()
        assert caller.http.post("/api/v1/certificates/1/emails", json={}).status_code == 201
    cursors = [
        caller.http.get(path, params={"limit": 1}).json()["meta"]["next_cursor"] for caller in (ours, theirs)
    ]
    assert all(cursors) and cursors[0] != cursors[1]

    assert ours.http.get(path, params={"cursor": cursors[0]}).status_code == 200
    refused = theirs.http.get(path, params={"cursor": cursors[0]})

    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["cursor"]


def test_a_cursor_of_one_list_does_not_lead_into_another(twins: tuple[Caller, Caller, str, str]) -> None:
    ours, _, _, _ = twins
    ours.issue(1)
    cursor = ours.http.get("/api/v1/certificates", params={"limit": 1}).json()["meta"]["next_cursor"]

    for path, parameters in (
        ("/api/v1/templates", {}),
        ("/api/v1/certificates/1/emails", {}),
        ("/api/v1/certificates", {"template_id": "1"}),
        ("/api/v1/certificates", {"created_from": "2000-01-01T00:00:00Z"}),
    ):
        assert ours.http.get(path, params={"cursor": cursor, **parameters}).status_code == 422, path
