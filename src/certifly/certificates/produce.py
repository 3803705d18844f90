"""Produce what an issued certificate promises: its PDF, its PNG, then its e-mails.

Each step can run twice without harm: the same row draws the same bytes, bytes are stored under their digest,
and recording them again changes nothing. The outcome and the e-mails' release are one commit.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from certifly.certificates.errors import PictureLost
from certifly.certificates.issue import PRODUCE
from certifly.certificates.models import FAILED, RECORDED, RENDERED, Certificate
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
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.templates.queries import get_version
from certifly.templates.values import title_of

log = logging.getLogger(__name__)

INTERRUPTIONS_MAX = 3
"""How often a rendering whose process was ended from outside is tried again at once."""

FAILURE_LENGTH_MAX = 2_000


def make_job(db: TenantDB, certificate: Certificate) -> RenderJob:
    """What drawing this certificate needs, but for its pictures: ``with_pictures`` brings those."""
    document = get_version(db, certificate.template_id, certificate.template_version).document
    return RenderJob(
        layout=document.layout,
        fitting=Fitting.from_json(certificate.drawing["fitting"]),
        assets={},
        title=title_of(document, certificate.drawing["values"]),
        language=document.language,
        author=certificate.issuer_name,
        created_at=certificate.created_at,
        check_url=certificate.check_url,
    )


def with_pictures(job: RenderJob, blobs: BlobStore, *, tenant_id: int) -> RenderJob:
    """The job with the pictures of its layout. Blocks, so never inside a transaction. Raises PictureLost."""
    assets = {}
    for name in asset_names(job.layout):
        try:
            assets[name] = blobs.get_kept(tenant_id, name)
        except (BlobMissing, BlobCorrupt) as error:
            raise PictureLost(name) from error
    return replace(job, assets=assets)


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
    job = database.read(tenant_id, lambda db: _job_of_recorded(db, certificate_id)).result()
    if job is None:
        return
    try:
        job = with_pictures(job, blobs, tenant_id=tenant_id)
        pdf = _render(renderers, job, "pdf")
        png = _render(renderers, job, "png") if png_at_once else None
    except RenderFailed as error:
        reason = error.message[:FAILURE_LENGTH_MAX]
        # The reason stays in the row: it may quote what is printed.
        facts = {"tenant_id": tenant_id, "certificate_id": certificate_id, "error": type(error).__name__}
        log.error("certificate_failed", extra={"facts": facts})
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
    is_restored = certificate.pdf_digest == files.pdf_digest
    certificate.state = RENDERED
    certificate.failure = None
    certificate.pdf_digest = files.pdf_digest
    if files.png_digest is not None or not is_restored:
        certificate.png_digest = files.png_digest  # the picture shows what this PDF shows
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
    if certificate.state != RENDERED:
        _queue(db, certificate, now=now)


def is_pdf_lost(blobs: BlobStore, certificate: Certificate) -> bool:
    """Whether the stored PDF is missing or damaged. Blocks, so never inside a transaction."""
    if certificate.state != RENDERED:
        return False
    assert certificate.pdf_digest is not None, "rendered means that the PDF is stored"
    try:
        blobs.get(certificate.tenant_id, certificate.pdf_digest, ".pdf")
    except (BlobMissing, BlobCorrupt):
        return True
    return False


def produce_lost(
    db: TenantDB,
    certificate_id: int,
    *,
    pdf_digest: str | None,
    now: datetime,
    seen_updated_at: datetime | None = None,
) -> None:
    """Queue the production of a certificate whose PDF was found lost; until then it counts as not rendered.

    The same row draws the same bytes, so the file comes back under its digest. E-mails that have gone do not go
    again. Many may notice a loss at once, in several processes: ``seen_updated_at``, of the row they read before
    they looked for the file, tells those who come after it was restored.
    """
    db.lock()
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "certificates are never deleted"
    is_as_seen = seen_updated_at is None or certificate.updated_at == seen_updated_at
    if certificate.state == RENDERED and certificate.pdf_digest == pdf_digest and is_as_seen:
        _queue(db, certificate, now=now)


def keep_png(db: TenantDB, certificate_id: int, png_digest: str) -> None:
    """Remember the picture that was made on first request."""
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "certificates are never deleted"
    certificate.png_digest = png_digest


def _job_of_recorded(db: TenantDB, certificate_id: int) -> RenderJob | None:
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "a job is committed with its certificate"
    return None if certificate.state == RENDERED else make_job(db, certificate)


def _queue(db: TenantDB, certificate: Certificate, *, now: datetime) -> None:
    certificate.state = RECORDED
    certificate.failure = None
    certificate.updated_at = now
    announce_later(db, PRODUCE, certificate.id, attempt=db.next_id("productions"))


def _render(renderers: RenderPool, job: RenderJob, format: Format) -> bytes:
    """Draw, and draw again when the process was ended from outside: that says nothing of the certificate."""
    for _ in range(INTERRUPTIONS_MAX - 1):
        try:
            return renderers.render(job, format)
        except RenderInterrupted:
            continue
    return renderers.render(job, format)
