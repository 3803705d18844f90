"""The tables of issued certificates.

A certificate row is complete from the moment it is committed: data, template version, and everything that is
drawn, as it was decided. Files can be lost and made again from it, byte for byte.
"""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certifly.db.base import Base, TenantOwned
from certifly.db.types import BigId, JSONObject, JSONValue, UTCDateTime

RECORDED = "recorded"
RENDERED = "rendered"
FAILED = "failed"
ERASED = "erased"

REASON_CHARACTERS_MAX = 500

_WITHDRAWN = "revoked_at IS NOT NULL OR replaced_at IS NOT NULL OR suspended_at IS NOT NULL"
"""Those whose bit stands in a status list."""


class Certificate(TenantOwned, Base):
    """One issued certificate."""

    __tablename__ = "certificates"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["tenant_id", "template_id", "template_version"],
            ["template_versions.tenant_id", "template_versions.template_id", "template_versions.number"],
        ),
        sa.Index("ix_certificates_template", "tenant_id", "template_id", "created_at", "id"),
        sa.Index("ix_certificates_created", "tenant_id", "created_at", "id"),
        sa.Index(
            "ix_certificates_failed",
            "tenant_id",
            "id",
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        ),
        sa.Index(
            "ix_certificates_withdrawn",
            "tenant_id",
            "id",
            sqlite_where=sa.text(_WITHDRAWN),
            postgresql_where=sa.text(_WITHDRAWN),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    code: Mapped[uuid.UUID] = mapped_column(sa.Uuid)
    template_id: Mapped[int] = mapped_column(BigId)
    template_version: Mapped[int]
    data: Mapped[JSONObject] = mapped_column(JSONValue)
    """What the issuer sent, cleaned: labels and extra fields."""
    drawing: Mapped[JSONObject] = mapped_column(JSONValue)
    """What is drawn: ``values`` by placeholder, as they were formatted, and ``fitting``, sizes and lines."""
    check_url: Mapped[str] = mapped_column(sa.Text)
    """The address printed in the QR code: it stays what it was when the public address changes."""
    issuer_name: Mapped[str] = mapped_column(sa.String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(sa.String(20))
    """``recorded``, ``rendered``, ``failed`` or ``erased``: what became of its files."""
    failure: Mapped[str | None] = mapped_column(sa.Text)
    """Why it could not be rendered, for the operator."""
    pdf_digest: Mapped[str | None] = mapped_column(sa.String(80))
    png_digest: Mapped[str | None] = mapped_column(sa.String(80))
    svg_digest: Mapped[str | None] = mapped_column(sa.String(80))
    preview_digests: Mapped[JSONObject | None] = mapped_column(JSONValue)
    """Of the pictures for screens that were made, by name (``rendering/formats.py``)."""
    edition: Mapped[int]
    """The current edition: the number of times it was signed. See ``Edition``."""
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revocation_reason: Mapped[str | None] = mapped_column(sa.String(REASON_CHARACTERS_MAX))
    suspended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it is suspended; None again when that was lifted."""
    suspension_reason: Mapped[str | None] = mapped_column(sa.String(REASON_CHARACTERS_MAX))
    replaces_id: Mapped[int | None] = mapped_column(BigId)
    """The certificate of this tenant that this one corrects."""
    successor_id: Mapped[int | None] = mapped_column(BigId)
    """The certificate of this tenant that corrects this one."""
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Edition(TenantOwned, Base):
    """One signing of a certificate: its credential, and the keys that vouch for it.

    The first is made when the certificate is produced. Another is made only when a key was withdrawn; what was
    signed before stays here, so that a file of it can be told from a forgery for ever. What is recorded here is
    what is served: of two runs of a job the first to record wins.
    """

    __tablename__ = "editions"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["tenant_id", "certificate_id"], ["certificates.tenant_id", "certificates.id"]
        ),
    )

    certificate_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts from 1."""
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """The time that the signatures state."""
    proof_key: Mapped[str] = mapped_column(sa.String(40))
    token_key: Mapped[str] = mapped_column(sa.String(40))
    seal_key: Mapped[str] = mapped_column(sa.String(40))
    credential: Mapped[str | None] = mapped_column(sa.Text)
    """The signed credential, as it stands in the files, byte for byte; None when erased."""
    credential_jwt: Mapped[str | None] = mapped_column(sa.Text)
    pdf_digest: Mapped[str | None] = mapped_column(sa.String(80))
    """None when erased: then only ``pdf_salted`` can tell."""
    salt: Mapped[str | None] = mapped_column(sa.String(64))
    pdf_salted: Mapped[str | None] = mapped_column(sa.String(64))
    """After an erasure, the hexadecimal SHA-256 of ``salt`` (its text) followed by the PDF's digest (its text)."""
    credential_salted: Mapped[str | None] = mapped_column(sa.String(64))
    """The same of the SHA-256 (``sha256:…``) of the credential's text."""
    superseded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CertificateEvent(TenantOwned, Base):
    """Something that happened to a certificate after it was issued. Nothing personal is in it but ``reason``."""

    __tablename__ = "certificate_events"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["tenant_id", "certificate_id"], ["certificates.tenant_id", "certificates.id"]
        ),
    )

    certificate_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts from 1 in the order in which things happened."""
    kind: Mapped[str] = mapped_column(sa.String(40))
    """``revoked``, ``suspended``, ``reinstated``, ``replaced``, ``replaces``, ``signed_anew``, ``erased``."""
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[str | None] = mapped_column(sa.String(200))
    """The name of the token that did it; None for an operator."""
    reason: Mapped[str | None] = mapped_column(sa.String(REASON_CHARACTERS_MAX))
    other_id: Mapped[int | None] = mapped_column(BigId)
    """The certificate that the event is about too: the successor of one that was replaced."""


class CertificateCode(Base):
    """Finds the tenant of a public code. The only index on random keys, so inserts stay quick at millions."""

    __tablename__ = "certificate_codes"
    __table_args__ = ({"sqlite_with_rowid": False},)

    code: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("tenants.id"))
    certificate_id: Mapped[int] = mapped_column(BigId)
