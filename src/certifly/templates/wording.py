"""Say in plain words what a validator found: where, what is wrong, what to write instead."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from certifly.templates.faults import shown
from certifly.templates.near import only_near

_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "string_type": lambda _: "must be text in double quotes",
    "bool_type": lambda _: "must be true or false",
    "float_type": lambda _: "must be a number, without quotes",
    "int_type": lambda _: "must be a whole number, without quotes",
    "int_from_float": lambda _: "must be a whole number",
    "finite_number": lambda _: "must be a finite number",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "tuple_type": lambda _: "must be a list",
    "literal_error": lambda told: f"must be {told['expected']}",
    "string_too_short": lambda _: "must not be empty",
    "string_too_long": lambda told: f"must have at most {told['max_length']} characters",
    "too_long": lambda told: f"must have at most {told['max_length']} items",
    "greater_than": lambda told: f"must be greater than {told['gt']:g}",
    "greater_than_equal": lambda told: f"must be at least {told['ge']:g}",
    "less_than_equal": lambda told: f"must be at most {told['le']:g}",
    "multiple_of": lambda told: f"must be a multiple of {told['multiple_of']:g}",
    "union_tag_not_found": lambda _: 'needs a "type": one of text, image, qr, rectangle, line',
    "union_tag_invalid": lambda told: (
        f'has the unknown "type" {shown(str(told["tag"]))}; use {told["expected_tags"]}'
    ),
}

_DIGEST = "sha256: and 64 hexadecimal digits, the name that POST /api/v1/assets answered"
_WRITTEN_LIKE = {
    "asset": _DIGEST,
    "image": _DIGEST,
    "color": "a colour such as #1d2b4f",
    "fill": "a colour such as #1d2b4f",
    "stroke": "a colour such as #1d2b4f",
}


def sentence(path: str, error: ErrorDetails, known_keys: Iterable[str]) -> str:
    """One sentence about one fault; ``known_keys`` are what could stand beside an unknown key."""
    key = path.rpartition(".")[2]
    if error["type"] == "extra_forbidden":
        near = only_near(key, known_keys)
        return f"{path} is not a known key." + (f" Did you mean {near}?" if near else " Leave it out.")
    if error["type"] == "string_pattern_mismatch":
        return f"{path} must be {_WRITTEN_LIKE[key]}."
    if error["type"] == "value_error":
        told = str(error["ctx"]["error"])
        return f"{path}: {told}" if told.endswith(".") else f"{path}: {told}."
    told = _SENTENCES.get(error["type"], _unlisted)(error.get("ctx", {}))
    return f"{path} {told}."


def _unlisted(_: Mapping[str, Any]) -> str:
    """A newer validator may find faults under new names; better a plain word than a defect."""
    return "is not valid"
