"""Erase the person from a certificate, and keep the proof.

What stays: the code, when it was issued and by whom, what became of it, and of each edition a salted digest of its
PDF and of its credential, by which a holder of either can still have it checked. What goes, in one commit: the data,
what was drawn of it, the credential, every reason somebody wrote down, and to whom it was mailed. Its files follow
by jobs of that commit. There is no way back.
"""

import hashlib
import secrets
from datetime import datetime

import sqlalchemy as sa

from certifly.certificates.history import ERASED as ERASED_EVENT
from certifly.certificates.history import note_event
from certifly.certificates.models import ERASED, Certificate, CertificateEvent, Edition
from certifly.certificates.shred import let_go_of_files, shred_later
from certifly.db.tenant import TenantDB
from certifly.delivery.email.forget import forget_recipient
from certifly.storage.blobs import name_of

SALT_BYTES = 32


def erase(
    db: TenantDB, certificate: Certificate, *, reason: str | None, actor: str | None, now: datetime
) -> None:
    """Take the person out of a certificate, its editions, history and e-mails, and have its files deleted.

    ``certificate`` was read to be changed. Erasing twice is not an error: the first moment and reason stay, and what
    was written down since, such as the reason of a later revocation, goes too.
    """
    is_first = certificate.erased_at is None
    editions = db.find(Edition, Edition.certificate_id == certificate.id)
    for edition in editions:
        if edition.pdf_digest not in (None, certificate.pdf_digest):
            shred_later(db, certificate.id, edition.pdf_digest, ".pdf")
        _blind(edition)
    let_go_of_files(db, certificate)
    _forget_reasons(db, certificate)
    forget_recipient(db, certificate.id, now=now)

    certificate.data = {}
    certificate.drawing = {}
    certificate.failure = None
    certificate.revocation_reason = certificate.suspension_reason = None
    certificate.state = ERASED
    if is_first:
        certificate.erased_at = now
        certificate.updated_at = now
        note_event(db, certificate.id, ERASED_EVENT, now=now, actor=actor, reason=reason)


def salted(salt: str, digest: str) -> str:
    """What stays of a digest (``sha256:…``): the hexadecimal SHA-256 of the salt's text followed by the digest's."""
    return hashlib.sha256(f"{salt}{digest}".encode()).hexdigest()


def _blind(edition: Edition) -> None:
    """Keep of an edition only what recognises its files when they are shown."""
    if edition.credential is None:
        return  # blind already
    salt = secrets.token_hex(SALT_BYTES)
    edition.salt = salt
    edition.credential_salted = salted(salt, name_of(edition.credential.encode()))
    if edition.pdf_digest is not None:
        edition.pdf_salted = salted(salt, edition.pdf_digest)
    edition.credential = edition.credential_jwt = edition.pdf_digest = None


def _forget_reasons(db: TenantDB, certificate: Certificate) -> None:
    """Those in its history, and those of a replacement in that of the other certificate, where the same text stands."""
    paired = [other for other in (certificate.replaces_id, certificate.successor_id) if other is not None]
    its_own = CertificateEvent.certificate_id == certificate.id
    of_the_pair = sa.and_(
        CertificateEvent.certificate_id.in_(paired), CertificateEvent.other_id == certificate.id
    )
    written = db.find(
        CertificateEvent,
        sa.or_(its_own, of_the_pair),
        CertificateEvent.reason.is_not(None),
        CertificateEvent.kind != ERASED_EVENT,
    )
    for event in written:
        event.reason = None
