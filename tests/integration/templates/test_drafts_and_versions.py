"""A template's life in a real database: drafted, changed, published, put away."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.core.limits import IDS_MAX
from certifly.db.base import Counter
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.rendering.images import Picture
from certifly.templates.assets import ASSETS_MAX, StoredPicture, get_asset, record_asset
from certifly.templates.describe import describe, describe_fully
from certifly.templates.document import parse_document
from certifly.templates.draft import TEMPLATES_MAX, change_template, create_template
from certifly.templates.errors import (
    AssetNotFound,
    TemplateArchived,
    TemplateNotFound,
    TooManyAssets,
    TooManyTemplates,
    TooManyVersions,
    VersionNotFound,
)
from certifly.templates.models import Template
from certifly.templates.publish import VERSIONS_MAX, publish
from certifly.templates.queries import (
    PublishedTemplate,
    find_published,
    get_template,
    get_version,
    is_current,
    list_templates,
)
from tests.cast import MONDAY, TUESDAY, template_document, text_element

CHECK_URL = "https://certificates.example/check/88888888-8888-4888-8888-888888888888"
LOGO = StoredPicture("sha256:" + "1" * 64, Picture("image/png", 10, 10, b"png"))


class Work:
    """Units of work of one tenant, each with its own commit."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self.database, self.tenant_id = database, tenant_id

    def write(self, work: Callable[[TenantDB], Any]) -> Any:
        return self.database.write(self.tenant_id, work).result()

    def read(self, work: Callable[[TenantDB], Any]) -> Any:
        return self.database.read(self.tenant_id, work).result()

    def create(self, **changes: Any) -> int:
        document = parse_document(template_document(**changes))
        return int(self.write(lambda db: create_template(db, document, now=MONDAY).id))

    def change(self, template_id: int, **changes: Any) -> None:
        self.write(lambda db: change_template(db, get_template(db, template_id), changes, now=TUESDAY))

    def publish(self, template_id: int, *, issuer_name: str = "Lovelace Academy") -> None:
        self.write(
            lambda db: publish(
                db, get_template(db, template_id), issuer_name=issuer_name, check_url=CHECK_URL, now=TUESDAY
            )
        )

    def show(self, template_id: int) -> dict[str, Any]:
        return dict(self.read(lambda db: describe_fully(get_template(db, template_id))))

    def published(self, template_id: int) -> PublishedTemplate | None:
        found: PublishedTemplate | None = self.read(lambda db: find_published(db, template_id))
        return found

    def count_to(self, counter: str, value: int) -> None:
        self.write(lambda db: db.add(Counter(name=counter, value=value)))


@pytest.fixture
def work(database: Database, lovelace: int) -> Work:
    return Work(database, lovelace)


def test_a_new_template_is_a_draft_that_nothing_can_be_issued_from(work: Work) -> None:
    template_id = work.create()

    shown = work.show(template_id)

    assert template_id == 1
    assert shown["status"] == "draft"
    assert shown["version"] is None
    assert shown["has_unpublished_changes"] is True
    assert shown["published_at"] is None
    assert parse_document(shown["document"]) == parse_document(template_document())
    assert work.published(template_id) is None


def test_publishing_freezes_the_draft_as_the_version_to_issue_from(work: Work) -> None:
    template_id = work.create()

    work.publish(template_id)

    shown = work.show(template_id)
    published = work.published(template_id)
    assert (shown["status"], shown["version"], shown["has_unpublished_changes"]) == ("published", 1, False)
    assert published is not None
    assert (published.template_id, published.version) == (template_id, 1)
    assert published.document == parse_document(template_document())


def test_changing_the_draft_changes_nothing_that_was_published(work: Work) -> None:
    template_id = work.create()
    work.publish(template_id)

    work.change(template_id, name="Certificate of excellence")

    shown = work.show(template_id)
    published = work.published(template_id)
    assert (shown["name"], shown["version"], shown["has_unpublished_changes"]) == (
        "Certificate of excellence",
        1,
        True,
    )
    assert published is not None
    assert published.document.name == "Certificate of completion"


def test_publishing_again_adds_a_version_and_the_first_stays_as_it_was(work: Work) -> None:
    template_id = work.create()
    work.publish(template_id)
    first = work.published(template_id)
    work.change(template_id, name="Certificate of excellence")

    work.publish(template_id)

    second = work.published(template_id)
    assert first is not None
    assert second is not None
    assert (second.version, second.document.name) == (2, "Certificate of excellence")
    assert work.read(lambda db: get_version(db, template_id, 1)) == first
    assert work.read(lambda db: is_current(db, second))
    assert not work.read(lambda db: is_current(db, first))


def test_publishing_an_unchanged_draft_changes_nothing(work: Work) -> None:
    template_id = work.create()
    work.publish(template_id)
    before = work.show(template_id)

    work.publish(template_id)

    assert work.show(template_id) == before


def test_a_draft_that_was_changed_and_changed_back_needs_no_new_version(work: Work) -> None:
    template_id = work.create()
    work.publish(template_id)
    work.change(template_id, name="Certificate of excellence")
    work.change(template_id, name="Certificate of completion")

    work.publish(template_id)

    assert work.show(template_id)["version"] == 1


def test_a_version_that_was_never_published_is_not_found(work: Work) -> None:
    template_id = work.create()
    work.publish(template_id)

    with pytest.raises(VersionNotFound, match="no version 2"):
        work.read(lambda db: get_version(db, template_id, 2))


def test_a_change_replaces_keys_as_a_whole_and_null_takes_one_out(work: Work) -> None:
    template_id = work.create()

    work.change(template_id, timezone=None, recipient={"name": "Student Name"})

    document = work.show(template_id)["document"]
    assert document["timezone"] == "UTC"
    assert document["recipient"] == {"name": "Student Name"}
    assert document["labels"][0]["name"] == "Student Name"


def test_a_change_is_judged_as_part_of_the_whole_document(work: Work) -> None:
    template_id = work.create()

    with pytest.raises(Invalid) as refused:
        work.change(template_id, labels=[{"name": "Name", "type": "text"}])

    assert {"recipient.name", "title", "layout.elements.0.text"} <= set(refused.value.errors)
    assert work.show(template_id)["document"]["labels"][0]["name"] == "Student Name"


def test_a_change_to_what_is_already_so_leaves_even_the_times(work: Work) -> None:
    template_id = work.create()
    before = work.show(template_id)

    work.change(template_id, name="Certificate of completion")
    work.change(template_id)
    work.change(template_id, archived=False)

    assert work.show(template_id) == before


def test_nothing_can_be_issued_from_an_archived_template_until_it_is_taken_out(work: Work) -> None:
    template_id = work.create()
    work.publish(template_id)
    published = work.published(template_id)
    assert published is not None

    work.change(template_id, archived=True)

    assert work.show(template_id)["status"] == "archived"
    assert work.published(template_id) is None
    assert not work.read(lambda db: is_current(db, published))
    assert work.read(lambda db: get_version(db, template_id, 1)) == published

    work.change(template_id, archived=False)

    assert work.show(template_id)["status"] == "published"
    assert work.published(template_id) == published


def test_a_draft_taken_out_of_the_archive_is_a_draft(work: Work) -> None:
    template_id = work.create()
    work.change(template_id, archived=True)

    work.change(template_id, archived=False)

    assert work.show(template_id)["status"] == "draft"


def test_an_archived_template_is_neither_changed_nor_published(work: Work) -> None:
    template_id = work.create()
    work.change(template_id, archived=True)

    with pytest.raises(TemplateArchived):
        work.change(template_id, name="Certificate of excellence")
    with pytest.raises(TemplateArchived):
        work.publish(template_id)

    work.change(template_id, archived=False, name="Certificate of excellence")
    assert work.show(template_id)["name"] == "Certificate of excellence"


def test_archived_is_true_or_false(work: Work) -> None:
    template_id = work.create()

    with pytest.raises(Invalid) as refused:
        work.change(template_id, archived="yes")

    assert list(refused.value.errors) == ["archived"]


def test_words_that_find_no_room_are_refused_in_the_draft(work: Work) -> None:
    narrow = {"width": 40, "height": 5, "size_min": 30}
    layout = {
        "page": {"width": 297, "height": 210},
        "elements": [
            text_element("{Student Name}"),
            text_element("Certificate of completion", **narrow),
            text_element("{certificate.code}", **narrow),
        ],
    }

    with pytest.raises(Invalid) as refused:
        work.create(layout=layout)

    assert set(refused.value.errors) == {"layout.elements.1.text", "layout.elements.2.text"}


def test_a_draft_changed_to_words_without_room_is_refused(work: Work) -> None:
    template_id = work.create()
    layout = {
        "page": {"width": 297, "height": 210},
        "elements": [text_element("Certificate", width=5, size_min=40)],
    }

    with pytest.raises(Invalid) as refused:
        work.change(template_id, layout=layout)

    assert list(refused.value.errors) == ["layout.elements.0.text"]


def test_an_issuer_whose_name_finds_no_room_learns_it_when_publishing(work: Work) -> None:
    layout = {
        "page": {"width": 297, "height": 210},
        "elements": [
            text_element("{Student Name}"),
            text_element("{issuer.name}", width=60, size=20, size_min=12),
        ],
    }
    template_id = work.create(layout=layout)

    with pytest.raises(Invalid) as refused:
        work.publish(template_id, issuer_name="The Honourable Company of Analytical Engineers")

    assert list(refused.value.errors) == ["layout.elements.1.text"]
    work.publish(template_id, issuer_name="Lovelace")
    assert work.show(template_id)["version"] == 1


@pytest.mark.parametrize(
    "identifier", ["0", "-1", "01", "1.0", "x", "", "٣", "9" * 17, str(IDS_MAX + 1), "2"]
)
def test_what_is_no_id_of_a_template_of_this_tenant_is_not_found(work: Work, identifier: str) -> None:
    work.create()

    with pytest.raises(TemplateNotFound):
        work.read(lambda db: get_template(db, identifier))


def test_another_tenants_template_is_as_unknown_as_one_that_never_was(
    work: Work, database: Database, make_tenant: Callable[[str], int]
) -> None:
    template_id = work.create()
    work.publish(template_id)
    published = work.published(template_id)
    assert published is not None
    other = Work(database, make_tenant("babbage"))

    with pytest.raises(TemplateNotFound):
        other.show(template_id)
    assert other.published(template_id) is None
    assert not other.read(lambda db: is_current(db, published))
    assert other.read(lambda db: list_templates(db, limit=10)) == []
    with pytest.raises(VersionNotFound):
        other.read(lambda db: get_version(db, template_id, 1))


def test_templates_are_listed_newest_first_and_by_status(work: Work) -> None:
    first, second, third = work.create(), work.create(name="Second"), work.create()
    work.publish(second)

    def ids(**how: Any) -> list[int]:
        return [template.id for template in work.read(lambda db: list_templates(db, **{"limit": 10} | how))]

    assert ids() == [third, second, first]
    assert ids(limit=2) == [third, second]
    assert ids(after=second) == [first]
    assert ids(status="draft") == [third, first]
    assert ids(status="published") == [second]


def test_a_list_does_without_the_documents(work: Work) -> None:
    work.create()

    def shown(db: TenantDB) -> tuple[dict[str, Any], bool]:
        (template,) = list_templates(db, limit=1)
        return describe(template), "document" in template.__dict__

    facts, is_loaded = work.read(shown)

    assert facts["name"] == "Certificate of completion"
    assert not is_loaded


def test_a_layout_names_pictures_that_the_tenant_has(
    work: Work, database: Database, make_tenant: Callable[[str], int]
) -> None:
    image = {
        "type": "image",
        "asset": LOGO.digest,
        "decorative": True,
        "x": 1,
        "y": 1,
        "width": 9,
        "height": 9,
    }
    layout = {"page": {"width": 297, "height": 210}, "elements": [text_element("{Student Name}"), image]}
    other = Work(database, make_tenant("babbage"))
    other.write(lambda db: record_asset(db, LOGO, now=MONDAY).digest)

    with pytest.raises(Invalid) as refused:
        work.create(layout=layout)
    assert list(refused.value.errors) == ["layout.elements.1.asset"]

    work.write(lambda db: record_asset(db, LOGO, now=MONDAY).digest)
    template_id = work.create(layout=layout)

    other_picture = image | {"asset": "sha256:" + "2" * 64}
    with pytest.raises(Invalid) as refused:
        work.change(template_id, layout=layout | {"elements": [other_picture]})
    assert list(refused.value.errors) == ["layout.elements.0.asset"]


def test_an_achievement_shows_a_picture_that_the_tenant_has(
    work: Work, database: Database, make_tenant: Callable[[str], int]
) -> None:
    other = Work(database, make_tenant("babbage"))
    other.write(lambda db: record_asset(db, LOGO, now=MONDAY).digest)

    with pytest.raises(Invalid) as refused:
        work.create(achievement={"image": LOGO.digest})
    assert list(refused.value.errors) == ["achievement.image"]

    work.write(lambda db: record_asset(db, LOGO, now=MONDAY).digest)
    template_id = work.create(achievement={"image": LOGO.digest})
    work.change(template_id, achievement=None, validity={"years": 2})

    document = work.show(template_id)["document"]
    assert "achievement" not in document
    assert document["validity"] == {"years": 2, "months": 0, "days": 0}


def test_the_same_picture_twice_is_one_picture(work: Work) -> None:
    for moment in (MONDAY, TUESDAY):
        work.write(partial(record_asset, stored=LOGO, now=moment))

    assert work.read(lambda db: get_asset(db, LOGO.digest).created_at) == MONDAY
    assert work.read(lambda db: db.last_id("assets")) == 1


@pytest.mark.parametrize("digest", ["sha256:" + "2" * 64, "", "x", "sha256:" + "1" * 63, "9" * 5000])
def test_a_picture_the_tenant_does_not_have_is_not_found(work: Work, digest: str) -> None:
    with pytest.raises(AssetNotFound):
        work.read(lambda db: get_asset(db, digest))


def test_a_tenant_has_as_many_templates_as_the_limit_and_no_more(work: Work) -> None:
    work.count_to("templates", TEMPLATES_MAX - 1)

    assert work.create() == TEMPLATES_MAX
    with pytest.raises(TooManyTemplates):
        work.create()


def test_a_tenant_has_as_many_pictures_as_the_limit_and_no_more(work: Work) -> None:
    another = StoredPicture("sha256:" + "2" * 64, LOGO.picture)
    work.count_to("assets", ASSETS_MAX - 1)

    work.write(lambda db: record_asset(db, LOGO, now=MONDAY).digest)
    with pytest.raises(TooManyAssets):
        work.write(lambda db: record_asset(db, another, now=MONDAY).digest)

    assert work.write(lambda db: record_asset(db, LOGO, now=TUESDAY).digest) == LOGO.digest


def test_a_template_has_as_many_versions_as_the_limit_and_no_more(work: Work) -> None:
    template_id = work.create()

    def set_version(db: TenantDB) -> None:
        template = db.get(Template, template_id)
        assert template is not None
        template.published_version = VERSIONS_MAX - 1
        template.status = "published"

    work.write(set_version)
    work.publish(template_id)
    assert work.show(template_id)["version"] == VERSIONS_MAX

    work.change(template_id, name="Certificate of excellence")
    with pytest.raises(TooManyVersions):
        work.publish(template_id)
