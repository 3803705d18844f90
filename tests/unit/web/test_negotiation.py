"""Which of our media types does an Accept header ask for?"""

import pytest

from certifly.web.negotiation import ACCEPT_CHARACTERS_MAX, preferred_type

OFFERED = ("image/svg+xml", "image/png", "application/pdf")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "image/svg+xml"),
        ("", "image/svg+xml"),
        ("*/*", "image/svg+xml"),
        ("image/png", "image/png"),
        ("IMAGE/PNG", "image/png"),
        ("application/pdf;q=0.5, image/png;q=0.4", "application/pdf"),
        ("text/html, application/xhtml+xml, image/avif, image/png, */*;q=0.8", "image/png"),
        ("image/*;q=0.2, application/pdf", "application/pdf"),
        ("image/*, image/svg+xml;q=0", "image/png"),
        ("image/*, image/svg+xml; q=0.1 ; level=1", "image/png"),
        ("application/*", "application/pdf"),
        ("*/*;q=0.1, image/png;q=0.05", "image/svg+xml"),
        ("application/json", None),
        ("*/*;q=0", None),
        ("nonsense", None),
        ("image/png;q=nonsense", "image/png"),
        ("image/png;q=٠.٥", "image/png"),
    ],
)
def test_the_greatest_weight_wins_and_the_earlier_offer_among_equals(
    accept: str | None, chosen: str | None
) -> None:
    assert preferred_type(accept, OFFERED) == chosen


def test_a_header_is_read_up_to_its_limit_and_no_further() -> None:
    wish = "image/png"

    assert preferred_type(" " * (ACCEPT_CHARACTERS_MAX - len(wish)) + wish, OFFERED) == wish
    assert preferred_type("x," + " " * ACCEPT_CHARACTERS_MAX + wish, OFFERED) is None
