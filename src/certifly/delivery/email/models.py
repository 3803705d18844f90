"""The tables of e-mails: what was to be sent, and every attempt to send it.

An e-mail row says what is known and no more: ``sent`` means that the next server took the message, not that
anyone read it. Rows are never deleted by delivery; sending again makes a new row.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certifly.db.base import Base, TenantOwned
from certifly.db.types import BigId, UTCDateTime

QUEUED = "queued"
HELD = "held"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"
BOUNCED = "bounced"
SKIPPED = "skipped"

ACCEPTED: Final = "accepted"
TEMPORARY: Final = "temporary"
PERMANENT: Final = "permanent"
INTERRUPTED: Final = "interrupted"


class Email(TenantOwned, Base):
    """One message to one recipient about one certificate."""

    __tablename__ = "emails"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["tenant_id", "certificate_id"], ["certificates.tenant_id", "certificates.id"]
        ),
        sa.Index("ix_emails_certificate", "tenant_id", "certificate_id", "queued_at"),
        sa.Index(
            "ix_emails_unsettled",
            "tenant_id",
            "status",
            "queued_at",
            sqlite_where=sa.text("status IN ('held', 'failed')"),
            postgresql_where=sa.text("status IN ('held', 'failed')"),
        ),
    )

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    """A random UUID: the public id, and the left side of the Message-ID."""
    certificate_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(sa.String(20))
    recipient: Mapped[str | None] = mapped_column(sa.String(320))
    status: Mapped[str] = mapped_column(sa.String(20))
    """``queued``, ``held``, ``sending``, ``sent``, ``failed``, ``bounced`` or ``skipped``."""
    reason: Mapped[str | None] = mapped_column(sa.Text)
    """Why the status is what it is, and what to do about it, where that is not plain."""
    message_id: Mapped[str | None] = mapped_column(sa.Text)
    """Set before the first attempt and never changed, so that a repeat can be recognised."""
    attempts: Mapped[int]
    turn: Mapped[int]
    """Number of the job that may send this now; jobs with another number have come too late."""
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when the PDF is there, so that the message may go."""
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class EmailAttempt(TenantOwned, Base):
    """One attempt to hand an e-mail to the mail server."""

    __tablename__ = "email_attempts"
    __table_args__ = (sa.ForeignKeyConstraint(["tenant_id", "email_id"], ["emails.tenant_id", "emails.id"]),)

    email_id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(sa.String(20))
    """``accepted``, ``temporary``, ``permanent``, or ``interrupted`` when the process ended in between."""
    smtp_code: Mapped[int | None]
    reply: Mapped[str | None] = mapped_column(sa.Text)
    """What the mail server said, or what kept us from asking it."""
