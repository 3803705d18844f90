"""The size that the page announces is the size that the renderer draws."""

import pytest

from certifly.public.certificate_facts import picture_size
from certifly.rendering.layout import Page
from certifly.rendering.raster import POINTS_PER_INCH, dpi_for


@pytest.mark.parametrize(
    ("millimetres", "pixels"),
    [
        ((297, 210), (1754, 1240)),
        ((210, 297), (1240, 1754)),
        ((279.4, 215.9), (1650, 1275)),
        ((85.6, 54), (506, 319)),
    ],
)
def test_a_page_is_drawn_at_150_dots_to_the_inch(
    millimetres: tuple[float, float], pixels: tuple[int, int]
) -> None:
    assert picture_size(Page(width=millimetres[0], height=millimetres[1])) == pixels


@pytest.mark.parametrize("millimetres", [(20, 20), (297, 210), (1000, 1070), (1000, 1080), (2000, 2000)])
def test_a_huge_page_is_drawn_with_as_few_dots_as_the_renderer_draws(
    millimetres: tuple[float, float],
) -> None:
    points = [length / 25.4 * POINTS_PER_INCH for length in millimetres]
    dpi = dpi_for(*points)

    drawn = tuple(round(length * dpi / POINTS_PER_INCH) for length in points)

    assert picture_size(Page(width=millimetres[0], height=millimetres[1])) == drawn
