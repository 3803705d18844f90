"""The small pictures that the check page shows: what they show, how wide they are, and how few bytes they take."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from certifly.rendering.formats import PREVIEWS, Preview, PreviewName
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import PAGE_MILLIMETRES_MAX, PAGE_MILLIMETRES_MIN
from certifly.rendering.preview import encode_preview
from certifly.rendering.process import Drawing
from certifly.templates.document import parse_document
from certifly.templates.fields import check_data
from certifly.templates.starters import STARTERS, read_starter
from certifly.templates.values import drawing_values
from tests.cast import ADA, MONDAY
from tests.rendering.sheets import CHECK_URL, ada, job_of, sheet, text

CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
STARTER_BYTES_MAX = 80_000
SMALL, LARGE = PREVIEWS["preview-600.webp"], PREVIEWS["preview-1200.webp"]


@pytest.fixture
def drawing(tmp_path: Path) -> Drawing:
    """What a render process draws with."""
    return Drawing(tmp_path, None)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def starter_job(name: str) -> RenderJob:
    """A certificate of a template that comes along."""
    shipped = read_starter(name)
    pictures = {picture: f"sha256:{number:064}" for number, picture in enumerate(shipped.pictures)}
    document = parse_document(shipped.with_pictures(pictures))
    values = drawing_values(
        document,
        check_data(document, {"Student Name": ADA, "Course": "Analytical Engines", "Date": "2026-11-23"}),
        code=CODE,
        issued_at=MONDAY,
        check_url=CHECK_URL,
        issuer_name="Lovelace Academy",
    )
    assets = {name: shipped.pictures[picture] for picture, name in pictures.items()}
    return job_of(document.layout, values, assets=assets)


@pytest.mark.parametrize("name", PREVIEWS)
def test_a_preview_shows_what_the_png_shows_at_the_width_it_is_named_after(
    drawing: Drawing, name: PreviewName
) -> None:
    png, preview = opened(drawing(ada(), "png")), opened(drawing(ada(), name))

    assert f"image/{(preview.format or '').lower()}" == PREVIEWS[name].media_type
    assert name == f"preview-{preview.width}{PREVIEWS[name].suffix}"
    assert preview.size == (preview.width, round(png.height * preview.width / png.width))
    small = np.asarray(png.convert("RGB").resize(preview.size, Image.Resampling.LANCZOS), np.int16)
    difference = np.abs(small - np.asarray(preview.convert("RGB"), np.int16))
    assert difference.mean() < 2, "of 255"


@pytest.mark.parametrize("name", PREVIEWS)
def test_the_same_certificate_has_the_same_preview(drawing: Drawing, name: PreviewName) -> None:
    assert drawing(ada(), name) == drawing(ada(), name)


@pytest.mark.parametrize("starter", STARTERS)
def test_the_starter_loads_fast_at_both_sizes(drawing: Drawing, starter: str) -> None:
    job = starter_job(starter)

    assert len(drawing(job, "preview-600.webp")) < STARTER_BYTES_MAX / 2
    assert len(drawing(job, "preview-1200.webp")) < STARTER_BYTES_MAX
    assert len(drawing(job, "preview-600.jpg")) < STARTER_BYTES_MAX


@pytest.mark.parametrize(("pixels", "width"), [(599, 599), (600, 600), (601, 600)])
def test_a_small_page_is_not_enlarged(pixels: int, width: int) -> None:
    page = np.full((400, pixels, 3), 200, np.uint8)

    assert opened(encode_preview(page, SMALL)).width == width


@pytest.mark.parametrize("preview", PREVIEWS.values())
@pytest.mark.parametrize("tall", [True, False])
def test_the_longest_strip_of_paper_has_a_preview(tmp_path: Path, preview: Preview, tall: bool) -> None:
    sides = (PAGE_MILLIMETRES_MIN, PAGE_MILLIMETRES_MAX)
    width, height = sides if tall else reversed(sides)
    layout = sheet(text(x=0, y=0, width=20, height=20, size=6), width=width, height=height)
    name = next(name for name, each in PREVIEWS.items() if each is preview)

    drawn = opened(Drawing(tmp_path, None)(job_of(layout, {"Student Name": "Ada"}), name))

    assert drawn.width == min(preview.width, round(width / 25.4 * 150))
    assert drawn.height >= 1
