"""Judge an uploaded picture, and keep of it only what a certificate shows.

Judged by content, never by name or by what the sender says it is. Sizes are bounded before anything is
decoded. What is kept is written anew from the decoded pixels, so that no metadata, no second picture behind
the first and no trick of the file format reaches the renderer or a recipient. How, is in ``bitmaps.py`` for PNG
and JPEG and in ``svg`` for SVG.
"""

from dataclasses import dataclass
from typing import Literal

from certifly.rendering.bitmaps import is_bitmap, reencode
from certifly.rendering.errors import PictureNotSupported, PictureTooLarge, PictureUnreadable
from certifly.rendering.svg.sanitise import sanitise_svg

BYTES_MAX = 10 * 1024 * 1024

MediaType = Literal["image/png", "image/jpeg", "image/svg+xml"]

OTHER_FORMATS = {
    b"GIF8": "a GIF",
    b"RIFF": "a WebP",
    b"II*\x00": "a TIFF",
    b"MM\x00*": "a TIFF",
    b"BM": "a BMP",
    b"%PDF": "a PDF",
    b"8BPS": "a Photoshop file",
    b"%!PS": "a PostScript file",
    b"\x00\x00\x01\x00": "an icon file",
    b"\x1f\x8b": "a compressed file",
    b"PK\x03\x04": "a ZIP file",
}
ISO_MEDIA = {b"avif": "an AVIF", b"heic": "a HEIC", b"mif1": "a HEIC"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture fit for a layout; ``width`` and ``height`` are pixels (CSS pixels for SVG)."""

    media_type: MediaType
    width: int
    height: int
    content: bytes


def inspect_image(content: bytes) -> Picture:
    """Return what to keep of an uploaded picture. Raises PictureRefused or one of its kinds."""
    if not content:
        raise PictureUnreadable("The picture is empty. Send the bytes of a PNG, JPEG or SVG file.")
    if len(content) > BYTES_MAX:
        raise PictureTooLarge(
            f"The picture has {len(content):,} bytes; at most {BYTES_MAX:,} are allowed. Save it smaller."
        )

    if is_bitmap(content):
        return Picture(*reencode(content))
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return Picture("image/svg+xml", *sanitise_svg(content))
    raise PictureNotSupported(f"This is {_name_of(content)}. Save the picture as PNG, JPEG or SVG.")


def _name_of(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return ISO_MEDIA.get(content[8:12], "a video or a picture of a kind that certificates cannot carry")
    names = (name for start, name in OTHER_FORMATS.items() if content.startswith(start))
    return next(names, "not a picture that Certifly knows")
