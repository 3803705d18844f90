"""Published versions kept in memory between two create calls."""

from certifly.templates.document import parse_document
from certifly.templates.queries import PublishedTemplate
from certifly.templates.recent import KEPT_MAX, RecentTemplates
from tests.cast import template_document

DOCUMENT = parse_document(template_document())
LOVELACE, BABBAGE = 1, 2


def version(template_id: int, number: int = 1) -> PublishedTemplate:
    return PublishedTemplate(template_id, number, DOCUMENT)


def test_what_was_kept_is_found_by_its_own_tenant_only() -> None:
    recent = RecentTemplates()

    recent.keep(LOVELACE, version(1))

    assert recent.find(LOVELACE, 1) == version(1)
    assert recent.find(BABBAGE, 1) is None
    assert recent.find(LOVELACE, 2) is None


def test_a_newer_version_takes_the_place_of_the_older_and_forgetting_is_for_good() -> None:
    recent = RecentTemplates()
    recent.keep(LOVELACE, version(1))
    recent.keep(LOVELACE, version(1, 2))

    assert recent.find(LOVELACE, 1) == version(1, 2)
    recent.forget(LOVELACE, 1)
    recent.forget(LOVELACE, 1)
    recent.forget(LOVELACE, None)
    assert recent.find(LOVELACE, 1) is None


def test_the_one_that_was_not_used_for_longest_makes_room() -> None:
    recent = RecentTemplates()
    for template_id in range(1, KEPT_MAX + 1):
        recent.keep(LOVELACE, version(template_id))
    recent.find(LOVELACE, 1)

    recent.keep(LOVELACE, version(KEPT_MAX + 1))

    assert recent.find(LOVELACE, 1) is not None
    assert recent.find(LOVELACE, 2) is None
