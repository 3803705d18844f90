"""A JSON Schema in words: what a value may be, and the rows of a table."""

from typing import Any

import pytest

from certifly.handbook.reference.schema_words import PATTERN_SHOWN_MAX, Field, Reader, name_in_words
from certifly.web.schemas import CODE, ID, MOMENT, or_null

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Leaf": {"type": "object", "properties": {"a/b": {"type": "string", "description": "Odd."}}},
            "Tree": {
                "type": "object",
                "description": "A tree.",
                "properties": {
                    "name": {"type": "string", "description": "Its name."},
                    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                },
                "required": ["name"],
            },
        }
    }
}


def words(schema: dict[str, Any]) -> str:
    return Reader(DOCUMENT).words(schema)


def fields(schema: dict[str, Any]) -> list[Field]:
    return Reader(DOCUMENT).fields(schema)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "minLength": 1}, "text (not empty)"),
        ({"type": "string", "minLength": 2}, "text (at least 2 characters)"),
        ({"type": "string", "minLength": 1, "maxLength": 9}, "text (1 to 9 characters)"),
        ({"type": "string", "minLength": 9, "maxLength": 9}, "text (at most 9 characters)"),
        ({"type": "string", "maxLength": 9}, "text (at most 9 characters)"),
        ({"type": "string", "pattern": "^a|b$"}, "text (matches `^a|b$`)"),
        ({"type": "string", "format": "uri", "pattern": "^https?://"}, "web address"),
        ({"type": "string", "format": "email", "maxLength": 254}, "e-mail address (at most 254 characters)"),
        ({"type": "string", "format": "date-time", "maxLength": 64}, "moment (ISO 8601)"),
        ({"type": "string", "format": "date"}, "day (`YYYY-MM-DD`)"),
        ({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}, "colour (`#rrggbb`)"),
        (
            {"type": "string", "maxLength": 9, "pattern": "^[!-~]([ -~]*[!-~])?$"},
            "printable ASCII (at most 9 characters)",
        ),
        ({"type": "string", "const": "certificates"}, "`certificates`"),
        ({"const": True}, "`true`"),
        ({"type": "string", "enum": ["a", "b", "c"]}, "`a`, `b` or `c`"),
        ({"type": "integer"}, "whole number"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "whole number (1 to 9)"),
        ({"type": "integer", "minimum": 0}, "whole number (at least 0)"),
        ({"type": "number", "maximum": 9}, "number (at most 9)"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 9}, "number (above 0; at most 9)"),
        ({"type": "integer", "multipleOf": 100}, "whole number (in steps of 100)"),
        ({"type": "boolean"}, "true or false"),
        ({"type": ["boolean", "null"], "default": False}, "true, false or null"),
        ({"type": "null"}, "null"),
        ({}, "any value"),
        ({"contentMediaType": "application/pdf"}, "file"),
        ({"type": "array", "maxItems": 0}, "empty list"),
        ({"type": "array"}, "list (each: any value)"),
        ({"type": "array", "items": {"type": "string"}}, "list (each: text)"),
        ({"type": "array", "items": {}, "maxItems": 3}, "list of at most 3 (each: any value)"),
        ({"type": "array", "items": {}, "minItems": 1}, "list of at least 1 (each: any value)"),
        ({"type": "array", "items": {}, "minItems": 1, "maxItems": 3}, "list of 1 to 3 (each: any value)"),
        ({"type": "array", "items": {}, "minItems": 3, "maxItems": 3}, "list of 3 (each: any value)"),
        ({"type": "object"}, "object"),
        ({"type": "object", "additionalProperties": False}, "empty object"),
        ({"type": "object", "additionalProperties": {}}, "object"),
        (
            {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
            "object (each value: text or number)",
        ),
        ({"properties": {"a": {}}}, "object"),
        ({"oneOf": [{"type": "null"}, {"type": "string"}]}, "text or null"),
        ({"anyOf": [{"type": "string"}, {"type": "string"}]}, "text"),
        ({"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}, "`a` or `b` or null"),
        ({"$ref": "#/components/schemas/Leaf"}, "object"),
        (dict(ID), "decimal number as text"),
        (dict(CODE), "UUID"),
        (or_null(MOMENT), "moment (ISO 8601) or null"),
    ],
)
def test_what_a_value_may_be_is_said_in_words(schema: dict[str, Any], expected: str) -> None:
    assert words(schema) == expected


def test_of_a_list_of_types_each_has_only_the_limits_that_are_its_own() -> None:
    schema = {"type": ["integer", "string"], "minimum": 1, "maximum": 9, "maxLength": 3, "pattern": "^x$"}

    assert words(schema) == "whole number (1 to 9) or text (at most 3 characters; matches `^x$`)"


@pytest.mark.parametrize(("length", "shown"), [(PATTERN_SHOWN_MAX, True), (PATTERN_SHOWN_MAX + 1, False)])
def test_a_pattern_is_shown_while_people_can_read_it(length: int, shown: bool) -> None:
    assert ("matches" in words({"type": "string", "pattern": "x" * length})) is shown


def test_fields_have_dotted_names_and_their_meaning() -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "What it is ``called``."},
            "size": {
                "type": "object",
                "properties": {"width": {"type": "number", "default": 3, "description": "Wide."}},
            },
            "items": {
                "type": "array",
                "items": {"properties": {"on": {"type": "boolean", "default": False, "description": "Lit."}}},
            },
        },
        "required": ["title"],
    }

    assert fields(schema) == [
        Field("title", "text", True, "What it is `called`."),
        Field("size.width", "number", False, "Wide. Default: `3`."),
        Field("items[].on", "true or false", False, "Lit. Default: `false`."),
    ]


def test_an_object_that_may_be_something_else_is_still_spread_out() -> None:
    schema = {
        "properties": {
            "meta": {
                "oneOf": [
                    {"type": "array", "maxItems": 0},
                    {"properties": {"id": {"type": "string", "description": "Its id."}}},
                ],
                "description": "More.",
            }
        }
    }

    assert fields(schema) == [
        Field("meta", "empty list or object", False, "More."),
        Field("meta.id", "text", False, "Its id."),
    ]


def test_a_schema_inside_itself_is_spread_out_once() -> None:
    assert [one.name for one in fields({"$ref": "#/components/schemas/Tree"})] == ["name", "children"]


def test_a_schema_with_a_page_of_its_own_is_linked() -> None:
    read = Reader(DOCUMENT, lambda reference: "/there" if reference.endswith("/Tree") else None)
    schema = {"properties": {"tree": {"$ref": "#/components/schemas/Tree"}}}

    assert read.fields(schema) == [Field("tree", "[tree](/there)", False, "A tree.")]
    assert read.fields({"$ref": "#/components/schemas/Tree"}) == []
    assert read.fields({"oneOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]}) == []


def test_what_stands_beside_a_reference_goes_before_what_it_leads_to() -> None:
    schema = {"properties": {"tree": {"$ref": "#/components/schemas/Leaf", "description": "Mine."}}}

    assert fields(schema)[0] == Field("tree", "object", False, "Mine.")


def test_a_reference_leads_through_escaped_names() -> None:
    read = Reader(DOCUMENT)

    assert read.resolve({"$ref": "#/components/schemas/Leaf/properties/a~1b"})["description"] == "Odd."


def test_a_value_that_is_always_the_same_says_so() -> None:
    schema = {"properties": {"type": {"const": "x"}, "on": {"const": True}}}

    assert [one.meaning for one in fields(schema)] == ["Always this word.", "Always this value."]


def test_the_meaning_may_stand_at_one_of_several_schemas() -> None:
    schema = {
        "properties": {"id": {"oneOf": [{"type": "string", "description": "A name."}, {"type": "null"}]}}
    }

    assert fields(schema)[0].meaning == "A name."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("QRElement", "QR element"),
        ("TextElement", "text element"),
        ("Certificate", "certificate"),
        ("extra_fields", "extra fields"),
    ],
)
def test_the_name_of_a_schema_is_said_as_prose_has_it(name: str, expected: str) -> None:
    assert name_in_words(name) == expected
