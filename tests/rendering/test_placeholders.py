"""Placeholders are found where they are written, and braces can be printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.rendering.placeholders import PlaceholderMalformed, fill, names_in


def test_names_are_told_once_each_in_reading_order() -> None:
    assert names_in("{Course} for {Student Name}, {Course}") == ["Course", "Student Name"]


def test_values_take_the_places_of_their_names() -> None:
    assert fill("{A} and {B}", {"A": "Ada", "B": "{A}"}) == "Ada and {A}"


def test_a_placeholder_without_a_value_becomes_nothing() -> None:
    assert fill("Ada{Title}", {}) == "Ada"


def test_spaces_around_a_name_are_not_part_of_it() -> None:
    assert fill("{ Student Name }", {"Student Name": "Ada"}) == "Ada"


def test_double_braces_are_printed_braces() -> None:
    assert names_in("{{Student Name}}") == []
    assert fill("{{{A}}}", {"A": "Ada"}) == "{Ada}"


@pytest.mark.parametrize("text", ["{", "}", "{Name", "Name}", "{{Name}", "{a{b}}"])
def test_a_brace_without_a_partner_is_refused(text: str) -> None:
    with pytest.raises(PlaceholderMalformed, match="has no partner"):
        names_in(text)


@pytest.mark.parametrize("text", ["{}", "for { }"])
def test_a_placeholder_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(PlaceholderMalformed, match="has no name"):
        names_in(text)


@given(st.text())
def test_text_whose_braces_are_doubled_is_printed_as_it_was(text: str) -> None:
    assert fill(text.replace("{", "{{").replace("}", "}}"), {}) == text


@given(value=st.text())
def test_a_value_is_never_read_as_a_placeholder(value: str) -> None:
    assert fill("{A}", {"A": value, value: "wrong"} | {"A": value}) == value
