"""The page of every call: whole, readable, and in the words of the OpenAPI document."""

import json
import re
from functools import cache
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from certifly.handbook.page import Page
from certifly.handbook.reference.operation_page import (
    EXAMPLES_ADDRESS,
    codes_in,
    operation_page,
    operations_in,
)
from certifly.handbook.reference.operations import operation_sections
from tests.described import PUBLIC_URL, installation, openapi

OPERATIONS = {operation.id: operation for operation in operations_in(openapi())}
PUBLISHED = """\
Creates certificate for a template.

Validation (strict):
- `template_id`: required, must exist in tenant DB
- `data`: required object map
- `send_email`: optional boolean
- Keys in `data` must match template labels/extra fields
- Required labels are enforced
- Unknown keys rejected
- String data sanitized

Behavior:
- If `send_email=true`, response includes `meta.email_delivery` with delivery status details.

Scope: `certificates.write`
"""
"""The description of the published page, line by line."""


@cache
def page_of(operation_id: str, public_url: str = PUBLIC_URL) -> Page:
    return operation_page(OPERATIONS[operation_id], installation(public_url))


def blocks(page: Page, language: str) -> list[str]:
    """What stands in the fences of a language."""
    return re.findall(rf"^```{language}(?: [^\n]*)?\n(.*?)^```$", page.body, re.DOTALL | re.MULTILINE)


def examples_of(content: dict[str, Any]) -> list[Any]:
    """The examples of one media type."""
    named = [example["value"] for example in content.get("examples", {}).values()]
    return named + ([content["example"]] if "example" in content else [])


def test_the_create_call_has_what_the_published_page_has_in_its_order() -> None:
    body = page_of("create-certificate").body
    at = 0
    for line in (
        "# Create Certificate\n",
        f"POST {PUBLIC_URL}/api/v1/certificates  \nContent-Type: application/json\n",
        *PUBLISHED.splitlines(),
        f"Reference: {PUBLIC_URL}/docs/gateway-api/certificates/create-certificate",
        "## OpenAPI Specification\n",
        "```yaml\nopenapi: 3.1.0\n",
    ):
        found = body.find(line, at)
        assert found >= 0, f"{line!r} does not stand in its place"
        at = found


def test_every_call_has_a_page_in_the_section_of_its_tag() -> None:
    sections = operation_sections(installation())
    paths = {page.path for section in sections for page in section.pages}

    assert paths == {f"gateway-api/{one.tag}/{one.id}" for one in OPERATIONS.values()}
    assert sections[0].title == "Gateway API: certificates"
    assert sections[0].pages[0].path == "gateway-api/certificates/create-certificate"


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_a_page_begins_with_its_title_and_its_call(operation_id: str) -> None:
    operation, page = OPERATIONS[operation_id], page_of(operation_id)

    assert page.body.startswith(
        f"# {operation.told['summary']}\n\n{operation.method.upper()} {PUBLIC_URL}{operation.path}"
    )
    assert page.title == operation.told["summary"]
    assert page.summary
    assert "\n" not in page.summary and "`" not in page.summary


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_the_document_of_a_page_is_valid_and_whole_in_itself(operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    [written] = blocks(page_of(operation_id), "yaml")

    document = yaml.safe_load(written)

    OpenAPIV31SpecValidator(document).validate()
    assert document["servers"] == [{"url": PUBLIC_URL}]
    assert list(document["paths"]) == [operation.path]
    assert list(document["paths"][operation.path]) == [operation.method]
    told = json.loads(json.dumps(operation.told).replace(EXAMPLES_ADDRESS, PUBLIC_URL))
    assert document["paths"][operation.path][operation.method] == told
    text = json.dumps(document)
    for kind, components in document.get("components", {}).items():
        if kind != "securitySchemes":
            assert [name for name in components if f"#/components/{kind}/{name}" not in text] == []


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_the_examples_of_a_page_are_those_of_the_document(operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    contents = [operation.told.get("requestBody", {}).get("content", {})]
    contents += [answer.get("content", {}) for answer in operation.told["responses"].values()]
    wanted = [
        example
        for status, content in zip(("", *operation.told["responses"]), contents, strict=True)
        if status < "400"
        for example in examples_of(content.get("application/json", {}))
    ]

    shown = [
        json.loads(block.replace(PUBLIC_URL, EXAMPLES_ADDRESS))
        for block in blocks(page_of(operation_id), "json")
    ]

    assert shown[: len(wanted)] == wanted


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_answer_stands_on_the_page_with_its_codes(operation_id: str) -> None:
    body = page_of(operation_id).body
    responses = openapi()["components"]["responses"]

    for status, told in OPERATIONS[operation_id].told["responses"].items():
        description = told.get("description") or responses[told["$ref"].rpartition("/")[2]]["description"]
        _, codes = codes_in(description)
        if int(status) < 400:
            assert re.search(rf"^### {status} [A-Z]", body, re.MULTILINE)
        else:
            assert codes, "an error answer names its codes"
            [row] = [line for line in body.splitlines() if line.startswith(f"| {status} |")]
            for code in codes:
                assert f"[`{code}`](/docs/reference/errors#{code})" in row


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_parameter_stands_on_the_page(operation_id: str) -> None:
    body = page_of(operation_id).body

    for parameter in OPERATIONS[operation_id].told.get("parameters", []):
        assert f"\n| `{parameter['name']}` | " in body


def test_a_call_says_what_its_token_must_be_able_to_do() -> None:
    assert "\nScope: `certificates.revoke`\n" in page_of("revoke-certificate").body
    assert "\nScope: none beyond a valid token.\n" in page_of("get-me").body
    assert "\nScope: none. Anyone may call it, without a token.\n" in page_of("check-certificate").body
    assert "`Authorization`" not in page_of("check-certificate").body


def test_addresses_are_those_of_the_installation_and_its_path() -> None:
    page = page_of("create-certificate", "https://example.org/certifly")

    assert "POST https://example.org/certifly/api/v1/certificates  \n" in page.body
    assert '"check": "https://example.org/certifly/check/' in page.body
    assert "localhost" not in page.body


def test_files_and_forms_are_told() -> None:
    body = page_of("create-asset").body

    assert "- `image/png`" in body
    assert "Or a form (`multipart/form-data`) with one file:" in body
    assert "| `file` | file | **Required.** The picture. |" in body
    assert "Also as `image/png`, `image/jpeg`, `image/svg+xml`." in page_of("get-asset").body
    assert "Content type: `application/pdf`." in page_of("download-pdf").body


def test_a_schema_that_many_calls_share_is_linked_instead_of_spread_out() -> None:
    assert "(/docs/reference/template-document)" in page_of("create-template").body
    assert "(/docs/reference/certificate)" in page_of("get-certificate").body
    assert "(/docs/reference/template-document#layout)" in page_of("update-template").body


def test_codes_are_told_apart_from_the_sentence_before_them() -> None:
    assert codes_in("It is away. Codes: `a`, `b_c`.") == ("It is away.", ["a", "b_c"])
    assert codes_in("It is away.") == ("It is away.", [])
