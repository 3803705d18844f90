"""From a certificate's row to what a render process draws of it, and the drawing itself."""

from dataclasses import replace

from certifly.certificates.errors import PictureLost
from certifly.certificates.models import Certificate
from certifly.credentials import media_types
from certifly.rendering.errors import RenderInterrupted
from certifly.rendering.fitting import Fitting
from certifly.rendering.formats import Format
from certifly.rendering.job import Attachment, RenderJob, asset_names
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.templates.document import TemplateDocument
from certifly.templates.values import title_of

INTERRUPTIONS_MAX = 3
"""How often a rendering whose process was ended from outside is tried again at once."""

CREDENTIAL_NAME = "credential.json"
CREDENTIAL_DESCRIPTION = "The signed Open Badges credential of this certificate"


def make_job(certificate: Certificate, document: TemplateDocument) -> RenderJob:
    """What drawing a certificate of this version needs, but for its pictures: ``with_pictures`` brings those."""
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


def with_credential(job: RenderJob, credential: str) -> RenderJob:
    """The job of a PDF that carries its credential."""
    return replace(
        job,
        attachment=Attachment(CREDENTIAL_NAME, media_types.CREDENTIAL, CREDENTIAL_DESCRIPTION, credential),
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


def draw(renderers: RenderPool, job: RenderJob, format: Format) -> bytes:
    """Draw, and draw again when the process was ended from outside: that says nothing of the certificate."""
    for _ in range(INTERRUPTIONS_MAX - 1):
        try:
            return renderers.render(job, format)
        except RenderInterrupted:
            continue
    return renderers.render(job, format)
