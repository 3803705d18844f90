"""The entrance: an uploaded SVG is refused, or written so that the renderer draws what a browser shows.

What the renderer would have to do is bounded too: elements, depth, and the number of shapes after every ``use``,
pattern, mask and clip has been put in place.
"""

import math
from xml.etree.ElementTree import Element, tostring

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge
from certifly.rendering.svg import containers, embedded, shapes
from certifly.rendering.svg.cascade import Cascade, Style
from certifly.rendering.svg.drawing import SHAPES, Drawing, Place, Writer, written_number
from certifly.rendering.svg.effects import written_matrix
from certifly.rendering.svg.reading import SVG, XHTML, XLINK_HREF, Node, read_svg
from certifly.rendering.svg.references import check_references
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.stylesheet import StyleSheet
from certifly.rendering.svg.transforms import IDENTITY
from certifly.rendering.svg.values import CURRENT
from certifly.rendering.svg.viewports import alignment, attribute_length, fitted, view_box

BYTES_MAX = 4 * 1024 * 1024
SIDE_MIN = 0.01
SIDE_MAX = 100_000
"""Shortest and longest side in CSS pixels; the longest is 26 metres."""

ANIMATIONS = frozenset({"animate", "animateColor", "animateMotion", "animateTransform", "set"})
_NOT_ANIMATED = ("href", "xlink:href", "class", "id", "style", "tabindex")

WRITERS: dict[str, Writer] = {
    **dict.fromkeys(SHAPES, shapes.shape),
    "g": containers.group, "a": containers.group, "svg": containers.nested, "switch": containers.switch,
    "use": containers.use, "foreignObject": containers.foreign, "image": embedded.image,
}  # fmt: skip


def sanitise_svg(content: bytes) -> tuple[int, int, bytes]:
    """Return width and height in CSS pixels and the clean file. Raises PictureRefused or one of its kinds."""
    if len(content) > BYTES_MAX:
        raise PictureTooLarge(
            f"The SVG has {len(content):,} bytes; at most {BYTES_MAX:,} are allowed. Simplify its paths or "
            "save it as PNG."
        )
    root = read_svg(content)
    drawing = _drawing(root)
    style = drawing.cascade.style_of(root, Style())
    width, height = _size(drawing, root, style)
    box = view_box(root)
    drawing.viewport = (box[2], box[3]) if box is not None else (width, height)

    clean = Element("svg", {"xmlns": SVG, "width": written_number(width), "height": written_number(height)})
    clean.set("viewBox", f"0 0 {clean.get('width')} {clean.get('height')}")
    picture = _picture(drawing, root, width, height)
    if len(drawing.defs):
        clean.append(drawing.defs)
    clean.extend(picture)
    check_references(clean)
    return max(1, math.ceil(width)), max(1, math.ceil(height)), tostring(clean, encoding="utf-8")


def _drawing(root: Node) -> Drawing:
    """Learn styles, names and animations before anything is drawn: they may be used before they are defined."""
    sheet = StyleSheet()
    names: dict[str, Node] = {}
    animations: list[Node] = []
    for node in root:
        _refuse_linked_style_sheet(node)
        if _is_style_sheet(node):
            sheet.add(_own_text(node.element), node.get("media") or "")
        if (name := node.get("id")) is not None:
            names.setdefault(name, node)
        if node.name in ANIMATIONS:
            animations.append(node)
    return Drawing(Cascade(sheet), names, _animated(animations, names), WRITERS, (0.0, 0.0))


def _is_style_sheet(node: Node) -> bool:
    named = node.name == "style" or node.element.tag == f"{{{XHTML}}}style"
    return named and (node.get("type") or "text/css").strip().lower() in ("text/css", "")


def _own_text(element: Element) -> str:
    """Return the text of an element without that of its children, which browsers do not read as a style sheet."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _refuse_linked_style_sheet(node: Node) -> None:
    """Refuse the link of XHTML to a style sheet inside the file; a browser loads no other for a picture."""
    links = node.element.tag == f"{{{XHTML}}}link" and "stylesheet" in (node.get("rel") or "").lower().split()
    if links and (node.get("href") or "").strip().lower().startswith("data:"):
        raise feature_not_supported("a <link> to a style sheet", "Put its rules into a <style> element")


def _animated(animations: list[Node], names: dict[str, Node]) -> dict[Node, str]:
    """Return the elements that an animation changes, each with what is changed."""
    animated: dict[Node, str] = {}
    for node in animations:
        link = node.element.get("href", node.element.get(XLINK_HREF))
        target = node.parent if link is None else names.get(link.strip().removeprefix("#"))
        changed = node.get("attributeName") or ("motion" if node.name == "animateMotion" else "transform")
        begins = [moment.strip() for moment in (node.get("begin") or "0s").split(";")]
        starts = any(moment[:1] in "0123456789+-." for moment in begins if moment)
        if target is not None and starts and not changed.startswith("on") and changed not in _NOT_ANIMATED:
            animated.setdefault(target, changed)
    return animated


def _size(drawing: Drawing, root: Node, style: Style) -> tuple[float, float]:
    """Return width and height in CSS pixels: as stated, else from the viewBox."""
    box = view_box(root)
    stated = [style[name] or _absolute(root, name) for name in ("width", "height")]
    if box is not None:
        stated = [side or length for side, length in zip(stated, box[2:], strict=True)]
    width, height = (side or 0.0 for side in stated)
    if min(width, height, *(box[2:] if box is not None else ())) < SIDE_MIN:
        raise PictureNotSupported(
            'The SVG has no size. Give its <svg> element a "viewBox", or "width" and "height".'
        )
    if max(width, height) > SIDE_MAX:
        raise PictureTooLarge(f"The SVG is larger than {SIDE_MAX:,} pixels on a side. Scale it down.")
    if drawing.cascade.sized_by_css(root):
        by_attributes = (
            box[2:] if box is not None else [_absolute(root, name) for name in ("width", "height")]
        )
        if not math.isclose(width * by_attributes[1], height * by_attributes[0], rel_tol=0.01):
            raise feature_not_supported(
                'a size by CSS of another shape than its "viewBox"',
                'Give it "width" and "height" as attributes',
            )
    return width, height


def _absolute(root: Node, name: str) -> float:
    return attribute_length(root, name, Style(), 0.0, 0.0) or 0.0


def _without_wrapping(elements: list[Element]) -> list[Element]:
    """Take away groups around everything that do nothing, so that a clean file stays as it is."""
    while (
        len(elements) == 1
        and elements[0].tag == "g"
        and elements[0].attrib in ({}, {"style": "isolation:isolate"})
    ):
        elements = list(elements[0])
    return elements


def _picture(drawing: Drawing, root: Node, width: float, height: float) -> list[Element]:
    """Draw the outermost element: its background, and its content fitted into its size."""
    style = drawing.style_at(root)
    drawing.check(root)
    for name in ("transform", "translate", "rotate", "scale"):
        if style[name].matrix != IDENTITY:
            raise feature_not_supported(f'"{name}" on its outermost element')
    for name in ("clip-path", "mask", "filter"):
        if style[name] is not None:
            raise feature_not_supported(f'"{name}" on its outermost element')
    if style["opacity"] == 0:  # "display: none" has no effect here
        return []
    parts = []
    given = style["background-color"]
    background = style["color"] if given == CURRENT else given
    if background.alpha:
        attributes = {
            "width": written_number(width),
            "height": written_number(height),
            "fill": background.hex,
        }
        parts.append(Element("rect", attributes | {"fill-opacity": written_number(background.alpha)}))
    content = Element("g")
    box = view_box(root)
    matrix = fitted(box, width, height, alignment(root)) if box is not None else IDENTITY
    if matrix != IDENTITY:
        content.set("transform", written_matrix(matrix))
    content.extend(_without_wrapping(drawing.draw_children(root, style, Place())))
    if style["opacity"] < 1:
        faded = Element("g", {"opacity": written_number(style["opacity"])})
        faded.append(content)
        content = faded
    parts.append(content)
    whole = Element("g", {"style": "isolation:isolate"})
    whole.extend(parts)
    return [whole]
