"""What happens to an element as a whole: transform, opacity, clip, mask, filter and blending."""

from dataclasses import replace
from functools import partial
from xml.etree.ElementTree import Element

from certifly.rendering.errors import PictureTooLarge
from certifly.rendering.svg import transforms
from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.drawing import SHAPES, Drawing, Place, written_number
from certifly.rendering.svg.filters import Flat, flat_filter, reach, write_filter
from certifly.rendering.svg.geometry import geometry
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.text import conditions_hold, paints_text
from certifly.rendering.svg.transforms import IDENTITY, Matrix, multiply
from certifly.rendering.svg.viewports import attribute_length

FILTERS_MAX = 50
"""Elements with a filter that is rasterised."""

REGION_MAX = 20
"""Largest side of a filter's region, as a multiple of the element's or the picture's."""

CLIP = frozenset({"clipPath"})
MASK = frozenset({"mask"})
BOX = "objectBoundingBox"
SPACE = "userSpaceOnUse"


def matrix_of(style: Style) -> Matrix:
    """Return the transform of an element's own space. Raises PictureNotSupported."""
    parts = [style[name] for name in ("translate", "rotate", "scale", "transform")]
    matrix = IDENTITY
    for part in parts:
        matrix = multiply(matrix, part.matrix)
    if matrix == IDENTITY:
        return matrix
    turned = matrix[:4] != IDENTITY[:4]
    if style["transform-box"] == "view-box":
        x, y = style["transform-origin"].within(0.0, 0.0, *style.around.viewport)
        return transforms.around(matrix, x, y) if turned else matrix
    if turned or any(part.relative for part in parts):
        raise feature_not_supported(f'"transform-box: {style["transform-box"]}"')
    return matrix


def written_matrix(matrix: Matrix) -> str:
    return f"matrix({' '.join(written_number(number) for number in matrix)})"


def inside(drawing: Drawing, style: Style, place: Place) -> Place:
    """Return the place of an element's content: effects may colour it, or need its bounding box."""
    if style["clip-path"] is None and style["mask"] is None and style["filter"] is None:
        return place
    node = _filter_of(drawing, style)
    flat = flat_filter(drawing, node) if node is not None else None
    if flat is not None:
        return replace(place, measured=True, flat=flat.colour)
    return replace(place, measured=True, filtered=place.filtered or node is not None)


def apply(
    drawing: Drawing, element: Element, style: Style, place: Place, matrix: Matrix | None = None
) -> Element | None:
    """Give an element its effects, and return it or what was put around it; None where nothing is left."""
    matrix = matrix_of(style) if matrix is None else matrix
    opacity: float = style["opacity"]
    around: list[dict[str, str]] = []
    if (node := _filter_of(drawing, style)) is not None:
        flat = flat_filter(drawing, node)
        if flat is not None:
            around.append(_flat_attributes(drawing, node, flat))
        else:
            name = _filter(drawing, node, place)
            if name is None:
                return None
            if _grown(node, region(node, drawing.style_at(node), "filterUnits")) is not None:
                around.append({"clip-path": f"url(#{_region_clip(drawing, node)})"})
            element.set("filter", f"url(#{name})")
    if (node := drawing.resource(style["clip-path"], CLIP)) is not None:
        name = drawing.define(("clip", node), partial(_clip, drawing, node))
        element.set("clip-path", f"url(#{name})")
    if (node := drawing.resource(style["mask"], MASK)) is not None:
        name = drawing.define(("mask", node, place.grey), partial(_mask, drawing, node))
        element.set("mask", f"url(#{name})")
    for attributes in around:
        inner = Element(
            "g", {name: element.attrib.pop(name) for name in ("clip-path", "mask") if name in element.attrib}
        )
        wrapped = Element("g", attributes)
        wrapped.append(element)
        inner.append(wrapped)
        element = inner
    if opacity < 1:
        element.set("opacity", written_number(opacity))
    if matrix != IDENTITY:
        element.set("transform", written_matrix(matrix))
    if style["mix-blend-mode"] == "plus-lighter":
        raise feature_not_supported('"mix-blend-mode: plus-lighter"')
    blending = [
        f"{name}:{style[name]}"
        for name, usual in (("isolation", "auto"), ("mix-blend-mode", "normal"))
        if style[name] != usual
    ]
    if blending:
        if "filter" in element.attrib:  # the renderer loses the blend mode of what it filters
            outer = Element("g")
            outer.append(element)
            element = outer
        element.set("style", ";".join(blending))
    return element


def _filter(drawing: Drawing, node: Node, place: Place) -> str | None:
    """Return the name of a filter for one more element."""
    drawing.filters += 1
    if drawing.filters > FILTERS_MAX:
        raise PictureTooLarge(
            f"The SVG has more than {FILTERS_MAX} elements with filters. Save the picture as PNG at 300 dpi."
        )
    if place.flat is not None or place.filtered:
        raise feature_not_supported("a filter inside a filter")
    given = region(node, drawing.style_at(node), "filterUnits")
    width, height = drawing.viewport if given["filterUnits"] == SPACE else (1.0, 1.0)
    sides = {"x": width, "y": height, "width": width, "height": height}
    if any(abs(float(given[name])) > REGION_MAX * side for name, side in sides.items()):
        raise feature_not_supported("a filter whose region is much larger than what it is used for")
    # The renderer crops the element to the region before it works on it, a browser afterwards.
    grown = _grown(node, given) or given
    return drawing.define(
        ("filter", node, place.grey), lambda: write_filter(drawing, node, place, grown, given)
    )


def _grown(node: Node, given: dict[str, str]) -> dict[str, str] | None:
    """Return a region with room around it, or None for one that has enough for what is usual."""
    x, y, width, height = (float(given[name]) for name in ("x", "y", "width", "height"))
    if given["filterUnits"] == BOX and max(x, y) <= -0.1 and min(x + width, y + height) >= 1.1 - 1e-9:
        return None
    by = reach(node) if given["filterUnits"] == SPACE else 1.0
    grown = {"x": x - by, "y": y - by, "width": width + 2 * by, "height": height + 2 * by}
    return given | {name: written_number(value) for name, value in grown.items()}


def _filter_of(drawing: Drawing, style: Style) -> Node | None:
    """Return the filter of an element; one that is not there has no effect."""
    link = style["filter"]
    node = drawing.names.get(link.target) if link is not None else None
    return node if node is not None and node.name == "filter" else None


def region(node: Node, style: Style, units: str) -> dict[str, str]:
    """Return x, y, width and height of a mask's or a filter's region."""
    width, height = style.around.viewport if node.get(units) == SPACE else (1.0, 1.0)
    given = {}
    for name, of, share in (
        ("x", width, -0.1),
        ("y", height, -0.1),
        ("width", width, 1.2),
        ("height", height, 1.2),
    ):
        value = attribute_length(node, name, style, of, of * share)
        assert value is not None, "there is a default"
        given[name] = written_number(value)
    return {**given, units: SPACE if node.get(units) == SPACE else BOX}


def _mask(drawing: Drawing, node: Node) -> Element:
    style = drawing.style_at(node)
    drawing.check(node)
    by_alpha = style["mask-type"] == "alpha"
    if not by_alpha and style["color-interpolation"] == "linearrgb":
        raise feature_not_supported('a mask with "color-interpolation: linearRGB"')
    if style["mask"] is not None or style["clip-path"] is not None:
        raise feature_not_supported("a mask that is masked or clipped itself")
    element = Element("mask", region(node, style, "maskUnits"))
    if node.get("maskContentUnits") == BOX:
        element.set("maskContentUnits", BOX)
    if by_alpha:
        element.set("style", "mask-type:alpha")
    element.extend(drawing.draw_children(node, style, Place(grey=not by_alpha)))
    return element


def _clip(drawing: Drawing, node: Node) -> Element:
    style = drawing.style_at(node)
    drawing.check(node)
    element = Element("clipPath")
    if node.get("clipPathUnits") == BOX:
        element.set("clipPathUnits", BOX)
    for child in node.children:
        drawn = _clip_shape(drawing, child, style, IDENTITY)
        if drawn is not None:
            element.append(drawn)
    if len(element) > 1 and any(child.tag in ("path", "polyline", "polygon") for child in element):
        # The renderer makes one path of them, with holes where their directions differ.
        raise feature_not_supported("a clip of several paths", "Unite them")
    matrix = matrix_of(style)
    if matrix != IDENTITY:
        element.set("transform", written_matrix(matrix))
    _set_clip(drawing, element, style)
    return element


def _set_clip(drawing: Drawing, element: Element, style: Style) -> None:
    node = drawing.resource(style["clip-path"], CLIP)
    if node is None:
        return
    if "clip-path" in element.attrib:
        raise feature_not_supported("a clip inside a clip inside a clip")
    name = drawing.define(("clip", node), partial(_clip, drawing, node))
    element.set("clip-path", f"url(#{name})")


def _clip_shape(drawing: Drawing, node: Node, parent: Style, outer: Matrix) -> Element | None:
    """Return one shape of a clip: its geometry counts, its paint does not."""
    if node.name is None or not conditions_hold(node) or node.name not in SHAPES | {"use", "text"}:
        return None
    drawing.count_element()
    style = drawing.cascade.style_of(node, parent)
    if style["display"] == "none":
        return None
    if node.name == "text":
        if paints_text(drawing.cascade, node, parent):
            raise feature_not_supported("text as a clip", "Convert text to paths")
        return None
    drawing.check(node, style)
    matrix = multiply(outer, matrix_of(style))
    if node.name == "use":
        target = drawing.target(node.link, SHAPES | {"text"})
        matrix = multiply(matrix, transforms.translation(style["x"], style["y"]))
        element = (
            _clip_shape(drawing, target, style.shown_by_use(target), matrix) if target is not None else None
        )
    elif style["visibility"] != "visible":
        return None
    else:
        element = geometry(drawing, node, style)
        if element is not None:
            if style["clip-rule"] != "nonzero":
                element.set("clip-rule", style["clip-rule"])
            if matrix != IDENTITY:
                element.set("transform", written_matrix(matrix))
    if element is not None:
        _set_clip(drawing, element, style)
    return element


def _flat_attributes(drawing: Drawing, node: Node, flat: Flat) -> dict[str, str]:
    """Return what a filter that gives one colour leaves to do: its opacity and its region."""
    attributes = {"clip-path": f"url(#{_region_clip(drawing, node)})"}
    if flat.opacity < 1:
        attributes["opacity"] = written_number(flat.opacity)
    return attributes


def _region_clip(drawing: Drawing, node: Node) -> str | None:
    """Return the name of a clip to the region of a filter."""
    given = region(node, drawing.style_at(node), "filterUnits")
    units = given.pop("filterUnits")

    def write() -> Element:
        clip = Element("clipPath", {} if units == SPACE else {"clipPathUnits": BOX})
        clip.append(Element("rect", {name: value for name, value in given.items() if value != "0"}))
        return clip

    return drawing.define(("region", node), write)
