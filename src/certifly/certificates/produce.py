"""Produce what an issued certificate promises: its PDF, its PNG, then its e-mails.

Each step can run twice without harm: the same row draws the same bytes, bytes are stored under their digest,
and recording them again changes nothing. The outcome and the e-mails' release are one commit.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from certifly.certificates.issue import PRODUCE
from certifly.certificates.models import FAILED, RECORDED, RENDERED, Certificate
from certifly.core.errors import NotFound
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.queue import release_emails
from certifly.jobs.announce import announce_later
from certifly.rendering.child import Format
from certifly.rendering.errors import RenderFailed, RenderInterrupted
from certifly.rendering.fitting import Fitting
from certifly.rendering.job import RenderJob, asset_names
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore
from certifly.storage.errors import BlobMissing
from certifly.templates.queries import get_version
from certifly.templates.values import title_of

log = logging.getLogger(__name__)

INTERRUPTIONS_MAX = 3
"""How often a rendering whose process was ended from outside is tried again at once."""

FAILURE_LENGTH_MAX = 2_000


def make_job(db: TenantDB, certificate: Certificate, blobs: BlobStore) -> RenderJob:
    """Everything that drawing this certificate needs. Raises BlobMissing when a picture of it is lost."""
    document = get_version(db, certificate.template_id, certificate.template_version).document
    return RenderJob(
        layout=document.layout,
        fitting=Fitting.from_json(certificate.drawing["fitting"]),
        assets={name: blobs.get(db.tenant_id, name) for name in asset_names(document.layout)},
        title=title_of(document, certificate.drawing["values"]),
        language=document.language,
        author=certificate.issuer_name,
        created_at=certificate.created_at,
        check_url=certificate.check_url,
    )


def produce(
    database: Database,
    blobs: BlobStore,
    renderers: RenderPool,
    *,
    tenant_id: int,
    certificate_id: int,
    png_at_once: bool,
    mail_configured: bool,
    now: datetime,
) -> None:
    """Draw and store the files of a recorded certificate, and let its e-mails go.

    A certificate that cannot be drawn is recorded as failed with its reason; that is an outcome, not an error.
    """
    try:
        job = database.read(tenant_id, lambda db: _job_of_recorded(db, certificate_id, blobs)).result()
        if job is None:
            return
        pdf = _render(renderers, job, "pdf")
        png = _render(renderers, job, "png") if png_at_once else None
    except (RenderFailed, BlobMissing) as error:
        reason = error.message[:FAILURE_LENGTH_MAX]
        log.error(
            "certificate_failed", extra={"facts": {"tenant_id": tenant_id, "certificate_id": certificate_id}}
        )
        database.write(
            tenant_id, lambda db: record_failure(db, certificate_id, reason=reason, now=now)
        ).result()
        return

    files = Files(
        pdf_digest=blobs.put(tenant_id, pdf, ".pdf"),
        png_digest=blobs.put(tenant_id, png, ".png") if png is not None else None,
    )
    database.write(
        tenant_id,
        lambda db: record_files(db, certificate_id, files, mail_configured=mail_configured, now=now),
    ).result()


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files of a certificate are, by digest."""

    pdf_digest: str
    png_digest: str | None


def record_files(
    db: TenantDB, certificate_id: int, files: Files, *, mail_configured: bool, now: datetime
) -> None:
    """The certificate is rendered. Its e-mails, which carry the PDF, may go."""
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "certificates are never deleted"
    if certificate.state == RENDERED:
        return  # an earlier run of this job got as far as this commit
    certificate.state = RENDERED
    certificate.failure = None
    certificate.pdf_digest = files.pdf_digest
    certificate.png_digest = files.png_digest
    certificate.updated_at = now
    release_emails(db, certificate_id, mail_configured=mail_configured, now=now)


def record_failure(db: TenantDB, certificate_id: int, *, reason: str, now: datetime) -> None:
    """The certificate could not be drawn, for this reason; ``produce_again`` is the way back."""
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "certificates are never deleted"
    if certificate.state == RENDERED:
        return
    certificate.state = FAILED
    certificate.failure = reason
    certificate.updated_at = now


def produce_again(db: TenantDB, certificate: Certificate, *, now: datetime) -> None:
    """Queue the production of a certificate that failed, or whose job was lost. A rendered one stays as it is."""
    if certificate.state == RENDERED:
        return
    certificate.state = RECORDED
    certificate.failure = None
    certificate.updated_at = now
    announce_later(db, PRODUCE, certificate.id, attempt=db.next_id("productions"))


def keep_png(db: TenantDB, certificate_id: int, png_digest: str) -> None:
    """Remember the picture that was made on first request."""
    certificate = db.get(Certificate, certificate_id)
    if certificate is None:
        raise NotFound("There is no such certificate.")
    certificate.png_digest = png_digest


def _job_of_recorded(db: TenantDB, certificate_id: int, blobs: BlobStore) -> RenderJob | None:
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "a job is committed with its certificate"
    return None if certificate.state == RENDERED else make_job(db, certificate, blobs)


def _render(renderers: RenderPool, job: RenderJob, format: Format) -> bytes:
    """Draw, and draw again when the process was ended from outside: that says nothing of the certificate."""
    for _ in range(INTERRUPTIONS_MAX - 1):
        try:
            return renderers.render(job, format)
        except RenderInterrupted:
            continue
    return renderers.render(job, format)
