"""Draw the pixels that a PDF shows.

The PNG is made from the finished PDF, never beside it, so that both show the same certificate. pdfium draws;
it is not thread-safe, so this runs in the render processes only, one page at a time. The pixels are sRGB on
white paper, without alpha: a certificate is opaque.
"""

import ctypes
import math
import re

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from certifly.rendering.png import Pixels, encode_png

DPI = 150
POINTS_PER_INCH = 72
CHANNELS = 3
WHITE = 0xFFFFFFFF
PIXELS_MAX = 40_000_000
"""Most pixels drawn. A page larger than 1.1 square metres is drawn with fewer than 150 dots to the inch."""

PROFILE_USE = re.compile(rb"\[/ICCBased (\d{1,10}) 0 R\]")
PROFILE_HEADER_BYTES_MAX = 200
DEVICE_SPACES = {b"1": b"/DeviceGray", b"3": b"/DeviceRGB"}


def rasterise(pdf: bytes) -> bytes:
    """Return a PNG of the first page. A4 has 1754 x 1240 pixels."""
    pixels, dpi = draw_page(with_device_colours(pdf))
    return encode_png(pixels, dpi=dpi)


def draw_page(pdf: bytes) -> tuple[Pixels, float]:
    """Return the pixels of the first page (rows, columns, red-green-blue) and the dots to the inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        size = page.get_size()
        dpi = dpi_for(*size)
        width, height = (round(length * dpi / POINTS_PER_INCH) for length in size)
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
    return pixels, dpi


def dpi_for(width: float, height: float) -> float:
    """Return how finely to draw a page of this size in points."""
    square_inches = width * height / POINTS_PER_INCH**2
    return min(DPI, math.sqrt(PIXELS_MAX / square_inches))


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
