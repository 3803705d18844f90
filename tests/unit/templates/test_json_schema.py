"""What the JSON Schema of a template's data says."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from certifly.core.errors import Invalid
from certifly.core.limits import DATA_KEYS_MAX
from certifly.templates.document import (
    EXTRA_FIELDS_MAX,
    LABELS_MAX,
    VALUE_CHARACTERS_MAX,
    TemplateDocument,
    parse_document,
)
from certifly.templates.fields import check_data
from certifly.templates.json_schema import DIALECT, data_schema
from tests.cast import template_document, text_element

ADDRESS = "https://certificates.example.org/api/v1/templates/1/schema?version=1"


def document_with(*labels: dict[str, Any], **changes: Any) -> TemplateDocument:
    without = {
        "recipient": {},
        "extra_fields": [],
        "title": "A certificate",
        "layout": {"page": {"width": 297, "height": 210}, "elements": [text_element("A certificate")]},
    }
    return parse_document(template_document(**(without | {"labels": list(labels)} | changes)))


def schema_of(document: TemplateDocument) -> dict[str, Any]:
    schema = data_schema(document, address=ADDRESS)
    Draft202012Validator.check_schema(schema)
    return schema


def takes(kind: str, value: object, **changes: Any) -> bool:
    """Whether schema and check take the value of a field; here they must be of one mind."""
    document = document_with({"name": "Field", "type": kind} | changes)
    is_valid = bool(Draft202012Validator(schema_of(document)).is_valid({"Field": value}))
    try:
        check_data(document, {"Field": value})
    except Invalid:
        assert not is_valid, f"the schema takes {value!r}, which is refused"
    else:
        assert is_valid, f"the schema refuses {value!r}, which is taken"
    return is_valid


def test_a_schema_in_full() -> None:
    assert schema_of(parse_document(template_document())) == {
        "$schema": DIALECT,
        "$id": ADDRESS,
        "title": "Certificate of completion",
        "description": "What `data` takes when a certificate is issued from this template. Labels are printed on the "
        "certificate, and public on its check page; extra fields are kept with it, and neither printed nor public.",
        "type": "object",
        "properties": {
            "Student Name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 120,
                "description": "Label: printed on the certificate, and public on its check page. Text on one line. "
                "Names the recipient.",
                "examples": ["Ada Lovelace"],
            },
            "Course": {
                "type": "string",
                "minLength": 1,
                "maxLength": 500,
                "description": "Label: printed on the certificate, and public on its check page. Text on one line.",
                "examples": ["Course"],
            },
            "Date": {
                "type": "string",
                "format": "date",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "maxLength": 10,
                "description": "Label: printed on the certificate, and public on its check page. A day as year, month "
                "and day: 2026-11-23.",
                "examples": ["2026-11-23"],
            },
            "Email": {
                "type": "string",
                "format": "idn-email",
                "minLength": 1,
                "maxLength": 254,
                "description": "Extra field: kept with the certificate, neither printed nor public. One e-mail "
                "address, without a name. The recipient's address, which e-mail goes to.",
                "examples": ["ada@example.org"],
            },
        },
        "required": ["Student Name"],
        "additionalProperties": False,
        "examples": [
            {
                "Student Name": "Ada Lovelace",
                "Course": "Course",
                "Date": "2026-11-23",
                "Email": "ada@example.org",
            }
        ],
    }


def test_the_fields_stand_in_the_order_of_the_template() -> None:
    names = ["Zebra", "Ape", "Mole"]
    document = document_with(
        *({"name": name, "type": "text"} for name in names), extra_fields=[{"name": "Ant", "type": "text"}]
    )

    assert list(schema_of(document)["properties"]) == [*names, "Ant"]


def test_a_template_without_fields_takes_an_empty_object_alone() -> None:
    schema = schema_of(document_with())

    assert (schema["properties"], schema["required"], schema["examples"]) == ({}, [], [{}])
    assert Draft202012Validator(schema).is_valid({})
    assert not Draft202012Validator(schema).is_valid({"x": "y"})


def test_the_largest_template_has_a_schema() -> None:
    document = document_with(
        *({"name": f"Label {number}", "type": "text"} for number in range(LABELS_MAX)),
        extra_fields=[{"name": f"Extra {number}", "type": "url"} for number in range(EXTRA_FIELDS_MAX)],
    )

    assert len(schema_of(document)["properties"]) == DATA_KEYS_MAX


@pytest.mark.parametrize("length", [1, 20, VALUE_CHARACTERS_MAX])
def test_a_text_may_be_as_long_as_its_field_says(length: int) -> None:
    assert takes("text", "𝒙" * length, max_length=length)
    assert not takes("text", "𝒙" * (length + 1), max_length=length)


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, 87.5, 999_999_999_999_999, -999_999_999_999_999, "0", "-0", "0.00", "87.50", "-12.5"),
        *(
            "9" * 15,
            "-" + "9" * 15,
            "0." + "0" * 14 + "1",
            "-0." + "1" * 15,
            "1." + "2" * 14,
            "1" * 14 + ".2",
        ),
    ],
    ids=repr,
)
def test_these_are_numbers(value: object) -> None:
    assert takes("number", value)


@pytest.mark.parametrize(
    "value",
    [
        *(
            10**15,
            -(10**15),
            1e300,
            "",
            "00",
            "01",
            "1.",
            ".5",
            "1e3",
            "+1",
            "1,5",
            "1 000",
            "١",
            "--1",
            "1.2.3",
        ),
        *("9" * 16, "0." + "1" * 16, "1." + "2" * 15, "1" * 15 + ".2", "1" * 16 + ".2", True, [1]),
    ],
    ids=repr,
)
def test_these_are_none(value: object) -> None:
    document = document_with({"name": "Field", "type": "number", "required": True})
    assert not Draft202012Validator(schema_of(document)).is_valid({"Field": value})
    with pytest.raises(Invalid, match="Field"):
        check_data(document, {"Field": value})


def test_a_number_as_text_may_be_as_long_as_its_field_says_and_one_in_json_as_it_likes() -> None:
    assert takes("number", "87.5", max_length=4)
    assert not takes("number", "87.50", max_length=4)
    assert takes("number", 87.505, max_length=4)


@pytest.mark.parametrize(
    "value",
    ["https://example.org", "HTTP://EXAMPLE.ORG/", "https://münchen.example/ä[1]%zz", "http://[::1]:80/"],
)
def test_these_are_web_addresses(value: str) -> None:
    assert takes("url", value)


@pytest.mark.parametrize(
    "value", ["example.org", "ftp://example.org", "https://", "https://a b", "https://a/<1>", "https://a|b"]
)
def test_these_are_no_web_addresses(value: str) -> None:
    assert not takes("url", value)


@pytest.mark.parametrize("value", ["2026-11-23", "2024-02-29"])
def test_these_are_days(value: str) -> None:
    assert takes("date", value)


@pytest.mark.parametrize("value", ["2026-1-2", "23.11.2026", "2026-11-23T00:00:00Z", "20261123", 20261124])
def test_these_are_no_days(value: object) -> None:
    assert not takes("date", value)


@pytest.mark.parametrize("value", ["ada@example.org", "ädä@münchen.example"])
def test_these_are_addresses(value: str) -> None:
    assert takes("email", value)


def test_an_example_that_finds_no_room_is_left_out() -> None:
    short = {"name": "Link", "type": "url", "max_length": 5}
    with_optional = schema_of(document_with({"name": "Name", "type": "text"}, short))
    with_required = schema_of(document_with({"name": "Name", "type": "text"}, short | {"required": True}))

    assert "examples" not in with_optional["properties"]["Link"]
    assert with_optional["examples"] == [{"Name": "Name"}]
    assert "examples" not in with_required
    assert with_required["properties"]["Name"]["examples"] == ["Name"]


@pytest.mark.parametrize("language", ["en", "ar", "ja", "zh-Hant"])
def test_the_examples_are_data_that_the_template_takes(language: str) -> None:
    document = parse_document(template_document(language=language))
    schema = schema_of(document)

    [example] = schema["examples"]

    assert check_data(document, example) == example
    assert Draft202012Validator(schema).is_valid(example)
