"""The table of the keys by which tenants sign.

A private key lies here sealed and nowhere else. The row of a withdrawn key stays, without its private key, so that
what was signed with it can be named for ever.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certifly.db.base import Base, TenantOwned
from certifly.db.types import UTCDateTime

PROOF = "proof"
TOKEN = "token"  # noqa: S105
SEAL = "seal"
AUTHORITY = "authority"
SECRET = "secret"  # noqa: S105

ACTIVE = "active"
KEPT = "kept"
WITHDRAWN = "withdrawn"


class SigningKey(TenantOwned, Base):
    """One key of a tenant. Of each role at most one is active."""

    __tablename__ = "signing_keys"

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    """``proof-1``, ``seal-2``: role and number, the fragment of its verification method in ``did.json``."""
    role: Mapped[str] = mapped_column(sa.String(20))
    """``proof`` (Ed25519, data integrity), ``token`` (P-256, VC-JWT), ``seal`` (PDF), ``authority`` (signs the
    certificates of seals), ``secret`` (32 random bytes, from which salts and places in status lists are derived)."""
    algorithm: Mapped[str] = mapped_column(sa.String(20))
    """``Ed25519``, ``P-256``, ``RSA`` or ``HMAC-SHA256``."""
    state: Mapped[str] = mapped_column(sa.String(20))
    """``active`` signs and verifies, ``kept`` verifies only, ``withdrawn`` neither."""
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    """The private key under AES-256-GCM; None when withdrawn."""
    public_key: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    """DER of its SubjectPublicKeyInfo; None for a secret."""
    chain: Mapped[str | None] = mapped_column(sa.Text)
    """PEM, the key's own certificate first, then those above it up to the root; for seal and authority."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    kept_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(sa.Text)
    """Why it was withdrawn."""
