"""What comes out: archival, accessible, the same everywhere, and nobody's program."""

import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from certifly.rendering.engine import Engine
from certifly.rendering.errors import RenderFailed
from certifly.rendering.fitting import FittedText, Fitting
from certifly.rendering.job import Attachment
from tests.rendering.sheets import CHECK_URL, ada, job_of, pixels_of, sheet, text, text_of

SEAL = "sha256:" + "1" * 64
BOX = {"type": "image", "asset": SEAL, "x": 10, "y": 10, "width": 40, "height": 20}


def png(width: int, height: int, grey: int) -> bytes:
    """A plain picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([grey]) * width for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><path d="M0 0h2v1H0z" fill="#333"/></svg>'
)


def test_the_pdf_is_archival_and_accessible(engine: Engine) -> None:
    pdf = engine.pdf(ada())

    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Marked true" in pdf
    assert re.search(rb"/Lang\s*\(en\)", pdf)


def test_the_pdf_says_what_it_is_and_who_issued_it_and_when(engine: Engine) -> None:
    document = pypdfium2.PdfDocument(engine.pdf(replace(ada(), title="Ada's “certificate” \\ #strong[x]")))

    facts = document.get_metadata_dict()
    assert facts["Title"] == "Ada's “certificate” \\ #strong[x]"
    assert facts["Author"] == "Lovelace"
    assert facts["CreationDate"].startswith("D:20261123090000")
    assert len(document) == 1
    document.close()


LIKE_TYPST = (
    "/Creator(Typst 0.15.1)/ModDate(D:1Z)/CreationDate(D:1Z)>>\nendobj\n"
    " <xmp:CreatorTool>Typst 0.15.1</xmp:CreatorTool>"
)


@pytest.mark.parametrize("title", ["Ada's certificate", LIKE_TYPST, f"{LIKE_TYPST} ش", "(" * 9 + LIKE_TYPST])
def test_the_pdf_names_certifly_as_its_creator_and_no_version(engine: Engine, title: str) -> None:
    attached = Attachment("credential.json", "application/json", "Credential", f'{{"say": "{LIKE_TYPST}"}}')

    for job in (replace(ada(), title=title), replace(ada(), title=title, attachment=attached)):
        pdf = engine.pdf(job)

        document = pypdfium2.PdfDocument(pdf)
        facts = document.get_metadata_dict()
        document.close()
        (packet,) = re.findall(rb"<x:xmpmeta.+</x:xmpmeta>", pdf, re.DOTALL)
        xmp = ElementTree.fromstring(packet)
        assert facts["Creator"] == "Certifly"
        assert facts["Title"] == title.replace("\n", " ") or facts["Title"] == title
        assert [tool.text for tool in xmp.iter("{http://ns.adobe.com/xap/1.0/}CreatorTool")] == ["Certifly"]
        assert [of.text for of in xmp.iter("{http://www.aiim.org/pdfa/ns/id/}conformance")] == ["B"]


def test_the_page_has_the_size_of_the_layout(engine: Engine) -> None:
    document = pypdfium2.PdfDocument(engine.pdf(job_of(sheet(text("Ada"), width=300, height=100))))

    width, height = document[0].get_size()
    document.close()
    assert (width, height) == pytest.approx((300 / 25.4 * 72, 100 / 25.4 * 72), abs=0.01)


def test_the_same_job_gives_the_same_bytes_in_every_process(engine: Engine, tmp_path: Path) -> None:
    job = ada()
    (tmp_path / "job").write_bytes(job.to_bytes())
    program = (
        "import sys; from pathlib import Path;"
        "from certifly.rendering.engine import Engine; from certifly.rendering.job import RenderJob;"
        "folder = Path(sys.argv[1]); job = RenderJob.from_bytes((folder / 'job').read_bytes());"
        "engine = Engine(folder / 'root');"
        "(folder / 'pdf').write_bytes(engine.pdf(job)); (folder / 'svg').write_text(engine.svg(job))"
    )

    engine.pdf(job_of(sheet(text("something else 🎉 中文"))))
    here = engine.pdf(job), engine.svg(job)
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env={"PYTHONPATH": "src"})

    assert here == ((tmp_path / "pdf").read_bytes(), (tmp_path / "svg").read_text())
    assert engine.pdf(job) == here[0]


def test_text_is_never_read_as_a_program(engine: Engine) -> None:
    words = '#panic() [*b*] $x$ _i_ `r` @a <l> // "q" \\n = h - i'

    assert text_of(engine.pdf(job_of(sheet(text(size=12)), {"Student Name": words}))) == words


def test_the_code_leads_to_the_check_page(engine: Engine) -> None:
    codes = zxingcpp.read_barcodes(pixels_of(engine.pdf(ada())))

    assert [code.text for code in codes] == [CHECK_URL]


def test_a_code_on_a_dark_ground_brings_its_own(engine: Engine) -> None:
    layout = sheet(
        {"type": "rectangle", "x": 0, "y": 0, "width": 100, "height": 60, "fill": "#202020"},
        {"type": "qr", "x": 30, "y": 20, "width": 40, "height": 20, "alt": "Check", "fill": "#ffffff"},
        width=100,
        height=60,
    )

    pixels = pixels_of(engine.pdf(job_of(layout)))

    # In the middle of its box: 40 to 60 mm across.
    assert [code.text for code in zxingcpp.read_barcodes(pixels)] == [CHECK_URL]
    ground = np.argwhere(pixels > 200) / 150 * 25.4
    assert ground.min(axis=0) == pytest.approx([20, 40], abs=1.5)
    assert ground.max(axis=0) == pytest.approx([40, 60], abs=1.5)


@pytest.mark.parametrize("content", [png(4, 2, 51), SVG], ids=["PNG", "SVG"])
@pytest.mark.parametrize("fit", ["contain", "cover", "stretch"])
def test_a_picture_fills_its_box_as_asked(engine: Engine, content: bytes, fit: str) -> None:
    layout = sheet(BOX | {"alt": "A seal", "fit": fit, "height": 40}, width=60, height=60)

    dark = pixels_of(engine.pdf(job_of(layout, assets={SEAL: content}))) < 100
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))

    height = {"contain": 20, "cover": 40, "stretch": 40}[fit]
    assert len(columns) / 150 * 25.4 == pytest.approx(40, abs=0.4)
    assert len(rows) / 150 * 25.4 == pytest.approx(height, abs=0.4)


def test_what_a_picture_shows_can_be_read_aloud(engine: Engine) -> None:
    told = engine.pdf(job_of(sheet(BOX | {"alt": "The seal of Lovelace"}), assets={SEAL: SVG}))
    silent = engine.pdf(job_of(sheet(BOX | {"decorative": True}), assets={SEAL: SVG}))

    assert b"(The seal of Lovelace)" in told
    assert b"/Figure" in told
    assert b"/Figure" not in silent


def test_a_jpeg_is_drawn(engine: Engine, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (8, 4), 30).save(tmp_path / "dark.jpg")
    layout = sheet(BOX | {"decorative": True})

    pdf = engine.pdf(job_of(layout, assets={SEAL: (tmp_path / "dark.jpg").read_bytes()}))

    assert (pixels_of(pdf) < 100).any()


def test_an_outline_lies_inside_its_box(engine: Engine) -> None:
    box = {"type": "rectangle", "x": 20, "y": 20, "width": 20, "height": 20}
    layout = sheet(box | {"stroke": "#000000", "stroke_width": 14}, width=60, height=60)

    dark = np.argwhere(pixels_of(engine.pdf(job_of(layout))) < 100) / 150 * 25.4

    assert dark.min(axis=0) == pytest.approx([20, 20], abs=0.2)
    assert dark.max(axis=0) == pytest.approx([40, 40], abs=0.2)


def test_an_outline_wider_than_its_box_fills_it(engine: Engine) -> None:
    box = {"type": "rectangle", "x": 20, "y": 20, "width": 20, "height": 2, "stroke": "#000000"}

    dark = np.argwhere(pixels_of(engine.pdf(job_of(sheet(box | {"stroke_width": 60})))) < 100) / 150 * 25.4

    assert dark.max(axis=0) - dark.min(axis=0) == pytest.approx([2, 20], abs=0.3)


def test_the_svg_has_the_size_of_the_page_and_no_text(engine: Engine) -> None:
    svg = engine.svg(ada())

    assert svg.startswith("<svg")
    assert 'viewBox="0 0 841.88' in svg
    assert "<text" not in svg


@pytest.mark.parametrize(
    ("language", "written"), [("pt-BR", b"pt-BR"), ("zh-Hant", b"zh-TW"), ("sr-Latn", b"sr"), ("ar", b"ar")]
)
def test_the_language_is_that_of_the_template(engine: Engine, language: str, written: bytes) -> None:
    pdf = engine.pdf(job_of(sheet(text("Ada")), language=language))

    assert re.findall(rb"/Lang\s*\(([^)]*)\)", pdf)[0] == written


def test_what_cannot_be_drawn_fails_and_the_next_job_is_drawn(engine: Engine) -> None:
    name = "sha256:" + "9" * 64
    layout = sheet(BOX | {"alt": "A seal", "asset": name})

    with pytest.raises(RenderFailed, match="cannot be rendered"):
        engine.pdf(job_of(layout, assets={name: b"no picture at all"}))

    assert engine.pdf(ada()).startswith(b"%PDF")


def test_a_glyph_that_slipped_through_fails_rather_than_being_a_box(engine: Engine) -> None:
    untrue = FittedText(
        size=20,
        lines=("中",),
        baseline=30,
        pitch=25,
        shift=0,
        fonts=("EB Garamond",),
        reserved=(),
        tracking=0,
        is_right_to_left=False,
    )

    with pytest.raises(RenderFailed):
        engine.pdf(job_of(sheet(text("Ada")), fitting=Fitting({0: untrue})))


def test_what_a_job_attaches_travels_inside_the_archival_pdf(engine: Engine) -> None:
    attachment = Attachment("credential.json", "application/ld+json", "Für Ada", '{"name": "Ada ✓"}')

    pdf = engine.pdf(replace(ada(), attachment=attachment))

    document = pypdfium2.PdfDocument(pdf)
    assert document.count_attachments() == 1
    assert document.get_attachment(0).get_name() == "credential.json"
    assert bytes(document.get_attachment(0).get_data()).decode() == attachment.text
    assert b"/AFRelationship/Data" in pdf
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert pdf == engine.pdf(replace(ada(), attachment=attachment))
