"""What holds for every text that is cleaned."""

import re
import sys
import unicodedata
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certifly.templates.errors import UnacceptableText
from certifly.templates.sanitise import clean, sanitise

TAG = re.compile(
    """</?(?:b|e?m|i|p|br|span|div)\\s*/?>|<(?:a|b|img|video)\\s[^<>"']*=[^<>"']*>""", re.IGNORECASE
)
"""Not the expression that cleaning uses."""
COMMENT = re.compile("<!--.*?-->", re.DOTALL)

anything = st.text(st.characters(exclude_categories=["Cs"]))
markup = st.lists(
    st.sampled_from(
        [
            *(
                "<",
                ">",
                "/",
                "!",
                "-",
                "b",
                "e",
                "--",
                "<b>",
                "<br>",
                "</p>",
                "<a x='",
                "=",
                '"',
                "&lt;",
                "&amp;",
                "&#62;",
                "<script>",
                "</script>",
                "<![CDATA[",
                "]]>",
                "\n",
                "\r",
                "\x1e",
                "</b>",
                "<!--",
                "-->",
                " ",
                "\0",
                "\u0338",
                "\u0301",
            ),
            *(
                "\u0327",
                "\u226e",
                "\u226f",
                "\u212a",
                "\u200d",
                "\ufeff",
                "\u202e",
                "\ufffe",
                "\u2028",
                "\u3000",
            ),
        ]
    ),
    max_size=40,
).map("".join)
texts = anything | markup | st.tuples(anything, markup, anything).map("".join)


@given(text=texts, multiline=st.booleans())
@example(text="<a <<b>\u0338 >", multiline=False)
@example(text="<b\u0338>", multiline=False)
@example(text="e<i>\u0301</i>", multiline=False)
@example(text="<<<b>b>b>", multiline=False)
@example(text="<a <!-- > -->>", multiline=False)
@example(text="<!<b>--x-->", multiline=False)
@example(text="<p>a\n</p>\n<br>\n b", multiline=True)
def test_cleaning_twice_is_cleaning_once(text: str, multiline: bool) -> None:
    once = sanitised(text, multiline=multiline)

    assert clean(once, multiline=multiline) == once


@given(text=texts)
def test_a_text_on_one_line_is_the_one_of_several_lines_with_spaces(text: str) -> None:
    assert sanitised(text) == " ".join(sanitised(text, multiline=True).split())


@given(text=texts, multiline=st.booleans())
def test_no_tag_no_comment_and_no_forbidden_character_is_left(text: str, multiline: bool) -> None:
    cleaned = sanitised(text, multiline=multiline)

    assert not TAG.search(cleaned)
    assert not COMMENT.search(cleaned)
    controls = {character for character in cleaned if unicodedata.category(character) == "Cc"}
    assert controls <= ({"\n"} if multiline else set())
    assert not any(
        "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" for character in cleaned
    )
    assert not any(
        ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF for character in cleaned
    )
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert not re.search(r"[^\S\n][^\S\n]|[^\S\n]\n|\n[^\S\n]", cleaned)
    cleaned.encode("utf-8")


REFUSED = re.compile(r"U\+FFFD|inside of HTML tags|without </(script|style)>|for no character")


def sanitised(text: str, *, multiline: bool = False) -> str:
    """The clean text; empty for one that is refused, in words."""
    try:
        return sanitise(text, multiline=multiline)
    except UnacceptableText as error:
        if not REFUSED.search(str(error)):
            raise
        return ""


@given(
    text=st.text(
        st.characters(exclude_categories=["C", "Z", "M"], exclude_characters="<>&\ufffd"), min_size=1
    )
)
def test_letters_digits_signs_and_marks_come_through_in_nfc(text: str) -> None:
    cleaned = sanitise(text)

    assert cleaned in ("", unicodedata.normalize("NFC", text))


@given(before=anything, half=st.integers(0xD800, 0xDFFF), after=anything)
def test_half_a_surrogate_pair_is_always_refused(before: str, half: int, after: str) -> None:
    with pytest.raises(UnacceptableText, match="surrogate"):
        sanitise(before + chr(half) + after)


@pytest.mark.parametrize(
    "attack",
    [
        lambda n: "<" * n + ">",
        lambda n: "<![CDATA[" * n + ">",
        lambda n: "<script>" * n + "</script>" * n,
        lambda n: "<a b='<a c=\"" * n + ">",
        lambda n: "&amp;" * n,
        lambda n: "<br>" * n,
        lambda n: "<b" * n + ">" * n,
        lambda n: "<!--" * n + "-->" * n,
        lambda n: "<!" * n + "--" * n + ">",
        lambda n: "< >" * n,
        lambda n: "<a <" * n + "\u0338 >" * n,
    ],
    ids=[
        "open",
        "cdata",
        "scripts",
        "quotes",
        "references",
        "breaks",
        "nested",
        "comments",
        "bangs",
        "pairs",
        "strokes",
    ],
)
def test_the_work_grows_with_the_length_of_the_text_and_not_with_its_square(
    attack: Callable[[int], str],
) -> None:
    assert lines_run(attack(1000)) < 2.2 * lines_run(attack(500))


def lines_run(text: str) -> int:
    """How many lines of Python the cleaning took: unlike seconds, the same on every machine."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        sanitised(text)
    finally:
        sys.settrace(before)
    return count
