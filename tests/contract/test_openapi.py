"""The OpenAPI document: valid, complete, true to its own examples, and changed only on purpose."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from certifly.app.asgi import API_ROUTERS, create_app
from certifly.core.settings import Settings
from certifly.handbook.door import HANDBOOK_ROUTERS
from certifly.mcp.door import PATH as DOOR_FOR_AI_CLIENTS
from certifly.public.door import PUBLIC_ROUTERS
from certifly.tenants.scopes import SCOPES
from certifly.web.errors import STATUS, codes_of
from tests.cast import SECRET_KEY

SNAPSHOT = Path(__file__).resolve().parents[1] / "snapshots" / "openapi.json"
WRITE_COMMAND = "WRITE_SNAPSHOTS=1 ./dev test tests/contract/test_openapi.py"

FOR_BROWSERS = {
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/docs.md"),
    ("GET", "/docs/search-index.json"),
    ("GET", "/docs/try"),
    ("GET", "/docs/{path}"),
    ("GET", "/favicon.ico"),
    ("GET", "/favicon.svg"),
    ("GET", "/llms-full.txt"),
    ("GET", "/llms.txt"),
    ("GET", "/robots.txt"),
    ("GET", "/static/handbook/{digest}/{name}"),
    ("GET", "/static/public/{digest}/{name}"),
    ("GET", "/t/{slug}"),
}
"""The front page, short addresses, and what pages are made of: nothing that a program calls."""


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(
        Settings(
            database_url="sqlite:///nowhere.db",
            secret_key=SECRET_KEY,
            public_url="https://certificates.example.org",
        )
    )


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(app.state.openapi)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def described_routes() -> set[tuple[str, str]]:
    """Every method and path that the application takes, but for what browsers alone ask for."""
    found = set()
    for route in (
        route for router in (*API_ROUTERS, *PUBLIC_ROUTERS, *HANDBOOK_ROUTERS) for route in router.routes
    ):
        assert isinstance(route, APIRoute)
        found |= {(method, route.path_format) for method in (route.methods or set()) - {"HEAD"}}
    return found - FOR_BROWSERS


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"


def test_every_route_is_described_and_every_description_has_its_route(document: dict[str, Any]) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == described_routes()


def test_the_application_has_no_other_routes(app: FastAPI) -> None:
    paths = {path for _, path in described_routes() | FOR_BROWSERS} | {DOOR_FOR_AI_CLIENTS}

    for route in app.routes:
        inner = getattr(route, "original_router", None)
        for found in inner.routes if inner is not None else [route]:
            assert getattr(found, "path_format", None) in paths


def test_every_operation_has_a_name_of_its_own_and_words(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    known_tags = {tag["name"] for tag in document["tags"]}

    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in names)
    for method, path, operation in operations(document):
        assert operation["summary"] and operation["description"], (method, path)
        assert operation["tags"] and set(operation["tags"]) <= known_tags, (method, path)


def test_every_operation_says_who_may_call_it(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        if path.startswith("/api/"):
            [requirement] = operation["security"]
            assert set(requirement["bearerAuth"]) <= set(SCOPES), (method, path)
            assert {"400", "401", "429", "500", "503"} <= set(operation["responses"]), (method, path)
        else:
            assert operation["security"] == [], (method, path)


def test_every_answer_names_the_request(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status, response in operation["responses"].items():
            headers = resolve(document, response).get("headers", {})
            assert "X-Request-Id" in headers, (method, path, status)


def test_every_error_of_a_domain_is_told_under_its_status(document: dict[str, Any]) -> None:
    told: dict[str, Any] = {}
    for response in document["components"]["responses"].values():
        example = response["content"]["application/json"]["example"]
        codes = re.findall(r"`(\w+)`", response["description"])
        told |= dict.fromkeys(codes, response)
        assert example["code"] in codes

    answered = {code for status in {status for status, _ in STATUS.values()} for code in codes_of(status)}
    assert answered <= set(told)


def test_a_call_tells_only_codes_of_the_status(document: dict[str, Any]) -> None:
    told: dict[str, set[str]] = {}
    for method, path, operation in operations(document):
        for status, response in operation["responses"].items():
            codes = set(re.findall(r"`(\w+)`", response.get("description", "").partition("Codes:")[2]))
            if path.startswith("/api/") and codes:
                assert codes <= set(codes_of(int(status))), (method, path)
                told[status] = told.get(status, set()) | codes

    assert told["409"] == set(codes_of(409)), "a conflict that no call tells"


def test_every_component_is_used(document: dict[str, Any]) -> None:
    text = json.dumps(document)

    for kind, components in document["components"].items():
        if kind != "securitySchemes":
            unused = [name for name in components if f'"#/components/{kind}/{name}"' not in text]
            assert unused == [], kind


def test_every_example_is_valid(document: dict[str, Any]) -> None:
    examples = list(examples_in(document, document))
    assert len(examples) > 50

    for place, schema, example in examples:
        faults = [fault.message for fault in validator(document, schema).iter_errors(example)]
        assert faults == [], place


def test_an_example_of_an_email_goes_to_an_address_in_its_data(document: dict[str, Any]) -> None:
    """What a certificate's data lacks, no e-mail can be sent to: readers look for where the address came from."""
    mailed = [
        (place, example)
        for place, _schema, example in examples_in(document, document)
        if isinstance(example, dict) and "email_delivery" in (example.get("meta") or {})
    ]
    assert len(mailed) > 2

    for place, example in mailed:
        recipient = example["meta"]["email_delivery"]["recipient"]
        assert recipient in example["data"]["data"]["data"].values(), place


def test_a_wrong_example_would_be_noticed(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/CertificateCreate"}

    for wrong in ({"template_id": 0, "data": {}}, {"template_id": 1}, {"template_id": 1, "data": {}, "x": 1}):
        assert not validator(document, schema).is_valid(wrong)


def test_every_json_body_and_answer_has_an_example(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for found in (*bodies, *operation["responses"].values()):
            content = resolve(document, found).get("content", {})
            if path != "/openapi.json" and "application/json" in content:
                assert {"example", "examples"} & set(content["application/json"]), (method, path)


def test_the_example_of_a_template_can_be_stored() -> None:
    from certifly.api.v1.templates import EXAMPLE_DOCUMENT
    from certifly.templates.document import parse_document

    assert parse_document(EXAMPLE_DOCUMENT).name == EXAMPLE_DOCUMENT["name"]


def test_the_document_is_the_one_that_was_looked_at(document: dict[str, Any]) -> None:
    written = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("WRITE_SNAPSHOTS"):
        SNAPSHOT.write_text(written, encoding="utf-8")

    looked_at = SNAPSHOT.read_text(encoding="utf-8") if SNAPSHOT.exists() else ""
    assert written == looked_at, (
        f"/openapi.json has changed. If that is meant, run {WRITE_COMMAND}, read the difference, "
        "and commit it with the change."
    )


def resolve(document: dict[str, Any], node: Any) -> Any:
    """What a local reference points to."""
    while isinstance(node, dict) and "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Judges values by a schema of the document, formats too."""
    resource: Resource[Any] = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:openapi", resource)
    absolute = json.loads(json.dumps(schema).replace('"#/components/', '"urn:openapi#/components/'))
    return Draft202012Validator(absolute, registry=registry, format_checker=FormatChecker())


def examples_in(
    document: dict[str, Any], node: Any, place: str = ""
) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example with the schema it stands beside, wherever in the document."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from examples_in(document, item, f"{place}/{index}")
    if isinstance(node, dict):
        if "schema" in node and "example" in node:
            yield place, node["schema"], node["example"]
        if "schema" in node and "examples" in node:
            for name, example in node["examples"].items():
                yield f"{place}/{name}", node["schema"], example["value"]
        if isinstance(node.get("examples"), list) and "type" in node:
            for example in node["examples"]:
                yield place, {key: value for key, value in node.items() if key != "examples"}, example
        for key, item in node.items():
            if key not in ("example", "examples"):
                yield from examples_in(document, item, f"{place}/{key}")
