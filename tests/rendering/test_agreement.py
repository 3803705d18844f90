"""Our sums are the typesetter's, and what it draws stays in its box.

Random texts in every script, one by one and mixed, in every family that comes with the installation.
"""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import typst

from certifly.rendering.engine import Engine
from certifly.rendering.fit import TextProblems, fit
from certifly.rendering.fonts import font_book
from certifly.rendering.layout import TextElement
from certifly.rendering.setting import MARGIN_EM
from certifly.rendering.shaping import Type, set_line
from tests.rendering.sheets import job_of, pixels_of, sheet, text

TEXTS = 600
ROUNDING_POINTS = 0.01
DPI = 150
# A pixel half covered by an edge is grey; ink is what is darker than this.
GREY = 200
# One pixel of rounding on each side, at 150 dpi a sixth of a millimetre.
PIXELS_OF_TOLERANCE = 1

POOLS = {
    "Latin": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZÀÉÎÕÜßçñøłžŐđ'’-.,& ",
    "Vietnamese": "ĐặngThịNgọcHuyềnướằ ",
    "Greek": "ΥπατίαηΑλεξανδρινήᾳὈδυσσεύς ",
    "Cyrillic": "СофьяКовалевскаяЇжакЂорђе -",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهويىءآأؤإئة ",
    "vocalised Arabic": ["مُ", "حَ", "مَّ", "دْ", "عَ", "بْ", " "],
    "Persian": "فاطمهمی\u200cخواهم۱۲۳پچژگ ",
    "Hebrew": "אבגדהוזחטיךכםמןנסעףפץצקרשת־'\" ",
    "pointed Hebrew": ["שָׁ", "ל", "וֹ", "ם", "עֲ", "לֵ", " "],
    "Devanagari": ["प्र", "मा", "ण", "प", "त्र", "क्ष", "त्रि", "श्री", "ती", " "],
    "Thai": ["ส", "ม", "ชา", "ย", "ใจ", "ดี", "น้ำ", "ผึ้ง", "เ", " "],
    "simplified Chinese": "张伟骨直中文测试，。《》（）",
    "traditional Chinese": "張偉繁體骨",
    "Japanese": "鈴木さくらカタカナー、。",
    "Korean": "김민준박서연 ",
    "emoji": ["👩🏽‍🎓", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "1️⃣", "🎉", "❤", "☎️", "☎", " "],
    # Signs stand as people write them: of "./" between Hebrew letters the two shapers think differently.
    "numbers": ["1843", "12/03/2026", "1.5", "(7)", "5%", "10:30", "1,000", "2-3", " ", "9"],
}


def a_text(chance: random.Random) -> str:
    """One to three stretches, each from one pool."""
    pools = chance.sample(sorted(POOLS), chance.choice([1, 1, 1, 2, 2, 3]))
    words = ["".join(chance.choice(POOLS[pool]) for _ in range(chance.randint(1, 14))) for pool in pools]
    return " ".join(" ".join(words).split()) or "Ada"


def measured(items: list[dict[str, Any]], root: Path) -> list[float]:
    """What the typesetter itself makes of the lines, in points."""
    program = root / "measure.typ"
    program.write_text(
        """
        #set page(width: 5000pt, height: 5000pt)
        #set text(fallback: false, hyphenate: false, cjk-latin-spacing: none, overhang: false, lang: "en")
        #for e in json(bytes(sys.inputs.items)) [#context [#metadata(measure({
          set text(
            font: (..e.reserved.map(r => (name: r.at(0), covers: regex("[" + r.at(1) + "]"))), ..e.fonts),
            size: e.size * 1pt, weight: e.weight, style: e.style, tracking: e.tracking * 1em,
            dir: if e.rtl { rtl } else { ltr },
          )
          text(e.line)
        }).width / 1pt) <width>]]
        """
    )
    answer = typst.query(
        str(program),
        "<width>",
        field="value",
        font_paths=font_book().engine_fonts,
        ignore_system_fonts=True,
        sys_inputs={"items": json.dumps(items)},
    )
    return [float(width) for width in json.loads(answer)]


def test_no_line_is_wider_than_we_said(tmp_path: Path) -> None:
    chance = random.Random(1843)
    items: list[dict[str, Any]] = []
    ours: list[float] = []
    while len(items) < TEXTS:
        element: dict[str, Any] = {
            "font": chance.choice(font_book().families),
            "size": chance.choice([9, 12, 17.25, 24, 44, 60]),
            "weight": chance.choice(range(100, 1000, 100)),
            "italic": chance.random() < 0.3,
            "letter_spacing": chance.choice([0, 0, 0, 0.1, -0.05]),
            "width": 2000,
            "height": 100,
        }
        try:
            layout = sheet(text(**element), width=2000)
            found = fit(layout, {"Student Name": a_text(chance)}).texts[0]
        except TextProblems:
            continue
        [drawn] = [e for e in layout.elements if isinstance(e, TextElement)]
        families = (*found.reserved, *((family, "") for family in found.fonts))
        kind = Type(families, drawn.weight, drawn.italic, found.tracking, "en", found.size)
        line = set_line(font_book(), found.lines[0], kind, found.is_right_to_left)
        ours.append(line.advance * found.size)
        items.append(
            {
                "line": found.lines[0],
                "fonts": found.fonts,
                "reserved": found.reserved,
                "size": found.size,
                "weight": drawn.weight,
                "style": "italic" if drawn.italic else "normal",
                "tracking": found.tracking,
                "rtl": found.is_right_to_left,
            }
        )

    theirs = measured(items, tmp_path)

    wider = [
        (item, mine, real)
        for item, mine, real in zip(items, ours, theirs, strict=True)
        if real > mine + MARGIN_EM * item["size"] + ROUNDING_POINTS
    ]
    assert [(i["line"], i["fonts"], i["weight"], i["size"], i["tracking"], r - m) for i, m, r in wider] == []
    equal = sum(abs(mine - real) <= ROUNDING_POINTS for mine, real in zip(ours, theirs, strict=True))
    # The rest: ideographic punctuation, which the typesetter sets tighter, and kerning that depends on weight.
    assert equal / TEXTS > 0.7


def test_a_sign_drawn_anew_in_heavy_weights_is_measured_as_drawn(tmp_path: Path) -> None:
    # Montserrat has another dollar from weight 800 on, which no first design can be compared with.
    kind = Type((("Montserrat", ""),), 900, False, 0.0, "en", None)
    item = {"line": "$5", "fonts": ["Montserrat"], "reserved": [], "size": 100, "weight": 900}

    line = set_line(font_book(), "$5", kind, False)
    [real] = measured([item | {"style": "normal", "tracking": 0, "rtl": False}], tmp_path)

    assert line.advance * 100 == pytest.approx(real, abs=ROUNDING_POINTS)


@pytest.mark.parametrize("seed", range(6))
def test_no_ink_leaves_its_box(seed: int, engine: Engine) -> None:
    """Boxes of random shapes, each alone on a page, so that every dark pixel outside is its own."""
    chance = random.Random(seed)
    outside: list[object] = []
    drawn = 0
    while drawn < 25:
        box: dict[str, Any] = {
            "x": 40,
            "y": 40,
            "width": chance.choice([30, 60, 120]),
            "height": chance.choice([8, 15, 40]),
            "size": chance.choice([14, 32, 60]),
            "size_min": 5,
            "lines_max": chance.choice([1, 2, 5]),
            "font": chance.choice(font_book().families),
            "weight": chance.choice([300, 400, 700, 900]),
            "italic": chance.random() < 0.5,
            "align": chance.choice(["left", "center", "right", "start", "end"]),
            "valign": chance.choice(["top", "middle", "bottom"]),
            "line_spacing": chance.choice([0.9, 1.25, 2]),
            "letter_spacing": chance.choice([0, 0, 0.05]),
        }
        words = a_text(chance)
        try:
            job = job_of(sheet(text(**box), width=200, height=120), {"Student Name": words})
        except TextProblems:
            continue
        drawn += 1
        ink = pixels_of(engine.pdf(job), dpi=DPI) < GREY
        assert ink.any(), words
        left, top, right, bottom = _box_in_pixels(box)
        ink[top:bottom, left:right] = False
        if ink.any():
            outside.append((words, box, job.fitting.texts[0]))
    assert outside == []


def _box_in_pixels(box: dict[str, Any]) -> tuple[int, int, int, int]:
    x, y, width, height = (box[key] / 25.4 * DPI for key in ("x", "y", "width", "height"))
    spare = PIXELS_OF_TOLERANCE
    return int(x) - spare, int(y) - spare, int(x + width) + 1 + spare, int(y + height) + 1 + spare
