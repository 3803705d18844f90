"""What fills and strokes: colours, gradients and patterns."""

import math
import re
from dataclasses import replace
from itertools import pairwise
from xml.etree.ElementTree import Element

from certifly.rendering.errors import PictureTooLarge
from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.colours import Rgb, mixed
from certifly.rendering.svg.drawing import GRADIENTS, Drawing, Place, written_number
from certifly.rendering.svg.effects import BOX, SPACE, matrix_of, written_matrix
from certifly.rendering.svg.geometry import box_has_area
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.references import STOPS_MAX
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.transforms import IDENTITY, Matrix
from certifly.rendering.svg.values import Paint
from certifly.rendering.svg.viewports import ATTRIBUTE_CHARACTERS_MAX, alignment, attribute_length, view_box

VECTOR_MIN = 0.002
"""Shortest way from the first colour of a gradient to the last, as a share of the bounding box."""

VECTOR_SHARE_MIN = 0.00001
"""The same for a gradient in user space, as a share of the viewport."""

MIXED_STEPS = 32
"""Parts of the way from one colour to the next in which the renderer's mixing is as good as a browser's."""

WIDE_MAX = 0.6
"""How far the channels of a gradient's colour may lie outside of sRGB: a little more than those of display-p3."""

TEMPLATES_MAX = 20
"""Gradients or patterns that take from each other through ``href``."""

PATTERN = frozenset({"pattern"})

Stop = tuple[float, Rgb]


def paint_attributes(
    drawing: Drawing, name: str, style: Style, place: Place, shape: Element
) -> dict[str, str]:
    """Return the attributes for ``fill`` or ``stroke`` of a bare shape; none when nothing is painted."""
    paint: Paint = style[name]
    opacity: float = style[f"{name}-opacity"]
    if paint.of_shape is not None:
        raise feature_not_supported(f'"{name}: {paint.of_shape}"')
    node = drawing.resource(paint.link, GRADIENTS | PATTERN)
    templates = _templates(drawing, node) if node is not None else []
    if node is not None and _takes_effect(drawing, templates, shape):
        server = _server(drawing, node, templates, place)
        if isinstance(server, str):
            return {name: f"url(#{server})"} | _opacity(name, opacity)
        colour = server
        if server is None and node.name == "pattern" and paint.colour is not None:
            colour = place.shown(style.colour(paint.colour))
    else:
        colour = None if paint.colour is None else place.shown(style.colour(paint.colour))
    if colour is None or not colour.alpha * opacity:
        return {}
    written = {} if name == "fill" and colour.hex == "#000000" else {name: colour.hex}
    return {name: colour.hex} | written | _opacity(name, colour.alpha * opacity)


def _opacity(name: str, opacity: float) -> dict[str, str]:
    return {f"{name}-opacity": written_number(opacity)} if opacity < 1 else {}


def _takes_effect(drawing: Drawing, templates: list[Node], shape: Element) -> bool:
    """Tell whether a browser uses a gradient or pattern for a shape; where it does not, the fallback is painted."""
    a, b, c, d, _, _ = _matrix(drawing, templates)
    units = _given(templates, "patternUnits" if templates[0].name == "pattern" else "gradientUnits")
    return a * d != b * c and (units == SPACE or box_has_area(shape))


def _server(drawing: Drawing, node: Node, templates: list[Node], place: Place) -> str | Rgb | None:
    """Return the name of a gradient or pattern, or the one colour that it comes to, or None for no paint."""
    drawing.check(node)
    if node.name == "pattern":
        content = Place(grey=place.grey, flat=place.flat)
        return drawing.define(("pattern", node, content), lambda: _pattern(drawing, templates, content))
    stops = _stops(drawing, templates, place)
    if not stops:
        return None
    geometry = _gradient_geometry(drawing, templates)
    if len(stops) == 1 or geometry is None:
        return stops[-1][1]
    key = ("gradient", node, place.grey, place.flat)
    return drawing.define(key, lambda: _gradient(node, stops, geometry))


def _templates(drawing: Drawing, node: Node) -> list[Node]:
    """Return the element and those it takes what it lacks from, the nearest first."""
    kinds = PATTERN if node.name == "pattern" else GRADIENTS
    found: list[Node] = []
    following: Node | None = node
    while following is not None:
        if following in found:
            raise feature_not_supported(
                "a gradient or pattern that refers to itself in a circle", "Remove it"
            )
        if len(found) == TEMPLATES_MAX:
            raise PictureTooLarge(
                f"The SVG's references are nested deeper than {TEMPLATES_MAX} levels. Expand them."
            )
        found.append(following)
        following = drawing.target(following.link, kinds)
    return found


def _given(templates: list[Node], name: str) -> str | None:
    return next((value for node in templates if (value := node.get(name)) is not None), None)


def _matrix(drawing: Drawing, templates: list[Node]) -> Matrix:
    matrices = (matrix_of(drawing.style_at(node)) for node in templates)
    return next((matrix for matrix in matrices if matrix != IDENTITY), IDENTITY)


def _stops(drawing: Drawing, templates: list[Node], place: Place) -> list[Stop]:
    owner = next((node for node in templates if any(child.name == "stop" for child in node.children)), None)
    stops: list[Stop] = []
    if owner is None:
        return stops
    last = 0.0
    for node in owner.children:
        if node.name != "stop":
            continue
        if len(stops) >= STOPS_MAX:
            raise PictureTooLarge(f"A gradient of the SVG has more than {STOPS_MAX} colours. Use fewer.")
        drawing.check(node)
        style = drawing.style_at(node)
        colour = style.colour(style["stop-color"])
        last = max(last, _offset(node.get("offset") or ""))
        stops.append((last, replace(colour, alpha=colour.alpha * style["stop-opacity"])))
    if any(colour.wide is not None for _, colour in stops):
        if any(not -WIDE_MAX <= value <= 1 + WIDE_MAX for _, colour in stops for value in colour.wide or ()):
            raise feature_not_supported(
                "a gradient with a colour that no screen shows", "Use one of display-p3"
            )
        stops = _with_colours_between(stops)
    if len(stops) > STOPS_MAX:
        raise PictureTooLarge(f"A gradient of the SVG comes to more than {STOPS_MAX} colours. Use fewer.")
    return [(offset, replace(place.shown(colour), alpha=colour.alpha)) for offset, colour in stops]


def _with_colours_between(stops: list[Stop]) -> list[Stop]:
    """Add the colours between that a browser mixes in OKLab, so close that the renderer may mix the rest."""
    result = stops[:1]
    for (start, one), (end, other) in pairwise(stops):
        if end > start:
            for step in range(1, MIXED_STEPS):
                # Closer to each other at both ends, where the colour changes most.
                share = (1 - math.cos(math.pi * step / MIXED_STEPS)) / 2
                result.append((start + (end - start) * share, mixed(one, other, share)))
        result.append((end, other))
    return result


_OFFSET = re.compile(r"([+-]?(?:[0-9]*\.)?[0-9]+(?:[eE][+-]?[0-9]+)?)(%?)", re.ASCII)

_OFFSET_MAX = 3.4e38
"""What is larger is malformed for a browser."""


def _offset(text: str) -> float:
    """Read a number or a percentage; as an attribute that is no property, it may not be calculated."""
    found = _OFFSET.fullmatch(text.strip(" \t\n\r\f")) if len(text) <= ATTRIBUTE_CHARACTERS_MAX else None
    value = float(found[1]) if found is not None else 0.0
    if found is None or abs(value) > _OFFSET_MAX:
        return 0.0
    return min(1.0, max(0.0, value / (100 if found[2] else 1)))


def _gradient_geometry(drawing: Drawing, templates: list[Node]) -> dict[str, str] | None:
    """Return the attributes of a gradient's geometry, or None where it comes to its last colour."""
    node = templates[0]
    style = drawing.style_at(node)
    if style["color-interpolation"] == "linearrgb":
        raise feature_not_supported('a gradient with "color-interpolation: linearRGB"')
    spread = _given(templates, "spreadMethod")
    if spread in ("reflect", "repeat"):
        raise feature_not_supported(f'a gradient with "spreadMethod: {spread}"')
    units = SPACE if _given(templates, "gradientUnits") == SPACE else BOX
    around = style.around
    width, height = around.viewport if units == SPACE else (1.0, 1.0)
    diagonal = around.diagonal if units == SPACE else 1.0

    def length(name: str, of: float, default: float) -> float:
        owner = next((one for one in templates if one.get(name) is not None and one.name == node.name), None)
        value = (
            attribute_length(owner, name, drawing.style_at(owner), of, default)
            if owner is not None
            else default
        )
        assert value is not None, "there is a default"
        return value

    if node.name == "linearGradient":
        values = {
            "x1": length("x1", width, 0.0), "y1": length("y1", height, 0.0),
            "x2": length("x2", width, width), "y2": length("y2", height, 0.0),
        }  # fmt: skip
        if values["x1"] == values["x2"] and values["y1"] == values["y2"]:
            return None
        across, down = values["x2"] - values["x1"], values["y2"] - values["y1"]
    else:
        cx, cy, r = (
            length("cx", width, width / 2),
            length("cy", height, height / 2),
            length("r", diagonal, diagonal / 2),
        )
        values = {
            "cx": cx, "cy": cy, "r": r, "fx": length("fx", width, cx), "fy": length("fy", height, cy),
            "fr": length("fr", diagonal, 0.0),
        }  # fmt: skip
        if r <= 0:
            return None
        across, down = r, r
        if values["fr"]:
            raise feature_not_supported('a radial gradient with "fr"')
        if ((values["fx"] - cx) ** 2 + (values["fy"] - cy) ** 2) ** 0.5 >= r * 0.999:
            raise feature_not_supported("a radial gradient whose focus lies outside of its circle")
    matrix = _matrix(drawing, templates)
    _refuse_nearly_no_length(
        across, down, matrix, VECTOR_MIN if units == BOX else VECTOR_SHARE_MIN * diagonal
    )
    written = {name: written_number(value) for name, value in values.items()} | {"gradientUnits": units}
    return written if matrix == IDENTITY else written | {"gradientTransform": written_matrix(matrix)}


def _refuse_nearly_no_length(across: float, down: float, matrix: Matrix, least: float) -> None:
    """Refuse a gradient that changes its colour within less than can be computed: browsers paint its last one."""
    a, b, c, d, _, _ = matrix
    transformed = math.hypot(a * across + c * down, b * across + d * down)
    if min(math.hypot(across, down), transformed) < least:
        raise feature_not_supported("a gradient of nearly no length", "Make it longer")


def _gradient(node: Node, stops: list[Stop], geometry: dict[str, str]) -> Element:
    assert node.name is not None
    element = Element(node.name, geometry)
    for offset, colour in stops:
        attributes = {"offset": written_number(offset), "stop-color": colour.hex}
        element.append(Element("stop", attributes | _opacity("stop", colour.alpha)))
    return element


def _pattern(drawing: Drawing, templates: list[Node], place: Place) -> Element | None:
    node = templates[0]
    units = SPACE if _given(templates, "patternUnits") == SPACE else BOX
    content = SPACE if _given(templates, "patternContentUnits") != BOX else BOX
    size = drawing.style_at(node).around.viewport if units == SPACE else (1.0, 1.0)
    given = {"patternUnits": units, "patternContentUnits": content}
    for name, of in (("x", size[0]), ("y", size[1]), ("width", size[0]), ("height", size[1])):
        giver = next((one for one in templates if one.get(name) is not None), node)
        value = attribute_length(giver, name, drawing.style_at(giver), of, 0.0)
        if name in ("width", "height") and (value is None or value <= 0):
            return None
        given[name] = written_number(value or 0.0)
    fitted = next((one for one in templates if one.get("viewBox") is not None), None)
    box = view_box(fitted) if fitted is not None else None
    owner = next((one for one in templates if any(child.name is not None for child in one.children)), None)
    if owner is None or (box is not None and not box[2] * box[3]):
        return None
    style = drawing.style_at(owner)
    if box is not None:
        given["viewBox"] = " ".join(map(written_number, box))
        given["preserveAspectRatio"] = alignment(
            next((one for one in templates if one.get("preserveAspectRatio")), node)
        )
        style = style.within(*box[2:])
    matrix = _matrix(drawing, templates)
    if matrix != IDENTITY:
        given["patternTransform"] = written_matrix(matrix)
    element = Element("pattern", given)
    element.extend(drawing.draw_children(owner, style, place))
    return element
