"""The geometry of shapes, with every length worked out."""

from xml.etree.ElementTree import Element

from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.drawing import Drawing, written_number
from certifly.rendering.svg.pathdata import any_area, drawn_part, drawn_points, has_area, points_of
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.viewports import attribute_length

DOT = 0.01
"""Length that stands for none, in user units: renderers of PDF draw no caps on lines without length."""


def geometry(drawing: Drawing, node: Node, style: Style) -> Element | None:
    """Return the bare shape, or None for one that has no points."""
    assert node.name is not None
    attributes = _GEOMETRIES[node.name](node, style)
    if attributes is None:
        return None
    for text in ("d", "points"):
        drawing.count_path(attributes.get(text, ""))
    return Element(node.name, attributes)


def box_has_area(shape: Element) -> bool:
    """Tell whether the bounding box of a bare shape has both a width and a height."""
    if shape.tag == "path":
        return has_area(shape.attrib["d"])
    if shape.tag == "line":
        x1, y1, x2, y2 = (float(shape.get(name, 0.0)) for name in ("x1", "y1", "x2", "y2"))
        return any_area([(x1, y1), (x2, y2)])
    return "points" not in shape.attrib or any_area(points_of(shape.attrib["points"]))


def _path(node: Node, style: Style) -> dict[str, str] | None:
    data = drawn_part(style["d"] if style["d"] is not None else node.get("d") or "")
    return {"d": data} if data else None


def _rectangle(_node: Node, style: Style) -> dict[str, str] | None:
    width, height = style["width"] or 0.0, style["height"] or 0.0
    if not width or not height:
        return None
    rx, ry = style["rx"], style["ry"]
    rx, ry = (ry if rx is None else rx) or 0.0, (rx if ry is None else ry) or 0.0
    radii = {"rx": min(rx, width / 2), "ry": min(ry, height / 2)} if rx and ry else {}
    return _numbers({"x": style["x"], "y": style["y"]} | radii) | {
        "width": written_number(width), "height": written_number(height)
    }  # fmt: skip


def _circle(_node: Node, style: Style) -> dict[str, str] | None:
    if not style["r"]:
        return None
    return _numbers({"cx": style["cx"], "cy": style["cy"], "r": style["r"]})


def _ellipse(_node: Node, style: Style) -> dict[str, str] | None:
    rx, ry = style["rx"], style["ry"]
    rx, ry = (ry if rx is None else rx), (rx if ry is None else ry)
    if not rx or not ry:
        return None
    return _numbers({"cx": style["cx"], "cy": style["cy"], "rx": rx, "ry": ry})


def _line(node: Node, style: Style) -> dict[str, str] | None:
    width, height = style.around.viewport
    lengths = {
        name: attribute_length(node, name, style, of, 0.0) or 0.0
        for name, of in (("x1", width), ("y1", height), ("x2", width), ("y2", height))
    }
    if (
        lengths["x1"] == lengths["x2"]
        and lengths["y1"] == lengths["y2"]
        and style["stroke-linecap"] != "butt"
    ):
        lengths["x2"] += DOT
    return _numbers(lengths)


def _points(node: Node, _style: Style) -> dict[str, str] | None:
    points = drawn_points(node.get("points") or "")
    return {"points": points} if points else None


def _numbers(values: dict[str, float]) -> dict[str, str]:
    return {name: written_number(value) for name, value in values.items() if value}


_GEOMETRIES = {
    "path": _path, "rect": _rectangle, "circle": _circle, "ellipse": _ellipse, "line": _line,
    "polyline": _points, "polygon": _points,
}  # fmt: skip
