"""Status lists, by the addresses that credentials name.

A list is signed when somebody asks for it and says what is so at that moment; while it says the same, the same
signed text is given again.
"""

import asyncio
from collections import OrderedDict

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certifly.certificates.editions import MEDIA_TYPE
from certifly.certificates.status_lists import (
    PURPOSES,
    SignedStatusList,
    StatusFacts,
    read_status,
    sign_status,
)
from certifly.core.clock import utc_now
from certifly.core.ids import parse_id
from certifly.credentials.keyring import SigningKeys
from certifly.db.tenant import TenantDB
from certifly.public.credential_downloads import JWT_MEDIA_TYPE
from certifly.public.issuers import HEADERS, find_issuer, keys_of, no_issuer
from certifly.public.operations_of_credentials import GET_STATUS_LIST
from certifly.tenants.models import Tenant
from certifly.web.headers import list_header
from certifly.web.negotiation import names_type
from certifly.web.parts import Parts

router = APIRouter(tags=["issuers"])

KEPT_MAX = 64
"""Signed lists held in memory, 50 kB each when full."""
JWT_SUFFIX = ".jwt"
JWT_TYPES_ASKED_FOR = (JWT_MEDIA_TYPE, "application/vc+jwt")


class StatusLists:
    """The lists that were signed last in this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, bytes, str, str], SignedStatusList] = OrderedDict()

    def get(self, parts: Parts, tenant: Tenant, facts: StatusFacts, keys: SigningKeys) -> SignedStatusList:
        """The signed list; signing takes a few milliseconds."""
        place = (tenant.id, facts.fingerprint, keys.proof.id, keys.token.id)
        found = self._kept.get(place)
        if found is None:
            found = sign_status(
                facts, keys, public_url=parts.settings.public_url, slug=tenant.slug, now=utc_now()
            )
            self._kept[place] = found
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return found


@router.api_route("/t/{slug}/status/{purpose}/{number}", methods=["GET", "HEAD"], **GET_STATUS_LIST)
async def get_status_list(request: Request, slug: str, purpose: str, number: str) -> Response:
    """Which certificates were revoked, or are suspended, as a signed bitstring.

    As JSON with proofs; by ``Accept``, or with ``.jwt`` behind the address, as a JWT.
    """
    parts: Parts = request.app.state.parts
    wanted = next((known for known in PURPOSES if known == purpose), None)
    list_number = parse_id(number.removesuffix(JWT_SUFFIX))
    tenant = await find_issuer(parts, slug) if wanted and list_number else None
    if tenant is None or wanted is None or list_number is None:
        return no_issuer(request)
    await keys_of(parts, tenant)

    def work(db: TenantDB) -> tuple[StatusFacts, SigningKeys] | None:
        facts, keys = read_status(db, wanted, list_number), parts.keyring.current(db)
        assert keys is not None, "keys_of has made them"
        return None if facts is None else (facts, keys)

    found = await asyncio.wrap_future(parts.database.read(tenant.id, work))
    if found is None:
        return no_issuer(request)
    lists: StatusLists = request.app.state.status_lists
    signed = lists.get(parts, tenant, *found)
    accept = list_header(request, "Accept")
    as_jwt = number.endswith(JWT_SUFFIX) or any(names_type(accept, kind) for kind in JWT_TYPES_ASKED_FOR)
    return Response(
        signed.credential_jwt if as_jwt else signed.credential,
        200,
        HEADERS | {"Vary": "Accept"},
        JWT_MEDIA_TYPE if as_jwt else MEDIA_TYPE,
    )
