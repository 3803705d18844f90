"""Colour spaces that a PNG names in its chunks are converted to sRGB as a browser converts them.

The expected values are those of Chromium 156; ``tests/browser/test_png_colours.py`` compares with the browser itself.
"""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from certifly.rendering import png_colours
from certifly.rendering.errors import PictureNotSupported
from certifly.rendering.images import inspect_image
from tests.rendering.png_chunks import (
    COLOURS,
    GREY,
    GREY_ALPHA,
    P3,
    PALETTE,
    PROPHOTO,
    RGBA,
    SRGB,
    chrm,
    chunk,
    cicp,
    gama,
    iccp,
    png,
)

TOLERANCE = 2
UNCHANGED = COLOURS
LINEAR = ((229, 110, 133), (96, 208, 133), (129, 129, 129), (56, 168, 253))
IN_P3 = ((218, 0, 54), (0, 163, 41), (56, 56, 56), (0, 102, 255))
SRGB_CHUNK = chunk(b"sRGB", b"\0")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def kept(content: bytes) -> list[tuple[int, ...]]:
    image = Image.open(io.BytesIO(inspect_image(content).content))
    mode = "RGBA" if "A" in image.mode else "RGB"
    return [tuple(int(value) for value in pixel) for pixel in np.asarray(image.convert(mode))[0]]


def assert_alike(found: list[tuple[int, ...]], expected: tuple[tuple[int, ...], ...]) -> None:
    assert np.abs(np.array(found) - np.array(expected)).max() <= TOLERANCE, found


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ((), UNCHANGED),
        ((gama(100_000),), LINEAR),
        ((gama(45_455),), UNCHANGED),
        ((gama(43_182),), UNCHANGED),
        ((gama(47_727),), UNCHANGED),
        ((gama(43_000),), ((199, 31, 52), (20, 157, 52), (48, 48, 48), (2, 95, 250))),
        ((gama(48_000),), ((204, 40, 63), (28, 165, 63), (58, 58, 58), (4, 105, 250))),
        ((gama(1),), ((0, 0, 0),) * 4),
        ((gama(2**32 - 1),), ((255, 255, 255),) * 4),
        ((gama(45_455), chrm(*SRGB)), ((201, 35, 57), (24, 161, 57), (53, 53, 53), (3, 100, 250))),
        ((gama(45_455), chrm(*P3)), ((220, 0, 51), (0, 164, 35), (53, 53, 53), (0, 102, 255))),
        ((gama(100_000), chrm(*P3)), ((246, 101, 132), (9, 211, 125), (129, 129, 129), (0, 171, 255))),
        ((gama(45_455), chrm(*PROPHOTO)), ((255, 0, 57), (0, 177, 0), (53, 53, 53), (0, 109, 255))),
        ((chrm(*P3),), UNCHANGED),
        ((cicp(1, 13, 0, 1),), UNCHANGED),
        ((cicp(12, 13, 0, 1),), IN_P3),
        ((cicp(1, 8, 0, 1),), LINEAR),
        ((cicp(1, 1, 0, 1),), ((197, 28, 49), (18, 155, 49), (45, 45, 45), (1, 91, 250))),
        ((cicp(9, 14, 0, 1),), ((246, 0, 42), (0, 164, 6), (45, 45, 45), (0, 94, 255))),
        ((cicp(4, 4, 0, 1),), ((239, 14, 46), (0, 159, 47), (53, 53, 53), (0, 121, 255))),
        ((cicp(5, 5, 0, 1),), ((194, 17, 36), (0, 142, 39), (32, 32, 32), (0, 76, 248))),
        ((cicp(6, 6, 0, 1),), ((192, 41, 49), (41, 152, 48), (45, 45, 45), (33, 96, 250))),
        ((cicp(8, 13, 0, 1),), ((227, 0, 53), (0, 164, 46), (56, 56, 56), (0, 96, 255))),
        ((cicp(10, 8, 0, 1),), ((255, 0, 146), (0, 255, 106), (129, 129, 129), (0, 227, 255))),
        ((cicp(11, 13, 0, 1),), ((213, 0, 54), (0, 163, 41), (56, 56, 56), (0, 101, 255))),
        ((cicp(1, 17, 0, 1),), ((200, 23, 44), (13, 154, 44), (40, 40, 40), (1, 87, 255))),
        ((cicp(1, 7, 0, 1),), ((206, 58, 77), (48, 170, 77), (74, 74, 74), (25, 115, 251))),
        ((cicp(22, 13, 0, 1),), ((202, 51, 59), (13, 157, 60), (56, 56, 56), (3, 109, 250))),
    ],
)
def test_colours_are_those_of_a_browser(
    chunks: tuple[bytes, ...], expected: tuple[tuple[int, ...], ...]
) -> None:
    assert_alike(kept(png(*chunks)), expected)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ((gama(100_000), SRGB_CHUNK), UNCHANGED),
        ((SRGB_CHUNK, gama(100_000)), UNCHANGED),
        ((gama(100_000), iccp(PROFILE)), UNCHANGED),
        ((iccp(b"no profile" * 20), gama(100_000)), LINEAR),
        ((iccp(b"no profile" * 20), SRGB_CHUNK, gama(100_000)), UNCHANGED),
        ((iccp(PROFILE), cicp(12, 13, 0, 1)), IN_P3),
        ((cicp(12, 13, 0, 1), iccp(PROFILE)), IN_P3),
        ((SRGB_CHUNK, cicp(12, 13, 0, 1), gama(100_000)), IN_P3),
        ((cicp(2, 2, 0, 1), gama(100_000)), LINEAR),
        ((gama(100_000), gama(45_455)), LINEAR),
    ],
)
def test_the_chunk_that_counts_first_is_the_one_that_counts(
    chunks: tuple[bytes, ...], expected: tuple[tuple[int, ...], ...]
) -> None:
    assert_alike(kept(png(*chunks)), expected)


@pytest.mark.parametrize(
    "damaged",
    [
        gama(0),
        chunk(b"gAMA", b""),
        chunk(b"gAMA", b"\0\1"),
        chunk(b"gAMA", struct.pack(">I", 100_000) + b"more"),
        chunk(b"gAMA", struct.pack(">I", 100_000), crc=1),
        chunk(b"cICP", bytes((12, 13, 0))),
        chunk(b"cICP", bytes((12, 13, 0, 1, 0))),
        chunk(b"cICP", bytes((12, 13, 0, 1)), crc=1),
        gama(100_000) + chrm(*(0.0,) * 8),
        gama(100_000) + chrm(*(0.3127, 0.329) * 4),
        gama(100_000) + chrm(*(30_000.0,) * 8),
        gama(100_000) + chrm(*SRGB[:4], 0.3, 1.2, 0.15, 0.06),
    ],
)
def test_a_damaged_or_impossible_chunk_counts_as_absent(damaged: bytes) -> None:
    assert kept(png(damaged)) == list(UNCHANGED)


@pytest.mark.parametrize(
    "damaged", [chunk(b"sRGB", b"\x09"), chunk(b"sRGB", b""), chunk(b"cHRM", b"\0" * 31)]
)
def test_a_damaged_chunk_leaves_the_others_as_they_are(damaged: bytes) -> None:
    assert_alike(kept(png(damaged, gama(100_000))), LINEAR)


@pytest.mark.parametrize("late", [gama(100_000), cicp(12, 13, 0, 1), cicp(9, 16, 0, 1)])
def test_a_chunk_behind_the_pixels_counts_as_absent(late: bytes) -> None:
    assert kept(png(after=late)) == list(UNCHANGED)


def test_chunks_are_looked_for_up_to_a_limit() -> None:
    filler = chunk(b"teXt", b"")
    most = png_colours._CHUNKS_MAX

    assert_alike(kept(png(filler * (most - 2), gama(100_000))), LINEAR)  # the header is one as well
    assert kept(png(filler * (most - 1), gama(100_000))) == list(UNCHANGED)


@pytest.mark.parametrize(
    "values",
    [
        (9, 16, 0, 1),
        (9, 18, 0, 1),
        (12, 13, 0, 0),
        (12, 13, 1, 1),
        (12, 13, 0, 2),
        (1, 9, 0, 1),
        (255, 13, 0, 1),
    ],
)
def test_colours_that_paper_cannot_show_are_refused_with_a_way_out(values: tuple[int, ...]) -> None:
    with pytest.raises(PictureNotSupported, match=r"cICP chunk says .*Export it as sRGB\."):
        inspect_image(png(cicp(*values), SRGB_CHUNK))


def test_every_kind_of_pixel_is_converted() -> None:
    grey = ((0,), (56,), (128,), (250,))
    as_colours = ((0,) * 3, (129,) * 3, (188,) * 3, (253,) * 3)
    palette = chunk(b"PLTE", bytes((200, 40, 60, 30, 160, 60))) + chunk(b"tRNS", b"\xff\x80")

    assert_alike(kept(png(gama(100_000), colour=GREY, pixels=grey)), as_colours)
    assert_alike(kept(png(gama(100_000), chrm(*P3), colour=GREY, pixels=grey)), as_colours)
    assert_alike(kept(png(cicp(12, 8, 0, 1), colour=GREY, pixels=grey)), as_colours)
    assert_alike(
        kept(png(gama(100_000), colour=GREY_ALPHA, pixels=((56, 255), (128, 77)))),
        ((129, 129, 129, 255), (188, 188, 188, 77)),
    )
    assert_alike(
        kept(png(gama(100_000), colour=RGBA, pixels=((200, 40, 60, 255), (30, 160, 60, 128)))),
        ((229, 110, 133, 255), (96, 208, 133, 128)),
    )
    assert_alike(
        kept(png(palette, gama(100_000), colour=PALETTE, pixels=((0,), (1,)))),
        ((229, 110, 133, 255), (96, 208, 133, 128)),
    )
    assert_alike(
        kept(png(gama(100_000), depth=16, pixels=((51_400, 10_280, 15_420), (14_392,) * 3))),
        ((229, 110, 133), (129, 129, 129)),
    )
    assert_alike(
        kept(png(gama(100_000), colour=GREY, depth=16, pixels=((14_392,), (1000,)))), ((129,) * 3, (28,) * 3)
    )


def test_a_transparent_colour_is_found_before_colours_are_converted() -> None:
    transparent = chunk(b"tRNS", struct.pack(">3H", 56, 56, 56))

    found = kept(png(transparent, gama(100_000)))

    assert [pixel[3] for pixel in found] == [255, 255, 0, 255]
    assert_alike([pixel[:3] for pixel in found if pixel[3]], tuple(LINEAR[n] for n in (0, 1, 3)))


def test_a_picture_of_several_stripes_is_converted_to_its_last_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png_colours, "_STRIPE_PIXELS", 8)  # two rows of four
    image = Image.new("RGB", (4, 5), (30, 160, 60))
    space = png_colours.read_colour_space(png(cicp(12, 13, 0, 1)))
    assert space is not None

    converted = np.asarray(png_colours.in_srgb(image, space))

    assert {tuple(int(value) for value in pixel) for row in converted for pixel in row} == {(0, 163, 41)}
