"""CSS of SVGs: which declaration holds, and what it means."""

import re
from xml.sax.saxutils import escape

import pytest

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge
from certifly.rendering.svg import cascade, quantities, selectors, stylesheet
from certifly.rendering.svg.sanitise import sanitise_svg
from tests.rendering.svg_pictures import cleaned, drawing, fill_of

RED, GREEN, BLUE = "#ff0000", "#008000", "#0000ff"


@pytest.mark.parametrize(
    ("css", "fill"),
    [
        ("rect{fill:blue!important} #a{fill:red}", BLUE),
        ("#a{fill:blue} rect.b{fill:red} .b.b.b{fill:green}", BLUE),
        ("rect{fill:red} rect{fill:blue}", BLUE),
        ("g > rect{fill:red}", RED),
        ("svg rect{fill:red}", RED),
        ("svg > rect{fill:red}", "#000000"),
        ("circle + rect{fill:red}", RED),
        ("circle ~ rect{fill:red}", RED),
        ("rect:first-child{fill:red} rect:nth-child(2){fill:green}", GREEN),
        ("rect:last-child, rect:only-of-type{fill:red}", RED),
        ("rect:nth-last-of-type(2n+1){fill:red}", RED),
        ("rect:first-of-type:last-of-type:not(:only-child):not(.z){fill:red}", RED),
        ("[data-x='1']{fill:red}", RED),
        ("[data-x^='2']{fill:red} [id=A i]{fill:green}", GREEN),
        ("[class~=b][class|=b][class$='b'][class*=b][id]{fill:red}", RED),
        (":root{fill:red}", RED),
        (":is(rect,.z){fill:red} :where(#a){fill:blue}", RED),
        (":is(rect, :unheard-of){fill:red}", RED),
        ("rect:hover, rect::before{fill:red}", "#000000"),
        ("rect, rect:unheard-of{fill:red}", "#000000"),
        ("rect, 5{fill:red}", "#000000"),
        ("a:link rect{fill:red}", "#000000"),
        ("rect:empty{fill:red}", RED),
        ("RECT{fill:red} rect{FILL:BLUE}", BLUE),
        ("r\\65 ct{fill:r\\65 d}", RED),
        ("*|rect{fill:red}", RED),
        ("@namespace s url(http://www.w3.org/2000/svg); s|rect{fill:red}", RED),
        ("@namespace h 'http://www.w3.org/1999/xhtml'; h|rect{fill:red}", "#000000"),
        ("@media print{rect{fill:red}} @media screen{rect{fill:blue}}", BLUE),
        ("@media not print{rect{fill:red}}", RED),
        ("@media screen and (prefers-color-scheme: dark), speech{rect{fill:red}}", "#000000"),
        ("@supports (fill:oklch(50% .1 90)){rect{fill:red}}", RED),
        ("@supports not ((fill:foo)){rect{fill:red}}", None),
        ("@supports (fill:foo) or (fill:red){rect{fill:red}}", RED),
        ("@font-face{src:url(https://evil.example/x)} rect{fill:red}", RED),
        ("<!-- rect{fill:red} -->", RED),
        ("rect{fill:red}}rect{fill:blue}", RED),
        ("rect", "#000000"),
        ("rect{--x:blue;fill:var(--x)}", BLUE),
        (":root{--x:var(--y);--y:blue} rect{fill:var(--x,red)}", BLUE),
        ("rect{--x:var(--y);--y:var(--x);fill:var(--x,blue)}", BLUE),
        ("rect{--x:10px;fill:red;fill:var(--x)}", "#000000"),
        ("g{--x:blue} rect{--x:initial;fill:var(--x,red)}", RED),
        ("rect{fill:red;fill:var(--gone)}", "#000000"),
        ("rect{fill:red;fill:var()}", RED),
        ("rect{fill:red;fill:var(a, lime)}", RED),
        ("rect{fill:red;fill:rgb(var(--a --b) 0 0)}", RED),
        ("rect{fill:red;fill:var(--a, !)}", RED),
        ("rect{fill:red;fill:var(--a,blue) url(a b)}", RED),
        ("rect{fill:color-mix(in srgb, var(--x,red) 100%, blue)}", RED),
        ("g{fill:red} rect{fill:initial}", "#000000"),
        ("g{fill:red} rect{fill:revert}", RED),
        ("g{color:red} rect{fill:currentColor}", RED),
        ("g{fill:currentColor;color:red} rect{color:blue}", BLUE),
    ],
)
def test_the_declaration_that_holds(css: str, fill: str | None) -> None:
    shapes = '<g><circle/><rect id="a" class="b" data-x="1" width="1" height="1"/></g>'
    body = f"<style>{css.replace('<', '&lt;')}</style>{shapes}"

    if fill is None:
        with pytest.raises(PictureNotSupported, match="@supports"):
            fill_of(body)
    else:
        assert fill_of(body) == fill


def test_style_sheets_for_other_media_and_of_other_kinds_do_not_hold() -> None:
    shape = '<rect width="1" height="1"/>'

    assert fill_of(f'<style media="print">rect{{fill:red}}</style>{shape}') == "#000000"
    assert fill_of(f'<style type="text/plain">rect{{fill:red}}</style>{shape}') == "#000000"
    html = f'<h:style xmlns:h="http://www.w3.org/1999/xhtml">rect{{fill:red}}</h:style>{shape}'
    assert fill_of(html) == RED


@pytest.mark.parametrize(
    ("css", "named"),
    [
        ("rect:has(g){fill:red}", ":has"),
        ("rect:lang(en){fill:red}", ":lang"),
        ("rect:scope{fill:red}", ":scope"),
        ("& rect{fill:red}", "&"),
        ("rect{width:min-content}", "min-content"),
        ("rect:nth-child(2 of .a){fill:red}", "of"),
        ("[x|y=z]{fill:red}", "namespace"),
        ("@layer a;", "@layer"),
        ("@container (width>1px){rect{fill:red}}", "@container"),
        ("@media (width>1px){rect{fill:red}}", "width"),
        ("@media screen, and{rect{fill:red}}", None),
        ("@media not{rect{fill:red}}", "media"),
        ("@media screen or print{rect{fill:red}}", "media"),
        ("@supports selector(a){rect{fill:red}}", "@supports"),
        ("@supports (fill:red) and (fill:red) or (fill:red){}", "@supports"),
        ("@supports (fill:red) nor (fill:red){}", "@supports"),
        ("@supports (nonsense:red){}", "nonsense"),
        ("@namespace 'http://www.w3.org/1999/xhtml';", "@namespace"),
        ("g{rect{fill:red}}", "rules inside rules"),
        (":is(" * 7 + "a" + ")" * 7 + "{fill:red}", "nested"),
        ("rect{--x:" + "red " * 240 + ";fill:var(--x) var(--x)}", "var"),
    ],
)
def test_what_cannot_be_decided_is_refused(css: str, named: str | None) -> None:
    body = f'<style>{escape(css)}</style><rect width="1" height="1"/>'

    if named is None:
        assert fill_of(body) == RED
    else:
        with pytest.raises(PictureNotSupported, match=named):
            fill_of(body)


def test_what_use_shows_inherits_there_and_matches_no_selector_from_outside() -> None:
    body = (
        "<style>g.k rect{stroke:red} #r{stroke-width:2}</style>"
        '<defs><g class="k"><rect id="r" width="1" height="1"/></g></defs><use href="#r" fill="blue"/><use href="#r"/>'
    )

    assert re.findall("<rect[^>]*>", cleaned(body)) == [
        '<rect width="1" height="1" fill="#0000ff" id="p0" />', '<rect width="1" height="1" fill="#000000" id="p1" />'
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        (
            'style="x:5px;width:calc(100% - 40px);height:min(5mm, 90%)"',
            'x="5" width="60" height="18.8976378"',
        ),
        ('width="2em" height="1rem" font-size="20"', 'width="40" height="16"'),
        ('width="10" height="10" style="width:20"', 'width="20" height="10"'),
        ('width="10" height="10" rx="3"', 'rx="3" ry="3" width="10" height="10"'),
        ('width="10" height="10" rx="30" ry="1"', 'rx="5" ry="1" width="10" height="10"'),
    ],
)
def test_lengths_are_worked_out(written: str, clean: str) -> None:
    assert cleaned(f"<rect {written}/>") == f'<rect {clean} fill="#000000" />'


@pytest.mark.parametrize(
    ("style", "matrix"),
    [
        ('transform="translate(5 6) scale(2)"', "2 0 0 2 5 6"),
        ('transform="rotate(90 5 5)"', "0 1 -1 0 10 0"),
        ('transform="skewX(45)"', "1 0 1 1 0 0"),
        ('style="transform:translate(10%,5px)"', "1 0 0 1 10 5"),
        ('style="transform:rotate(0.25turn);transform-origin:10px 10px"', "0 1 -1 0 20 0"),
        ('style="transform:scale(.5);transform-origin:center"', "0.5 0 0 0.5 25 25"),
        ('style="transform:scale(50%);transform-origin:top right"', "0.5 0 0 0.5 50 0"),
        ('style="transform:scaleX(2) scaleY(3)"', "2 0 0 3 0 0"),
        ('style="transform:translateX(2px) translateY(3px)"', "1 0 0 1 2 3"),
        ('style="transform:matrix(1,2,3,4,5,6)"', "1 2 3 4 5 6"),
        ('style="translate:5px;rotate:90deg;scale:2"', "0 2 -2 0 5 0"),
        ('style="transform:translate(5px);transform-box:fill-box"', "1 0 0 1 5 0"),
        ('transform="translate(5)" style="transform:none"', None),
        ('transform="translate(5"', None),
        ('transform="translate(5,)"', None),
        ('style="transform:translate(5)"', None),
        ('style="transform:rotate(5)"', None),
        ('style="transform:foo(5)"', None),
        ('style="scale:1px;rotate:red;translate:1 2 3 4"', None),
    ],
)
def test_transforms_become_one_matrix(style: str, matrix: str | None) -> None:
    found = re.findall(r'transform="matrix\(([^)]*)\)"', cleaned(f'<rect width="1" height="1" {style}/>'))

    assert found == ([matrix] if matrix else [])


@pytest.mark.parametrize(
    "style",
    [
        "transform:rotate3d(1,0,0,5deg)", "transform:rotate(5deg);transform-box:fill-box", "rotate:x 5deg",
        "translate:1px 2px 3px", "transform:scale(2);transform-origin:0 0 5px", "clip-path:circle(5px)",
        "mask:url(#a) alpha",
        "filter:blur(2px)", "width:5vw", "width:5ex", "zoom:2", "outline:1px solid red", "all:unset",
        "offset-path:path('M0 0')",
        "mix-blend-mode:plus-lighter", "fill:context-fill", "fill:revert-layer", "d:shape(from 0 0)",
        "stroke:url(a.svg#b)",
    ],
)  # fmt: skip
def test_what_changes_the_picture_and_is_not_drawn_is_refused(style: str) -> None:
    kind = "path" if style.startswith("d:") else "rect"
    with pytest.raises(PictureNotSupported, match="certificates cannot show"):
        cleaned(f'<{kind} width="1" height="1" d="M0 0h9v9z" style="{style}"/>')


@pytest.mark.parametrize(
    "attribute", ['transform="rotate(5)"', 'filter="url(#f)"', 'style="border:1px solid"']
)
def test_effects_on_the_outermost_element_are_refused(attribute: str) -> None:
    with pytest.raises(PictureNotSupported, match="certificates cannot show"):
        sanitise_svg(drawing('<filter id="f"/>', f'viewBox="0 0 9 9" {attribute}'))


def test_the_background_of_the_outermost_element_is_drawn() -> None:
    clean = sanitise_svg(drawing("", 'viewBox="0 0 9 9" style="background:rgb(229 183 47 / 50%) no-repeat"'))[
        2
    ]

    assert b'<rect width="9" height="9" fill="#e5b72f" fill-opacity="0.5" />' in clean
    with pytest.raises(PictureNotSupported, match="picture as background"):
        sanitise_svg(drawing("", 'viewBox="0 0 9 9" style="background:linear-gradient(red,blue)"'))


GRADIENT = (
    '<linearGradient id="g" {}><stop stop-color="{}"/><stop offset="calc(40%)" stop-color="blue"/></linearGradient>'
    '<rect width="9" height="9" fill="url(#g)"/>'
)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<link xmlns="http://www.w3.org/1999/xhtml" rel="stylesheet" href="data:text/css,g{}"/>', "<link>"),
        (GRADIENT.format('x2="1e-9"', "red"), "nearly no length"),
        (GRADIENT.format('gradientTransform="scale(1e-6 1)"', "red"), "nearly no length"),
        (GRADIENT.format("", "color(prophoto-rgb 0 1 0)"), "no screen"),
    ],
)
def test_links_and_gradients_that_are_drawn_otherwise_are_refused(body: str, named: str) -> None:
    with pytest.raises(PictureNotSupported, match=named):
        cleaned(body)


def test_a_wide_gradient_comes_with_the_colours_between() -> None:
    stop = '<stop offset="{}" stop-color="oklch(70% .1 150)"/>'
    clean = cleaned(GRADIENT.format("", "red").replace("calc(40%)", "1").replace("red", "oklch(70% .1 150)"))

    assert clean.count("<stop") == 33
    many = "".join(stop.format(place / 20) for place in range(20))
    with pytest.raises(PictureTooLarge, match="300 colours"):
        cleaned(GRADIENT.format("", "red").replace("<stop", many + "<stop", 1))


class TestBounds:
    def test_characters_of_style_sheets(self) -> None:
        near = "/*" + "a" * (stylesheet.CSS_CHARACTERS_MAX - 4) + "*/"

        assert cleaned(f"<style>{near}</style>") == ""
        with pytest.raises(PictureTooLarge, match="300,000 characters"):
            cleaned(f"<style>{near} </style>")

    @pytest.mark.parametrize(
        "given", ["<style>rect{{fill:{}}}</style>", '<g style="fill:{}"/>', '<g fill="{}"/>']
    )
    def test_brackets_in_brackets(self, given: str) -> None:
        shape = '<rect width="1" height="1"/>'
        inner = quantities.NESTING_MAX - given.count("{{")
        near, far = ("(" * depth + ")" * depth for depth in (inner, inner + 1))

        assert fill_of(given.format(near) + shape) == "#000000"
        with pytest.raises(PictureNotSupported, match="brackets in brackets"):
            fill_of(given.format(far).replace("/>", f">{shape}</g>") + (shape if "style>" in given else ""))

    def test_elements_that_a_selector_names(self) -> None:
        names = " ".join(["g"] * selectors.COMPOUNDS_MAX)

        assert cleaned(f"<style>{names}{{fill:red}}</style>") == ""
        with pytest.raises(PictureNotSupported, match="too many elements"):
            cleaned(f"<style>{names} g{{fill:red}}</style>")

    def test_comparisons_of_selectors_with_elements(self) -> None:
        """A chain of descendants that nearly matches tries each ancestor for each part."""
        nested = "<g>" * 45 + '<rect width="1" height="1"/>' + "</g>" * 45
        with pytest.raises(PictureTooLarge, match="too many properties"):
            cleaned(f"<style>a{' g' * 15} rect{{fill:red}}</style>{nested}")

    def test_siblings_that_are_counted(self) -> None:
        rule = "<style>rect:nth-of-type(2n){fill:red}</style>"

        assert cleaned(rule + '<rect width="1" height="1"/>' * 500).count(RED) == 250
        with pytest.raises(PictureTooLarge, match="too many properties"):
            cleaned(rule + '<rect width="1" height="1"/>' * 2_000)

    def test_variables_in_variables(self) -> None:
        def chain(length: int) -> str:
            names = "".join(f"--v{n}:var(--v{n + 1});" for n in range(length))
            return f'<style>rect{{{names}--v{length}:red;fill:var(--v0,blue)}}</style><rect width="1" height="1"/>'

        assert fill_of(chain(cascade.VARIABLES_DEPTH_MAX)) == RED
        assert fill_of(chain(cascade.VARIABLES_DEPTH_MAX + 1)) == BLUE

    def test_a_thousand_million_empty_variables(self) -> None:
        levels = "".join(f"--v{n}:{f'var(--v{n + 1})' * 10};" for n in range(9))
        with pytest.raises(PictureNotSupported, match="var"):
            cleaned(f'<style>rect{{{levels}--v9: ;fill:var(--v0)}}</style><rect width="1" height="1"/>')
