"""QR codes as vector drawings."""

import re

import zxingcpp

# Medium: readable with 15 % of the code covered, which print and folds need; a stamp costs more.
_ERROR_CORRECTION = "M"
_DARK_RUN = re.compile(b"\x00+")


def qr_svg(content: str, *, color: str, fill: str | None) -> str:
    """The code of ``content`` as SVG without a quiet zone; one unit is one module.

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
    ground = "" if fill is None else f'<path fill="{fill}" d="M0 0h{side}v{side}H0z"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {side} {side}">'
        f'{ground}<path fill="{color}" d="{path}"/></svg>'
    )
