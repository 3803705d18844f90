"""Write what a browser paints of an SVG, element by element, from the outermost inwards.

Only what is painted is visited: what is hidden, or defined and not used, is neither judged nor written. Each shape gets
all its values itself, so that nothing is inherited in what is written: what is shown through ``use`` is written once
for each set of values it would inherit. ``shapes``, ``containers``, ``embedded`` write the elements; ``effects``,
``paint_servers`` and ``markers`` what they refer to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge
from certifly.rendering.svg.cascade import Cascade, Style
from certifly.rendering.svg.colours import Rgb
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.references import SHAPES_MAX, check_nesting
from certifly.rendering.svg.refusals import element_not_supported, feature_not_supported
from certifly.rendering.svg.text import TEXTS, conditions_hold, paints_text
from certifly.rendering.svg.values import Link
from certifly.rendering.svg.viewports import inner_viewport

PATH_CHARACTERS_MAX = 8 * 1024 * 1024
"""Characters of path data written; ``use`` may have a path written several times."""

SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
GRADIENTS = frozenset({"linearGradient", "radialGradient"})
NOT_DRAWN = GRADIENTS | frozenset(
    {
        "defs", "symbol", "clipPath", "mask", "pattern", "marker", "filter", "stop", "script", "style", "title", "desc",
        "metadata", "animate", "animateColor", "animateMotion", "animateTransform", "discard", "mpath", "set", "view",
        "cursor", "font", "font-face", "color-profile", "solidcolor", "solidColor", "hatch", "mesh", "meshgradient",
        "meshGradient", "glyph", "missing-glyph", "hkern", "vkern", "handler", "listener", "flowRegion", "flowPara",
        "flowSpan", "flowDiv", "tspan", "textPath", "tref",
    }
)  # fmt: skip
"""Elements that paint nothing where they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is drawn, as far as it changes how."""

    grey: bool = False
    """Inside a mask by luminance: colours become greys that let as much through."""
    flat: Rgb | None = None
    """Inside a filter that gives everything one colour."""
    measured: bool = False
    """Inside something whose bounding box matters, so that shapes without paint count as well."""

    filtered: bool = False
    """Inside a filter that is rasterised."""

    def require_grey(self, colour: Rgb) -> None:
        """Refuse colours where a filter works before a mask looks at the luminance: greys alone come out alike."""
        if max(colour.red, colour.green, colour.blue) - min(colour.red, colour.green, colour.blue) > 0.01:
            raise feature_not_supported("a mask whose filter works on colours", "Use greys in the mask")

    def shown(self, colour: Rgb) -> Rgb:
        """Return the colour that is drawn for ``colour``."""
        if self.grey and self.filtered and self.flat is None:
            self.require_grey(colour)
        if self.flat is not None:
            colour = Rgb(self.flat.red, self.flat.green, self.flat.blue, colour.alpha)
        return colour.grey if self.grey else colour


_WITH_DEFINITIONS = frozenset(
    {"svg", "g", "a", "defs", "symbol", "switch", "clipPath", "mask", "pattern", "marker", "linearGradient",
     "radialGradient", "filter"}
)  # fmt: skip
"""Elements in which definitions are looked for."""


def chosen_of(switch: Node) -> Node | None:
    """Return the first child of a switch that is for this reader (SVG 2, 5.9)."""
    return next(
        (
            child
            for child in switch.children
            if child.name not in NOT_DRAWN | {None} and conditions_hold(child)
        ),
        None,
    )


Writer = Callable[["Drawing", Node, Style, Place], Element | None]


@dataclass
class Drawing:
    """The picture being written. Names are replaced by short ones of ours."""

    cascade: Cascade
    names: Mapping[str, Node]
    animated: Mapping[Node, str]
    writers: Mapping[str, Writer]
    viewport: tuple[float, float]
    defs: Element = field(default_factory=lambda: Element("defs"))
    filters: int = 0
    """Elements with a filter so far."""
    enlarged: int = 0
    """Embedded pictures that were given more pixels so far."""
    pixels: int = 0
    """Pixels of the embedded pictures so far."""
    _written: dict[Any, str | None] = field(default_factory=dict)
    _inside: set[Any] = field(default_factory=set)
    _styles: dict[Node, Style] = field(default_factory=dict)
    _elements: int = 0
    _path_characters: int = 0
    _level: int = 0

    def draw(self, node: Node, parent: Style, place: Place) -> Element | None:
        """Return what is painted of a node, or None. Raises PictureRefused or one of its kinds."""
        if node.name is None or node.name in NOT_DRAWN or not conditions_hold(node):
            return None
        self.count_element()
        style = self.cascade.style_of(node, parent)
        if style["display"] == "none" or style["opacity"] == 0:
            return None
        if node.name in TEXTS:
            if paints_text(self.cascade, node, parent):
                raise element_not_supported(node.name)
            return None
        if node.name not in self.writers:
            raise element_not_supported(node.name)
        if style["display"] == "contents" and node.name not in ("g", "a"):
            raise feature_not_supported(f'<{node.name}> with "display: contents"')
        self.check(node, style)
        # What use shows is counted where it is defined.
        deeper = int(node.name != "use")
        self._level += deeper
        check_nesting(self._level)
        element = self.writers[node.name](self, node, style, place)
        self._level -= deeper
        return element

    def draw_children(self, node: Node, style: Style, place: Place) -> list[Element]:
        """Return what is painted of the children; browsers draw no link that is directly inside another."""
        shown = [child for child in node.children if not child.name == node.name == "a"]
        drawn = [self.draw(child, style, place) for child in shown]
        return [element for element in drawn if element is not None]

    def check(self, node: Node, style: Style | None = None) -> None:
        """Refuse what happens to an element that is painted, and cannot be drawn."""
        self.cascade.check(node, style.scope if style is not None else None)
        if node in self.animated:
            raise feature_not_supported(
                f"an animation of <{node.name}> ({self.animated[node]})", "Remove the animation"
            )

    def target(self, link: str | None, kinds: frozenset[str]) -> Node | None:
        """Return the element that a link names, or None if nothing suitable has that name."""
        if link is None or not link.strip() or link[0] in " \t\n\r":
            return None
        if not link.strip().startswith("#"):
            raise PictureNotSupported(
                "The SVG refers to another file. Embed everything it shows, then upload it again."
            )
        node = self.names.get(unquote(link.rstrip()[1:]))
        return node if node is not None and node.name in kinds else None

    def resource(self, link: Link | None, kinds: frozenset[str]) -> Node | None:
        """Return the element that ``url(#…)`` names, or None where a browser has nothing suitable of this name."""
        node = self.names.get(link.target) if link is not None else None
        if node is None or node.name not in kinds:
            return None
        return node if self._takes_part(node) else None

    def _takes_part(self, node: Node) -> bool:
        """Tell whether a browser makes anything of a definition: of what is hidden, it does in groups alone."""
        if node.name != "marker" and self.style_at(node)["display"] == "none":
            return False
        inner, outer = node, node.parent
        while outer is not None:
            if outer.name not in _WITH_DEFINITIONS:
                return False
            if inner.name == outer.name == "a":
                return False
            if outer.name != "g" and outer.parent is not None and self.style_at(outer)["display"] == "none":
                return False
            if outer.name == "switch" and inner is not chosen_of(outer):
                return False
            inner, outer = outer, outer.parent
        return True

    def is_hidden(self, node: Node) -> bool:
        """Tell whether "display: none" holds for an element or one around it, but for the outermost."""
        return node.parent is not None and (
            self.style_at(node)["display"] == "none" or self.is_hidden(node.parent)
        )

    def style_at(self, node: Node) -> Style:
        """Return the style of an element where it is defined."""
        if node not in self._styles:
            parent = Style() if node.parent is None else self.style_at(node.parent)
            style = self.cascade.style_of(node, parent)
            if node.parent is None:
                style = style.within(*self.viewport)
            elif node.name in ("svg", "symbol"):
                style = style.within(*inner_viewport(node, style))
            self._styles[node] = style
        return self._styles[node]

    def define(self, key: Any, write: Callable[[], Element | None]) -> str | None:
        """Return the new name of what is written among the definitions once, or None if it paints nothing."""
        if key in self._inside:
            raise PictureNotSupported(
                "The SVG refers to itself in a circle. Remove the <use> that closes it."
            )
        if key not in self._written:
            self._inside.add(key)
            self._level += 1
            check_nesting(self._level)
            element = write()
            self._level -= 1
            self._inside.remove(key)
            self._written[key] = None
            if element is not None:
                name = f"p{len(self.defs)}"
                element.set("id", name)
                self.defs.append(element)
                self._written[key] = name
        return self._written[key]

    def count_element(self) -> None:
        self._elements += 1
        if self._elements > SHAPES_MAX:
            raise PictureTooLarge(
                f"The SVG grows to more than {SHAPES_MAX:,} shapes when its references are expanded. Simplify it."
            )

    def count_path(self, data: str) -> None:
        self._path_characters += len(data)
        if self._path_characters > PATH_CHARACTERS_MAX:
            raise PictureTooLarge("The SVG shows a long path in too many styles. Simplify the drawing.")


def written_number(value: float) -> str:
    """Write a number shortly; nine digits are more than a renderer uses."""
    return f"{value + 0.0:.9g}"
