"""Markdown to HTML: what a page may hold, and what it never can."""

import re

import pytest

from certifly.handbook.markdown import links_made_absolute, render, slug


def html(body: str, root: str = "") -> str:
    return render(body, root=root).html


def test_html_in_the_source_stays_text() -> None:
    written = html('<script>alert(1)</script>\n\nA <b onclick="x">word</b>\n')

    assert "<script" not in written and "<b " not in written
    assert "&lt;script&gt;" in written


def test_a_link_that_runs_a_script_is_no_link() -> None:
    assert "href" not in html("[x](javascript:alert(1))")


def test_nothing_carries_a_style() -> None:
    written = html("| a | b |\n|:--|--:|\n| 1 | 2 |\n\n```python\nprint('x')\n```\n")

    assert "style=" not in written
    assert '<td class="to-left">' in written and '<td class="to-right">' in written


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Path parameters", "path-parameters"),
        ("`template_archived`", "template_archived"),
        ("CERTIFLY_PUBLIC_URL", "certifly_public_url"),
        ("What's new?", "whats-new"),
        ("Bounces, read", "bounces-read"),
    ],
)
def test_an_anchor_is_made_as_code_browsers_make_it(heading: str, anchor: str) -> None:
    assert f'<h2 id="{anchor}">' in html(f"## {heading}")


def test_headings_of_one_name_have_anchors_of_their_own() -> None:
    found = [heading.anchor for heading in render("## Errors\n\n## Errors\n\n## Errors\n", root="").headings]

    assert found == ["errors", "errors-1", "errors-2"]


def test_a_heading_leads_to_itself() -> None:
    assert '<a class="here" href="#errors">' in html("## Errors")


def test_a_heading_with_a_link_keeps_that_link_alone() -> None:
    written = html("## See [there](/docs/there)")

    assert written.count("<a ") == 1 and 'href="/docs/there"' in written


def test_a_row_that_begins_with_a_word_of_code_has_an_anchor() -> None:
    written = html("| code | meaning |\n|---|---|\n| `not_found` | x |\n| two words | y |\n")

    assert '<tr id="not_found">' in written
    assert written.count("<tr id=") == 1


def test_a_row_leaves_an_anchor_to_the_heading_that_has_it() -> None:
    written = html("## `data`\n\n| field | |\n|---|---|\n| `data` | x |\n")

    assert written.count('id="data"') == 1


def test_a_link_of_the_installation_gets_its_path() -> None:
    written = html("[a](/docs/x#y) [b](https://example.org/) [c](#here)", root="/gateway")

    assert re.findall('href="([^"]+)"', written) == ["/gateway/docs/x#y", "https://example.org/", "#here"]


def test_fences_of_one_title_become_tabs() -> None:
    written = html("```python One\na\n```\n\n```go One\nb\n```\n\n```python Two\nc\n```\n")

    assert written.count('class="tabs"') == 1
    assert re.findall('data-language="([^"]+)"', written) == ["python", "go"]
    assert '<p class="tabs-title">One</p>' in written
    assert '<p class="code-title">Two</p>' in written


def test_a_language_that_comes_again_begins_another_group() -> None:
    fences = "".join(f"```{language} One\nx\n```\n\n" for language in ("python", "go", "python", "go"))

    assert html(fences).count('class="tabs"') == 2


@pytest.mark.parametrize("between", ["Words.\n\n", "---\n\n"])
def test_what_stands_between_fences_parts_them(between: str) -> None:
    assert 'class="tabs"' not in html(f"```python One\na\n```\n\n{between}```go One\nb\n```\n")


def test_fences_without_a_title_stay_apart() -> None:
    assert 'class="tabs"' not in html("```python\na\n```\n\n```go\nb\n```\n")


def test_code_is_coloured_by_classes_and_can_be_reached_by_the_keyboard() -> None:
    written = html("```python\nimport requests\n```\n")

    assert '<span class="kn">import</span>' in written
    assert '<pre tabindex="0" role="group" aria-label="Code, Python">' in written


@pytest.mark.parametrize("fence", ["```", "```klingon", "```text"])
def test_code_of_no_known_language_is_shown_as_it_is(fence: str) -> None:
    assert "a &lt; b" in html(f"{fence}\na < b\n```\n")


def test_a_title_of_code_cannot_become_markup() -> None:
    assert "<i>" not in html("```python <i>\na\n```\n\n```go <i>\nb\n```\n")


def test_a_quotation_that_begins_with_a_bold_word_is_a_note() -> None:
    written = html("> **Warning** Keep it.\n\n> Only quoted.\n")

    assert '<div class="note warning" role="note">' in written
    assert written.count("<blockquote>") == 1


def test_a_note_ends_where_it_ends() -> None:
    assert html("> **Note** a\n>\n> > b\n").count("</div>") == 1


def test_the_line_that_names_a_call_stands_out() -> None:
    written = html("POST https://example.org/api  \nContent-Type: application/json\n\nPOST it now.\n")

    assert written.count('<p class="call">') == 1


def test_links_are_made_absolute_outside_of_code() -> None:
    body = (
        "[a](/docs/x) ![b](/y) [c](//z)\n\n```md\n[a](/docs/x)\n```\n\n~~~~\n```\n[a](/in)\n~~~~\n[d](/docs)"
    )

    made = links_made_absolute(body, "https://e.org/g")

    assert "[a](https://e.org/g/docs/x) ![b](https://e.org/g/y) [c](//z)" in made
    assert "```md\n[a](/docs/x)\n```" in made
    assert "[a](/in)" in made
    assert made.endswith("[d](https://e.org/g/docs)")


def test_an_anchor_holds_no_blank() -> None:
    assert slug("  A b  ") == "a-b"
