"""Markers on the points of a path."""

from functools import partial
from xml.etree.ElementTree import Element

from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.drawing import Drawing, Place, written_number
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.viewports import alignment, attribute_length, view_box

MARKABLE = frozenset({"path", "line", "polyline", "polygon"})
MARKER = frozenset({"marker"})
_REFERENCES = frozenset({"left", "top", "center", "right", "bottom"})


def marker_attributes(drawing: Drawing, node: Node, style: Style, place: Place) -> dict[str, str]:
    """Return ``marker-start``, ``marker-mid`` and ``marker-end`` of a shape."""
    if node.name not in MARKABLE:
        return {}
    attributes = {}
    for name in ("marker-start", "marker-mid", "marker-end"):
        marker = drawing.resource(style[name], MARKER)
        if marker is not None and (style["stroke-width"] or marker.get("markerUnits") == "userSpaceOnUse"):
            content = Place(grey=place.grey, flat=place.flat)
            defined = drawing.define(("marker", marker, content), partial(_marker, drawing, marker, content))
            if defined is not None:
                attributes[name] = f"url(#{defined})"
    if attributes and (node.name == "polygon" or "z" in (node.get("d") or "").lower()):
        raise feature_not_supported("markers on a closed path", "Expand the markers to paths")
    return attributes


def _marker(drawing: Drawing, node: Node, place: Place) -> Element | None:
    style = drawing.style_at(node)
    drawing.check(node)
    width, height = style.around.viewport
    sizes = [
        attribute_length(node, name, style, of, 3.0) or 0.0
        for name, of in (("markerWidth", width), ("markerHeight", height))
    ]
    box = view_box(node)
    if min(sizes) <= 0 or (box is not None and not box[2] * box[3]):
        return None
    inner = (box[2], box[3]) if box is not None else (sizes[0], sizes[1])
    given = {"markerWidth": written_number(sizes[0]), "markerHeight": written_number(sizes[1])}
    for name, of in (("refX", inner[0]), ("refY", inner[1])):
        text = (node.get(name) or "").strip()
        if text in _REFERENCES or "%" in text:
            raise feature_not_supported(f'a marker with "{name}" as a word or percentage', "Write a number")
        given[name] = written_number(attribute_length(node, name, style.within(*inner), of, 0.0) or 0.0)
    if node.get("markerUnits") == "userSpaceOnUse":
        given["markerUnits"] = "userSpaceOnUse"
    given |= _orientation(node)
    if box is not None:
        given["viewBox"] = " ".join(map(written_number, box))
        given["preserveAspectRatio"] = alignment(node)
    if style["overflow"] == "visible":
        given["overflow"] = "visible"
    if style["opacity"] < 1 or any(style[name] is not None for name in ("mask", "clip-path", "filter")):
        raise feature_not_supported("a marker with effects of its own")
    element = Element("marker", given)
    element.extend(drawing.draw_children(node, style.within(*inner), place))
    return element


def _orientation(node: Node) -> dict[str, str]:
    word = (node.get("orient") or "").strip()
    if word in ("auto", "auto-start-reverse"):
        return {"orient": word}
    for unit, degrees in (
        ("deg", 1.0),
        ("grad", 0.9),
        ("rad", 57.29577951308232),
        ("turn", 360.0),
        ("", 1.0),
    ):
        if word.endswith(unit):
            try:
                return {"orient": written_number(float(word.removesuffix(unit)) * degrees)}
            except ValueError:
                break
    return {}
