"""The web application: every door that speaks HTTP, inside one frame."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from certifly.api import openapi
from certifly.api.openapi import build_document
from certifly.api.v1 import (
    assets,
    certificates,
    credentials,
    emails,
    erasures,
    histories,
    me,
    replacements,
    revocations,
    schemas,
    suspensions,
    templates,
    validations,
)
from certifly.api.v1.instead import instead_of
from certifly.app.wiring import open_parts
from certifly.core.settings import Settings
from certifly.handbook.door import HANDBOOK_ROUTERS, install_handbook
from certifly.handbook.facts import Installation
from certifly.mcp.door import install_mcp
from certifly.public.door import PUBLIC_ROUTERS, install_public
from certifly.public.operations_of_check_upload import PUBLIC_SCHEMAS
from certifly.web.answers import encode
from certifly.web.caller import Identities
from certifly.web.errors import install_error_answers
from certifly.web.frame import Frame
from certifly.web.limiting import RateLimit

API_ROUTERS = (
    certificates.published,
    certificates.router,
    validations.router,
    replacements.router,
    revocations.router,
    suspensions.router,
    erasures.router,
    histories.router,
    credentials.router,
    emails.router,
    templates.router,
    schemas.router,
    assets.router,
    me.router,
    openapi.router,
)


def describe(settings: Settings) -> dict[str, Any]:
    """The OpenAPI document of every door, without opening any of them."""
    routers = (*API_ROUTERS, *PUBLIC_ROUTERS, *HANDBOOK_ROUTERS)
    return build_document(routers, settings, named=PUBLIC_SCHEMAS)


def create_app(settings: Settings) -> FastAPI:
    """The application, not yet started: its lifespan opens the database and the render processes."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_parts(settings) as parts:
            app.state.parts = parts
            app.state.identities = Identities(parts.database)
            async with door_for_ai_clients.open():
                yield

    # FastAPI's own documentation pages load from another origin; ours are the handbook's.
    app = FastAPI(
        title="Certifly",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.rate_limit = RateLimit(settings.rate_limit_per_minute)
    app.state.instead_of = instead_of
    install_error_answers(app)
    for router in API_ROUTERS:
        # Not include_router: that asks every included router in turn, at half the cost of a create call's checks.
        app.router.routes.extend(router.routes)

    # Before the doors whose routers are asked in turn: a call of a tool comes in here, and goes on to the API.
    door_for_ai_clients = install_mcp(app, settings)
    install_public(app, settings)

    document = describe(settings)
    app.state.openapi = encode(document)
    install_handbook(app, Installation(settings.public_url, document))
    app.add_middleware(Frame)
    return app
