"""SVG files are printed as Chromium shows them, or refused: feature by feature."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.test_check_page import FLAGS
from tests.svg_features.comparing import FILTERED_PIXELS_MAX, PIXELS_MAX, Pixels, differing, look_alike
from tests.svg_features.drawing import SCALE, draw_in_chromium, draw_on_certificates
from tests.svg_features.table import Row, framed, read_table

pytestmark = pytest.mark.browser


def test_each_feature_is_drawn_as_chromium_draws_it_or_refused(tmp_path: Path) -> None:
    """One test, because all rows are drawn together."""
    table = read_table()
    contents = [row.content for row in table]

    shown, printed = in_chromium(contents), draw_on_certificates(tmp_path, contents)

    wrong = {
        row.name: fault
        for row, browser, ours in zip(table, shown, printed, strict=True)
        if (fault := fault_of(row, browser, ours)) is not None
    }
    assert wrong == {}


def fault_of(row: Row, shown: Pixels | None, printed: Pixels | str) -> str | None:
    """Say what is wrong with a row, given what Chromium shows, and what is printed or why it was refused."""
    if row.expectation == "refused":
        return None if isinstance(printed, str) else "is accepted"
    if isinstance(printed, str):
        return f"is refused: {printed}"
    if shown is None:
        return "is a broken picture for Chromium"
    differ = int(differing(shown, printed).sum())
    pixels_max = FILTERED_PIXELS_MAX if row.expectation == "filtered" else PIXELS_MAX
    return f"differs in {differ} pixels" if differ > pixels_max else None


def in_chromium(contents: list[bytes]) -> list[Pixels | None]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        drawn = draw_in_chromium(browser.new_page(device_scale_factor=SCALE), contents)
        browser.close()
    return drawn


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
