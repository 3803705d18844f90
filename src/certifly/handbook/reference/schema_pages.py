"""The two things that most calls are about, each on a page of its own: a certificate, and a template's document."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.reference.operation_page import (
    EXAMPLES_ADDRESS,
    field_table,
    operations_in,
)
from certifly.handbook.reference.schema_words import Reader, name_in_words
from certifly.handbook.reference.tables import code, fence, one_line, table

SCHEMAS = "#/components/schemas/"

STATUSES: Mapping[str, str] = {
    "recorded": "It is issued, and its files are being made.",
    "rendered": "Its PDF is stored. It holds.",
    "failed": "Its files could not be made; `failure` says why. It can be produced again.",
    "expired": "`expires_at` has passed.",
    "suspended": "It was withdrawn for a while.",
    "replaced": "Another certificate corrects it: `replaced_by`.",
    "revoked": "It was withdrawn for good.",
    "erased": "The person was erased from it. The code still answers.",
}
"""What each status of a certificate means. A test holds the words against the schema."""


def certificate_page(installation: Installation) -> Page:
    """A certificate as calls answer it."""
    schema = installation.openapi["components"]["schemas"]["Certificate"]
    read = Reader(installation.openapi)
    statuses = schema["properties"]["status"]["enum"]
    body = "\n".join(
        (
            "# Certificate\n",
            "What the calls about certificates answer as `data.data`. Every key is always there; what is not so is "
            "`null`. [The create call](/docs/gateway-api/certificates/create-certificate) answers "
            "the first seven keys, as published.\n",
            _json(_example_of(installation, "get-certificate"), installation),
            "## Fields\n",
            field_table(read.fields(schema), with_required=False),
            "## Status\n",
            "Of several words that apply, `status` is the first of this list:\n",
            table(["Status", "Meaning"], ([code(word), STATUSES[word]] for word in statuses)),
        )
    )
    return Page(
        "reference/certificate",
        "Certificate",
        "Every field of a certificate as the API answers it, and what its status says.",
        body,
    )


def template_document_page(installation: Installation) -> Page:
    """What a template's document may hold, part by part."""
    parts = list(_parts_of(installation, "TemplateDocument"))
    anchors = {name: f"#{_anchor(name)}" for name in parts}
    read = Reader(installation.openapi, lambda reference: anchors.get(reference.removeprefix(SCHEMAS)))
    schemas = installation.openapi["components"]["schemas"]
    body = [
        "# Template document\n",
        "What [creating a template](/docs/gateway-api/templates/create-template) takes: the design, and the fields "
        "that a certificate has. Lengths are millimetres from the top left corner of the page, type sizes and strokes "
        "are points, colours `#rrggbb`. How to write one is told in "
        "[the guide](/docs/guides/write-a-template).\n",
        _json(_example_of(installation, "create-template"), installation),
    ]
    for name in parts:
        heading = "keys" if name == "TemplateDocument" else name_in_words(name)
        body.append(f"## {heading[0].upper()}{heading[1:]}\n")
        body.append(f"{one_line(schemas[name].get('description', ''))}\n")
        body.append(field_table(read.fields(schemas[name]), with_required=True))
        if name == "TemplateDocument":
            body.append(_PLACEHOLDERS)
    return Page(
        "reference/template-document",
        "Template document",
        "Every key of a template document: fields, layout and its elements, achievement, validity.",
        "\n".join(body),
    )


_PLACEHOLDERS = """\
Texts and the title may hold placeholders: the name of any label in braces (`{Student Name}`), and
`{certificate.code}`, `{certificate.issued_on}`, `{certificate.expires_on}`, `{certificate.check_url}` and
`{issuer.name}`.
"""


def _parts_of(installation: Installation, name: str) -> Iterator[str]:
    """The schema and every one inside it, each once, in the order of reading."""
    seen: list[str] = []
    waiting = [name]
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.append(current)
        yield current
        inner = list(_references(installation.openapi["components"]["schemas"][current]))
        waiting = [one for one in dict.fromkeys(inner) if one not in seen] + waiting


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix(SCHEMAS)
        for key, value in node.items():
            if key != "discriminator":
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _anchor(name: str) -> str:
    return name_in_words(name).lower().replace(" ", "-")


def _example_of(installation: Installation, operation_id: str) -> Any:
    """The document that the operation shows: that of its body, or the resource that it answers."""
    [operation] = [one for one in operations_in(installation.openapi) if one.id == operation_id]
    body = operation.told.get("requestBody")
    if body:
        return body["content"]["application/json"]["example"]
    return operation.told["responses"]["200"]["content"]["application/json"]["example"]["data"]["data"]


def _json(value: Any, installation: Installation) -> str:
    written = json.dumps(value, indent=2, ensure_ascii=False)
    return fence(written.replace(EXAMPLES_ADDRESS, installation.public_url), "json")
