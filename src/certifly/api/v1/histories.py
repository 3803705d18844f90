"""What happened to a certificate."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import BY_ID, EXAMPLE_REASON
from certifly.api.v1 import PREFIX
from certifly.certificates.describe import describe_event
from certifly.certificates.history import KINDS, HistoryEntry, list_history
from certifly.certificates.queries import get_certificate
from certifly.db.tenant import TenantDB
from certifly.web.answers import collection, json_response, resource
from certifly.web.caller import Call, calling
from certifly.web.operation import CURSOR, LIMIT, json_answer, operation
from certifly.web.paging import Page, make_cursor, raise_faults, read_page, read_parameters
from certifly.web.schemas import ID, MOMENT, closed, item_of, list_of, or_null, told

router = APIRouter(prefix=PREFIX, tags=["certificates"])

LIST_PARAMETERS = {"cursor", "limit"}

_EVENT = closed(
    {
        "kind": {"type": "string", "enum": list(KINDS), "description": "What happened."},
        "happened_at": told(MOMENT, "When."),
        "actor": {
            "type": ["string", "null"],
            "description": "The name of the token that did it; null where there was none.",
        },
        "reason": {"type": ["string", "null"], "description": "Why, in the words of who did it."},
        "other_certificate_id": {
            **or_null(ID),
            "description": "The other certificate of a replacement.",
        },
    }
)
_PLACE = ID | {"description": "Its place in the history of the certificate, counted from 1."}
_ISSUED: dict[str, Any] = {
    "kind": "issued",
    "happened_at": "2026-11-23T16:00:00.000000Z",
    "actor": None,
    "reason": None,
    "other_certificate_id": None,
}
_REVOKED = _ISSUED | {
    "kind": "revoked",
    "happened_at": "2026-11-24T09:00:00.000000Z",
    "actor": "registry",
    "reason": EXAMPLE_REASON,
}


@router.get(
    "/certificates/{certificate_id}/history",
    **operation(
        "list-certificate-history",
        "List what happened to a certificate",
        scope="certificates.read",
        parameters=[BY_ID, CURSOR, LIMIT],
        success={
            200: json_answer(
                "A page of events.",
                list_of(item_of("events", _EVENT, identifier=_PLACE)),
                collection(
                    [resource("events", "1", _ISSUED)["data"], resource("events", "2", _REVOKED)["data"]],
                    next_cursor=None,
                ),
            )
        },
        errors=(404, 422),
    ),
)
async def list_all(
    certificate_id: str, request: Request, call: Annotated[Call, Depends(calling("certificates.read"))]
) -> Response:
    """What happened to a certificate, oldest first: its issue, and everything that became of it since."""
    parameters, unknown = read_parameters(request.query_params.multi_items(), LIST_PARAMETERS)
    tenant_id, key = call.identity.tenant_id, call.parts.settings.secret_key

    certificate = await call.read(lambda db: get_certificate(db, certificate_id))
    list_name = f"history {certificate.id}"
    page, page_faults = read_page(parameters, list_name=list_name, tenant_id=tenant_id, key=key)
    raise_faults(unknown, page_faults)
    assert page is not None, "raise_faults has raised"

    def look(db: TenantDB, page: Page = page) -> list[HistoryEntry]:
        return list(list_history(db, certificate, after=page.after, limit=page.limit + 1))

    found = await call.read(look)
    shown = found[: page.limit]
    more = len(found) > page.limit
    cursor = make_cursor(shown[-1].place, list_name=list_name, tenant_id=tenant_id, key=key) if more else None
    items = [resource("events", str(one.place), describe_event(one))["data"] for one in shown]
    return json_response(collection(items, next_cursor=cursor))
