"""A JSON Schema in words: the rows of a table of fields, and what a value may be.

Written for readers, not for validators: the schema itself stands in the OpenAPI block of the same page. A field
inside another has a dotted name, ``labels[].name``; schemas that have a page of their own are linked, not
spread out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certifly.handbook.reference.tables import code, one_line
from certifly.web.schemas import ID

Schema = Mapping[str, Any]
AddressOf = Callable[[str], str | None]
"""Where a reference (``#/components/schemas/Certificate``) is described, or None to describe it in place."""

_KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_FORMATS = {
    "uuid": "UUID",
    "date-time": "moment (ISO 8601)",
    "date": "day (`YYYY-MM-DD`)",
    "uri": "web address",
    "email": "e-mail address",
    "path": "path",
}
_PATTERNS = {
    ID["pattern"]: "decimal number as text",
    "^#[0-9a-fA-F]{6}$": "colour (`#rrggbb`)",
    "^sha256:[0-9a-f]{64}$": "digest (`sha256:…`)",
    "^[!-~]([ -~]*[!-~])?$": "printable ASCII",
    r"^[\x21-\x7e]+$": "printable ASCII without blanks",
    "^[A-Za-z0-9_-]+$": "letters, digits, `-` and `_`",
    "^[a-z0-9][a-z0-9-]{0,62}$": "`a-z`, `0-9` and `-`, at most 63",
}
"""Patterns that people know by other words."""
_OF_TEXTS = ("format", "pattern", "minLength", "maxLength")
_OF_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "multipleOf")
_OF_ALL = ("default", "description")
_SAID_BY_OTHERS = {
    "string": (*_OF_NUMBERS, *_OF_ALL),
    "integer": (*_OF_TEXTS, *_OF_ALL),
    "number": (*_OF_TEXTS, *_OF_ALL),
    "boolean": (*_OF_TEXTS, *_OF_NUMBERS, *_OF_ALL),
    "null": (*_OF_TEXTS, *_OF_NUMBERS, *_OF_ALL, "enum"),
}
"""Keywords beside a list of types that say nothing of one of them."""
PATTERN_SHOWN_MAX = 30
"""A longer pattern is for programs: its meaning tells readers more."""
_SIZED_BY_FORMAT = ("uuid", "date-time", "date")
_OF_AN_OBJECT = ("properties", "additionalProperties")


@dataclass(frozen=True, slots=True)
class Field:
    """One row: a value that a body or an answer holds."""

    name: str
    words: str
    """What it may be, in words."""
    is_required: bool
    """Whether the schema wants it to be there."""
    meaning: str
    """Empty for a container of which its parts say everything."""


@dataclass(frozen=True)
class Reader:
    """Reads the schemas of one document."""

    openapi: Mapping[str, Any]
    address_of: AddressOf = lambda _: None

    def resolve(self, schema: Schema) -> Schema:
        """The schema that a reference leads to, with what stands beside the reference."""
        beside: dict[str, Any] = {}
        while "$ref" in schema:
            beside = {key: value for key, value in schema.items() if key != "$ref"} | beside
            target: Any = self.openapi
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            schema = target
        return {**schema, **beside} if beside else schema

    def fields(self, schema: Schema) -> list[Field]:
        """Every value inside, each with its place; containers that say nothing themselves are left out."""
        found = list(self._walk(schema, "", ()))
        inner = {one.name for one in found}
        return [
            one
            for one in found
            if one.meaning or not any(name.startswith((f"{one.name}.", f"{one.name}[]")) for name in inner)
        ]

    def words(self, schema: Schema) -> str:
        """What a value may be: ``text (1 to 200 characters) or null``."""
        if "$ref" in schema and (address := self.address_of(schema["$ref"])):
            return f"[{name_in_words(schema['$ref'].rpartition('/')[2])}]({address})"
        schema = self.resolve(schema)
        kinds = _alternatives(schema)
        if len(kinds) > 1 or "oneOf" in schema or "anyOf" in schema:
            # "null" is said last, and what is said twice is said once.
            said = list(dict.fromkeys(self.words(kind) for kind in kinds))
            said.sort(key=lambda words: words == "null")
            return _joined(said)
        return self._plain_words(schema)

    def _plain_words(self, schema: Schema) -> str:
        if "const" in schema:
            return code(_shown(schema["const"]))
        if "enum" in schema:
            return _joined([code(_shown(value)) for value in schema["enum"]])
        if "contentMediaType" in schema:
            return "file"
        kind = schema.get("type")
        if kind == "array":
            return self._list_words(schema)
        if kind == "object" or any(key in schema for key in _OF_AN_OBJECT):
            return self._object_words(schema)
        if kind == "null":
            return "null"
        if kind is None:
            return "any value"
        words = _PATTERNS.get(schema.get("pattern", ""), _FORMATS.get(schema.get("format", ""), _KINDS[kind]))
        limits = list(_limits(schema))
        return f"{words} ({'; '.join(limits)})" if limits else words

    def _list_words(self, schema: Schema) -> str:
        most, least = schema.get("maxItems"), schema.get("minItems", 0)
        if most == 0:
            return "empty list"
        count = f" of {least}" if least == most and least else f" of at most {most}" if most else ""
        if least and least != most:
            count = f" of {least} to {most}" if most else f" of at least {least}"
        each = self.words(schema["items"]) if "items" in schema else "any value"
        return f"list{count} (each: {each})"

    def _object_words(self, schema: Schema) -> str:
        values = schema.get("additionalProperties")
        if isinstance(values, Mapping) and values and not schema.get("properties"):
            return f"object (each value: {self.words(values)})"
        if values is False and not schema.get("properties"):
            return "empty object"
        return "object"

    def _walk(self, schema: Schema, prefix: str, above: tuple[int, ...]) -> Iterator[Field]:
        """The fields below a schema. ``above`` are the schemas around it: one inside itself is not entered again."""
        if "$ref" in schema and self.address_of(schema["$ref"]):
            return
        schema = self.resolve(schema)
        for kind in _alternatives(schema):
            if "$ref" in kind and self.address_of(kind["$ref"]):
                continue
            kind = self.resolve(kind)
            properties = kind.get("properties", {})
            if id(properties) in above:
                continue
            inside = (*above, id(properties))
            for name, child in properties.items():
                yield Field(
                    prefix + name,
                    self.words(child),
                    name in kind.get("required", ()),
                    self._meaning(child),
                )
                yield from self._walk(child, f"{prefix}{name}.", inside)
            if "items" in kind:
                yield from self._walk(kind["items"], f"{prefix.removesuffix('.')}[].", inside)

    def _meaning(self, schema: Schema) -> str:
        resolved = self.resolve(schema)
        text = one_line(resolved.get("description", ""))
        if not text:
            kinds = [self.resolve(kind) for kind in _alternatives(resolved)]
            text = " ".join(one_line(kind["description"]) for kind in kinds if "description" in kind)
        if not text and "const" in resolved:
            text = "Always this word." if isinstance(resolved["const"], str) else "Always this value."
        default = resolved.get("default")
        if default not in (None, [], {}) and not isinstance(default, Mapping):
            text = f"{text} Default: {code(_shown(default))}.".strip()
        return text


def name_in_words(name: str) -> str:
    """The name of a schema as prose has it: ``QRElement`` is a QR element, ``extra_fields`` extra fields."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+", name)
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)


def _alternatives(schema: Schema) -> list[Schema]:
    """The schemas of which a value obeys one: those of oneOf and anyOf, or one for each type."""
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return list(schema[key])
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return [
            {key: value for key, value in schema.items() if key not in _SAID_BY_OTHERS.get(kind, ())}
            | {"type": kind}
            for kind in kinds
        ]
    return [schema]


def _limits(schema: Schema) -> Iterator[str]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if schema.get("format") in _SIZED_BY_FORMAT:
        return
    if most is not None:
        yield f"{least} to {most} characters" if least and least != most else f"at most {most} characters"
    elif least:
        yield "not empty" if least == 1 else f"at least {least} characters"
    pattern = schema.get("pattern")
    is_said = pattern in _PATTERNS or schema.get("format") == "uri"
    if pattern and len(pattern) <= PATTERN_SHOWN_MAX and not is_said:
        yield f"matches {code(pattern)}"
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        yield f"{low} to {high}"
    elif low is not None:
        yield f"at least {low}"
    if "exclusiveMinimum" in schema:
        yield f"above {schema['exclusiveMinimum']}"
    if high is not None and low is None:
        yield f"at most {high}"
    if "multipleOf" in schema:
        yield f"in steps of {schema['multipleOf']}"


def _shown(value: object) -> str:
    words = {True: "true", False: "false", None: "null"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _joined(words: list[str]) -> str:
    """``a, b or c``."""
    joined = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
    return joined.replace("true or false or null", "true, false or null")
