"""Groups, nested pictures, and what is shown through ``use``."""

from xml.etree.ElementTree import Element

from certifly.rendering.svg import effects
from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.drawing import SHAPES, Drawing, Place, chosen_of, written_number
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.refusals import element_not_supported, feature_not_supported
from certifly.rendering.svg.text import conditions_hold
from certifly.rendering.svg.transforms import IDENTITY, multiply, translation
from certifly.rendering.svg.viewports import alignment, attribute_length, fitted, inner_viewport, view_box

USABLE = SHAPES | {"g", "svg", "symbol", "use", "image", "a", "switch", "text", "foreignObject"}


def group(drawing: Drawing, node: Node, style: Style, place: Place) -> Element | None:
    """Write a group."""
    element = Element("g")
    if style["display"] == "contents":  # it has no box, and so no effects
        element.extend(drawing.draw_children(node, style, place))
        return element if len(element) else None
    element.extend(drawing.draw_children(node, style, effects.inside(drawing, style, place)))
    return effects.apply(drawing, element, style, place) if len(element) else None


def switch(drawing: Drawing, node: Node, style: Style, place: Place) -> Element | None:
    """Write the one child of a switch that is drawn."""
    chosen = chosen_of(node)
    drawn = drawing.draw(chosen, style, effects.inside(drawing, style, place)) if chosen is not None else None
    if drawn is None:
        return None
    element = Element("g")
    element.append(drawn)
    return effects.apply(drawing, element, style, place)


def nested(drawing: Drawing, node: Node, style: Style, place: Place) -> Element | None:
    """Write an ``svg`` element inside another."""
    _refuse_odd_size(drawing, node, style)
    width, height = style.around.viewport
    size = (
        width if style["width"] is None else style["width"],
        height if style["height"] is None else style["height"],
    )
    content = effects.inside(drawing, style, place)
    element = _viewport(drawing, node, style, content, _corner(node, style), size)
    return effects.apply(drawing, element, style, place) if element is not None else None


def _corner(node: Node, style: Style) -> tuple[float, float]:
    """Return x and y of an ``svg`` or ``symbol`` element; Chromium takes them from attributes alone."""
    width, height = style.around.viewport
    x, y = (attribute_length(node, name, style, of, 0.0) for name, of in (("x", width), ("y", height)))
    return x or 0.0, y or 0.0


def _refuse_odd_size(drawing: Drawing, node: Node, style: Style) -> None:
    """Refuse what browsers do not agree on, and negative sizes."""
    _refuse_negative_size(node, style)
    if drawing.cascade.sized_by_css(node, style.scope):
        raise feature_not_supported(
            f"a <{node.name}> sized by CSS", 'Give it "width" and "height" as attributes'
        )


def _refuse_negative_size(node: Node, style: Style) -> None:
    for name in ("width", "height"):
        if (attribute_length(node, name, style, 1.0, None) or 0.0) < 0:
            raise feature_not_supported(f'a <{node.name}> with a negative "{name}"', "Delete it")


def _viewport(
    drawing: Drawing,
    node: Node,
    style: Style,
    place: Place,
    corner: tuple[float, float],
    size: tuple[float, float],
) -> Element | None:
    """Write the content of an ``svg`` or ``symbol`` element, fitted into its viewport and clipped to it."""
    if style["overflow"] != "visible" and any(
        style[name] is not None for name in ("clip-path", "mask", "filter")
    ):
        raise feature_not_supported(f"a clip, mask or filter on <{node.name}>", "Put it on a group around")
    box = view_box(node)
    if not size[0] * size[1] or (box is not None and not box[2] * box[3]):
        return None
    content = drawing.draw_children(node, style.within(*inner_viewport(node, style, size)), place)
    if not content:
        return None
    matrix = translation(*corner)
    if box is not None:
        matrix = multiply(matrix, fitted(box, *size, alignment(node)))
    element = (
        Element("g") if matrix == IDENTITY else Element("g", {"transform": effects.written_matrix(matrix)})
    )
    element.extend(content)
    outer = Element("g")
    if style["overflow"] != "visible":
        outer.set("clip-path", f"url(#{_window(drawing, corner, size)})")
    outer.append(element)
    whole = Element("g")
    whole.append(outer)
    return whole


def _window(drawing: Drawing, corner: tuple[float, float], size: tuple[float, float]) -> str | None:
    def write() -> Element:
        clip = Element("clipPath")
        values = zip(("x", "y", "width", "height"), (*corner, *size), strict=True)
        clip.append(Element("rect", {name: written_number(value) for name, value in values if value}))
        return clip

    return drawing.define(("window", corner, size), write)


def use(drawing: Drawing, node: Node, style: Style, place: Place) -> Element | None:
    """Write a reference to an element that is written once, among the definitions."""
    target = drawing.target(node.link, USABLE)
    if target is None:
        return None
    content = effects.inside(drawing, style, place)
    size = None
    if target.name in ("svg", "symbol"):
        _refuse_negative_size(node, style)
        size = (style["width"], style["height"])
    name = drawing.define(
        ("use", target, style.inheritance, content, size),
        lambda: _shown(drawing, target, style.shown_by_use(target), content, size),
    )
    if name is None:
        return None
    element = Element("use", {"href": f"#{name}"})
    matrix = multiply(effects.matrix_of(style), translation(style["x"], style["y"]))
    return effects.apply(drawing, element, style, place, matrix)


def _shown(
    drawing: Drawing,
    target: Node,
    parent: Style,
    place: Place,
    size: tuple[float | None, float | None] | None,
) -> Element | None:
    if size is None:
        return drawing.draw(target, parent, place)
    drawing.count_element()
    style = drawing.cascade.style_of(target, parent)
    if style["display"] == "none" or style["opacity"] == 0 or not conditions_hold(target):
        return None
    drawing.check(target, style)
    _refuse_odd_size(drawing, target, style)
    content = effects.inside(drawing, style, place)
    width, height = parent.around.viewport
    own = (style["width"], style["height"])
    sizes = [
        next((side for side in (given, stated) if side is not None), whole)
        for given, stated, whole in zip(size, own, (width, height), strict=True)
    ]
    element = _viewport(drawing, target, style, content, _corner(target, style), (sizes[0], sizes[1]))
    return effects.apply(drawing, element, style, place) if element is not None else None


def foreign(_drawing: Drawing, node: Node, style: Style, _place: Place) -> Element | None:
    """Pass over embedded HTML that shows nothing; refuse any other."""
    shows = len(node.element) or (node.element.text or "").strip()
    if shows and style["width"] and style["height"]:
        raise element_not_supported("foreignObject")
    return None
