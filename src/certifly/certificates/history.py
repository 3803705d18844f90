"""What happened to a certificate, in order: the issuer's own record.

It begins with the issue, which the certificate's row tells; everything later is an event of its own, noted in the
unit of work that makes it so. Events are never changed but for one thing: an erasure takes their reasons away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from certifly.certificates.models import Certificate, CertificateEvent
from certifly.db.tenant import TenantDB

ISSUED = "issued"
REVOKED = "revoked"
SUSPENDED = "suspended"
REINSTATED = "reinstated"
REPLACED = "replaced"
REPLACES = "replaces"
SIGNED_ANEW = "signed_anew"
ERASED = "erased"

KINDS = (ISSUED, REVOKED, SUSPENDED, REINSTATED, REPLACED, REPLACES, SIGNED_ANEW, ERASED)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened; ``place`` counts from 1, the issue."""

    place: int
    kind: str
    happened_at: datetime
    actor: str | None = None
    reason: str | None = None
    other_id: int | None = None


def note_event(
    db: TenantDB,
    certificate_id: int,
    kind: str,
    *,
    now: datetime,
    actor: str | None = None,
    reason: str | None = None,
    other_id: int | None = None,
) -> None:
    """Add what happens now to the history of a certificate; ``actor`` is the name of a token."""
    last = db.find(
        CertificateEvent,
        CertificateEvent.certificate_id == certificate_id,
        order_by=[CertificateEvent.number.desc()],
        limit=1,
    )
    event = CertificateEvent(
        certificate_id=certificate_id,
        number=last[0].number + 1 if last else 1,
        kind=kind,
        happened_at=now,
        actor=actor,
        reason=reason,
        other_id=other_id,
    )
    db.add(event)


def list_history(
    db: TenantDB, certificate: Certificate, *, after: int | None, limit: int
) -> Sequence[HistoryEntry]:
    """What happened to a certificate, oldest first, beginning behind the place ``after``."""
    issued = [HistoryEntry(1, ISSUED, certificate.created_at)] if after is None else []
    events = db.find(
        CertificateEvent,
        CertificateEvent.certificate_id == certificate.id,
        CertificateEvent.number >= (after or 1),
        order_by=[CertificateEvent.number],
        limit=limit - len(issued),
    )
    return issued + [
        HistoryEntry(
            event.number + 1, event.kind, event.happened_at, event.actor, event.reason, event.other_id
        )
        for event in events
    ]
