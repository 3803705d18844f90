"""See a certificate before it exists: the draft or a version, with given or sample data. Stores nothing.

Given data is checked as strictly as when issuing, so a preview is also a dry run. The QR code of a preview
leads to a code that no certificate has.
"""

from datetime import datetime, timedelta
from pathlib import Path

from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.rendering.errors import RenderFailed
from certifly.rendering.fit import TextProblems, fit
from certifly.rendering.job import RenderJob, asset_names
from certifly.storage.blobs import BlobStore
from certifly.storage.errors import BlobMissing
from certifly.templates.document import TemplateDocument, stored_document
from certifly.templates.fields import check_data
from certifly.templates.models import Template
from certifly.templates.queries import get_version
from certifly.templates.sample_data import sample_data
from certifly.templates.validity import expiry_of
from certifly.templates.values import day_of, drawing_values, title_of

SAMPLE_CODE = "00000000-0000-4000-8000-000000000000"
SAMPLE_VALIDITY = timedelta(days=365)


def document_to_preview(db: TenantDB, template: Template, version: int | None) -> TemplateDocument:
    """The draft, or a published version. Raises VersionNotFound."""
    if version is None:
        return stored_document(template.document)
    return get_version(db, template.id, version).document


def preview_job(
    document: TemplateDocument,
    raw_data: object | None,
    *,
    tenant_id: int,
    blobs: BlobStore,
    check_url: str,
    issuer_name: str,
    now: datetime,
    fonts_dir: Path | None = None,
) -> RenderJob:
    """What to draw; ``raw_data`` None means sample data. Reads pictures, so it blocks. Raises Invalid."""
    if raw_data is None:
        values = sample_values(document, check_url=check_url, issuer_name=issuer_name, now=now)
    else:
        values = drawing_values(
            document,
            check_data(document, raw_data),
            code=SAMPLE_CODE,
            issued_at=now,
            check_url=check_url,
            issuer_name=issuer_name,
            expires_at=expiry_of(document, now),
        )
    try:
        fitting = fit(document.layout, values, language=document.language, fonts_dir=fonts_dir)
    except TextProblems as error:
        raise Invalid(_told(error, document, is_sample=raw_data is None)) from None
    return RenderJob(
        layout=document.layout,
        fitting=fitting,
        assets=pictures_of(document, blobs, tenant_id),
        title=title_of(document, values),
        language=document.language,
        author=issuer_name,
        created_at=now,
        check_url=check_url,
    )


def sample_values(
    document: TemplateDocument, *, check_url: str, issuer_name: str, now: datetime
) -> dict[str, str]:
    """A text for every placeholder, as made-up data gives it."""
    # The place of the last day is seen, whether or not all certificates expire.
    expires_at = expiry_of(document, now) or now + SAMPLE_VALIDITY
    return drawing_values(
        document,
        sample_data(document, day=day_of(now, document)),
        code=SAMPLE_CODE,
        issued_at=now,
        check_url=check_url,
        issuer_name=issuer_name,
        expires_at=expires_at,
    )


def pictures_of(document: TemplateDocument, blobs: BlobStore, tenant_id: int) -> dict[str, bytes]:
    """The content of every picture in a layout. Blocks; raises RenderFailed when one is lost."""
    return {name: _content(blobs, tenant_id, name) for name in asset_names(document.layout)}


def _content(blobs: BlobStore, tenant_id: int, name: str) -> bytes:
    try:
        return blobs.get(tenant_id, name)
    except BlobMissing:
        raise RenderFailed(f"the picture {name} is lost. Upload it again with POST /api/v1/assets.") from None


def _told(error: TextProblems, document: TemplateDocument, *, is_sample: bool) -> dict[str, list[str]]:
    """Problems with given data stand at the data, those of samples and of the template's words at the layout."""
    faults: dict[str, list[str]] = {}
    for problem in error.problems:
        names = [] if is_sample else [name for name in problem.names if name in document.fields]
        for path in [f"data.{name}" for name in names] or [f"layout.elements.{problem.element}.text"]:
            messages = faults.setdefault(path, [])
            if problem.message not in messages:
                messages.append(problem.message)
    return faults
