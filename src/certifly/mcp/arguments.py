"""The arguments of a tool: how they are described to a model, and how strictly they are read.

A name that a tool does not know is refused and not overlooked: a model that writes ``templateId`` is told that it is
``template_id``. What the API judges itself is passed on as it is; here only what a tool needs to build its question is
looked at.

A schema names one type, never a list of types: Google's models, and the clients that call them, refuse every tool of
a server for one such list ("Proto field is not repeating, cannot start list").
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from certifly.web.decoding import printable

TEXT_LENGTH_MAX = 1000
FAULTS_TOLD_MAX = 20

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
}
_IN_WORDS: Mapping[str, str] = {
    "string": "text in double quotes",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a tool."""

    name: str
    schema: Mapping[str, Any]
    """JSON Schema; ``type`` is one name, and ``description`` is always there."""
    required: bool = False
    or_number: bool = False
    """Whether a whole number is taken for its digits: an id is text here, and models like to send 12 for "12"."""
    when_empty: str | None = None
    """The message for empty text, where the usual one does not fit."""


class ArgumentsWrong(Exception):
    """The arguments of a call cannot be used; ``faults`` says of each why, in sentences."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults[:FAULTS_TOLD_MAX])


def schema_of(arguments: Sequence[Argument]) -> dict[str, Any]:
    """What a client shows its model."""
    return {
        "type": "object",
        "properties": {one.name: dict(one.schema) for one in arguments},
        "required": [one.name for one in arguments if one.required],
        "additionalProperties": False,
    }


def read_arguments(given: Mapping[str, Any], arguments: Sequence[Argument]) -> dict[str, Any]:
    """Every argument by its name, None where it was left out or null. Raises ArgumentsWrong with the faults.

    Of unknown names only those that are told are looked at: to find what was meant takes a moment, and a message
    has room for a hundred thousand of them.
    """
    known = {one.name: one for one in arguments}
    unknown = (name for name in given if name not in known)
    faults = [_unknown(name, known) for name in islice(unknown, FAULTS_TOLD_MAX)]
    values: dict[str, Any] = {}
    for name, argument in known.items():
        value = given.get(name)
        if argument.or_number and _is_a(value, "integer"):
            value = str(value)  # so that a repeated call is the same, however it is written
        values[name] = value
        if value is None:
            if argument.required:
                faults.append(f"{name} is required: {argument.schema['description']}")
        elif fault := _fault_in(value, argument):
            faults.append(fault)
    if faults:
        raise ArgumentsWrong(faults)
    return values


def _unknown(name: str, known: Mapping[str, Argument]) -> str:
    near = difflib.get_close_matches(name[:100].lower(), known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    there_are = f"There are: {', '.join(known)}." if known else "This tool takes none."
    return f"{printable(name)} is not an argument of this tool.{hint} {there_are}"


def _fault_in(value: Any, argument: Argument) -> str | None:
    name, schema = argument.name, argument.schema
    if not _is_a(value, schema["type"]):
        return (
            f"{name} must be {_IN_WORDS[schema['type']]}{' or a whole number' if argument.or_number else ''}."
        )
    if isinstance(value, str):
        length_max = schema.get("maxLength", TEXT_LENGTH_MAX)
        if not _is_text(value):
            return f"{name} holds half a character (a lone surrogate). Send whole Unicode text."
        if not value.strip():
            return argument.when_empty or f"{name} is empty. Leave it out, or say what it is."
        if len(value) > length_max:
            return f"{name} is too long; at most {length_max} characters are accepted."
        if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
            return f"{name} is not written as it must be: {schema['description']}"
        if "enum" in schema and value not in schema["enum"]:
            return f"{name} must be one of {', '.join(schema['enum'])}."
    elif _is_a(value, "integer"):
        least, most = schema.get("minimum", 1), schema.get("maximum")
        if value < least or (most is not None and value > most):
            return f"{name} must be at least {least}" + (f" and at most {most}." if most is not None else ".")
    return None


def _is_a(value: Any, kind: str) -> bool:
    # True is an int to Python, and none to anybody else.
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
