"""Which elements of text are painted, and which elements are there for this reader at all."""

from certifly.rendering.svg.cascade import Cascade, Style
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.values import NO_PAINT

TEXTS = frozenset({"text", "altGlyph", "flowRoot"})
_PARTS = frozenset(
    {"tspan", "textPath", "tref", "a", "flowPara", "flowSpan", "flowDiv", "altGlyph", "flowLine"}
)
_LANGUAGE = "en"
"""The reader's: a picture has no language of its own, so it is drawn as a browser set to English does."""

_EXTENSIONS = frozenset({"http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML"})
"""What a browser answers for in ``requiredExtensions``."""


def conditions_hold(node: Node) -> bool:
    """Tell whether the element is for this reader (SVG 2, 5.8)."""
    extensions = node.get("requiredExtensions")
    if extensions is not None and not (extensions.split() and set(extensions.split()) <= _EXTENSIONS):
        return False
    languages = node.get("systemLanguage")
    return languages is None or any(
        one.strip().lower().partition("-")[0] == _LANGUAGE for one in languages.split(",")
    )


def paints_text(cascade: Cascade, node: Node, parent: Style) -> bool:
    """Tell whether a text element shows anything: it has visible characters, and paint for them."""
    style = cascade.style_of(node, parent)
    if style["display"] == "none" or style["font-size"] == 0:
        return False
    painted = style["fill"] != NO_PAINT or style["stroke"] != NO_PAINT
    if painted and style["visibility"] == "visible":
        texts = [node.element.text, *(child.element.tail for child in node.children)]
        if any(text is not None and text.strip() for text in texts):
            return True
        if node.name == "tref":
            return True
    return any(paints_text(cascade, child, style) for child in node.children if child.name in _PARTS)
