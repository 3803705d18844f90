"""Publishing reads the QR codes of the draft, with the address of this installation."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.rendering.errors import RendererNotStarted, RenderFailed
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import BlobStore, open_store
from certifly.templates.document import parse_document
from certifly.templates.draft import change_template, create_template
from certifly.templates.errors import DraftChanged
from certifly.templates.publish import draft_to_publish, publish
from certifly.templates.qr_codes import refuse_unreadable_codes
from certifly.templates.queries import find_published, get_template
from tests.cast import MONDAY, template_document, text_element
from tests.command import CommandLine
from tests.live import Caller
from tests.workshop import Workshop

CODE = "a1b2c3d4-e5f6-4a7b-8c9d-e0f1a2b3c4d5"
SHORT = f"https://example.org/check/{CODE}"
LONG = f"https://{'a' * 60}.{'b' * 60}.example.org/{'path/' * 10}check/{CODE}"
NAME = text_element("{Student Name}", x=10, y=10, width=277, height=30)


def qr(**changes: Any) -> dict[str, Any]:
    return {"type": "qr", "x": 100, "y": 100, "width": 26, "height": 26, "alt": "Check", **changes}


def with_elements(*elements: dict[str, Any]) -> dict[str, Any]:
    return template_document(layout={"page": {"width": 297, "height": 210}, "elements": list(elements)})


@pytest.fixture(scope="module")
def renderers() -> Iterator[RenderPool]:
    with RenderPool(1, 20, 1024) as pool:
        yield pool


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_store(str(tmp_path / "files"))


def look(document: dict[str, Any], renderers: RenderPool, blobs: BlobStore, check_url: str = SHORT) -> None:
    refuse_unreadable_codes(
        parse_document(document),
        tenant_id=1,
        renderers=renderers,
        blobs=blobs,
        check_url=check_url,
        issuer_name="Lovelace Academy",
        now=MONDAY,
    )


def test_a_draft_whose_code_cannot_be_read_is_not_published(tenant: Caller) -> None:
    light = qr(color="#ffffff", fill="#000000")
    document = with_elements(NAME, light, qr(x=150), qr(x=200, color="#cccccc"))
    template_id = tenant.http.post("/api/v1/templates", json=document).json()["data"]["id"]

    refused = tenant.http.post(f"/api/v1/templates/{template_id}/publish")

    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["layout.elements.1", "layout.elements.3"]
    assert "lighter than the ground" in refused.json()["errors"]["layout.elements.1"][0]
    assert "only 1.6:1" in refused.json()["errors"]["layout.elements.3"][0]
    described = tenant.http.get(f"/api/v1/templates/{template_id}").json()["data"]["data"]
    assert (described["status"], described["version"]) == ("draft", None)

    preview = tenant.http.post(f"/api/v1/templates/{template_id}/preview", headers={"Accept": "image/png"})
    assert preview.status_code == 200  # a draft may look as it likes

    fixed = with_elements(NAME, qr(), qr(x=150), qr(x=200))
    tenant.http.patch(f"/api/v1/templates/{template_id}", json={"layout": fixed["layout"]})
    assert tenant.http.post(f"/api/v1/templates/{template_id}/publish").status_code == 200


def test_the_code_is_read_with_the_address_of_the_installation(
    renderers: RenderPool, blobs: BlobStore
) -> None:
    small = with_elements(NAME, qr(width=16, height=16))

    look(small, renderers, blobs)
    with pytest.raises(Invalid) as refused:
        look(small, renderers, blobs, LONG)

    assert list(refused.value.errors) == ["layout.elements.1"]
    assert "Make the element at least 31 mm wide and high" in refused.value.errors["layout.elements.1"][0]
    look(with_elements(NAME, qr(width=31, height=31)), renderers, blobs, LONG)


def test_a_text_over_the_code_is_seen_with_sample_data(renderers: RenderPool, blobs: BlobStore) -> None:
    over = text_element("{Student Name}", x=95, y=104, width=150, height=20, align="left")

    with pytest.raises(Invalid) as refused:
        look(with_elements(qr(), over), renderers, blobs)

    assert list(refused.value.errors) == ["layout.elements.0"]


def test_a_template_without_a_code_draws_nothing(blobs: BlobStore) -> None:
    with RenderPool(1, 20, 512, handler="tests.rendering.handlers:make_nothing") as broken:
        look(with_elements(NAME), broken, blobs)


def test_sample_data_that_is_too_long_is_not_held_against_the_template(
    renderers: RenderPool, blobs: BlobStore
) -> None:
    tight = text_element("{Student Name}", x=10, y=10, width=8, height=12, size=20, size_min=20)

    look(with_elements(tight, qr()), renderers, blobs)
    with pytest.raises(Invalid) as refused:
        look(with_elements(tight, qr(color="#cccccc")), renderers, blobs)

    assert list(refused.value.errors) == ["layout.elements.1"]


def test_words_that_never_fit_are_refused_before_anything_is_drawn(blobs: BlobStore) -> None:
    endless = text_element("Incomprehensibilities", x=10, y=10, width=8, height=12)

    with (
        RenderPool(1, 20, 512, handler="tests.rendering.handlers:make_nothing") as broken,
        pytest.raises(Invalid) as refused,
    ):
        look(with_elements(endless, qr()), broken, blobs)

    assert list(refused.value.errors) == ["layout.elements.0.text"]


def test_a_renderer_that_does_not_start_is_not_blamed_on_the_template(blobs: BlobStore) -> None:
    with (
        RenderPool(1, 20, 512, handler="tests.rendering.handlers:make_nothing") as broken,
        pytest.raises(RendererNotStarted),
    ):
        look(with_elements(NAME, qr()), broken, blobs)


def test_a_lost_picture_is_named(renderers: RenderPool, blobs: BlobStore) -> None:
    name = "sha256:" + "0" * 64
    picture = {"type": "image", "asset": name, "decorative": True, "x": 0, "y": 0, "width": 9, "height": 9}

    with pytest.raises(RenderFailed, match=f"the picture {name} is lost"):
        look(with_elements(picture, qr()), renderers, blobs)


def test_a_draft_that_changes_meanwhile_is_not_published(workshop: Workshop) -> None:
    database, tenant_id = workshop.database, workshop.tenant_id
    document = parse_document(template_document())
    template_id = database.write(tenant_id, lambda db: create_template(db, document, now=MONDAY).id).result()
    _, digest = database.read(tenant_id, lambda db: draft_to_publish(get_template(db, template_id))).result()

    def change(db: TenantDB) -> None:
        change_template(db, get_template(db, template_id), {"name": "Another"}, now=MONDAY)

    def publish_checked(db: TenantDB) -> None:
        template = get_template(db, template_id)
        publish(db, template, issuer_name="Lovelace", check_url=SHORT, now=MONDAY, expected_digest=digest)

    database.write(tenant_id, change).result()
    with pytest.raises(DraftChanged):
        database.write(tenant_id, publish_checked).result()

    assert database.read(tenant_id, lambda db: find_published(db, template_id)).result() is None


def test_an_import_that_is_to_be_published_is_read_as_well(
    certifly: CommandLine, database: Database, tmp_path: Path
) -> None:
    assert certifly("tenant", "create", "lovelace", "--name", "Lovelace Academy").exit_code == 0
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(with_elements(NAME, qr(color="#dddddd"))))

    refused = certifly("template", "import", "--tenant", "lovelace", str(file), "--publish")
    drafted = certifly("template", "import", "--tenant", "lovelace", str(file), "--json")

    assert refused.exit_code != 0
    assert "layout.elements.1" in refused.errors
    assert (drafted.facts["id"], drafted.facts["status"]) == ("1", "draft")
