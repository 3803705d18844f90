"""Produce what an issued certificate promises: its credential, its signed PDF, its PNG, then its e-mails.

Each step can run twice without harm: the same row and the same keys make the same bytes, bytes are stored under
their digest, and recording them again changes nothing. The edition, the outcome and the e-mails' release are one
commit, and what that commit names is the only PDF there ever is under this code and edition.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from certifly.certificates.credential_facts import credential_facts
from certifly.certificates.draw import draw, make_job, with_credential, with_pictures
from certifly.certificates.editions import (
    SignedEdition,
    are_trusted,
    as_signed,
    current_edition,
    find_edition,
    record_edition,
    sign,
)
from certifly.certificates.errors import CertificateErased
from certifly.certificates.issue import PRODUCE
from certifly.certificates.models import ERASED, FAILED, RECORDED, RENDERED, Certificate
from certifly.certificates.routes import public_url_of
from certifly.certificates.shred import let_go_of_files
from certifly.credentials.achievement_credential import CredentialFacts
from certifly.credentials.bake import bake_png
from certifly.credentials.keyring import Keyring, SigningKeys
from certifly.credentials.public_keys import PublicKey, list_keys
from certifly.credentials.recheck import recheck
from certifly.credentials.recheck_seal import recheck_seal
from certifly.credentials.seal import seal_pdf
from certifly.credentials.timestamps import TimeStamps
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.queue import release_emails
from certifly.jobs.announce import announce_later
from certifly.rendering.errors import RenderFailed
from certifly.rendering.formats import PictureFormat
from certifly.rendering.job import RenderJob
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.templates.queries import get_version
from certifly.tenants.models import Tenant

log = logging.getLogger(__name__)

FAILURE_LENGTH_MAX = 2_000
PLANS_MAX = 5
"""How often a certificate is signed and drawn because its keys changed meanwhile."""


class KeysUnsettled(Exception):
    """Keys are being withdrawn again and again just now; the job runs again later."""


def produce(
    database: Database,
    blobs: BlobStore,
    renderers: RenderPool,
    keyring: Keyring,
    *,
    tenant_id: int,
    certificate_id: int,
    png_at_once: bool,
    mail_configured: bool,
    now: datetime,
    timestamps: TimeStamps | None = None,
    recheck_one_in: int = 0,
) -> None:
    """Sign, draw and store the files of a recorded certificate, and let its e-mails go.

    A certificate that cannot be drawn is recorded as failed with its reason; that is an outcome, not an error.
    Raises TimeStampUnavailable, which may pass, and RecheckFailed, which is a defect of ours.
    """
    for _ in range(PLANS_MAX):
        plan = database.read(tenant_id, lambda db: _plan(db, keyring, certificate_id)).result()
        if plan is None:
            return
        signed = plan.recorded or sign(plan.facts, plan.keys, number=plan.number, ordered_at=plan.ordered_at)
        try:
            job = with_pictures(with_credential(plan.job, signed.credential), blobs, tenant_id=tenant_id)
            drawn = draw(renderers, job, "pdf")
            picture = draw(renderers, job, "png") if png_at_once else None
        except RenderFailed as error:
            # The reason stays in the row: it may quote what is printed.
            facts = {"tenant_id": tenant_id, "certificate_id": certificate_id, "error": type(error).__name__}
            log.error("certificate_failed", extra={"facts": facts})
            reason = error.message[:FAILURE_LENGTH_MAX]
            fail = partial(record_failure, certificate_id=certificate_id, reason=reason, now=now)
            database.write(tenant_id, fail).result()
            return

        pdf = seal_pdf(
            drawn,
            plan.keys.seal,
            signed_at=signed.signed_at,
            issuer_name=plan.job.author,
            timestamps=timestamps,
        )
        if recheck_one_in and certificate_id % recheck_one_in == 1 % recheck_one_in:
            public: list[PublicKey] = database.read(tenant_id, list_keys).result()
            recheck(signed.credential, signed.credential_jwt, public)
            recheck_seal(pdf, plan.keys.seal.chain)
        files = Files(
            pdf_digest=blobs.put(tenant_id, pdf, ".pdf"),
            png_digest=blobs.put(tenant_id, bake_png(picture, signed.credential), ".png")
            if picture
            else None,
        )
        record = partial(
            record_files,
            certificate_id=certificate_id,
            signed=signed,
            files=files,
            mail_configured=mail_configured,
            now=now,
        )
        is_kept = database.write(tenant_id, record).result()
        if is_kept:
            return
        _throw_away(database, blobs, files, tenant_id=tenant_id, certificate_id=certificate_id)
    raise KeysUnsettled


@dataclass(frozen=True, slots=True)
class Plan:
    """What producing one certificate takes, as it was read in one look."""

    job: RenderJob
    facts: CredentialFacts
    keys: SigningKeys
    number: int
    ordered_at: datetime
    recorded: SignedEdition | None
    """What was signed before, when only its files are to be made again."""


def _plan(db: TenantDB, keyring: Keyring, certificate_id: int) -> Plan | None:
    """The plan for producing a certificate; None when there is nothing to do."""
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "a job is committed with its certificate"
    if certificate.state in (RENDERED, ERASED):
        return None
    tenant = db.directory.get(Tenant, db.tenant_id)
    assert tenant is not None, "a foreign key keeps the tenant of a certificate"
    edition = current_edition(db, certificate)
    keys: SigningKeys | None
    if edition is None:
        keys, recorded = keyring.current(db), None
    else:
        recorded = as_signed(edition)
        keys = keyring.recorded(db, proof=edition.proof_key, token=edition.token_key, seal=edition.seal_key)
    if keys is None:
        return None  # a key was withdrawn, and the new edition will be ordered in a moment
    before = find_edition(db, certificate_id, certificate.edition - 1) if certificate.edition > 1 else None
    document = get_version(db, certificate.template_id, certificate.template_version).document
    public_url = public_url_of(certificate.check_url)
    return Plan(
        job=make_job(certificate, document),
        facts=credential_facts(certificate, document, public_url=public_url, slug=tenant.slug),
        keys=keys,
        number=certificate.edition,
        ordered_at=(before.superseded_at if before else None) or certificate.created_at,
        recorded=recorded,
    )


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files of a certificate are, by digest."""

    pdf_digest: str
    png_digest: str | None


def _throw_away(
    database: Database, blobs: BlobStore, files: Files, *, tenant_id: int, certificate_id: int
) -> None:
    """Delete what a run made for nothing: somebody erased the certificate, withdrew a key, or made its files first.

    A picture may be the certificate's own although the PDF is not: two seals of one credential share it.
    """
    certificate = database.read(tenant_id, lambda db: db.get(Certificate, certificate_id)).result()
    assert certificate is not None, "certificates are never deleted"
    if files.pdf_digest != certificate.pdf_digest:
        blobs.delete(tenant_id, files.pdf_digest, ".pdf")
    if files.png_digest not in (None, certificate.png_digest):
        blobs.delete(tenant_id, files.png_digest, ".png")


def record_files(
    db: TenantDB,
    certificate_id: int,
    signed: SignedEdition,
    files: Files,
    *,
    mail_configured: bool,
    now: datetime,
) -> bool:
    """The certificate is rendered. Its e-mails, which carry the PDF, may go.

    Returns whether these files are the certificate's own: False when it was erased meanwhile, when a key they are
    signed with was withdrawn, and when an earlier run got as far as this commit with others.
    """
    db.lock()  # an erasure in another process must not be written over
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "certificates are never deleted"
    if certificate.state == RENDERED:
        return certificate.pdf_digest == files.pdf_digest
    is_current = certificate.edition == signed.number
    keys = (signed.proof_key, signed.token_key, signed.seal_key)
    if certificate.state == ERASED or not is_current or not are_trusted(db, keys):
        return False
    if certificate.pdf_digest != files.pdf_digest:
        # The pictures are to show what this PDF shows, and one that nothing names would outlive an erasure.
        let_go_of_files(db, certificate, keeping=(files.png_digest,))
    record_edition(db, certificate_id, signed, pdf_digest=files.pdf_digest)
    certificate.state = RENDERED
    certificate.failure = None
    certificate.pdf_digest = files.pdf_digest
    certificate.png_digest = files.png_digest or certificate.png_digest
    certificate.updated_at = now
    release_emails(db, certificate_id, mail_configured=mail_configured, now=now)
    return True


def record_failure(db: TenantDB, certificate_id: int, *, reason: str, now: datetime) -> None:
    """The certificate could not be drawn, for this reason; ``produce_again`` is the way back."""
    db.lock()
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "certificates are never deleted"
    if certificate.state in (RENDERED, ERASED):
        return
    certificate.state = FAILED
    certificate.failure = reason
    certificate.updated_at = now


def produce_again(db: TenantDB, certificate: Certificate, *, now: datetime) -> None:
    """Queue the production of a certificate that failed, or whose job was lost. A rendered one stays as it is.

    ``certificate`` was read to be changed. Raises CertificateErased.
    """
    if certificate.state == ERASED:
        raise CertificateErased(certificate.id)
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


def keep_picture(
    db: TenantDB, certificate_id: int, digest: str, *, format: PictureFormat, edition: int
) -> bool:
    """Remember the picture that was made on first request; returns whether it still is one of this certificate."""
    db.lock()
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "certificates are never deleted"
    if certificate.state != RENDERED or certificate.edition != edition:
        return False
    if format == "png":
        certificate.png_digest = digest
    elif format == "svg":
        certificate.svg_digest = digest
    else:
        certificate.preview_digests = {**(certificate.preview_digests or {}), format: digest}
    return True


def picture_digest(certificate: Certificate, format: PictureFormat) -> str | None:
    """The digest of a picture that is kept; None when it has not been made."""
    if format == "png":
        return certificate.png_digest
    if format == "svg":
        return certificate.svg_digest
    digest: str | None = (certificate.preview_digests or {}).get(format)
    return digest


def _queue(db: TenantDB, certificate: Certificate, *, now: datetime) -> None:
    certificate.state = RECORDED
    certificate.failure = None
    certificate.updated_at = now
    announce_later(db, PRODUCE, certificate.id, attempt=db.next_id("productions"))
