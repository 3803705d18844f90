"""`certifly template import`: a design from a file, judged as strictly as one that comes over HTTP."""

import json
from pathlib import Path
from typing import Any

import pytest

from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.templates.document import parse_document
from certifly.templates.draft import DOCUMENT_BYTES_MAX
from certifly.templates.queries import find_published, get_template, list_templates
from certifly.tenants.tenants import get_tenant
from tests.cast import template_document, text_element
from tests.command import Answer, CommandLine


@pytest.fixture
def tenant_id(certifly: CommandLine, database: Database) -> int:
    """Tenant Lovelace, made as an operator makes it."""
    assert certifly("tenant", "create", "lovelace", "--name", "Lovelace Academy").exit_code == 0
    return database.read_directory(lambda directory: get_tenant(directory, "lovelace").id).result()


def bring(certifly: CommandLine, path: Path, document: Any, *options: str) -> Answer:
    """Import a document from a file."""
    file = path / "certificate.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return certifly("template", "import", "--tenant", "lovelace", str(file), *options)


def count_templates(database: Database, tenant_id: int) -> int:
    return len(database.read(tenant_id, lambda db: list_templates(db, limit=10)).result())


def test_an_imported_template_is_a_draft(
    certifly: CommandLine, database: Database, tenant_id: int, tmp_path: Path
) -> None:
    brought = bring(certifly, tmp_path, template_document())

    assert brought.output == (
        "id: 1\ntenant: lovelace\nname: Certificate of completion\nstatus: draft\nversion: -\n"
    )
    assert database.read(tenant_id, lambda db: find_published(db, 1)).result() is None


def test_a_published_import_can_be_issued_from(
    certifly: CommandLine, database: Database, tenant_id: int, tmp_path: Path
) -> None:
    brought = bring(certifly, tmp_path, template_document(), "--publish", "--json").facts

    assert (brought["id"], brought["status"], brought["version"]) == ("1", "published", 1)
    published = database.read(tenant_id, lambda db: find_published(db, 1)).result()
    assert published is not None
    assert published.document == parse_document(template_document())


def test_a_template_travels_without_change(
    certifly: CommandLine, database: Database, tenant_id: int, tmp_path: Path
) -> None:
    bring(certifly, tmp_path, template_document())

    def stored(db: TenantDB) -> Any:
        return get_template(db, 1).document

    first = database.read(tenant_id, stored).result()
    bring(certifly, tmp_path, first)

    assert database.read(tenant_id, lambda db: get_template(db, 2).document).result() == first


def test_standard_input_is_a_file_too(certifly: CommandLine, tenant_id: int) -> None:
    document = json.dumps(template_document()).encode()

    brought = certifly("template", "import", "--tenant", "lovelace", "-", "--json", standard_input=document)

    assert brought.facts["id"] == "1"


def test_every_fault_of_a_document_is_told_with_its_place(
    certifly: CommandLine, tenant_id: int, tmp_path: Path
) -> None:
    document = template_document(
        layout={"page": {"width": 297, "height": 210}, "elements": [text_element("{Nobody}")]}
    )

    fault = bring(certifly, tmp_path, document | {"language": "klingon"}, "--json").fault
    told = bring(certifly, tmp_path, document | {"language": "klingon"})

    assert "language" in fault["errors"]
    assert told.exit_code == 1
    assert len(told.errors.splitlines()) == sum(map(len, fault["errors"].values()))


def test_a_design_that_cannot_be_published_leaves_nothing(
    certifly: CommandLine, database: Database, tenant_id: int, tmp_path: Path
) -> None:
    narrow = text_element("{issuer.name}", width=4, height=4, size=40, size_min=40)
    document = template_document(layout={"page": {"width": 297, "height": 210}, "elements": [narrow]})

    refused = bring(certifly, tmp_path, document, "--publish", "--json")

    assert list(refused.fault["errors"]) == ["layout.elements.0.text"]
    assert count_templates(database, tenant_id) == 0


def test_a_picture_nobody_uploaded_is_refused(certifly: CommandLine, tenant_id: int, tmp_path: Path) -> None:
    picture = {"type": "image", "asset": "sha256:" + "0" * 64, "decorative": True}
    picture |= {"x": 0, "y": 0, "width": 297, "height": 210}
    document = template_document(layout={"page": {"width": 297, "height": 210}, "elements": [picture]})

    refused = bring(certifly, tmp_path, document)

    assert refused.exit_code == 1
    assert "layout.elements.0.asset" in refused.errors


@pytest.mark.parametrize("document", ['{"name": ', "[]", '{"name": "a", "name": "b"}', '{"name": NaN}'])
def test_what_is_no_document_is_refused(
    certifly: CommandLine, tenant_id: int, tmp_path: Path, document: str
) -> None:
    refused = bring(certifly, tmp_path, document, "--json")

    assert refused.exit_code == 1
    assert refused.fault["code"] == "Invalid"


def test_a_file_may_be_as_large_as_a_document_and_no_larger(
    certifly: CommandLine, tenant_id: int, tmp_path: Path
) -> None:
    document = json.dumps(template_document())

    largest = bring(certifly, tmp_path, document.ljust(DOCUMENT_BYTES_MAX))
    larger = bring(certifly, tmp_path, document.ljust(DOCUMENT_BYTES_MAX + 1))

    assert largest.exit_code == 0
    assert larger.exit_code == 1
    assert f"at most {DOCUMENT_BYTES_MAX} bytes" in larger.errors


def test_a_file_that_is_not_there_is_a_wrong_call_that_names_the_starters(
    sqlite: CommandLine, tmp_path: Path
) -> None:
    refused = sqlite("template", "import", "--tenant", "lovelace", str(tmp_path / "gone.json"))

    assert refused.exit_code == 2
    assert "There is no file or folder" in refused.errors
    assert "Starters: certificate-of-completion." in refused.errors


def test_a_file_that_cannot_be_read_is_a_wrong_call(sqlite: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "certificate.json").symlink_to("/proc/self/mem")

    refused = sqlite("template", "import", "--tenant", "lovelace", str(tmp_path / "certificate.json"))

    assert refused.exit_code == 2
    assert "cannot be read: " in refused.errors


def test_a_tenant_that_does_not_exist_gets_no_template(sqlite: CommandLine, tmp_path: Path) -> None:
    refused = bring(sqlite, tmp_path, template_document())

    assert refused.exit_code == 1
    assert "There is no tenant lovelace." in refused.errors
