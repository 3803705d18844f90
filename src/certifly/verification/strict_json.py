"""JSON from strangers, read in one way only.

A text that two readers could understand differently (a key twice, NaN, half a surrogate pair) is refused: what we
check must be what others see. So is one that no credential needs: too long, too deep, numbers that are not exact.
"""

import json
import math
import re
from typing import Any, NoReturn

from certifly.verification.errors import BeyondLimits, Unreadable

TEXT_BYTES_MAX = 1024 * 1024
"""Of one credential; pictures may stand in it as data addresses."""

DEPTH_MAX = 40
DIGITS_MAX = 40

_SURROGATES = re.compile("[\ud800-\udfff]")
_OPENING = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def parse_object(text: str) -> dict[str, Any]:
    """The one object in ``text``. Raises Unreadable or BeyondLimits."""
    if len(text) > TEXT_BYTES_MAX:
        raise BeyondLimits(f"JSON of more than {TEXT_BYTES_MAX} characters")
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {error.msg} at character {error.pos}") from None
    if not isinstance(value, dict):
        raise Unreadable("JSON, but not an object")
    return value


def _check_depth(text: str) -> None:
    """Before it is parsed: a parser that recurses must not be the one to find out."""
    depth = 0
    for token in _OPENING.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise BeyondLimits(f"JSON nested more than {DEPTH_MAX} levels deep")
        elif token[0] in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unreadable("a key stands twice in one object")
    for name, member in pairs:
        if _SURROGATES.search(name) or (isinstance(member, str) and _SURROGATES.search(member)):
            raise Unreadable("half of a surrogate pair, which is no character")
        if isinstance(member, list) and any(isinstance(m, str) and _SURROGATES.search(m) for m in member):
            raise Unreadable("half of a surrogate pair, which is no character")
    return value


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name}, which is not JSON")


def _number(text: str) -> int | float:
    if len(text) > DIGITS_MAX:
        raise BeyondLimits(f"a number of more than {DIGITS_MAX} digits")
    value = float(text) if any(sign in text for sign in ".eE") else int(text)
    if not math.isfinite(value):
        raise BeyondLimits("a number that is too large")
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_number, parse_int=_number
)
