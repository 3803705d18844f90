"""Lines end where a careful setter would end them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.rendering.breaks import segments_of


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Ada Lovelace", ["Ada ", "Lovelace"]),
        ("Ada\u00a0Lovelace", ["Ada\u00a0Lovelace"]),
        ("Jean-Luc", ["Jean-", "Luc"]),
        ("room 12-14, a -b", ["room ", "12-14, ", "a ", "-b"]),
        ("und/oder", ["und/", "oder"]),
        ("a\u200bb", ["a\u200b", "b"]),
        ("“Quoted” (text).", ["“Quoted” ", "(text)."]),
        ("中文，《字》。", ["中", "文，", "《字》。"]),
        ("ユーザー", ["ユー", "ザー"]),
        ("김민준 박서연", ["김민준 ", "박서연"]),
        ("สมชายใจดี", ["สมชาย", "ใจดี"]),
        ("เaใ", ["เaใ"]),
        ("👩🏽\u200d🎓🇩🇪🇫🇷❤️", ["👩🏽\u200d🎓", "🇩🇪", "🇫🇷", "❤️"]),
        ("x", ["x"]),
        ("", [""]),
    ],
)
def test_a_text_has_these_pieces(text: str, pieces: list[str]) -> None:
    assert list(segments_of(text)) == pieces


@given(st.text(alphabet="ab -/中、《》김ใส1👩🏽\u200d🎓🇩🇪\u0301\u00a0"))
def test_pieces_join_to_the_text_and_none_begins_with_a_mark_or_a_space(text: str) -> None:
    pieces = segments_of(text)

    assert "".join(pieces) == text
    assert not [piece for piece in pieces[1:] if piece[0] in " \u00a0\u200d"]
    assert not [piece for piece in pieces[1:] if unicodedata.category(piece[0]).startswith("M")]
