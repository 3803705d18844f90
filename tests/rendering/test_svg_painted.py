"""What of an SVG is painted: only that is judged; and what is painted comes out as a browser paints it."""

import re

import pytest

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge
from certifly.rendering.svg import drawing as svg_drawing
from certifly.rendering.svg import effects, filters, paint_servers, pathdata, references
from tests.rendering.svg_pictures import (
    RGB,
    WHITE,
    assert_colours,
    assert_wide_colours,
    cleaned,
    drawing,
    pair,
    tiny,
    wide,
)

SQUARE = '<rect width="100" height="100" fill="#e5b72f"/>'
DRAWN = '<rect width="100" height="100" fill="#e5b72f" />'
GOLD = (229, 183, 47)
GREEN = (29, 79, 63)
RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.mark.parametrize(
    "leftover",
    [
        '<text x="10" y="10"></text>',
        '<text x="5" y="5"><tspan> </tspan></text>',
        '<text display="none">Ada</text>',
        '<text visibility="hidden">Ada</text>',
        '<text fill="none">Ada</text>',
        '<text font-size="0">Ada</text>',
        '<text opacity="0">Ada</text>',
        '<text><tspan style="display:none">Ada</tspan></text>',
        '<g style="display:none"><text>guide</text><foo/></g>',
        '<g opacity="0"><text>guide</text></g>',
        '<defs><text id="t">unused</text></defs>',
        '<symbol id="t"><text>unused</text></symbol>',
        '<filter id="f"><feTurbulence/></filter><g display="none"><rect filter="url(#f)" width="9" height="9"/></g>',
        '<mask id="m"><text>unused</text></mask><pattern id="p"><foo/></pattern><clipPath id="c"><text>x</text>'
        '</clipPath>',
        '<linearGradient id="g" spreadMethod="repeat"><stop/><stop offset="1"/></linearGradient>',
        '<flowRoot xml:space="preserve"><flowRegion><rect width="50" height="20"/></flowRegion><flowPara/></flowRoot>',
        '<foreignObject requiredExtensions="http://ns.adobe.com/AdobeIllustrator/10.0/" width="9" height="9">'
        '<p/></foreignObject>',
        '<foreignObject width="1" height="1"/>',
        '<foreignObject width="0" height="9"><p/></foreignObject>',
        '<g systemLanguage="de"><text>Ada</text></g>',
        '<rect width="9" height="0"/><circle r="0"/><ellipse rx="5" ry="0"/><path d="x"/><polygon points="a"/>',
        '<rect width="9" height="9" fill="none" stroke="none"/>',
        '<rect width="9" height="9" fill="none" stroke="red" stroke-width="0"/>',
        '<svg width="0" height="9"><text>Ada</text></svg>',
        '<image width="0" height="9"'
        ' href="https://evil.example/"/>',
        '<rect display="none" width="9" height="9"><animate attributeName="x" to="9" dur="1s"/></rect>',
        '<rect width="9" height="9" style="zoom:2" display="none"/>',
    ],
)  # fmt: skip
def test_what_is_not_painted_is_no_reason_to_refuse(leftover: str) -> None:
    assert cleaned(leftover + SQUARE) == DRAWN


@pytest.mark.parametrize(
    "shown",
    [
        '<g display="none"><g id="a"><text>Ada</text></g></g><use href="#a"/>',
        '<defs><clipPath id="a"><text>Ada</text></clipPath></defs><rect width="9" height="9" clip-path="url(#a)"/>',
        '<defs><mask id="a"><text>Ada</text></mask></defs><rect width="9" height="9" mask="url(#a)"/>',
        '<pattern id="a" width="9" height="9"><text>Ada</text></pattern><rect width="9" height="9" fill="url(#a)"/>',
        '<marker id="a"><text>Ada</text></marker><path d="M0 0h9" marker-end="url(#a)"/>',
        '<g visibility="hidden"><text visibility="visible">Ada</text></g>',
        '<text visibility="hidden"><tspan visibility="visible">Ada</tspan></text>',
        '<text fill="none" stroke="red">Ada</text>',
        '<text><a>Ada</a></text>',
    ],
)  # fmt: skip
def test_what_is_hidden_and_shown_elsewhere_is_judged(shown: str) -> None:
    with pytest.raises(PictureNotSupported, match=r"[Cc]onvert text to paths"):
        cleaned(shown)


@pytest.mark.parametrize(
    ("animated", "refused"),
    [
        ('<rect {}><animate attributeName="fill" to="red" dur="1s"/></rect>', True),
        ('<rect {}><set attributeName="fill" to="red"/></rect>', True),
        ('<rect {}><animateTransform attributeName="transform" type="rotate" to="9" dur="1s"/></rect>', True),
        ('<rect {}><animateMotion path="M0 0h9" dur="1s"/></rect>', True),
        ('<rect id="r" {}/><animate href="#r" attributeName="x" to="9" dur="1s"/>', True),
        ('<rect {}><animate attributeName="fill" to="red" dur="1s" begin="indefinite"/></rect>', False),
        ('<rect {}><animate attributeName="fill" to="red" dur="1s" begin="click"/></rect>', False),
        ('<rect {} style="animation:k 1s"/>', False),
        ('<style>@keyframes k{{to{{fill:red}}}}</style><rect {} style="animation:k 1s"/>', True),
    ],
)
def test_animations_are_refused_where_they_begin_by_themselves(animated: str, refused: bool) -> None:
    body = animated.format('width="9" height="9"')
    if refused:
        with pytest.raises(PictureNotSupported, match="animation"):
            cleaned(body)
    else:
        assert cleaned(body) == '<rect width="9" height="9" fill="#000000" />'


@pytest.mark.parametrize(
    ("switch", "drawn"),
    [
        ('<g systemLanguage="de"><rect width="1" height="1"/></g><g><rect width="2" height="2"/></g>', "2"),
        (
            '<g systemLanguage="de, en"><rect width="1" height="1"/></g><g><rect width="2" height="2"/></g>',
            "1",
        ),
        (
            '<g systemLanguage="en-GB"><rect width="1" height="1"/></g><g><rect width="2" height="2"/></g>',
            "1",
        ),
        ('<g systemLanguage=""><rect width="1" height="1"/></g><g><rect width="2" height="2"/></g>', "2"),
        ('<g requiredExtensions=""><rect width="1" height="1"/></g><g><rect width="2" height="2"/></g>', "2"),
        ('<g requiredExtensions="http://www.w3.org/1999/xhtml"><rect width="1" height="1"/></g>', "1"),
        (
            '<title/><g requiredFeatures="x"><rect width="1" height="1"/></g><g><rect width="2" height="2"/></g>',
            "1",
        ),
        ('<g display="none"/><g><rect width="2" height="2"/></g>', None),
        ("", None),
    ],
)
def test_a_switch_draws_the_first_child_for_the_reader(switch: str, drawn: str | None) -> None:
    assert re.findall(r'<rect width="(\d)"', cleaned(f"<switch>{switch}</switch>")) == (
        [drawn] if drawn else []
    )


@pytest.mark.parametrize(
    ("data", "drawn"),
    [
        ("M10 10H50V50zX", "M10 10H50V50z"),
        ("M10 10 L50 10 50 50 90", "M10 10 L50 10 50 50"),
        ("M10-10L50.5.5.5 60", "M10-10L50.5.5.5 60"),
        ("M0 0a20 20 0 0140 0a20 20 0 10 40 0", "M0 0a20 20 0 0140 0a20 20 0 10 40 0"),
        ("M0 0a20 20 0 2 0 30 30", "M0 0"),
        ("M0 0h10.v9", "M0 0h10"),
        ("M0 0L5,,5", "M0 0"),
        ("H50V50z", ""),
        ("M1 2,H9,V9 , Z", "M1 2H9V9Z"),
        ("M1 2,,H9", "M1 2"),
        ("M1 2H9Z,L5 5", "M1 2H9Z"),
        (",M1 2H9", ""),
        ("M1 2H,9", "M1 2"),
        ("M1 2h9,A5 5 0 01 9 9,L1 1,", "M1 2h9A5 5 0 01 9 9L1 1"),
        ("", ""),
    ],
)
def test_a_path_is_drawn_up_to_its_first_error(data: str, drawn: str) -> None:
    assert pathdata.drawn_part(data) == drawn


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ("M5 6h0", [(5, 6)]),
        ("m5 6z", [(5, 6)]),
        ("M5 6", []),
        ("M5 6h1M7 8l0 0m1 1v0z", [(7, 8), (8, 9)]),
        ("M5 6c0 0 0 0 0 0M1 1a5 5 0 0 1 0 0M2 2A5 5 0 0 1 9 9M3 3C4 4 3 3 3 3", [(5, 6), (1, 1)]),
    ],
)
def test_subpaths_without_length_are_found(data: str, places: list[tuple[float, float]]) -> None:
    assert pathdata.dots(data) == places


@pytest.mark.parametrize(
    ("data", "area"),
    [
        ("M0 0h9", False),
        ("M0 0h9M5 0V3", True),
        ("M0 5C3 5 6 5 9 5S1 5 2 5Q3 5 4 5T6 5z", False),
        ("M0 5C3 4 6 5 9 5", True),
        ("M5 0V9", False),
        ("M3 3M0 0h9M7 7", False),
        ("M0 0L9 9", True),
        ("M0 0a5 5 0 0 1 9 0", True),
    ],
)
def test_paths_without_area_are_found(data: str, area: bool) -> None:
    assert pathdata.has_area(data) is area


@pytest.mark.parametrize(
    "shape",
    [
        '<path d="M0 5H9" {}/>',
        '<line x2="9" {}/>',
        '<polyline points="0,5 9,5" {}/>',
        '<polygon points="5,0 5,9" {}/>',
    ],
)
def test_a_shape_without_area_gets_the_fallback_of_a_gradient(shape: str) -> None:
    def stroked(units: str) -> str:
        stops = '<stop/><stop offset="1" stop-color="red"/>'
        gradient = f'<linearGradient id="g" gradientUnits="{units}">{stops}</linearGradient>'
        return cleaned(gradient + shape.format('fill="none" stroke="url(#g) #006633"'))

    assert 'stroke="#006633"' in stroked("objectBoundingBox")
    assert 'stroke="url(#p0)"' in stroked("userSpaceOnUse")


@pytest.mark.parametrize(
    ("marker", "stroke", "drawn"),
    [
        ("", 'stroke-width="0"', False),
        ('markerUnits="userSpaceOnUse"', 'stroke-width="0"', True),
        ("", 'stroke-width="5"', True),
        ('display="none"', "", True),
    ],
)
def test_markers_of_a_line_without_paint(marker: str, stroke: str, drawn: bool) -> None:
    clean = cleaned(
        f'<marker id="m" {marker}>{SQUARE}</marker><path d="M0 0h9" fill="none" marker-end="url(#m)" {stroke}/>'
    )

    assert ("marker-end" in clean) is drawn
    assert (stroke in clean) or not drawn


MASK = "0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 1 0"
SHADOW = (
    '<filter id="f" x="36" y="20" width="128" height="68" filterUnits="userSpaceOnUse"'
    ' color-interpolation-filters="sRGB">'
    '<feFlood flood-opacity="0" result="b"/><feColorMatrix in="SourceAlpha" type="matrix"'
    ' values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 127 0" result="hard"/><feOffset dy="4"/><feGaussianBlur'
    ' stdDeviation="2"/>'
    '<feComposite in2="hard" operator="out"/><feColorMatrix type="matrix" values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0'
    ' 0 0 0 0.25 0"/>'
    '<feBlend mode="normal" in2="b" result="e"/><feBlend mode="normal" in="SourceGraphic" in2="e"'
    ' result="shape"/></filter>'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            f'<filter id="f" x="0%" y="0%" width="100%" height="100%"><feColorMatrix values="{MASK}"'
            ' color-interpolation-filters="sRGB"/></filter><mask id="m"><g filter="url(#f)"><rect x="-20"'
            ' y="-10" width="240"'
            ' height="120" fill-opacity="0.3"/></g></mask><g mask="url(#m)"><path fill="#1d4f3f" d="M20'
            ' 20h160v60h-160z"/></g>',
            {(0.5, 0.9): WHITE, (0.5, 0.5): (187, 202, 197)},
        ),
        (
            f'<g filter="url(#f)"><rect x="40" y="20" width="120" height="60" fill="#E5B72F"/></g>{SHADOW}',
            {(0.5, 0.97): WHITE, (0.5, 0.5): GOLD, (0.5, 0.84): (224, 224, 224)},
        ),
        (
            '<filter id="f" x="-0.1" y="-0.1" width="1.2" height="1.2"><feGaussianBlur stdDeviation="2"/></filter>'
            '<rect x="40" y="20" width="120" height="60" style="fill:#335599;filter:url(#f)"/>',
            {(0.5, 0.95): WHITE, (0.5, 0.5): (51, 85, 153)},
        ),
        (
            '<mask id="m"><rect width="100" height="100" fill="#f00"/><rect x="100" width="100" height="100"'
            ' fill="#0f0"/></mask>'
            '<rect width="200" height="100" fill="blue" mask="url(#m)"/>',
            {(0.25, 0.5): (201, 201, 255), (0.75, 0.5): (73, 73, 255)},
        ),
        (
            '<mask id="m" style="mask-type:alpha"><rect width="200" height="100" fill-opacity=".5"/></mask>'
            '<rect width="200" height="100" fill="red" mask="url(#m)"/>',
            {(0.5, 0.5): (255, 128, 128)},
        ),
        (
            '<rect width="200" height="100" fill="#fff"/><rect width="200" height="100" fill="#e5b72f"'
            ' style="mix-blend-mode:multiply"/><rect width="100" height="100" fill="#39c"'
            ' style="mix-blend-mode:multiply"/>',
            {(0.25, 0.5): (46, 110, 38), (0.75, 0.5): GOLD},
        ),
        ('<rect width="200" height="100" fill="#39c"'
        ' style="mix-blend-mode:difference"/>', {(0.5, 0.5): (51, 153, 204)}),
        (
            '<linearGradient id="g" x1="1" x2="1"><stop stop-color="red"/><stop offset="1" stop-color="blue"/>'
            '</linearGradient>'
            '<rect width="200" height="100" fill="url(#g)"/>',
            {(0.5, 0.5): BLUE},
        ),
        (
            '<path d="M50 50h0M150 50z" stroke="red" stroke-width="60" stroke-linecap="round"/>',
            {(0.25, 0.5): RED, (0.75, 0.5): RED, (0.5, 0.5): WHITE},
        ),
        (
            '<svg x="20" y="10" width="100" height="60" viewBox="0 0 50 50" preserveAspectRatio="xMaxYMin slice">'
            '<rect width="30" height="30" fill="red"/></svg>',
            {(0.15, 0.2): RED, (0.35, 0.5): RED, (0.5, 0.5): WHITE, (0.07, 0.5): WHITE},
        ),
        (
            '<symbol id="s" viewBox="0 0 10 10" width="30" height="30"><circle cx="5" cy="5" r="5" fill="red"/>'
            '</symbol>'
            '<use href="#s"/><use href="#s" x="100" width="100" height="100"/>',
            {(0.08, 0.15): RED, (0.25, 0.5): WHITE, (0.75, 0.5): RED},
        ),
        (
            '<pattern id="p" width="100" height="100" patternUnits="userSpaceOnUse"><rect width="50"'
            ' height="100" fill="red"/>'
            '</pattern><g fill="url(#p)"><rect width="200" height="100"/></g>',
            {(0.12, 0.5): RED, (0.37, 0.5): WHITE, (0.62, 0.5): RED},
        ),
    ],
    ids=[
        "canva", "figma shadow", "inkscape blur", "luminance", "alpha", "multiply", "on nothing", "no length",
        "dots", "nested", "symbol", "pattern",
    ],
)  # fmt: skip
def test_effects_are_drawn_as_a_browser_draws_them(
    body: str, expected: dict[tuple[float, float], RGB]
) -> None:
    assert_wide_colours(wide(body), expected)


def test_masks_by_colour_matrix_stay_vectors() -> None:
    body = (
        f'<filter id="f" x="0" y="0" width="1" height="1"><feColorMatrix values="{MASK}"/></filter><mask id="m">'
        '<g filter="url(#f)"><rect width="90" height="90" fill-opacity=".8"/></g></mask>'
        f'<g mask="url(#m)">{SQUARE}</g>'
    )

    assert "<filter" not in cleaned(body)
    assert 'fill="#ffffff" fill-opacity="0.8"' in cleaned(body)


def test_a_picture_inside_a_mask_lets_through_what_its_luminance_says() -> None:
    body = (
        f'<mask id="m"><image width="100" height="100" href="{tiny()}"/></mask>'
        '<rect width="100" height="100" fill="#000" mask="url(#m)"/>'
    )

    assert_colours(drawing(body), {(0.5, 0.5): (188, 188, 188)})


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<mask id="m" mask="url(#n)"><path/></mask><mask id="n"/>', "masked"),
        ('<mask id="m" color-interpolation="linearRGB"/>', "linearRGB"),
        ('<mask id="m"><g filter="url(#f)"><rect width="9" height="9" fill="red"/></g></mask>', "colours"),
        ('<mask id="m"><g filter="url(#g)"><rect width="9" height="9"/></g></mask>', "gives colours"),
        (f'<mask id="m"><g filter="url(#f)"><image href="{tiny()}"/></g></mask>', "works on a picture"),
        ('<g filter="url(#f)"><rect filter="url(#f)" width="9" height="9"/></g>', "filter inside a filter"),
        ('<rect filter="url(#h)" width="9" height="9"/>', "region"),
        ('<rect filter="url(#i)" width="9" height="9"/>', "primitiveUnits"),
        ('<rect filter="url(#j)" width="9" height="9"/>', "BackgroundImage"),
        ('<rect filter="url(#k)" width="9" height="9"/>', "very wide"),
        ('<rect filter="url(#l)" width="9" height="9"/>', "edgeMode"),
        ('<rect filter="url(#o)" width="9" height="9"/>', "lighter"),
        ('<linearGradient id="q" spreadMethod="repeat"><stop/><stop offset="1"/></linearGradient><path'
        ' fill="url(#q)" d="M0 0h9v9z"/>', "spreadMethod"),
        ('<radialGradient id="q" fr=".1"><stop/><stop offset="1"/></radialGradient><path fill="url(#q)" d="M0'
        ' 0h9v9z"/>', '"fr"'),
        ('<radialGradient id="q" fx="5"><stop/><stop offset="1"/></radialGradient><path fill="url(#q)" d="M0'
        ' 0h9v9z"/>', "focus"),
        ('<linearGradient id="q" color-interpolation="linearRGB"><stop/><stop offset="1"/></linearGradient><path'
        ' fill="url(#q)" d="M0 0h9v9z"/>', "linearRGB"),
        ('<path d="M0 0h9" stroke="red" pathLength="1" stroke-dasharray="1"/>', "pathLength"),
        ('<path d="M0 0h9" stroke="red" vector-effect="non-scaling-stroke"/>', "vector-effect"),
        ('<marker id="q"><path d="M0 0h9v9z"/></marker><path d="M0 0h9z" marker-end="url(#q)"/>', "closed path"),
        ('<marker id="q" opacity=".5"/><path d="M0 0h9" marker-end="url(#q)"/>', "effects of its own"),
        ('<clipPath id="q"><use href="#r" clip-path="url(#q2)"/></clipPath><clipPath id="q2"/><path id="r" d="M0'
        ' 0h9v9z" clip-path="url(#q2)"/>'
         '<path d="M0 0h9v9z" clip-path="url(#q)"/>', "clip inside a clip"),
        ('<svg style="width:9px" height="9"><path d="M0 0h9v9z"/></svg>', "sized by CSS"),
        ('<svg width="-9"><path d="M0 0h9v9z"/></svg>', 'negative "width"'),
        ('<symbol id="q"><path d="M0 0h9v9z"/></symbol><use href="#q" height="-9"/>', 'negative "height"'),
        ('<g style="color-scheme:dark"><path d="M0 0h9v9z"/></g>', "color-scheme: dark"),
        ('<marker id="q" refX="center"/><path d="M0 0h9" marker-end="url(#q)"/>', '"refX"'),
        ('<marker id="q" refY="50%"/><path d="M0 0h9" marker-end="url(#q)"/>', '"refY"'),
        ('<rect filter="url(#p)" width="9" height="9"/>', 'inside of "display: none"'),
        ('<filter id="q"><feOffset x="1" y="1" width="5" height="5"/></filter><rect filter="url(#q)" width="9"'
        ' height="9"/>', "step of its own region"),
        ('<filter id="q"><feColorMatrix x="1" y="1" width="9" height="9" values="0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 1'
        ' 0"/></filter><rect filter="url(#q)" width="9" height="9"/>', "step of its own region"),
        ('<filter id="q"><feFlood x="1" y="1" width="0" height="5"/></filter><rect filter="url(#q)" width="9"'
        ' height="9"/>', "step of its own region"),
        (f'<image href="{tiny(size=129)}" image-rendering="pixelated"/>', "image-rendering"),
        (f'<image href="{tiny()}" overflow="visible" preserveAspectRatio="xMidYMid slice"/>', "overflow"),
    ],
)  # fmt: skip
def test_what_the_renderer_draws_otherwise_is_refused(body: str, named: str) -> None:
    given = (
        '<filter id="f"><feGaussianBlur stdDeviation="1"/></filter><filter id="g"><feColorMatrix values="1 0 0 0'
        " 0 0 0 0 0 0"
        ' 0 0 0 0 0 0 0 0 1 0"/></filter><filter id="h" width="99"><feFlood/></filter><filter id="i"'
        ' primitiveUnits="objectBoundingBox"><feFlood/></filter><filter id="j"><feOffset in="BackgroundImage"/>'
        "</filter>"
        f'<filter id="k"><feGaussianBlur stdDeviation="{filters.DEVIATION_MAX + 1}"/></filter>'
        '<defs display="none"><filter id="p"><feFlood/></filter></defs>'
        '<filter id="l"><feGaussianBlur edgeMode="wrap"/></filter><filter id="o"><feComposite'
        ' operator="lighter"/></filter>'
    )
    masked = '<rect width="9" height="9" mask="url(#m)"/>' if '"m"' in body else ""
    with pytest.raises(PictureNotSupported, match=named):
        cleaned(given + body + masked)


@pytest.mark.parametrize(
    ("rendering", "expected"),
    [
        ("auto", {(0.02, 0.5): RED, (0.5, 0.5): (128, 0, 128)}),
        ("pixelated", {(0.45, 0.5): RED, (0.55, 0.5): BLUE}),
    ],
)
def test_small_pictures_are_enlarged_as_a_browser_does(
    rendering: str, expected: dict[tuple[float, float], RGB]
) -> None:
    shown = f'preserveAspectRatio="none" image-rendering="{rendering}"'
    image = f'<image width="100" height="100" href="{pair()}" {shown}/>'

    assert_colours(drawing(image), expected)


class TestBounds:
    def test_elements_with_filters(self) -> None:
        given = '<filter id="f"><feOffset dx="1"/></filter>'
        one = '<rect width="9" height="9" filter="url(#f)"/>'

        assert cleaned(given + one * effects.FILTERS_MAX).count("url(#p0)") == effects.FILTERS_MAX
        with pytest.raises(PictureTooLarge, match="50 elements"):
            cleaned(given + one * (effects.FILTERS_MAX + 1))

    @pytest.mark.parametrize(
        ("step", "inside"), [("<feOffset/>", "{}"), ("<feMergeNode/>", "<feMerge>{}</feMerge>")]
    )
    def test_steps_of_a_filter(self, step: str, inside: str) -> None:
        def filtered(count: int) -> str:
            return f'<filter id="f">{inside.format(step * count)}</filter><rect width="9" height="9" filter="url(#f)"/>'

        assert cleaned(filtered(filters.PRIMITIVES_MAX)).count(step[:-2]) >= filters.PRIMITIVES_MAX
        with pytest.raises(PictureTooLarge, match="30 steps"):
            cleaned(filtered(filters.PRIMITIVES_MAX + 1))

    def test_path_data_written_again(self) -> None:
        long = "M0 0" + "h1" * 100_000
        uses = "".join(f'<use href="#a" stroke-width="{n + 2}"/>' for n in range(45))
        with pytest.raises(PictureTooLarge, match="too many styles"):
            cleaned(f'<defs><path id="a" d="{long}"/></defs>{uses}')
        assert 41 * len(long) < svg_drawing.PATH_CHARACTERS_MAX

    def test_segments_of_paths(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(references, "SEGMENTS_MAX", 1_000)

        def repeated(path: str, count: int) -> str:
            return cleaned(f"<defs>{path}</defs>" + '<use href="#a"/>' * count)

        for path in (
            f'<path id="a" d="M0 0{"h1" * 96}a1 1 0 0 1 5 5 1 1 0 015 5z"/>',
            f'<polyline id="a" points="{"1 2 " * 100}"/>',
        ):
            assert repeated(path, 10).count("<use") == 10
            with pytest.raises(PictureTooLarge, match="1,000 segments"):
                repeated(path, 11)

    def test_a_marker_counts_for_each_point(self) -> None:
        def marked(points: int) -> str:
            marker = f'<marker id="m"><g>{SQUARE * 97}</g></marker>'
            return cleaned(f'{marker}<path d="M0 0{"h1" * (points - 1)}" marker-mid="url(#m)"/>')

        assert "marker-mid" in marked(references.SHAPES_MAX // 99 - 1)
        with pytest.raises(PictureTooLarge, match="100,000 shapes"):
            marked(references.SHAPES_MAX // 99 + 1)

    def test_gradients_that_take_from_each_other(self) -> None:
        def chain(length: int) -> str:
            links = "".join(f'<linearGradient id="g{n}" href="#g{n + 1}"/>' for n in range(length - 1))
            last = f'<linearGradient id="g{length - 1}"><stop/><stop offset="1"/></linearGradient>'
            return f'{links}{last}<rect width="9" height="9" fill="url(#g0)"/>'

        assert "url(#p0)" in cleaned(chain(paint_servers.TEMPLATES_MAX))
        with pytest.raises(PictureTooLarge, match="nested deeper"):
            cleaned(chain(paint_servers.TEMPLATES_MAX + 1))
