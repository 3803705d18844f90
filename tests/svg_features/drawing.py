"""Draw many SVGs twice: as Chromium shows them, and as a certificate prints them.

Chromium draws each as an ``<img>``, which is how a browser shows a picture from elsewhere: without scripts, network or
the page's styles. We draw what ``inspect_image`` keeps, on a certificate's page, through the PDF. Both put the pictures
into equal cells of one large sheet of tinted paper, so that white paint and transparency are told apart.
"""

import base64
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page as BrowserPage

from certifly.rendering.engine import Engine
from certifly.rendering.errors import PictureRefused, RenderFailed
from certifly.rendering.fitting import Fitting
from certifly.rendering.images import inspect_image
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import ImageElement, Layout, Page
from certifly.rendering.raster import DPI, draw_page
from tests.cast import MONDAY
from tests.svg_features.comparing import Pixels

WIDTH, HEIGHT = 200, 100
"""The box of each picture in CSS pixels. Pictures of another shape are fitted into it, whole."""
SCALE = 2
"""Pixels drawn to each CSS pixel."""
GUTTER = 8
"""Free space around each picture in CSS pixels: what a picture paints outside its box is seen there."""
COLUMNS, ROWS = 8, 20
PAPER = "#e6dcc0"

_CELL_WIDTH, _CELL_HEIGHT = WIDTH + 2 * GUTTER, HEIGHT + 2 * GUTTER
_MILLIMETRES_PER_PIXEL = 25.4 * SCALE / DPI


def draw_in_chromium(page: BrowserPage, pictures: Sequence[bytes]) -> list[Pixels | None]:
    """Return what Chromium shows of each, None for what it shows as a broken picture."""
    drawings: list[Pixels | None] = []
    for sheet in _sheets(pictures):
        page.set_viewport_size({"width": COLUMNS * _CELL_WIDTH, "height": ROWS * _CELL_HEIGHT})
        page.set_content(_html(sheet))
        shown = page.evaluate(
            "() => Promise.all([...document.images].map(i => i.decode().then(() => true, () => false)))"
        )
        pixels = _decoded(page.screenshot())
        drawings += [cell if ok else None for cell, ok in zip(_cells(pixels, len(sheet)), shown, strict=True)]
    return drawings


def draw_on_certificates(folder: Path, pictures: Sequence[bytes]) -> list[Pixels | str]:
    """Return what is printed of each, or why it was refused. ``folder`` is for the engine."""
    engine = Engine(folder)
    drawings: list[Pixels | str] = []
    kept: list[bytes] = []
    for content in pictures:
        try:
            kept.append(inspect_image(content).content)
            drawings.append("")
        except PictureRefused as error:
            drawings.append(str(error))
    places = [place for place, drawing in enumerate(drawings) if drawing == ""]
    printed = [cell for sheet in _sheets(kept) for cell in _printed(engine, sheet)]
    for place, cell in zip(places, printed, strict=True):
        drawings[place] = cell
    return drawings


def _sheets(pictures: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(pictures), COLUMNS * ROWS):
        yield pictures[start : start + COLUMNS * ROWS]


def _html(pictures: Sequence[bytes]) -> str:
    images = "".join(
        f'<img style="left:{left}px;top:{top}px" src="data:image/svg+xml;base64,{base64.b64encode(picture).decode()}">'
        for picture, (left, top) in zip(pictures, _places(len(pictures)), strict=True)
    )
    return (
        f"<!doctype html><style>body{{background:{PAPER};margin:0}} img{{position:absolute;width:{WIDTH}px;"
        f"height:{HEIGHT}px;object-fit:contain}}</style>{images}"
    )


def _places(count: int) -> list[tuple[int, int]]:
    """Return left and top of each picture in CSS pixels."""
    return [(n % COLUMNS * _CELL_WIDTH + GUTTER, n // COLUMNS * _CELL_HEIGHT + GUTTER) for n in range(count)]


def _cells(pixels: Pixels, count: int) -> list[Pixels]:
    """Cut a sheet into its cells, each with its gutter."""
    cells = []
    for left, top in _places(count):
        x, y = (left - GUTTER) * SCALE, (top - GUTTER) * SCALE
        cells.append(pixels[y : y + _CELL_HEIGHT * SCALE, x : x + _CELL_WIDTH * SCALE])
    return cells


def _printed(engine: Engine, pictures: Sequence[bytes]) -> list[Pixels | str]:
    try:
        pixels, _ = draw_page(engine.pdf(_job(pictures)))
    except RenderFailed as error:
        if len(pictures) == 1:
            return [f"could not be drawn: {error}"]
        return [cell for picture in pictures for cell in _printed(engine, [picture])]
    return list(_cells(pixels, len(pictures)))


def _job(pictures: Sequence[bytes]) -> RenderJob:
    names = [f"sha256:{hashlib.sha256(picture).hexdigest()}" for picture in pictures]
    elements = tuple(
        ImageElement(
            type="image",
            asset=name,
            decorative=True,
            x=left * _MILLIMETRES_PER_PIXEL,
            y=top * _MILLIMETRES_PER_PIXEL,
            width=WIDTH * _MILLIMETRES_PER_PIXEL,
            height=HEIGHT * _MILLIMETRES_PER_PIXEL,
        )
        for name, (left, top) in zip(names, _places(len(pictures)), strict=True)
    )
    page = Page(
        width=COLUMNS * _CELL_WIDTH * _MILLIMETRES_PER_PIXEL,
        height=ROWS * _CELL_HEIGHT * _MILLIMETRES_PER_PIXEL,
        fill=PAPER,
    )
    return RenderJob(
        layout=Layout(page=page, elements=elements),
        fitting=Fitting({}),
        assets=dict(zip(names, pictures, strict=True)),
        title="Features",
        language="en",
        author="Lovelace",
        created_at=MONDAY,
        check_url="https://lovelace.example/check/1",
    )


def _decoded(png: bytes) -> Pixels:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))
