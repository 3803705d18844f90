"""The properties that change what is painted: which values of each are drawn, and which are refused.

A property that is neither here nor in ``GUARDED`` changes nothing that an SVG paints, or no browser knows it: the test
tests/browser/test_svg_properties.py tries every property that Chromium knows.
"""

import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from certifly.rendering.svg import transforms
from certifly.rendering.svg.colours import BLACK, Rgb
from certifly.rendering.svg.quantities import NotUnderstood, tokens_of
from certifly.rendering.svg.refusals import value_not_supported
from certifly.rendering.svg.values import (
    NO_PAINT,
    Context,
    Paint,
    Reader,
    any_colour,
    background,
    dashes,
    font_size,
    keyword,
    length,
    number,
    overflow,
    paint,
    paint_order,
    path_data,
    reference,
)

VALUE_CHARACTERS_MAX = 1_000
"""Longest value of a property; what is longer is refused."""

EVERYWHERE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})


@dataclass(frozen=True, slots=True)
class Property:
    """How the value of a property is read, what it is where nothing is written, and whether children inherit it."""

    read: Reader
    initial: Any
    inherited: bool = False
    attribute: bool = True
    """Whether an attribute of the same name gives it as well."""


_SHARE = number(share=True)
_BLEND_MODES = (
    "normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn", "hard-light",
    "soft-light", "difference", "exclusion", "hue", "saturation", "color", "luminosity", "plus-lighter",
)  # fmt: skip
_DISPLAYS = (
    "inline", "block", "list-item", "inline-block", "table", "inline-table", "table-row-group", "table-header-group",
    "table-footer-group", "table-row", "table-column-group", "table-column", "table-cell", "table-caption", "none",
    "flex", "inline-flex", "grid", "inline-grid", "contents", "flow-root", "run-in", "compact", "marker",
)  # fmt: skip

PROPERTIES: Mapping[str, Property] = {
    "color": Property(any_colour, BLACK, inherited=True),
    "font-size": Property(font_size, 16.0, inherited=True),
    "fill": Property(paint("fill"), Paint(BLACK), inherited=True),
    "fill-opacity": Property(_SHARE, 1.0, inherited=True),
    "fill-rule": Property(keyword("nonzero", "evenodd"), "nonzero", inherited=True),
    "clip-rule": Property(keyword("nonzero", "evenodd"), "nonzero", inherited=True),
    "stroke": Property(paint("stroke"), NO_PAINT, inherited=True),
    "stroke-opacity": Property(_SHARE, 1.0, inherited=True),
    "stroke-width": Property(length("diagonal", positive=True, unitless=True), 1.0, inherited=True),
    "stroke-linecap": Property(keyword("butt", "round", "square"), "butt", inherited=True),
    "stroke-linejoin": Property(keyword("miter", "round", "bevel"), "miter", inherited=True),
    "stroke-miterlimit": Property(number(0.0), 4.0, inherited=True),
    "stroke-dasharray": Property(dashes, (), inherited=True),
    "stroke-dashoffset": Property(length("diagonal", unitless=True), 0.0, inherited=True),
    "paint-order": Property(paint_order, "normal", inherited=True),
    "visibility": Property(keyword("visible", "hidden", "collapse"), "visible", inherited=True),
    "marker-start": Property(reference("marker-start"), None, inherited=True),
    "marker-mid": Property(reference("marker-mid"), None, inherited=True),
    "marker-end": Property(reference("marker-end"), None, inherited=True),
    "image-rendering": Property(
        keyword("auto", "optimizespeed", "optimizequality", "pixelated", "crisp-edges", "smooth", "high-quality",
                "-webkit-optimize-contrast"), "auto", inherited=True
    ),
    "color-interpolation": Property(keyword("auto", "srgb", "linearrgb"), "srgb", inherited=True),
    "color-interpolation-filters": Property(keyword("auto", "srgb", "linearrgb"), "linearrgb", inherited=True),
    "display": Property(keyword(*_DISPLAYS), "inline"),
    "opacity": Property(_SHARE, 1.0),
    "overflow": Property(overflow, None),
    "clip-path": Property(reference("clip-path"), None),
    "mask": Property(reference("mask"), None),
    "mask-type": Property(keyword("luminance", "alpha"), "luminance"),
    "filter": Property(reference("filter"), None),
    "mix-blend-mode": Property(keyword(*_BLEND_MODES), "normal", attribute=False),
    "isolation": Property(keyword("auto", "isolate"), "auto", attribute=False),
    "vector-effect": Property(
        keyword("none", "non-scaling-stroke", "non-scaling-size", "non-rotation", "fixed-position"), "none"
    ),
    "transform": Property(transforms.transform_list, transforms.NONE),
    "transform-origin": Property(transforms.origin, transforms.Origin()),
    "transform-box": Property(
        keyword("view-box", "fill-box", "stroke-box", "content-box", "border-box"), "view-box", attribute=False
    ),
    "rotate": Property(transforms.rotate, transforms.NONE, attribute=False),
    "scale": Property(transforms.scale, transforms.NONE, attribute=False),
    "translate": Property(transforms.translate, transforms.NONE, attribute=False),
    "stop-color": Property(any_colour, BLACK),
    "stop-opacity": Property(_SHARE, 1.0),
    "flood-color": Property(any_colour, BLACK),
    "flood-opacity": Property(_SHARE, 1.0),
    "background-color": Property(background, Rgb(0.0, 0.0, 0.0, 0.0), attribute=False),
    "d": Property(path_data, None, attribute=False),
    "x": Property(length("width"), 0.0),
    "y": Property(length("height"), 0.0),
    "width": Property(length("width", positive=True, auto=True), None),
    "height": Property(length("height", positive=True, auto=True), None),
    "rx": Property(length("width", positive=True, auto=True, radius=True), None),
    "ry": Property(length("height", positive=True, auto=True, radius=True), None),
    "cx": Property(length("width"), 0.0),
    "cy": Property(length("height"), 0.0),
    "r": Property(length("diagonal", positive=True), 0.0),
}  # fmt: skip

SHORTHANDS: Mapping[str, tuple[str, ...]] = {
    "marker": ("marker-start", "marker-mid", "marker-end"),
    "-webkit-clip-path": ("clip-path",), "-webkit-filter": ("filter",), "-webkit-mask": ("mask",),
    "-webkit-opacity": ("opacity",), "-webkit-transform": ("transform",),
    "-webkit-transform-origin": ("transform-origin",), "background": ("background-color",), "font": ("font-size",),
}  # fmt: skip
"""Properties that give the same value to others."""

GUARDED: Mapping[str, Set[str]] = {
    "all": frozenset(), "zoom": {"1", "100%", "normal"}, "outline": {"none", "0", "0px"}, "outline-style": {"none"},
    "backdrop-filter": {"none"}, "perspective": {"none"}, "offset": {"none"}, "offset-path": {"none"},
    "content-visibility": {"visible", "auto"}, "mask-image": {"none"}, "-webkit-mask-image": {"none"},
    "mask-mode": {"match-source"}, "mask-composite": {"add"}, "mask-clip": {"border-box"},
    "mask-origin": {"border-box"},
    "-webkit-mask-box-image": {"none"}, "-webkit-box-reflect": {"none"}, "-webkit-perspective": {"none"},
    "image-orientation": {"from-image"}, "animation": {"none"}, "animation-name": {"none"},
    "-webkit-animation": {"none"}, "-webkit-animation-name": {"none"}, "overflow-x": {"visible"},
    "color-scheme": {"normal", "light", "only light", "light only", "light dark", "dark light"},
    "overflow-y": {"visible"}, "overflow-inline": frozenset(), "overflow-block": frozenset(),
    "-webkit-logical-width": frozenset(), "-webkit-logical-height": frozenset(),
    "-webkit-mask-box-image-source": {"none"},
    "overflow-clip-margin": {"0", "0px"}, "inline-size": {"auto"}, "block-size": {"auto"},
}  # fmt: skip
"""Properties that are not drawn, with the values that change nothing."""

_NOTHING = frozenset({"0", "0px", "none", "auto", "normal", "0 auto", "auto 0", "0 0"})
_SIDES = (
    "", "-top", "-right", "-bottom", "-left", "-block", "-inline", "-block-start", "-block-end", "-inline-start",
    "-inline-end",
)  # fmt: skip
_OLD_SIDES = ("before", "after", "start", "end")
_CORNERS = (
    "", "-top-left", "-top-right", "-bottom-left", "-bottom-right", "-start-start", "-start-end", "-end-start",
    "-end-end",
)  # fmt: skip
GUARDED_ON_ROOT: Mapping[str, Set[str]] = (
    dict.fromkeys([f"{box}{side}" for box in ("margin", "padding", "border") for side in _SIDES], _NOTHING)
    | dict.fromkeys([f"border{side}-style" for side in _SIDES], _NOTHING)
    | dict.fromkeys(
        [f"-webkit-{box}-{side}" for box in ("margin", "padding", "border") for side in _OLD_SIDES], _NOTHING
    )
    | dict.fromkeys([f"-webkit-border-{side}-style" for side in _OLD_SIDES], _NOTHING)
    | dict.fromkeys([f"border{corner}-radius" for corner in _CORNERS], _NOTHING)
    | dict.fromkeys([f"-webkit-border{corner}-radius" for corner in _CORNERS], _NOTHING)
    | dict.fromkeys(["top", "right", "bottom", "left", "inset", "box-shadow", "-webkit-box-shadow"], _NOTHING)
    | dict.fromkeys(["background-image", "min-width", "min-height", "aspect-ratio", "border-image"], _NOTHING)
    | dict.fromkeys(["max-width", "max-height"], _NOTHING - {"0", "0px"} | {"100%"})
    | {"border-shape": {"none"}, "float": {"none"}, "object-fit": {"fill", "contain"}}
)
"""The outermost element is also a box of CSS."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A keyword that every property knows: the value comes from the parent, or is the initial one."""

    word: str


_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{0,15}(?:\.[0-9]{1,15}|(?<=[0-9]))", re.ASCII)
_LENGTHS = {"x": -math.inf, "y": -math.inf, "cx": -math.inf, "cy": -math.inf} | dict.fromkeys(
    ("width", "height", "rx", "ry", "r", "stroke-width"), 0.0
)
"""Lengths that attributes mostly give as plain numbers, with the least value of each."""


def _refuse() -> float:
    raise NotUnderstood


@lru_cache(maxsize=20_000)
def read_value(name: str, text: str, context: Context) -> Any:
    """Return the value of a property. Raises NotUnderstood, PictureNotSupported."""
    if len(text) > VALUE_CHARACTERS_MAX and name != "d":
        raise value_not_supported(name, text)
    if name == "transform" and context.attribute:
        matrix = transforms.read_transform_attribute(text)
        if matrix is not None:
            return transforms.Transform(matrix)
        raise NotUnderstood
    if name in _LENGTHS and context.attribute and _PLAIN_NUMBER.fullmatch(text):
        value = float(text)
        return value if value >= _LENGTHS[name] else _refuse()
    tokens = tokens_of(text)
    if len(tokens) == 1 and tokens[0].type == "ident" and tokens[0].lower_value in EVERYWHERE:
        return Elsewhere(tokens[0].lower_value)
    return PROPERTIES[name].read(tokens, context)


def is_understood(name: str, text: str) -> bool:
    """Tell whether a browser understands a declaration. Raises PictureNotSupported for what is not known here."""
    if name in SHORTHANDS:
        name = SHORTHANDS[name][0]
    if name not in PROPERTIES:
        raise value_not_supported(name, text)
    try:
        read_value(name, text, Context())
    except NotUnderstood:
        return False
    return True
