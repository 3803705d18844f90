"""Bound what an SVG grows to when everything it refers to has been put in place.

Ten groups that each show the one before ten times are a page of source and ten thousand million shapes. The
same can be done with patterns, masks and clips. Here every reference counts as a copy of what it names.
"""

import re
from xml.etree.ElementTree import Element

from certifly.rendering.errors import PictureTooLarge
from certifly.rendering.svg.pathdata import count_segments

SHAPES_MAX = 100_000
"""Elements after expansion."""

SEGMENTS_MAX = 1_000_000
"""Segments of paths after expansion."""

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
        self._measured: dict[str, tuple[int, int, int]] = {}

    def measure(self, element: Element, level: int) -> tuple[int, int, int]:
        """Count the elements and the segments that drawing this one means, and the levels they are nested."""
        name = element.get("id", "")
        if name in self._measured:
            return self._measured[name]
        check_nesting(level)

        own = _segments(element)
        shapes, segments, levels = 1, own, 1
        # Definitions count where they are referred to.
        inside = [] if element.tag == "defs" else [(part, 1) for part in element]
        for part, times in [*inside, *self._referred(element, own)]:
            shapes_inside, segments_inside, levels_inside = self.measure(part, level + 1)
            shapes += shapes_inside * times
            segments += segments_inside * times
            levels = max(levels, levels_inside + 1)
            check_nesting(levels)
            _check_size(shapes, segments)
        _check_size(shapes, segments)

        if name:
            self._measured[name] = shapes, segments, levels
        return shapes, segments, levels

    def _referred(self, element: Element, segments: int) -> list[tuple[Element, int]]:
        """Return what an element refers to, each with how often it is drawn: some markers on every point."""
        styled = [
            (self._named[found[1]], max(1, segments) if name == "marker-mid" else 1)
            for name in _REFERRING
            if (found := _LINK.fullmatch(element.get(name, ""))) is not None
        ]
        link = element.get("href", "").removeprefix("#")
        return [*styled, (self._named[link], 1)] if element.tag != "image" and link in self._named else styled


def _segments(element: Element) -> int:
    points = element.get("points", "")
    return count_segments(element.get("d", "")) + len(points.split()) // 2


def _check_size(shapes: int, segments: int) -> None:
    for count, most, what in ((shapes, SHAPES_MAX, "shapes"), (segments, SEGMENTS_MAX, "segments of paths")):
        if count > most:
            raise PictureTooLarge(
                f"The SVG grows to more than {most:,} {what} when its references are expanded. Simplify it."
            )


def check_nesting(levels: int) -> None:
    """Raise PictureTooLarge for too many levels."""
    if levels > NESTING_MAX:
        raise PictureTooLarge(
            f"The SVG's references are nested deeper than {NESTING_MAX} levels. Expand them."
        )
