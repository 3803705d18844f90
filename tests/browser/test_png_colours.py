"""Colours of a PNG are kept as the browser shows them, whichever chunks name their colour space."""

import base64
import io
import itertools
import shutil

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from certifly.rendering.images import inspect_image
from tests.rendering.png_chunks import GREY, P3, PROPHOTO, SRGB, chrm, chunk, cicp, gama, png

pytestmark = pytest.mark.browser

TOLERANCE = 2

SHOWN = """async (pictures) => Promise.all(pictures.map(async (picture) => {
    const image = new Image();
    image.src = "data:image/png;base64," + picture;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d", {colorSpace: "srgb", willReadFrequently: true});
    context.drawImage(image, 0, 0);
    return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
}))"""


def pictures() -> list[bytes]:
    gammas = [
        gama(value) for value in (0, 1, 1000, 30_000, 43_000, 45_455, 48_000, 100_000, 220_000, 2**32 - 1)
    ]
    primaries = [b"", chrm(*SRGB), chrm(*P3), chrm(*PROPHOTO), chrm(*(0.0,) * 8), chunk(b"cHRM", b"\0" * 31)]
    named = [b"", chunk(b"sRGB", b"\0"), chunk(b"sRGB", b"\x09"), cicp(12, 13, 0, 1), cicp(2, 2, 0, 1)]
    colours = [png(*chunks) for chunks in itertools.product(gammas, primaries, named)]
    grey = ((0,), (1,), (56,), (128,), (250,))
    greys = [png(*chunks, colour=GREY, pixels=grey) for chunks in itertools.product(gammas, primaries, named)]
    points = itertools.product((1, 4, 5, 6, 8, 9, 10, 11, 12, 22), (1, 4, 5, 7, 8, 13, 17))
    return [*colours, *greys, *(png(cicp(*pair, 0, 1)) for pair in points)]


def test_colours_are_kept_as_the_browser_shows_them() -> None:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "these tests need Chromium"
    sources = pictures()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
        )
        shown = browser.new_page().evaluate(SHOWN, [base64.b64encode(one).decode() for one in sources])
        browser.close()

    for source, pixels in zip(sources, shown, strict=True):
        image = Image.open(io.BytesIO(inspect_image(source).content)).convert("RGBA")
        differs = np.abs(np.asarray(image).astype(int).ravel() - np.array(pixels)).max()
        assert differs <= TOLERANCE, (source, list(np.asarray(image).ravel()), pixels)
