"""Pictures inside the picture."""

import base64
import binascii
import io
import re
from xml.etree.ElementTree import Element

import numpy as np
from PIL import Image

from certifly.rendering.bitmaps import PIXELS_MAX, is_bitmap, reencode
from certifly.rendering.errors import PictureNotSupported, PictureUnreadable
from certifly.rendering.svg import effects
from certifly.rendering.svg.cascade import Style
from certifly.rendering.svg.drawing import Drawing, Place, written_number
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.refusals import feature_not_supported
from certifly.rendering.svg.viewports import alignment, attribute_length

BASE64_IMAGE = re.compile(r"\s*+data:[^,]{0,100};\s*+base64\s*+,", re.IGNORECASE)
SMALL_MAX = 128
"""Longest side, in pixels, of pictures that are enlarged here: whether they are smoothed is up to each PDF viewer."""

ENLARGED_TO = 512
ENLARGED_MAX = 100
"""Pictures that are enlarged in one SVG; the others are left to the viewer."""

_SHARP = ("pixelated", "crisp-edges")


def image(drawing: Drawing, node: Node, style: Style, place: Place) -> Element | None:
    """Write an embedded picture, re-encoded."""
    if node.link is None or style["visibility"] != "visible" or style["width"] == 0 or style["height"] == 0:
        return None
    for name in ("width", "height"):
        if node.get(name) is not None and attribute_length(node, name, style, 1.0, None) is None:
            return None  # malformed, which browsers take for 0
    content = effects.inside(drawing, style, place)
    media_type, width, height, pixels = _embedded(drawing, node.link)
    if style["image-rendering"] in _SHARP and max(width, height) > SMALL_MAX:
        raise feature_not_supported(
            f'"image-rendering: {style["image-rendering"]}"', "Enlarge the picture in it"
        )
    if content.grey and content.filtered and content.flat is None:
        raise feature_not_supported("a mask whose filter works on a picture")
    if content.grey or content.flat is not None:
        media_type, pixels = "image/png", _recoloured(pixels, content)
    if max(width, height) <= SMALL_MAX and drawing.enlarged < ENLARGED_MAX:
        drawing.enlarged += 1
        media_type, pixels = "image/png", _enlarged(pixels, sharp=style["image-rendering"] in _SHARP)
    shown_width, shown_height = _size(style["width"], style["height"], width, height)
    attributes = {
        "href": f"data:{media_type};base64,{base64.b64encode(pixels).decode()}",
        "width": written_number(shown_width),
        "height": written_number(shown_height),
    }
    attributes |= {name: written_number(style[name]) for name in ("x", "y") if style[name]}
    if (aligned := alignment(node)) != "xMidYMid meet":
        attributes["preserveAspectRatio"] = aligned
        if style["overflow"] == "visible" and aligned.endswith("slice"):
            raise feature_not_supported('a picture with "overflow: visible"')
    return effects.apply(drawing, Element("image", attributes), style, place)


def _size(
    given_width: float | None, given_height: float | None, width: int, height: int
) -> tuple[float, float]:
    if given_width is None and given_height is None:
        return width, height
    if given_width is None:
        assert given_height is not None
        return given_height * width / height, given_height
    return given_width, given_width * height / width if given_height is None else given_height


def _embedded(drawing: Drawing, link: str) -> tuple[str, int, int, bytes]:
    """Return the picture inside a data URL, re-encoded."""
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
    media_type, width, height, clean = reencode(content, pixels_max=PIXELS_MAX - drawing.pixels)
    drawing.pixels += width * height
    return media_type, width, height, clean


def _enlarged(content: bytes, *, sharp: bool) -> bytes:
    """Return a small picture with more pixels, smooth or sharp as a browser shows it large."""
    with Image.open(io.BytesIO(content)) as picture:
        factor = ENLARGED_TO // max(picture.size)
        size = (picture.width * factor, picture.height * factor)
        large = picture.convert("RGBA").resize(
            size, Image.Resampling.NEAREST if sharp else Image.Resampling.BILINEAR
        )
    buffer = io.BytesIO()
    large.save(buffer, "PNG")
    return buffer.getvalue()


def _recoloured(content: bytes, place: Place) -> bytes:
    """Return the picture in the colours that it has in this place, as PNG."""
    with Image.open(io.BytesIO(content)) as picture:
        pixels = np.asarray(picture.convert("RGBA")).astype(np.float32)
    if place.flat is not None:
        pixels[..., :3] = [255 * channel for channel in (place.flat.red, place.flat.green, place.flat.blue)]
    if place.grey:
        pixels[..., :3] = (pixels[..., :3] @ np.array([0.2126, 0.7152, 0.0722], np.float32))[..., None]
    buffer = io.BytesIO()
    Image.fromarray(np.rint(pixels).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()
