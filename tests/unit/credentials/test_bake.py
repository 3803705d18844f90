"""A credential is baked into a picture once, where wallets look for it, and the picture stays as it was."""

import json
import struct
import zlib
from xml.etree.ElementTree import Element, fromstring

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.credentials.bake import PNG_KEYWORD, SVG_NAMESPACE, bake_png, bake_svg
from certifly.rendering.png import encode_png

PNG = encode_png(np.full((3, 2, 3), 200, np.uint8))
SVG = (
    b'<?xml version="1.0"?>\n<svg class="typst-doc" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">'
    b'<path d="M0 0"/></svg>'
)
TEXT = '{"name":"\\u06e9","proof":[]}'

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length)[0] == zlib.crc32(kind + content)
        found.append((kind, content))
        at += 12 + length
    return found


def credential_in(svg: bytes) -> Element:
    return fromstring(svg)[0]


def test_it_stands_behind_the_header_uncompressed_and_once() -> None:
    baked = chunks(bake_png(PNG, TEXT))

    assert [kind for kind, _ in baked][:2] == [b"IHDR", b"iTXt"]
    assert baked[1][1] == PNG_KEYWORD + b"\0\0\0\0\0" + TEXT.encode()
    assert baked[:1] + baked[2:] == chunks(PNG)


def test_a_picture_that_was_baked_before_holds_the_new_credential_only() -> None:
    assert bake_png(bake_png(PNG, '{"old":1}'), TEXT) == bake_png(PNG, TEXT)
    assert bake_svg(bake_svg(SVG, '{"old":1}'), TEXT) == bake_svg(SVG, TEXT)


def test_other_texts_of_a_picture_stay() -> None:
    content = b"Comment\0" + PNG_KEYWORD
    comment = struct.pack(">I", len(content)) + b"tEXt" + content
    comment += struct.pack(">I", zlib.crc32(b"tEXt" + content))
    with_comment = PNG[:33] + comment + PNG[33:]

    assert chunks(bake_png(with_comment, TEXT))[2] == (b"tEXt", content)


def test_in_an_svg_it_is_the_first_element_of_the_root() -> None:
    baked = bake_svg(SVG, TEXT)
    found = credential_in(baked)

    assert found.tag == f"{{{SVG_NAMESPACE}}}credential"
    assert found.text == TEXT
    assert b"<![CDATA[" + TEXT.encode() + b"]]>" in baked
    assert baked.startswith(b'<?xml version="1.0"?>\n<svg class=')
    assert baked.endswith(b'</openbadges:credential><path d="M0 0"/></svg>')


@given(value=json_values)
def test_whatever_the_credential_says_comes_out_of_both_again(value: object) -> None:
    text = json.dumps(value)

    assert json.loads(chunks(bake_png(PNG, text))[1][1].rpartition(b"\0")[2]) == value
    assert json.loads(credential_in(bake_svg(SVG, text)).text or "") == value


def test_the_end_of_character_data_cannot_come_from_a_name() -> None:
    text = json.dumps({"name": "]]><script>alert(1)</script>"})
    found = credential_in(bake_svg(SVG, text))

    assert json.loads(found.text or "") == json.loads(text)
    assert len(found) == 0


def test_only_ascii_goes_into_a_picture() -> None:
    with pytest.raises(UnicodeEncodeError):
        bake_png(PNG, '{"name":"é"}')
