"""Directions as the bidirectional algorithm has them. Levels written by hand from UAX #9."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.rendering.bidi import levels_of, starts_right_to_left
from certifly.rendering.scripts import in_visual_order, runs_of


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Ada", False), ("עדה", True), ("عائشة", True), ("18: עדה", True), ("(a) עדה", False), ("12", False)],
)
def test_the_first_strong_character_decides(text: str, answer: bool) -> None:
    assert starts_right_to_left(text) is answer


@pytest.mark.parametrize(
    ("text", "is_right_to_left", "levels"),
    [
        ("Ada 1843", False, "00000000"),
        ("אב 18", True, "11122"),
        ("אב 18", False, "11122"),
        ("Ada אב", False, "000011"),
        ("אב Ada 18", True, "111222222"),
        ("אב 12/03", True, "11122222"),
        ("אב 12+3", True, "1112222"),
        ("אב 5%", True, "11122"),
        ("אב $5", True, "11122"),
        ("اب 12/3", True, "1112222"),
        ("اب 12-3", True, "1112212"),
        ("אב - 5", True, "111112"),
        ("a (אב) b", False, "00011000"),
        ("אב (ab) ג", True, "111122111"),
        ("אב (גa) ד", True, "111112111"),
        ("a אב (c) ד", False, "0011000001"),
        ("א (b) c", True, "1112112"),
        ("א c (b) c", True, "112222222"),
        ("א [b] c", True, "1112112"),
        ("(אב", False, "011"),
        ("a)(b", False, "0000"),
        ("אָב", True, "111"),
        ("א\u200dב", True, "111"),
        ("\u200dא", True, "11"),
        ("（א）", True, "111"),
    ],
)
def test_levels(text: str, is_right_to_left: bool, levels: str) -> None:
    assert levels_of(text, is_right_to_left=is_right_to_left) == [int(level) for level in levels]


def test_runs_are_reversed_where_they_run_right_to_left() -> None:
    text = "אב 12 ab ג"
    runs = runs_of(text, is_right_to_left=True)

    assert [text[start:end] for start, end, _ in runs] == ["אב ", "12", " ", "ab", " ג"]
    assert [text[start:end] for start, end, _ in in_visual_order(runs)] == [" ג", "ab", " ", "12", "אב "]


def test_scripts_are_apart_and_common_signs_go_with_their_neighbours() -> None:
    text = "Ada, 中文 さ"

    assert [text[start:end] for start, end, _ in runs_of(text, is_right_to_left=False)] == [
        "Ada, ",
        "中文 ",
        "さ",
    ]


@given(st.text(min_size=1, alphabet="aאع1٢ .,()+-$%\u0301\u200d[]中"), st.booleans())
def test_runs_cover_the_text_once(text: str, is_right_to_left: bool) -> None:
    runs = runs_of(text, is_right_to_left=is_right_to_left)

    assert "".join(text[start:end] for start, end, _ in runs) == text
    assert sorted(in_visual_order(runs)) == runs
