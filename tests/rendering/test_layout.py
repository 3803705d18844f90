"""Layouts are strict, and faults name their place."""

from typing import Any

import pytest
from pydantic import ValidationError

from certifly.rendering.check import layout_faults
from certifly.rendering.layout import ELEMENTS_MAX, Layout
from tests.rendering.sheets import sheet, text

IMAGE = {"type": "image", "asset": "sha256:" + "0" * 64, "x": 0, "y": 0, "width": 10, "height": 10}
QR = {"type": "qr", "x": 0, "y": 0, "width": 20, "height": 20, "alt": "Check"}
RECTANGLE = {"type": "rectangle", "x": 0, "y": 0, "width": 10, "height": 10}
LINE = {"type": "line", "x1": 0, "y1": 0, "x2": 10, "y2": 10}


def places_of_faults(*elements: dict[str, Any], width: float = 297, height: float = 210) -> list[str]:
    """Where the faults stand, without the element's kind."""
    with pytest.raises(ValidationError) as caught:
        sheet(*elements, width=width, height=height)
    return [".".join(str(step) for step in fault["loc"]) for fault in caught.value.errors()]


def test_every_kind_of_element_stands_on_a_sheet() -> None:
    layout = sheet(text(), IMAGE | {"alt": "A seal"}, QR, RECTANGLE | {"fill": "#ffffff"}, LINE)

    assert [element.type for element in layout.elements] == ["text", "image", "qr", "rectangle", "line"]


def test_what_is_written_is_read_again() -> None:
    layout = sheet(text(), IMAGE | {"decorative": True}, QR, RECTANGLE | {"stroke": "#ffffff"}, LINE)

    assert Layout.model_validate_json(layout.model_dump_json()) == layout
    assert Layout.model_validate(layout.model_dump(mode="json")) == layout


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"colour": "#000000"}, "elements.0.text.colour"),
        ({"size": "32"}, "elements.0.text.size"),
        ({"size": True}, "elements.0.text.size"),
        ({"size": 2}, "elements.0.text.size"),
        ({"size": 1001}, "elements.0.text.size"),
        ({"x": -1}, "elements.0.text.x"),
        ({"x": float("nan")}, "elements.0.text.x"),
        ({"width": 0}, "elements.0.text.width"),
        ({"height": float("inf")}, "elements.0.text.height"),
        ({"weight": 450}, "elements.0.text.weight"),
        ({"weight": 1000}, "elements.0.text.weight"),
        ({"lines_max": 0}, "elements.0.text.lines_max"),
        ({"color": "red"}, "elements.0.text.color"),
        ({"color": "#12345"}, "elements.0.text.color"),
        ({"align": "justify"}, "elements.0.text.align"),
        ({"text": ""}, "elements.0.text.text"),
        ({"text": "{Student Name"}, "elements.0.text.text"),
        ({"size_min": 33}, "elements.0.text"),
        ({"type": "video"}, "elements.0"),
    ],
)
def test_a_wrong_value_is_told_at_its_place(change: dict[str, Any], place: str) -> None:
    assert places_of_faults(text() | change) == [place]


def test_a_page_is_neither_a_stamp_nor_a_wall() -> None:
    sheet(LINE, width=20, height=2000)

    assert places_of_faults(LINE, width=19.9, height=2000.1) == ["page.width", "page.height"]


def test_a_sheet_has_elements_but_not_too_many() -> None:
    sheet(*[LINE] * ELEMENTS_MAX)

    assert places_of_faults(*[LINE] * (ELEMENTS_MAX + 1)) == ["elements"]
    assert places_of_faults() == ["elements"]


def test_a_picture_says_what_it_shows_or_that_it_shows_nothing() -> None:
    assert places_of_faults(IMAGE) == ["elements.0.image"]
    assert places_of_faults(IMAGE | {"alt": "A seal", "decorative": True}) == ["elements.0.image"]
    assert places_of_faults(IMAGE | {"alt": "  "}) == ["elements.0.image.alt"]


def test_a_code_is_large_enough_to_be_read_and_says_what_it_is() -> None:
    assert places_of_faults(QR | {"width": 9.9}) == ["elements.0.qr.width"]
    assert places_of_faults({key: value for key, value in QR.items() if key != "alt"}) == [
        "elements.0.qr.alt"
    ]


def test_what_could_not_be_seen_is_refused() -> None:
    assert places_of_faults(RECTANGLE) == ["elements.0.rectangle"]
    assert places_of_faults(LINE | {"x2": 0, "y2": 0}) == ["elements.0.line"]


def test_a_sound_layout_has_no_faults() -> None:
    assert layout_faults(sheet(text(), QR, LINE, width=220, height=40)) == {}


def test_an_unknown_family_is_answered_with_those_there_are() -> None:
    faults = layout_faults(sheet(LINE, text(font="Playfare Display"), text(font="Papyrus")))

    assert list(faults) == ["elements.1.font", "elements.2.font"]
    assert "Did you mean Playfair Display?" in faults["elements.1.font"][0]
    assert "EB Garamond, Frank Ruhl Libre" in faults["elements.1.font"][0]
    assert "Did you mean" not in faults["elements.2.font"][0]


def test_an_element_beyond_the_edge_is_told_which_side() -> None:
    faults = layout_faults(
        sheet(text(x=20, width=200, y=20, height=20), QR, LINE | {"x1": 230, "y2": 50}, width=210, height=39)
    )

    assert list(faults) == ["elements.0.width", "elements.0.height", "elements.2.x1", "elements.2.y2"]
    assert "ends at 220 mm, but the page at 210 mm" in faults["elements.0.width"][0]
