"""Write a PNG or JPEG anew from its pixels.

Sizes are read from the file's header and bounded before anything is decoded. What comes out is upright,
sRGB, eight bits a channel, one frame, and carries nothing but pixels.
"""

import io
import struct
import warnings
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageCms, ImageOps

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge, PictureUnreadable
from certifly.rendering.jpeg_end import with_end_mark
from certifly.rendering.png import encode_png
from certifly.rendering.png_colours import in_srgb, read_colour_space, without_colour_chunks

PIXELS_MAX = 40_000_000
SIDE_PIXELS_KEPT_MAX = 4961
"""The longer side of A3 at 300 dpi. Larger pictures are scaled down: nobody would see the difference, but
every certificate would carry its weight."""

JPEG_QUALITY = 92

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"

# Pillow warns of oddities in metadata that we drop anyway; a stranger's upload should not fill our logs.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow raises for files that are not what they began as."""

Bitmap = tuple[Literal["image/png", "image/jpeg"], int, int, bytes]
"""Media type, width, height, content."""


def is_bitmap(content: bytes) -> bool:
    return content.startswith((PNG_SIGNATURE, JPEG_SIGNATURE))


def reencode(content: bytes, *, pixels_max: int = PIXELS_MAX) -> Bitmap:
    """Decode a PNG or JPEG and write its pixels anew. Raises PictureRefused or one of its kinds."""
    is_png = content.startswith(PNG_SIGNATURE)
    size = _png_size(content) if is_png else _jpeg_size(content)
    if size[0] * size[1] > pixels_max:
        raise PictureTooLarge(
            f"The picture has {size[0]} x {size[1]} pixels; at most {PIXELS_MAX:,} in all are allowed. "
            "Scale it down."
        )

    image = _decoded_png(content, size) if is_png else _decoded_jpeg(content, size)
    if max(image.size) > SIDE_PIXELS_KEPT_MAX:
        image.thumbnail((SIDE_PIXELS_KEPT_MAX, SIDE_PIXELS_KEPT_MAX), Image.Resampling.LANCZOS)

    if is_png:
        return "image/png", image.width, image.height, encode_png(np.atleast_3d(np.asarray(image)))
    buffer = io.BytesIO()
    image.info = {}  # Pillow would write the camera's comment and profile again
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return "image/jpeg", image.width, image.height, buffer.getvalue()


def _png_size(content: bytes) -> tuple[int, int]:
    if len(content) < 33 or content[12:16] != b"IHDR":
        raise _unreadable("PNG")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Read the frame header, before any decoder allocates what it asks for."""
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:  # fill
            position += 1
            continue
        length = int.from_bytes(content[position + 2 : position + 4])
        # Start of frame, of any coding; C4, C8 and CC share the range but are other things.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    raise _unreadable("JPEG")


def _decoded_png(content: bytes, size: tuple[int, int]) -> Image.Image:
    """Return the pixels in sRGB, as L, LA, RGB or RGBA."""
    space = read_colour_space(content)
    image, profile = _decoded(without_colour_chunks(content), "PNG", size)
    converted = _by_profile(image, profile) if space is None or not space.is_before_profile else None
    if converted is None:
        converted = image if space is None else in_srgb(image, space)
    return _without_idle_alpha(converted)


def _decoded_jpeg(content: bytes, size: tuple[int, int]) -> Image.Image:
    """Return the pixels in sRGB, as L or RGB."""
    try:
        image, profile = _decoded(content, "JPEG", size)
    except PictureUnreadable:
        image, profile = _decoded(_completed(content), "JPEG", size)
    image = _by_profile(image, profile) or image
    return image.convert("RGB") if image.mode == "CMYK" else image


def _completed(content: bytes) -> bytes:
    """Return a JPEG that lacked its end mark with it; otherwise raise PictureUnreadable."""
    completed = with_end_mark(content)
    if completed is None:
        raise _unreadable("JPEG")
    return completed


def _decoded(content: bytes, format: str, size: tuple[int, int]) -> tuple[Image.Image, object]:
    """Return the pixels as L, LA, RGB, RGBA or CMYK, and the ICC profile."""
    try:
        with Image.open(io.BytesIO(content), formats=(format,)) as opened:
            if opened.size != size:  # two headers that disagree: the bound was checked against the other
                raise _unreadable(format)
            if format == "PNG" and getattr(opened, "is_animated", False):
                raise PictureNotSupported("This PNG is animated. Save the one frame to show as a still PNG.")
            opened.load()
            return _eight_bit(_upright(opened)), opened.info.get("icc_profile")
    except UNREADABLE as error:
        raise _unreadable(format) from error


def _upright(opened: Image.Image) -> Image.Image:
    """Apply the orientation the camera noted; a note that cannot be read turns nothing."""
    try:
        return ImageOps.exif_transpose(opened)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error, ZeroDivisionError):
        return opened.copy()


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):  # sixteen bits of grey, of which Pillow would clip the upper half
        wide = np.asarray(image)
        grey = Image.fromarray((wide.astype(np.uint32) >> 8).astype(np.uint8), "L")
        transparent = image.info.get("transparency")
        if not isinstance(transparent, int):
            return grey
        alpha = Image.fromarray(np.where(wide == transparent, 0, 255).astype(np.uint8), "L")
        return Image.merge("LA", (grey, alpha))
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA")


def _by_profile(image: Image.Image, profile: object) -> Image.Image | None:
    """Convert to sRGB; None without a profile, or with one that is broken or fits another kind of picture."""
    if not isinstance(profile, bytes):
        return None
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode.removesuffix("A")) if alpha is not None else image
    try:
        converted: Any = ImageCms.profileToProfile(
            colours,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    if alpha is not None:
        converted.putalpha(alpha)
    return converted  # type: ignore[no-any-return]


def _without_idle_alpha(image: Image.Image) -> Image.Image:
    """An alpha channel that hides nothing would only cost every reader a mask."""
    if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() == (255, 255):
        return image.convert(image.mode.removesuffix("A"))
    return image


def _unreadable(format: str) -> PictureUnreadable:
    return PictureUnreadable(
        f"This {format} is damaged or incomplete. Open it and save it again as {format}."
    )
