"""What is wrong with a layout that its shape alone cannot tell.

Families that do not exist, and elements that leave the page. Asked when a template comes in; whoever reads
a stored layout need not ask again.
"""

import difflib
from pathlib import Path

from certifly.rendering.fonts import font_book
from certifly.rendering.layout import Element, Layout, LineElement, TextElement

# Designers round: a hundredth of a millimetre beyond the edge is on it.
EDGE_TOLERANCE_MILLIMETRES = 0.01


def layout_faults(layout: Layout, *, fonts_dir: Path | None = None) -> dict[str, list[str]]:
    """Faults by dotted place inside the layout (``elements.3.font``), in reading order; empty when sound."""
    families = font_book(fonts_dir).families
    faults: dict[str, list[str]] = {}
    for index, element in enumerate(layout.elements):
        if isinstance(element, TextElement) and element.font not in families:
            faults[f"elements.{index}.font"] = [_unknown_family(element.font, families)]
        for key, end, edge in _ends(element, layout):
            if end > edge + EDGE_TOLERANCE_MILLIMETRES:
                faults[f"elements.{index}.{key}"] = [
                    f"The {element.type} element ends at {end:g} mm, but the page at {edge:g} mm. "
                    "Move it or make it smaller, so that it lies on the page."
                ]
    return faults


def _unknown_family(family: str, families: list[str]) -> str:
    near = difflib.get_close_matches(family.casefold(), [name.casefold() for name in families], n=1)
    meant = next((f" Did you mean {name}?" for name in families if [name.casefold()] == near), "")
    return f"There is no font family “{family}” here.{meant} There are: {', '.join(families)}."


def _ends(element: Element, layout: Layout) -> list[tuple[str, float, float]]:
    """How far right and down an element reaches: the key to blame, its end, the page's edge."""
    page = layout.page
    if isinstance(element, LineElement):
        across = "x1" if element.x1 > element.x2 else "x2"
        down = "y1" if element.y1 > element.y2 else "y2"
        return [
            (across, max(element.x1, element.x2), page.width),
            (down, max(element.y1, element.y2), page.height),
        ]
    return [
        ("width", element.x + element.width, page.width),
        ("height", element.y + element.height, page.height),
    ]
