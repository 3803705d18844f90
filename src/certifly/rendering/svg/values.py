"""The forms that values of properties may have: each reads tokens, and refuses what no browser understands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import unquote

from certifly.rendering.svg.colours import BLACK, Rgb, colour
from certifly.rendering.svg.quantities import (
    NotUnderstood,
    Quantity,
    Surroundings,
    Token,
    quantity,
    significant,
)
from certifly.rendering.svg.refusals import feature_not_supported


@dataclass(frozen=True, slots=True)
class Context:
    """What a value is read in: what relative values mean, and whether it stands in an attribute."""

    around: Surroundings = field(default_factory=Surroundings)
    current: Rgb = BLACK
    attribute: bool = False
    inline: bool = False
    """Whether it is in a ``style`` attribute, where Chromium takes lengths without a unit, as in other attributes."""


Reader = Callable[[Sequence[Token], Context], Any]
"""Reads the significant tokens of a value. Raises NotUnderstood, PictureNotSupported."""

CURRENT: Literal["currentcolor"] = "currentcolor"
Colour = Rgb | Literal["currentcolor"]


@dataclass(frozen=True, slots=True)
class Link:
    """``url(#name)``: an element of this document."""

    target: str


@dataclass(frozen=True, slots=True)
class Paint:
    """What ``fill`` and ``stroke`` hold: a link, a colour (None paints nothing), or the paint of a marker's shape."""

    colour: Colour | None = None
    link: Link | None = None
    of_shape: Literal["context-fill", "context-stroke"] | None = None


NO_PAINT = Paint()


def only(tokens: Sequence[Token]) -> Token:
    """Return the one token of a value that may have only one."""
    if len(tokens) != 1:
        raise NotUnderstood
    return tokens[0]


def keyword(*words: str) -> Reader:
    def read(tokens: Sequence[Token], _context: Context) -> str:
        token = only(tokens)
        if token.type != "ident" or token.lower_value not in words:
            raise NotUnderstood
        word: str = token.lower_value
        return word

    return read


def number(least: float = float("-inf"), *, share: bool = False) -> Reader:
    """A number; with ``share`` also a percentage, and clamped to between 0 and 1."""

    def read(tokens: Sequence[Token], context: Context) -> float:
        percentages_of = Quantity(1.0, "number") if share else None
        given = quantity(only(tokens), context.around, percentages_of=percentages_of)
        if given.kind != "number" or given.value < least:
            raise NotUnderstood
        return min(1.0, max(0.0, given.value)) if share else given.value

    return read


def length_of(token: Token, context: Context, of: float, *, unitless: bool = False) -> float:
    """Return a length in CSS pixels; percentages are taken of ``of``."""
    given = quantity(token, context.around, percentages_of=Quantity(of, "length"))
    bare = given.kind == "number" and (unitless or context.attribute or given.value == 0)
    if given.kind != "length" and not bare:
        raise NotUnderstood
    return given.value


Direction = Literal["width", "height", "diagonal"]


def extent(around: Surroundings, direction: Direction) -> float:
    """Return what percentages in this direction are taken of."""
    width, height = around.viewport
    return {"width": width, "height": height, "diagonal": around.diagonal}[direction]


_INTRINSIC_SIZES = frozenset(
    {"min-content", "max-content", "fit-content", "stretch", "intrinsic", "min-intrinsic", "-webkit-min-content",
     "-webkit-max-content", "-webkit-fit-content", "-webkit-fill-available"}
)  # fmt: skip


def _refuse_intrinsic_size(word: str) -> None:
    if word in _INTRINSIC_SIZES:
        raise feature_not_supported(f'a width or height of "{word}"', "Give it in px")


def length(
    direction: Direction,
    *,
    positive: bool = False,
    unitless: bool = False,
    auto: bool = False,
    radius: bool = False,
) -> Reader:
    def read(tokens: Sequence[Token], context: Context) -> float | None:
        token = only(tokens)
        if auto and token.type == "ident" and token.lower_value == "auto":
            # As an attribute it is malformed, and browsers take no radius; CSS takes the other one.
            return 0.0 if context.attribute and radius else None
        if auto and not radius and not context.attribute and token.type == "ident":
            _refuse_intrinsic_size(token.lower_value)
        pixels = length_of(
            token, context, extent(context.around, direction), unitless=unitless or context.inline
        )
        if positive and pixels < 0:
            raise NotUnderstood
        return pixels

    return read


def any_colour(tokens: Sequence[Token], context: Context) -> Colour:
    token = only(tokens)
    if token.type == "ident" and token.lower_value == CURRENT:
        return CURRENT
    return colour(token, context.current)


def link_of(token: Token, name: str) -> Link | None:
    """Return the link of a ``url(…)`` token, or None for another token. Raises PictureNotSupported."""
    if token.type == "url":
        address = token.value
    elif token.type == "function" and token.lower_name == "url":
        strings = [part for part in significant(token.arguments) if part.type == "string"]
        if not strings:
            raise NotUnderstood  # unreachable: without quotes, url(…) is a token and no function
        address = strings[0].value
    else:
        return None
    address = address.rstrip()
    if address and not address.startswith("#"):
        raise feature_not_supported(f'"{name}" with something outside the file', "Embed everything it shows")
    return Link(unquote(address[1:]))


def paint(name: str) -> Reader:
    def read(tokens: Sequence[Token], context: Context) -> Paint:
        if not tokens:
            raise NotUnderstood
        link = link_of(tokens[0], name)
        if link is None:
            return _plain_paint(only(tokens), context)
        if len(tokens) == 1:
            return Paint(link=link)
        return Paint(_plain_paint(only(tokens[1:]), context).colour, link)

    return read


def _plain_paint(token: Token, context: Context) -> Paint:
    if token.type == "ident":
        word = token.lower_value
        if word == "none":
            return NO_PAINT
        if word in ("context-fill", "context-stroke"):
            return Paint(of_shape=word)
    return Paint(any_colour([token], context))


def reference(name: str) -> Reader:
    """``none`` or a link; the shapes and pictures that browsers also know here are refused."""

    def read(tokens: Sequence[Token], _context: Context) -> Link | None:
        if len(tokens) == 1 and tokens[0].type == "ident" and tokens[0].lower_value == "none":
            return None
        link = link_of(tokens[0], name) if tokens else None
        if link is not None and len(tokens) == 1:
            return link
        if any(token.type in ("function", "url") for token in tokens) or link is not None:
            raise feature_not_supported(f'"{name}" with more than a reference to an element')
        raise NotUnderstood

    return read


def dashes(tokens: Sequence[Token], context: Context) -> tuple[float, ...]:
    if len(tokens) == 1 and tokens[0].type == "ident" and tokens[0].lower_value == "none":
        return ()
    wanted = [part for part in tokens if part != ","]
    lengths = tuple(length_of(token, context, context.around.diagonal, unitless=True) for token in wanted)
    commas = any(one == other == "," for one, other in pairwise(tokens))
    if not lengths or min(lengths) < 0 or commas or tokens[-1] == ",":
        raise NotUnderstood
    return lengths


def paint_order(tokens: Sequence[Token], _context: Context) -> str:
    words = [token.lower_value if token.type == "ident" else "" for token in tokens]
    every = ("fill", "stroke", "markers")
    if words == ["normal"]:
        return "normal"
    if not words or not set(words) <= set(every) or len(set(words)) < len(words):
        raise NotUnderstood
    return " ".join([*words, *(word for word in every if word not in words)])


def path_data(tokens: Sequence[Token], _context: Context) -> str:
    """Read the property ``d``."""
    token = only(tokens)
    if token.type == "ident" and token.lower_value == "none":
        return ""
    if token.type == "function" and token.lower_name == "path":
        text = only(significant(token.arguments))
        if text.type == "string":
            data: str = text.value
            return data
    if token.type == "function" and token.lower_name in ("shape", "var"):
        raise feature_not_supported(f'"d: {token.lower_name}()"')
    raise NotUnderstood


_BACKGROUND_WORDS = frozenset(
    {
        "none", "repeat", "no-repeat", "repeat-x", "repeat-y", "space", "round", "scroll", "fixed", "local",
        "left", "right", "top", "bottom", "center", "cover", "contain", "auto", "border-box", "padding-box",
        "content-box",
    }
)  # fmt: skip


def background(tokens: Sequence[Token], context: Context) -> Colour:
    """Return the colour of a background; pictures in it are refused."""
    found: Colour = Rgb(0.0, 0.0, 0.0, 0.0)
    for token in tokens:
        if token.type == "url" or (
            token.type == "function"
            and ("gradient" in token.lower_name or token.lower_name in ("url", "image", "image-set"))
        ):
            raise feature_not_supported("a picture as background")
        plain = token.type in ("number", "dimension", "percentage") or token in ("/", ",")
        if not plain and not (token.type == "ident" and token.lower_value in _BACKGROUND_WORDS):
            found = any_colour([token], context)
    return found


FONT_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip


def _is_size(token: Token) -> bool:
    return token.type == "ident" and token.lower_value in {*FONT_SIZES, "smaller", "larger"}


def font_size(tokens: Sequence[Token], context: Context) -> float:
    """What ``em`` means, also out of the shorthand ``font``; Surroundings has the parent's."""
    sizes = [token for token in tokens if token.type in ("dimension", "percentage") or _is_size(token)]
    token = sizes[0] if sizes else only(tokens)
    parent = context.around.font_size
    if token.type == "ident":
        if token.lower_value in FONT_SIZES:
            return FONT_SIZES[token.lower_value]
        if token.lower_value in ("smaller", "larger"):
            return parent / 1.2 if token.lower_value == "smaller" else parent * 1.2
        raise NotUnderstood
    pixels = length_of(token, context, parent, unitless=context.inline)
    if pixels < 0:
        raise NotUnderstood
    return pixels


def overflow(tokens: Sequence[Token], context: Context) -> str:
    words = [
        keyword("visible", "hidden", "scroll", "auto", "clip", "overlay")([token], context)
        for token in tokens
    ]
    if len(words) not in (1, 2):
        raise NotUnderstood
    return "visible" if set(words) <= {"visible"} else "hidden"
