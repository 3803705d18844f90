"""The bundled contexts are the files they were, and nothing else is a context."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from certifly.credentials.contexts import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DID_V1,
    FOLDER,
    MULTIKEY_V1,
    OPEN_BADGES,
    OPEN_BADGES_EXTENSIONS,
    ContextChanged,
    ContextUnknown,
    load,
    sources,
)


@pytest.mark.parametrize("url", sorted(sources()))
def test_every_bundled_context_has_its_digest_its_origin_and_its_licence(url: str) -> None:
    source = sources()[url]

    assert sha256((FOLDER / source.file).read_bytes()).hexdigest() == source.sha256
    assert "@context" in load(url)
    assert source.package and source.version and source.path
    assert source.licence in ("MIT", "BSD-3-Clause", "W3C-20150513")


def test_every_file_of_the_folder_is_listed() -> None:
    listed = {source.file for source in sources().values()}

    assert {path.name for path in FOLDER.glob("*.json")} == listed | {"sources.json"}


@pytest.mark.parametrize(
    "url", [CREDENTIALS_V1, CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS, DID_V1, MULTIKEY_V1]
)
def test_what_we_name_is_bundled(url: str) -> None:
    assert load(url)["@context"]


def test_no_bundled_context_needs_another_to_be_fetched() -> None:
    def addresses(value: object) -> list[str]:
        if isinstance(value, dict):
            inner = [found for key, part in value.items() if key != "@context" for found in addresses(part)]
            context = value.get("@context")
            imported = [value["@import"]] if "@import" in value else []
            return inner + imported + ([context] if isinstance(context, str) else addresses(context))
        return [found for part in value for found in addresses(part)] if isinstance(value, list) else []

    assert [found for url in sources() for found in addresses(dict(load(url)))] == []


@pytest.mark.parametrize(
    "url",
    [
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "https://example.org/context",
        "http://www.w3.org/ns/credentials/v2",
        "file:///etc/passwd",
        "",
    ],
)
def test_any_other_address_is_unknown(url: str) -> None:
    with pytest.raises(ContextUnknown) as refused:
        load(url)

    assert refused.value.url == url


def test_a_damaged_file_is_not_used(tmp_path: Path) -> None:
    source = sources()[CREDENTIALS_V2]
    (tmp_path / "sources.json").write_text(json.dumps({CREDENTIALS_V2: source._asdict()}))
    content = (FOLDER / source.file).read_bytes()
    (tmp_path / source.file).write_bytes(content.replace(b"validUntil", b"validUntiI", 1))

    with pytest.raises(ContextChanged, match="Install Certifly anew"):
        load(CREDENTIALS_V2, tmp_path)
