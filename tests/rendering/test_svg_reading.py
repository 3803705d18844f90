"""The XML of SVGs: harmless declarations are passed over, those that could grow are refused, nothing is fetched."""

import pytest

from certifly.rendering.errors import PictureNotSupported, PictureUnreadable
from certifly.rendering.svg import reading
from certifly.rendering.svg.sanitise import sanitise_svg
from tests.rendering.svg_pictures import cleaned, drawing

SVG_11 = '-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd'
SQUARE = '<rect width="9" height="9"/>'


@pytest.mark.parametrize(
    "start",
    [
        "<!DOCTYPE svg>",
        f'<!DOCTYPE svg PUBLIC "{SVG_11}">',
        '<?xml version="1.0" standalone="no"?>\n<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">',
        "<!DOCTYPE svg []>",
        f'<!DOCTYPE svg PUBLIC "{SVG_11}" [<!ENTITY ns_svg "http://www.w3.org/2000/svg"><!-- none --><?x?>]>',
    ],
)
def test_a_document_type_is_passed_over(start: str) -> None:
    clean = sanitise_svg(start.encode() + drawing(SQUARE))[2]

    assert b'<rect width="9" height="9" fill="#000000" />' in clean
    assert b"DOCTYPE" not in clean


def test_entities_of_plain_text_are_replaced() -> None:
    content = (
        '<!DOCTYPE svg [<!ENTITY svg "http://www.w3.org/2000/svg"><!ENTITY gold "#e5b72f">]>'
        '<svg xmlns="&svg;" viewBox="0 0 9 9"><rect width="9" height="9" fill="&gold;"/></svg>'
    )

    assert b'fill="#e5b72f"' in sanitise_svg(content.encode())[2]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a PUBLIC "x" "https://evil.example/x">',
        '<!ENTITY % a "aaaa">',
        '<!ENTITY % a SYSTEM "https://evil.example/x"> %a;',
        '<!ENTITY a "<rect/>">',
        '<!ENTITY a "&#60;rect/>">',
        '<!ENTITY a SYSTEM "a.gif" NDATA gif>',
        '<!ATTLIST rect fill CDATA "red">',
        "<!ELEMENT rect ANY>",
        '<!NOTATION gif SYSTEM "gif">',
    ],
)
def test_what_could_grow_or_be_fetched_is_refused(declared: str) -> None:
    with pytest.raises(PictureNotSupported, match="DOCTYPE"):
        sanitise_svg(f"<!DOCTYPE svg [{declared}]>".encode() + drawing(SQUARE))


def test_entities_that_are_not_declared_are_an_error() -> None:
    for start in (b"", b"<!DOCTYPE svg>", f'<!DOCTYPE svg PUBLIC "{SVG_11}">'.encode()):
        with pytest.raises(PictureUnreadable, match="well-formed"):
            sanitise_svg(start + drawing("<desc>&nbsp;</desc>"))


class TestBounds:
    def test_number_of_entities(self) -> None:
        def declared(count: int) -> bytes:
            entities = "".join(f'<!ENTITY e{n} "x">' for n in range(count))
            return f"<!DOCTYPE svg [{entities}]>".encode() + drawing(SQUARE)

        assert sanitise_svg(declared(reading.ENTITIES_MAX))[0] == 100
        with pytest.raises(PictureNotSupported, match="DOCTYPE"):
            sanitise_svg(declared(reading.ENTITIES_MAX + 1))

    def test_length_of_an_entity(self) -> None:
        def declared(length: int) -> bytes:
            return f'<!DOCTYPE svg [<!ENTITY e "{"x" * length}">]>'.encode() + drawing(SQUARE)

        assert sanitise_svg(declared(reading.ENTITY_CHARACTERS_MAX))[0] == 100
        with pytest.raises(PictureNotSupported, match="DOCTYPE"):
            sanitise_svg(declared(reading.ENTITY_CHARACTERS_MAX + 1))

    def test_what_all_uses_become(self) -> None:
        def used(times: int) -> bytes:
            start = f'<!DOCTYPE svg [<!ENTITY e "{"x" * 500}">]>'.encode()
            return start + drawing(f"<desc>{'&e;' * times}</desc>{SQUARE}")

        assert sanitise_svg(used(reading.ENTITY_TEXT_MAX // 500))[0] == 100
        with pytest.raises(PictureNotSupported, match="DOCTYPE"):
            sanitise_svg(used(reading.ENTITY_TEXT_MAX // 500 + 1))

    def test_entities_of_files_in_sixteen_bits_are_refused(self) -> None:
        text = (
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE svg [<!ENTITY e "x">]>'
            + drawing(SQUARE).decode()
        )
        with pytest.raises(PictureNotSupported, match="DOCTYPE"):
            sanitise_svg(text.encode("utf-16"))


def test_a_style_sheet_inside_of_a_processing_instruction_is_refused() -> None:
    for address in ("data:text/css,rect{fill:red}", "#style"):
        with pytest.raises(PictureNotSupported, match="xml-stylesheet"):
            cleaned(f'<?xml-stylesheet href="{address}"?>{SQUARE}')
