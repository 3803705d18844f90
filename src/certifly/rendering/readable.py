"""Can a phone read the QR codes of a drawn page?

A code is read as a phone reads it that lies before the page on a dark table: nothing but the pixels, dark squares on
a light ground, without trying the inverse. Where that fails, the drawn squares are measured to say why.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image

from certifly.rendering.layout import Layout, QRElement
from certifly.rendering.png import Pixels
from certifly.rendering.qr import QUIET_MODULES, Modules, margin_modules, qr_modules

MILLIMETRES_PER_INCH = 25.4

CONTRAST_MIN = 3.0
"""Contrast (WCAG 2.2) below which a code is refused although a decoder reads it from perfect pixels: phones read
from paper, by poor light."""

MODULE_PIXELS_MIN = 2.0
"""Pixels of the PNG that a square needs. With fewer, whether a code is read depends on what it says."""

MODULE_PIXELS_READ = 8
"""Pixels of a square that a decoder is shown. A code with larger ones is reduced first, so that the time for each of
many codes does not grow with the page."""

CONTRAST_ADVISED = 4
MODULE_MILLIMETRES_ADVISED = 0.5
MODULE_PIXELS_ADVISED = 3

_CONTRAST_OF_ONE_COLOUR = 1.05
"""Up to here, squares and ground have the same colour to the eye."""

_SURROUNDINGS = 0.5
"""How much of what is around a code is looked at with it, as a share of its side."""

_CORNER_TOLERANCE_MODULES = 2.0
_CORNER_TOLERANCE_PIXELS = 3.0
_WRONG_SHARE_MAX = 0.02
"""Share of squares that may have the wrong colour before that is named as a reason."""

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Code:
    """Where the squares of one element are on the page, in pixels."""

    left: float
    top: float
    module: float
    modules: Modules
    module_millimetres: float
    whole_modules: int
    """Squares from edge to edge of the element, with the margin that it draws itself."""

    @property
    def side(self) -> float:
        return self.module * len(self.modules)


def unreadable_codes(pixels: Pixels, layout: Layout, check_url: str, *, dpi: float) -> dict[int, str]:
    """Return, by index of the element, why each QR code that cannot be read cannot, and what to do about it."""
    grey = np.asarray(np.rint(pixels @ _LUMA), np.uint8)
    found = {}
    for index, element in enumerate(layout.elements):
        if isinstance(element, QRElement):
            code = _place(element, check_url, dpi)
            measured = _measure(pixels, grey, code)
            is_weak = measured.contrast < CONTRAST_MIN or code.module < MODULE_PIXELS_MIN
            if is_weak or not _is_read(grey, code, check_url):
                found[index] = _message(measured, code, dpi)
    return found


def _place(element: QRElement, check_url: str, dpi: float) -> _Code:
    modules = qr_modules(check_url)
    margin = margin_modules(element.fill)
    whole = len(modules) + 2 * margin
    side = min(element.width, element.height)
    module = side / whole
    scale = dpi / MILLIMETRES_PER_INCH
    return _Code(
        left=(element.x + (element.width - side) / 2 + margin * module) * scale,
        top=(element.y + (element.height - side) / 2 + margin * module) * scale,
        module=module * scale,
        modules=modules,
        module_millimetres=module,
        whole_modules=whole,
    )


def _is_read(grey: Grey, code: _Code, text: str) -> bool:
    """Whether a decoder finds this code at its place; another one that says the same does not count."""
    view, left, top = _view(grey, code)
    factor = max(1, math.floor(code.module / MODULE_PIXELS_READ))
    if factor > 1:
        view = np.asarray(Image.fromarray(view).reduce(factor))
    tolerance = max(_CORNER_TOLERANCE_PIXELS, _CORNER_TOLERANCE_MODULES * code.module)
    near, far = (code.left - left, code.top - top), (code.left - left + code.side, code.top - top + code.side)
    # Not a constant of the module: the binding counts it as a leak when the process ends.
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for barcode in zxingcpp.read_barcodes(view, formats=formats, try_invert=False):
        first, last = barcode.position.top_left, barcode.position.bottom_right
        ends = (first.x, first.y, last.x, last.y)
        distances = (end * factor - place for end, place in zip(ends, (*near, *far), strict=True))
        if barcode.text == text and max(map(abs, distances)) <= tolerance:
            return True
    return False


def _view(grey: Grey, code: _Code) -> tuple[Grey, int, int]:
    """The code with its surroundings, dark beyond the page; and where the view begins."""
    around = math.ceil(code.side * _SURROUNDINGS)
    left, top = math.floor(code.left) - around, math.floor(code.top) - around
    side = math.ceil(code.side) + 2 * around
    view = np.zeros((side, side), np.uint8)
    height, width = grey.shape
    rows, columns = slice(max(0, top), min(height, top + side)), slice(max(0, left), min(width, left + side))
    view[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = grey[rows, columns]
    return view, left, top


@dataclass(frozen=True, slots=True)
class _Measured:
    """How the squares came out."""

    contrast: float
    """Of the usual light square against the usual dark one; below 1 when those that are to be dark are lighter."""
    wrong_share: float
    """Share of squares that are nearer to the other colour."""
    quiet_share_taken: float
    """Share of the margin of four squares that is dark or beyond the page."""


def _measure(pixels: Pixels, grey: Grey, code: _Code) -> _Measured:
    numbers = np.arange(-QUIET_MODULES, len(code.modules) + QUIET_MODULES)
    rows = np.floor(code.top + (numbers + 0.5) * code.module).astype(int)
    columns = np.floor(code.left + (numbers + 0.5) * code.module).astype(int)
    is_on_page = ((rows >= 0) & (rows < grey.shape[0]))[:, None] & (
        (columns >= 0) & (columns < grey.shape[1])
    )
    places = np.ix_(rows.clip(0, grey.shape[0] - 1), columns.clip(0, grey.shape[1] - 1))
    shades = np.where(is_on_page, grey[places], 0)
    luminances = _luminance(pixels[places])

    inside = (slice(QUIET_MODULES, -QUIET_MODULES),) * 2
    dark, own = code.modules, shades[inside]
    of_dark, of_light = (float(np.median(luminances[inside][kind])) for kind in (dark, ~dark))
    middle = (np.median(own[dark]) + np.median(own[~dark])) / 2
    is_margin = np.ones(shades.shape, bool)
    is_margin[inside] = False
    return _Measured(
        contrast=(of_light + 0.05) / (of_dark + 0.05),
        wrong_share=float(np.mean((own < middle) != dark)),
        quiet_share_taken=float(np.mean(shades[is_margin] < middle)),
    )


def _luminance(colours: Pixels) -> npt.NDArray[np.float64]:
    values = colours / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    luminance: npt.NDArray[np.float64] = light @ _LUMINANCE
    return luminance


def _message(measured: _Measured, code: _Code, dpi: float) -> str:
    reasons = _reasons(measured, code, dpi) or [
        f"Use dark squares on a light ground with a contrast of at least {CONTRAST_ADVISED}:1, squares of at least "
        f"{MODULE_MILLIMETRES_ADVISED} mm, paint nothing on top, and keep {QUIET_MODULES} squares free on each side."
    ]
    return " ".join(("Phones cannot read this QR code.", *reasons))


def _reasons(measured: _Measured, code: _Code, dpi: float) -> list[str]:
    """What is wrong, as far as it can be measured; each with its remedy."""
    colours = f"Make the squares dark and the ground light, with a contrast of at least {CONTRAST_ADVISED}:1."
    if 1 / _CONTRAST_OF_ONE_COLOUR < measured.contrast < _CONTRAST_OF_ONE_COLOUR:
        return [
            "Its squares cannot be told from the ground: both have the same colour, or something is painted on top. "
            f"Put nothing over the code. {colours}"
        ]
    if measured.contrast <= 1:
        return [f"Its squares are lighter than the ground behind them. {colours}"]
    reasons = []
    if measured.contrast < CONTRAST_ADVISED:
        reasons.append(
            f"The contrast between its squares and the ground is only {measured.contrast:.1f}:1. {colours}"
        )
    module_min = max(MODULE_MILLIMETRES_ADVISED, MODULE_PIXELS_ADVISED * MILLIMETRES_PER_INCH / dpi)
    if code.module_millimetres < module_min:
        reasons.append(
            f"Its squares are only {code.module_millimetres:.2f} mm wide, which is {code.module:.1f} pixels of the "
            f"PNG. Make the element at least {math.ceil(module_min * code.whole_modules)} mm wide and high, so that "
            f"each square has at least {module_min:.2g} mm."
        )
    if measured.wrong_share > _WRONG_SHARE_MAX:
        reasons.append(
            f"{measured.wrong_share:.0%} of its squares do not show their colour: something is painted on top, or a "
            'pattern behind shows through. Put nothing over the code, and give it a light "fill".'
        )
    if measured.quiet_share_taken > 0:
        reasons.append(
            f"The margin around it is not free. Keep {QUIET_MODULES} squares "
            f'({code.module_millimetres * QUIET_MODULES:.1f} mm) free on each side, or give the code a light "fill".'
        )
    return reasons
