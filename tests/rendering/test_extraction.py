"""Text copied out of the PDF is the text that was put in, after Unicode normalisation (NFKC).

Two readers are asked, since no two agree: pdfium (Chromium) and poppler. Where a reader errs on a sound PDF,
the case is in ``KNOWN_EXCEPTIONS`` with its reason; the test fails as soon as an exception is no longer one.
"""

import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from certifly.rendering.engine import Engine
from tests.rendering.sheets import SCRIPTS, job_of, sheet, text, text_of

TEXTS = SCRIPTS | {
    "Arabic with vowels": "مُحَمَّد عَبْدُ ٱللّٰه",
    "Hebrew with points": "שָׁלוֹם עֲלֵיכֶם",
    "Persian with joiner": "فاطمه می‌خواهم",
    "Arabic and numbers": "محمد 1843",
    "brackets in Arabic": "محمد (عمر)",
    "Arabic in Latin": "Ada محمد Lovelace",
    "brackets across directions": "Ada (محمد) King",
    "Thai with stacked marks": "ใจดี น้ำผึ้ง",
    "signs without a composed form": "Q̂ ẍ̱ é Ŵ",
    "ligatures": "office waffle Thüffl",
    "signs": "“Ada” – it’s 50 % № 7, © 1843…",
}

VISUAL = "a glyph that stands for several characters is turned round with the rest of a right-to-left line"
BRACKETS = "the reader's own guess at directions puts brackets on the wrong side"
GAP = (
    "the reader tells spaces by their gaps, and misses one beside an overhanging mark or a turn of direction"
)

KNOWN_EXCEPTIONS = {
    ("pdfium", "Arabic with vowels"): VISUAL,
    ("poppler", "Arabic with vowels"): VISUAL,
    ("pdfium", "Hebrew with points"): VISUAL,
    ("poppler", "Hebrew with points"): VISUAL,
    ("pdfium", "Persian with joiner"): VISUAL,
    ("poppler", "Persian with joiner"): VISUAL,
    ("pdfium", "brackets across directions"): BRACKETS,
    ("poppler", "brackets across directions"): BRACKETS,
    ("pdfium", "brackets in Arabic"): BRACKETS,
    ("pdfium", "Thai with stacked marks"): GAP,
    ("pdfium", "signs without a composed form"): GAP,
    ("poppler", "Arabic in Latin"): GAP,
}

_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def comparable(words: str) -> str:
    """Normalised, with the direction marks readers add and the line ends removed."""
    plain = _DIRECTIONS.sub("", unicodedata.normalize("NFKC", words))
    return " ".join(plain.replace("\f", " ").split())


def drawn(engine: Engine, words: str, **changes: Any) -> bytes:
    element = text(width=250, size=28, size_min=8, **changes)
    return engine.pdf(job_of(sheet(element), {"Student Name": words}))


def read_by_poppler(pdf: bytes, folder: Path) -> str:
    path = folder / "certificate.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", TEXTS)
def test_pdfium_reads_what_was_written(name: str, engine: Engine) -> None:
    read = comparable(text_of(drawn(engine, TEXTS[name])))

    assert (read != comparable(TEXTS[name])) == (("pdfium", name) in KNOWN_EXCEPTIONS), read


@pytest.mark.poppler
@pytest.mark.parametrize("name", TEXTS)
def test_poppler_reads_what_was_written(name: str, engine: Engine, tmp_path: Path) -> None:
    read = comparable(read_by_poppler(drawn(engine, TEXTS[name]), tmp_path))

    assert (read != comparable(TEXTS[name])) == (("poppler", name) in KNOWN_EXCEPTIONS), read


@pytest.mark.parametrize("font", ["Great Vibes", "Cinzel", "Playfair Display", "Inter", "Montserrat"])
def test_names_can_be_copied_in_every_kind_of_type(font: str, engine: Engine) -> None:
    for name in ("Latin", "Greek", "Cyrillic", "Vietnamese", "Arabic", "Hebrew", "Japanese"):
        assert comparable(text_of(drawn(engine, TEXTS[name], font=font))) == comparable(TEXTS[name]), name


def test_wrapped_text_reads_as_one(engine: Engine) -> None:
    words = "The theory and the practice of the Analytical Engine, with notes upon the memoir"

    pdf = drawn(engine, words, lines_max=3, height=60)

    assert comparable(text_of(pdf)) == words
