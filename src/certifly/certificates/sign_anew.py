"""Sign certificates anew when a key was withdrawn: a new edition of each, with the keys of now.

What was signed before stays recorded as superseded, so that a file of it can be told from a forgery. A certificate
whose production has not ended yet is signed with the keys of now anyway.
"""

from collections.abc import Collection
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from certifly.certificates.history import SIGNED_ANEW, note_event
from certifly.certificates.issue import PRODUCE
from certifly.certificates.models import ERASED, RECORDED, Certificate, Edition
from certifly.certificates.shred import let_go_of_files
from certifly.credentials.models import WITHDRAWN, SigningKey
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.jobs.announce import announce_later

RENEW = "certificates.renew"
ORDERED_AT_ONCE = 200
"""Certificates handled in one unit of work: the writer has others to serve."""


def announce_renewal(db: TenantDB) -> None:
    """A key was withdrawn in this unit of work: have everything it signed signed anew, whatever ends this process."""
    announce_later(db, RENEW, attempt=db.next_id("renewals"))


def renew(database: Database, *, tenant_id: int, now: datetime) -> int:
    """Order a new edition of every certificate whose current one was signed with a key withdrawn since; how many."""
    withdrawn = database.read(
        tenant_id, lambda db: [key.id for key in db.find(SigningKey, SigningKey.state == WITHDRAWN)]
    ).result()
    after: int | None = 0
    count = 0
    while after is not None:
        order = partial(order_signing_anew, key_ids=withdrawn, after=after, now=now)
        handled = database.write(tenant_id, order).result()
        count += len(handled)
        after = handled[-1] if handled else None
    return count


def order_signing_anew(db: TenantDB, key_ids: Collection[str], *, after: int, now: datetime) -> list[int]:
    """Supersede the next editions that one of these keys has signed, of certificates beyond the id ``after``.

    Returns the certificates handled, to go on after the last of them in a unit of work of its own; none when nothing
    was left. Doing it again changes nothing: what is superseded is not current any more.
    """
    db.lock()  # an erasure in another process must not be written over
    is_signed_so = sa.or_(
        *(column.in_(key_ids) for column in (Edition.proof_key, Edition.token_key, Edition.seal_key))
    )
    editions = db.find(
        Edition,
        Edition.certificate_id > after,
        Edition.superseded_at.is_(None),
        is_signed_so,
        order_by=[Edition.certificate_id],
        limit=ORDERED_AT_ONCE,
    )
    for edition in editions:
        certificate = db.get(Certificate, edition.certificate_id)
        assert certificate is not None, "a foreign key keeps the certificate of an edition"
        supersede(db, certificate, edition, now=now)
    return [edition.certificate_id for edition in editions]


def supersede(db: TenantDB, certificate: Certificate, edition: Edition, *, now: datetime) -> None:
    """The edition counts no more; the next one is produced. Of an erased certificate there is nothing to sign."""
    edition.superseded_at = now
    if certificate.state == ERASED:
        return
    # Nobody is given these any more; who has them can still have them recognised, by the digests in the edition.
    let_go_of_files(db, certificate)
    certificate.edition = edition.number + 1
    certificate.state = RECORDED
    certificate.failure = None
    certificate.updated_at = now
    note_event(db, certificate.id, SIGNED_ANEW, now=now)
    announce_later(db, PRODUCE, certificate.id, attempt=db.next_id("productions"))
