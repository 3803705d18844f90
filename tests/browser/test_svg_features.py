"""SVG files are printed as Chromium shows them, or refused: feature by feature."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.test_check_page import FLAGS
from tests.svg_features.comparing import FILTERED_PIXELS_MAX, PIXELS_MAX, Pixels, differing, look_alike
from tests.svg_features.drawing import SCALE, draw_in_chromium, draw_on_certificates
from tests.svg_features.table import Row, framed, read_table

pytestmark = pytest.mark.browser

TABLE = read_table()
Drawings = Mapping[str, tuple[Pixels | None, Pixels | str]]
"""By the name of a row: what Chromium shows, and what is printed or why it was refused."""


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Drawings:
    """Every row drawn twice."""
    contents = [row.content for row in TABLE]
    shown = in_chromium(contents)
    printed = draw_on_certificates(tmp_path_factory.mktemp("engine"), contents)
    return {row.name: pair for row, *pair in zip(TABLE, shown, printed, strict=True)}  # type: ignore[misc]


def in_chromium(contents: list[bytes]) -> list[Pixels | None]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        drawn = draw_in_chromium(browser.new_page(device_scale_factor=SCALE), contents)
        browser.close()
    return drawn


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_feature_is_drawn_as_chromium_draws_it_or_refused(row: Row, drawings: Drawings) -> None:
    shown, printed = drawings[row.name]

    if row.expectation == "refused":
        assert isinstance(printed, str), "accepted"
        return
    assert not isinstance(printed, str), printed
    assert shown is not None, "Chromium shows a broken picture"
    pixels_max = FILTERED_PIXELS_MAX if row.expectation == "filtered" else PIXELS_MAX
    pixels_that_differ = int(differing(shown, printed).sum())
    assert pixels_that_differ <= pixels_max


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('<rect width="100" height="50" fill="#c33"/>', ""),
        ('<rect width="100" height="50" fill="#c33"/>', '<rect width="100" height="50" fill="#c53"/>'),
        ('<rect width="100" height="50" fill="#c33"/>', '<rect x="3" width="100" height="50" fill="#c33"/>'),
        ('<path d="M9 50H190" stroke="red"/>', '<path d="M9 50H190" stroke="red" stroke-dasharray="9 5"/>'),
        ('<circle cx="50" cy="50" r="30"/>', '<circle cx="50" cy="50" r="30" opacity=".9"/>'),
        ('<rect width="50" height="50"/>', '<rect width="50" height="50" rx="9"/>'),
    ],
)
def test_a_wrong_drawing_is_noticed(one: str, other: str) -> None:
    drawn, wrong = in_chromium([framed(one), framed(other)])

    assert drawn is not None and wrong is not None
    assert look_alike(drawn, drawn) and not look_alike(drawn, wrong)


def test_nothing_is_drawn_outside_of_the_picture(tmp_path: Path) -> None:
    """A picture without paint leaves the paper as it is, on both sides."""
    [shown], [printed] = in_chromium([framed("")]), draw_on_certificates(tmp_path, [framed("")])

    assert shown is not None and not isinstance(printed, str)
    assert look_alike(shown, printed)
