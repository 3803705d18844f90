"""PDF renders per second on one core, beside other makers of PDFs drawing the same certificate.

Everyone draws the same page: border, title, name, course, date, rule, QR code; EB Garamond embedded; another
name each time. Contenders take turns in processes of their own, on one core, for several rounds; what counts
is processor time, so that a busy machine slows all alike, and the median of the rounds.

    ./dev bench renders [--rounds N] [--seconds S] [--pictures FOLDER]

WeasyPrint and ReportLab come with ``requirements/bench.lock``; who is not installed does not take part.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from certifly.rendering.engine import PDF_STANDARDS, Engine
from certifly.rendering.fit import fit
from certifly.rendering.fonts import font_book
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout
from certifly.rendering.qr import qr_svg

TARGETS = {"WeasyPrint": 5.0, "bare Typst": 0.8}
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHECK_URL = "https://lovelace.example/check/7e3b3e1c-5a4e-4f39-8ed5-%012d"
COURSE, ISSUED = "Analytical Engines, with distinction", "23 November 2026"
INK, GOLD = "#1d2b4f", "#aa8844"

Draw = Callable[[int], bytes]


def name_of(number: int) -> str:
    """A name nobody had before: nothing of it can have been kept."""
    return f"Ada {chr(65 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676 % 26)} Lovelace"


def ours(*, with_decision: bool) -> Draw:
    """The engine with a job; with the decision, also fitting and the way to another process."""
    layout = Layout.model_validate(
        {
            "page": {"width": 297, "height": 210, "fill": "#fffdf7"},
            "elements": [
                {"type": "rectangle", "x": 10, "y": 10, "width": 277, "height": 190, "stroke": INK},
                _words("Certificate of completion", y=40, size=34),
                _words("{Student Name}", y=82, size=48),
                {"type": "line", "x1": 98, "y1": 108, "x2": 199, "y2": 108, "stroke": GOLD},
                _words("{Course}", y=116, size=20),
                _words("{Date}", y=170, size=14),
                {"type": "qr", "x": 250, "y": 164, "width": 26, "height": 26, "alt": "Check", "color": INK},
            ],
        }
    )
    engine = Engine(Path(tempfile.mkdtemp(prefix="certifly-bench-")))

    def job_of(number: int) -> RenderJob:
        values = {"Student Name": name_of(number), "Course": COURSE, "Date": ISSUED}
        return RenderJob(
            layout=layout,
            fitting=fit(layout, values),
            assets={},
            title="Certificate of completion",
            language="en",
            author="Lovelace",
            created_at=MONDAY,
            check_url=CHECK_URL % number,
        )

    if with_decision:
        return lambda number: engine.pdf(RenderJob.from_bytes(job_of(number).to_bytes()))
    jobs = [job_of(number) for number in range(4000)]
    return lambda number: engine.pdf(jobs[number % len(jobs)])


def _words(text: str, *, y: float, size: float) -> dict[str, Any]:
    box = {"x": 40, "width": 217, "height": 22, "align": "center", "color": INK}
    return {"type": "text", "text": text, "y": y, "size": size, "font": "EB Garamond", **box}


def bare_typst() -> Draw:
    """The least a Typst program can do: the layout written out, the data as inputs."""
    import typst

    folder = Path(tempfile.mkdtemp(prefix="certifly-bench-"))
    (folder / "main.typ").write_text(
        f"""
        #set document(title: "Certificate of completion", author: "Lovelace")
        #set page(width: 297mm, height: 210mm, margin: 0pt, fill: rgb("#fffdf7"))
        #set text(font: "EB Garamond", fill: rgb("{INK}"), lang: "en", fallback: false)
        #let words(y, size, body) = place(top + left, dx: 40mm, dy: y,
          box(width: 217mm, align(center, text(size: size, body))))
        #place(top + left, dx: 10mm, dy: 10mm, rect(width: 277mm, height: 190mm, stroke: 1pt + rgb("{INK}")))
        #words(40mm, 34pt, "Certificate of completion")
        #words(82mm, 48pt, sys.inputs.name)
        #place(top + left, dx: 98mm, dy: 108mm, line(length: 101mm, stroke: 1pt + rgb("{GOLD}")))
        #words(116mm, 20pt, sys.inputs.course)
        #words(170mm, 14pt, sys.inputs.date)
        #place(top + left, dx: 250mm, dy: 164mm,
          image(bytes(sys.inputs.code), format: "svg", width: 26mm, alt: "Check"))
        """
    )
    compiler = typst.Compiler(
        folder / "main.typ", root=folder, font_paths=font_book().engine_fonts, ignore_system_fonts=True
    )

    def draw(number: int) -> bytes:
        inputs = {"name": name_of(number), "course": COURSE, "date": ISSUED, "code": _code(number)}
        made: Any = compiler.compile(
            format="pdf", sys_inputs=inputs, pdf_standards=PDF_STANDARDS, timestamp=MONDAY
        )
        return bytes(made)

    return draw


def weasyprint() -> Draw:
    """HTML and CSS, with the fonts set up once; plain PDF, which is its fastest."""
    import logging

    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    fonts = FontConfiguration()
    style = CSS(
        string=f"""
        @font-face {{ font-family: G; src: url("{Path(static_garamond()).as_uri()}") }}
        @page {{ size: 297mm 210mm; margin: 0; background: #fffdf7 }}
        body {{ margin: 0; font-family: G; color: {INK} }}
        div {{ position: absolute; left: 40mm; width: 217mm; text-align: center }}
        .frame {{ left: 10mm; top: 10mm; width: 277mm; height: 190mm; border: 1pt solid {INK};
                  box-sizing: border-box }}
        .rule {{ left: 98mm; top: 108mm; width: 101mm; border-top: 1pt solid {GOLD} }}
        svg {{ position: absolute; left: 250mm; top: 164mm; width: 26mm; height: 26mm }}
        """,
        font_config=fonts,
    )

    def draw(number: int) -> bytes:
        page = f"""<html lang="en"><title>Certificate of completion</title><body><div class="frame"></div>
        <div style="top:40mm;font-size:34pt">Certificate of completion</div>
        <div style="top:82mm;font-size:48pt">{name_of(number)}</div><div class="rule"></div>
        <div style="top:116mm;font-size:20pt">{COURSE}</div>
        <div style="top:170mm;font-size:14pt">{ISSUED}</div>{_code(number)}"""
        return bytes(HTML(string=page).write_pdf(stylesheets=[style], font_config=fonts))

    return draw


def reportlab() -> Draw:
    """Drawing calls; no shaping, no tags, no archive: the least work of all."""
    import io

    import zxingcpp
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("G", static_garamond()))

    def draw(number: int) -> bytes:
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=(297 * mm, 210 * mm))
        canvas.setTitle("Certificate of completion")
        canvas.setFillColor(HexColor("#fffdf7"))
        canvas.rect(0, 0, 297 * mm, 210 * mm, stroke=0, fill=1)
        canvas.setFillColor(HexColor(INK))
        canvas.setStrokeColor(HexColor(INK))
        canvas.rect(10 * mm, 10 * mm, 277 * mm, 190 * mm)
        lines = (("Certificate of completion", 160, 34), (name_of(number), 113, 48))
        for text, y, size in (*lines, (COURSE, 88, 20), (ISSUED, 36, 14)):
            canvas.setFont("G", size)
            canvas.drawCentredString(148.5 * mm, y * mm, text)
        code = zxingcpp.create_barcode(CHECK_URL % number, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        image = code.to_image(scale=1, add_quiet_zones=False)
        pixels, side = bytes(memoryview(image)), image.shape[0]  # type: ignore[arg-type]
        module = 26 * mm / side
        for index, pixel in enumerate(pixels):
            if not pixel:
                row, column = divmod(index, side)
                x, y = 250 * mm + column * module, 46 * mm - (row + 1) * module
                canvas.rect(x, y, module, module, stroke=0, fill=1)
        canvas.setStrokeColor(HexColor(GOLD))
        canvas.line(98 * mm, 102 * mm, 199 * mm, 102 * mm)
        canvas.save()
        return file.getvalue()

    return draw


def _code(number: int) -> str:
    return qr_svg(CHECK_URL % number, color=INK, fill=None)


@cache
def static_garamond() -> str:
    """One static cut: with the variable file WeasyPrint takes three times as long."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    variable = next(cut.path for cut in font_book().cuts["EB Garamond"] if not cut.is_italic)
    path = Path(tempfile.mkdtemp(prefix="certifly-bench-")) / "EBGaramond-Regular.ttf"
    instantiateVariableFont(TTFont(variable), {"wght": 400}).save(path)
    return str(path)


CONTENDERS: dict[str, Callable[[], Draw]] = {
    "Certifly": lambda: ours(with_decision=False),
    "Certifly, fitted and sent": lambda: ours(with_decision=True),
    "bare Typst": bare_typst,
    "WeasyPrint": weasyprint,
    "ReportLab": reportlab,
}
NEEDS = {"WeasyPrint": "weasyprint", "ReportLab": "reportlab"}


def take_part(contender: str) -> None:
    """In a process of its own: draw for as long as each line of standard input says, and tell the speed."""
    draw = CONTENDERS[contender]()
    number = 0
    for _ in range(20):
        draw(number)
        number += 1
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if "picture" in order:
            Path(order["picture"]).write_bytes(draw(number))
            print(json.dumps({"bytes": len(draw(number))}), flush=True)
            continue
        start, first = time.process_time(), number
        while time.process_time() - start < order["seconds"]:
            draw(number)
            number += 1
        print(json.dumps({"per_second": (number - first) / (time.process_time() - start)}), flush=True)


def main() -> None:
    """Let everyone take turns, and print speeds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--pictures", type=Path, help="keep one PDF of each contender here")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        take_part(options.contender)
        return

    missing = [name for name, module in NEEDS.items() if importlib.util.find_spec(module) is None]
    for name in missing:
        print(f"{name} is not installed: python -m pip install --require-hashes -r requirements/bench.lock")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    running = {name: _started(name) for name in CONTENDERS if name not in missing}
    speeds: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(options.rounds):
        for name, process in running.items():
            speeds[name].append(_ask(process, {"seconds": options.seconds})["per_second"])
    sizes = {}
    for name, process in running.items():
        folder = options.pictures or Path(tempfile.mkdtemp(prefix="certifly-bench-"))
        folder.mkdir(parents=True, exist_ok=True)
        sizes[name] = _ask(process, {"picture": str(folder / f"{name}.pdf")})["bytes"]
        process.terminate()
        process.wait()
    _report({name: statistics.median(found) for name, found in speeds.items()}, sizes)


def _started(name: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.renders", "--contender", name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", f"{name} did not start"
    return process


def _ask(process: "subprocess.Popen[str]", order: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def _report(speeds: dict[str, float], sizes: dict[str, int]) -> None:
    own = speeds["Certifly"]
    print(f"{'':28}{'per second':>12}{'ms each':>10}{'bytes':>10}   Certifly is")
    for name, speed in speeds.items():
        target = f" (target {TARGETS[name]:g})" if name in TARGETS else ""
        print(f"{name:28}{speed:12.1f}{1000 / speed:10.2f}{sizes[name]:10}   {own / speed:.2f} x{target}")


if __name__ == "__main__":
    main()
