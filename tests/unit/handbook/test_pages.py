"""Every page of the handbook, whoever wrote it: whole, in its place, and with links that lead somewhere."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from certifly.handbook.contents import Handbook
from certifly.handbook.markdown import parse
from certifly.handbook.page import Page
from tests.unit.handbook.conftest import PUBLIC_URL

ROOT = "/gateway"
ELSEWHERE = {"/openapi.json", "/llms.txt", "/llms-full.txt", "/docs/try", "/docs/search", "/_mcp/server"}
"""Addresses of this installation that are no pages of the handbook."""


class Elements(HTMLParser):
    """Gathers the ids and links of a page, and what its policy would refuse."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.refused: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "action") and tag in ("a", "form"):
                self.links.append(value or "")
            if name == "style" or name.startswith("on") or (tag == "script" and name == "integrity"):
                self.refused.append(f"{tag} {name}")


@pytest.fixture(scope="session")
def written(handbook: Handbook) -> dict[str, Elements]:
    return {page.address: Elements(handbook.html(page).decode()) for page in handbook.pages.values()}


def test_there_is_one_page_for_each_address(handbook: Handbook) -> None:
    pages = [page for section in handbook.sections for page in section.pages]

    assert len({page.path for page in pages}) == len(pages)
    assert all(re.fullmatch(r"([a-z0-9-]+(/[a-z0-9-]+)*)?", page.path) for page in pages)


def test_a_page_begins_with_its_title_and_says_what_it_is_for(handbook: Handbook) -> None:
    for page in handbook.pages.values():
        first = page.body.partition("\n")[0]
        assert first.startswith("# ") and first.strip("# ").replace("`", "") == page.title, page.path
        assert page.summary and "\n" not in page.summary, page.path


def test_there_is_no_such_page(handbook: Handbook) -> None:
    assert handbook.page("guides/nothing") is None


def test_every_link_of_every_page_leads_to_a_place(written: dict[str, Elements]) -> None:
    lost = [
        f"{address} -> {link}"
        for address, page in written.items()
        for link in page.links
        if not leads_somewhere(link.removeprefix(ROOT) if link.startswith("/") else link, address, written)
    ]

    assert lost == []


def test_links_carry_the_path_of_the_installation(written: dict[str, Elements]) -> None:
    for address, page in written.items():
        local = [link for link in page.links if link.startswith("/")]
        assert [link for link in local if not link.startswith(f"{ROOT}/")] == [], address


def test_every_link_in_the_markdown_leads_to_a_place(
    handbook: Handbook, written: dict[str, Elements]
) -> None:
    lost = []
    for page in handbook.pages.values():
        for link in links_in(handbook.markdown(page)):
            if link.startswith(f"{PUBLIC_URL}/docs") and not leads_somewhere(
                link.removeprefix(PUBLIC_URL), page.address, written
            ):
                lost.append(f"{page.path} -> {link}")
            assert not link.startswith("/"), page.path

    assert lost == []


def test_no_id_stands_twice_on_a_page(written: dict[str, Elements]) -> None:
    for address, page in written.items():
        assert sorted(page.ids) == sorted(set(page.ids)), address


def test_no_page_needs_what_its_policy_refuses(written: dict[str, Elements]) -> None:
    assert {address: page.refused for address, page in written.items() if page.refused} == {}


def test_the_markdown_of_a_page_says_where_the_rest_is(handbook: Handbook) -> None:
    page = first_of(handbook)

    assert handbook.markdown(page).split("\n\n")[0].split("\n") == [
        "> For clean Markdown of any page, append .md to the page URL.",
        f"> For a complete documentation index, see {PUBLIC_URL}/llms.txt.",
        f"> For full documentation content, see {PUBLIC_URL}/llms-full.txt.",
        "> For AI client integration (Claude Code, Cursor, etc.), connect to the MCP server at "
        f"{PUBLIC_URL}/_mcp/server.",
    ]


def test_a_page_knows_its_neighbours(handbook: Handbook) -> None:
    ordered = list(handbook.pages.values())

    html = handbook.html(ordered[1]).decode()

    assert f'<a rel="prev" href="{ROOT}{ordered[0].address}">' in html
    assert f'<a rel="next" href="{ROOT}{ordered[2].address}">' in html
    assert 'rel="prev"' not in handbook.html(ordered[0]).decode()
    assert 'rel="next"' not in handbook.html(ordered[-1]).decode()


def test_the_contents_mark_the_page_and_open_its_section(handbook: Handbook) -> None:
    page = handbook.page("gateway-api/certificates/revoke-certificate")
    assert page is not None

    html = handbook.html(page).decode()

    before, _, _ = html.partition(f'<a href="{ROOT}{page.address}" aria-current="page">')
    assert html.count('aria-current="page"') == 1
    assert before.rpartition("<details")[2].startswith(' class="section" open>')


def leads_somewhere(link: str, address: str, written: dict[str, Elements]) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return True
    place = (parts.path or address).rstrip("/").removesuffix(".md")
    if place in ELSEWHERE:
        return True
    return place in written and (not parts.fragment or unquote(parts.fragment) in written[place].ids)


def links_in(markdown: str) -> list[str]:
    return [
        str(child.attrGet("href"))
        for token in parse(markdown)
        for child in token.children or ()
        if child.type == "link_open"
    ]


def first_of(handbook: Handbook) -> Page:
    return next(iter(handbook.pages.values()))
