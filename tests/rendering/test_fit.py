"""What fits stays as designed; what does not wraps, then shrinks, then is refused with a remedy."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certifly.rendering.fit import CHARACTERS_PRINTED_MAX, TextProblem, TextProblems, fit
from certifly.rendering.fitting import Fitting
from certifly.rendering.fonts import EMOJI_FAMILY
from tests.rendering.sheets import SCRIPTS, fitted, sheet, text


def problems_of(words: str, *, language: str = "en", **changes: object) -> list[TextProblem]:
    with pytest.raises(TextProblems) as caught:
        fitted(words, language=language, **changes)
    return caught.value.problems


def test_a_short_name_keeps_its_size() -> None:
    assert fitted("Ada").size == 32
    assert fitted("Ada").lines == ("Ada",)


def test_a_long_name_shrinks_no_more_than_it_must() -> None:
    name = "Augusta Ada King-Noel, Countess of Lovelace"

    once = fitted(name, size_min=12)
    assert 12 < once.size < 32
    assert once.size % 0.25 == 0

    roomier = fitted(name, size=once.size)
    assert roomier.size == once.size
    assert problems_of(name, size=once.size + 0.25)


def test_size_min_is_reached_and_not_passed() -> None:
    name = "Ada Lovelace"

    assert fitted(name, size_min=31.9, width=57.25).size == 31.9
    assert fitted(name, size_min=16.1, width=29).size == 16.1
    assert [problem.kind for problem in problems_of(name, size_min=16.1, width=28)] == ["size"]


def test_without_size_min_nothing_shrinks() -> None:
    assert [problem.kind for problem in problems_of("Ada Lovelace " * 5)] == ["size"]


def test_lines_are_used_before_the_size_is_touched() -> None:
    fit_on_two = fitted("Augusta Ada King-Noel, Countess of Lovelace", lines_max=2, height=30, size_min=12)

    assert fit_on_two.size == 32
    assert len(fit_on_two.lines) == 2


def test_a_box_too_low_for_two_lines_of_that_size_gets_smaller_ones() -> None:
    name = "Augusta Ada King-Noel, Countess of Lovelace"

    low = fitted(name, lines_max=2, height=18, size_min=6)

    assert low.size < 32
    assert low.baseline + (len(low.lines) - 1) * low.pitch < 18 * 72 / 25.4


def test_centred_lines_are_balanced_and_others_filled() -> None:
    words = "The theory and the practice of the Analytical Engine"

    centred = fitted(words, lines_max=3, height=40, align="center").lines
    filled = fitted(words, lines_max=3, height=40, align="left").lines

    assert filled == ("The theory and the practice of the Analytical", "Engine")
    assert centred == ("The theory and the practice", "of the Analytical Engine")


def test_lines_of_the_template_are_kept_and_each_may_wrap() -> None:
    words = "{Student Name}\n\nfor the theory and practice of the Analytical Engine"

    lines = fitted("Ada", text=words, lines_max=4, height=60).lines

    assert lines[:2] == ("Ada", "")
    assert len(lines) == 4


def test_a_word_is_never_broken() -> None:
    [problem] = problems_of("W" * 40, lines_max=3, height=60, size_min=20)

    assert problem.kind == "size"


def test_ideographs_wrap_without_spaces() -> None:
    lines = fitted("中文測試" * 6, lines_max=2, height=40).lines

    assert len(lines) == 2
    assert "".join(lines) == "中文測試" * 6


def test_a_text_whose_every_placeholder_is_empty_is_left_out() -> None:
    layout = sheet(text("for {Course} {Grade}"), text("Certificate"), text("{Course}{Student Name}"))

    assert set(fit(layout, {"Student Name": "Ada"}).texts) == {1, 2}
    assert set(fit(layout, {"Course": "  "}).texts) == {1}


def test_an_empty_placeholder_leaves_no_gap() -> None:
    layout = sheet(text("{Title} {First} {Middle} {Last},\n{Course}\nGreenwich", lines_max=3, height=60))

    assert fit(layout, {"First": "Ada", "Last": "King"}).texts[0].lines == ("Ada King,", "Greenwich")


def test_strange_line_ends_of_the_template_are_line_ends() -> None:
    layout = sheet(text("a\r\nb\u2028{c}\td", lines_max=3, height=60))

    assert fit(layout, {"c": "x"}).texts[0].lines == ("a", "b", "x d")


def test_a_value_of_several_lines_is_printed_as_lines() -> None:
    layout = sheet(text("Modules: {c}\n{d}\nend", lines_max=6, height=80))

    lines = fit(layout, {"c": "- One\n\n- Three", "d": ""}).texts[0].lines

    assert lines == ("Modules: - One", "", "- Three", "end")


def test_the_lines_of_a_value_count_against_those_of_its_element() -> None:
    layout = sheet(text("Modules\n{c}", lines_max=3, height=60))

    assert fit(layout, {"c": "One\nTwo"}).texts[0].lines == ("Modules", "One", "Two")
    with pytest.raises(TextProblems) as refused:
        fit(layout, {"c": "One\nTwo\nThree"})
    [problem] = refused.value.problems
    assert problem.names == ("c",)
    assert problem.message == (
        "The text has 4 lines; its place on the certificate has room for 3 lines. Send fewer lines, or raise lines_max."
    )


def test_long_lines_of_a_value_wrap_too() -> None:
    layout = sheet(text("{c}", lines_max=3, height=60, align="left"))

    lines = fit(layout, {"c": "short\n" + "wide " * 12}).texts[0].lines

    assert lines[0] == "short" and len(lines) == 3


def test_capitals_follow_the_language() -> None:
    assert fitted("straße ﬁ", uppercase=True).lines == ("STRASSE FI",)
    assert fitted("diyarbakır", uppercase=True, language="tr").lines == ("DİYARBAKIR",)
    assert fitted("diyarbakır", uppercase=True, language="en").lines == ("DIYARBAKIR",)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_can_be_drawn(script: str) -> None:
    assert fitted(SCRIPTS[script], size_min=8).lines == (SCRIPTS[script],)


@pytest.mark.parametrize(
    ("words", "align", "is_right_to_left"),
    [("Ada محمد", "start", False), ("محمد Ada", "start", True), ("1843 דוד", "end", True)],
)
def test_direction_comes_from_the_first_strong_character(
    words: str, align: str, is_right_to_left: bool
) -> None:
    assert fitted(words, align=align).is_right_to_left is is_right_to_left


def test_a_name_is_not_set_in_two_typefaces() -> None:
    assert fitted("Ada Lovelace", font="Great Vibes").fonts == ("Great Vibes",)
    assert fitted("Υπατία Smith", font="Great Vibes").fonts[0] == "EB Garamond"
    assert fitted("Софья", font="Heebo").fonts[0] == "Inter"


def test_a_name_in_another_script_takes_its_spaces_and_digits_from_there() -> None:
    assert fitted("محمد عبد 12", font="Great Vibes").fonts == ("Amiri",)
    assert fitted("דוד 1948", font="Great Vibes").fonts == ("Frank Ruhl Libre",)
    assert fitted("Ada محمد", font="Great Vibes").fonts == ("Great Vibes", "Amiri")


def test_european_letters_that_no_companion_has_leave_the_chosen_family_in_front() -> None:
    # The first of the two letters only Inter has, the second only EB Garamond.
    assert fitted("ɒⱨ", font="Cinzel").fonts[0] == "Cinzel"


def test_ideographs_take_the_forms_of_the_text_or_else_of_the_language() -> None:
    assert fitted("骨").fonts[-1] == "Noto Sans SC"
    assert fitted("骨", language="zh-Hant").fonts[-1] == "Noto Sans TC"
    assert fitted("骨", language="ja").fonts[-1] == "Noto Sans JP"
    assert fitted("骨さ", language="zh").fonts[-1] == "Noto Sans JP"
    assert fitted("骨김", language="zh").fonts[-1] == "Noto Sans KR"


def test_emoji_are_pictures_and_signs_are_signs() -> None:
    assert fitted("Ada 🇩🇪").reserved == ((EMOJI_FAMILY, "🇩🇪"),)
    assert fitted("Ada ❤️").reserved == ((EMOJI_FAMILY, "❤"),)
    assert fitted("Ada ❤").reserved == ()
    assert fitted("Ada ☆").fonts != (EMOJI_FAMILY,)


def test_wide_punctuation_comes_from_the_family_of_its_ideographs() -> None:
    assert fitted("《Ada》").reserved == (("Noto Sans SC", "《》"),)
    assert fitted("《さ》").reserved == (("Noto Sans JP", "《》"),)
    assert fitted("《中》", font="Noto Sans TC").reserved == (("Noto Sans SC", "《》"),)


def test_letters_that_join_are_not_spaced_out() -> None:
    assert fitted("Ada", letter_spacing=0.1).tracking == 0.1
    assert fitted("محمد", letter_spacing=0.1).tracking == 0


def test_letter_spacing_takes_room() -> None:
    assert fitted("Analytical Engine", letter_spacing=0.5, width=120, size_min=8).size < 32


def test_a_character_no_font_has_is_named_with_its_placeholder() -> None:
    [problem] = problems_of("Ada 𐤀", text="{Student Name} of {Course}")

    assert problem.element == 0
    assert problem.names == ("Student Name",)
    assert (problem.kind, problem.characters) == ("glyph", "𐤀")
    assert "“𐤀” (U+10900)" in problem.message


def test_the_templates_own_words_are_nobodys_value() -> None:
    [problem] = problems_of("Ada", text="{Student Name} 𐤀")

    assert problem.names == ()


def test_many_missing_characters_are_counted() -> None:
    [problem] = problems_of(" ".join(chr(0x10900 + n) for n in range(12)))

    assert "and 4 more" in problem.message


def test_characters_for_private_use_are_refused() -> None:
    [problem] = problems_of("Ada \ue000")

    assert problem.kind == "glyph"
    assert "U+E000" in problem.message


def test_invisible_joiners_need_no_font() -> None:
    assert fitted("می\u200cخواهم A\u200dB \u200fC\u2060D").lines == ("می\u200cخواهم A\u200dB \u200fC\u2060D",)


def test_a_mark_whose_base_another_font_has_is_not_torn_off() -> None:
    # No shipped font has both; the typesetter would draw the letter twice, or not at all.
    [problem] = problems_of("אב \u064b", font="Heebo")

    assert problem.kind == "glyph"
    assert [problem.characters for problem in problems_of("中\u0302")] == ["中\u0302"]


def test_a_font_that_knows_the_whole_cluster_steps_in() -> None:
    assert fitted("ẍ̱", font="Great Vibes").lines == ("ẍ̱",)


def test_all_problems_are_told_at_once() -> None:
    layout = sheet(text("{A}", font="Papyrus"), text("{B}"), text("{C}"), text("fine"))

    with pytest.raises(TextProblems) as caught:
        fit(layout, {"A": "Ada", "B": "𐤀", "C": "Ada " * 60})

    assert [(problem.element, problem.kind) for problem in caught.value.problems] == [
        (0, "glyph"),
        (1, "glyph"),
        (2, "size"),
    ]
    assert "“Papyrus” of this template is not installed" in caught.value.message


def test_too_long_a_value_is_told_by_how_much() -> None:
    name = "Ada Lovelace " * 8

    [problem] = problems_of(name, size_min=16)
    excess = int(problem.message.split("about ")[1].split()[0])

    assert "even in the smallest type allowed there (16 pt). Shorten Student Name by about" in problem.message
    assert fitted(name[: math.floor((len(name) - excess) * 0.95)].strip(), size_min=16).size >= 16


def test_the_remedy_depends_on_whose_words_they_are() -> None:
    assert "Make the box larger" in problems_of("", text="Certificate " * 20)[0].message
    assert "Shorten A or B by about" in _first_problem("{A} {B}", {"A": "Ada " * 20, "B": "King"})
    assert "too low for a single line" in problems_of("Ada", height=5)[0].message
    assert "on 2 lines" in problems_of("Ada " * 60, lines_max=2, height=60)[0].message


def _first_problem(words: str, values: dict[str, str]) -> str:
    with pytest.raises(TextProblems) as caught:
        fit(sheet(text(words)), values)
    return caught.value.problems[0].message


def test_a_fitting_survives_storage() -> None:
    layout = sheet(text(), text("Ada 🎉 محمد", letter_spacing=0.1))
    fitting = fit(layout, {"Student Name": "Ada"})

    assert Fitting.from_json(json.loads(json.dumps(fitting.to_json()))) == fitting


def test_the_decision_is_the_same_in_whatever_order_texts_come() -> None:
    names = ["Ada Lovelace " * n for n in range(1, 6)]

    first = [fitted(name, size_min=4, font="Inter") for name in names]

    assert [fitted(name, size_min=4, font="Inter") for name in reversed(names)] == first[::-1]


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="Ada Lovelace-中文محمدעד 12(),👩🏽\u200d🎓สิ\u0301\u200d\u00ad", max_size=60),
    st.sampled_from(["EB Garamond", "Inter", "Great Vibes", "Cinzel"]),
    st.integers(1, 3),
    st.sampled_from(["left", "center", "right", "start", "end"]),
)
def test_any_text_is_set_or_refused(words: str, font: str, lines_max: int, align: str) -> None:
    layout = sheet(text(font=font, lines_max=lines_max, align=align, size_min=8, width=60))
    try:
        fitting = fit(layout, {"Student Name": words})
    except TextProblems:
        return
    for found in fitting.texts.values():
        assert 8 <= found.size <= 32
        assert 1 <= len(found.lines) <= lines_max


def test_a_certificate_has_room_for_so_many_characters_and_no_more() -> None:
    fifth = "word " * (CHARACTERS_PRINTED_MAX // 25 - 1) + "words"
    place = {"size": 4, "lines_max": 100, "width": 280, "height": 200}
    texts = [text(fifth, **place) for _ in range(5)]

    assert len(fit(sheet(*texts), {}).texts) == 5
    with pytest.raises(TextProblems) as caught:
        fit(sheet(*texts, text("{Name}", **place)), {"Name": "Ada"})

    [problem] = caught.value.problems
    assert (problem.element, problem.names, problem.kind) == (5, ("Name",), "size")
    assert str(CHARACTERS_PRINTED_MAX) in problem.message
