"""Status lists, by the addresses that credentials name.

A list is signed when somebody asks for it and says what is so at that moment; while it says the same, the same
signed text is given again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certifly.certificates.status_lists import (
    SignedStatusList,
    read_status,
    sign_status,
)
from certifly.core.clock import utc_now
from certifly.core.ids import parse_id
from certifly.credentials import media_types
from certifly.credentials.status_list import PURPOSES
from certifly.db.tenant import TenantDB
from certifly.public.issuers import HEADERS, find_issuer, no_issuer
from certifly.public.operations_of_credentials import GET_STATUS_LIST
from certifly.web.headers import list_header
from certifly.web.negotiation import names_type
from certifly.web.parts import Parts

router = APIRouter(tags=["issuers"])

Key = tuple[int, bytes, str, str]
"""Tenant, what the list says, and the two keys that sign it."""
KEPT_MAX = 64
"""Signed lists held in memory, 50 kB each when full; the one asked for longest ago is let go first."""
JWT_SUFFIX = ".jwt"
JWT_TYPES_ASKED_FOR = (media_types.JWT, media_types.VC_JWT)


class StatusLists:
    """The lists that were asked for last in this process, signed.

    Signing is done in a thread, since it takes 7 ms for each thousand bits that stand, and nearly a second for a list
    in which all do; and once, however many ask for the same list at a time.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, SignedStatusList] = OrderedDict()
        self._signing = asyncio.Lock()

    async def get(self, key: Key, sign: Callable[[], SignedStatusList]) -> SignedStatusList:
        """The list that is kept under the key, or else what ``sign`` makes."""
        found = self._kept.get(key)
        if found is None:
            async with self._signing:
                found = self._kept.get(key)
                if found is None:
                    found = self._kept[key] = await asyncio.to_thread(sign)
        self._kept.move_to_end(key)
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

    def work(db: TenantDB) -> tuple[Key, Callable[[], SignedStatusList]] | None:
        facts, keys = read_status(db, wanted, list_number), parts.keyring.current(db)
        if facts is None:
            return None
        key = (tenant.id, facts.fingerprint, keys.proof.id, keys.token.id)
        public_url, slug = parts.settings.public_url, tenant.slug
        return key, partial(sign_status, facts, keys, public_url=public_url, slug=slug, now=utc_now())

    found = await asyncio.wrap_future(parts.database.read(tenant.id, work))
    if found is None:
        return no_issuer(request)
    lists: StatusLists = request.app.state.status_lists
    signed = await lists.get(*found)
    accept = list_header(request, "Accept")
    as_jwt = number.endswith(JWT_SUFFIX) or any(names_type(accept, kind) for kind in JWT_TYPES_ASKED_FOR)
    return Response(
        signed.credential_jwt if as_jwt else signed.credential,
        200,
        HEADERS | {"Vary": "Accept"},
        media_types.JWT if as_jwt else media_types.CREDENTIAL,
    )
