"""Withdraw a certificate for a while, and let it hold again: what is in question until somebody has looked."""

from datetime import datetime

from certifly.certificates.errors import CertificateNotSuspendable
from certifly.certificates.history import REINSTATED, SUSPENDED, note_event
from certifly.certificates.models import Certificate
from certifly.certificates.standing import require_open, require_present
from certifly.db.tenant import TenantDB
from certifly.templates.queries import get_version


def suspend(db: TenantDB, certificate: Certificate, *, reason: str, actor: str | None, now: datetime) -> None:
    """Make every check answer "suspended" until it is lifted.

    ``certificate`` was read to be changed. Of a suspended one the first reason and moment stay. Raises
    CertificateErased, CertificateRevoked, CertificateReplaced and CertificateNotSuspendable.
    """
    require_present(certificate)
    require_open(certificate)
    # Only then does its credential name the list of suspensions, without which other verifiers would accept it.
    if not get_version(db, certificate.template_id, certificate.template_version).document.suspendable:
        raise CertificateNotSuspendable(certificate.id, certificate.template_id)
    if certificate.suspended_at is not None:
        return

    certificate.suspended_at = now
    certificate.suspension_reason = reason
    certificate.updated_at = now
    note_event(db, certificate.id, SUSPENDED, now=now, actor=actor, reason=reason)


def reinstate(db: TenantDB, certificate: Certificate, *, actor: str | None, now: datetime) -> None:
    """Let a suspended certificate hold again; one that holds stays as it is.

    ``certificate`` was read to be changed. A person erased meanwhile is no hindrance: what they hold would stay in
    question for ever. Raises CertificateRevoked and CertificateReplaced.
    """
    require_open(certificate)
    if certificate.suspended_at is None:
        return

    certificate.suspended_at = None
    certificate.suspension_reason = None
    certificate.updated_at = now
    note_event(db, certificate.id, REINSTATED, now=now, actor=actor)
