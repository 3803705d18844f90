"""Draw the pixels that a PDF shows.

The PNG is made from the finished PDF, never beside it, so that both show the same certificate. pdfium draws;
it is not thread-safe, so this runs in the render processes only, one page at a time. The pixels are sRGB on
white paper, without alpha: a certificate is opaque.
"""

import ctypes
import re

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from certifly.rendering.png import Pixels, encode_png

DPI = 150
POINTS_PER_INCH = 72
CHANNELS = 3
WHITE = 0xFFFFFFFF
SIDE_PIXELS_MAX = 10_000
"""Longest side drawn, 1.7 m of paper; layouts are bounded far below this."""

PROFILE_USE = re.compile(rb"\[/ICCBased (\d{1,10}) 0 R\]")
PROFILE_HEADER_BYTES_MAX = 200
DEVICE_SPACES = {b"1": b"/DeviceGray", b"3": b"/DeviceRGB"}


def rasterise(pdf: bytes, *, dpi: float = DPI) -> bytes:
    """Return a PNG of the first page. A4 at 150 dpi has 1754 x 1240 pixels."""
    return encode_png(draw_page(with_device_colours(pdf), dpi=dpi), dpi=dpi)


def draw_page(pdf: bytes, *, dpi: float = DPI) -> Pixels:
    """Return the pixels of the first page: rows, columns, and red, green, blue."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        width, height = (round(length * dpi / POINTS_PER_INCH) for length in page.get_size())
        assert 0 < width <= SIDE_PIXELS_MAX and 0 < height <= SIDE_PIXELS_MAX, "layouts bound the page"
        # pdfium draws straight into our array; its own bitmap would have to be copied out of a buffer with
        # padded rows, and its rounding (up) would add a row to A4.
        pixels = np.empty((height, width, CHANNELS), np.uint8)
        bitmap = pdfium.FPDFBitmap_CreateEx(
            width, height, pdfium.FPDFBitmap_BGR, pixels.ctypes.data_as(ctypes.c_void_p), width * CHANNELS
        )
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
            flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
            pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
            page.close()
    return pixels


def with_device_colours(pdf: bytes) -> bytes:
    """Return a copy for drawing in which colours need no transform; every byte keeps its place.

    Typst marks all colours with an sRGB or sRGB-grey profile, and pdfium builds a colour transform from each
    profile in each document, which takes half the time of drawing. Those profiles mean what device colours
    mean to pdfium, so the pixels are the same. The replacement has the length of what it replaces, so the
    file's offsets stay true. Only the rasterised copy is changed; nobody else sees it.
    """
    return PROFILE_USE.sub(lambda use: _device_space(pdf, use), pdf)


def _device_space(pdf: bytes, use: re.Match[bytes]) -> bytes:
    start = pdf.find(b"\n" + use[1] + b" 0 obj")
    header = pdf[start : start + PROFILE_HEADER_BYTES_MAX].partition(b">>")[0] if start >= 0 else b""
    components = re.search(rb"/N (\d)", header)
    if components is None or components[1] not in DEVICE_SPACES:
        return use[0]
    return DEVICE_SPACES[components[1]].ljust(len(use[0]))
