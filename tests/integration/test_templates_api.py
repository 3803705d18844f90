"""Templates, over HTTP: the resource from its first draft to its preview."""

import io
from typing import Any

import httpx
import pypdfium2
import pytest
from PIL import Image

from certifly.templates.document import parse_document
from certifly.templates.draft import DOCUMENT_BYTES_MAX
from certifly.templates.starters import read_starter
from tests.cast import ADA, template_document, text_element
from tests.live import Caller, Installation


def create(caller: Caller, **changes: Any) -> str:
    answer = caller.http.post("/api/v1/templates", json=template_document(**changes))
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["data"]["id"]
    return identifier


def publish(caller: Caller, template_id: str) -> dict[str, Any]:
    answer = caller.http.post(f"/api/v1/templates/{template_id}/publish")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]["data"]
    return found


def preview(
    caller: Caller, template_id: str, body: object = None, accept: str | None = None
) -> httpx.Response:
    headers = {"Accept": accept} if accept else {}
    return caller.http.post(f"/api/v1/templates/{template_id}/preview", json=body or {}, headers=headers)


def errors_of(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 422, answer.text
    found: dict[str, list[str]] = answer.json()["errors"]
    return found


def text_of(pdf: bytes) -> str:
    text: str = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    return text


def test_a_document_becomes_a_draft_and_is_answered_in_the_form_it_came(tenant: Caller) -> None:
    answer = tenant.http.post("/api/v1/templates", json=template_document())

    assert answer.status_code == 201
    body = answer.json()
    assert (body["data"]["id"], body["data"]["type"], body["meta"]) == ("1", "templates", [])
    data = body["data"]["data"]
    assert (data["status"], data["version"], data["published_at"]) == ("draft", None, None)
    assert parse_document(data["document"]) == parse_document(template_document())
    assert tenant.http.get("/api/v1/templates/1").json() == body
    assert (
        tenant.http.post("/api/v1/templates", json=data["document"]).json()["data"]["data"]["document"]
        == data["document"]
    )


def test_a_wrong_document_is_refused_with_every_fault_at_its_place(tenant: Caller) -> None:
    layout = {
        "page": {"width": 297, "height": 210},
        "elements": [text_element("{Nobody}"), text_element("x")],
    }

    errors = errors_of(
        tenant.http.post("/api/v1/templates", json=template_document(layout=layout, language="xx"))
    )
    assert list(errors) == ["language"]

    errors = errors_of(tenant.http.post("/api/v1/templates", json=template_document(layout=layout)))
    assert list(errors) == ["layout.elements.0.text"]
    assert errors_of(tenant.http.post("/api/v1/templates", json={}))["name"] == ["name is missing."]


def test_a_document_is_bounded_in_bytes(tenant: Caller) -> None:
    def sent(size: int) -> int:
        body = b'{"name": "' + b"x" * (size - 12) + b'"}'
        assert len(body) == size
        answer = tenant.http.post(
            "/api/v1/templates", content=body, headers={"Content-Type": "application/json"}
        )
        return answer.status_code

    assert sent(DOCUMENT_BYTES_MAX) == 422
    assert sent(DOCUMENT_BYTES_MAX + 1) == 413


def test_publishing_makes_a_version_and_publishing_again_changes_nothing(tenant: Caller) -> None:
    template_id = create(tenant)

    first = publish(tenant, template_id)

    assert (first["status"], first["version"], first["has_unpublished_changes"]) == ("published", 1, False)
    assert publish(tenant, template_id) == first
    assert tenant.issue(int(template_id))["data"]["data"]["template_id"] == template_id


def test_publishing_takes_no_keys(tenant: Caller) -> None:
    template_id = create(tenant)

    answer = tenant.http.post(
        f"/api/v1/templates/{template_id}/publish", content=rb'{"version": 2, "\ud800": 1}'
    )

    assert list(errors_of(answer)) == ["version", "?"]


def test_a_change_waits_for_its_publication(tenant: Caller) -> None:
    template_id = create(tenant)
    publish(tenant, template_id)
    labels = [{"name": "Student Name", "type": "text"}, {"name": "Level", "type": "text", "required": True}]
    layout = {"page": {"width": 297, "height": 210}, "elements": [text_element("{Student Name} {Level}")]}

    changed = tenant.http.patch(f"/api/v1/templates/{template_id}", json={"labels": labels, "layout": layout})

    assert changed.status_code == 200
    assert changed.json()["data"]["data"]["has_unpublished_changes"] is True
    tenant.issue(int(template_id))
    assert publish(tenant, template_id)["version"] == 2
    answer = tenant.http.post(
        "/api/v1/certificates", json={"template_id": template_id, "data": {"Student Name": ADA}}
    )
    assert list(errors_of(answer)) == ["data.Level"]


def test_a_wrong_change_is_refused_and_changes_nothing(tenant: Caller) -> None:
    template_id = create(tenant)
    before = tenant.http.get(f"/api/v1/templates/{template_id}").json()

    answer = tenant.http.patch(
        f"/api/v1/templates/{template_id}", json={"name": "", "tilte": "x", "archived": False}
    )

    assert set(errors_of(answer)) == {"name", "tilte"}
    assert tenant.http.get(f"/api/v1/templates/{template_id}").json() == before


def test_an_archived_template_conflicts_with_publishing_and_cannot_be_issued_from(tenant: Caller) -> None:
    template_id = create(tenant)
    publish(tenant, template_id)
    tenant.issue(int(template_id))

    archived = tenant.http.patch(f"/api/v1/templates/{template_id}", json={"archived": True})

    assert archived.json()["data"]["data"]["status"] == "archived"
    conflict = tenant.http.post(f"/api/v1/templates/{template_id}/publish")
    assert (conflict.status_code, conflict.json()["code"]) == (409, "template_archived")
    answer = tenant.http.post(
        "/api/v1/certificates", json={"template_id": template_id, "data": {"Student Name": ADA}}
    )
    assert list(errors_of(answer)) == ["template_id"]


def test_templates_are_listed_by_pages_newest_first_without_documents(tenant: Caller) -> None:
    made = [create(tenant) for _ in range(3)]
    publish(tenant, made[1])

    first = tenant.http.get("/api/v1/templates", params={"limit": 2}).json()
    second = tenant.http.get(
        "/api/v1/templates", params={"limit": 2, "cursor": first["meta"]["next_cursor"]}
    ).json()

    assert [item["id"] for item in first["data"]] == [made[2], made[1]]
    assert [item["id"] for item in second["data"]] == [made[0]]
    assert second["meta"] == {"next_cursor": None}
    assert "document" not in first["data"][0]["data"]
    published = tenant.http.get("/api/v1/templates", params={"status": "published"}).json()
    assert [item["id"] for item in published["data"]] == [made[1]]


def test_a_list_is_asked_for_with_parameters_it_knows(tenant: Caller) -> None:
    answer = tenant.http.get(
        "/api/v1/templates", params={"status": "gone", "limit": "0", "page": "2", "cursor": "x"}
    )

    assert set(errors_of(answer)) == {"status", "limit", "page", "cursor"}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "image/svg+xml"),
        ("image/svg+xml", "image/svg+xml"),
        ("image/png", "image/png"),
        ("application/pdf", "application/pdf"),
    ],
)
def test_a_preview_is_drawn_as_the_caller_accepts_it(
    tenant: Caller, accept: str | None, media_type: str
) -> None:
    template_id = create(tenant)

    answer = preview(tenant, template_id, accept=accept)

    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == media_type
    if media_type == "application/pdf":
        assert "Ada Lovelace" in text_of(answer.content)
    elif media_type == "image/png":
        assert Image.open(io.BytesIO(answer.content)).size == (1754, 1240)
    else:
        assert answer.content.lstrip().startswith(b"<svg")


def test_a_preview_is_not_to_be_had_as_text(tenant: Caller) -> None:
    answer = preview(tenant, create(tenant), accept="text/html")

    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_a_preview_shows_the_draft_or_a_version_with_given_data(tenant: Caller) -> None:
    template_id = create(tenant)
    publish(tenant, template_id)
    layout = {
        "page": {"width": 297, "height": 210},
        "elements": [text_element("Congratulations, {Student Name}")],
    }
    tenant.http.patch(f"/api/v1/templates/{template_id}", json={"layout": layout})
    data = {"Student Name": "Grace Hopper"}

    draft = preview(tenant, template_id, {"data": data}, "application/pdf")
    version = preview(tenant, template_id, {"version": 1, "data": data}, "application/pdf")

    assert "Congratulations, Grace Hopper" in text_of(draft.content)
    assert "Grace Hopper" in text_of(version.content)
    assert "Congratulations" not in text_of(version.content)


def test_a_preview_is_a_dry_run(tenant: Caller) -> None:
    template_id = create(tenant)

    wrong = preview(tenant, template_id, {"data": {"Studnet Name": ADA}})
    too_wide = preview(tenant, template_id, {"data": {"Student Name": "W" * 120}})
    undrawable = preview(tenant, template_id, {"data": {"Student Name": "\U00012000"}})

    assert list(errors_of(wrong)) == ["data.Student Name", "data.Studnet Name"]
    assert list(errors_of(too_wide)) == ["data.Student Name"]
    assert list(errors_of(undrawable)) == ["data.Student Name"]


@pytest.mark.parametrize("version", [0, -1, 1.5, "1", True, 10**6, []])
def test_a_version_is_a_whole_number(tenant: Caller, version: object) -> None:
    assert list(errors_of(preview(tenant, create(tenant), {"version": version}))) == ["version"]


def test_a_preview_of_a_version_that_is_not_there_is_not_found(tenant: Caller) -> None:
    answer = preview(tenant, create(tenant), {"version": 7})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_preview_takes_keys_that_it_knows(tenant: Caller) -> None:
    assert list(errors_of(preview(tenant, create(tenant), {"format": "png"}))) == ["format"]


def test_a_preview_stores_nothing(tenant: Caller) -> None:
    template_id = create(tenant)
    before = tenant.http.get(f"/api/v1/templates/{template_id}").json()

    preview(tenant, template_id, accept="application/pdf")

    assert tenant.http.get(f"/api/v1/templates/{template_id}").json() == before
    assert tenant.http.get("/api/v1/certificates").json()["data"] == []


@pytest.mark.parametrize("identifier", ["7", "0", "x", "1" * 40])
def test_a_template_nobody_has_is_not_found_by_any_call(tenant: Caller, identifier: str) -> None:
    address = f"/api/v1/templates/{identifier}"

    answers = [
        tenant.http.get(address),
        tenant.http.patch(address, json={}),
        tenant.http.post(f"{address}/publish"),
        tenant.http.post(f"{address}/preview"),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}


def test_another_tenants_template_is_as_unknown_as_one_nobody_has(tenant: Caller, live: Installation) -> None:
    create(tenant)
    mine = create(tenant)
    other = live.new_tenant()

    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/publish"), ("POST", "/preview")):
        theirs = other.http.request(method, f"/api/v1/templates/{mine}{path}")
        nobodys = other.http.request(method, f"/api/v1/templates/999{path}")
        assert theirs.status_code == 404
        assert theirs.json() | {"request_id": ""} == nobodys.json() | {"request_id": ""}
        assert tenant.http.request(method, f"/api/v1/templates/{mine}{path}").status_code == 200


def test_each_call_needs_its_scope(live: Installation) -> None:
    reader, writer = live.new_tenant(scopes=["templates.read"]), live.new_tenant(scopes=["templates.write"])

    assert reader.http.get("/api/v1/templates").status_code == 200
    assert writer.http.get("/api/v1/templates").status_code == 403
    template_id = create(writer)
    publish(writer, template_id)
    assert preview(writer, template_id).status_code == 403
    denied = reader.http.post("/api/v1/templates", json=template_document())
    assert denied.status_code == 403
    assert "templates.write" in denied.json()["message"]


def test_the_starter_is_uploaded_published_previewed_and_issued_from(tenant: Caller) -> None:
    starter = read_starter()
    digests = {
        name: tenant.http.post("/api/v1/assets", content=content).json()["data"]["id"]
        for name, content in starter.pictures.items()
    }
    created = tenant.http.post("/api/v1/templates", json=starter.with_pictures(digests))
    assert created.status_code == 201, created.text
    template_id = created.json()["data"]["id"]
    publish(tenant, template_id)

    pdf = preview(tenant, template_id, accept="application/pdf").content
    certificate = tenant.issue(int(template_id))

    assert "Ada Lovelace" in text_of(pdf)
    assert tenant.await_rendered(certificate["data"]["id"])["status"] == "rendered"
