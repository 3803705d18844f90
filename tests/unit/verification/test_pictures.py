"""What is baked into pictures is found without drawing them, and bombs stay small."""

import struct
import tracemalloc
import zlib

import pytest

from certifly.credentials.bake import PNG_KEYWORD, bake_png, bake_svg
from certifly.verification.errors import BeyondLimits, Unreadable
from certifly.verification.pictures import (
    BAKED_MAX,
    CHUNKS_MAX,
    OLD_KEYWORD,
    XML_DEPTH_MAX,
    texts_in_png,
    texts_in_svg,
)
from certifly.verification.strict_json import TEXT_BYTES_MAX
from tests.handed_in import CREDENTIAL, IHDR, SMALL_PNG, SMALL_SVG

END = struct.pack(">I", 0) + b"IEND" + bytes(4)
BOMB = zlib.compress(bytes(50_000_000), 9)
MEMORY_MAX = 12_000_000


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + bytes(4)


def png(*chunks: bytes) -> bytes:
    return b"".join([IHDR, *chunks, END])


def in_svg(inner: str, attributes: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inner}</svg>'.encode()


def test_a_baked_png_gives_its_credential() -> None:
    assert texts_in_png(bake_png(SMALL_PNG, CREDENTIAL)) == [CREDENTIAL]
    assert texts_in_png(SMALL_PNG) == []


@pytest.mark.parametrize(
    "content",
    [
        chunk(b"iTXt", OLD_KEYWORD + b"\0\0\0\0\0text"),
        chunk(b"tEXt", OLD_KEYWORD + b"\0text"),
        chunk(b"zTXt", OLD_KEYWORD + b"\0\0" + zlib.compress(b"text")),
        chunk(b"iTXt", PNG_KEYWORD + b"\0\1\0en\0\0" + zlib.compress(b"text")),
    ],
)
def test_it_is_found_in_every_kind_of_text(content: bytes) -> None:
    assert texts_in_png(png(chunk(b"tEXt", b"Comment\0" + PNG_KEYWORD), content)) == ["text"]


def test_a_compressed_text_is_not_unpacked_beyond_what_a_credential_needs() -> None:
    tracemalloc.start()
    with pytest.raises(BeyondLimits):
        texts_in_png(png(chunk(b"iTXt", PNG_KEYWORD + b"\0\1\0\0\0" + BOMB)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < MEMORY_MAX


def test_a_text_may_be_as_long_as_a_credential_and_no_longer() -> None:
    longest = png(chunk(b"tEXt", OLD_KEYWORD + b"\0" + b"x" * TEXT_BYTES_MAX))

    assert len(texts_in_png(longest)[0]) == TEXT_BYTES_MAX
    with pytest.raises(BeyondLimits):
        texts_in_png(png(chunk(b"tEXt", OLD_KEYWORD + b"\0" + b"x" * (TEXT_BYTES_MAX + 1))))


def test_chunks_and_credentials_of_a_png_are_counted() -> None:
    one = chunk(b"tEXt", OLD_KEYWORD + b"\0x")

    assert len(texts_in_png(png(*[one] * BAKED_MAX))) == BAKED_MAX
    with pytest.raises(BeyondLimits):
        texts_in_png(png(*[one] * (BAKED_MAX + 1)))
    assert texts_in_png(png(*[chunk(b"IDAT", b"")] * (CHUNKS_MAX - 2))) == []
    with pytest.raises(BeyondLimits):
        texts_in_png(png(*[chunk(b"IDAT", b"")] * (CHUNKS_MAX - 1)))


@pytest.mark.parametrize(
    "broken",
    [
        SMALL_PNG[:-12],
        SMALL_PNG[:20],
        IHDR + struct.pack(">I", 2**31) + b"IDAT" + bytes(20),
        png(chunk(b"iTXt", PNG_KEYWORD + b"\0\1\0\0\0" + b"no zlib")),
        png(chunk(b"tEXt", OLD_KEYWORD + b"\0\xff\xfe")),
    ],
)
def test_a_broken_png_is_unreadable(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        texts_in_png(broken)


def test_a_baked_svg_gives_its_credential() -> None:
    assert texts_in_svg(bake_svg(SMALL_SVG, CREDENTIAL)) == [CREDENTIAL]
    assert texts_in_svg(SMALL_SVG) == []
    assert texts_in_svg(b"<html></html>") is None


def test_a_token_stands_in_an_attribute() -> None:
    name = 'xmlns:o="https://purl.imsglobal.org/ob/v3p0"'

    assert texts_in_svg(in_svg('<o:credential verify="eyJ.a.b"/>', name)) == ["eyJ.a.b"]


def test_entities_are_refused_and_nothing_is_fetched() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for declared in (f'<!ENTITY l0 "lol">{laughs}', '<!ENTITY l9 SYSTEM "file:///etc/passwd">'):
        with pytest.raises(Unreadable):
            texts_in_svg(f"<!DOCTYPE svg [{declared}]>".encode() + in_svg("<text>&l9;</text>"))


def test_a_document_type_alone_is_no_reason_to_refuse() -> None:
    doctype = (
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )

    assert texts_in_svg(doctype + bake_svg(SMALL_SVG, CREDENTIAL)) == [CREDENTIAL]


def test_nesting_and_credentials_of_an_svg_are_counted() -> None:
    name = 'xmlns:o="https://purl.imsglobal.org/ob/v3p0"'
    levels = XML_DEPTH_MAX - 1

    assert texts_in_svg(in_svg("<g>" * levels + "</g>" * levels)) == []
    with pytest.raises(BeyondLimits):
        texts_in_svg(in_svg("<g>" * (levels + 1) + "</g>" * (levels + 1)))
    assert len(texts_in_svg(in_svg("<o:credential/>" * BAKED_MAX, name)) or []) == BAKED_MAX
    with pytest.raises(BeyondLimits):
        texts_in_svg(in_svg("<o:credential/>" * (BAKED_MAX + 1), name))


@pytest.mark.parametrize("broken", [b"<svg", b"<svg></g>", b'<?xml version="1.0" encoding="klingon"?><svg/>'])
def test_a_broken_svg_is_unreadable(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        texts_in_svg(broken)
