"""Find certificates."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certifly.certificates.errors import CertificateNotFound
from certifly.certificates.models import FAILED, Certificate, CertificateCode
from certifly.core.ids import parse_id
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
    """The tenant's certificates, newest first, beginning below the id ``after``."""
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
    if wanted.created_before is not None:
        conditions.append(Certificate.created_at < wanted.created_before)
    if after is not None:
        conditions.append(Certificate.id < after)
    return db.find(Certificate, *conditions, order_by=[Certificate.id.desc()], limit=limit)


def list_failed(db: TenantDB, *, limit: int) -> Sequence[Certificate]:
    """The tenant's certificates that could not be rendered, oldest first."""
    return db.find(Certificate, Certificate.state == FAILED, order_by=[Certificate.id], limit=limit)


def _matches(certificate: Certificate, wanted: CertificateFilter) -> bool:
    return (
        (wanted.template_id is None or certificate.template_id == wanted.template_id)
        and (wanted.created_from is None or certificate.created_at >= wanted.created_from)
        and (wanted.created_before is None or certificate.created_at < wanted.created_before)
    )
