"""QR codes as vector drawings."""

import re

import zxingcpp

# Medium: readable with 15 % of the code covered, which print and folds need; a stamp costs more.
_ERROR_CORRECTION = "M"
# ISO/IEC 18004, 5.3.8.
_QUIET_MODULES = 4
_DARK_RUN = re.compile(b"\x00+")


def qr_svg(content: str, *, color: str, fill: str | None) -> str:
    """The code of ``content`` as SVG; one unit is one module.

    With a ground of its own it brings the light margin that readers need; without, the page is that margin.
    All modules are one path, so that no renderer leaves hairlines between neighbours.
    """
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level=_ERROR_CORRECTION)
    image = barcode.to_image(scale=1, add_quiet_zones=False)
    side = image.shape[0]
    pixels = bytes(memoryview(image))  # type: ignore[arg-type]
    path = "".join(
        f"M{run.start()} {row}h{run.end() - run.start()}v1H{run.start()}z"
        for row in range(side)
        for run in _DARK_RUN.finditer(pixels[row * side : (row + 1) * side])
    )
    margin = 0 if fill is None else _QUIET_MODULES
    start, whole = -margin, side + 2 * margin
    ground = "" if fill is None else f'<path fill="{fill}" d="M{start} {start}h{whole}v{whole}H{start}z"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{whole}" '
        f'viewBox="{start} {start} {whole} {whole}">{ground}<path fill="{color}" d="{path}"/></svg>'
    )
