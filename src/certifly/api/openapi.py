"""The OpenAPI 3.1 document: every operation as its route describes it, and the schemas they share."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from certifly import __version__
from certifly.api.components import schemas
from certifly.core.settings import Settings
from certifly.tenants.scopes import SCOPES
from certifly.web.error_answers import HEADERS, RESPONSES, SCHEMAS
from certifly.web.operation import public_operation

TAGS = [
    {"name": "certificates", "description": "Issue certificates, and find them again."},
    {"name": "emails", "description": "What became of a certificate's e-mails, and sending again."},
    {"name": "templates", "description": "Designs: draft, preview, publish."},
    {"name": "assets", "description": "The pictures that layouts name."},
    {"name": "me", "description": "What the token of a call is and may do."},
    {"name": "public", "description": "For everyone who holds a code: check it, and get its files."},
    {
        "name": "issuers",
        "description": "For wallets and verifiers: who an issuer is, and which certificates were withdrawn.",
    },
    {"name": "handbook", "description": "What this handbook says, found by its words."},
    {"name": "operations", "description": "For those who keep the service running, and for tools."},
]


OPENAPI_VERSION = "3.1.0"
DESCRIPTION = """\
Every error has one shape, `Error`: a message, the faults by dotted place, a stable code, and the id of the request;
`application/problem+json` (RFC 9457) is for who accepts it by name. A path that is not listed here answers 404, a
method that is not listed 405 with `Allow`; public addresses take HEAD wherever they take GET. Keys and parameters
that a call does not know are refused, not overlooked. What is no request of HTTP/1.1 gets 400 (`bad_request`), a head
that does not arrive in time 408 (`head_too_slow`), one that is too long 431 (`head_too_large`), in the same shape.
Outside `/api/`, a browser (`Accept: text/html`) gets errors as a page.
"""

router = APIRouter(tags=["operations"])


@router.api_route(
    "/openapi.json",
    methods=["GET", "HEAD"],
    **public_operation(
        "get-openapi",
        "This document",
        answers={
            200: {
                "description": "The document.",
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "properties": {"openapi": {"type": "string", "const": OPENAPI_VERSION}},
                            "required": ["openapi", "info", "paths"],
                        }
                    }
                },
            }
        },
        errors=(500,),
    ),
)
async def openapi(request: Request) -> Response:
    """What this installation's addresses take and answer, in OpenAPI 3.1."""
    return Response(request.app.state.openapi, media_type="application/json")


def build_document(
    routers: Sequence[APIRouter], settings: Settings, *, named: Mapping[str, Any]
) -> dict[str, Any]:
    """Collect what the routes of ``routers`` say of themselves into one document.

    ``named`` are schemas that they refer to and this door does not know.
    """
    paths: dict[str, Any] = {}
    for route in (route for router in routers for route in router.routes):
        if not isinstance(route, APIRoute) or not route.openapi_extra:
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            described = dict(route.openapi_extra)
            described["description"] = _describe(route)
            if route.tags:
                described["tags"] = [str(tag) for tag in route.tags]
            paths.setdefault(route.path_format, {})[method.lower()] = described
    return {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "Certifly Seven Gateway API",
            "version": __version__,
            "summary": "Issue certificates from templates through one strict call.",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": settings.public_url}],
        "tags": TAGS,
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted((schemas() | SCHEMAS | dict(named)).items())),
            "responses": RESPONSES,
            "headers": HEADERS,
            "securitySchemes": {
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of a tenant. Scopes: "
                    + " ".join(f"`{scope}`: {meaning}" for scope, meaning in SCOPES.items()),
                }
            },
        },
    }


def _describe(route: APIRoute) -> str:
    extra = route.openapi_extra or {}
    scopes = [
        scope
        for requirement in extra.get("security", [])
        for names in requirement.values()
        for scope in names
    ]
    text = route.description.strip()
    return f"{text}\n\nScope: `{scopes[0]}`" if scopes else text
