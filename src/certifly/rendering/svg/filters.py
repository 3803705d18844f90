"""Filters: those that only give one colour are drawn as vectors; shadows and blurs are rasterised by the renderer.

The renderer rasterises at 288 dots to the inch of the printed size. What it draws as browsers do is on the list; other
primitives are refused by name.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from certifly.rendering.errors import PictureTooLarge
from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.colours import Rgb
from certifly.rendering.svg.drawing import Drawing, Place, written_number
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.transforms import numbers_of
from certifly.rendering.svg.viewports import ATTRIBUTE_CHARACTERS_MAX, attribute_length

PRIMITIVES_MAX = 30
"""Steps of one filter."""

DEVIATION_MAX = 500.0
"""Widest blur, in user units."""

_IDENTITY = [float(number % 6 == 0) for number in range(20)]
_LUMINANCE = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True, slots=True)
class Flat:
    """What a filter does that gives everything one colour and multiplies its opacity."""

    colour: Rgb
    opacity: float


def primitives(node: Node) -> list[Node]:
    """Return the steps of a filter."""
    return [child for child in node.children if child.name is not None and child.name.startswith("fe")]


def flat_filter(drawing: Drawing, node: Node) -> Flat | None:
    """Return what a filter does if it only gives one colour, as masks by colour matrix do (Cairo, Canva)."""
    parts = primitives(node)
    if (
        len(parts) != 1
        or parts[0].name != "feColorMatrix"
        or parts[0].get("in") not in (None, "SourceGraphic", "SourceAlpha")
    ):
        return None
    part = parts[0]
    if any(part.get(name) is not None for name in ("x", "y", "width", "height")):
        return None
    matrix = _matrix(part)
    coloured = any(matrix[row * 5 + column] for row in range(3) for column in range(4))
    if coloured or any(matrix[15:18]) or matrix[19] or not 0 <= matrix[18] <= 1:
        return None
    channels = [min(1.0, max(0.0, matrix[row * 5 + 4])) for row in range(3)]
    if drawing.style_at(part)["color-interpolation-filters"] == "linearrgb":
        channels = [_encoded(channel) for channel in channels]
    return Flat(Rgb(channels[0], channels[1], channels[2]), matrix[18])


def _encoded(linear: float) -> float:
    encoded: float = linear * 12.92 if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return encoded


def _decoded(encoded: float) -> float:
    linear: float = encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4
    return linear


def reach(node: Node) -> float:
    """Return how far the filter carries a point, in user units: its blurs and offsets together."""
    total = 0.0
    for part in primitives(node):
        for name, factor in (("stdDeviation", 3.0), ("dx", 1.0), ("dy", 1.0)):
            numbers = numbers_of((part.get(name) or "")[:ATTRIBUTE_CHARACTERS_MAX]) or []
            total += factor * min(DEVIATION_MAX, max((abs(number) for number in numbers), default=0.0))
    return total + 3 * 2.0 + 4.0  # the defaults of feDropShadow


def write_filter(
    drawing: Drawing, node: Node, place: Place, given: dict[str, str], whole: Mapping[str, str]
) -> Element | None:
    """Write a filter with its region, of which it shows ``whole``; one without steps paints nothing."""
    parts = primitives(node)
    if not parts:
        return None
    if len(parts) > PRIMITIVES_MAX:
        raise PictureTooLarge(f"A filter of the SVG has more than {PRIMITIVES_MAX} steps. Simplify it.")
    drawing.check(node)
    if node.get("primitiveUnits") == "objectBoundingBox":
        raise feature_not_supported('a filter with "primitiveUnits"')
    element = Element("filter", given)
    results: dict[str, str] = {}
    for number, part in enumerate(parts):
        writer = _PRIMITIVES.get(part.name or "")
        if writer is None:
            raise feature_not_supported(f"a filter with <{part.name}>")
        drawing.check(part)
        if part.name in ("feFlood", "feDropShadow") and drawing.is_hidden(part):
            raise feature_not_supported(f'<{part.name}> inside of "display: none"', 'Delete "display"')
        style = drawing.style_at(part)
        step = writer(_Step(drawing, part, style, place, results))
        _set_region(step, part, style, whole)
        if style["color-interpolation-filters"] != "linearrgb":
            step.set("color-interpolation-filters", "sRGB")
        if (name := part.get("result")) is not None:
            results[name] = f"r{number}"
            step.set("result", f"r{number}")
        element.append(step)
    return element


def _set_region(step: Element, node: Node, style: Style, whole: Mapping[str, str]) -> None:
    """Write the region of a step if it is drawn: that of a flood, or one that takes nothing away."""
    if all(node.get(name) is None for name in ("x", "y", "width", "height")):
        return
    width, height = style.around.viewport
    sides = (("x", width), ("y", height), ("width", width), ("height", height))
    values = [attribute_length(node, name, style, of, None) for name, of in sides]
    region = [value for value in values if value is not None]
    if len(region) == 4 and _covers(region, whole):
        return
    if len(region) < 4 or min(region[2:]) <= 0 or node.name != "feFlood":
        raise feature_not_supported(
            "a filter with a step of its own region", "Delete its x, y, width and height"
        )
    for (name, _), value in zip(sides, region, strict=True):
        step.set(name, written_number(value))


def _covers(region: Sequence[float], whole: Mapping[str, str]) -> bool:
    """Tell whether the region of a step covers that of the filter, where both are in user units."""
    x, y, width, height = region
    left, top, across, down = (float(whole[name]) for name in ("x", "y", "width", "height"))
    return (
        whole["filterUnits"] == "userSpaceOnUse"
        and x <= left
        and y <= top
        and x + width >= left + across
        and y + height >= top + down
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a filter, where it is read."""

    drawing: Drawing
    node: Node
    style: Style
    place: Place
    results: Mapping[str, str]

    def element(self, *inputs: str) -> Element:
        step = Element(self.node.name or "")
        for name in inputs:
            given = self.input(self.node, name)
            if given is not None:
                step.set(name, given)
        return step

    def input(self, node: Node, name: str) -> str | None:
        given = (node.get(name) or "").strip()
        if given in ("BackgroundImage", "BackgroundAlpha", "FillPaint", "StrokePaint"):
            raise feature_not_supported(f'a filter of "{given}"')
        return given if given in ("SourceGraphic", "SourceAlpha") else self.results.get(given)

    def numbers(self, name: str, default: list[float], counts: tuple[int, ...] = (1,)) -> list[float]:
        text = self.node.get(name)
        numbers = numbers_of(text) if text is not None and len(text) <= ATTRIBUTE_CHARACTERS_MAX else None
        return default if numbers is None or len(numbers) not in counts else numbers

    def number(self, name: str, default: float) -> float:
        return self.numbers(name, [default])[0]

    def word(self, name: str, known: tuple[str, ...]) -> str:
        """Return an attribute's word; one that is not known means the first."""
        word = (self.node.get(name) or "").strip()
        return word if word in known else known[0]

    def set_deviation(self, step: Element, default: float) -> None:
        deviation = self.numbers("stdDeviation", [default], (1, 2))
        if min(deviation) < 0 or max(deviation) > DEVIATION_MAX:
            raise feature_not_supported("a blur that is negative or very wide")
        step.set("stdDeviation", " ".join(map(written_number, deviation)))

    def set_flood(self, step: Element) -> None:
        colour = self.style.colour(self.style["flood-color"])
        if self.place.grey:
            self.place.require_grey(colour)
        step.set("flood-color", colour.hex)
        step.set("flood-opacity", written_number(colour.alpha * self.style["flood-opacity"]))


def _blur(step: _Step) -> Element:
    element = step.element("in")
    if step.word("edgeMode", ("none", "duplicate", "wrap")) != "none":
        raise feature_not_supported('a blur with "edgeMode"')
    step.set_deviation(element, 0.0)
    return element


def _offset(step: _Step) -> Element:
    element = step.element("in")
    for name in ("dx", "dy"):
        element.set(name, written_number(step.number(name, 0.0)))
    return element


def _flood(step: _Step) -> Element:
    element = step.element()
    step.set_flood(element)
    return element


def _shadow(step: _Step) -> Element:
    element = step.element("in")
    for name in ("dx", "dy"):
        element.set(name, written_number(step.number(name, 2.0)))
    step.set_deviation(element, 2.0)
    step.set_flood(element)
    if step.style["color-interpolation-filters"] != "linearrgb":
        # The renderer takes the colour for a linear one, whatever is said.
        shown = step.style.colour(step.style["flood-color"])
        element.set(
            "flood-color", Rgb(*(_decoded(channel) for channel in (shown.red, shown.green, shown.blue))).hex
        )
    return element


def _matrix(node: Node) -> list[float]:
    """Return the twenty numbers of a colour matrix, whatever its type (Filter Effects, 9.7)."""
    kind = (node.get("type") or "matrix").strip()
    text = node.get("values")
    numbers = numbers_of(text) if text is not None and len(text) <= ATTRIBUTE_CHARACTERS_MAX else None
    if kind == "luminanceToAlpha":
        return [0.0] * 15 + [*_LUMINANCE, 0.0, 0.0]
    if kind in ("saturate", "hueRotate"):
        if numbers is None or len(numbers) != 1:
            return _IDENTITY
        return _saturation(numbers[0]) if kind == "saturate" else _hue(math.radians(numbers[0]))
    return numbers if numbers is not None and len(numbers) == 20 else _IDENTITY


def _saturation(amount: float) -> list[float]:
    weights = (0.213, 0.715, 0.072)
    rows = [
        [weight * (1 - amount) + amount * (row == column) for column, weight in enumerate(weights)]
        for row in range(3)
    ]
    return [number for row in rows for number in (*row, 0.0, 0.0)] + [0.0, 0.0, 0.0, 1.0, 0.0]


def _hue(angle: float) -> list[float]:
    base = ((0.213, 0.715, 0.072),) * 3
    by_cosine = ((0.787, -0.715, -0.072), (-0.213, 0.285, -0.072), (-0.213, -0.715, 0.928))
    by_sine = ((-0.213, -0.715, 0.928), (0.143, 0.140, -0.283), (-0.787, 0.715, 0.072))
    rows = [
        [
            base[row][column]
            + math.cos(angle) * by_cosine[row][column]
            + math.sin(angle) * by_sine[row][column]
            for column in range(3)
        ]
        for row in range(3)
    ]
    return [number for row in rows for number in (*row, 0.0, 0.0)] + [0.0, 0.0, 0.0, 1.0, 0.0]


def _colour_matrix(step: _Step) -> Element:
    element = step.element("in")
    matrix = _matrix(step.node)
    if step.place.grey and not matrix[:5] == matrix[5:10] == matrix[10:15]:
        mixed = [sum(matrix[row * 5 : row * 5 + 3]) for row in range(3)]
        if not math.isclose(mixed[0], mixed[1], abs_tol=1e-3) or not math.isclose(
            mixed[0], mixed[2], abs_tol=1e-3
        ):
            raise feature_not_supported("a mask whose filter gives colours")
    element.set("type", "matrix")
    element.set("values", " ".join(map(written_number, matrix)))
    return element


_BLENDS = (
    "normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn", "hard-light",
    "soft-light", "difference", "exclusion", "hue", "saturation", "color", "luminosity",
)  # fmt: skip


def _blend(step: _Step) -> Element:
    element = step.element("in", "in2")
    mode = step.word("mode", _BLENDS)
    if step.place.grey and mode not in _BLENDS[:12]:
        raise feature_not_supported(f'a mask with a filter that blends by "{mode}"')
    element.set("mode", mode)
    return element


def _composite(step: _Step) -> Element:
    element = step.element("in", "in2")
    operator = step.word("operator", ("over", "in", "out", "atop", "xor", "arithmetic", "lighter"))
    if operator == "lighter":
        raise feature_not_supported('a filter with <feComposite operator="lighter">')
    element.set("operator", operator)
    if operator == "arithmetic":
        for name in ("k1", "k2", "k3", "k4"):
            element.set(name, written_number(step.number(name, 0.0)))
    return element


def _merge(step: _Step) -> Element:
    element = step.element()
    nodes = [child for child in step.node.children if child.name == "feMergeNode"]
    if len(nodes) > PRIMITIVES_MAX:
        raise PictureTooLarge(f"A filter of the SVG has more than {PRIMITIVES_MAX} steps. Simplify it.")
    for child in nodes:
        given = step.input(child, "in")
        element.append(Element("feMergeNode", {} if given is None else {"in": given}))
    return element


def _transfer(step: _Step) -> Element:
    element = step.element("in")
    found = {child.name: child for child in step.node.children}
    for channel in "RGBA":
        child = found.get(f"feFunc{channel}")
        if child is None:
            continue
        if step.place.grey and channel != "A":
            raise feature_not_supported("a mask whose filter transfers colours")
        part = _Step(step.drawing, child, step.style, step.place, step.results)
        kind = part.word("type", ("identity", "table", "discrete", "linear", "gamma"))
        function = Element(f"feFunc{channel}", {"type": kind})
        values = numbers_of((child.get("tableValues") or "")[:ATTRIBUTE_CHARACTERS_MAX])
        if kind in ("table", "discrete"):
            function.set("tableValues", " ".join(map(written_number, values or [])))
        for name, default in (
            ("slope", 1.0),
            ("intercept", 0.0),
            ("amplitude", 1.0),
            ("exponent", 1.0),
            ("offset", 0.0),
        ):
            function.set(name, written_number(part.number(name, default)))
        element.append(function)
    return element


_PRIMITIVES: Mapping[str, Callable[[_Step], Element]] = {
    "feGaussianBlur": _blur, "feOffset": _offset, "feFlood": _flood, "feDropShadow": _shadow, "feMerge": _merge,
    "feColorMatrix": _colour_matrix, "feBlend": _blend, "feComposite": _composite, "feComponentTransfer": _transfer,
}  # fmt: skip
