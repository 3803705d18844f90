"""What the Typst program is told: a flat list of things to draw, in points.

All arithmetic and every choice is made here, in Python, where it is typed and tested; the program only
places what it is given.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from certifly.rendering.fitting import FittedText
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import ImageElement, LineElement, QRElement, RectangleElement, TextElement
from certifly.rendering.qr import qr_svg

POINTS_PER_MILLIMETRE = 72 / 25.4

# Typst breaks lines of its own accord when it measures a hair more than we did. Every line was measured;
# a box wider than needed takes the temptation away.
_SLACK = 1.25


def drawing_of(job: RenderJob, paths: Mapping[str, str]) -> dict[str, Any]:
    """The program's input. ``paths`` says where each asset lies inside the compiler's root."""
    language, region = language_and_region(job.language)
    elements: list[dict[str, Any]] = []
    for index, element in enumerate(job.layout.elements):
        if isinstance(element, TextElement):
            fitted = job.fitting.texts.get(index)
            if fitted is not None:
                elements.append(_text(element, fitted))
        elif isinstance(element, ImageElement):
            elements.append(_image(element, paths[element.asset]))
        elif isinstance(element, QRElement):
            elements.append(_qr(element, job.check_url))
        elif isinstance(element, RectangleElement):
            elements.append(_rectangle(element))
        else:
            elements.append(_line(element))
    page = job.layout.page
    return {
        "title": job.title,
        "author": job.author,
        "lang": language,
        "region": region,
        "width": _points(page.width),
        "height": _points(page.height),
        "fill": page.fill,
        "elements": elements,
        "attachment": asdict(job.attachment) if job.attachment else None,
    }


def language_and_region(tag: str) -> tuple[str, str | None]:
    """A language tag as the typesetter knows it: ``zh-Hant`` is Chinese as written in Taiwan."""
    language, *rest = tag.replace("_", "-").split("-")
    region = next((part.upper() for part in rest if len(part) == 2), None)
    if region is None and "hant" in (part.lower() for part in rest):
        region = "TW"
    return language.lower(), region


def alignment(align: str, *, is_right_to_left: bool) -> str:
    """left, center or right: where start and end are depends on the text."""
    if align in ("start", "end"):
        return "right" if (align == "end") != is_right_to_left else "left"
    return align


def _text(element: TextElement, fitted: FittedText) -> dict[str, Any]:
    align = alignment(element.align, is_right_to_left=fitted.is_right_to_left)
    width = _points(element.width)
    spare = width * (_SLACK - 1)
    left = {"left": 0.0, "center": spare / 2, "right": spare}[align]
    return {
        "kind": "text",
        "x": _points(element.x) - left + fitted.shift,
        "y": _points(element.y) + fitted.baseline,
        "width": width + spare,
        "lines": fitted.lines,
        "fonts": fitted.fonts,
        # Character classes, as the typesetter wants them; without ASCII in them nothing needs quoting.
        "reserved": [{"name": name, "covers": f"[{characters}]"} for name, characters in fitted.reserved],
        "size": fitted.size,
        "pitch": fitted.pitch,
        "tracking": fitted.tracking,
        "weight": element.weight,
        "style": "italic" if element.italic else "normal",
        "color": element.color,
        "align": align,
        "rtl": fitted.is_right_to_left,
    }


def _image(element: ImageElement, path: str) -> dict[str, Any]:
    return {
        "kind": "image",
        "x": _points(element.x),
        "y": _points(element.y),
        "width": _points(element.width),
        "height": _points(element.height),
        "path": path,
        "svg": None,
        "fit": element.fit,
        "alt": element.alt,
    }


def _qr(element: QRElement, check_url: str) -> dict[str, Any]:
    side = min(element.width, element.height)
    return {
        "kind": "image",
        "x": _points(element.x + (element.width - side) / 2),
        "y": _points(element.y + (element.height - side) / 2),
        "width": _points(side),
        "height": _points(side),
        "path": None,
        "svg": qr_svg(check_url, color=element.color, fill=element.fill),
        "fit": "contain",
        "alt": element.alt,
    }


def _rectangle(element: RectangleElement) -> dict[str, Any]:
    x, y, width, height = (_points(n) for n in (element.x, element.y, element.width, element.height))
    radius, fill, stroke = _points(element.radius), element.fill, element.stroke
    thickness = element.stroke_width if stroke else 0.0
    if 2 * thickness >= min(width, height):
        # An outline this wide leaves nothing of the inside.
        fill, stroke, thickness = stroke, None, 0.0
    # The pen draws on both sides of an edge: move the edge in by half its width.
    return {
        "kind": "rectangle",
        "x": x + thickness / 2,
        "y": y + thickness / 2,
        "width": width - thickness,
        "height": height - thickness,
        "radius": max(0.0, radius - thickness / 2),
        "fill": fill,
        "stroke": stroke,
        "thickness": thickness,
    }


def _line(element: LineElement) -> dict[str, Any]:
    return {
        "kind": "line",
        "x": _points(element.x1),
        "y": _points(element.y1),
        "width": _points(element.x2 - element.x1),
        "height": _points(element.y2 - element.y1),
        "stroke": element.stroke,
        "thickness": element.stroke_width,
    }


def _points(millimetres: float) -> float:
    return millimetres * POINTS_PER_MILLIMETRE
