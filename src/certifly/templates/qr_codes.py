"""Read the QR codes of a draft before it is published, as a phone reads them.

A certificate whose code no phone reads cannot be checked by the people it is shown to, and it is printed for years.
This draws the draft in a render process, which takes its time: never inside a transaction.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from certifly.core.errors import Invalid
from certifly.rendering.fit import TextProblems, fit
from certifly.rendering.fitting import Fitting
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import QRElement
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore
from certifly.templates.document import TemplateDocument
from certifly.templates.drawable import refuse_undrawable, shortest_values
from certifly.templates.preview import pictures_of, sample_values
from certifly.templates.values import title_of

LARGEST_CODE = "a1b2c3d4-e5f6-4a7b-8c9d-e0f1a2b3c4d5"
"""A code that needs as many squares as any: without digits in a row, of which a QR code packs three into ten bits."""


def refuse_unreadable_codes(
    document: TemplateDocument,
    *,
    tenant_id: int,
    renderers: RenderPool,
    blobs: BlobStore,
    check_url: str,
    issuer_name: str,
    now: datetime,
    fonts_dir: Path | None = None,
) -> None:
    """Raise Invalid, at each QR code (``layout.elements.3``) that phones cannot read on the PNG. Blocks.

    ``check_url`` is the check address of a certificate with the code ``LARGEST_CODE``. Raises Invalid too for texts
    that can never be drawn, RenderFailed, and Overloaded when rendering is not possible now.
    """
    if not any(isinstance(element, QRElement) for element in document.layout.elements):
        return
    refuse_undrawable(document, issuer_name=issuer_name, check_url=check_url, fonts_dir=fonts_dir)
    values = sample_values(document, check_url=check_url, issuer_name=issuer_name, now=now)
    try:
        fitting = _fit(document, values, fonts_dir)
    except TextProblems:  # made-up data is longer than this template has room for: draw what always fits
        values = shortest_values(document, issuer_name=issuer_name, check_url=check_url)
        fitting = _fit(document, values, fonts_dir)
    job = RenderJob(
        layout=document.layout,
        fitting=fitting,
        assets=pictures_of(document, blobs, tenant_id),
        title=title_of(document, values),
        language=document.language,
        author=issuer_name,
        created_at=now,
        check_url=check_url,
    )
    unreadable: Mapping[str, str] = json.loads(renderers.render(job, "unreadable_codes"))
    if unreadable:
        raise Invalid({f"layout.elements.{index}": [message] for index, message in unreadable.items()})


def _fit(document: TemplateDocument, values: Mapping[str, str], fonts_dir: Path | None) -> Fitting:
    return fit(document.layout, values, language=document.language, fonts_dir=fonts_dir)
