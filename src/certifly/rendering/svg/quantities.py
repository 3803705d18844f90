"""Numbers, lengths, angles and percentages of CSS, also calculated ones, as what they mean in this picture.

Values and Units Level 4. Lengths become CSS pixels, angles degrees. What depends on a font or on the size at which the
picture will be shown is refused: it is not known here.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tinycss2 import parse_component_value_list

from certifly.rendering.svg.refusals import feature_not_supported

Token = Any
"""A component value of tinycss2."""

Kind = Literal["number", "length", "percentage", "angle"]

PIXELS = {"px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "q": 96 / 101.6}
DEGREES = {"deg": 1.0, "grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
OF_FONT_OR_SCREEN = frozenset(
    {
        "ex", "rex", "ch", "rch", "cap", "rcap", "ic", "ric", "lh", "rlh", "vw", "vh", "vi", "vb", "vmin",
        "vmax", "svw", "svh", "lvw", "lvh", "dvw", "dvh", "cqw", "cqh", "cqi", "cqb", "cqmin", "cqmax",
    }
)  # fmt: skip
CALCULATION_DEPTH_MAX = 20

FUNCTIONS_ELSEWHERE = frozenset(
    {"attr", "env", "if", "random", "sibling-index", "sibling-count", "progress", "inherit"}
)
"""Functions that some browsers know in any value, and that are not calculated here."""


class NotUnderstood(ValueError):
    """A value that no browser understands either; its declaration counts as not written."""


@dataclass(frozen=True, slots=True)
class Quantity:
    value: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What relative values are relative to."""

    viewport: tuple[float, float] = (0.0, 0.0)
    font_size: float = 16.0
    root_font_size: float = 16.0

    @property
    def diagonal(self) -> float:
        """What a percentage that is neither horizontal nor vertical is taken of."""
        return math.hypot(*self.viewport) / math.sqrt(2)


NESTING_MAX = 50
"""Brackets inside brackets in CSS. The parser takes any number, and what goes through its result does not."""

_BRACKETS = re.compile(r"[()\[\]{}]")


def check_brackets(text: str) -> None:
    """Refuse CSS whose brackets are nested too deeply. Raises PictureNotSupported."""
    if text.count("(") + text.count("[") + text.count("{") <= NESTING_MAX:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth = depth + 1 if found[0] in "([{" else max(0, depth - 1)
        if depth > NESTING_MAX:
            raise feature_not_supported("CSS with too many brackets in brackets", "Simplify it")


def tokens_of(text: str) -> list[Token]:
    """Return the significant tokens of a value. Raises NotUnderstood, PictureNotSupported."""
    check_brackets(text)
    tokens = significant(parse_component_value_list(text))
    if any(map(is_error, tokens)):
        raise NotUnderstood
    return [token for token in tokens if token.type != "error"]


def is_error(token: Token) -> bool:
    """Tell whether a token is malformed. What the end of the text leaves open is not: it is closed there."""
    return bool(token.type == "error" and token.kind not in ("eof-in-url", "eof-in-string"))


def significant(tokens: Sequence[Token]) -> list[Token]:
    """Leave out white space and comments."""
    return [token for token in tokens if token.type not in ("whitespace", "comment")]


def quantity(
    token: Token,
    around: Surroundings,
    *,
    percentages_of: Quantity | None = None,
    names: Mapping[str, float] | None = None,
    depth: int = 0,
) -> Quantity:
    """Return what a token amounts to. Raises NotUnderstood, PictureNotSupported."""
    if token.type == "number":
        return Quantity(token.value, "number")
    if token.type == "percentage":
        if percentages_of is None:
            return Quantity(token.value, "percentage")
        return Quantity(token.value / 100 * percentages_of.value, percentages_of.kind)
    if token.type == "dimension":
        return _dimension(token, around)
    if token.type == "ident" and names is not None and token.lower_value in names:
        return Quantity(names[token.lower_value], "number")
    if token.type == "function" or (token.type == "() block" and depth):
        calculation = _Calculation(around, percentages_of, names or {}, depth + 1)
        return calculation.of(token)
    raise NotUnderstood


def _dimension(token: Token, around: Surroundings) -> Quantity:
    unit = token.lower_unit
    if unit in PIXELS:
        return Quantity(token.value * PIXELS[unit], "length")
    if unit in DEGREES:
        return Quantity(token.value * DEGREES[unit], "angle")
    if unit == "em":
        return Quantity(token.value * around.font_size, "length")
    if unit == "rem":
        return Quantity(token.value * around.root_font_size, "length")
    if unit in OF_FONT_OR_SCREEN:
        raise feature_not_supported(f'a length in "{unit}"', "Give it in px")
    raise NotUnderstood


def _sine(of: Callable[[float], float]) -> Callable[[Quantity], Quantity]:
    return lambda angle: Quantity(
        of(math.radians(angle.value) if angle.kind == "angle" else angle.value), "number"
    )


_ONE: Mapping[str, Callable[[Quantity], Quantity]] = {
    "calc": lambda given: given,
    "abs": lambda given: Quantity(abs(given.value), given.kind),
    "sign": lambda given: Quantity((given.value > 0) - (given.value < 0), "number"),
    "sqrt": lambda given: Quantity(math.sqrt(given.value), "number"),
    "sin": _sine(math.sin),
    "cos": _sine(math.cos),
    "tan": _sine(math.tan),
}
_CONSTANTS = {"pi": math.pi, "e": math.e}
_OTHER_MATH = frozenset(
    {
        "round", "mod", "rem", "pow", "hypot", "log", "exp", "asin", "acos", "atan", "atan2", "calc-size",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Calculation:
    around: Surroundings
    percentages_of: Quantity | None
    names: Mapping[str, float]
    depth: int

    def of(self, token: Token) -> Quantity:
        """Work out a mathematical function or a parenthesis."""
        if self.depth > CALCULATION_DEPTH_MAX:
            raise feature_not_supported("a calculation with too many parentheses", "Write its result")
        if token.type == "() block":
            return self._sum(token.content)
        name, arguments = token.lower_name, _split(token.arguments, ",")
        if name in _OTHER_MATH or name in FUNCTIONS_ELSEWHERE or name.startswith("--"):
            raise feature_not_supported(f'the function "{name}()"', "Write its result")
        values = [self._sum(argument) for argument in arguments] if name in _ONE or name in _SEVERAL else []
        if len(values) == 1 and name in _ONE:
            try:
                return _sound(_ONE[name](values[0]))
            except ValueError as error:  # a square root of less than nothing
                raise NotUnderstood from error
        if name in _SEVERAL and values and (name != "clamp" or len(values) == 3):
            if len({value.kind for value in values}) != 1:
                raise NotUnderstood
            return Quantity(_SEVERAL[name]([value.value for value in values]), values[0].kind)
        raise NotUnderstood

    def _sum(self, tokens: Sequence[Token]) -> Quantity:
        # "a + b" and "a - b" need white space around the sign; without it the sign belongs to the number.
        parts: list[tuple[int, list[Token]]] = [(1, [])]
        for number, token in enumerate(tokens):
            spaced = (
                0 < number < len(tokens) - 1
                and tokens[number - 1].type == tokens[number + 1].type == "whitespace"
            )
            if spaced and token.type == "literal" and token.value in "+-":
                parts.append((1 if token.value == "+" else -1, []))
            else:
                parts[-1][1].append(token)
        values = [(sign, self._product(part)) for sign, part in parts]
        if len({value.kind for _, value in values}) != 1:
            raise NotUnderstood
        return _sound(Quantity(sum(sign * value.value for sign, value in values), values[0][1].kind))

    def _product(self, tokens: Sequence[Token]) -> Quantity:
        operands = significant(tokens)
        if len(operands) % 2 == 0:
            raise NotUnderstood
        result = self._operand(operands[0])
        for operator, token in zip(operands[1::2], operands[2::2], strict=True):
            other = self._operand(token)
            if operator == "*" and "number" in (result.kind, other.kind):
                kind = other.kind if result.kind == "number" else result.kind
                result = Quantity(result.value * other.value, kind)
            elif operator == "/" and other.kind == "number" and other.value:
                result = Quantity(result.value / other.value, result.kind)
            else:
                raise NotUnderstood
        return result

    def _operand(self, token: Token) -> Quantity:
        if token.type == "ident" and token.lower_value in _CONSTANTS and token.lower_value not in self.names:
            return Quantity(_CONSTANTS[token.lower_value], "number")
        return quantity(
            token, self.around, percentages_of=self.percentages_of, names=self.names, depth=self.depth
        )


_SEVERAL: Mapping[str, Callable[[list[float]], float]] = {
    "min": min,
    "max": max,
    "clamp": lambda values: max(values[0], min(values[1], values[2])),
}


def _sound(given: Quantity) -> Quantity:
    if not math.isfinite(given.value):
        raise feature_not_supported("a calculation without end", "Write its result")
    return given


def _split(tokens: Sequence[Token], separator: str) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token == separator:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


split_tokens = _split
