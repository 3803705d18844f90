"""Withdraw certificates for good.

A revoked certificate stays in the database and stays public: verification must be able to answer "revoked on
Monday" for as long as someone may hold the PDF. Nothing here deletes, and nothing here has a way back.
"""

from datetime import datetime

from certifly.certificates.errors import CertificateReplaced
from certifly.certificates.history import REVOKED, note_event
from certifly.certificates.models import Certificate
from certifly.db.tenant import TenantDB
from certifly.delivery.email.queue import skip_unsent

UNSENT_REASON = "Not sent: the certificate was revoked."


def revoke(db: TenantDB, certificate: Certificate, *, reason: str, actor: str | None, now: datetime) -> None:
    """Make every check answer "revoked" from now on. Messages that have not gone stay here.

    ``certificate`` was read to be changed. Revoking twice is not an error: the first revocation stands, so a client
    that repeats its call after a timeout cannot change the recorded reason or time. One from which the person was
    erased can be revoked too. Raises CertificateReplaced: the successor is what holds.
    """
    if certificate.revoked_at is not None:
        return
    if certificate.successor_id is not None:
        raise CertificateReplaced(certificate.id, certificate.successor_id)

    certificate.revoked_at = now
    certificate.revocation_reason = reason
    certificate.updated_at = now
    note_event(db, certificate.id, REVOKED, now=now, actor=actor, reason=reason)
    skip_unsent(db, certificate.id, reason=UNSENT_REASON, now=now)
