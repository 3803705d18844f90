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
from certifly.templates.sanitise import sanitise, without_markup

TAG = re.compile("</?[A-Za-z][^<>]*>")
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


@given(text=texts)
@example("<a <<b>\u0338 >")
@example("<b\u0338>")
@example("e<i>\u0301</i>")
@example("<<<b>b>b>")
@example("<a <!-- > -->>")
@example("<!<b>--x-->")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = sanitise(text)

    assert sanitise(once) == once


@given(text=texts)
def test_no_tag_no_comment_and_no_forbidden_character_is_left(text: str) -> None:
    cleaned = sanitise(text)

    assert not TAG.search(cleaned)
    assert not COMMENT.search(cleaned)
    assert not any(unicodedata.category(character) == "Cc" for character in cleaned)
    assert not any(
        "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" for character in cleaned
    )
    assert not any(
        ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF for character in cleaned
    )
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert not re.search(r"\s\s", cleaned)
    cleaned.encode("utf-8")


@given(text=markup)
def test_one_pass_removes_what_repeated_substitution_would_have_to(text: str) -> None:
    left = without_markup(text)

    assert not TAG.search(left)
    assert not COMMENT.search(left)


@given(text=st.text(st.characters(exclude_categories=["C", "Z", "M"], exclude_characters="<>"), min_size=1))
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
        lambda n: "<b" * n + ">" * n,
        lambda n: "<!--" * n + "-->" * n,
        lambda n: "<!" * n + "--" * n + ">",
        lambda n: "< >" * n,
        lambda n: "<a <" * n + "\u0338 >" * n,
    ],
    ids=["open", "nested", "comments", "bangs", "pairs", "strokes"],
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
        sanitise(text)
    finally:
        sys.settrace(before)
    return count
