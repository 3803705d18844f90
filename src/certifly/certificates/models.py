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
    """``recorded``, ``rendered`` or ``failed``."""
    failure: Mapped[str | None] = mapped_column(sa.Text)
    """Why it could not be rendered, for the operator."""
    pdf_digest: Mapped[str | None] = mapped_column(sa.String(80))
    png_digest: Mapped[str | None] = mapped_column(sa.String(80))


class CertificateCode(Base):
    """Finds the tenant of a public code. The only index on random keys, so inserts stay quick at millions."""

    __tablename__ = "certificate_codes"
    __table_args__ = ({"sqlite_with_rowid": False},)

    code: Mapped[uuid.UUID] = mapped_column(sa.Uuid, primary_key=True)
    tenant_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("tenants.id"))
    certificate_id: Mapped[int] = mapped_column(BigId)
