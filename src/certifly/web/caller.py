"""Who calls: from the bearer token to an Identity, and the ``Call`` that a door works with."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from starlette.requests import Request

from certifly.core.clock import utc_now
from certifly.core.errors import QueueFull
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.tenants.errors import ScopeMissing, TokenMissing, TokenRefused
from certifly.tenants.tokens import (
    BELIEVED_SECONDS,
    LAST_USE_PRECISION,
    Identity,
    authenticate,
    digest_of,
    parse_token,
    record_use,
)
from certifly.web.headers import only_header
from certifly.web.parts import Parts

T = TypeVar("T")

CACHE_SECONDS = BELIEVED_SECONDS
"""How long an identity is believed without asking the database: no revoked token is accepted for longer."""

CACHE_ENTRIES_MAX = 4096


class Identities:
    """Knows the callers of the last second; ``clear`` forgets them all, as a revocation does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, tuple[float, Identity]] = OrderedDict()
        self._used: dict[int, datetime] = {}

    async def find(self, secret: str, *, now: datetime) -> Identity:
        """The identity of a secret. Raises TokenRefused."""
        if parse_token(secret) is None:
            raise TokenRefused
        digest = digest_of(secret)
        known = self._known.get(digest)
        if known is not None and known[0] > time.monotonic():
            identity = known[1]
            if identity.expires_at is not None and identity.expires_at <= now:
                raise TokenRefused
        else:
            # From before the question: what is read may be revoked while it is on its way.
            believed_until = time.monotonic() + CACHE_SECONDS
            identity = await asyncio.wrap_future(
                self._database.read_directory(lambda directory: authenticate(directory, secret, now=now))
            )
            self._known[digest] = (believed_until, identity)
            while len(self._known) > CACHE_ENTRIES_MAX:
                self._known.popitem(last=False)
        self._note_use(identity, now)
        return identity

    def clear(self) -> None:
        """Forget everybody: the next call of each asks the database."""
        self._known.clear()

    def _note_use(self, identity: Identity, now: datetime) -> None:
        last = self._used.get(identity.token_id, identity.last_used_at)
        if last is not None and now - last < LAST_USE_PRECISION:
            return
        if len(self._used) > CACHE_ENTRIES_MAX:
            self._used.clear()
        self._used[identity.token_id] = now
        # Nobody waits for this: a lost note of use is no reason to fail a call.
        with suppress(QueueFull):
            self._database.write_directory(
                lambda directory: record_use(directory, identity.token_id, now=now)
            )


@dataclass(slots=True)
class Call:
    """One authenticated request: who asks, when, and the way to that tenant's rows."""

    request: Request
    parts: Parts
    identity: Identity
    now: datetime

    async def write(self, work: Callable[[TenantDB], T]) -> T:
        """Run a unit of work for the caller's tenant and await its commit."""
        return await self.parts.database.write_soon(self.identity.tenant_id, work)

    async def read(self, work: Callable[[TenantDB], T]) -> T:
        """Read the caller's tenant's rows."""
        return await asyncio.wrap_future(self.parts.database.read(self.identity.tenant_id, work))


async def identify(request: Request, *, now: datetime) -> Identity:
    """Whose token the request carries. Raises TokenMissing, TokenRefused, HeaderRepeated."""
    identities: Identities = request.app.state.identities
    return await identities.find(_bearer(request), now=now)


def calling(scope: str | None) -> Callable[[Request], Awaitable[Call]]:
    """A dependency that authenticates the request and demands ``scope``."""

    async def authenticated(request: Request) -> Call:
        parts: Parts = request.app.state.parts
        now = utc_now()
        identity = await identify(request, now=now)
        request.app.state.rate_limit.take(identity.token_id, now_seconds=time.monotonic())
        if scope is not None and scope not in identity.scopes:
            raise ScopeMissing(scope)
        return Call(request, parts, identity, now)

    return authenticated


def _bearer(request: Request) -> str:
    scheme, _, secret = (only_header(request, "Authorization") or "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise TokenMissing
    return secret.strip()
