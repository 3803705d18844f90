"""Design: create a template, change its draft, put it away.

Nothing here touches what was issued: certificates point at published versions, and only ``publish.py`` makes
those. A draft is always a sound document whose pictures exist, so that publishing cannot fail on its form.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.rendering.layout import ImageElement
from certifly.templates.document import TemplateDocument, parse_document
from certifly.templates.drawable import refuse_undrawable
from certifly.templates.errors import TemplateArchived, TooManyTemplates
from certifly.templates.faults import Faults
from certifly.templates.models import ARCHIVED, DRAFT, PUBLISHED, Asset, Template

COUNTER = "templates"
TEMPLATES_MAX = 10_000
DOCUMENT_BYTES_MAX = 512 * 1024
"""Largest body that holds a document; two hundred elements need a tenth of it."""

ARCHIVED_KEY = "archived"


def create_template(
    db: TenantDB, document: TemplateDocument, *, now: datetime, fonts_dir: Path | None = None
) -> Template:
    """Store a new draft.

    Raises Invalid when it names pictures the tenant does not have, or words that find no room; and
    TooManyTemplates.
    """
    if db.last_id(COUNTER) >= TEMPLATES_MAX:
        raise TooManyTemplates(TEMPLATES_MAX)
    _check_assets(db, document)
    refuse_undrawable(document, fonts_dir=fonts_dir)

    written = document.to_json()
    template = Template(
        id=db.next_id(COUNTER),
        name=document.name,
        status=DRAFT,
        document=written,
        document_digest=digest_of(written),
        published_version=None,
        published_digest=None,
        published_at=None,
        created_at=now,
        updated_at=now,
    )
    db.add(template)
    db.flush()
    return template


def change_template(
    db: TenantDB,
    template: Template,
    changes: Mapping[str, Any],
    *,
    now: datetime,
    fonts_dir: Path | None = None,
) -> None:
    """Replace keys of the draft, as they stand at the top of a document; ``null`` takes a key out.

    ``archived``, which is no key of a document, puts the template away or takes it out again: nothing is
    issued from an archived one. Raises Invalid as for a whole document, and TemplateArchived when only the
    draft of an archived template was to be changed. What is already so stays as it is, times too.
    """
    is_archived = _archived(changes, now_archived=template.status == ARCHIVED)
    merged = {**template.document, **{key: value for key, value in changes.items() if key != ARCHIVED_KEY}}
    document = parse_document(
        {key: value for key, value in merged.items() if value is not None}, fonts_dir=fonts_dir
    )
    written = document.to_json()
    digest = digest_of(written)
    status = ARCHIVED if is_archived else DRAFT if template.published_version is None else PUBLISHED
    if digest == template.document_digest and status == template.status:
        return
    if digest != template.document_digest:
        if is_archived:
            raise TemplateArchived(template.id)
        _check_assets(db, document)
        refuse_undrawable(document, fonts_dir=fonts_dir)

    template.name = document.name
    template.document = written
    template.document_digest = digest
    template.status = status
    template.updated_at = now


def digest_of(written: Mapping[str, Any]) -> str:
    """The same for documents that mean the same, whatever the order of their keys."""
    canonical = json.dumps(written, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _archived(changes: Mapping[str, Any], *, now_archived: bool) -> bool:
    asked = changes.get(ARCHIVED_KEY)
    if asked is None:
        return now_archived
    if not isinstance(asked, bool):
        raise Invalid({ARCHIVED_KEY: ["archived must be true or false."]})
    return asked


def _check_assets(db: TenantDB, document: TemplateDocument) -> None:
    """Every picture must be the tenant's own; another's digest is as unknown as one nobody has."""
    named = {
        f"layout.elements.{index}.asset": element.asset
        for index, element in enumerate(document.layout.elements)
        if isinstance(element, ImageElement)
    }
    if document.achievement is not None and document.achievement.image is not None:
        named["achievement.image"] = document.achievement.image
    if not named:
        return
    known = {asset.digest for asset in db.find(Asset, Asset.digest.in_(set(named.values())))}
    faults = Faults(subject="document")
    for path, digest in named.items():
        if digest not in known:
            faults.add(
                path,
                "There is no picture with this digest. Upload it with POST /api/v1/assets, then use its digest.",
            )
    faults.raise_if_any()
