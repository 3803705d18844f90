"""Colours of CSS (Color Levels 4 and 5) as the sRGB colour that a browser's screen shows.

Wider colours are clipped channel by channel, as Chromium does. The arithmetic between colour spaces is coloraide's.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coloraide import Color
from tinycss2.color4 import parse_color

from certifly.rendering.svg.quantities import (
    FUNCTIONS_ELSEWHERE,
    NotUnderstood,
    Quantity,
    Surroundings,
    Token,
    quantity,
    significant,
    split_tokens,
)
from certifly.rendering.svg.refusals import feature_not_supported

NESTING_MAX = 10
"""Colours inside colours (mixed, relative)."""

_HUE = (0.0, 0.0)
_UNIT = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Model:
    """A colour function: its space, its channels, and what 100% and the number 1 are in each."""

    space: str
    channels: str
    scales: tuple[tuple[float, float], ...]


_HUNDREDTH = (1.0, 0.01)
MODELS: Mapping[str, _Model] = {
    "rgb": _Model("srgb", "rgb", ((1.0, 1 / 255),) * 3),
    "hsl": _Model("hsl", "hsl", (_HUE, _HUNDREDTH, _HUNDREDTH)),
    "hwb": _Model("hwb", "hwb", (_HUE, _HUNDREDTH, _HUNDREDTH)),
    "lab": _Model("lab", "lab", ((100.0, 1.0), (125.0, 1.0), (125.0, 1.0))),
    "lch": _Model("lch", "lch", ((100.0, 1.0), (150.0, 1.0), _HUE)),
    "oklab": _Model("oklab", "lab", (_UNIT, (0.4, 1.0), (0.4, 1.0))),
    "oklch": _Model("oklch", "lch", (_UNIT, (0.4, 1.0), _HUE)),
}
SPACES = frozenset(
    {"srgb", "srgb-linear", "display-p3", "a98-rgb", "prophoto-rgb", "rec2020", "xyz-d50", "xyz-d65"}
)
_MIXED_IN = SPACES - {"rec2020"} | {model.space for model in MODELS.values()}
_ALIASES = {"rgba": "rgb", "hsla": "hsl", "xyz": "xyz-d65"}
_SYSTEM = {
    "canvas": "white", "canvastext": "black", "linktext": "#0000ee", "visitedtext": "#551a8b",
    "activetext": "#ff0000", "buttontext": "black", "field": "white", "fieldtext": "black", "mark": "yellow",
    "marktext": "black", "graytext": "#808080", "highlighttext": "black", "buttonface": "#efefef",
}  # fmt: skip
_DEPENDS_ON_SYSTEM = frozenset(
    {"accentcolor", "accentcolortext", "buttonborder", "highlight", "selecteditem", "selecteditemtext", "activeborder",
     "activecaption", "appworkspace", "background", "buttonhighlight", "buttonshadow", "captiontext", "inactiveborder",
     "inactivecaption", "inactivecaptiontext", "infobackground", "infotext", "menu", "menutext", "scrollbar",
     "threeddarkshadow", "threedface", "threedhighlight", "threedlightshadow", "threedshadow", "window", "windowframe",
     "windowtext", "-webkit-link", "-webkit-text", "-webkit-activelink", "-internal-light-dark"}
)  # fmt: skip
_NOT_WORKED_OUT = FUNCTIONS_ELSEWHERE | {
    "contrast-color",
    "alpha",
    "color-layers",
    "palette-mix",
    "ictcp",
    "jzazbz",
}


@dataclass(frozen=True, slots=True)
class Rgb:
    """A colour as it is shown: three channels and the opacity, each from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0
    wide: tuple[float, float, float] | None = field(default=None, kw_only=True)
    """The channels before they were clipped, of a colour in a form that CSS Color 3 did not know. Gradients with such
    a colour are mixed otherwise."""

    @property
    def hex(self) -> str:
        return "#" + "".join(f"{round(channel * 255):02x}" for channel in (self.red, self.green, self.blue))

    @property
    def grey(self) -> "Rgb":
        """The grey that as a mask lets as much through as this colour: its luminance (Filter Effects, 9.6)."""
        level = 0.2126 * self.red + 0.7152 * self.green + 0.0722 * self.blue
        return Rgb(level, level, level, self.alpha)


_DIGITS = frozenset("0123456789abcdefABCDEF")
BLACK = Rgb(0.0, 0.0, 0.0)


def colour(token: Token, current: Rgb) -> Rgb:
    """Return the colour of a token. Raises NotUnderstood, PictureNotSupported."""
    if token.type == "hash" and len(token.value) in (3, 6):
        return _hexadecimal(token.value)
    found = _colour(token, current, 0)
    red, green, blue = found.convert("srgb").coords(nans=False)
    return _clipped((red, green, blue), found.alpha(nans=False), legacy=_is_legacy(token))


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return the colour between two colours of a gradient, one of which is not of a legacy form: mixed in OKLab."""
    first, second = (
        Color("srgb", colour.wide or (colour.red, colour.green, colour.blue), colour.alpha)
        for colour in (one, other)
    )
    found = first.mix(second, share, space="oklab", premultiplied=False).convert("srgb")
    red, green, blue = found.coords(nans=False)
    return _clipped((red, green, blue), found.alpha(nans=False), legacy=False)


def _clipped(channels: tuple[float, float, float], alpha: float, *, legacy: bool) -> Rgb:
    red, green, blue, opacity = (
        0.0 if math.isnan(value) else min(1.0, max(0.0, value)) for value in (*channels, alpha)
    )
    return Rgb(red, green, blue, opacity, wide=None if legacy else channels)


_LEGACY_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "hwb"})


def _is_legacy(token: Token) -> bool:
    if token.type != "function":
        return True
    words = {part.lower_value for part in token.arguments if part.type == "ident"}
    return token.lower_name in _LEGACY_FUNCTIONS and not words & {"from", "none"}


def _hexadecimal(digits: str) -> Rgb:
    """Read the form that nearly every colour has, quickly."""
    if not set(digits) <= _DIGITS:
        raise NotUnderstood
    pairs = [digit * 2 for digit in digits] if len(digits) == 3 else [digits[:2], digits[2:4], digits[4:]]
    red, green, blue = (int(pair, 16) / 255 for pair in pairs)
    return Rgb(red, green, blue)


def _colour(token: Token, current: Rgb, depth: int) -> Color:
    if depth > NESTING_MAX:
        raise feature_not_supported("colours nested in colours", "Write the resulting colour")
    if token.type == "ident":
        return _named(token.lower_value, token, current)
    if token.type == "hash":
        return _plain(token)
    if token.type != "function":
        raise NotUnderstood
    name = _ALIASES.get(token.lower_name, token.lower_name)
    if name == "color-mix":
        return _mixed(token.arguments, current, depth)
    if name == "light-dark":
        light, *dark = [_only(part) for part in split_tokens(token.arguments, ",")]
        if len(dark) != 1:
            raise NotUnderstood
        _colour(dark[0], current, depth + 1)
        return _colour(light, current, depth + 1)
    if name == "color" or name in MODELS:
        return _function(name, token.arguments, current, depth)
    if name in _NOT_WORKED_OUT or name.startswith("--"):
        raise feature_not_supported(f'the colour function "{name}()"', "Write the resulting colour")
    raise NotUnderstood


def _named(name: str, token: Token, current: Rgb) -> Color:
    if name == "currentcolor":
        return Color("srgb", [current.red, current.green, current.blue], current.alpha)
    if name in _SYSTEM:
        return Color(_SYSTEM[name])
    if name in _DEPENDS_ON_SYSTEM:
        raise feature_not_supported(f'the colour "{name}" of the operating system', "Write the colour itself")
    return _plain(token)


def _plain(token: Token) -> Color:
    """Return a named colour, or one in hexadecimal digits."""
    found: Any = parse_color(token)
    if found is None:
        raise NotUnderstood
    return Color("srgb", found.coordinates, found.alpha)


def _only(tokens: Sequence[Token]) -> Token:
    found = significant(tokens)
    if len(found) != 1:
        raise NotUnderstood
    return found[0]


def _function(name: str, arguments: Sequence[Token], current: Rgb, depth: int) -> Color:
    tokens: Sequence[Token] = significant(arguments)
    if any(part == "," for part in tokens):
        return _legacy(name, [_only(part) for part in split_tokens(tokens, ",")])
    base = None
    if tokens and tokens[0].type == "ident" and tokens[0].lower_value == "from":
        if len(tokens) < 2:
            raise NotUnderstood
        base, tokens = _colour(tokens[1], current, depth + 1), tokens[2:]
    model = MODELS.get(name)
    if model is None:
        model, tokens = _space(tokens)
    halves = split_tokens(tokens, "/")
    if len(halves[0]) != 3 or len(halves) > 2:
        raise NotUnderstood

    names = _channel_values(base.convert(model.space), model) if base is not None else None
    values = [_channel(token, scale, names) for token, scale in zip(halves[0], model.scales, strict=True)]
    if base is None:
        values = _in_range(name, values)
    if model.space == "rec2020":
        if base is not None:
            raise feature_not_supported("a relative colour in rec2020", "Write the resulting colour")
        model, values = replace(model, space="rec2020-linear"), [_linear_rec2020(value) for value in values]
    inherited = base.alpha(nans=False) if base is not None else 1.0
    alpha = _alpha(_only(halves[1]), names) if len(halves) == 2 else inherited
    return Color(model.space, values, alpha)


def _linear_rec2020(value: float) -> float:
    """Undo the transfer function of ITU-R BT.2020, which browsers use and coloraide does not."""
    size = abs(value)
    linear = size / 4.5 if size < 0.0812428829 else ((size + 0.0992968268) / 1.0992968268) ** (1 / 0.45)
    return math.copysign(linear, value)


def _space(tokens: Sequence[Token]) -> tuple[_Model, Sequence[Token]]:
    """Return the model of color(space …) and the tokens behind its name."""
    if not tokens or tokens[0].type != "ident":
        raise NotUnderstood
    space = _ALIASES.get(tokens[0].lower_value, tokens[0].lower_value)
    if space.startswith("--") or space == "display-p3-linear":
        raise feature_not_supported(f'the colour space "{space}"', "Write the resulting colour")
    if space not in SPACES:
        raise NotUnderstood
    return _Model(space, "xyz" if space.startswith("xyz") else "rgb", (_UNIT,) * 3), tokens[1:]


def _legacy(name: str, tokens: Sequence[Token]) -> Color:
    """Colours written with commas: rgb() and hsl() only, and without ``none``."""
    if name not in ("rgb", "hsl") or len(tokens) not in (3, 4):
        raise NotUnderstood
    kinds = [quantity(token, Surroundings()).kind for token in tokens]
    alike = set(kinds[:3]) in ({"number"}, {"percentage"})
    if not (alike if name == "rgb" else kinds[0] in ("number", "angle") and kinds[1:3] == ["percentage"] * 2):
        raise NotUnderstood
    values = [
        _channel(token, scale, None) for token, scale in zip(tokens[:3], MODELS[name].scales, strict=True)
    ]
    return Color(MODELS[name].space, _in_range(name, values), _alpha(tokens[3], None) if tokens[3:] else 1.0)


def _channel_values(base: Color, model: _Model) -> Mapping[str, float]:
    """Return the numbers that the channels' names stand for in a colour relative to ``base``."""
    numbers = [
        value / (number or 1.0)
        for value, (_, number) in zip(base.coords(nans=False), model.scales, strict=True)
    ]
    return dict(zip(model.channels, numbers, strict=True)) | {"alpha": base.alpha(nans=False)}


def _channel(token: Token, scale: tuple[float, float], names: Mapping[str, float] | None) -> float:
    if token.type == "ident" and token.lower_value == "none":
        return math.nan
    given = quantity(token, Surroundings(), names=names)
    if scale == _HUE and given.kind in ("angle", "number"):
        return given.value
    percent, number = scale
    if scale != _HUE and given.kind in ("percentage", "number"):
        return given.value / 100 * percent if given.kind == "percentage" else given.value * number
    raise NotUnderstood


def _in_range(name: str, values: Sequence[float]) -> list[float]:
    """Clamp what the specification clamps when a colour is read: rgb(), lightness and chroma."""
    first, second, third = values
    if name == "rgb":
        return [min(1.0, max(0.0, value)) if value == value else value for value in values]
    if name == "hsl":
        return [first, max(0.0, second), third]
    if name in ("lab", "lch", "oklab", "oklch"):
        first = min(MODELS[name].scales[0][0], max(0.0, first)) if first == first else first
        second = max(0.0, second) if name.endswith("lch") else second
    return [first, second, third]


def _alpha(token: Token, names: Mapping[str, float] | None) -> float:
    if token.type == "ident" and token.lower_value == "none":
        return math.nan
    given = quantity(token, Surroundings(), percentages_of=Quantity(1.0, "number"), names=names)
    if given.kind != "number":
        raise NotUnderstood
    return min(1.0, max(0.0, given.value))


_HUE_PATHS = frozenset({"shorter", "longer", "increasing", "decreasing"})


def _mixed(arguments: Sequence[Token], current: Rgb, depth: int) -> Color:
    parts = [significant(part) for part in split_tokens(arguments, ",")]
    space, path = "oklab", "shorter"
    words = [token.lower_value if token.type == "ident" else "" for token in parts[0]]
    if words[:1] == ["in"]:
        parts.pop(0)
        words = words[1:]
        space = _ALIASES.get(words[0], words[0]) if words else ""
        if len(words) == 3 and words[1] in _HUE_PATHS and words[2] == "hue":
            path = words[1]
        elif len(words) != 1:
            raise NotUnderstood
    if space not in _MIXED_IN or len(parts) != 2:
        raise NotUnderstood
    (first, share), (second, other) = (_share(part, current, depth) for part in parts)
    if share is None:
        share = 1 - other if other is not None else 0.5
    if other is None:
        other = 1 - share
    if not share + other:
        raise NotUnderstood
    mixed = first.mix(
        second, other / (share + other), space=space, hue=path, premultiplied=True, powerless=True
    )
    mixed[-1] = mixed.alpha(nans=False) * min(1.0, share + other)
    return mixed


def _share(tokens: Sequence[Token], current: Rgb, depth: int) -> tuple[Color, float | None]:
    """Read ``colour``, ``colour 20%`` or ``20% colour``."""
    shares = [token for token in tokens if token.type == "percentage"]
    colours = [token for token in tokens if token.type != "percentage"]
    if len(colours) != 1 or len(shares) > 1:
        raise NotUnderstood
    if shares and not 0 <= shares[0].value <= 100:
        raise NotUnderstood
    return _colour(colours[0], current, depth + 1), shares[0].value / 100 if shares else None
