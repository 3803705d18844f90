"""The OpenAPI 3.1 document: every operation as its route describes it, and the schemas they share."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from certifly import __version__
from certifly.api.components import RESPONSES, schemas
from certifly.core.settings import Settings
from certifly.tenants.scopes import SCOPES

TAGS = [
    {"name": "certificates", "description": "Issue certificates, and find them again."},
    {"name": "emails", "description": "What became of a certificate's e-mails, and sending again."},
    {"name": "templates", "description": "Designs: draft, preview, publish."},
    {"name": "assets", "description": "The pictures that layouts name."},
    {"name": "me", "description": "What the token of a call is and may do."},
]


def build_document(routers: Sequence[APIRouter], settings: Settings) -> dict[str, Any]:
    """Collect what the routes of ``routers`` say of themselves into one document."""
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
        "openapi": "3.1.0",
        "info": {
            "title": "Certifly Seven Gateway API",
            "version": __version__,
            "summary": "Issue certificates from templates through one strict call.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": settings.public_url}],
        "tags": TAGS,
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas(),
            "responses": RESPONSES,
            "securitySchemes": {
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of a tenant. Scopes: "
                    + "; ".join(f"`{scope}`: {meaning}" for scope, meaning in SCOPES.items()),
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
