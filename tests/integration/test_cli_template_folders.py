"""`certifly template import` and `tenant create --starter`: pictures that lie beside the document, and starters."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.rendering.images import BYTES_MAX, inspect_image
from certifly.storage.blobs import name_of
from certifly.templates.design_files import PICTURES_BYTES_MAX, PICTURES_MAX
from certifly.templates.models import Asset
from certifly.templates.queries import find_published, get_template, list_templates
from certifly.templates.starters import STARTERS
from certifly.tenants.tenants import get_tenant
from tests.cast import template_document
from tests.command import Answer, CommandLine

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z" fill="#1d4f3f"/></svg>'
)
SEAL = LOGO.replace(b"1d4f3f", b"b3924a")
STARTER = STARTERS[0]


def digest_of(content: bytes) -> str:
    """The name of a picture as it is kept."""
    return name_of(inspect_image(content).content)


def image(asset: Any, **changes: Any) -> dict[str, Any]:
    box = {"x": 10, "y": 10, "width": 20, "height": 20}
    return {"type": "image", "asset": asset, "decorative": True, **box, **changes}


def document_with(*assets: Any, **changes: Any) -> dict[str, Any]:
    page = {"width": 297, "height": 210}
    return template_document(layout={"page": page, "elements": [image(one) for one in assets]}, **changes)


@pytest.fixture
def tenant_id(certifly: CommandLine, database: Database) -> int:
    """Tenant Lovelace, made as an operator makes it."""
    assert certifly("tenant", "create", "lovelace", "--name", "Lovelace Academy").exit_code == 0
    return database.read_directory(lambda directory: get_tenant(directory, "lovelace").id).result()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for a design, beside files that are nobody's business."""
    (tmp_path / "secret.svg").write_bytes(LOGO)
    made = tmp_path / "design"
    made.mkdir()
    return made


def bring(certifly: CommandLine, source: Path | str, *options: str) -> Answer:
    return certifly("template", "import", "--tenant", "lovelace", str(source), *options)


def stored(database: Database, tenant_id: int) -> tuple[list[str], int]:
    """The digests of the tenant's pictures, and how many templates it has."""

    def work(db: TenantDB) -> tuple[list[str], int]:
        return sorted(one.digest for one in db.find(Asset)), len(list_templates(db, limit=10))

    return database.read(tenant_id, work).result()


def assets_of(database: Database, tenant_id: int, template_id: int = 1) -> list[str]:
    document = database.read(tenant_id, lambda db: get_template(db, template_id).document).result()
    return [element["asset"] for element in document["layout"]["elements"] if "asset" in element]


def write(folder: Path, document: Any, name: str = "document.json") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize("is_folder", [True, False], ids=["folder", "file"])
def test_pictures_beside_the_document_are_uploaded(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path, is_folder: bool
) -> None:
    (folder / "logo.svg").write_bytes(LOGO)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "Siegel 1.svg").write_bytes(SEAL)
    achievement = {"name": "First aid", "description": "Helps.", "criteria": "Passed.", "image": "logo.svg"}
    document = document_with("logo.svg", "pictures/Siegel 1.svg", "logo.svg", achievement=achievement)
    path = write(folder, document)

    brought = bring(certifly, folder if is_folder else path, "--json").facts

    assert (brought["id"], brought["status"]) == ("1", "draft")
    logo, seal = digest_of(LOGO), digest_of(SEAL)
    assert assets_of(database, tenant_id) == [logo, seal, logo]
    assert stored(database, tenant_id) == (sorted([logo, seal]), 1)
    kept = database.read(tenant_id, lambda db: get_template(db, 1).document).result()
    assert kept["achievement"]["image"] == logo


def test_a_folder_may_be_imported_again_and_published(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path
) -> None:
    (folder / "logo.svg").write_bytes(LOGO)
    (folder / "the same.svg").write_bytes(LOGO)
    write(folder, document_with("logo.svg", "the same.svg"), "first aid.json")

    first, second = bring(certifly, folder), bring(certifly, f"{folder}/", "--publish", "--json")

    assert first.exit_code == 0
    assert (second.facts["id"], second.facts["status"]) == ("2", "published")
    assert stored(database, tenant_id) == ([digest_of(LOGO)], 2)


def test_a_document_that_names_digests_comes_back_as_it_was(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path
) -> None:
    (folder / "logo.svg").write_bytes(LOGO)
    bring(certifly, write(folder, document_with("logo.svg")))
    exported = database.read(tenant_id, lambda db: get_template(db, 1).document).result()

    bring(certifly, write(folder, exported))

    assert database.read(tenant_id, lambda db: get_template(db, 2).document).result() == exported


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gone.svg", "The picture 'gone.svg' is not in the folder"),
        ("../secret.svg", "'../secret.svg' lies outside the folder of the document"),
        ("pictures/../../secret.svg", "lies outside the folder of the document"),
        ("..", "lies outside the folder of the document"),
        ("/etc/passwd", "'/etc/passwd' lies outside the folder of the document"),
        ("link.svg", "'link.svg' is a link out of the folder of the document"),
        ("linked/secret.svg", "is a link out of the folder of the document"),
        ("circle.svg", "cannot be read"),
        (".", "is not a file"),
        ("pipe", "is not a file"),
        ("logo.svg/x", "cannot be read"),
        ("a\0b", "cannot be read"),
        ("x" * 5000, "x" * 100 + "…"),
    ],
)
def test_nothing_but_a_file_of_the_folder_is_read(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path, name: str, words: str
) -> None:
    (folder / "logo.svg").write_bytes(LOGO)
    (folder / "link.svg").symlink_to(folder.parent / "secret.svg")
    (folder / "linked").symlink_to(folder.parent)
    (folder / "circle.svg").symlink_to("circle.svg")
    os.mkfifo(folder / "pipe")
    write(folder, document_with("logo.svg", name))

    refused = bring(certifly, folder, "--json")

    assert refused.exit_code == 1
    assert list(refused.fault["errors"]) == ["layout.elements.1.asset"]
    assert words in refused.fault["message"]
    assert stored(database, tenant_id) == ([], 0)


def test_a_document_that_is_a_link_out_of_its_folder_is_not_read(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path
) -> None:
    (folder / "document.json").symlink_to(write(folder.parent, document_with(), "elsewhere.json"))

    refused = bring(certifly, folder)

    assert refused.exit_code == 1
    assert "is a link out of the folder. Copy the file itself into the folder." in refused.errors
    assert stored(database, tenant_id) == ([], 0)


def test_a_link_that_stays_in_the_folder_is_followed(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path
) -> None:
    (folder / "logo-2.svg").write_bytes(LOGO)
    (folder / "logo.svg").symlink_to("logo-2.svg")
    write(folder, document_with("logo.svg"))

    assert bring(certifly, folder).exit_code == 0


def test_every_picture_that_is_refused_is_named_by_its_file(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path
) -> None:
    (folder / "logo.svg").write_bytes(LOGO)
    (folder / "notes.svg").write_bytes(b"hello")
    (folder / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    write(folder, document_with("notes.svg", "logo.svg", "cut.png"))

    refused = bring(certifly, folder, "--json")
    told = bring(certifly, folder)

    assert list(refused.fault["errors"]) == ["notes.svg", "cut.png"]
    assert [line.split()[1] for line in told.errors.splitlines()] == ["notes.svg:", "cut.png:"]
    assert stored(database, tenant_id) == ([], 0)


def test_a_faulty_document_is_refused_before_its_pictures_are_looked_at(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path
) -> None:
    (folder / "notes.svg").write_bytes(b"hello")
    write(folder, document_with("notes.svg", language="klingon"))

    assert list(bring(certifly, folder, "--json").fault["errors"]) == ["language"]


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        ([], "layout"),
        ({"elements": {}}, "layout"),
        (
            {"page": {"width": 297, "height": 210}, "elements": [[], "x", image(["logo.svg"]), image("")]},
            "layout",
        ),
    ],
)
def test_a_document_of_another_shape_is_judged_as_it_is(
    certifly: CommandLine, tenant_id: int, folder: Path, layout: Any, place: str
) -> None:
    write(folder, template_document(layout=layout, achievement="logo.svg"))

    errors = bring(certifly, folder, "--json").fault["errors"]

    assert any(name.startswith(place) for name in errors)
    assert any(name.startswith("achievement") for name in errors)


def test_a_picture_may_be_as_large_as_an_upload_and_no_larger(
    certifly: CommandLine, database: Database, tenant_id: int, folder: Path
) -> None:
    (folder / "logo.svg").write_bytes(LOGO.ljust(BYTES_MAX))
    write(folder, document_with("logo.svg"))
    largest = bring(certifly, folder)
    (folder / "logo.svg").write_bytes(LOGO.ljust(BYTES_MAX + 1))
    larger = bring(certifly, folder)

    # It was read, and judged by what bounds an SVG more closely.
    assert "logo.svg: The SVG has 10,485,760 bytes" in largest.errors
    assert larger.exit_code == 1
    assert f"'logo.svg' has more than {BYTES_MAX:,} bytes" in larger.errors


def test_all_pictures_together_have_a_limit(certifly: CommandLine, tenant_id: int, folder: Path) -> None:
    names = [f"{number}.svg" for number in range(PICTURES_BYTES_MAX // BYTES_MAX + 1)]
    for name in names:
        (folder / name).write_bytes(b"")
        os.truncate(folder / name, BYTES_MAX)
    write(folder, document_with(*names[:-1]))
    largest = bring(certifly, folder)
    write(folder, document_with(*names))
    larger = bring(certifly, folder)

    # Nothing but zeros is no picture: each was read, and judged.
    assert "0.svg: " in largest.errors
    assert f"more than {PICTURES_BYTES_MAX:,} bytes together" in larger.errors


def test_a_document_names_a_limited_number_of_pictures(
    certifly: CommandLine, tenant_id: int, folder: Path
) -> None:
    for number in range(PICTURES_MAX + 1):
        (folder / f"{number}.svg").write_bytes(LOGO)
    write(folder, document_with(*(f"{number}.svg" for number in range(PICTURES_MAX))))
    most = bring(certifly, folder, "--json")
    write(folder, document_with(*(f"{number}.svg" for number in range(PICTURES_MAX + 1))))
    more = bring(certifly, folder, "--json")

    assert "names at most" not in most.fault["message"]
    assert f"names at most {PICTURES_MAX} pictures" in more.fault["message"]


@pytest.mark.parametrize(("names", "words"), [([], "no JSON file"), (["a.json", "b.json"], "2 JSON files")])
def test_a_folder_without_one_document_is_refused(
    certifly: CommandLine, tenant_id: int, folder: Path, names: list[str], words: str
) -> None:
    for name in names:
        write(folder, template_document(), name)
    (folder / "folder.json").mkdir()

    refused = bring(certifly, folder)

    assert refused.exit_code == 1
    assert words in refused.errors
    assert "Name the file of the template document.json." in refused.errors


def test_document_json_is_the_document_among_others(
    certifly: CommandLine, tenant_id: int, folder: Path
) -> None:
    write(folder, "[]", "a.json")
    write(folder, template_document(), "document.json")

    assert bring(certifly, folder).exit_code == 0


def test_standard_input_has_no_folder(certifly: CommandLine, tenant_id: int) -> None:
    content = json.dumps(document_with("logo.svg")).encode()

    refused = certifly("template", "import", "--tenant", "lovelace", "-", "--json", standard_input=content)

    assert list(refused.fault["errors"]) == ["layout.elements.0.asset"]


def test_a_starter_is_imported_by_its_name(
    certifly: CommandLine, database: Database, tenant_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    brought = bring(certifly, STARTER, "--publish", "--json")

    assert (brought.facts["id"], brought.facts["status"]) == ("1", "published")
    assert database.read(tenant_id, lambda db: find_published(db, 1)).result() is not None


def test_a_folder_comes_before_a_starter_of_its_name(
    certifly: CommandLine, tenant_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / STARTER).mkdir()
    write(tmp_path / STARTER, template_document(name="Mine"))

    assert bring(certifly, STARTER, "--json").facts["name"] == "Mine"


def test_a_new_tenant_gets_a_starter(certifly: CommandLine, database: Database) -> None:
    made = certifly(
        "tenant", "create", "babbage", "--name", "Babbage & Co.", "--starter", STARTER, "--json"
    ).facts

    assert list(made) == ["slug", "name", "created_at", "template_id"]
    tenant_id = database.read_directory(lambda directory: get_tenant(directory, "babbage").id).result()
    published = database.read(
        tenant_id, lambda db: find_published(db, int(str(made["template_id"])))
    ).result()
    assert published is not None
    assert published.document.name == "Certificate of completion"


def test_a_starter_that_does_not_exist_makes_no_tenant(certifly: CommandLine) -> None:
    refused = certifly("tenant", "create", "babbage", "--name", "Babbage & Co.", "--starter", "diploma")

    assert refused.exit_code == 2
    assert "There is no starter diploma. Starters: certificate-of-completion." in refused.errors
    assert "babbage" not in certifly("tenant", "list").output
