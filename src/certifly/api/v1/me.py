"""Who am I: what the token of this call is, and may do."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from certifly.api.v1 import PREFIX
from certifly.core.clock import isoformat
from certifly.tenants.scopes import SCOPES
from certifly.web.answers import json_response, resource
from certifly.web.caller import Call, calling
from certifly.web.operation import json_answer, operation
from certifly.web.schemas import ID, MOMENT, closed, or_null, resource_of, told

router = APIRouter(prefix=PREFIX, tags=["me"])


_ME = closed(
    {
        "tenant": closed(
            {
                "slug": {"type": "string", "description": "Its short name, as in its public addresses."},
                "name": {"type": "string", "description": "Its name, as certificates show it."},
            }
        ),
        "token": closed(
            {
                "name": {"type": "string", "description": "What the operator calls it; histories name it."},
                "scopes": {
                    "type": "array",
                    "items": {"type": "string", "enum": list(SCOPES)},
                    "description": "What it may do.",
                },
                "expires_at": told(or_null(MOMENT), "Until when it is valid; null: until it is revoked."),
            }
        ),
    }
)
_EXAMPLE = {
    "tenant": {"slug": "lovelace", "name": "Lovelace Academy"},
    "token": {"name": "website", "scopes": ["certificates.write"], "expires_at": None},
}


@router.get(
    "/me",
    **operation(
        "get-me",
        "Who am I",
        scope=None,
        success={
            200: json_answer(
                "The tenant and the token.",
                resource_of("me", _ME, identifier=told(ID, "The id of the token.")),
                resource("me", "1", _EXAMPLE),
            )
        },
    ),
)
async def get_me(call: Annotated[Call, Depends(calling(None))]) -> Response:
    """The tenant and the token of this call. Any valid token may ask."""
    who = call.identity
    data = {
        "tenant": {"slug": who.tenant_slug, "name": who.tenant_name},
        "token": {
            "name": who.token_name,
            "scopes": list(who.scopes),
            "expires_at": isoformat(who.expires_at) if who.expires_at else None,
        },
    }
    return json_response(resource("me", str(who.token_id), data))
