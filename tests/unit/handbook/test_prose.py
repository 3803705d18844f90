"""Pages that people write: their place is their address, and their links work in a code browser too."""

import re

import pytest

from certifly.handbook.contents import PROSE
from certifly.handbook.facts import Installation
from certifly.handbook.prose import FOLDER, read_page

INSTALLATION = Installation("https://certificates.example.org/gateway", {})


def test_a_page_has_the_title_and_the_summary_of_its_file() -> None:
    text = "# Set up e-mail\n\nHow `mail`\nis [sent](x.md). More.\n\nThe rest.\n"

    page = read_page("guides/email", text, INSTALLATION)

    assert (page.path, page.title) == ("guides/email", "Set up e-mail")
    assert page.summary == "How mail is sent. More."
    assert page.body.startswith("# Set up e-mail\n")


def test_the_first_file_is_the_front_page() -> None:
    page = read_page("index", "# Handbook\n\nAll.\n", INSTALLATION)

    assert (page.path, page.address, page.markdown_address) == ("", "/docs", "/docs.md")


@pytest.mark.parametrize(
    ("place", "link", "address"),
    [
        ("guides/email", "verify.md", "/docs/guides/verify"),
        ("guides/email", "../explanation/proofs.md#time", "/docs/explanation/proofs#time"),
        ("guides/email", "../index.md", "/docs/"),
        ("index", "guides/email.md", "/docs/guides/email"),
        ("guides/email", "/docs/reference/errors#x", "/docs/reference/errors#x"),
        ("guides/email", "https://example.org/a.md", "https://example.org/a.md"),
        ("guides/email", "#here", "#here"),
    ],
)
def test_a_relative_link_becomes_an_address(place: str, link: str, address: str) -> None:
    page = read_page(place, f"# T\n\nS.\n\n[x]({link})\n", INSTALLATION)

    assert f"[x]({address})" in page.body


def test_the_address_of_the_installation_stands_in_every_command() -> None:
    page = read_page(
        "a", "# T\n\nAt http://localhost:8000.\n\n    curl http://localhost:8000/x\n", INSTALLATION
    )

    assert "localhost" not in page.body + page.summary
    assert "curl https://certificates.example.org/gateway/x" in page.body


def test_every_file_has_its_place_in_the_contents() -> None:
    listed = {path or "index" for paths in PROSE.values() for path in paths}
    written = {file.relative_to(FOLDER).with_suffix("").as_posix() for file in FOLDER.rglob("*.md")}

    assert written == listed


def test_every_file_begins_with_its_title_and_links_within_the_handbook() -> None:
    for file in FOLDER.rglob("*.md"):
        place = file.relative_to(FOLDER).with_suffix("").as_posix()
        page = read_page(place, file.read_text(encoding="utf-8"), INSTALLATION)
        assert len(page.summary) <= 300, place
        assert not re.search(r"\]\((?!/|#|https?:|mailto:)", page.body), place


def test_why_a_test_runs_no_command_is_not_told_to_readers() -> None:
    text = "# T\n\nS.\n\n[not run]: # (It needs a server (of mail).)\n\n```sh\nls\n```\n"

    assert read_page("a", text, INSTALLATION).body == "# T\n\nS.\n\n```sh\nls\n```\n"
