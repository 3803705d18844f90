"""Values of properties and attributes of SVGs, one by one: read, or not understood and so not written."""

import pytest

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge
from certifly.rendering.svg.sanitise import sanitise_svg
from tests.rendering.svg_pictures import cleaned, drawing, fill_of, pair

BLACK = 'fill="#000000"'


def rectangle(attributes: str) -> str:
    """What of a black rectangle's attributes is written besides its size."""
    clean = cleaned(f'<rect width="9" height="9" {attributes}/>')
    return clean.removeprefix(f'<rect width="9" height="9" {BLACK}').removesuffix("/>").strip()


@pytest.mark.parametrize(
    ("attributes", "written"),
    [
        ('opacity="foo"', ""),
        ('opacity="1px"', ""),
        ('opacity="calc((1 + 1) / 4)"', 'opacity="0.5"'),
        ('opacity="max(.1, .5)"', 'opacity="0.5"'),
        ('opacity="max(.1, 1px)"', ""),
        ('opacity="calc(1 + 1px)"', ""),
        ('opacity="calc(1px * 1px)"', ""),
        ('opacity="clamp(1, 2)"', ""),
        ('opacity="calc(pi / 6.28)"', 'opacity="0.500253607"'),
        ('opacity="calc(abs(-1) * sin(30deg) * sign(5))"', 'opacity="0.5"'),
        ('style="opacity:)"', ""),
        ('stroke="red" stroke-width="-1"', 'stroke="#ff0000"'),
        ('stroke="red" stroke-miterlimit=".5"', 'stroke="#ff0000" stroke-linejoin="bevel" stroke-miterlimit="1"'),
        ('stroke="red" stroke-linejoin="arcs"', 'stroke="#ff0000"'),
        ('stroke="red" stroke-dasharray="none"', 'stroke="#ff0000"'),
        ('stroke="red" stroke-dasharray="1,,2"', 'stroke="#ff0000"'),
        ('stroke="red" stroke-dasharray="3 0"', 'stroke="#ff0000"'),
        ('stroke="red" stroke-dasharray="0 3" stroke-dashoffset="2"',
         'stroke="#ff0000" stroke-dasharray="0.01 3" stroke-dashoffset="2"'),
        ('stroke="red" paint-order="stroke"', 'stroke="#ff0000" paint-order="stroke fill markers"'),
        ('stroke="red" paint-order="stroke stroke"', 'stroke="#ff0000"'),
        ('stroke="url(#none)"', ""),
        ('stroke="red" stroke-opacity="0"', ""),
        ('rx="auto" ry="2"', ""),
        ('fill-rule="evenodd"', 'fill-rule="evenodd"'),
        ('clip-path="foo" mask="foo bar" filter="10px"', ""),
        ('overflow="a b c"', ""),
        ('overflow="hidden hidden hidden"', ""),
        ('style="fill:;stroke:"', ""),
        ('fill=""', ""),
        ('stroke="red" paint-order="foo"', 'stroke="#ff0000"'),
        ('stroke="red" paint-order=""', 'stroke="#ff0000"'),
        ('stroke="red" paint-order="normal"', 'stroke="#ff0000"'),
        ('style="transform:none none"', ""),
        ('style="transform:"', ""),
        ('style="transform:5px"', ""),
        ('style="transform:translate(1px 2px)"', ""),
        ('style="transform:scale(1,2,3)"', ""),
        ('style="transform:skew(45deg)"', 'transform="matrix(1 0 1 1 0 0)"'),
        ('style="transform:skewY(45deg)"', 'transform="matrix(1 1 0 1 0 0)"'),
        ('transform="translate(a)"', ""),
        ('style="rotate:none;scale:none;translate:none"', ""),
        ('style="rotate:1deg 2deg 3deg;scale:1 2 3 4"', ""),
        ('style="transform:scale(2);transform-origin:1px 1px 0"', 'transform="matrix(2 0 0 2 -1 -1)"'),
        ('style="transform:scale(2);transform-origin:1px 1px 0 1px"', 'transform="matrix(2 0 0 2 0 0)"'),
        ('style="transform:scale(2);transform-origin:foo"', 'transform="matrix(2 0 0 2 0 0)"'),
        ('style="transform:scale(2);transform-origin:10% left"', 'transform="matrix(2 0 0 2 0 0)"'),
        ('style="transform:scale(2);transform-origin:10% 20%"', 'transform="matrix(2 0 0 2 -10 -20)"'),
        ('style="transform:scale(2);transform-origin:top"', 'transform="matrix(2 0 0 2 -50 0)"'),
    ],
)  # fmt: skip
def test_values(attributes: str, written: str) -> None:
    assert rectangle(attributes) == written


@pytest.mark.parametrize(
    ("size", "pixels"),
    [
        ("larger", 19.2),
        ("smaller", 13.3333333),
        ("x-large", 24),
        ("foo", 16),
        ("-1px", 16),
        ("150%", 24),
        ("2em", 32),
    ],
)
def test_what_an_em_is(size: str, pixels: float) -> None:
    assert f'width="{pixels:.9g}"' in cleaned(f'<rect width="1em" height="1" style="font-size:{size}"/>')
    if size not in ("foo", "-1px"):
        assert f'width="{pixels:.9g}"' in cleaned(
            f'<rect width="1em" height="1" style="font:bold {size} serif"/>'
        )


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ('path("M0 0h9")', "M0 0h9"),
        ("path(5)", "M0 0v9"),
        ("none", None),
        ("foo", "M0 0v9"),
        ("foo(5)", "M0 0v9"),
    ],
)
def test_the_data_of_a_path_as_css(value: str, data: str | None) -> None:
    clean = cleaned(f"<path d='M0 0v9' style='d:{value}'/>")

    assert clean == (f'<path d="{data}" {BLACK} />' if data else "")


@pytest.mark.parametrize(
    ("colour", "written"),
    [
        ("hsl(none 50% 40%)", "#993333"),
        ("color-mix(in hsl longer hue, red, lime)", "#0000ff"),
        ("color-mix(in srgb, red, blue 25%)", "#bf0040"),
        ("color-mix(in srgb, 20% red 20%, blue)", "#000000"),
        ("color-mix(red, red)", "#ff0000"),
        ("light-dark(red blue, red)", "#000000"),
        ("rgb(1 2 3 / none)", None),
        ("#ggg", "#000000"),
        ("url()", None),
        ("src('#a')", "#000000"),
        ("url('#a' foo)", None),
        ("url(a, b)", "#000000"),
    ],
)
def test_colours_that_are_rare(colour: str, written: str | None) -> None:
    if written is None:
        assert cleaned(f'<rect width="9" height="9" fill="{colour}"/>') == ""
    else:
        assert fill_of(f'<rect width="9" height="9" fill="{colour}"/>') == written


def test_values_with_variables_are_bounded() -> None:
    near, far = (f"var(--x, {'a' * length})" for length in (900, 1_000))

    assert fill_of(f'<rect width="9" height="9" fill="{near}"/>') == "#000000"
    with pytest.raises(PictureNotSupported, match="var"):
        fill_of(f'<rect width="9" height="9" fill="{far}"/>')


def test_colours_that_depend_on_the_text_colour() -> None:
    assert (
        fill_of(
            '<g color="red"><rect width="9" height="9" fill="color-mix(in srgb, currentColor, blue)"/></g>'
        )
        == "#800080"
    )
    assert (
        fill_of('<g color="red"><rect width="9" height="9" color="currentColor" fill="currentColor"/></g>')
        == "#ff0000"
    )


@pytest.mark.parametrize(
    "selector",
    [
        "rect >", "rect ::foo", "rect #5", "rect .5", "rect:5", "rect:is(a", "rect:not(:foo)", "rect:nth-child(x)",
        "rect:foo(1)",

        "rect*", "rect.5", "rect.(a)", "|5", "rect[5]", "rect[a=]", "x|rect", "rect|5", "rect()",
        "rect/**/+", "|rect", "rect[a==b]", "rect.",
        "a::-webkit-x",
    ],
)  # fmt: skip
def test_selectors_that_match_nothing(selector: str) -> None:
    shape = '<rect width="9" height="9"/>'

    assert fill_of(f"<style>{selector.replace('>', '&gt;')} {{fill:red}}</style>{shape}") == "#000000"


@pytest.mark.parametrize(
    ("body", "clean"),
    [
        ('<clipPath id="c" clipPathUnits="objectBoundingBox" transform="scale(2)"><rect width="1" height="1"'
        ' clip-rule="evenodd"'
         ' transform="scale(3)"/><g><rect/></g><rect display="none"/><rect visibility="hidden"/><text/></clipPath>',
         '<clipPath clipPathUnits="objectBoundingBox" transform="matrix(2 0 0 2 0 0)" id="p0"><rect width="1"'
         ' height="1"'
         ' clip-rule="evenodd" transform="matrix(3 0 0 3 0 0)" /></clipPath>'),
        ('<mask id="c" maskContentUnits="objectBoundingBox"><rect width="1" height="1"/></mask>',
         '<mask x="-0.1" y="-0.1" width="1.2" height="1.2" maskUnits="objectBoundingBox"'
         ' maskContentUnits="objectBoundingBox"'
         ' id="p0"><rect width="1" height="1" fill="#000000" /></mask>'),
        ('<clipPath id="c" display="none"/>', ""),
        ('<metadata><clipPath id="c"/></metadata>', ""),
        ('<defs display="none"><clipPath id="c"/></defs>', ""),
        ('<switch><g/><clipPath id="c"/></switch>', ""),
    ],
)  # fmt: skip
def test_clips_and_masks(body: str, clean: str) -> None:
    used = "mask" if body.startswith("<mask") else "clip-path"
    shape = f'<rect width="9" height="9" {{}}{used}="url(#{{}})" />'
    expected = clean + (
        shape.format(f"{BLACK} ", "p0") if clean else f'<rect width="9" height="9" {BLACK} />'
    )

    assert cleaned(body + shape.format("", "c")) == expected


def test_what_is_clipped_counts_with_its_shapes_that_are_not_painted() -> None:
    clip = '<clipPath id="c"><circle r="9"/></clipPath>'
    body = f'{clip}<g clip-path="url(#c)"><rect width="9" height="9" fill="none"/></g>'

    assert '<rect width="9" height="9" fill-opacity="0" />' in cleaned(body)


@pytest.mark.parametrize(
    ("paint", "kept"),
    [
        ('<linearGradient id="g"/>', False),
        ('<linearGradient id="g"><desc/><stop stop-color="red"/></linearGradient>', True),
        ('<radialGradient id="g" r="0"><stop/><stop offset="1" stop-color="red"/></radialGradient>', True),
        (
            '<linearGradient id="g" gradientTransform="scale(0)"><stop/><stop offset="1"/></linearGradient>',
            False,
        ),
        ('<pattern id="g" width="0" height="9"><rect width="1" height="1"/></pattern>', False),
        ('<pattern id="g" width="9" height="9"/>', False),
        (
            '<pattern id="g" width="9" height="9" viewBox="0 0 0 5"><rect width="1" height="1"/></pattern>',
            False,
        ),
    ],
)
def test_paint_that_comes_to_one_colour_or_none(paint: str, kept: bool) -> None:
    clean = cleaned(f'{paint}<rect width="9" height="9" fill="url(#g)"/>')

    assert clean == ('<rect width="9" height="9" fill="#ff0000" />' if kept else "")


def test_a_pattern_with_a_view_box_and_a_transform() -> None:
    body = (
        '<svg width="50" height="50" viewBox="0 0 20 20"><pattern id="g" width="50%" height="9" viewBox="0 0 5 5"'
        ' preserveAspectRatio="none" patternTransform="scale(2)" patternUnits="userSpaceOnUse"><rect'
        ' width="100%" height="1"/>'
        '</pattern><rect width="9" height="9" fill="url(#g)"/></svg>'
    )
    clean = cleaned(body)

    assert 'width="10" height="9" viewBox="0 0 5 5" preserveAspectRatio="none meet"' in clean
    assert 'patternTransform="matrix(2 0 0 2 0 0)"' in clean
    assert '<rect width="5" height="1" fill="#000000" />' in clean


@pytest.mark.parametrize(
    ("attributes", "written"),
    [
        (
            'viewBox="0 0 4 4" refX="2" refY="2" orient="auto"',
            'refX="2" refY="2" orient="auto" viewBox="0 0 4 4"',
        ),
        (
            'markerUnits="userSpaceOnUse" orient="0.25turn" overflow="visible"',
            'orient="90" overflow="visible"',
        ),
        ('orient="foo"', 'refY="0"'),
        ('markerWidth="0"', None),
    ],
)
def test_markers(attributes: str, written: str | None) -> None:
    body = f'<marker id="m" {attributes}><rect width="1" height="1"/></marker><path d="M0 0h9" marker-end="url(#m)"/>'

    clean = cleaned(body)

    assert (written in clean) if written else "<marker" not in clean


@pytest.mark.parametrize(
    ("steps", "written"),
    [
        ('<feColorMatrix type="luminanceToAlpha"/>', 'values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0.2126 0.7152 0.0722 0 0"'),
        ('<feColorMatrix type="saturate" values="1"/>', 'values="1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 1 0"'),
        ('<feColorMatrix type="hueRotate" values="0"/>', 'values="1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 1 0"'),
        ('<feColorMatrix type="hueRotate"/>', 'values="1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 1 0"'),
        ('<feFlood x="1" y="1" width="9" height="9"/>', 'x="1" y="1" width="9" height="9"'),
        ('<feComposite operator="arithmetic" k2="1"/>', 'k1="0" k2="1" k3="0" k4="0"'),
        ('<feDropShadow flood-color="red"/>', 'dx="2" dy="2" stdDeviation="2" flood-color="#ff0000" flood-opacity="1"'),
        ('<feOffset result="a"/><feMerge><feMergeNode in="a"/><feMergeNode in="b"/>'
        '</feMerge>', '<feMergeNode in="r0" /><feMergeNode />'),
        ('<feComponentTransfer><feFuncR type="table" tableValues="0 1"/>'
        '</feComponentTransfer>', 'type="table" tableValues="0 1"'),
        ('<feFlood x="1" y="2" width="50%" height="3"/>', 'x="1" y="2" width="50" height="3"'),
    ],
)  # fmt: skip
def test_steps_of_filters(steps: str, written: str) -> None:
    assert written in cleaned(f'<filter id="f">{steps}</filter><rect width="9" height="9" filter="url(#f)"/>')


@pytest.mark.parametrize(
    ("region", "grown"),
    [
        ('x="0" y="0" width="1" height="1"', 'x="-1" y="-1" width="3" height="3"'),
        (
            'filterUnits="userSpaceOnUse" x="0" y="0" width="9" height="9"',
            'x="-16" y="-16" width="41" height="41"',
        ),
        ("", 'x="-0.1" y="-0.1" width="1.2" height="1.2"'),
    ],
)
def test_filters_get_room_and_are_clipped_to_their_region(region: str, grown: str) -> None:
    steps = '<feGaussianBlur stdDeviation="2"/>'
    clean = cleaned(f'<filter id="f" {region}>{steps}</filter><rect width="9" height="9" filter="url(#f)"/>')

    assert f"<filter {grown}" in clean
    assert ("clip-path" in clean) is bool(region)


def test_effects_of_a_group_without_a_box_are_left_out() -> None:
    clean = cleaned('<g style="display:contents" opacity=".5"><rect width="9" height="9"/></g>')

    assert clean == f'<rect width="9" height="9" {BLACK} />'
    with pytest.raises(PictureNotSupported, match="display: contents"):
        cleaned('<rect width="9" height="9" display="contents"/>')


def test_geometry_is_not_inherited() -> None:
    with pytest.raises(PictureNotSupported, match="width: inherit"):
        cleaned('<rect height="9" style="width:inherit"/>')


def test_a_stroke_with_a_gradient_is_a_shape_above_the_fill() -> None:
    gradient = '<linearGradient id="g"><stop/><stop offset="1"/></linearGradient>'
    clean = cleaned(f'{gradient}<circle r="9" fill="red" stroke="url(#g)" fill-opacity=".5"/>')

    assert (
        '<circle r="9" fill="#ff0000" fill-opacity="0.5" /><circle r="9" fill="none" stroke="url(#p0)" />'
        in clean
    )


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<filter id="f"><feOffset x="1"/></filter><rect width="9" height="9" filter="url(#f)"/>', "own region"),
        ('<clipPath id="f"><path d="M0 0h9v9z"/><circle r="9"/></clipPath><rect width="9" height="9"'
        ' clip-path="url(#f)"/>', "several"),
        ('<clipPath id="f"/><svg clip-path="url(#f)"><rect width="9" height="9"/></svg>', "group around"),
    ],
)  # fmt: skip
def test_what_comes_out_otherwise_is_refused(body: str, named: str) -> None:
    with pytest.raises(PictureNotSupported, match=named):
        cleaned(body)


def test_a_blend_mode_is_around_a_filter() -> None:
    shape = '<rect width="9" height="9" filter="url(#f)" style="mix-blend-mode:multiply"/>'
    body = f'<filter id="f"><feOffset dx="1"/></filter>{shape}'

    assert '<g style="mix-blend-mode:multiply"><rect' in cleaned(body)


def test_a_pattern_without_size_leaves_its_fallback_colour() -> None:
    assert fill_of('<pattern id="p"/><rect width="9" height="9" fill="url(#p) red"/>') == "#ff0000"


def test_a_filter_without_steps_paints_nothing() -> None:
    assert cleaned('<filter id="f"/><rect width="9" height="9" filter="url(#f)"/>') == ""


@pytest.mark.parametrize(
    "steps",
    [
        '<feFlood flood-color="red"/>',
        '<feBlend mode="hue"/>',
        "<feComponentTransfer><feFuncR/></feComponentTransfer>",
    ],
)
def test_filters_of_masks_may_not_give_colours(steps: str) -> None:
    body = f'<filter id="f">{steps}</filter><mask id="m"><rect width="9" height="9" filter="url(#f)"/></mask>'
    with pytest.raises(PictureNotSupported, match="mask"):
        cleaned(f'{body}<rect width="9" height="9" mask="url(#m)"/>')


def test_flat_filters_colour_pictures_and_keep_their_opacity() -> None:
    matrix = '<feColorMatrix values="0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 .5 0"/>'
    body = f'<filter id="f">{matrix}</filter><image href="{pair()}" height="9" filter="url(#f)"/>'
    clean = cleaned(body)

    assert 'opacity="0.5"' in clean
    assert 'width="18" height="9"' in clean


def test_pictures_with_a_malformed_size_are_not_drawn() -> None:
    assert cleaned(f'<image href="{pair()}" width="abc" height="9"/>') == ""


@pytest.mark.parametrize(
    "nothing",
    [
        '<svg><rect display="none"/></svg>', '<symbol id="s" display="none"><rect width="9" height="9"/>'
        '</symbol><use href="#s"/>',
        '<symbol id="s"/><use href="#s"/>', '<g id="s"/><use href="#s"/>', '<path d="M0 0h9" visibility="hidden"/>',
        '<text><tref/></text>',
    ],
)  # fmt: skip
def test_what_draws_nothing(nothing: str) -> None:
    if "tref" in nothing:
        with pytest.raises(PictureNotSupported, match="text"):
            cleaned(nothing)
    else:
        assert cleaned(nothing) == ""


def test_a_line_without_length_is_a_dot() -> None:
    assert 'x2="5.01"' in cleaned('<line x1="5" x2="5" stroke="red" stroke-linecap="round"/>')


class TestTheOutermostElement:
    def test_its_background_is_not_translucent_with_it(self) -> None:
        clean = sanitise_svg(
            drawing('<rect width="9" height="9"/>', 'viewBox="0 0 9 9" opacity=".5" style="background:red"')
        )[2]

        assert b'<rect width="9" height="9" fill="#ff0000" fill-opacity="1" /><g opacity="0.5"><g>' in clean

    def test_hidden_or_translucent(self) -> None:
        square = '<rect width="9" height="9"/>'

        assert b"<rect" in sanitise_svg(drawing(square, 'viewBox="0 0 9 9" display="none"'))[2]
        assert b"<rect" not in sanitise_svg(drawing(square, 'viewBox="0 0 9 9" opacity="0"'))[2]
        assert b'opacity="0.5"' in sanitise_svg(drawing(square, 'viewBox="0 0 9 9" opacity=".5"'))[2]

    @pytest.mark.parametrize(
        "attributes",
        [
            'viewBox="0 0 9 9" style="width:90px;height:90px"',
            'width="9" height="9" style="width:100%;height:auto"',
        ],
    )
    def test_sized_by_css_in_the_same_shape(self, attributes: str) -> None:
        assert sanitise_svg(drawing("", attributes))[0] in (9, 90)

    @pytest.mark.parametrize(
        "attributes",
        ['viewBox="0 0 9 9" style="width:90px;height:9px"', 'width="9" height="9" style="width:90px"'],
    )
    def test_sized_by_css_in_another_shape(self, attributes: str) -> None:
        with pytest.raises(PictureNotSupported, match="size by CSS"):
            sanitise_svg(drawing("", attributes))

    def test_without_a_namespace(self) -> None:
        with pytest.raises(PictureNotSupported, match="xmlns"):
            sanitise_svg(b'<svg viewBox="0 0 9 9"/>')


def test_shapes_in_ever_other_styles_are_counted() -> None:
    """What use shows is written once for each style it inherits: here for a thousand times a hundred."""
    rows = "".join(f'<g id="r{n}" stroke-width="{n + 2}"><use href="#s"/></g>' for n in range(300))
    uses = "".join(f'<use href="#r{n}" fill="#{colour:06x}"/>' for n in range(300) for colour in range(60))
    shapes = '<rect width="1" height="1"/>' * 10
    with pytest.raises(PictureTooLarge, match="100,000 shapes"):
        cleaned(f'<defs><g id="s">{shapes}</g>{rows}</defs>{uses}')
