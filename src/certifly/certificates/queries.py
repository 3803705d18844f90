"""Find certificates."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from certifly.certificates.errors import CertificateNotFound
from certifly.certificates.models import FAILED, Certificate, CertificateCode, Edition
from certifly.core.ids import parse_id
from certifly.credentials.models import WITHDRAWN, SigningKey
from certifly.db.tenant import Directory, TenantDB


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """Which certificates of a tenant; ``None`` sets no bound. The range is half open: from <= created < before."""

    template_id: int | None = None
    code: uuid.UUID | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


def get_certificate(db: TenantDB, identifier: str) -> Certificate:
    """The tenant's certificate of this id or code. Raises CertificateNotFound."""
    certificate = None
    if (number := parse_id(identifier)) is not None:
        certificate = db.get(Certificate, number)
    elif (code := parse_code(identifier)) is not None:
        certificate = find_by_code(db, code)
    if certificate is None:
        raise CertificateNotFound
    return certificate


def get_certificate_to_change(db: TenantDB, identifier: str) -> Certificate:
    """The same, and nobody else changes this tenant's certificates until the commit.

    What becomes of a certificate depends on what has: two processes that read the same row would each find it open.
    """
    db.lock()
    return get_certificate(db, identifier)


def find_by_code(db: TenantDB, code: uuid.UUID) -> Certificate | None:
    """The tenant's certificate of this code, by way of the codes' own index."""
    place = locate(db.directory, code)
    if place is None or place.tenant_id != db.tenant_id:
        return None
    return db.get(Certificate, place.certificate_id)


def locate(directory: Directory, code: uuid.UUID) -> CertificateCode | None:
    """Whose certificate a public code is, and which."""
    return directory.get(CertificateCode, code)


def parse_code(text: str) -> uuid.UUID | None:
    """A code as people type it, in any letter case; None for anything else."""
    if len(text) != 36:
        return None
    try:
        code = uuid.UUID(text)
    except ValueError:
        return None
    return code if str(code) == text.lower() else None


def list_certificates(
    db: TenantDB, wanted: CertificateFilter, *, after: int | None, limit: int
) -> Sequence[Certificate]:
    """The tenant's certificates, newest first, beginning with the one that follows the id ``after``.

    Two of the same moment follow each other by id. Every combination of bounds is one range of one index, read
    from its end: a page costs the same among a million certificates as among a hundred.
    """
    if wanted.code is not None:
        certificate = find_by_code(db, wanted.code)
        fits = (
            certificate is not None
            and _matches(certificate, wanted)
            and (after is None or certificate.id < after)
        )
        return [certificate] if certificate is not None and fits else []
    conditions: list[Any] = []
    if wanted.template_id is not None:
        conditions.append(Certificate.template_id == wanted.template_id)
    if wanted.created_from is not None:
        conditions.append(Certificate.created_at >= wanted.created_from)
    end = _end(db, wanted, after)
    if end is not None:
        conditions.append(sa.tuple_(Certificate.created_at, Certificate.id) < end)
    newest_first = [Certificate.created_at.desc(), Certificate.id.desc()]
    return db.find(Certificate, *conditions, order_by=newest_first, limit=limit)


def list_failed(db: TenantDB, *, limit: int) -> Sequence[Certificate]:
    """The tenant's certificates that could not be rendered, oldest first."""
    return db.find(Certificate, Certificate.state == FAILED, order_by=[Certificate.id], limit=limit)


def list_disowned(db: TenantDB, *, limit: int) -> Sequence[int]:
    """The ids of certificates whose current edition a key has signed that was withdrawn since."""
    withdrawn = sa.select(SigningKey.id).where(
        SigningKey.tenant_id == db.tenant_id, SigningKey.state == WITHDRAWN
    )
    signers = (Edition.proof_key, Edition.token_key, Edition.seal_key)
    editions = db.find(
        Edition,
        Edition.superseded_at.is_(None),
        sa.or_(*(signer.in_(withdrawn) for signer in signers)),
        order_by=[Edition.certificate_id],
        limit=limit,
    )
    return [edition.certificate_id for edition in editions]


def _end(db: TenantDB, wanted: CertificateFilter, after: int | None) -> tuple[datetime, int] | None:
    """The moment and id that every certificate of the page comes before: one bound, since only one can be sought."""
    ends = []
    if wanted.created_before is not None:
        ends.append((wanted.created_before, 0))
    last = db.get(Certificate, after) if after is not None else None
    if last is not None:
        ends.append((last.created_at, last.id))
    return min(ends, default=None)


def _matches(certificate: Certificate, wanted: CertificateFilter) -> bool:
    return (
        (wanted.template_id is None or certificate.template_id == wanted.template_id)
        and (wanted.created_from is None or certificate.created_at >= wanted.created_from)
        and (wanted.created_before is None or certificate.created_at < wanted.created_before)
    )
