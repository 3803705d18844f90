"""Bound what an SVG grows to when everything it refers to has been put in place.

Ten groups that each show the one before ten times are a page of source and ten thousand million shapes. The
same can be done with patterns, masks and clips. Here every reference counts as a copy of what it names.
"""

import re
from xml.etree.ElementTree import Element

from certifly.rendering.errors import PictureTooLarge

SHAPES_MAX = 100_000
"""Elements after expansion."""

NESTING_MAX = 100
"""Levels of groups and references, one inside the other."""

STOPS_MAX = 300
"""Colours of one gradient. A gradient may be inherited by any number of shapes, so each must be small."""

_REFERRING = ("fill", "stroke", "clip-path", "mask", "filter", "marker-start", "marker-mid", "marker-end")
_LINK = re.compile(r"url\(#(p[0-9]+)\)")


def check_references(root: Element) -> None:
    """Raise PictureTooLarge for what grows too much. There are no circles: `Drawing.define` refuses them."""
    named = {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}
    _Expansion(named).measure(root, 0)


class _Expansion:
    def __init__(self, named: dict[str, Element]) -> None:
        self._named = named
        self._measured: dict[str, tuple[int, int]] = {}

    def measure(self, element: Element, level: int) -> tuple[int, int]:
        """Count the elements that drawing this one means, and the levels they are nested."""
        name = element.get("id", "")
        if name in self._measured:
            return self._measured[name]
        check_nesting(level)

        shapes, levels = 1, 1
        # Definitions count where they are referred to.
        inside = [] if element.tag == "defs" else list(element)
        for part in [*inside, *self._referred(element)]:
            shapes_inside, levels_inside = self.measure(part, level + 1)
            shapes += shapes_inside
            levels = max(levels, levels_inside + 1)
            check_nesting(levels)
            if shapes > SHAPES_MAX:
                raise PictureTooLarge(
                    f"The SVG grows to more than {SHAPES_MAX:,} shapes when its references are expanded. "
                    "Simplify it."
                )

        if name:
            self._measured[name] = shapes, levels
        return shapes, levels

    def _referred(self, element: Element) -> list[Element]:
        styled = [
            self._named[found[1]]
            for name in _REFERRING
            if (found := _LINK.fullmatch(element.get(name, ""))) is not None
        ]
        link = element.get("href", "").removeprefix("#")
        return [*styled, self._named[link]] if element.tag != "image" and link in self._named else styled


def check_nesting(levels: int) -> None:
    """Raise PictureTooLarge for too many levels."""
    if levels > NESTING_MAX:
        raise PictureTooLarge(
            f"The SVG's references are nested deeper than {NESTING_MAX} levels. Expand them."
        )
