"""Schemas: what data certificates of a template take, for programs, forms and language models to read."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.v1 import PREFIX
from certifly.core.ids import parse_id
from certifly.db.tenant import TenantDB
from certifly.templates.document import TemplateDocument, stored_document
from certifly.templates.json_schema import (
    DESCRIPTION,
    DIALECT,
    MEDIA_TYPE,
    REFUSED_BEYOND_THE_SCHEMA,
    TAKEN_BEYOND_THE_SCHEMA,
    data_schema,
)
from certifly.templates.models import Template
from certifly.templates.publish import VERSIONS_MAX
from certifly.templates.queries import get_published, get_template, get_version
from certifly.web.answers import encode
from certifly.web.caller import Call, calling
from certifly.web.headers import list_header
from certifly.web.negotiation import preferred_type
from certifly.web.operation import operation, path_parameter, query_parameter
from certifly.web.paging import raise_faults, read_parameters
from certifly.web.schemas import ADDRESS, ID, closed, told

router = APIRouter(prefix=PREFIX, tags=["templates"])

MEDIA_TYPES = (MEDIA_TYPE, "application/json")
DRAFT = "draft"
VERSION_FAULT = f'version must be a whole number from 1 to {VERSIONS_MAX}, or "{DRAFT}".'

EXAMPLE_SCHEMA = {
    "$schema": DIALECT,
    "$id": "http://localhost:8000/api/v1/templates/1/schema?version=1",
    "title": "Certificate of completion",
    "description": DESCRIPTION,
    "type": "object",
    "properties": {
        "Student Name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 120,
            "description": "Label: printed on the certificate, and public on its check page. Text on one line. "
            "Names the recipient.",
            "examples": ["Ada Lovelace"],
        },
        "Email": {
            "type": "string",
            "format": "idn-email",
            "minLength": 1,
            "maxLength": 254,
            "description": "Extra field: kept with the certificate, neither printed nor public. One e-mail address, "
            "without a name. The recipient's address, which e-mail goes to.",
            "examples": ["ada@example.org"],
        },
    },
    "required": ["Student Name"],
    "additionalProperties": False,
    "examples": [{"Student Name": "Ada Lovelace", "Email": "ada@example.org"}],
}
_SCHEMA = closed(
    {
        "$schema": told({"type": "string", "const": DIALECT}, "The dialect: JSON Schema, draft 2020-12."),
        "$id": told(ADDRESS, "Where this very schema is: it names its version."),
        "title": told({"type": "string"}, "The template's name."),
        "description": told({"type": "string"}, "What the schema is about."),
        "type": {"type": "string", "const": "object"},
        "properties": told(
            {"type": "object", "additionalProperties": {"type": "object"}},
            "What each label and extra field takes, by its name, in the template's order.",
        ),
        "required": told(
            {"type": "array", "items": {"type": "string"}}, "The fields that no certificate may be without."
        ),
        "additionalProperties": {"type": "boolean", "const": False},
        "examples": told({"type": "array", "items": {"type": "object"}}, "Data that the template takes."),
    },
    optional=("examples",),
)


def _list_of(sentences: tuple[str, ...]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


_WORDS = f"""\
The JSON Schema (draft 2020-12) of the `data` that certificates of a template take, as `{MEDIA_TYPE}`, or as
`application/json` to who prefers that. Without `version` it is that of the version that is issued from now. `version`
asks for any published one, whatever became of the template since, or for the draft.

The schema agrees with the create call, but for rules that no schema can say; `validate-certificate` knows them all.
Refused, though the schema takes it:
{_list_of(REFUSED_BEYOND_THE_SCHEMA)}

Taken, though the schema refuses it:
{_list_of(TAKEN_BEYOND_THE_SCHEMA)}
"""


@router.get(
    "/templates/{template_id}/schema",
    description=_WORDS,
    **operation(
        "get-template-schema",
        "Get the JSON Schema of a template's data",
        scope="templates.read",
        parameters=[
            path_parameter("template_id", "The template's id.", ID, "1"),
            query_parameter(
                "version",
                f'A published version, or "{DRAFT}"; without it, the version that is issued from now.',
                {
                    "oneOf": [
                        {"type": "integer", "minimum": 1, "maximum": VERSIONS_MAX},
                        {"type": "string", "const": DRAFT},
                    ]
                },
            ),
        ],
        success={
            200: {
                "description": "The schema.",
                "content": {kind: {"schema": _SCHEMA, "example": EXAMPLE_SCHEMA} for kind in MEDIA_TYPES},
            }
        },
        errors=(404, 406, 422),
        conflicts=("template_archived", "template_not_published"),
    ),
)
async def get_schema(
    template_id: str, request: Request, call: Annotated[Call, Depends(calling("templates.read"))]
) -> Response:
    """The JSON Schema of the data that a template takes; described in ``_WORDS``."""
    media_type = preferred_type(list_header(request, "Accept"), MEDIA_TYPES)
    if media_type is None:
        raise HTTPException(406)
    wanted = _read_version(request)

    def work(db: TenantDB) -> dict[str, Any]:
        template = get_template(db, template_id)
        version, document = _version_of(db, template, wanted)
        address = f"{call.parts.settings.public_url}{PREFIX}/templates/{template.id}/schema?version={version}"
        return data_schema(document, address=address)

    return Response(encode(await call.read(work)), headers={"Vary": "Accept"}, media_type=media_type)


def _read_version(request: Request) -> int | str | None:
    """A version's number, "draft", or None where nothing is asked for."""
    parameters, unknown = read_parameters(request.query_params.multi_items(), {"version"})
    text = parameters.get("version")
    if text is None or text == DRAFT:
        raise_faults(unknown)
        return text
    version = parse_id(text)
    is_one = version is not None and version <= VERSIONS_MAX
    raise_faults(unknown, {} if is_one else {"version": [VERSION_FAULT]})
    return version


def _version_of(db: TenantDB, template: Template, wanted: int | str | None) -> tuple[str, TemplateDocument]:
    """The version asked for, as its address names it, with its document."""
    if wanted == DRAFT:
        return DRAFT, stored_document(template.document)
    if isinstance(wanted, int):
        return str(wanted), get_version(db, template.id, wanted).document
    published = get_published(db, template)
    return str(published.version), published.document
