"""Colours of SVGs: each is what a browser shows, and one that no browser understands counts as not written."""

import pytest

from certifly.rendering.errors import PictureNotSupported
from tests.rendering.svg_pictures import RGB, alike, assert_wide_colours, cleaned, fill_of, wide

GOLD = (229, 183, 47)
GREEN = (29, 79, 63)


def rgb_of(colour: str) -> RGB:
    digits = fill_of(f'<rect width="1" height="1" fill="{colour}"/>').lstrip("#")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("red", (255, 0, 0)),
        ("rebeccapurple", (102, 51, 153)),
        ("#E5B72F", GOLD),
        ("#abc", (170, 187, 204)),
        ("rgb(229,183,47)", GOLD),
        ("rgb(10%, 50%, 90%)", (26, 128, 230)),
        ("rgb(89.802551%,71.763611%,18.431091%)", GOLD),
        ("rgb(229 183 47)", GOLD),
        ("rgb(300 -20 50)", (255, 0, 50)),
        ("hsl(45deg 78% 54%)", (229, 183, 46)),
        ("hsl(200, 50%, 40%)", (51, 119, 153)),
        ("hwb(200 20% 10%)", (51, 170, 230)),
        ("lab(76% 8 65)", (225, 180, 57)),
        ("lch(60% 70 200deg)", (0, 174, 182)),
        ("oklab(0.6 0.1 0.1)", (195, 96, 46)),
        ("oklch(0.8 0.14 90)", (225, 185, 66)),
        ("color(display-p3 0.8980 0.7176 0.1843)", (238, 181, 0)),
        ("color(display-p3 0.1137 0.3098 0.2471)", (0, 80, 62)),
        ("color(rec2020 .5 .2 .7)", (162, 45, 194)),
        ("color(srgb-linear 0.5 0 0)", (188, 0, 0)),
        ("color(xyz .3 .2 .4)", (182, 89, 169)),
        ("color-mix(in srgb, #e5b72f 90%, white)", (232, 190, 68)),
        ("color-mix(in oklab, red 30%, blue)", (93, 75, 200)),
        ("rgb(from #e5b72f calc(r / 2) g b)", (115, 183, 47)),
        ("light-dark(#1d4f3f,#fff)", GREEN),
        ("LinkText", (0, 0, 238)),
        ("CURRENTCOLOR", (0, 0, 0)),
    ],
)
def test_every_notation_is_computed(colour: str, expected: RGB) -> None:
    assert alike(rgb_of(colour), expected), rgb_of(colour)


@pytest.mark.parametrize(
    ("colour", "opacity"),
    [
        ("#e5b72f80", 0.501960784),
        ("rgb(29 79 63 / 50%)", 0.5),
        ("hsla(0.5turn 50% 40% / .25)", 0.25),
        ("transparent", None),
    ],
)
def test_opacity_within_a_colour(colour: str, opacity: float | None) -> None:
    clean = cleaned(f'<rect width="1" height="1" fill="{colour}"/>')

    assert (f'fill-opacity="{opacity:.9g}' in clean) if opacity else clean == ""


@pytest.mark.parametrize(
    "nonsense",
    [
        "unknowncolour", "#12345", "rgb(1,2)", "rgb(10%, 50, 90%)", "rgb(1 2 3 4)", "rgb()", "color()",
        "color(foo 1 2 3)",
        "hsl(1px 2% 3%)", "hsl(1,none,3%)", "lab(1,2,3)", "color-mix(in foo, red, blue)", "color-mix(in srgb, red)",
        "color-mix(in srgb, red 0%, blue 0%)", "color-mix(in srgb, red 120%, blue)",
        "color-mix(in srgb longer, red, blue)",
        "light-dark(red)", "foo(1)", "rgb(from)", "rgb(from red r g)", "red blue", "10px", "rgb(1 2 3 / 4deg)",
        "rgb(calc(1px) 2 3)", "rgb(calc(1 2) 2 3)", "rgb(sqrt(-1) 2 3)", "color(from red srgb r g b / a / b)", "'red'",
    ],
)  # fmt: skip
def test_what_no_browser_understands_counts_as_not_written(nonsense: str) -> None:
    assert fill_of(f'<rect width="1" height="1" fill="#e5b72f" style="fill:{nonsense}"/>') == "#e5b72f"


@pytest.mark.parametrize(
    ("colour", "named"),
    [
        ("contrast-color(red)", "contrast-color"),
        ("color(--mine 1 2 3)", "--mine"),
        ("Highlight", "highlight"),
        ("rgb(round(1.5) 2 3)", "round"),
        ("rgb(calc(1/0.0000000000000000000000000000000000000001 * 1e300 * 1e300) 2 3)", "calculation"),
        ("color(from red rec2020 r g b)", "rec2020"),
        ("rgb(" + "calc(" * 30 + "1" + ")" * 30 + " 2 3)", "parentheses"),
        ("color-mix(in srgb, " * 12 + "red" + ", blue)" * 12, "nested"),
    ],
)
def test_what_cannot_be_computed_is_refused_by_name(colour: str, named: str) -> None:
    with pytest.raises(PictureNotSupported, match=named):
        fill_of(f'<rect width="1" height="1" fill="{colour}"/>')


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '<rect width="200" height="100" fill="white"/><circle cx="50" cy="50" r="40" fill="#E5B72F"'
            ' style="fill:#E5B72F;fill:color(display-p3 0.8980 0.7176 0.1843);fill-opacity:1;"/>',
            {(0.45, 0.1): (255, 255, 255), (0.25, 0.5): (238, 181, 0)},
        ),
        (
            '<circle cx="50" cy="50" r="40" fill="var(--fill-0, #E5B72F)"/><circle cx="150" cy="50" r="40"'
            ' fill="var(--fill-0, gold)"/><path d="M90 10H110V90H90Z" style="fill:var(--stroke-0, #1D4F3F)"/>',
            {(0.65, 0.1): (255, 255, 255), (0.25, 0.5): GOLD, (0.5, 0.5): GREEN, (0.75, 0.5): (255, 215, 0)},
        ),
        (
            "<style>.a{fill:#e5b72f;fill:lab(76% 8 65)}</style>"
            '<rect class="a" width="100" height="100"/>'
            '<rect x="100" width="100" height="100" style="fill:#1d4f3f;fill:light-dark(#1d4f3f,#fff)"/>',
            {(0.25, 0.5): (225, 180, 57), (0.75, 0.5): GREEN},
        ),
        (
            '<rect x="0" width="40" height="100" fill="rgb(229 183 47)"/>'
            '<rect x="40" width="40" height="100" fill="rgb(29 79 63 / 50%)"/>'
            '<rect x="120" width="40" height="100" fill="oklch(0.8 0.14 90)"/>'
            '<rect x="160" width="40" height="100" fill="#e5b72f80"/>',
            {(0.15, 0.1): GOLD, (0.35, 0.1): (142, 167, 159), (0.75, 0.1): (225, 185, 66), (0.95, 0.1): (242,
            219, 151)},
        ),
        (
            '<path d="M20 50H180" stroke="#1D4F3F" style="stroke:color(display-p3 0.1137 0.3098 0.2471)"'
            ' stroke-width="20"/>',
            {(0.5, 0.7): (255, 255, 255), (0.5, 0.5): (0, 80, 62)},
        ),
        (
            '<g fill="#e5b72f"><rect width="100" height="100" fill="inherit"/>'
            '<rect x="100" width="100" height="100" style="fill:unset"/></g>',
            {(0.25, 0.5): GOLD, (0.75, 0.5): GOLD},
        ),
        (
            '<linearGradient id="p"><stop stop-color="#1D4F3F" style="stop-color:foo"/><stop offset="1"'
            ' style="stop-color:#1D4F3F;stop-color:color(display-p3 0.94 0.88 0.63)"/></linearGradient>'
            '<rect width="200" height="100" fill="url(#p)"/>',
            {(0.02, 0.5): (32, 82, 65), (0.97, 0.5): (235, 220, 153)},
        ),
    ],
    ids=["p3 pair", "variables", "pairs in a class", "modern", "stroke", "inherited", "gradient"],
)  # fmt: skip
def test_colours_are_drawn_as_a_browser_draws_them(
    body: str, expected: dict[tuple[float, float], RGB]
) -> None:
    assert_wide_colours(wide(body), expected)
