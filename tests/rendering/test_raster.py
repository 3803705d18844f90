"""The PNG shows what the PDF shows, in every script, and every strict reader takes it."""

import hashlib
import io
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageFilter

from certifly.rendering.engine import Engine
from certifly.rendering.images import inspect_image
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout
from certifly.rendering.png import IDAT_BYTES_MAX, Pixels, encode_png
from certifly.rendering.raster import DPI, dpi_for, draw_page, rasterise, with_device_colours
from certifly.templates.starters import read_starter
from tests.rendering.sheets import SCRIPTS, ada, job_of, sheet, text


def decoded(png: bytes) -> Pixels:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    position = 8
    while position < len(png):
        (length,) = struct.unpack(">I", png[position : position + 4])
        kind, content = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack(">I", png[position + 8 + length : position + 12 + length])
        assert zlib.crc32(kind + content) == checksum
        yield kind, content
        position += 12 + length
    assert position == len(png)


def photograph(width: int = 600, height: int = 400, *, alpha: bool = False) -> bytes:
    """Soft colours with grain, as a camera gives."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [128 + 100 * np.sin(x / 50 + y / 80), 128 + 90 * np.cos(x / 40), 128 + 80 * np.sin(y / 45)]
    if alpha:
        channels.append(255 * x / width)
    grain = np.random.default_rng(5).normal(0, 4, (height, width, len(channels)))
    return encode_png((np.stack(channels, -1) + grain).clip(0, 255).astype(np.uint8))


def picture_job(*contents: bytes) -> RenderJob:
    names = ["sha256:" + hashlib.sha256(content).hexdigest() for content in contents]
    images = [
        {
            "type": "image",
            "asset": name,
            "decorative": True,
            "x": 10 + 20 * n,
            "y": 5,
            "width": 250,
            "height": 200,
        }
        for n, name in enumerate(names)
    ]
    return job_of(sheet(*images, text("Ada")), assets=dict(zip(names, contents, strict=True)))


def ground(name: str) -> Layout:
    """A page with one picture, as large as the page."""
    place = {"x": 0, "y": 0, "width": 297, "height": 210, "fit": "stretch"}
    return sheet({"type": "image", "asset": name, "decorative": True, **place})


COLOURS = ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#7f7f7f", "#c0ffee"]
BARS = [
    {"type": "rectangle", "x": 5 + 30 * n, "y": 20, "width": 25, "height": 150, "fill": colour, "stroke": "#888888",
     "stroke_width": 0.3 * n + 0.1, "radius": n}
    for n, colour in enumerate(COLOURS)
]  # fmt: skip
LINES = [
    {"type": "line", "x1": 5, "y1": 180 + n, "x2": 290, "y2": 180 + n * n, "stroke_width": n / 4}
    for n in range(1, 5)
]

JOBS = {
    "certificate": ada(),
    **{f"script-{script}": job_of(sheet(text(words, width=260))) for script, words in SCRIPTS.items()},
    "photograph": picture_job(photograph()),
    "transparency": picture_job(photograph(), photograph(alpha=True)),
    "colours": job_of(sheet(*BARS, *LINES)),
}


class TestSize:
    @pytest.mark.parametrize(
        ("page", "pixels"),
        [
            ((297, 210), (1754, 1240)),
            ((210, 297), (1240, 1754)),
            ((279.4, 215.9), (1650, 1275)),
            ((20, 20), (118, 118)),
        ],
    )
    def test_at_150_dots_to_the_inch(
        self, page: tuple[float, float], pixels: tuple[int, int], engine: Engine
    ) -> None:
        png = rasterise(engine.pdf(job_of(sheet(text("A", width=10, size=8), width=page[0], height=page[1]))))

        assert decoded(png).shape[1::-1] == pixels

    def test_a_poster_is_drawn_with_fewer_dots(self, engine: Engine) -> None:
        poster = engine.pdf(job_of(sheet(text("Ada"), width=2000, height=1000)))
        pixels, dpi = draw_page(poster)

        assert 39_900_000 < pixels.shape[0] * pixels.shape[1] < 40_100_000
        assert dpi == pytest.approx(113.6, abs=0.1)

    def test_an_a0_sheet_is_the_last_with_all_its_dots(self) -> None:
        a0 = (2384, 3370)

        assert dpi_for(*a0) == DPI
        assert dpi_for(a0[0] * 1.1, a0[1] * 1.1) < DPI


class TestPNG:
    def test_the_chunks_are_complete_and_in_order(self, engine: Engine) -> None:
        found = list(chunks(rasterise(engine.pdf(JOBS["photograph"]))))

        kinds = [kind for kind, _ in found]
        assert kinds[:3] == [b"IHDR", b"sRGB", b"pHYs"]
        assert set(kinds[3:-1]) == {b"IDAT"}
        assert kinds[-1] == b"IEND"
        assert found[0][1] == struct.pack(">IIBBBBB", 1754, 1240, 8, 2, 0, 0, 0)
        assert found[1][1] == b"\x00"
        assert found[2][1] == struct.pack(">IIB", 5906, 5906, 1)  # 150 / 0.0254, rounded

    @pytest.mark.parametrize("channels", [1, 2, 3, 4])
    @pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (37, 53)])
    def test_pixels_come_back_exactly(self, channels: int, size: tuple[int, int]) -> None:
        pixels = np.random.default_rng(1).integers(0, 256, (*size, channels), dtype=np.uint8)
        with Image.open(io.BytesIO(encode_png(pixels))) as image:
            assert image.mode == ["L", "LA", "RGB", "RGBA"][channels - 1]
            assert np.array_equal(np.atleast_3d(np.asarray(image)).reshape(pixels.shape), pixels)

    def test_large_pictures_have_several_data_chunks(self) -> None:
        noise = np.random.default_rng(1).integers(0, 256, (1000, 1500, 3), dtype=np.uint8)
        data = [content for kind, content in chunks(encode_png(noise)) if kind == b"IDAT"]

        assert len(data) == 5
        assert max(map(len, data)) == IDAT_BYTES_MAX
        raw = zlib.decompress(b"".join(data))
        assert len(raw) == 1000 * (1 + 1500 * 3)
        assert set(raw[:: 1 + 1500 * 3]) == {2}

    def test_other_decoders_take_it(self, engine: Engine, tmp_path: Path) -> None:
        png = rasterise(engine.pdf(ada()))
        name = "sha256:" + hashlib.sha256(png).hexdigest()

        again, _ = draw_page(engine.pdf(job_of(ground(name), assets={name: png})))
        assert differences(again, decoded(png)).mean() < 1


class TestDeviceColours:
    @pytest.mark.parametrize("name", JOBS)
    def test_pixels_are_the_same_with_and_without_profiles(self, name: str, engine: Engine) -> None:
        pdf = engine.pdf(JOBS[name])
        faster = with_device_colours(pdf)

        assert faster != pdf
        assert len(faster) == len(pdf)
        assert b"[/ICCBased" not in faster
        assert np.array_equal(draw_page(pdf)[0], draw_page(faster)[0])

    @pytest.mark.parametrize(
        "pdf",
        [
            b"[/ICCBased 7 0 R]",
            b"[/ICCBased 7 0 R]\n7 0 obj\n<</Length 3>>",
            b"[/ICCBased 7 0 R]\n7 0 obj\n<</N 4>>",
            b"[/ICCBased 7 0 R]\n17 0 obj\n<</N 3>>",
            b"[/ICCBased 7 0 R]\n7 0 obj\n<</Length 3>> /N 3",
        ],
    )
    def test_what_is_not_understood_is_left_alone(self, pdf: bytes) -> None:
        assert with_device_colours(pdf) == pdf

    def test_grey_and_colour_are_told_apart(self) -> None:
        pdf = b"[/ICCBased 7 0 R][/ICCBased 8 0 R]\n7 0 obj\n<</N 1>>\n8 0 obj\n<</N 3>>"

        assert with_device_colours(pdf).startswith(b"/DeviceGray      /DeviceRGB       \n7")


class TestWhatIsShown:
    def test_paper_is_white_where_nothing_is(self) -> None:
        empty = pypdfium2.PdfDocument.new()
        empty.new_page(72, 72)
        buffer = io.BytesIO()
        empty.save(buffer)
        empty.close()

        assert np.array_equal(draw_page(buffer.getvalue())[0], np.full((150, 150, 3), 255, np.uint8))

    def test_colours_are_exact(self, engine: Engine) -> None:
        pixels, _ = draw_page(engine.pdf(JOBS["colours"]))

        middle = [tuple(pixels[500, round((17 + 30 * n) * DPI / 25.4)].tolist()) for n in range(7)]
        assert ["#{:02x}{:02x}{:02x}".format(*colour) for colour in middle] == COLOURS

    def test_the_same_pdf_gives_the_same_bytes(self, engine: Engine) -> None:
        pdf = engine.pdf(JOBS["transparency"])

        assert rasterise(pdf) == rasterise(pdf)

    def test_the_starters_ground_is_kept_whole_by_the_judge_of_pictures(self, engine: Engine) -> None:
        for content in read_starter().pictures.values():
            shipped, kept = (
                draw_page(engine.pdf(job_of(ground(name), assets={name: version})))[0]
                for name, version in (
                    (f"sha256:{8:064}", content),
                    (f"sha256:{9:064}", inspect_image(content).content),
                )
            )
            # What is kept has its coordinates in CSS pixels; their last digit may smooth an edge otherwise.
            assert np.abs(shipped.astype(int) - kept).max() <= 2
            assert len(np.unique(shipped.reshape(-1, 3), axis=0)) > 20


@pytest.mark.long
class TestBesideOthers:
    """Renderers smooth edges differently. Blurred a little, that is gone, and only displaced or missing ink
    is left. Poppler puts each glyph on a whole pixel, which is the most that may remain beside it; drawn
    four times as fine and then reduced, glyphs stand where the PDF has them, and so must ours.
    """

    @pytest.mark.poppler
    @pytest.mark.parametrize("name", JOBS)
    def test_the_png_is_what_poppler_makes_of_the_pdf(
        self, name: str, engine: Engine, tmp_path: Path
    ) -> None:
        pdf = engine.pdf(JOBS[name])
        ours, theirs = decoded(rasterise(pdf)), drawn_by_poppler(pdf, tmp_path)

        difference = differences(ours, theirs)
        assert difference.mean() < 2
        assert (difference > 64).mean() < 0.005
        assert differences(blurred(ours), blurred(theirs)).max() < 80

    @pytest.mark.poppler
    def test_a_missing_word_would_be_noticed(self, engine: Engine, tmp_path: Path) -> None:
        ours = decoded(rasterise(engine.pdf(job_of(sheet(text("Ada Lovelace"))))))
        theirs = drawn_by_poppler(engine.pdf(job_of(sheet(text("Ada Lovelaca")))), tmp_path)

        assert differences(blurred(ours), blurred(theirs)).max() > 120

    @pytest.mark.parametrize("name", [name for name in JOBS if name not in ("photograph", "transparency")])
    def test_every_glyph_stands_where_the_pdf_has_it(self, name: str, engine: Engine) -> None:
        pdf = engine.pdf(JOBS[name])
        ours, ideal = decoded(rasterise(pdf)), drawn_finely(pdf)

        difference = differences(ours, ideal)
        assert difference.mean() < 0.3
        assert differences(blurred(ours), blurred(ideal)).max() < 32


def drawn_finely(pdf: bytes) -> Pixels:
    """Drawn at four times the resolution, then reduced: smoothing by brute force."""
    with pypdfium2.PdfDocument(pdf) as document:
        large = document[0].render(scale=4 * DPI / 72, rev_byteorder=True).to_pil().convert("RGB")
        return np.asarray(large.resize((1754, 1240), Image.Resampling.BOX))


def drawn_by_poppler(pdf: bytes, folder: Path) -> Pixels:
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "150", "-singlefile", folder / "page.pdf", folder / "page"], check=True)
    # Poppler rounds the page's size up, and draws from the upper left.
    return decoded((folder / "page.ppm").read_bytes())[:1240, :1754]


def differences(one: Pixels, other: Pixels) -> Pixels:
    """The largest difference of the channels, for each pixel."""
    assert one.shape == other.shape
    difference: Pixels = np.abs(one.astype(np.int16) - other).max(axis=-1).astype(np.uint8)
    return difference


def blurred(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1.5)))
