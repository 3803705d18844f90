"""JSON of strangers is read in one way only, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.verification.errors import BeyondLimits, CannotInspect, Unreadable
from certifly.verification.strict_json import DEPTH_MAX, DIGITS_MAX, TEXT_BYTES_MAX, parse_object


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"text"',
        "{",
        '{"a":1,"a":1}',
        '{"in":{"a":1,"a":2}}',
        '{"a":NaN}',
        '{"a":-Infinity}',
        '{"a":"\\ud800"}',
        '{"\\udfff":1}',
        '{"a":["\\ud800"]}',
        "{} {}",
        "\x00{}",
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_object(text)


def test_nesting_is_bounded_before_it_is_parsed() -> None:
    allowed = '{"a":' * (DEPTH_MAX - 1) + "{}" + "}" * (DEPTH_MAX - 1)

    assert parse_object(allowed)
    for deep in ('{"a":' + allowed + "}", '{"a":' * 100_000, '{"a":' + "[" * 100_000):
        with pytest.raises(BeyondLimits):
            parse_object(deep)


def test_brackets_inside_texts_are_no_nesting() -> None:
    assert parse_object('{"a":"[[[[' + "[" * 1000 + '\\"{"}')


def test_length_and_numbers_are_bounded() -> None:
    frame = len('{"a":""}')

    assert parse_object('{"a":"' + "x" * (TEXT_BYTES_MAX - frame) + '"}')
    with pytest.raises(BeyondLimits):
        parse_object('{"a":"' + "x" * (TEXT_BYTES_MAX - frame + 1) + '"}')
    assert parse_object('{"a":' + "9" * DIGITS_MAX + "}")
    with pytest.raises(BeyondLimits):
        parse_object('{"a":' + "9" * (DIGITS_MAX + 1) + "}")
    assert parse_object('{"a":1e300}')
    with pytest.raises(BeyondLimits):
        parse_object('{"a":1e309}')


@given(st.text() | st.text(alphabet='{}[]",:0123456789\\ueE+-.tfn '))
def test_any_text_is_an_object_or_an_answer(text: str) -> None:
    try:
        value = parse_object(text)
    except CannotInspect as error:
        value = {"refused": error.detail}

    assert isinstance(value, dict)
