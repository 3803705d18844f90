"""From a public code to what everyone may know of its certificate.

The code finds the tenant; the rows are then read through that tenant's own door. Labels come out; extra
fields do not, and there is no way to ask for them.
"""

import asyncio
import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from certifly.certificates.credential_facts import achievement_facts
from certifly.certificates.errors import CertificateNotFound
from certifly.certificates.models import RENDERED, Certificate
from certifly.certificates.queries import locate, parse_code
from certifly.certificates.routes import check_address, download_address, preview_address
from certifly.certificates.standing import standing_of
from certifly.db.tenant import Directory, TenantDB
from certifly.public.check_page import Addresses, CheckPage, ShownLabel, State
from certifly.rendering.formats import PREVIEWS
from certifly.rendering.layout import Page
from certifly.templates.document import TemplateDocument
from certifly.templates.queries import get_version
from certifly.templates.values import day_of, title_of
from certifly.verification.judge_record import report_for
from certifly.verification.lookup import read_record
from certifly.web.parts import Parts

T = TypeVar("T")

PICTURE_DPI = 150
PICTURE_PIXELS_MAX = 40_000_000
"""As the renderer draws it; its own numbers live beside an engine that a web process need not load."""

MILLIMETRES_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Place:
    """Whose certificate, and which."""

    tenant_id: int
    certificate_id: int


async def find_place(parts: Parts, code: str) -> Place:
    """Where the certificate of a code is, in any letter case. Raises CertificateNotFound, also for no code at all."""
    parsed = parse_code(code)
    place = await place_of(parts, parsed) if parsed is not None else None
    if place is None:
        raise CertificateNotFound
    return place


async def place_of(parts: Parts, code: uuid.UUID) -> Place | None:
    """Where the certificate of a code is; None for a code that nobody has."""

    def work(directory: Directory) -> Place | None:
        found = locate(directory, code)
        return Place(found.tenant_id, found.certificate_id) if found else None

    return await asyncio.wrap_future(parts.database.read_directory(work))


async def read_certificate(parts: Parts, place: Place, work: Callable[[TenantDB, Certificate], T]) -> T:
    """Read the certificate at a place, through its tenant's door."""

    def with_row(db: TenantDB) -> T:
        certificate = db.get(Certificate, place.certificate_id)
        assert certificate is not None, (
            "a code is committed with its certificate, and neither is ever deleted"
        )
        return work(db, certificate)

    return await asyncio.wrap_future(parts.database.read(place.tenant_id, with_row))


def check_page(db: TenantDB, certificate: Certificate, *, public_url: str, now: datetime) -> CheckPage:
    """What the check page shows; of one from which the person was erased, nothing that tells of the person."""
    document = document_of(db, certificate)
    printed = printed_on(certificate)
    code = certificate.code
    width, height = picture_size(document.layout.page)
    return CheckPage(
        code=str(code),
        state=cast("State", certificate.state),
        standing=standing_of(certificate, now),
        report=report_for(read_record(db, certificate), public_url=public_url, now=now),
        title=title_of(document, printed) if printed else None,
        achievement=_achievement_of(document, certificate) if printed else None,
        recipient=recipient_of(document, certificate),
        issuer=certificate.issuer_name,
        issued_on=day_of(certificate.created_at, document),
        expires_at=certificate.expires_at,
        revoked_at=certificate.revoked_at,
        reason=certificate.revocation_reason or certificate.suspension_reason,
        labels=tuple(
            ShownLabel(label.name, printed[label.name], certificate.data[label.name])
            for label in document.labels
            if label.name in printed
        ),
        language=document.language,
        timezone=document.timezone,
        picture_width=width,
        picture_height=height,
        previews={name: preview_address(public_url, code, name, certificate.pdf_digest) for name in PREVIEWS}
        if certificate.state == RENDERED and certificate.pdf_digest
        else {},
        is_preview_made=bool(certificate.preview_digests),
        addresses=Addresses(
            check=check_address(public_url, code),
            pdf=download_address(public_url, code, ".pdf"),
            png=download_address(public_url, code, ".png"),
            svg=download_address(public_url, code, ".svg"),
            json=download_address(public_url, code, ".json"),
            jwt=download_address(public_url, code, ".jwt"),
        ),
    )


def document_of(db: TenantDB, certificate: Certificate) -> TemplateDocument:
    """The template version the certificate was issued with, which it keeps for ever."""
    return get_version(db, certificate.template_id, certificate.template_version).document


def printed_on(certificate: Certificate) -> Mapping[str, str]:
    """What is drawn, by placeholder; nothing when the person was erased."""
    values: Mapping[str, str] = certificate.drawing.get("values", {})
    return values


def recipient_of(document: TemplateDocument, certificate: Certificate) -> str | None:
    """The recipient's name as it is printed; None where the template names none, or it was left empty or erased."""
    return printed_on(certificate).get(document.recipient.name or "")


def _achievement_of(document: TemplateDocument, certificate: Certificate) -> str:
    template_id, version = certificate.template_id, certificate.template_version
    return achievement_facts(document, template_id=template_id, version=version).name


def picture_size(page: Page) -> tuple[int, int]:
    """Width and height of the PNG in pixels."""
    width, height = page.width / MILLIMETRES_PER_INCH, page.height / MILLIMETRES_PER_INCH
    dpi = min(PICTURE_DPI, math.sqrt(PICTURE_PIXELS_MAX / (width * height)))
    return round(width * dpi), round(height * dpi)
