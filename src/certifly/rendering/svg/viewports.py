"""Viewports: what ``viewBox`` and ``preserveAspectRatio`` make of a space of some size."""

import re

from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.quantities import NotUnderstood, tokens_of
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.transforms import Matrix, numbers_of
from certifly.rendering.svg.values import Context, length_of

_ALIGNMENT = re.compile(r"(none|x(Min|Mid|Max)Y(Min|Mid|Max))(?:\s+(meet|slice))?")
_SHARES = {"Min": 0.0, "Mid": 0.5, "Max": 1.0}
ATTRIBUTE_CHARACTERS_MAX = 1_000

Box = tuple[float, float, float, float]


def view_box(node: Node) -> Box | None:
    """Return x, y, width and height; None where there is no valid viewBox."""
    text = node.get("viewBox") or ""
    numbers = numbers_of(text) if len(text) <= ATTRIBUTE_CHARACTERS_MAX else None
    if numbers is None or len(numbers) != 4 or min(numbers[2:]) < 0:
        return None
    x, y, width, height = numbers
    return x, y, width, height


def alignment(node: Node) -> str:
    """Return preserveAspectRatio; a malformed one counts as not written."""
    text = " ".join((node.get("preserveAspectRatio") or "").split())
    found = _ALIGNMENT.fullmatch(text) if len(text) <= ATTRIBUTE_CHARACTERS_MAX else None
    return f"{found[1]} {found[4] or 'meet'}" if found else "xMidYMid meet"


def fitted(box: Box, width: float, height: float, aligned: str) -> Matrix:
    """Return the transform from the user space of ``box`` into a space of this size (SVG 2, 8.2)."""
    x, y, box_width, box_height = box
    across, down = width / box_width, height / box_height
    how, meet_or_slice = aligned.split()
    if how == "none":
        return (across, 0.0, 0.0, down, -x * across, -y * down)
    scale = min(across, down) if meet_or_slice == "meet" else max(across, down)
    left = (width - box_width * scale) * _SHARES[how[1:4]]
    top = (height - box_height * scale) * _SHARES[how[5:8]]
    return (scale, 0.0, 0.0, scale, left - x * scale, top - y * scale)


def inner_viewport(node: Node, style: Style, size: tuple[float, float] | None = None) -> tuple[float, float]:
    """Return what percentages inside an ``svg`` or ``symbol`` element are taken of."""
    box = view_box(node)
    if box is not None:
        return box[2], box[3]
    return size or outer_size(style)


def outer_size(style: Style) -> tuple[float, float]:
    """Return the width and height of an ``svg`` element inside another."""
    width, height = style["width"], style["height"]
    across, down = style.around.viewport
    return across if width is None else width, down if height is None else height


def attribute_length(node: Node, name: str, style: Style, of: float, default: float | None) -> float | None:
    """Return a length that only an attribute gives, in user units; ``default`` if it is missing or malformed."""
    text = node.get(name)
    if text is None or len(text) > ATTRIBUTE_CHARACTERS_MAX:
        return default
    try:
        tokens = tokens_of(text)
        return (
            length_of(tokens[0], Context(style.around, attribute=True), of) if len(tokens) == 1 else default
        )
    except NotUnderstood:
        return default
