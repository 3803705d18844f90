"""Templates: create, change, publish, look at."""

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.v1 import PREFIX
from certifly.certificates.routes import check_address
from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.rendering.formats import Format
from certifly.rendering.job import RenderJob
from certifly.templates.describe import describe, describe_fully
from certifly.templates.document import TemplateDocument, parse_document
from certifly.templates.draft import ARCHIVED_KEY, DOCUMENT_BYTES_MAX, change_template, create_template
from certifly.templates.drawable import EXAMPLE_CODE
from certifly.templates.models import STATUSES
from certifly.templates.preview import SAMPLE_CODE, document_to_preview, preview_job
from certifly.templates.publish import VERSIONS_MAX, draft_to_publish, publish
from certifly.templates.qr_codes import LARGEST_CODE, refuse_unreadable_codes
from certifly.templates.queries import get_template, get_template_to_change, list_templates
from certifly.web.answers import collection, json_response, resource
from certifly.web.caller import Call, calling
from certifly.web.decoding import printable, read_json_object
from certifly.web.headers import list_header
from certifly.web.negotiation import preferred_type
from certifly.web.operation import (
    CURSOR,
    LIMIT,
    json_answer,
    json_body,
    operation,
    path_parameter,
    query_parameter,
)
from certifly.web.paging import make_cursor, raise_faults, read_page, read_parameters
from certifly.web.schemas import BYTES, ID, MOMENT, closed, item_of, list_of, or_null, ref, resource_of, told

router = APIRouter(prefix=PREFIX, tags=["templates"])

ReadCall = Annotated[Call, Depends(calling("templates.read"))]
WriteCall = Annotated[Call, Depends(calling("templates.write"))]

LIST_PARAMETERS = {"cursor", "limit", "status"}
PREVIEW_KEYS = {"version", "data"}
PREVIEW_FORMATS: dict[str, Format] = {"image/svg+xml": "svg", "image/png": "png", "application/pdf": "pdf"}

EXAMPLE_DOCUMENT: dict[str, Any] = {
    "name": "Certificate of completion",
    "language": "en",
    "timezone": "Europe/London",
    "labels": [
        {"name": "Student Name", "type": "text", "required": True, "max_length": 120},
        {"name": "Course", "type": "text", "required": False, "max_length": 500},
    ],
    "extra_fields": [{"name": "Email", "type": "email", "required": False, "max_length": 500}],
    "recipient": {"name": "Student Name", "email": "Email"},
    "title": "Certificate of completion for {Student Name}",
    "achievement": {
        "name": "Analytical Engines",
        "description": "Knows how the engine computes, and can program it.",
        "criteria": "Wrote a program for the engine, and explained it.",
        "type": "Course",
        "alignment": [],
        "skills": ["Programming"],
        "results": [],
        "evidence": [],
    },
    "validity": {"years": 3, "months": 0, "days": 0},
    "layout": {
        "page": {"width": 297, "height": 210, "fill": "#fffdf7"},
        "elements": [
            {
                "type": "text",
                "text": "{Student Name}",
                "x": 40,
                "y": 84,
                "width": 217,
                "height": 22,
                "font": "EB Garamond",
                "size": 44,
                "size_min": 20,
                "align": "center",
                "color": "#1d2b4f",
            },
            {"type": "qr", "x": 252, "y": 164, "width": 26, "height": 26, "alt": "Check this certificate"},
        ],
    },
}
EXAMPLE_SUMMARY = {
    "name": "Certificate of completion",
    "status": "published",
    "version": 1,
    "has_unpublished_changes": False,
    "created_at": "2026-11-23T16:00:00.000000Z",
    "updated_at": "2026-11-23T16:00:00.000000Z",
    "published_at": "2026-11-23T16:00:00.000000Z",
}
ONE_TEMPLATE = resource("templates", "1", EXAMPLE_SUMMARY | {"document": EXAMPLE_DOCUMENT})

_SUMMARY = {
    "name": {"type": "string", "description": "The name of its document."},
    "status": {
        "type": "string",
        "enum": list(STATUSES),
        "description": "`draft`: nothing is published yet. `archived`: put away, nothing is issued from it.",
    },
    "version": {
        "type": ["integer", "null"],
        "description": "The version certificates are issued from; null: none is published.",
    },
    "has_unpublished_changes": {
        "type": "boolean",
        "description": "Whether the draft says anything else than the published version.",
    },
    "created_at": told(MOMENT, "When it was created."),
    "updated_at": told(MOMENT, "When it last changed."),
    "published_at": told(or_null(MOMENT), "When that version was published; null: none is."),
}
_TEMPLATE = resource_of("templates", closed(_SUMMARY | {"document": ref("TemplateDocument")}))
_BY_ID = path_parameter("template_id", "The template's id.", ID, "1")


def _key_of_document(name: str) -> dict[str, Any]:
    """A key to be replaced; one that a document may do without can also be taken out."""
    key = {"$ref": f"#/components/schemas/TemplateDocument/properties/{name}"}
    return key if TemplateDocument.model_fields[name].is_required() else {"anyOf": [key, {"type": "null"}]}


_CHANGES = {
    "type": "object",
    "description": "Keys of a template document to replace as a whole (`null` takes one out), and `archived`.",
    "properties": {
        **{name: _key_of_document(name) for name in TemplateDocument.model_fields},
        ARCHIVED_KEY: {
            "type": ["boolean", "null"],
            "description": "Nothing is issued from an archived template.",
        },
    },
    "additionalProperties": False,
}
_PREVIEW = {
    "type": "object",
    "properties": {
        "version": {
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": VERSIONS_MAX,
            "description": "A published version; without one, the draft.",
        },
        "data": {
            "description": "Data as for a certificate, judged as strictly; without it, sample data.",
            "oneOf": [
                {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}},
                {"type": "array", "maxItems": 0},
                {"type": "null"},
            ],
        },
    },
    "additionalProperties": False,
}


@router.post(
    "/templates",
    status_code=201,
    **operation(
        "create-template",
        "Create a template",
        scope="templates.write",
        body=json_body(ref("TemplateDocument"), EXAMPLE_DOCUMENT),
        success={201: json_answer("Stored as a draft.", _TEMPLATE, ONE_TEMPLATE)},
        errors=(422,),
        conflicts=("too_many_templates",),
    ),
)
async def create(request: Request, call: WriteCall) -> Response:
    """Store a template document as a new draft. Publish it to issue certificates from it.

    Every fault is told at its place, such as `layout.elements.3.text`.
    """
    fonts_dir = call.parts.settings.fonts_dir
    document = parse_document(
        await read_json_object(request, bytes_max=DOCUMENT_BYTES_MAX), fonts_dir=fonts_dir
    )

    def work(db: TenantDB) -> dict[str, Any]:
        template = create_template(db, document, now=call.now, fonts_dir=fonts_dir)
        return resource("templates", str(template.id), describe_fully(template))

    return json_response(await call.write(work), status=201)


@router.get(
    "/templates",
    **operation(
        "list-templates",
        "List templates",
        scope="templates.read",
        parameters=[
            CURSOR,
            LIMIT,
            query_parameter(
                "status", "Only those of this status.", {"type": "string", "enum": list(STATUSES)}
            ),
        ],
        success={
            200: json_answer(
                "A page of templates.",
                list_of(item_of("templates", closed(_SUMMARY))),
                collection([resource("templates", "1", EXAMPLE_SUMMARY)["data"]], next_cursor=None),
            )
        },
        errors=(422,),
    ),
)
async def list_all(request: Request, call: ReadCall) -> Response:
    """Templates, newest first, without their documents."""
    parameters, unknown = read_parameters(request.query_params.multi_items(), LIST_PARAMETERS)
    status = parameters.get("status")
    faults = {}
    if status is not None and status not in STATUSES:
        faults["status"] = [f"status must be one of {', '.join(STATUSES)}."]
    tenant_id, key = call.identity.tenant_id, call.parts.settings.secret_key
    list_name = f"templates {status}"
    page, page_faults = read_page(parameters, list_name=list_name, tenant_id=tenant_id, key=key)
    raise_faults(unknown, faults, page_faults)
    assert page is not None, "raise_faults has raised"

    templates = await call.read(
        lambda db: list_templates(db, after=page.after, limit=page.limit + 1, status=status)
    )

    shown = templates[: page.limit]
    more = len(templates) > page.limit
    cursor = make_cursor(shown[-1].id, list_name=list_name, tenant_id=tenant_id, key=key) if more else None
    items = [resource("templates", str(template.id), describe(template))["data"] for template in shown]
    return json_response(collection(items, next_cursor=cursor))


@router.get(
    "/templates/{template_id}",
    **operation(
        "get-template",
        "Get a template",
        scope="templates.read",
        parameters=[_BY_ID],
        success={200: json_answer("The template with its draft.", _TEMPLATE, ONE_TEMPLATE)},
        errors=(404,),
    ),
)
async def get_one(template_id: str, call: ReadCall) -> Response:
    """One template. `document` is its draft, in the form that creating a template takes."""

    def work(db: TenantDB) -> dict[str, Any]:
        template = get_template(db, template_id)
        return resource("templates", str(template.id), describe_fully(template))

    return json_response(await call.read(work))


@router.patch(
    "/templates/{template_id}",
    **operation(
        "update-template",
        "Change a template",
        scope="templates.write",
        parameters=[_BY_ID],
        body=json_body(_CHANGES, {"name": "Certificate of excellence"}, required=False),
        success={200: json_answer("The template as it is now.", _TEMPLATE, ONE_TEMPLATE)},
        errors=(404, 422),
        conflicts=("template_archived",),
    ),
)
async def change(template_id: str, request: Request, call: WriteCall) -> Response:
    """Change the draft: each key sent replaces that key of the document as a whole; `null` takes it out.

    What is published stays as it is until the draft is published. `archived` puts the template away, or takes it
    out again; certificates that were issued from it stay.
    """
    changes = await read_json_object(request, bytes_max=DOCUMENT_BYTES_MAX)

    def work(db: TenantDB) -> dict[str, Any]:
        template = get_template_to_change(db, template_id)
        change_template(db, template, changes, now=call.now, fonts_dir=call.parts.settings.fonts_dir)
        return resource("templates", str(template.id), describe_fully(template))

    answer = await call.write(work)
    call.parts.templates.forget(call.identity.tenant_id, int(answer["data"]["id"]))
    return json_response(answer)


@router.post(
    "/templates/{template_id}/publish",
    **operation(
        "publish-template",
        "Publish a template",
        scope="templates.write",
        parameters=[_BY_ID],
        body=json_body({"type": "object", "additionalProperties": False}, {}, required=False),
        success={200: json_answer("The template as it is now.", _TEMPLATE, ONE_TEMPLATE)},
        errors=(404, 422),
        conflicts=("template_archived", "too_many_versions", "draft_changed"),
        refusals=("invalid", "render_failed"),
    ),
)
async def publish_draft(template_id: str, request: Request, call: WriteCall) -> Response:
    """Make the draft the version that certificates are issued from.

    Earlier certificates keep the version they were issued with. Publishing an unchanged draft changes nothing. A draft
    whose QR codes phones cannot read is refused, at each of them (`layout.elements.3`).
    """
    _refuse_unknown(await read_json_object(request), set())
    settings = call.parts.settings
    document, digest = await call.read(lambda db: draft_to_publish(get_template(db, template_id)))
    if document is not None:
        await asyncio.to_thread(_refuse_unreadable_codes, call, document)

    def work(db: TenantDB) -> dict[str, Any]:
        template = get_template_to_change(db, template_id)
        publish(
            db,
            template,
            issuer_name=call.identity.tenant_name,
            check_url=check_address(settings.public_url, uuid.UUID(EXAMPLE_CODE)),
            now=call.now,
            expected_digest=digest,
            fonts_dir=settings.fonts_dir,
        )
        return resource("templates", str(template.id), describe_fully(template))

    answer = await call.write(work)
    call.parts.templates.forget(call.identity.tenant_id, int(answer["data"]["id"]))
    return json_response(answer)


def _refuse_unreadable_codes(call: Call, document: TemplateDocument) -> None:
    settings = call.parts.settings
    refuse_unreadable_codes(
        document,
        tenant_id=call.identity.tenant_id,
        renderers=call.parts.renderers,
        blobs=call.parts.blobs,
        check_url=check_address(settings.public_url, uuid.UUID(LARGEST_CODE)),
        issuer_name=call.identity.tenant_name,
        now=call.now,
        fonts_dir=settings.fonts_dir,
    )


@router.post(
    "/templates/{template_id}/preview",
    **operation(
        "preview-template",
        "Preview a template",
        scope="templates.read",
        parameters=[_BY_ID],
        body=json_body(_PREVIEW, {"data": {"Student Name": "Ada Lovelace"}}, required=False),
        success={
            200: {
                "description": "The drawing, as `Accept` asks: SVG unless another is preferred.",
                "content": {
                    "image/svg+xml": {"schema": {"type": "string"}},
                    "image/png": {"schema": BYTES},
                    "application/pdf": {"schema": BYTES},
                },
            }
        },
        errors=(404, 406, 422),
        refusals=("invalid", "render_failed"),
    ),
)
async def preview(template_id: str, request: Request, call: ReadCall) -> Response:
    """Draw the draft, or a version, with given or sample data. Nothing is stored.

    Given data is judged as strictly as for a certificate, so this is also a dry run.
    """
    media_type = preferred_type(list_header(request, "Accept"), tuple(PREVIEW_FORMATS))
    if media_type is None:
        raise HTTPException(406)
    body = await read_json_object(request)
    _refuse_unknown(body, PREVIEW_KEYS)
    version = _read_version(body.get("version"))

    document = await call.read(lambda db: document_to_preview(db, get_template(db, template_id), version))
    job = await asyncio.to_thread(_job, call, document, body.get("data"))
    drawn = await asyncio.to_thread(call.parts.renderers.render, job, PREVIEW_FORMATS[media_type])
    return Response(drawn, headers={"Vary": "Accept"}, media_type=media_type)


def _job(call: Call, document: TemplateDocument, data: object | None) -> RenderJob:
    settings = call.parts.settings
    return preview_job(
        document,
        data,
        tenant_id=call.identity.tenant_id,
        blobs=call.parts.blobs,
        check_url=check_address(settings.public_url, uuid.UUID(SAMPLE_CODE)),
        issuer_name=call.identity.tenant_name,
        now=call.now,
        fonts_dir=settings.fonts_dir,
    )


def _read_version(version: object) -> int | None:
    if version is None:
        return None
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= VERSIONS_MAX:
        raise Invalid({"version": [f"version must be a whole number from 1 to {VERSIONS_MAX}."]})
    return version


def _refuse_unknown(body: dict[str, Any], known: set[str]) -> None:
    there_are = f"There are: {', '.join(sorted(known))}." if known else "This call takes none."
    unknown = [printable(name) for name in body if name not in known]
    raise_faults({name: [f"{name} is not a known key. {there_are}"] for name in unknown})
