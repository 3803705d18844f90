"""The JSON Schema of a template's data, over HTTP: which version, for whom, and that the create call agrees."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from certifly.templates.publish import VERSIONS_MAX
from tests.cast import ADA, template_document, text_element
from tests.live import Caller, Installation

NAME = {"name": "Student Name", "type": "text", "required": True}
LEVEL = {"name": "Level", "type": "text", "required": True}
LAYOUT = {"page": {"width": 297, "height": 210}, "elements": [text_element("{Student Name}")]}


def ask(caller: Caller, template_id: object, **options: Any) -> httpx.Response:
    return caller.http.get(f"/api/v1/templates/{template_id}/schema", **options)


def schema_of(caller: Caller, template_id: object, **parameters: object) -> dict[str, Any]:
    answer = ask(caller, template_id, params=parameters)
    assert answer.status_code == 200, answer.text
    schema: dict[str, Any] = answer.json()
    Draft202012Validator.check_schema(schema)
    return schema


def change(caller: Caller, template_id: int, **changes: Any) -> None:
    assert caller.http.patch(f"/api/v1/templates/{template_id}", json=changes).status_code == 200


@pytest.fixture
def template_id(tenant: Caller) -> int:
    """A template in its second version, with a draft beyond it."""
    template_id = tenant.publish_template(labels=[NAME], layout=LAYOUT)
    change(tenant, template_id, labels=[NAME, LEVEL])
    assert tenant.http.post(f"/api/v1/templates/{template_id}/publish").status_code == 200
    change(tenant, template_id, labels=[NAME, LEVEL, {"name": "Score", "type": "number"}])
    return template_id


@pytest.mark.parametrize(
    ("asked", "version", "fields"),
    [
        ({}, "2", ["Student Name", "Level", "Email"]),
        ({"version": 1}, "1", ["Student Name", "Email"]),
        ({"version": 2}, "2", ["Student Name", "Level", "Email"]),
        ({"version": "draft"}, "draft", ["Student Name", "Level", "Score", "Email"]),
    ],
)
def test_the_published_version_unless_another_is_asked_for(
    tenant: Caller,
    live: Installation,
    template_id: int,
    asked: dict[str, Any],
    version: str,
    fields: list[str],
) -> None:
    schema = schema_of(tenant, template_id, **asked)

    assert list(schema["properties"]) == fields
    assert schema["$id"] == f"{live.base_url}/api/v1/templates/{template_id}/schema?version={version}"
    assert tenant.http.get(schema["$id"]).json() == schema


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/schema+json"),
        ("*/*", "application/schema+json"),
        ("application/schema+json", "application/schema+json"),
        ("application/json", "application/json"),
        ("application/json, application/schema+json;q=0.5", "application/json"),
    ],
)
def test_it_comes_as_a_schema_or_as_json(
    tenant: Caller, template_id: int, accept: str | None, media_type: str
) -> None:
    answer = ask(tenant, template_id, headers={"Accept": accept} if accept else {})

    assert answer.headers["content-type"] == media_type
    assert "Accept" in answer.headers["vary"]
    assert answer.json()["title"] == "Certificate of completion"


def test_it_is_not_to_be_had_as_a_page(tenant: Caller, template_id: int) -> None:
    assert ask(tenant, template_id, headers={"Accept": "text/html"}).status_code == 406


def test_a_draft_has_no_published_version_and_says_what_to_do(tenant: Caller) -> None:
    draft = tenant.http.post("/api/v1/templates", json=template_document()).json()["data"]["id"]

    answer = ask(tenant, draft)

    assert (answer.status_code, answer.json()["code"]) == (409, "template_not_published")
    assert f"POST /api/v1/templates/{draft}/publish" in answer.json()["message"]
    assert schema_of(tenant, draft, version="draft")["required"] == ["Student Name"]
    assert ask(tenant, draft, params={"version": 1}).status_code == 404


def test_nothing_is_issued_from_an_archived_template_but_its_versions_stay(
    tenant: Caller, template_id: int
) -> None:
    change(tenant, template_id, archived=True)

    answer = ask(tenant, template_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "template_archived")
    assert list(schema_of(tenant, template_id, version=1)["properties"]) == ["Student Name", "Email"]


@pytest.mark.parametrize("version", ["3", str(VERSIONS_MAX)])
def test_a_version_that_is_not_there_is_not_found(tenant: Caller, template_id: int, version: str) -> None:
    answer = ask(tenant, template_id, params={"version": version})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert f"GET /api/v1/templates/{template_id} " in answer.json()["message"]


@pytest.mark.parametrize("version", ["0", "-1", "01", "1.0", "", "Draft", "one", str(VERSIONS_MAX + 1)])
def test_a_version_is_a_whole_number_or_the_draft(tenant: Caller, template_id: int, version: str) -> None:
    answer = ask(tenant, template_id, params={"version": version})

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["version"])


def test_a_parameter_is_known_and_sent_once(tenant: Caller, template_id: int) -> None:
    answer = ask(tenant, template_id, params=[("version", "1"), ("version", "2"), ("draft", "1")])

    assert set(answer.json()["errors"]) == {"version", "draft"}
    assert list(ask(tenant, template_id, params={"x": 1, "version": 0}).json()["errors"]) == ["x", "version"]


@pytest.mark.parametrize("identifier", ["7", "0", "x", "1" * 40])
def test_a_template_nobody_has_has_no_schema(tenant: Caller, identifier: str) -> None:
    assert ask(tenant, identifier).status_code == 404


def test_who_may_not_read_templates_may_not_read_their_schemas(live: Installation) -> None:
    others = ["certificates.read", "certificates.write", "certificates.revoke", "templates.write"]
    writer = live.new_tenant(scopes=others)
    template_id = writer.publish_template()

    refused = ask(writer, template_id)

    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert 'scope="templates.read"' in refused.headers["www-authenticate"]
    assert live.client().get(f"/api/v1/templates/{template_id}/schema").status_code == 401


def test_its_examples_are_issued(tenant: Caller) -> None:
    template_id = tenant.publish_template()
    [example] = schema_of(tenant, template_id)["examples"]

    assert tenant.issue(template_id, data=example)["data"]["data"]["data"] == example


def test_what_lacks_a_required_label_is_refused_by_both(tenant: Caller, template_id: int) -> None:
    schema = schema_of(tenant, template_id)

    for data, is_taken in (({"Student Name": ADA, "Level": "A"}, True), ({"Student Name": ADA}, False)):
        answer = tenant.http.post("/api/v1/certificates", json={"template_id": template_id, "data": data})
        assert Draft202012Validator(schema).is_valid(data) is answer.is_success is is_taken
