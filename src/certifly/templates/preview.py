"""See a certificate before it exists: the draft or a version, with given or sample data. Stores nothing.

Given data is checked as strictly as when issuing, so a preview is also a dry run. The QR code of a preview
leads to a code that no certificate has.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.rendering.errors import RenderFailed
from certifly.rendering.fit import TextProblems, fit
from certifly.rendering.job import RenderJob, asset_names
from certifly.storage.blobs import BlobStore
from certifly.storage.errors import BlobMissing
from certifly.templates.document import FieldDefinition, TemplateDocument, stored_document
from certifly.templates.fields import Value, check_data
from certifly.templates.models import Template
from certifly.templates.queries import get_version
from certifly.templates.validity import expiry_of
from certifly.templates.values import drawing_values, title_of

SAMPLE_CODE = "00000000-0000-4000-8000-000000000000"
SAMPLE_VALIDITY = timedelta(days=365)
SAMPLE_NAME = "Ada Lovelace"
SAMPLE_NAMES = {
    "ar": "محمد بن عبد الله",
    "el": "Υπατία Αλεξανδρινή",
    "fa": "مریم میرزاخانی",
    "he": "חנה ארנדט",
    "hi": "अनुष्का शर्मा",
    "ja": "山田 太郎",
    "ko": "김민준",
    "ru": "Софья Ковалевская",
    "th": "สมชาย ใจดี",
    "uk": "Леся Українка",
    "zh": "王小明",
}
"""A name as long as names are, in the scripts of languages that do not use Latin letters."""


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
    data = sample_data(document, now=now) if raw_data is None else check_data(document, raw_data)
    expires_at = expiry_of(document, now)
    if expires_at is None and raw_data is None:
        expires_at = (
            now + SAMPLE_VALIDITY
        )  # the place of the day is seen, whether or not all certificates expire
    values = drawing_values(
        document,
        data,
        code=SAMPLE_CODE,
        issued_at=now,
        check_url=check_url,
        issuer_name=issuer_name,
        expires_at=expires_at,
    )
    try:
        fitting = fit(document.layout, values, language=document.language, fonts_dir=fonts_dir)
    except TextProblems as error:
        raise Invalid(_told(error, document, is_sample=raw_data is None)) from None
    return RenderJob(
        layout=document.layout,
        fitting=fitting,
        assets={name: _content(blobs, tenant_id, name) for name in asset_names(document.layout)},
        title=title_of(document, values),
        language=document.language,
        author=issuer_name,
        created_at=now,
        check_url=check_url,
    )


def _content(blobs: BlobStore, tenant_id: int, name: str) -> bytes:
    try:
        return blobs.get(tenant_id, name)
    except BlobMissing:
        raise RenderFailed(f"the picture {name} is lost. Upload it again with POST /api/v1/assets.") from None


def sample_data(document: TemplateDocument, *, now: datetime) -> dict[str, Value]:
    """A value for every field: a person's name for the recipient, for other texts the name of the field."""
    name = SAMPLE_NAMES.get(document.language.partition("-")[0], SAMPLE_NAME)
    return {
        field.name: _sample(field, person=name if field.name == document.recipient.name else None, now=now)
        for field in document.fields.values()
    }


def _sample(field: FieldDefinition, *, person: str | None, now: datetime) -> Value:
    samples: Mapping[str, Value] = {
        "text": (person or field.name)[: field.max_length].strip(),
        "email": "ada@example.org",
        "date": now.date().isoformat(),
        "number": 42,
        "url": "https://example.org/",
    }
    return samples[field.type]


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
