"""The tables of templates, of their versions, and of the pictures they show.

A version is written once and never again: certificates point at it for as long as they exist. A picture is
found by the digest of its content, so it never changes either.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certifly.db.base import Base, TenantOwned
from certifly.db.types import BigId, JSONObject, JSONValue, UTCDateTime

DRAFT = "draft"
PUBLISHED = "published"
ARCHIVED = "archived"
STATUSES = (DRAFT, PUBLISHED, ARCHIVED)


class Template(TenantOwned, Base):
    """A design and its working copy, the draft."""

    __tablename__ = "templates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(sa.String(200))
    status: Mapped[str] = mapped_column(sa.String(20))
    """``draft`` until it is published, ``archived`` when nothing shall be issued from it any more."""
    document: Mapped[JSONObject] = mapped_column(JSONValue, deferred=True)
    """The draft. Loaded when asked for: a list does without hundreds of kilobytes a row."""
    document_digest: Mapped[str] = mapped_column(sa.String(64))
    published_version: Mapped[int | None]
    published_digest: Mapped[str | None] = mapped_column(sa.String(64))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TemplateVersion(TenantOwned, Base):
    """A published state of a template, for ever."""

    __tablename__ = "template_versions"
    __table_args__ = (
        sa.ForeignKeyConstraint(["tenant_id", "template_id"], ["templates.tenant_id", "templates.id"]),
    )

    template_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[JSONObject] = mapped_column(JSONValue, deferred=True)
    document_digest: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Asset(TenantOwned, Base):
    """A picture that layouts may name; its bytes are in the blob store under the same digest."""

    __tablename__ = "assets"

    digest: Mapped[str] = mapped_column(sa.String(71), primary_key=True)
    """``sha256:`` and 64 hexadecimal digits."""
    media_type: Mapped[str] = mapped_column(sa.String(40))
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
