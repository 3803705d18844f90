"""The handbook as files: whole, in a folder of its own, and finished or told as unfinished."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from certifly.handbook.contents import Handbook
from certifly.handbook.export import MARKER, UNFINISHED, FolderNotEmpty, FolderUnusable, export

ROOT = "/gateway"


class Links(HTMLParser):
    """What a page loads and leads to, and its ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        self.ids |= {str(known["id"])} if "id" in known else set()
        names = ("href", "src", "action", "data-index", "data-copy", "data-document")
        self.targets += [str(known[name]) for name in names if name in known]


@pytest.fixture(scope="module")
def site(handbook: Handbook, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "new" / "folder"
    export(handbook, folder)
    return folder


@pytest.fixture(scope="module")
def small(handbook: Handbook) -> Handbook:
    """A handbook of two sections: what becomes of folders does not depend on how many pages there are."""
    small = Handbook(handbook.installation)
    small.sections = handbook.sections[:2]
    return small


def file_at(site: Path, path: str) -> Path:
    """What a plain web server serves at a path."""
    found = site / unquote(path).removeprefix(ROOT).strip("/")
    return found / "index.html" if found.is_dir() else found


def test_every_page_is_there_as_html_and_as_markdown(handbook: Handbook, site: Path) -> None:
    for page in handbook.pages.values():
        assert file_at(site, page.address).read_text().startswith("<!doctype html>")
        assert file_at(site, page.markdown_address).read_text() == handbook.markdown(page)


def test_everything_a_page_loads_or_leads_to_is_there(site: Path) -> None:
    pages = {path: Links(path.read_text()) for path in site.rglob("*.html")}
    lost = []
    for path, page in pages.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or (parts.path and not parts.path.startswith(f"{ROOT}/")):
                continue
            file = file_at(site, parts.path) if parts.path else path
            has_anchor = (
                not parts.fragment or file.suffix != ".html" or unquote(parts.fragment) in pages[file].ids
            )
            if not file.is_file() or not has_anchor:
                lost.append(f"{path.relative_to(site)} -> {target}")

    assert lost == []


def test_what_models_read_is_there(site: Path) -> None:
    for name in ("llms.txt", "llms-full.txt", "openapi.json", "docs.md", "docs/index.md", "404.html"):
        assert (site / name).stat().st_size > 100
    for address in re.findall(r"\((https://\S+)\)", (site / "llms.txt").read_text()):
        assert file_at(site, urlsplit(address).path).is_file(), address


def test_each_page_says_the_policy_that_no_header_says(site: Path) -> None:
    for path in site.rglob("*.html"):
        [said] = re.findall(
            r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', path.read_text()
        )
        assert said.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors" not in said and "unsafe" not in said


def test_the_search_runs_in_the_browser(site: Path) -> None:
    page = (site / "docs/search/index.html").read_text()

    assert f'<div id="results" data-index="{ROOT}/docs/search-index.json">' in page
    assert "<noscript>" in page


def test_it_is_marked_as_finished(site: Path) -> None:
    listed = json.loads((site / MARKER).read_text())
    found = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}

    assert found == {*listed, MARKER}


def test_an_empty_folder_is_taken(small: Handbook, tmp_path: Path) -> None:
    assert export(small, tmp_path)


def test_a_folder_of_somebody_else_is_refused(small: Handbook, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("Notes on the Engine")

    with pytest.raises(FolderNotEmpty, match="holds no earlier export"):
        export(small, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_earlier_export_is_replaced_and_what_others_put_there_stays(
    small: Handbook, tmp_path: Path
) -> None:
    old = tmp_path / "docs" / "old" / "index.html"
    export(small, tmp_path)
    old.parent.mkdir()
    old.write_text("old")
    (tmp_path / "CNAME").write_text("example.org")
    names = json.loads((tmp_path / MARKER).read_text())
    (tmp_path / MARKER).write_text(json.dumps([*names, "docs/old/index.html", "docs/gone.md"]))

    export(small, tmp_path)

    assert not old.parent.exists()
    assert (tmp_path / "CNAME").read_text() == "example.org"
    assert not (tmp_path / UNFINISHED).exists()


def test_an_interrupted_export_is_told_and_can_be_finished(small: Handbook, tmp_path: Path) -> None:
    blocked = tmp_path / "llms.txt"
    blocked.mkdir()
    (tmp_path / MARKER).write_text("[]")

    with pytest.raises(FolderUnusable):
        export(small, tmp_path)

    assert (tmp_path / UNFINISHED).exists() and not (tmp_path / MARKER).exists()
    blocked.rmdir()
    export(small, tmp_path)
    assert (tmp_path / MARKER).exists() and not (tmp_path / UNFINISHED).exists()


@pytest.mark.parametrize(
    "content",
    [
        '["../precious"]',
        '["a/../../precious"]',
        '["/precious"]',
        '["a\\u0000"]',
        "{",
        "7",
        "[7, null]",
        "[" * 100_000,
    ],
    ids=lambda content: content[:20],
)
def test_a_marker_that_others_wrote_removes_nothing_outside(
    small: Handbook, tmp_path: Path, content: str
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("x")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / MARKER).write_text(content)

    export(small, folder)

    assert precious.exists()


@pytest.mark.parametrize("place", ["docs", "docs/guides", "llms.txt", MARKER, UNFINISHED])
def test_a_link_in_the_folder_leads_nowhere(small: Handbook, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text('["docs/precious"]')
    folder = tmp_path / "site"
    (folder / place).parent.mkdir(parents=True)
    (folder / MARKER).write_text('["docs/precious", "docs/guides/precious"]')
    (folder / place).unlink(missing_ok=True)
    (folder / place).symlink_to(outside if place.startswith("docs") else outside / "precious")

    with pytest.raises(FolderUnusable, match=f"{place} in it is a link"):
        export(small, folder)

    assert [path.name for path in outside.iterdir()] == ["precious"]
    assert (outside / "precious").read_text() == '["docs/precious"]'


def test_the_folder_itself_may_be_a_link(small: Handbook, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")

    assert export(small, tmp_path / "site")
    assert (tmp_path / "real" / MARKER).exists()


def test_a_folder_that_cannot_be_made_is_told(small: Handbook, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")

    with pytest.raises(FolderUnusable, match="cannot be written"):
        export(small, file / "below")
