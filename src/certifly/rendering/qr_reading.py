"""QR codes in pictures that people send: photographs, scans, screenshots.

The picture comes from a stranger, so this runs in a process that can be killed. Pixels are bounded before anything is
decoded. A code that is not found at first is looked for again in the picture enlarged, reduced, sharpened and
smoothed, as long as there is time.
"""

import io
import struct
import time
from collections.abc import Iterator

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP")
PIXELS_MAX = 25_000_000
"""Most pixels of a PNG. A JPEG, as cameras write it, is decoded in a smaller size where it has more."""

JPEG_PIXELS_MAX = 150_000_000
WEBP_PIXELS_MAX = 12_000_000
"""Most pixels of a WebP, whose decoder needs twice the memory."""

TEXTS_MAX = 4
"""Most codes of one picture. Further ones are not looked at."""

SECONDS_MAX = 4.0
"""Processor time after which nothing more is tried."""

_LIKED_PIXELS = 4_000_000
"""Size to which a large picture is reduced before costly attempts."""

_ENLARGED_PIXELS_MAX = 16_000_000
_PAGE_PIXELS = 6_000_000
_PAGE_SCALE_MAX = 3.0
"""Pixels to a point: 216 dots to the inch."""


class PictureUnreadable(Exception):
    """The pixels cannot be decoded."""


class PictureTooLarge(Exception):
    """The picture has more pixels than are decoded."""

    def __init__(self, pixels_max: int) -> None:
        super().__init__(pixels_max)
        self.pixels_max = pixels_max


def qr_texts_in_picture(content: bytes) -> list[str]:
    """Return what the QR codes of a PNG, JPEG or WebP say. Raises PictureUnreadable or PictureTooLarge."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            pixels = opened.width * opened.height
            pixels_max = {"JPEG": JPEG_PIXELS_MAX, "WEBP": WEBP_PIXELS_MAX}.get(
                opened.format or "", PIXELS_MAX
            )
            if pixels > pixels_max:
                raise PictureTooLarge(pixels_max)
            # Of a JPEG the decoder gives grey at once, and a quarter or an eighth of its size.
            part = 1 if pixels <= PIXELS_MAX else 4
            opened.draft("L", (opened.width // part, opened.height // part))
            grey = _on_white(opened)
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(JPEG_PIXELS_MAX) from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise PictureUnreadable from error
    return _texts_in(grey)


def qr_texts_on_first_page(pdf: bytes) -> list[str]:
    """Return what the QR codes on the first page of a PDF say; none for one that cannot be drawn."""
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            page = document[0]
            width, height = page.get_size()
            scale = min(_PAGE_SCALE_MAX, (_PAGE_PIXELS / max(1.0, width * height)) ** 0.5)
            grey = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    except (pypdfium2.PdfiumError, IndexError, ValueError, OSError):
        return []
    return _texts_in(grey)


def _on_white(image: Image.Image) -> Image.Image:
    """The picture in grey, with white where it is transparent."""
    if image.mode.startswith("I"):  # sixteen bits of grey, of which Pillow would clip the upper half
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if "transparency" in image.info:
        image = image.convert("RGBA")
    if "A" in image.getbands():
        alpha = image.getchannel("A")
        white = Image.new("L", image.size, 255)
        white.paste(image.convert("L"), mask=alpha)
        return white
    return image.convert("L")


def _texts_in(grey: Image.Image) -> list[str]:
    until = time.process_time() + SECONDS_MAX
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for attempt in _attempts(grey):
        found = zxingcpp.read_barcodes(np.asarray(attempt), formats=formats)
        texts = list(dict.fromkeys(barcode.text for barcode in found if barcode.text))
        if texts:
            return texts[:TEXTS_MAX]
        if time.process_time() > until:
            break
    return []


def _attempts(grey: Image.Image) -> Iterator[Image.Image]:
    """The picture, then what else may make a code visible, the cheapest and most likely first."""
    yield grey
    liked = grey
    if grey.width * grey.height > _LIKED_PIXELS:
        liked = _scaled(grey, (_LIKED_PIXELS / (grey.width * grey.height)) ** 0.5)
        yield liked
    even = ImageOps.autocontrast(liked)
    yield _enlarged(even, 2).filter(ImageFilter.UnsharpMask(5, 300, 0))
    yield _scaled(liked, 0.5)
    yield _enlarged(liked, 2)
    yield _enlarged(even, 3).filter(ImageFilter.UnsharpMask(7, 400, 0))
    yield even.filter(ImageFilter.MedianFilter(3))


def _enlarged(image: Image.Image, factor: float) -> Image.Image:
    return _scaled(image, min(factor, (_ENLARGED_PIXELS_MAX / (image.width * image.height)) ** 0.5))


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.resize(size, Image.Resampling.BICUBIC)
