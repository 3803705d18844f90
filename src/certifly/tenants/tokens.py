"""Make, check, list and revoke bearer tokens.

A secret has 256 random bits, is shown once, and is kept only as its SHA-256: a fast hash is right for a
secret nobody can guess. The prefix lets people and secret scanners recognise a leaked one.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from certifly.core.errors import Invalid, NotFound
from certifly.db.tenant import Directory
from certifly.tenants.errors import TokenRefused
from certifly.tenants.models import Tenant, Token
from certifly.tenants.scopes import check_scopes

PREFIX = "certifly_"
SECRET_BYTES = 32
NAME_LENGTH_MAX = 200
BELIEVED_SECONDS = 1.0
"""How long a process may accept a token without asking the database: a revocation has taken hold after this."""
LAST_USE_PRECISION = timedelta(minutes=1)
"""Last use is recorded at most this often: a write per call would cost more than it tells."""

_TOKEN = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: a tenant, through one of its tokens."""

    tenant_id: int
    tenant_slug: str
    tenant_name: str
    token_id: int
    token_name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    last_used_at: datetime | None


def create_token(
    directory: Directory,
    tenant: Tenant,
    *,
    name: str,
    scopes: list[str],
    expires_at: datetime | None,
    now: datetime,
) -> tuple[Token, str]:
    """Add a token and return it with its secret, which cannot be had again. Raises Invalid."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_LENGTH_MAX:
        raise Invalid({"name": [f"A name has 1 to {NAME_LENGTH_MAX} characters."]})
    if expires_at is not None and expires_at <= now:
        raise Invalid(
            {"expires_at": ["The token would have expired already. Choose a moment in the future."]}
        )

    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = Token(
        tenant_id=tenant.id,
        name=name,
        digest=digest_of(secret),
        hint=secret[-4:],
        scopes=check_scopes(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    directory.add(token)
    directory.flush()
    return token, secret


def digest_of(secret: str) -> str:
    """The form in which a secret is stored: 64 hex digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def parse_token(secret: str) -> str | None:
    """The secret if it has the shape of one of ours, else None; spares a look-up for obvious strangers."""
    return secret if _TOKEN.fullmatch(secret) else None


def authenticate(directory: Directory, secret: str, *, now: datetime) -> Identity:
    """Who this secret belongs to. Raises TokenRefused alike for unknown, expired and revoked ones."""
    digest = digest_of(secret)
    token = directory.find_one(Token, Token.digest == digest)
    # The look-up is by digest, so its timing tells nothing of a secret; the comparison is exact all the same.
    if token is None or not hmac.compare_digest(token.digest, digest):
        raise TokenRefused
    if token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now):
        raise TokenRefused
    tenant = directory.get(Tenant, token.tenant_id)
    assert tenant is not None, "a foreign key keeps the tenant of a token"
    return Identity(
        tenant_id=tenant.id,
        tenant_slug=tenant.slug,
        tenant_name=tenant.name,
        token_id=token.id,
        token_name=token.name,
        scopes=tuple(token.scopes),
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )


def record_use(directory: Directory, token_id: int, *, now: datetime) -> None:
    """Note that the token was used now."""
    token = directory.get(Token, token_id)
    if token is not None:
        token.last_used_at = now


def list_tokens(directory: Directory, tenant: Tenant | None = None) -> list[Token]:
    """Every token (of one tenant), oldest first, revoked ones too."""
    conditions = [] if tenant is None else [Token.tenant_id == tenant.id]
    return directory.find(Token, *conditions, order_by=[Token.id])


def revoke_token(directory: Directory, token_id: int, *, now: datetime) -> Token:
    """Make a token useless for ever. Revoking twice keeps the first moment. Raises NotFound."""
    token = directory.get(Token, token_id)
    if token is None:
        raise NotFound(f"There is no token {token_id}. See: certifly token list")
    if token.revoked_at is None:
        token.revoked_at = now
    return token
