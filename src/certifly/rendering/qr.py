"""QR codes as vector drawings."""

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import zxingcpp

QUIET_MODULES = 4
"""The free margin that readers need on each side. ISO/IEC 18004, 5.3.8."""

Modules = npt.NDArray[np.bool_]
"""The squares of a code, rows by columns: true for dark ones."""

# Medium: readable with 15 % of the code covered, which print and folds need; a stamp costs more.
_ERROR_CORRECTION = "M"
_DARK_RUN = re.compile(b"\x01+")


@lru_cache(maxsize=16)
def qr_modules(content: str) -> Modules:
    """The squares of the code of ``content``, without a margin."""
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level=_ERROR_CORRECTION)
    image = barcode.to_image(scale=1, add_quiet_zones=False)
    modules: Modules = np.asarray(memoryview(image)) == 0  # type: ignore[arg-type]
    modules.setflags(write=False)
    return modules


def qr_svg(content: str, *, color: str, fill: str | None) -> str:
    """The code of ``content`` as SVG; one unit is one module.

    With a ground of its own it brings the light margin that readers need; without, the page is that margin.
    All modules are one path, so that no renderer leaves hairlines between neighbours.
    """
    modules = qr_modules(content)
    path = "".join(
        f"M{run.start()} {number}h{run.end() - run.start()}v1H{run.start()}z"
        for number, row in enumerate(modules)
        for run in _DARK_RUN.finditer(row.tobytes())
    )
    margin = margin_modules(fill)
    start, whole = -margin, len(modules) + 2 * margin
    ground = "" if fill is None else f'<path fill="{fill}" d="M{start} {start}h{whole}v{whole}H{start}z"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{whole}" '
        f'viewBox="{start} {start} {whole} {whole}">{ground}<path fill="{color}" d="{path}"/></svg>'
    )


def margin_modules(fill: str | None) -> int:
    """Width of the margin that a code draws itself, in modules."""
    return 0 if fill is None else QUIET_MODULES
