"""Tables and code in Markdown hold whatever characters come."""

import pytest
from markdown_it import MarkdownIt

from certifly.handbook.reference.tables import code, fence, one_line, table

MARKDOWN = MarkdownIt("commonmark").enable("table")


def cells_of(text: str) -> list[list[str]]:
    """What a reader of Markdown finds in the rows of a table, the header first."""
    rows: list[list[str]] = []
    tokens = MARKDOWN.parse(text)
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        if token.type in ("td_open", "th_open"):
            children = tokens[index + 1].children or []
            rows[-1].append("".join(child.content for child in children))
    return rows


@pytest.mark.parametrize(
    "text",
    [
        "a | b",
        "one\ntwo",
        "one\r\n\r\ntwo",
        code("^(a|b)$"),
        code("`"),
        code("a``b|c`"),
        "<b>&amp;</b>",
        r"a\|b",
        "| --- |",
        "* _ # [x](y)",
    ],
)
def test_every_row_has_its_cells_whatever_stands_in_them(text: str) -> None:
    rows = cells_of(table(["One", "Two"], [[text, "second"], ["first", text]]))

    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[1][1] == "second"
    assert rows[2][0] == "first"
    assert all(cell for row in rows for cell in row)


@pytest.mark.parametrize("text", ["plain", "^(a|b)$", "`", "a``b", "`quoted`", "x`"])
def test_code_is_read_back_as_it_was(text: str) -> None:
    [[_], [read]] = cells_of(table(["Code"], [[code(text)]]))

    assert read == text


def test_a_table_without_rows_is_nothing() -> None:
    assert table(["One"], []) == ""


def test_a_fence_is_longer_than_those_in_it() -> None:
    block = fence("```\ninner\n```", "text", "A title")

    assert block == "````text A title\n```\ninner\n```\n````\n"
    [token] = MARKDOWN.parse(block)
    assert token.content == "```\ninner\n```\n"


def test_prose_of_the_source_becomes_one_line() -> None:
    assert one_line("Two ``words``\n    of code.") == "Two `words` of code."
