"""Find templates and their versions.

What another tenant has answers exactly like what never was. A version never changes, so its parsed document
is kept by digest: the second certificate of a template costs no parsing.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import sqlalchemy as sa

from certifly.core.ids import parse_id
from certifly.db.tenant import TenantDB
from certifly.templates.document import TemplateDocument, stored_document
from certifly.templates.errors import (
    TemplateArchived,
    TemplateNotFound,
    TemplateNotPublished,
    VersionNotFound,
)
from certifly.templates.models import ARCHIVED, PUBLISHED, Template, TemplateVersion

DOCUMENTS_KEPT_MAX = 256

_STATE = sa.select(Template.status, Template.published_version).where(
    Template.tenant_id == sa.bindparam("tenant"), Template.id == sa.bindparam("template")
)

_lock = threading.Lock()
_kept: OrderedDict[str, TemplateDocument] = OrderedDict()


@dataclass(frozen=True, slots=True)
class PublishedTemplate:
    """One version of a template, ready to issue from."""

    template_id: int
    version: int
    document: TemplateDocument


def get_template(db: TenantDB, identifier: str | int) -> Template:
    """The template with this id. Raises TemplateNotFound, also for what can be no id."""
    if isinstance(identifier, str):
        number = parse_id(identifier)
        if number is None:
            raise TemplateNotFound
        identifier = number
    template = db.get(Template, identifier)
    if template is None:
        raise TemplateNotFound
    return template


def get_template_to_change(db: TenantDB, identifier: str | int) -> Template:
    """The same, and nobody else changes this tenant's templates until the commit.

    A change is made to what was read: two processes that read the same draft would lose one change.
    """
    db.lock()
    return get_template(db, identifier)


def list_templates(
    db: TenantDB, *, after: int | None = None, limit: int, status: str | None = None
) -> list[Template]:
    """Templates, newest first, that come after the id ``after``; their documents are not loaded."""
    conditions = []
    if after is not None:
        conditions.append(Template.id < after)
    if status is not None:
        conditions.append(Template.status == status)
    return db.find(Template, *conditions, order_by=[Template.id.desc()], limit=limit)


def find_published(db: TenantDB, template_id: int) -> PublishedTemplate | None:
    """The version to issue from now; None for a template that is a draft, archived, unknown or another's."""
    template = db.get(Template, template_id)
    if template is None or template.status != PUBLISHED:
        return None
    assert template.published_version is not None, "published means that there is a version"
    return get_version(db, template_id, template.published_version)


def get_published(db: TenantDB, template: Template) -> PublishedTemplate:
    """The version to issue from now. Raises TemplateNotPublished and TemplateArchived."""
    if template.status == ARCHIVED:
        raise TemplateArchived(template.id)
    if template.published_version is None:
        raise TemplateNotPublished(template.id)
    return get_version(db, template.id, template.published_version)


def is_current(db: TenantDB, template: PublishedTemplate) -> bool:
    """Whether this version is still the one to issue from. The create calls of one commit ask only once."""
    fact = ("published", db.tenant_id, template.template_id)
    facts = db.batch.facts
    if fact not in facts:
        key = {"tenant": db.tenant_id, "template": template.template_id}
        state = db.batch.connection.execute(_STATE, key).one_or_none()
        facts[fact] = None if state is None else tuple(state)
    return facts[fact] == (PUBLISHED, template.version)


def get_version(db: TenantDB, template_id: int, number: int) -> PublishedTemplate:
    """A published version, whatever became of its template. Raises VersionNotFound."""
    version = db.get(TemplateVersion, template_id, number)
    if version is None:
        raise VersionNotFound(template_id, number)
    return PublishedTemplate(template_id, number, _document_of(version))


def _document_of(version: TemplateVersion) -> TemplateDocument:
    """The parsed document; its JSON is loaded only when none of this digest is kept."""
    digest = version.document_digest
    with _lock:
        document = _kept.get(digest)
        if document is not None:
            _kept.move_to_end(digest)
            return document
    document = stored_document(version.document)
    with _lock:
        _kept[digest] = document
        while len(_kept) > DOCUMENTS_KEPT_MAX:
            _kept.popitem(last=False)
    return document
