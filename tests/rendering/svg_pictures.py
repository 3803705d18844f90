"""SVGs for tests: written shortly, cleaned, and drawn by the real renderer."""

import base64
import io
import re
import tempfile
from pathlib import Path

from PIL import Image

from certifly.rendering.engine import Engine
from certifly.rendering.png import Pixels
from certifly.rendering.raster import draw_page
from certifly.rendering.svg.sanitise import sanitise_svg
from tests.rendering.test_pool import job_that

RGB = tuple[int, int, int]
TOLERANCE = 12
WHITE = (255, 255, 255)

_WRAPPED = re.compile(
    r'<svg[^>]*>(?:<defs>(.*)</defs>)?<g style="isolation:isolate">(?:<g>(.*)</g>|<g />)</g></svg>'
)
_engines: list[Engine] = []


def drawing(body: str, attributes: str = 'viewBox="0 0 100 100"') -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>'
        f"{body}</svg>"
    ).encode()


def cleaned(body: str) -> str:
    """The inside of the clean file: what is defined, then what is drawn."""
    clean = sanitise_svg(drawing(body))[2].decode()
    inside = _WRAPPED.fullmatch(clean)
    assert inside is not None, clean
    return (inside[1] or "") + (inside[2] or "")


def tiny(format: str = "PNG") -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), (200, 30, 40)).save(buffer, format)
    return f"data:image/{format.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def drawn(content: bytes) -> Pixels:
    """The pixels of a clean picture, as it lies in the corner of a certificate: 10 millimetres, 59 dots."""
    if not _engines:
        _engines.append(Engine(Path(tempfile.mkdtemp())))
    pdf = _engines[0].pdf(job_that("Ada", pictures={f"sha256:{abs(hash(content)):064x}": content}))
    return draw_page(pdf)[0][:59, :59]


def colours_of(content: bytes, *places: tuple[float, float]) -> list[RGB]:
    """The colours at places of a square picture, each between 0 and 1."""
    pixels = drawn(sanitise_svg(content)[2])
    found = []
    for x, y in places:
        red, green, blue = (int(channel) for channel in pixels[int(y * 59), int(x * 59)])
        found.append((red, green, blue))
    return found


def alike(one: RGB, other: RGB) -> bool:
    return all(abs(a - b) <= TOLERANCE for a, b in zip(one, other, strict=True))


def assert_colours(content: bytes, expected: dict[tuple[float, float], RGB]) -> None:
    found = dict(zip(expected, colours_of(content, *expected), strict=True))
    assert all(alike(found[place], expected[place]) for place in expected), found
