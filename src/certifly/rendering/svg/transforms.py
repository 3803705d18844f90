"""Transforms, as attributes write them and as CSS does, made into one matrix."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from certifly.rendering.svg.quantities import (
    NotUnderstood,
    Token,
    quantity,
    significant,
    split_tokens,
)
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.values import Context, length_of

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

# Possessive quantifiers: each text is read in one way only, so that no text takes long to be refused.
NUMBER = r"[+-]?+(?:[0-9]++(?:\.[0-9]++)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+"
_SPACE = r"[\t\n\f\r ]*+"
_FUNCTION = re.compile(
    rf"{_SPACE}(matrix|translate|scale|rotate|skewX|skewY){_SPACE}\(([^()]*+)\){_SPACE},?+"
)
_ARGUMENTS = re.compile(rf"{_SPACE}({NUMBER})(?:{_SPACE},?+)")
_COUNTS = {
    "matrix": (6,),
    "translate": (1, 2),
    "scale": (1, 2),
    "rotate": (1, 3),
    "skewX": (1,),
    "skewY": (1,),
}


def multiply(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def translation(x: float, y: float) -> Matrix:
    return (1.0, 0.0, 0.0, 1.0, x, y)


def rotation(degrees: float) -> Matrix:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    if degrees % 90 == 0:
        cosine, sine = round(cosine), round(sine)
    return (cosine, sine, -sine, cosine, 0.0, 0.0)


def around(matrix: Matrix, x: float, y: float) -> Matrix:
    """Return the transform with another origin."""
    return multiply(multiply(translation(x, y), matrix), translation(-x, -y))


def read_transform_attribute(text: str) -> Matrix | None:
    """Read the syntax of SVG 1.1, or return None for what is not of it."""
    matrix, place, comma = IDENTITY, 0, False
    text = text.strip("\t\n\f\r ")
    while place < len(text):
        found = _FUNCTION.match(text, place)
        numbers = numbers_of(found[2]) if found else None
        if found is None or numbers is None or len(numbers) not in _COUNTS[found[1]]:
            return None
        matrix = multiply(matrix, _function(found[1], numbers))
        place, comma = found.end(), found[0].endswith(",")
    return None if comma else matrix


def numbers_of(text: str) -> list[float] | None:
    """Read numbers separated by space or a comma, or return None for what is something else."""
    numbers: list[float] = []
    place, text = 0, text.strip("\t\n\f\r ")
    while place < len(text):
        found = _ARGUMENTS.match(text, place)
        if found is None:
            return None
        numbers.append(float(found[1]))
        place = found.end()
    return None if text.endswith(",") or not all(map(math.isfinite, numbers)) else numbers


def _function(name: str, numbers: Sequence[float]) -> Matrix:
    first, second, third = (*numbers, 0.0, 0.0, 0.0)[:3]
    if name == "matrix":
        a, b, c, d, e, f = numbers
        return (a, b, c, d, e, f)
    if name == "translate":
        return translation(first, second)
    if name == "scale":
        return (first, 0.0, 0.0, second if len(numbers) == 2 else first, 0.0, 0.0)
    if name == "rotate":
        return around(rotation(first), second, third)
    slope = math.tan(math.radians(first))
    return (1.0, 0.0, slope, 1.0, 0.0, 0.0) if name == "skewX" else (1.0, slope, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Transform:
    """A matrix whose translations may have shares of the reference box's width and height."""

    matrix: Matrix
    relative: bool = False
    """Whether a percentage was used: it is taken of the viewport, and of nothing else."""


NONE = Transform(IDENTITY)


def transform_list(tokens: Sequence[Token], context: Context) -> Transform:
    """Read the property ``transform``."""
    if len(tokens) == 1 and tokens[0].type == "ident" and tokens[0].lower_value == "none":
        return NONE
    matrix, relative = IDENTITY, False
    if not tokens:
        raise NotUnderstood
    for token in tokens:
        if token.type != "function":
            raise NotUnderstood
        matrix = multiply(matrix, _css_function(token, context))
        relative |= any(part.type in ("percentage", "function") for part in token.arguments)
    return Transform(matrix, relative)


def _css_function(token: Token, context: Context) -> Matrix:
    name = token.lower_name
    arguments = [significant(part) for part in split_tokens(token.arguments, ",")]
    if any(len(argument) != 1 for argument in arguments):
        raise NotUnderstood
    values = [argument[0] for argument in arguments]
    counts = {"matrix": (6,), "translate": (1, 2), "translatex": (1,), "translatey": (1,), "scale": (1, 2),
              "scalex": (1,), "scaley": (1,), "rotate": (1,), "rotatez": (1,), "skew": (1, 2), "skewx": (1,),
              "skewy": (1,)}  # fmt: skip
    if name not in counts:
        if name.endswith("3d") or name in ("perspective", "rotatex", "rotatey", "translatez", "scalez"):
            raise feature_not_supported(f'the transform "{name}()"')
        raise NotUnderstood
    if len(values) not in counts[name]:
        raise NotUnderstood
    if name.startswith("translate"):
        return _translate(name, values, context)
    if name.startswith(("rotate", "skew")):
        degrees = [_angle(value, context) for value in values]
        if name.startswith("rotate"):
            return rotation(degrees[0])
        across, down = {"skewx": (degrees[0], 0.0), "skewy": (0.0, degrees[0])}.get(
            name, (degrees[0], degrees[1] if len(degrees) == 2 else 0.0)
        )
        return (1.0, math.tan(math.radians(down)), math.tan(math.radians(across)), 1.0, 0.0, 0.0)
    numbers = [_number(value, context, shares=name != "matrix") for value in values]
    if name == "matrix":
        return _function("matrix", numbers)
    if name == "scaley":
        return (1.0, 0.0, 0.0, numbers[0], 0.0, 0.0)
    return _function("scale", [numbers[0], 1.0] if name == "scalex" else numbers)


def _translate(name: str, values: Sequence[Token], context: Context) -> Matrix:
    width, height = context.around.viewport
    if name == "translatey":
        return translation(0.0, length_of(values[0], context, height))
    second = length_of(values[1], context, height) if len(values) == 2 else 0.0
    return translation(length_of(values[0], context, width), second)


def _angle(token: Token, context: Context) -> float:
    given = quantity(token, context.around)
    if given.kind == "angle" or (given.kind == "number" and (given.value == 0 or context.attribute)):
        return given.value
    raise NotUnderstood


def _number(token: Token, context: Context, *, shares: bool) -> float:
    given = quantity(token, context.around)
    if given.kind == "percentage" and shares:
        return given.value / 100
    if given.kind != "number":
        raise NotUnderstood
    return given.value


def rotate(tokens: Sequence[Token], context: Context) -> Transform:
    """Read the property ``rotate``."""
    if len(tokens) == 1:
        if tokens[0].type == "ident" and tokens[0].lower_value == "none":
            return NONE
        return Transform(rotation(_angle(tokens[0], context)))
    if len(tokens) in (2, 4):
        raise feature_not_supported('"rotate" about an axis')
    raise NotUnderstood


def scale(tokens: Sequence[Token], context: Context) -> Transform:
    """Read the property ``scale``."""
    if len(tokens) == 1 and tokens[0].type == "ident" and tokens[0].lower_value == "none":
        return NONE
    if len(tokens) not in (1, 2, 3):
        raise NotUnderstood
    numbers = [_number(token, context, shares=True) for token in tokens]
    return Transform(_function("scale", numbers[:2]))


def translate(tokens: Sequence[Token], context: Context) -> Transform:
    """Read the property ``translate``."""
    if len(tokens) == 1 and tokens[0].type == "ident" and tokens[0].lower_value == "none":
        return NONE
    if len(tokens) == 3:
        raise feature_not_supported('"translate" in three dimensions')
    if len(tokens) not in (1, 2):
        raise NotUnderstood
    relative = any(token.type in ("percentage", "function") for token in tokens)
    return Transform(_translate("translate", tokens, context), relative)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a transform has its origin: pixels, and shares of the reference box."""

    x: float = 0.0
    y: float = 0.0
    x_share: float = 0.0
    y_share: float = 0.0

    def within(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        return x + self.x + self.x_share * width, y + self.y + self.y_share * height


_ACROSS = {"left": 0.0, "center": 0.5, "right": 1.0}
_DOWN = {"top": 0.0, "center": 0.5, "bottom": 1.0}


def origin(tokens: Sequence[Token], context: Context) -> Origin:
    """Read the property ``transform-origin``."""
    if len(tokens) == 3:
        if length_of(tokens[2], context, 0.0) != 0:
            raise feature_not_supported('"transform-origin" in three dimensions')
        tokens = tokens[:2]
    if len(tokens) not in (1, 2):
        raise NotUnderstood
    words = [token.lower_value if token.type == "ident" else None for token in tokens]
    if words[0] in ("top", "bottom") or (len(words) == 2 and words[0] and words[1] in ("left", "right")):
        tokens = [*tokens[1:], tokens[0]] if len(tokens) == 2 else [None, tokens[0]]
    across, down = (*tokens, None)[:2]
    x, x_share = _place(across, _ACROSS, context)
    y, y_share = _place(down, _DOWN, context)
    return Origin(x, y, x_share, y_share)


def _place(token: Token | None, words: dict[str, float], context: Context) -> tuple[float, float]:
    if token is None:
        return 0.0, 0.5
    if token.type == "ident":
        if token.lower_value not in words:
            raise NotUnderstood
        return 0.0, words[token.lower_value]
    if token.type == "percentage":
        return 0.0, token.value / 100
    return length_of(token, context, 0.0), 0.0
