"""Colour spaces that a PNG names in its short chunks: ``cICP``, ``sRGB``, ``gAMA`` and ``cHRM``.

Read as browsers read them (PNG third edition, 4.3): ``cICP`` counts before ``iCCP``, ``iCCP`` before ``sRGB``, and
``sRGB`` before ``gAMA`` with ``cHRM``. A chunk that is damaged, has another length than it must have, or comes after
the pixels counts as absent. Colours outside sRGB are clipped.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from certifly.rendering.errors import PictureNotSupported

_SIGNATURE_BYTES = 8
_CHUNKS_MAX = 10_000
"""Chunks looked at before the pixels. Whatever comes later counts as absent."""

_LENGTHS = {b"cICP": 4, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32}
_UNIT = 100_000
_STRIPE_PIXELS = 1_000_000
"""Pixels converted at a time, so that a large picture does not need many times its size in memory."""

_GAMMA_OF_SRGB = range(43_182, 47_728)
"""``gAMA`` without ``cHRM`` that browsers take for sRGB: within 5 % of 0.45455, by which writers mean sRGB."""
_RENDERING_INTENTS = 4

Curve = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""From stored values to light, both from 0 to 1."""

Matrix = npt.NDArray[Any]
Point = tuple[float, float]
Primaries = tuple[Point, Point, Point, Point]
"""White, red, green and blue as CIE 1931 x and y."""

_D50 = np.array([0.9642, 1.0, 0.8249])
_D65 = (0.3127, 0.3290)
_SRGB: Primaries = (_D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
_DETERMINANT_MIN = 1e-6
"""Primaries with less than this lie on one line: no colours are between them."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_BRADFORD_INVERSE = np.linalg.inv(_BRADFORD)

_ILLUMINANT_C = (0.310, 0.316)
_SMPTE_170M: Primaries = (_D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
# ITU-T H.273, table 2.
_CICP_PRIMARIES: Mapping[int, Primaries] = {
    1: _SRGB,
    4: (_ILLUMINANT_C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),
    5: (_D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: _SMPTE_170M,
    7: _SMPTE_170M,
    8: (_ILLUMINANT_C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),
    9: (_D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    10: ((1 / 3, 1 / 3), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)),
    11: ((0.314, 0.351), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    12: (_D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    22: (_D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
_CICP_UNSPECIFIED = 2


def _power(exponent: float) -> Curve:
    return lambda values: values**exponent


def _srgb_light(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _smpte_240m(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(values < 0.0913, values / 4, ((values + 0.1115) / 1.1115) ** (1 / 0.45))


_TELEVISION = _power(2.4)
"""ITU-R BT.1886: how a screen shows what a camera of BT.709 recorded."""

# ITU-T H.273, table 3. Logarithmic ones, and 16 and 18 (HDR), cannot be shown on paper.
_CICP_CURVES: Mapping[int, Curve] = {
    1: _TELEVISION,
    4: _power(2.2),
    5: _power(2.8),
    6: _TELEVISION,
    7: _smpte_240m,
    8: _power(1),
    11: _TELEVISION,
    13: _srgb_light,
    14: _TELEVISION,
    15: _TELEVISION,
    17: lambda values: np.minimum(values**2.6 * 52.37 / 48, 1),
}


@dataclass(frozen=True, slots=True, eq=False)
class ColourSpace:
    """What the stored values mean: light by ``curve``, then sRGB's light by ``matrix`` (rows red, green, blue)."""

    curve: Curve
    matrix: Matrix
    is_before_profile: bool
    """Whether it counts although the PNG has an ICC profile that can be used."""


def read_colour_space(png: bytes) -> ColourSpace | None:
    """Return the colour space that the short chunks name; None for sRGB. Raises PictureNotSupported for HDR."""
    chunks: dict[bytes, bytes] = {}
    for kind, start, end in _colour_chunks(png):
        content = png[start + 8 : end - 4]
        is_sound = zlib.crc32(png[start + 4 : end - 4]).to_bytes(4) == png[end - 4 : end]
        if is_sound and len(content) == _LENGTHS[kind]:
            chunks.setdefault(kind, content)

    if b"cICP" in chunks:
        space = _by_code_points(*chunks[b"cICP"])
        if space is not None:
            return space
    if chunks.get(b"sRGB", b"\xff")[0] < _RENDERING_INTENTS:
        return None
    return _by_gamma(chunks.get(b"gAMA"), chunks.get(b"cHRM"))


def without_colour_chunks(png: bytes) -> bytes:
    """Return the PNG without those chunks, of which a damaged one would keep the decoder from the pixels."""
    kept, position = [], 0
    for _, start, end in _colour_chunks(png):
        kept.append(png[position:start])
        position = end
    return b"".join((*kept, png[position:]))


def in_srgb(image: Image.Image, space: ColourSpace) -> Image.Image:
    """Convert an image of mode L, LA, RGB or RGBA; alpha stays as it is."""
    light = space.curve(np.arange(256) / 255)
    if image.mode in ("L", "LA"):  # a matrix turns no grey into a colour
        table = _encoded(light).tolist()
        return image.point(table if image.mode == "L" else [*table, *range(256)])

    pixels = np.array(image)
    rows = max(1, _STRIPE_PIXELS // image.width)
    for top in range(0, image.height, rows):
        colours = pixels[top : top + rows, :, :3]
        colours[...] = _encoded(light.astype(np.float32)[colours] @ space.matrix.T.astype(np.float32))
    return Image.fromarray(pixels)


def _colour_chunks(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of each whole chunk before the pixels that says something of colours."""
    start = _SIGNATURE_BYTES
    for _ in range(_CHUNKS_MAX):
        kind = png[start + 4 : start + 8]
        end = start + 12 + int.from_bytes(png[start : start + 4])
        if kind in (b"IDAT", b"IEND") or end > len(png):
            return
        if kind in _LENGTHS:
            yield kind, start, end
        start = end


def _by_code_points(primaries: int, transfer: int, matrix: int, full_range: int) -> ColourSpace | None:
    """``cICP``. One that leaves open what it means says nothing."""
    if _CICP_UNSPECIFIED in (primaries, transfer):
        return None
    if primaries not in _CICP_PRIMARIES or transfer not in _CICP_CURVES or matrix != 0 or full_range != 1:
        raise PictureNotSupported(
            f"This PNG has colours of a kind that paper cannot show (its cICP chunk says {primaries}, {transfer}, "
            f"{matrix}, {full_range}: HDR, video range or a colour space that is not known here). "
            "Export it as sRGB."
        )
    to_srgb = _to_srgb(_CICP_PRIMARIES[primaries])
    assert to_srgb is not None, "primaries of the standard span a space"
    return ColourSpace(_CICP_CURVES[transfer], to_srgb, is_before_profile=True)


def _by_gamma(gamma: bytes | None, chromaticities: bytes | None) -> ColourSpace | None:
    """``gAMA``, with ``cHRM`` where that is present. Without a gamma, or with one of 0, nothing is said."""
    encoding = int.from_bytes(gamma or b"")
    if encoding == 0 or (chromaticities is None and encoding in _GAMMA_OF_SRGB):
        return None
    points = _SRGB
    if chromaticities is not None:
        values = [value / _UNIT for value in struct.unpack(">8I", chromaticities)]
        points = (
            (values[0], values[1]),
            (values[2], values[3]),
            (values[4], values[5]),
            (values[6], values[7]),
        )
    to_srgb = _to_srgb(points)
    if to_srgb is None:
        return None
    return ColourSpace(_power(_UNIT / encoding), to_srgb, is_before_profile=False)


def _to_srgb(points: Primaries) -> Matrix | None:
    """From light of these primaries to light of sRGB; None when no colours lie between them."""
    own, srgb = _to_d50(points), _to_d50(_SRGB)
    assert srgb is not None, "sRGB is a space"
    if own is None:
        return None
    to_srgb: Matrix = np.linalg.solve(srgb, own)
    return to_srgb


def _to_d50(points: Primaries) -> Matrix | None:
    """From light of these primaries to CIE XYZ, adapted to the white D50 (Bradford)."""
    if any(not 0 <= value <= 1 for point in points for value in point) or points[0][1] == 0:
        return None
    columns = np.array([(x, y, 1 - x - y) for x, y in points]).T
    if abs(np.linalg.det(columns[:, 1:])) < _DETERMINANT_MIN:
        return None
    white = columns[:, 0] / columns[1, 0]
    primaries = columns[:, 1:] * np.linalg.solve(columns[:, 1:], white)
    with np.errstate(divide="ignore", invalid="ignore"):  # a white that no eye responds to
        adaptation = _BRADFORD_INVERSE @ np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white)) @ _BRADFORD
        matrix: Matrix = adaptation @ primaries
    return matrix if np.isfinite(matrix).all() else None


def _encoded(light: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """Light from 0 to 1 as the values that sRGB stores for it."""
    steps = (np.clip(light, 0, 1) * (len(_ENCODED) - 1) + 0.5).astype(np.uint16)
    encoded: npt.NDArray[np.uint8] = _ENCODED[steps]
    return encoded


def _encoding_table() -> npt.NDArray[np.uint8]:
    light = np.linspace(0, 1, 1 << 16)
    values = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(values * 255), np.uint8)


_ENCODED = _encoding_table()
