"""Write an SVG anew from what may be drawn.

An allow-list: elements, attributes and values that draw are checked one by one and copied; scripts, events,
animations, metadata and foreign vocabularies draw nothing on paper and are left out; what draws but cannot
be had (text, effects, embedded HTML, anything outside the file) is refused with a remedy, because a
picture that is not what its author sees must not be printed a thousand times. Text is refused since its
look would hang on fonts that are not in the file.

What the renderer would have to do is bounded too: elements, depth, and the number of shapes after every
``use``, pattern, mask and clip has been put in place.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from math import ceil
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from certifly.rendering.bitmaps import PIXELS_MAX, is_bitmap, reencode
from certifly.rendering.errors import PictureNotSupported, PictureTooLarge, PictureUnreadable
from certifly.rendering.svg_references import check_references
from certifly.rendering.svg_style import LINK, PAINTS, REFERENCES, VALUE_CHARACTERS_MAX, StyleSheet

BYTES_MAX = 4 * 1024 * 1024
ELEMENTS_MAX = 20_000
DEPTH_MAX = 50
SIDE_MIN = 0.01
SIDE_MAX = 100_000
"""Shortest and longest side in CSS pixels; the longest is 26 metres."""

NAMESPACE = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
BASE64_IMAGE = re.compile(r"\s*data:[^,]{0,100};\s*base64\s*,", re.IGNORECASE)

GRADIENTS = frozenset({"linearGradient", "radialGradient"})
SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
GROUPS = frozenset({"svg", "g", "a", "defs", "symbol", "clipPath", "mask", "pattern"})
KEPT = SHAPES | GROUPS | GRADIENTS | {"use", "image", "stop"}
IDLE = frozenset(
    {
        "script", "style", "title", "desc", "metadata", "animate", "animateColor", "animateMotion",
        "animateTransform", "discard", "mpath", "set", "view", "cursor", "filter", "marker", "font",
        "font-face", "color-profile", "solidcolor",
    }
)  # fmt: skip
"""Elements that by themselves put nothing on paper. Using a filter or a marker is refused where it is used."""

LINKABLE: Mapping[str, Set[str]] = {
    "use": SHAPES | {"g", "svg", "symbol", "use", "image"},
    "pattern": {"pattern"},
} | dict.fromkeys(GRADIENTS, GRADIENTS)
"""What the ``href`` of an element may name."""

STYLED_WITH: Mapping[str, Set[str]] = {
    "fill": GRADIENTS | {"pattern"}, "stroke": GRADIENTS | {"pattern"}, "clip-path": {"clipPath"}, "mask": {"mask"}
}  # fmt: skip
"""What the ``url(#…)`` of a property may name."""

# Each pattern matches a text in one way only, so that no text takes long to be refused.
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
_LENGTH = re.compile(rf"({_NUMBER})\s*(px|pt|pc|mm|cm|in|em|ex|%)?")
_FOUR_NUMBERS = re.compile(rf"{_NUMBER}(?:(?:\s*,\s*|\s+){_NUMBER}){{3}}")
_PATH = re.compile(r"[MmZzLlHhVvCcSsQqTtAa0-9eE+\-.,\s]*")
_POINTS = re.compile(r"[0-9eE+\-.,\s]*")
_TRANSFORM = re.compile(r"(?:(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([0-9eE+\-.,\s]*\)[\s,]*)*")
_WORDS = re.compile(r"[A-Za-z]+(?:\s[A-Za-z]+){0,2}")
ATTRIBUTES = (
    dict.fromkeys(
        ("x", "y", "width", "height", "rx", "ry", "r", "cx", "cy", "x1", "y1", "x2", "y2", "fx", "fy", "fr", "offset"),
        _LENGTH,
    )
    | dict.fromkeys(("transform", "gradientTransform", "patternTransform"), _TRANSFORM)
    | dict.fromkeys(
        (
            "gradientUnits", "patternUnits", "patternContentUnits", "clipPathUnits", "maskUnits",
            "maskContentUnits", "spreadMethod", "preserveAspectRatio",
        ),
        _WORDS,
    )
    | {"d": _PATH, "points": _POINTS, "viewBox": _FOUR_NUMBERS, "pathLength": _LENGTH}
)  # fmt: skip
"""The form of each attribute's value. A value of another form is an error that renderers ignore, as we do."""

PIXELS_PER_UNIT = {"px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}


def sanitise_svg(content: bytes) -> tuple[int, int, bytes]:
    """Return width and height in CSS pixels and the clean file. Raises PictureRefused or one of its kinds."""
    if len(content) > BYTES_MAX:
        raise PictureTooLarge(
            f"The SVG has {len(content):,} bytes; at most {BYTES_MAX:,} are allowed. Simplify its paths or "
            "save it as PNG."
        )
    source = _parse(content)
    writer = _Writer()
    writer.take_note_of(source)

    width, height = _size(source)
    clean = writer.copy(source)
    assert clean is not None, "the root is an element we keep"
    check_references(clean)
    size = {"width": f"{width:.10g}", "height": f"{height:.10g}"}
    clean.attrib = {"xmlns": NAMESPACE, **dict(sorted((clean.attrib | size).items()))}
    return max(1, ceil(width)), max(1, ceil(height)), tostring(clean, encoding="utf-8")


class _BoundedTree(TreeBuilder):
    """Builds the tree, and stops before it grows too large or too deep."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = 0
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._elements += 1
        self._depth += 1
        if self._elements > ELEMENTS_MAX:
            raise PictureTooLarge(
                f"The SVG has more than {ELEMENTS_MAX:,} elements. Simplify it, or save it as PNG."
            )
        if self._depth > DEPTH_MAX:
            raise PictureTooLarge(
                f"The SVG's groups are nested deeper than {DEPTH_MAX} levels. Ungroup them."
            )
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _parse(content: bytes) -> Element:
    parser = DefusedXMLParser(target=_BoundedTree(), forbid_dtd=True)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise PictureNotSupported(
            "The SVG has a <!DOCTYPE> or entities. Delete the line, or export the file again as plain SVG."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise PictureUnreadable(f"The SVG is not well-formed XML ({error}). Export it again.") from error
    if _local_name(root) != "svg":
        raise PictureNotSupported(
            "This is XML or HTML, but not an SVG. Save the picture as PNG, JPEG or SVG."
        )
    return root


@dataclass(frozen=True, slots=True)
class _Named:
    """An element that can be referred to: its new name, what it is, and where it was."""

    name: str
    kind: str
    source: Element


@dataclass
class _Writer:
    """Copies what may be drawn. Ids are replaced by short ones of ours."""

    style_sheet: StyleSheet = field(default_factory=StyleSheet)
    names: dict[str, _Named] = field(default_factory=dict)
    _pixels: int = 0

    def take_note_of(self, source: Element) -> None:
        """Learn styles and names before anything is copied: they may be used before they are defined."""
        kind = _local_name(source)
        if kind == "style":
            self.style_sheet.add("".join(source.itertext()))
        elif kind is not None and kind in KEPT:
            if "id" in source.attrib:
                self.names.setdefault(source.attrib["id"], _Named(f"p{len(self.names)}", kind, source))
            for child in source:
                self.take_note_of(child)

    def copy(self, source: Element) -> Element | None:
        """Return a clean copy, or None for what draws nothing. Raises PictureNotSupported."""
        name = _local_name(source)
        if name is None or name in IDLE:
            return None
        if name not in KEPT:
            raise _cannot_show(name)
        attributes = self._attributes(name, source)
        if name in ("use", "image") and "href" not in attributes:
            return None
        clean = Element("g" if name == "a" else name, dict(sorted(attributes.items())))
        clean.extend([copied for child in source if (copied := self.copy(child)) is not None])
        return clean

    def _attributes(self, name: str, source: Element) -> dict[str, str]:
        attributes = {
            key: value.strip()
            for key, value in source.attrib.items()
            if key in ATTRIBUTES
            and (len(value) <= VALUE_CHARACTERS_MAX or key in ("d", "points"))
            and ATTRIBUTES[key].fullmatch(value.strip())
        }
        named = self.names.get(source.attrib.get("id", ""))
        if named is not None and named.source is source:  # of several with one id, the first has it
            attributes["id"] = named.name
        link = source.attrib.get("href", source.attrib.get(XLINK_HREF))
        if link is not None:
            if name == "image":
                attributes["href"] = self._embedded(link)
            elif name in LINKABLE and (target := self._target(link, LINKABLE[name])):
                attributes["href"] = f"#{target}"
        style = sorted(self._linked(self.style_sheet.style_of(name, source.attrib)))
        if style:
            attributes["style"] = ";".join(f"{key}:{value}" for key, value in style)
        return attributes

    def _target(self, link: str, kinds: Set[str]) -> str | None:
        """Return the new name of what a link names, or None if nothing suitable has that name."""
        if not link.strip().startswith("#"):
            raise PictureNotSupported(
                "The SVG refers to another file. Embed everything it shows, then upload it again."
            )
        named = self.names.get(link.strip()[1:])
        return named.name if named is not None and named.kind in kinds else None

    def _linked(self, style: dict[str, str]) -> Iterator[tuple[str, str]]:
        for name, value in style.items():
            link = LINK.match(value)
            if link is None:
                yield name, value
                continue
            target = self._target(f"#{link[2]}", STYLED_WITH[name])
            if target is not None:
                yield name, f"url(#{target}){value[link.end() :]}"
            elif name in PAINTS:
                yield name, value[link.end() :].strip() or "none"
            else:
                assert name in REFERENCES, "a clip or mask that is not there clips and masks nothing"

    def _embedded(self, link: str) -> str:
        """Return the picture inside a data URL, written anew."""
        start = BASE64_IMAGE.match(link)
        if start is None:
            raise PictureNotSupported(
                "The SVG shows a picture that is not inside the file. Embed it as PNG or JPEG, then upload it again."
            )
        try:
            content = base64.b64decode("".join(link[start.end() :].split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise PictureUnreadable("A picture inside the SVG is damaged. Embed it again.") from error
        if not is_bitmap(content):
            raise PictureNotSupported(
                "A picture inside the SVG is neither PNG nor JPEG. Embed it as one of these."
            )
        media_type, width, height, clean = reencode(content, pixels_max=PIXELS_MAX - self._pixels)
        self._pixels += width * height
        return f"data:{media_type};base64,{base64.b64encode(clean).decode()}"


def _local_name(element: Element) -> str | None:
    """Return the name of an SVG element, or None for one of another vocabulary."""
    namespace, brace, name = element.tag.rpartition("}")
    return name if not brace or namespace == f"{{{NAMESPACE}" else None


def _size(root: Element) -> tuple[float, float]:
    """Return width and height in CSS pixels: as stated, else from the viewBox."""
    stated = [_pixels(root.get(name, "")) for name in ("width", "height")]
    box = root.get("viewBox", "")[:VALUE_CHARACTERS_MAX].strip()
    shown = [float(part) for part in re.split(r"[\s,]+", box)[2:]] if _FOUR_NUMBERS.fullmatch(box) else []
    if shown:
        stated = [side or length for side, length in zip(stated, shown, strict=True)]
    width, height = (side or 0.0 for side in stated)
    if min(width, height, *shown) < SIDE_MIN:
        raise PictureNotSupported(
            'The SVG has no size. Give its <svg> element a "viewBox", or "width" and "height".'
        )
    if max(width, height) > SIDE_MAX:
        raise PictureTooLarge(f"The SVG is larger than {SIDE_MAX:,} pixels on a side. Scale it down.")
    return width, height


def _pixels(length: str) -> float | None:
    match = _LENGTH.fullmatch(length.strip()) if len(length) <= VALUE_CHARACTERS_MAX else None
    if match is None or (match[2] or "px") not in PIXELS_PER_UNIT:
        return None
    return float(match[1]) * PIXELS_PER_UNIT[match[2] or "px"]


def _cannot_show(name: str) -> PictureNotSupported:
    if name in ("text", "tspan", "textPath", "flowRoot"):
        return PictureNotSupported(
            "The SVG contains text, whose look would depend on fonts. Convert text to paths, or put a text "
            "element on the layout."
        )
    shown = name if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,30}", name) else "an unknown element"
    return PictureNotSupported(
        f"The SVG uses <{shown}>, which certificates cannot show. Expand it to paths, or save the picture as PNG."
    )
