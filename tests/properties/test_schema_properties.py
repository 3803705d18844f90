"""The schema of a template's data and the check of that data agree, but for the rules that are listed."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from certifly.core.errors import Invalid
from certifly.templates.document import VALUE_LINES_MAX, TemplateDocument, parse_document
from certifly.templates.fields import check_data
from certifly.templates.json_schema import (
    REFUSED_BEYOND_THE_SCHEMA,
    TAKEN_BEYOND_THE_SCHEMA,
    data_schema,
)
from tests.cast import template_document, text_element

ADDRESS = "https://certificates.example.org/api/v1/templates/1/schema?version=1"

TYPED = parse_document(
    template_document(
        labels=[
            {"name": "Student Name", "type": "text", "required": True, "max_length": 40},
            {"name": "Prénom", "type": "text", "max_length": 3},
            {"name": "Course", "type": "text"},
            {"name": "Modules", "type": "text", "multiline": True},
            {"name": "Date", "type": "date"},
            {"name": "Score", "type": "number"},
            {"name": "Link", "type": "url"},
        ],
        extra_fields=[
            {"name": "Email", "type": "email"},
            {"name": "Short", "type": "number", "max_length": 4},
        ],
    )
)
SCHEMA = data_schema(TYPED, address=ADDRESS)
VALID = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

ONE_BY_ONE = {
    name: Draft202012Validator(schema, format_checker=FormatChecker())
    for name, schema in SCHEMA["properties"].items()
}

# Whatever the check refuses and the schema takes is refused for one of these, in the order of the list.
REASONS = (
    r"is required and must not be blank",
    r"surrogate pair|accents on one letter|is too long: \d+ characters|U\+FFFD|without </(script|style)>"
    r"|inside of HTML tags|for no character",
    r"a day that no calendar has",
    r"is not an e-mail address|web address|host that cannot exist|longer than an e-mail address",
    r"at most 15 digits",
    r"was sent twice, spelt with different code points",
)

digits = st.text("0123456789", max_size=18)
numbers_as_text = st.builds(
    lambda sign, before, point, after: sign + before + point + after,
    st.sampled_from(["", "-", "+"]),
    digits,
    st.sampled_from(["", ".", ","]),
    digits,
)
any_text = st.text(st.characters(codec=None, exclude_categories=[]), max_size=45)
plain_text = st.text("abc é<>/ü\u0301 .-@&;\ufffd", max_size=45)
many_lines = st.builds(
    lambda line, count, end: end.join([line] * count),
    plain_text,
    st.integers(0, VALUE_LINES_MAX + 3),
    st.sampled_from(["\n", "\r\n", "<br>", "</p>"]),
)
days = st.dates().map(str) | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
links = st.builds(
    lambda scheme, rest: scheme + rest,
    st.sampled_from(["http://", "https://", "HTTPS://", "ftp://", "//", ""]),
    st.sampled_from(
        ["example.org", "[::1]/x", "münchen.example/ä?b=c", "a b", "", "user@example.org", "a..b"]
    )
    | plain_text,
)
addresses = st.emails() | st.sampled_from(
    ["ada@example.org", "a@b", "ada@münchen.example", "Ada <ada@a.org>"]
)
values: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(10**16), 10**16)
    | st.floats(allow_nan=False, allow_infinity=False)
    | numbers_as_text
    | any_text
    | plain_text
    | days
    | links
    | addresses
    | st.lists(st.integers(), max_size=1)
)
names = st.sampled_from([*TYPED.fields, "Pre\u0301nom"])
data = st.dictionaries(names | any_text, values, max_size=5)
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "Course": plain_text,
    "Modules": many_lines,
    "Date": days,
    "Score": numbers_as_text | st.floats(allow_nan=False, allow_infinity=False) | st.integers(),
    "Short": numbers_as_text,
    "Link": links,
    "Email": addresses,
    "Prénom": plain_text,
}
likely_data = st.fixed_dictionaries(
    {"Student Name": plain_text | st.just("Ada")},
    optional=LIKELY,
)
one_likely_value = st.sampled_from(sorted(LIKELY)).flatmap(
    lambda name: st.fixed_dictionaries({"Student Name": st.just("Ada"), name: LIKELY[name]})
)


def faults_of(document: TemplateDocument, raw: object) -> list[str]:
    """What the check says against the data; nothing when it takes it."""
    try:
        check_data(document, raw)
    except Invalid as error:
        return [fault for faults in error.errors.values() for fault in faults]
    return []


@given(raw=one_likely_value | likely_data | data)
def test_what_is_taken_is_valid_once_it_is_clean(raw: dict[str, Any]) -> None:
    if faults_of(TYPED, raw):
        return  # not assume(): that gives up where by chance most of what is drawn is refused

    clean = check_data(TYPED, raw)

    assert [fault.message for fault in VALID.iter_errors(clean)] == []


@given(raw=data | likely_data)
@example(raw={"Student Name": "<b></b>"})
@example(raw={"Student Name": "\ud800"})
@example(raw={"Student Name": "\ufffd"})
@example(raw={"Student Name": "the <script> element"})
@example(raw={"Student Name": "&#0;"})
@example(raw={"Student Name": "Ada", "Prénom": "\u0958\u0958"})
@example(raw={"Student Name": "Ada", "Date": "0000-01-01"})
@example(raw={"Student Name": "Ada", "Email": "a@b@c"})
@example(raw={"Student Name": "Ada", "Link": "https://user@example.org"})
@example(raw={"Student Name": "Ada", "Score": 0.1234567890123456})
def test_what_is_valid_is_taken_but_for_the_rules_that_are_listed(raw: dict[str, Any]) -> None:
    raw = {"Student Name": "Ada"} | {
        name: value for name, value in raw.items() if name in ONE_BY_ONE and ONE_BY_ONE[name].is_valid(value)
    }
    assert VALID.is_valid(raw)

    for fault in faults_of(TYPED, raw):
        assert any(re.search(reason, fault) for reason in REASONS), fault


@given(raw=data | likely_data)
def test_what_the_schema_refuses_is_refused_or_comes_out_otherwise_than_it_went_in(
    raw: dict[str, Any],
) -> None:
    assume(not VALID.is_valid(raw))

    assert faults_of(TYPED, raw) or json.dumps(check_data(TYPED, raw)) != json.dumps(raw)


@pytest.mark.parametrize(
    "taken",
    [
        {"Student Name": " \n<i>Ada</i>\u0000" + " " * 40},
        {"Student Name": "Ada", "Course": None},
        {"Student Name": "Ada", "Date": " "},
        {"Student Name": "Ada", "Pre\u0301nom": "A"},
    ],
)
def test_what_is_taken_although_the_schema_refuses_it(taken: dict[str, Any]) -> None:
    assert faults_of(TYPED, taken) == []
    assert not VALID.is_valid(taken)


def test_an_empty_list_is_no_object_to_the_schema() -> None:
    document = parse_document(
        template_document(
            labels=[],
            extra_fields=[],
            recipient={},
            title="A certificate",
            layout={"page": {"width": 297, "height": 210}, "elements": [text_element("A certificate")]},
        )
    )

    assert check_data(document, []) == {}
    assert not Draft202012Validator(data_schema(document, address=ADDRESS)).is_valid([])


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        ({"Student Name": "<b></b>"}, 0),
        ({"Student Name": "\ud800"}, 1),
        ({"Student Name": "Ada", "Prénom": "\u0958\u0958"}, 1),
        ({"Student Name": "a" + "\u0301" * 31}, 1),
        ({"Student Name": "Ada", "Email": "a@b@c"}, 3),
        ({"Student Name": "Ada", "Link": "https://user@example.org"}, 3),
        ({"Student Name": "Ada", "Score": 0.1234567890123456}, 4),
    ],
)
def test_what_is_refused_although_the_schema_takes_it(refused: dict[str, Any], reason: int) -> None:
    assert VALID.is_valid(refused)
    [fault] = faults_of(TYPED, refused)
    assert re.search(REASONS[reason], fault)


def test_a_day_that_no_calendar_has_is_left_to_those_who_look_at_formats() -> None:
    raw = {"Student Name": "Ada", "Date": "2026-02-30"}

    assert re.search(REASONS[2], faults_of(TYPED, raw)[0])
    assert not VALID.is_valid(raw)
    assert Draft202012Validator(SCHEMA).is_valid(raw)


def test_the_rules_are_listed_once_for_each_reason() -> None:
    # Room on the page is judged after the data, with its template: prepare, and validate-certificate.
    assert len(REFUSED_BEYOND_THE_SCHEMA) == len(REASONS) + 1
    assert len(TAKEN_BEYOND_THE_SCHEMA) == 4
