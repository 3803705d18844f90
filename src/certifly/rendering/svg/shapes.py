"""Shapes: their geometry, and how they are filled and stroked."""

from xml.etree.ElementTree import Element

from certifly.rendering.svg import effects
from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.drawing import Drawing, Place, written_number
from certifly.rendering.svg.geometry import DOT, geometry
from certifly.rendering.svg.markers import marker_attributes
from certifly.rendering.svg.paint_servers import paint_attributes
from certifly.rendering.svg.pathdata import dots
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.values import NO_PAINT


def shape(drawing: Drawing, node: Node, style: Style, place: Place) -> Element | None:
    """Write a shape with its paint."""
    if style["visibility"] != "visible" and not place.measured:
        return None
    element = geometry(drawing, node, style)
    if element is None:
        return None
    content = effects.inside(drawing, style, place)
    fill, stroke, markers = {}, {}, {}
    if style["visibility"] == "visible":
        fill = paint_attributes(drawing, "fill", style, content, element) if node.name != "line" else {}
        stroke = _stroke(drawing, node, element, style, content)
        markers = marker_attributes(drawing, node, style, content)
        element.attrib |= markers
    if not fill and not stroke and not markers:
        if not content.measured:
            return None
        fill = {"fill-opacity": "0"}
    element.attrib |= fill or {"fill": "none"}
    element.attrib |= stroke
    if markers and not stroke:  # both count for markers as well
        element.set("stroke-width", written_number(style["stroke-width"]))
        element.set("paint-order", style["paint-order"])
    if fill and style["fill-rule"] != "nonzero":
        element.set("fill-rule", style["fill-rule"])
    if fill and "url(" in stroke.get("stroke", "") and "url(" not in fill.get("fill", ""):
        element = _apart(element, stroke, first=style["paint-order"].startswith("stroke"))
    return effects.apply(drawing, element, style, place)


def _apart(element: Element, stroke: dict[str, str], *, first: bool) -> Element:
    """Return fill and stroke as two shapes: pdfium paints a stroke with a gradient or pattern under the fill."""
    stroked = Element(element.tag, {**element.attrib, "fill": "none"})
    for name in ("fill-opacity", "fill-rule", "paint-order"):
        stroked.attrib.pop(name, None)
    for name in [*stroke, "marker-start", "marker-mid", "marker-end"]:
        element.attrib.pop(name, None)
    group = Element("g")
    group.extend([stroked, element] if first else [element, stroked])
    return group


def _stroke(drawing: Drawing, node: Node, element: Element, style: Style, place: Place) -> dict[str, str]:
    width: float = style["stroke-width"]
    if style["stroke"] == NO_PAINT or width == 0:
        return {}
    attributes = paint_attributes(drawing, "stroke", style, place, element)
    if not attributes:
        return {}
    if style["vector-effect"] not in ("none", "non-scaling-size", "non-rotation", "fixed-position"):
        raise feature_not_supported('"vector-effect: non-scaling-stroke"', "Convert strokes to paths")
    join = style["stroke-linejoin"]
    if join == "miter" and style["stroke-miterlimit"] < 1:
        join = "bevel"
    given = {
        "stroke-width": (written_number(width), "1"),
        "stroke-linecap": (style["stroke-linecap"], "butt"),
        "stroke-linejoin": (join, "miter"),
        "stroke-miterlimit": (written_number(max(1.0, style["stroke-miterlimit"])), "4"),
        "paint-order": (style["paint-order"], "normal"),
    }
    attributes |= {name: value for name, (value, usual) in given.items() if value != usual}
    attributes |= _dashes(node, style)
    if style["stroke-linecap"] != "butt" and "d" in element.attrib:
        data = element.attrib["d"]
        points = dots(data)
        element.set("d", data + "".join(f"M{written_number(x)} {written_number(y)}h{DOT}" for x, y in points))
    return attributes


def _dashes(node: Node, style: Style) -> dict[str, str]:
    lengths = style["stroke-dasharray"]
    if not sum(lengths):
        return {}
    if node.get("pathLength") is not None:
        raise feature_not_supported('"pathLength" with dashes', "Convert the dashed line to paths")
    if not any(lengths[1::2] if len(lengths) % 2 == 0 else lengths):
        return {}  # gaps without length
    attributes = {"stroke-dasharray": " ".join(written_number(max(length, DOT)) for length in lengths)}
    if style["stroke-dashoffset"]:
        attributes["stroke-dashoffset"] = written_number(style["stroke-dashoffset"])
    return attributes
