"""Arguments of tools: what is taken, what is refused, and in which words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from certifly.mcp.arguments import (
    FAULTS_TOLD_MAX,
    TEXT_LENGTH_MAX,
    Argument,
    ArgumentsWrong,
    read_arguments,
    schema_of,
)

ID = Argument(
    "it", {"type": "string", "pattern": "^[1-9]$", "description": "A digit."}, required=True, or_number=True
)


def faults_of(given: Mapping[str, Any], **schemas: dict[str, Any]) -> list[str]:
    """What stands against these arguments, where every one may be left out."""
    return faults_against(
        given, [Argument(name, {"description": "It.", **schema}) for name, schema in schemas.items()]
    )


def faults_against(given: Mapping[str, Any], arguments: Sequence[Argument]) -> list[str]:
    """The same of whole arguments."""
    try:
        read_arguments(given, arguments)
    except ArgumentsWrong as error:
        return error.faults
    return []


def test_what_is_left_out_or_null_is_nothing() -> None:
    argument = Argument("limit", {"type": "integer", "description": "It."})

    assert read_arguments({}, [argument]) == read_arguments({"limit": None}, [argument]) == {"limit": None}


def test_what_is_required_must_be_there() -> None:
    argument = Argument("code", {"type": "string", "description": "The code."}, required=True)

    for given in ({}, {"code": None}):
        with pytest.raises(ArgumentsWrong) as refused:
            read_arguments(given, [argument])
        assert refused.value.faults == ["code is required: The code."]


def test_a_name_that_is_nearly_right_is_told_the_right_one() -> None:
    assert faults_of({"templateId": 1}, template_id={"type": "integer"}) == [
        "templateId is not an argument of this tool. Did you mean template_id? There are: template_id."
    ]
    assert faults_of({"\ud800": 1}) == ["? is not an argument of this tool. This tool takes none."]


class Watched(dict[str, Any]):
    """Arguments that count how many of their names were looked at."""

    looked_at = 0

    def __iter__(self) -> Iterator[str]:
        for name in super().__iter__():
            self.looked_at += 1
            yield name


def test_of_unknown_names_no_more_are_looked_at_than_are_told() -> None:
    given = Watched({f"template_i{number}": 1 for number in range(10 * FAULTS_TOLD_MAX)})

    faults = faults_of(given, template_id={"type": "integer"})

    assert len(faults) == given.looked_at == FAULTS_TOLD_MAX


@pytest.mark.parametrize("value", [1, 9, "1", "9"], ids=repr)
def test_an_id_may_be_a_number_or_text_and_is_the_same(value: object) -> None:
    assert read_arguments({"it": value}, [ID]) == {"it": str(value)}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "is not written as it must be: A digit."),
        (10, "is not written as it must be: A digit."),
        (-1, "is not written as it must be: A digit."),
        ("0", "is not written as it must be: A digit."),
        ("1\n", "is not written as it must be"),
        (True, "must be text in double quotes or a whole number"),
        (1.5, "must be text in double quotes or a whole number"),
        ([], "must be text in double quotes or a whole number"),
    ],
    ids=repr,
)
def test_what_is_no_id_is_refused(value: object, words: str) -> None:
    [fault] = faults_against({"it": value}, [ID])

    assert words in fault


def test_text_has_a_length_and_is_whole() -> None:
    text = {"type": "string"}

    assert faults_of({"it": "x" * TEXT_LENGTH_MAX}, it=text) == []
    assert "at most 1000 characters" in faults_of({"it": "x" * (TEXT_LENGTH_MAX + 1)}, it=text)[0]
    assert faults_of({"it": "xxx"}, it=text | {"maxLength": 3}) == []
    assert "at most 3 characters" in faults_of({"it": "xxxx"}, it=text | {"maxLength": 3})[0]
    assert "is empty" in faults_of({"it": " \n"}, it=text)[0]
    assert "half a character" in faults_of({"it": "a\udc00"}, it=text)[0]


def test_a_choice_is_one_of_those_there_are() -> None:
    choice = {"type": "string", "enum": ["draft", "published"]}

    assert faults_of({"it": "draft"}, it=choice) == []
    assert faults_of({"it": "live"}, it=choice) == ["it must be one of draft, published."]


def test_a_number_has_bounds() -> None:
    digit = {"type": "integer", "minimum": 2, "maximum": 9}

    assert faults_of({"it": 2}, it=digit) == faults_of({"it": 9}, it=digit) == []
    for value in (1, 10):
        assert faults_of({"it": value}, it=digit) == ["it must be at least 2 and at most 9."]
    assert faults_of({"it": "5"}, it=digit) == ["it must be a whole number."]


def test_a_number_without_an_upper_bound_has_a_lower_one() -> None:
    assert faults_of({"it": 10**9}, it={"type": "integer"}) == []
    assert faults_of({"it": 0}, it={"type": "integer"}) == ["it must be at least 1."]


def test_true_is_a_boolean_and_a_map_an_object() -> None:
    assert faults_of({"a": False, "b": {}}, a={"type": "boolean"}, b={"type": "object"}) == []
    assert len(faults_of({"a": 0, "b": []}, a={"type": "boolean"}, b={"type": "object"})) == 2


def test_every_fault_is_told_up_to_a_number_of_them() -> None:
    assert len(faults_of({f"a{number}": 1 for number in range(FAULTS_TOLD_MAX)})) == FAULTS_TOLD_MAX
    assert len(faults_of({f"a{number}": 1 for number in range(FAULTS_TOLD_MAX + 1)})) == FAULTS_TOLD_MAX


def test_the_schema_is_closed() -> None:
    argument = Argument("it", {"type": "string", "description": "It."}, required=True)

    assert schema_of([argument]) == {
        "type": "object",
        "properties": {"it": {"type": "string", "description": "It."}},
        "required": ["it"],
        "additionalProperties": False,
    }
