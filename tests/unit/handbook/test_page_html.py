"""What stands around a page: the list of all pages, the list of its headings, and its name."""

import re

import pytest

from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from certifly.handbook.markdown import Heading, Rendered
from certifly.handbook.navigation import method_of, navigation
from certifly.handbook.page import Page, Section
from certifly.handbook.page_html import HEADINGS_LISTED_MAX, page_html, search_html

INSTALLATION = Installation("https://certificates.example.org", {})
PAGE = Page("guides/seals", "Seals & <rings>", 'About "seals".', "# Seals\n")


def html_of(*headings: Heading, page: Page = PAGE) -> str:
    return page_html(
        page, Rendered("<p>x</p>", headings), (Section("Guides", (page,)),), INSTALLATION
    ).decode()


def listed(html: str) -> list[str]:
    return re.findall(r'<li class="level-\d"><a href="#([^"]+)"', html)


def test_titles_and_summaries_cannot_become_markup() -> None:
    html = html_of()

    assert "<title>Seals &amp; &lt;rings&gt; · Certifly handbook</title>" in html
    assert '<meta name="description" content="About &#34;seals&#34;.">' in html
    assert "<rings>" not in html


def test_the_front_page_is_called_the_handbook() -> None:
    assert "<title>Certifly handbook</title>" in html_of(page=Page("", "Handbook", "All.", "# Handbook\n"))


@pytest.mark.parametrize(("count", "is_listed"), [(0, False), (1, False), (2, True)])
def test_a_page_with_one_heading_needs_no_list_of_them(count: int, is_listed: bool) -> None:
    html = html_of(*(Heading(2, f"Part {number}", f"part-{number}") for number in range(count)))

    assert ("On this page" in html) == is_listed


def test_the_list_of_headings_stops_at_the_third_level() -> None:
    html = html_of(Heading(1, "T", "t"), Heading(2, "A", "a"), Heading(3, "B", "b"), Heading(4, "C", "c"))

    assert listed(html) == ["a", "b"]


@pytest.mark.parametrize(
    ("count", "shown"), [(HEADINGS_LISTED_MAX, HEADINGS_LISTED_MAX), (HEADINGS_LISTED_MAX + 1, 2)]
)
def test_a_page_of_many_headings_lists_those_of_the_second_level(count: int, shown: int) -> None:
    top = [Heading(2, "One", "one"), Heading(2, "Two", "two")]
    deep = (Heading(3, f"Part {number}", f"part-{number}") for number in range(count - len(top)))

    assert len(listed(html_of(*top, *deep))) == shown


def test_sections_of_one_name_before_the_colon_stand_together() -> None:
    sections = [Section(title, (PAGE,)) for title in ("Guides", "API: one", "API: two", "Reference")]

    groups = navigation(sections, None)

    assert [(group.title, [one.title for one in group.sections]) for group in groups] == [
        ("", ["Guides"]),
        ("API", ["One", "Two"]),
        ("", ["Reference"]),
    ]


def test_a_section_is_open_where_it_is_read() -> None:
    other = Page("reference/errors", "Errors", "All.", "# Errors\n")
    sections = [Section("Reference", (other,)), Section("Explanation", (PAGE,))]

    assert [one.is_open for group in navigation(sections, other) for one in group.sections] == [True, False]


def test_the_contents_name_the_method_of_every_call(handbook: Handbook) -> None:
    methods = {page.path: method_of(page) for page in handbook.pages.values()}

    assert methods["gateway-api/certificates/create-certificate"] == "POST"
    assert {path for path, method in methods.items() if method} == {
        path for path in methods if path.startswith("gateway-api/")
    }


def test_what_was_asked_cannot_become_markup() -> None:
    html = search_html("<b>", [], (), INSTALLATION).decode()

    assert "<b>" not in html and "“&lt;b&gt;”" in html
