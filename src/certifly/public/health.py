"""For supervisors and load balancers: does the process live, and can it serve?"""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certifly.core.errors import Overloaded
from certifly.public.operations import HEALTH, READINESS
from certifly.tenants.models import Tenant
from certifly.web.answers import json_response
from certifly.web.errors import error_response
from certifly.web.parts import Parts

router = APIRouter(tags=["operations"])

READY_SECONDS_MAX = 3.0


@router.api_route("/healthz", methods=["GET", "HEAD"], **HEALTH)
async def health() -> Response:
    """The process answers. Says nothing of the database: restarting us would not mend it."""
    return json_response({"status": "ok"})


@router.api_route("/readyz", methods=["GET", "HEAD"], **READINESS)
async def readiness(request: Request) -> Response:
    """The database answers, so requests can be served."""
    parts: Parts = request.app.state.parts
    try:
        async with asyncio.timeout(READY_SECONDS_MAX):
            await asyncio.wrap_future(parts.database.read_directory(lambda rows: rows.find(Tenant, limit=1)))
    except (Overloaded, TimeoutError):
        return error_response(503, "not_ready", "The database does not answer.", headers={"Retry-After": "2"})
    return json_response({"status": "ready"})
