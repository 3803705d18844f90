"""The short way for texts in ASCII leads where the long way does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.rendering import families
from certifly.rendering.families import type_of
from certifly.rendering.fonts import font_book
from certifly.rendering.layout import TextElement

FAMILIES = sorted(font_book(None).families)


@given(
    text=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\n"), max_size=40),
    family=st.sampled_from(FAMILIES),
    language=st.sampled_from(["en", "ja", "zh-Hant", "ar", "de-CH"]),
    spacing=st.sampled_from([0.0, 0.1]),
)
def test_a_text_in_ascii_is_set_in_the_same_type_either_way(
    text: str, family: str, language: str, spacing: float
) -> None:
    book = font_book(None)
    element = TextElement(
        type="text", text="x", x=0, y=0, width=10, height=10, font=family, size=10, letter_spacing=spacing
    )

    short = type_of(book, element, text, language, only_needed=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(families, "_plain_type", lambda *_: None)
        long = type_of(book, element, text, language, only_needed=True)

    assert short == long
