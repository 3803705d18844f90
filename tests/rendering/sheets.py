"""What the tests of rendering draw: small sheets, and Ada's certificate."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2

from certifly.rendering.fit import fit
from certifly.rendering.fitting import FittedText
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHECK_URL = "https://lovelace.example/check/7e3b3e1c-5a4e-4f39-8ed5-0c3a7c1d2e3f"

SCRIPTS = {
    "Latin": "Ada Lovelace, Þórunn Ångström",
    "Vietnamese": "Đặng Thị Ngọc Huyền",
    "Greek": "Υπατία η Αλεξανδρινή",
    "Cyrillic": "Софья Ковалевская",
    "Arabic": "محمد عبد الله الخوارزمي",
    "Urdu": "ڈاکٹر عبدالسلام",
    "Hebrew": "דוד בן־גוריון 1948",
    "Devanagari": "प्रमाणपत्र क्षत्रिय श्रीमती",
    "Thai": "สมชาย ใจดี",
    "Chinese, simplified": "张伟 骨 直 （中文，测试）",
    "Chinese, traditional": "張偉 繁體 骨",
    "Japanese": "鈴木 さくら カタカナー",
    "Korean": "김민준 박서연",
    "emoji": "Ada 👩🏽‍🎓 👨‍👩‍👧‍👦 🇩🇪 ❤️ 1️⃣ 🎉",
}
"""A name in every script that comes with the installation."""


def sheet(*elements: dict[str, Any], width: float = 297, height: float = 210) -> Layout:
    """A page with these elements."""
    return Layout.model_validate({"page": {"width": width, "height": height}, "elements": list(elements)})


def text(words: str = "{Student Name}", **changes: Any) -> dict[str, Any]:
    """A text element: one line in a box of 200 x 20 mm."""
    box = {"type": "text", "text": words, "x": 20, "y": 20, "width": 200, "height": 20, "size": 32}
    return box | changes


def job_of(layout: Layout, values: dict[str, str] | None = None, **changes: Any) -> RenderJob:
    """Fit the values and make the job of a certificate that Lovelace issues on Monday."""
    language = changes.get("language", "en")
    facts: dict[str, Any] = {
        "layout": layout,
        "fitting": fit(layout, values or {}, language=language),
        "assets": {},
        "title": "Certificate of completion",
        "language": language,
        "author": "Lovelace",
        "created_at": MONDAY,
        "check_url": CHECK_URL,
    }
    return RenderJob(**(facts | changes))


def ada() -> RenderJob:
    """A certificate with one element of each kind but pictures."""
    layout = sheet(
        {"type": "rectangle", "x": 8, "y": 8, "width": 281, "height": 194, "stroke": "#1d2b4f", "radius": 3},
        text(x=40, y=84, width=217, size=44, align="center"),
        {"type": "line", "x1": 90, "y1": 110, "x2": 207, "y2": 110, "stroke": "#aa8844"},
        text("for {Course}", x=40, y=116, width=217, font="Inter", size=20, align="center"),
        {"type": "qr", "x": 252, "y": 164, "width": 26, "height": 26, "alt": "Check this certificate"},
    )
    return job_of(layout, {"Student Name": "Ada Lovelace", "Course": "Analytical Engines"})


def fitted(words: str, *, language: str = "en", **changes: Any) -> FittedText:
    """How one text is set; raises what ``fit`` raises."""
    return fit(sheet(text(**changes)), {"Student Name": words}, language=language).texts[0]


def pixels_of(pdf: bytes, *, dpi: int = 150) -> npt.NDArray[np.uint8]:
    """The page as grey values, drawn by another renderer than the one under test."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        bitmap = document[0].render(scale=dpi / 72, grayscale=True)
        return np.array(bitmap.to_numpy()).squeeze()
    finally:
        document.close()


def text_of(pdf: bytes) -> str:
    """What a reader copies out of the page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return str(document[0].get_textpage().get_text_bounded())
    finally:
        document.close()
