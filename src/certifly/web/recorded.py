"""The answers recorded for idempotency keys, and for how long.

Apart from ``idempotency.py``, which speaks HTTP: the worker, which forgets them, need not load that.
"""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certifly.db.base import Base, TenantOwned
from certifly.db.tenant import TenantDB
from certifly.db.types import UTCDateTime

KEY_LENGTH_MAX = 255
KEPT_FOR = timedelta(hours=24)
PURGE_BATCH = 1000
"""Records forgotten in one unit of work: the writer has others to serve."""


class IdempotencyRecord(TenantOwned, Base):
    """The first answer to a key of a tenant."""

    __tablename__ = "idempotency_records"
    __table_args__ = (sa.Index("ix_idempotency_records_created", "tenant_id", "created_at"),)

    key: Mapped[str] = mapped_column(sa.String(KEY_LENGTH_MAX), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


def purge(db: TenantDB, *, now: datetime) -> int:
    """Forget answers that nobody may ask for any more, oldest first; returns how many, at most PURGE_BATCH."""
    expired = (
        sa.select(IdempotencyRecord.key)
        .where(IdempotencyRecord.tenant_id == db.tenant_id, IdempotencyRecord.created_at <= now - KEPT_FOR)
        .order_by(IdempotencyRecord.created_at)
        .limit(PURGE_BATCH)
    )
    return db.remove(IdempotencyRecord, IdempotencyRecord.key.in_(expired))


def forget_answers_about(db: TenantDB, code: uuid.UUID, *, issued_at: datetime) -> int:
    """Forget the answer that tells of the certificate of this code; returns how many there were.

    An answer is recorded in the commit of the certificate that it tells of, and at the same moment: so it is found
    by the index, among however many.
    """
    return db.remove(
        IdempotencyRecord,
        IdempotencyRecord.created_at == issued_at,
        IdempotencyRecord.body.contains(str(code)),
    )
