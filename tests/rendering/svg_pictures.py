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


def tiny(format: str = "PNG", size: int = 2) -> str:
    """The address of a picture of one colour."""
    return _address(Image.new("RGB", (size, size), (200, 30, 40)), format)


def pair() -> str:
    """The address of a picture of two pixels, red and blue."""
    picture = Image.new("RGB", (2, 1), (255, 0, 0))
    picture.putpixel((1, 0), (0, 0, 255))
    return _address(picture, "PNG")


def _address(picture: Image.Image, format: str) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, format)
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


def wide(body: str) -> bytes:
    """A picture twice as wide as high, as exports of drawing programs for tests are."""
    return drawing(body, 'width="200" height="100" viewBox="0 0 200 100"')


def assert_wide_colours(content: bytes, expected: dict[tuple[float, float], RGB]) -> None:
    """The same for a picture twice as wide as high: it lies in the middle of its square."""
    assert_colours(content, {(x, 0.25 + y / 2): colour for (x, y), colour in expected.items()})


def fill_of(body: str) -> str:
    """The fill of the only shape."""
    (found,) = re.findall(r'<(?:rect|path|circle)[^>]* fill="([^"]+)"', cleaned(body))
    return str(found)
