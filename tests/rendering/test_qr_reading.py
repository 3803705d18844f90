"""QR codes in photographs, scans and screenshots of a certificate are read."""

import io
import struct
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from certifly.rendering import qr_reading
from certifly.rendering.qr_reading import (
    PictureTooLarge,
    PictureUnreadable,
    qr_texts_in_picture,
    qr_texts_on_first_page,
)
from tests.rendering.png_chunks import SIGNATURE, chunk

TEXT = "https://certificates.example.org/check/3f2504e0-4f89-41d3-9a0c-0305e82c3301"
TABLE = (90, 70, 50)


def code(text: str = TEXT, *, side: int = 142) -> Image.Image:
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawn: Any = barcode.to_image(scale=1, add_quiet_zones=False)
    modules = Image.fromarray(np.array(memoryview(drawn)))
    large = modules.resize((modules.width * 16, modules.height * 16), Image.Resampling.NEAREST)
    return large.resize((side, side), Image.Resampling.LANCZOS)


@lru_cache
def sheet(*texts: str) -> Image.Image:
    """A certificate at 150 dots to the inch, with words, a frame and a code of 24 mm."""
    image = Image.new("RGB", (1754, 1240), (255, 253, 247))
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 1724, 1210), outline=(136, 85, 0), width=12)
    for line in range(6):
        draw.text((300, 200 + 90 * line), "Ada Lovelace, Analytical Engine " * 3, fill="black", font_size=40)
    for number, text in enumerate(texts or (TEXT,)):
        image.paste(code(text), (1423 - 300 * number, 944))
    return image


def saved(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=TABLE)


def tilted(image: Image.Image, part: float) -> Image.Image:
    """As seen from below: the upper edge is shorter."""
    width, height = image.size
    corners = [(width * part, 0), (0, height), (width, height), (width * (1 - part), 0)]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (0, height), (width, height), (width, 0)], strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    data = tuple(np.linalg.solve(np.array(rows), np.array(values)))
    return image.transform(
        image.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC, fillcolor=TABLE
    )


def noisy(image: Image.Image, deviation: float) -> Image.Image:
    pixels = np.asarray(image).astype(float)
    noise = np.random.default_rng(0)  # the same in every test, whichever ran before
    return Image.fromarray(
        np.clip(pixels + noise.normal(0, deviation, pixels.shape), 0, 255).astype(np.uint8)
    )


def blurred(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def smaller(image: Image.Image, part: float) -> Image.Image:
    size = round(image.width * part), round(image.height * part)
    return image.resize(size, Image.Resampling.LANCZOS)


def dark(image: Image.Image, part: float) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(part)


def in_shadow(image: Image.Image) -> Image.Image:
    light = np.linspace(0.25, 1, image.width)[None, :, None]
    return Image.fromarray((np.asarray(image) * light).astype(np.uint8))


def on_a_table(image: Image.Image) -> Image.Image:
    table = noisy(Image.new("RGB", (2200, 1700), TABLE), 30)
    table.paste(image, (200, 200))
    return table


PHOTOGRAPHS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as it is": lambda image: image,
    **{f"turned by {angle}": partial(turned, degrees=angle) for angle in (7, 37, 90, 180, 270)},
    "tilted": lambda image: tilted(image, 0.2),
    "tilted to the side": lambda image: turned(tilted(turned(image, 90), 0.15), -90),
    "blurred": lambda image: blurred(image, 1.5),
    "more blurred": lambda image: blurred(image, 2),
    "noisy": lambda image: noisy(image, 60),
    "very noisy": lambda image: noisy(image, 80),
    "small": lambda image: smaller(image, 0.4),
    "smaller": lambda image: smaller(image, 0.33),
    "dark": lambda image: dark(image, 0.3),
    "very dark": lambda image: dark(image, 0.06),
    "in shadow": in_shadow,
    "without contrast": lambda image: ImageEnhance.Contrast(image).enhance(0.15),
    "negative": ImageOps.invert,
    "part of a screen": lambda image: image.crop((1300, 850, 1700, 1200)),
    "on a table": on_a_table,
    "by hand": lambda image: noisy(blurred(tilted(turned(on_a_table(image), 12), 0.08), 1), 10),
}


@pytest.mark.parametrize("name", list(PHOTOGRAPHS))
def test_the_code_on_a_photograph_is_read(name: str) -> None:
    photograph = PHOTOGRAPHS[name](sheet())

    assert qr_texts_in_picture(saved(photograph)) == [TEXT]


@pytest.mark.parametrize(("format", "quality"), [("JPEG", 30), ("JPEG", 10), ("WEBP", 30)])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_formats_that_lose_detail_are_read(format: str, quality: int, mode: str) -> None:
    assert qr_texts_in_picture(saved(sheet().convert(mode), format, quality=quality)) == [TEXT]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(sheet().convert("L")).astype(np.uint16) << 8)
    else:
        image = sheet().convert(mode)

    assert qr_texts_in_picture(saved(image)) == [TEXT]


def test_what_is_transparent_counts_as_white() -> None:
    """Dark squares alone, on nothing: black with and without alpha."""
    alpha = ImageOps.invert(code(side=300))
    image = Image.merge("LA", (Image.new("L", alpha.size), alpha))
    framed = Image.new("LA", (400, 400), (0, 0))
    framed.paste(image, (50, 50))

    assert qr_texts_in_picture(saved(framed)) == [TEXT]


def test_a_picture_turned_by_its_camera_is_read() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    assert qr_texts_in_picture(saved(turned(sheet(), 90), "JPEG", exif=exif)) == [TEXT]


def test_several_codes_are_read_up_to_a_limit() -> None:
    texts = [f"https://example.org/{number}" for number in range(qr_reading.TEXTS_MAX + 1)]

    found = qr_texts_in_picture(saved(sheet(*texts)))

    assert len(found) == qr_reading.TEXTS_MAX
    assert set(found) < set(texts)
    assert qr_texts_in_picture(saved(sheet(TEXT, TEXT))) == [TEXT]


def test_a_picture_without_a_code_says_nothing() -> None:
    assert qr_texts_in_picture(saved(Image.new("RGB", (1, 1)))) == []
    assert qr_texts_in_picture(saved(noisy(Image.new("RGB", (700, 500), TABLE), 60))) == []


def test_the_search_ends_when_its_time_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too blurred to be read as it is; there is time for the first attempt only."""
    photograph = saved(blurred(sheet(), 2))
    assert qr_texts_in_picture(photograph) == [TEXT]

    monkeypatch.setattr(qr_reading, "SECONDS_MAX", -1.0)

    assert qr_texts_in_picture(photograph) == []
    assert qr_texts_in_picture(saved(sheet())) == [TEXT]


def test_a_picture_may_have_as_many_pixels_as_the_limit_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = 1754 * 1240
    monkeypatch.setattr(qr_reading, "PIXELS_MAX", pixels)
    assert qr_texts_in_picture(saved(sheet())) == [TEXT]

    monkeypatch.setattr(qr_reading, "PIXELS_MAX", pixels - 1)
    with pytest.raises(PictureTooLarge):
        qr_texts_in_picture(saved(sheet()))


def test_a_large_jpeg_is_decoded_in_a_smaller_size(monkeypatch: pytest.MonkeyPatch) -> None:
    photograph = saved(sheet().resize((1754 * 4, 1240 * 4)), "JPEG", quality=80)
    assert qr_texts_in_picture(photograph) == [TEXT]

    monkeypatch.setattr(qr_reading, "JPEG_PIXELS_MAX", 1754 * 4 * 1240 * 4 - 1)
    with pytest.raises(PictureTooLarge):
        qr_texts_in_picture(photograph)


def test_more_pixels_than_any_picture_has_are_refused_before_they_are_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    bomb = SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")

    with pytest.raises(PictureTooLarge):
        qr_texts_in_picture(bomb)


def test_damaged_pictures_are_named_as_such() -> None:
    for content in (b"", b"\xff\xd8\xff", saved(sheet())[:5000], saved(sheet(), "JPEG")[:5000]):
        with pytest.raises(PictureUnreadable):
            qr_texts_in_picture(content)


def test_a_scan_in_a_pdf_is_read() -> None:
    assert qr_texts_on_first_page(saved(noisy(turned(sheet(), 3), 8), "PDF", resolution=150)) == [TEXT]


def test_a_page_of_any_size_is_drawn_with_a_bounded_number_of_pixels() -> None:
    assert qr_texts_on_first_page(saved(sheet(), "PDF", resolution=5)) == [TEXT]
    assert (
        qr_texts_on_first_page(saved(sheet(), "PDF", resolution=1500)) == []
    )  # 3 cm wide: too small to be read


def test_a_pdf_that_cannot_be_drawn_has_no_codes() -> None:
    empty = io.BytesIO()
    pypdfium2.PdfDocument.new().save(empty)

    assert qr_texts_on_first_page(b"%PDF-1.7 and no more") == []
    assert qr_texts_on_first_page(empty.getvalue()) == []
