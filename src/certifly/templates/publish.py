"""Publish: freeze the draft as a version that certificates are issued from, for ever.

Versions are only ever added. Publishing a draft that is already the published version changes nothing, so a
program may publish on every deployment.
"""

from datetime import datetime
from pathlib import Path

from certifly.db.tenant import TenantDB
from certifly.templates.document import TemplateDocument, stored_document
from certifly.templates.drawable import refuse_undrawable
from certifly.templates.errors import DraftChanged, TemplateArchived, TooManyVersions
from certifly.templates.models import ARCHIVED, PUBLISHED, Template, TemplateVersion

VERSIONS_MAX = 10_000


def draft_to_publish(template: Template) -> tuple[TemplateDocument | None, str]:
    """The document that publishing would freeze, None where it changes nothing or is refused; and its digest."""
    digest = template.document_digest
    if template.status == ARCHIVED or template.published_digest == digest:
        return None, digest
    return stored_document(template.document), digest


def publish(
    db: TenantDB,
    template: Template,
    *,
    issuer_name: str,
    check_url: str,
    now: datetime,
    expected_digest: str | None = None,
    fonts_dir: Path | None = None,
) -> None:
    """Make the draft the version that certificates are issued from.

    ``issuer_name`` and an example of ``check_url`` are what every certificate will print: a layout in which
    they find no room is refused here (Invalid), rather than on every certificate. ``expected_digest`` is that of the
    draft whose QR codes were read (``qr_codes.py``). Raises TemplateArchived, and DraftChanged for another draft.
    """
    if template.status == ARCHIVED:
        raise TemplateArchived(template.id)
    if template.published_digest == template.document_digest:
        return
    number = (template.published_version or 0) + 1
    if number > VERSIONS_MAX:
        raise TooManyVersions(VERSIONS_MAX)
    if expected_digest not in (None, template.document_digest):
        raise DraftChanged(template.id)
    document = stored_document(template.document)
    refuse_undrawable(document, issuer_name=issuer_name, check_url=check_url, fonts_dir=fonts_dir)

    version = TemplateVersion(
        template_id=template.id,
        number=number,
        document=template.document,
        document_digest=template.document_digest,
        created_at=now,
    )
    db.add(version)
    template.status = PUBLISHED
    template.published_version = number
    template.published_digest = template.document_digest
    template.published_at = now
    template.updated_at = now
