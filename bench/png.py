"""PNG of a photographic certificate, beside WeasyPrint, pdfium and Pillow making the same picture.

The page is a full-bleed photograph with a title, a name, a course, a date and a QR code on it, at 150 dpi.
Both ways end with a PNG in memory; another name each time. They take turns in one process on one core, what
counts is processor time, and the median of the rounds. The halves of the way are measured on their own too.

    ./dev bench png [--rounds N] [--each N] [--pictures FOLDER]

WeasyPrint comes with ``requirements/bench.lock``.
"""

import argparse
import hashlib
import importlib.util
import io
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pypdfium2

from bench.memory import photograph
from bench.renders import CHECK_URL, COURSE, INK, ISSUED, MONDAY, name_of, static_garamond
from certifly.rendering.fit import fit
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout
from certifly.rendering.process import Drawing
from certifly.rendering.qr import qr_svg
from certifly.rendering.raster import rasterise

TARGET = 3.0
LINES = (("Certificate of completion", 40, 34), ("{name}", 82, 48), (COURSE, 116, 20), (ISSUED, 170, 14))

Make = Callable[[int], bytes]


@cache
def ground() -> bytes:
    """A photograph at 210 dpi, as designers deliver it."""
    return photograph(1843, 2480, 1754)


def job_of(number: int) -> RenderJob:
    """The certificate as Certifly draws it; whether its text fits is decided as for a real one."""
    values = {"name": name_of(number)}
    return RenderJob(
        layout=_layout(),
        fitting=fit(_layout(), values),
        assets={_layout().elements[0].asset: ground()},  # type: ignore[union-attr]
        title="Certificate of completion",
        language="en",
        author="Lovelace",
        created_at=MONDAY,
        check_url=CHECK_URL % number,
    )


@cache
def _layout() -> Layout:
    words = {"type": "text", "x": 40, "width": 217, "height": 22, "align": "center", "color": INK}
    name = "sha256:" + hashlib.sha256(ground()).hexdigest()
    return Layout.model_validate(
        {
            "page": {"width": 297, "height": 210},
            "elements": [
                {
                    "type": "image",
                    "asset": name,
                    "decorative": True,
                    "x": 0,
                    "y": 0,
                    "width": 297,
                    "height": 210,
                },
                *({**words, "text": text, "y": y, "size": size} for text, y, size in LINES),
                {"type": "qr", "x": 250, "y": 164, "width": 26, "height": 26, "alt": "Check", "color": INK},
            ],
        }
    )


def certifly() -> tuple[Make, Make]:
    """Both halves together, and the PDF alone."""
    draw = Drawing(Path(tempfile.mkdtemp(prefix="certifly-bench-")), None)
    return lambda number: draw(job_of(number), "png"), lambda number: draw(job_of(number), "pdf")


def weasyprint_pdf() -> Make:
    """The same page in HTML and CSS. Its pictures and fonts are kept between pages."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    fonts = FontConfiguration()
    folder = Path(tempfile.mkdtemp(prefix="certifly-bench-"))
    (folder / "ground.jpg").write_bytes(ground())
    style = CSS(
        string=f"""
        @font-face {{ font-family: G; src: url("{Path(static_garamond()).as_uri()}") }}
        @page {{ size: 297mm 210mm; margin: 0 }}
        body {{ margin: 0; font-family: G; color: {INK} }}
        img {{ position: absolute; left: 0; top: 0; width: 297mm; height: 210mm }}
        div {{ position: absolute; left: 40mm; width: 217mm; text-align: center }}
        svg {{ position: absolute; left: 250mm; top: 164mm; width: 26mm; height: 26mm }}
        """,
        font_config=fonts,
    )
    pictures: dict[object, object] = {}

    def make(number: int) -> bytes:
        lines = "".join(f'<div style="top:{y}mm;font-size:{size}pt">{text}</div>' for text, y, size in LINES)
        code = qr_svg(CHECK_URL % number, color=INK, fill=None)
        page = f"""<html lang="en"><title>Certificate of completion</title><body>
        <img src="ground.jpg">{lines.format(name=name_of(number))}{code}"""
        document = HTML(string=page, base_url=str(folder) + "/")
        return bytes(document.write_pdf(stylesheets=[style], font_config=fonts, cache=pictures))

    return make


def png_by_pdfium_and_pillow(pdf: bytes, **options: int) -> bytes:
    """The usual way: pypdfium2's own raster, saved by Pillow as it comes."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=150 / 72).to_pil()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **options)
    return buffer.getvalue()


def main() -> None:
    """Take turns, and print milliseconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--each", type=int, default=10, help="pictures in a turn")
    parser.add_argument("--pictures", type=Path, help="keep one PNG of each here")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    whole, pdf_only = certifly()
    pdf = pdf_only(0)
    ways: dict[str, Make] = {
        "Certifly": whole,
        "  its PDF": pdf_only,
        "  PNG of its PDF": lambda _: rasterise(pdf),
        "  the same by pdfium and Pillow": lambda _: png_by_pdfium_and_pillow(pdf),
        "  the same, Pillow at its fastest": lambda _: png_by_pdfium_and_pillow(pdf, compress_level=1),
    }
    if importlib.util.find_spec("weasyprint") is None:
        print(
            "WeasyPrint is not installed: python -m pip install --require-hashes -r requirements/bench.lock"
        )
    else:
        by_weasyprint = weasyprint_pdf()
        ways["WeasyPrint, pdfium and Pillow"] = lambda number: png_by_pdfium_and_pillow(by_weasyprint(number))
        ways["  its PDF "] = by_weasyprint
    _report(
        _measured(ways, options.rounds, options.each), {name: len(make(1)) for name, make in ways.items()}
    )
    for name, make in ways.items():
        if options.pictures and not name.startswith(" "):
            options.pictures.mkdir(parents=True, exist_ok=True)
            (options.pictures / f"{name}.png").write_bytes(make(1))


def _measured(ways: dict[str, Make], rounds: int, each: int) -> dict[str, float]:
    """Milliseconds of processor time for one picture, by each way."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    number = 0
    for turn in range(rounds + 1):
        for name, make in ways.items():
            start = time.process_time()
            for _ in range(each if turn else 2):  # the first turn warms up
                number += 1
                make(number)
            if turn:
                times[name].append((time.process_time() - start) * 1000 / each)
    return {name: statistics.median(found) for name, found in times.items()}


def _report(milliseconds: dict[str, float], sizes: dict[str, int]) -> None:
    print(f"{'':34}{'ms each':>9}{'bytes':>12}")
    for name, spent in milliseconds.items():
        print(f"{name:34}{spent:9.1f}{sizes[name]:12,}")
    if (other := milliseconds.get("WeasyPrint, pdfium and Pillow")) is not None:
        print(f"Certifly is {other / milliseconds['Certifly']:.1f} x as fast (target {TARGET:g})")


if __name__ == "__main__":
    main()
