"""QR codes of a drawn page: those that a phone reads, and what is said of the others."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp

from certifly.rendering.engine import Engine
from certifly.rendering.fit import fit
from certifly.rendering.job import RenderJob
from certifly.rendering.layout import Layout
from certifly.rendering.png import encode_png
from certifly.rendering.raster import draw_page, with_device_colours
from certifly.rendering.readable import unreadable_codes

CODE = "a1b2c3d4-e5f6-4a7b-8c9d-e0f1a2b3c4d5"
SHORT = f"http://localhost:8000/check/{CODE}"
LONG = f"https://{'a' * 60}.{'b' * 60}.example.org/{'path/' * 20}check/{CODE}"
PICTURE = "sha256:" + "a" * 64
LIGHTER = "Its squares are lighter than the ground"
CONTRAST = "The contrast between its squares and the ground is only"
NO_CONTRAST = "Its squares cannot be told from the ground"
SMALL = "Its squares are only"
COVERED = "of its squares do not show their colour"
MARGIN = "The margin around it is not free"

Element = dict[str, Any]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("engine")
    return Engine(folder)


def qr(**changes: Any) -> Element:
    return {"type": "qr", "x": 100, "y": 100, "width": 26, "height": 26, "alt": "Check", **changes}


def rectangle(x: float, y: float, width: float, height: float, **colours: Any) -> Element:
    return {"type": "rectangle", "x": x, "y": y, "width": width, "height": height, **colours}


def text(words: str, **changes: Any) -> Element:
    return {
        "type": "text", "text": words, "x": 95, "y": 105, "width": 180, "height": 20, "size": 40, **changes
    }  # fmt: skip


def picture(**changes: Any) -> Element:
    box = {"x": 0, "y": 0, "width": 297, "height": 210}
    return {"type": "image", "asset": PICTURE, "decorative": True, "fit": "stretch", **box, **changes}


def noise(lightest: int, darkest: int) -> bytes:
    shades = np.random.default_rng(1).integers(darkest, lightest, (210, 297, 1), dtype=np.uint8)
    return encode_png(np.repeat(shades, 3, axis=2))


def gradient(darkest: int) -> bytes:
    shades = np.linspace(255, darkest, 297).astype(np.uint8)[None, :, None]
    return encode_png(np.ascontiguousarray(np.broadcast_to(shades, (210, 297, 3))))


def messages(
    engine: Engine,
    *elements: Element,
    page: Mapping[str, Any] | None = None,
    url: str = SHORT,
    image: bytes | None = None,
) -> dict[int, str]:
    sheet = {"width": 297, "height": 210, **(page or {})}
    name = "sha256:" + sha256(image or b"").hexdigest()  # an engine keeps pictures by their name
    described = json.dumps({"page": sheet, "elements": elements}).replace(PICTURE, name)
    layout = Layout.model_validate_json(described)
    job = RenderJob(
        layout=layout,
        fitting=fit(layout, {}, language="en"),
        assets={name: image} if image else {},
        title="Certificate",
        language="en",
        author="Lovelace",
        created_at=datetime(2026, 11, 30, tzinfo=UTC),
        check_url=url,
    )
    pixels, dpi = draw_page(with_device_colours(engine.pdf(job)))
    return unreadable_codes(pixels, layout, url, dpi=dpi)


@pytest.mark.parametrize(
    "elements",
    [
        [qr()],
        [qr(fill="#ffffff")],
        [qr(color="#1d2b4f", fill="#fffdf7")],
        [qr(color="#c00000")],
        [qr(color="#757575")],
        [qr(width=14, height=14)],
        [qr(width=60, height=26)],
        [qr(x=20, y=10, width=190, height=190)],
        [qr(x=0, y=0, fill="#ffffff")],
        [qr(x=271, y=184, fill="#ffffff")],
        [qr(), qr(x=200)],
        [rectangle(90, 90, 50, 50, fill="#000000"), qr(fill="#ffffff")],
        [qr(), text("CERTIFICATE", y=20)],
    ],
)
def test_codes_that_keep_the_rules_are_read(engine: Engine, elements: list[Element]) -> None:
    assert messages(engine, *elements) == {}


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([qr(color="#ffffff", fill="#000000")], LIGHTER),
        ([rectangle(90, 90, 50, 50, fill="#102030"), qr(color="#ffffff")], LIGHTER),
        ([qr(color="#ffffff")], NO_CONTRAST),
        ([qr(fill="#000000")], NO_CONTRAST),
        ([qr(color="#cccccc")], f"{CONTRAST} 1.6:1"),
        ([qr(color="#777777", fill="#888888")], f"{CONTRAST} 1.3:1"),
        ([qr(color="#d4af37")], f"{CONTRAST} 2.1:1"),
        ([qr(color="#ff6600")], f"{CONTRAST} 2.9:1"),
        ([qr(width=10, height=10)], f"{SMALL} 0.27 mm wide"),
        ([qr(), rectangle(95, 95, 40, 40, fill="#ffffff")], NO_CONTRAST),
        ([qr(), rectangle(100, 100, 26, 9, fill="#ffffff")], COVERED),
        ([qr(), rectangle(100, 100, 8, 8, fill="#ffffff")], COVERED),
        ([qr(), rectangle(107, 107, 12, 12, fill="#ffffff")], COVERED),
        ([qr(), rectangle(100, 100, 26, 26, stroke="#000000", stroke_width=6)], COVERED),
        ([qr(), text("CERTIFICATE")], COVERED),
        ([qr(), {"type": "line", "x1": 90, "y1": 113, "x2": 140, "y2": 113, "stroke_width": 10}], COVERED),
        ([qr(), picture(x=100, y=100, width=26, height=13)], COVERED),
        ([qr(), qr(x=110, y=105, fill="#ffffff")], COVERED),
        ([qr(width=80, height=80, x=50, y=50), qr(x=75, y=75, fill="#ffffff", width=30, height=30)], COVERED),
        ([qr(x=0, y=0)], MARGIN),
        ([qr(x=271, y=184)], MARGIN),
    ],
)
def test_a_code_that_breaks_a_rule_is_named_with_the_rule(
    engine: Engine, elements: list[Element], expected: str
) -> None:
    index = next(number for number, element in enumerate(elements) if element["type"] == "qr")

    found = messages(engine, *elements, image=noise(255, 0))

    assert list(found) == [index]
    assert found[index].startswith("Phones cannot read this QR code. ")
    assert expected in found[index]


def test_a_pattern_behind_a_code_is_named_and_a_light_fill_is_a_way_out(engine: Engine) -> None:
    busy = noise(255, 0)

    assert COVERED in messages(engine, picture(), qr(), image=busy)[1]
    assert messages(engine, picture(), qr(fill="#ffffff"), image=busy) == {}
    assert messages(engine, picture(), qr(), image=noise(256, 230)) == {}


def test_a_gradient_behind_a_code_is_read_as_long_as_it_is_light(engine: Engine) -> None:
    assert messages(engine, picture(), qr(), image=gradient(150)) == {}
    assert messages(engine, picture(), qr(x=265, y=100), image=gradient(0)) != {}


def test_each_code_has_a_message_of_its_own(engine: Engine) -> None:
    found = messages(engine, qr(color="#cccccc"), qr(x=200), qr(x=30, width=10, height=10))

    assert CONTRAST in found[0]
    assert SMALL in found[2]
    assert list(found) == [0, 2]


@pytest.mark.parametrize("side", [5, 21, 26, 35])
def test_the_size_that_a_message_asks_for_is_enough(engine: Engine, side: int) -> None:
    """Also with the longest address: the element is made as large as the message says."""
    page = {"width": 600, "height": 600}
    found = messages(engine, qr(width=max(side, 10), height=max(side, 10)), page=page, url=LONG)
    if not found:
        return
    asked = int(found[0].partition("at least ")[2].partition(" mm")[0])

    assert SMALL in found[0]
    assert messages(engine, qr(width=asked, height=asked), page=page, url=LONG) == {}


def test_a_very_large_page_has_fewer_pixels_for_each_square(engine: Engine) -> None:
    page = {"width": 2000, "height": 2000}

    found = messages(engine, qr(width=20, height=20), page=page)
    asked = int(found[0].partition("at least ")[2].partition(" mm")[0])

    assert SMALL in found[0]
    assert asked > 20
    assert messages(engine, qr(width=asked, height=asked), page=page) == {}


def test_many_large_codes_take_no_longer_than_many_small_ones(engine: Engine) -> None:
    """Each of 200 codes may be as large as the page: reading them at full size took twenty times this."""
    element = qr(x=100, y=100, width=800, height=800)
    page = {"width": 1000, "height": 1000}
    single, many = (
        Layout.model_validate_json(json.dumps({"page": page, "elements": [element] * number}))
        for number in (1, 20)
    )
    job = RenderJob(
        layout=single,
        fitting=fit(single, {}, language="en"),
        assets={},
        title="Certificate",
        language="en",
        author="Lovelace",
        created_at=datetime(2026, 11, 30, tzinfo=UTC),
        check_url=SHORT,
    )
    pixels, dpi = draw_page(with_device_colours(engine.pdf(job)))

    started = time.process_time()
    assert unreadable_codes(pixels, many, SHORT, dpi=dpi) == {}
    assert time.process_time() - started < 6


def test_following_every_message_leads_to_a_code_that_is_read(engine: Engine) -> None:
    """Whatever is wrong: dark on a light fill, large enough, on top and away from the edge."""
    wrong = [qr(color="#ffffff", x=0, y=0, width=10, height=10), rectangle(0, 0, 9, 9, fill="#000000")]

    assert messages(engine, *wrong, url=LONG) != {}
    assert (
        messages(engine, wrong[1], qr(color="#000000", fill="#ffffff", width=43, height=43), url=LONG) == {}
    )


def test_what_is_accepted_is_what_a_decoder_reads_from_the_png(engine: Engine) -> None:
    """Judged by a second reading, of the whole page and without the inverse."""
    for shade in range(0, 256, 32):
        color = f"#{shade:02x}{shade:02x}{shade:02x}"
        for fill in ("#ffffff", "#808080", "#000000"):
            layout = Layout.model_validate_json(
                json.dumps(
                    {
                        "page": {"width": 100, "height": 80},
                        "elements": [qr(x=30, y=30, color=color, fill=fill)],
                    }
                )
            )
            job = RenderJob(
                layout=layout,
                fitting=fit(layout, {}, language="en"),
                assets={},
                title="Certificate",
                language="en",
                author="Lovelace",
                created_at=datetime(2026, 11, 30, tzinfo=UTC),
                check_url=SHORT,
            )
            pixels, dpi = draw_page(with_device_colours(engine.pdf(job)))
            if not unreadable_codes(pixels, layout, SHORT, dpi=dpi):
                found = zxingcpp.read_barcodes(
                    pixels, try_invert=False, try_rotate=False, try_downscale=False
                )
                assert [barcode.text for barcode in found] == [SHORT], (color, fill)


def test_another_code_that_says_the_same_does_not_count(engine: Engine) -> None:
    """The large one is covered; the small one in its middle is read, but is another element."""
    elements = [qr(x=20, y=20, width=100, height=100), qr(x=50, y=50, width=40, height=40, fill="#ffffff")]

    assert list(messages(engine, *elements)) == [0]
