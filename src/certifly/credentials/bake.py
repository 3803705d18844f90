"""Put a credential into a picture, where badge wallets look for it (Open Badges 3.0, section 5.3).

The picture itself is not touched: what is drawn is the same before and after. Bake last: whoever writes the picture
anew drops what was baked into it. A picture that was baked before holds the new credential only.
"""

import re
import struct
import zlib

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEYWORD = b"openbadgecredential"
SVG_NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"

_IHDR_END = len(PNG_SIGNATURE) + 12 + 13
_OPENING_TAG = re.compile(rb"<svg\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_BAKED_ELEMENT = re.compile(
    rb"<openbadges:credential\b[^>]*?(?:/>|>.*?</openbadges:credential\s*>)", re.DOTALL
)
_DECLARATION = re.compile(rb"\s+xmlns:openbadges\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def bake_png(png: bytes, credential: str) -> bytes:
    """The PNG with the credential in one uncompressed iTXt chunk behind its header.

    ``credential`` is JSON in ASCII, or a JWT. ``png`` is one of ours: a well formed one.
    """
    assert png.startswith(PNG_SIGNATURE) and png[12:16] == b"IHDR", "a PNG begins with its header"
    # Keyword, then: not compressed (two zeros), no language, no translated keyword.
    content = PNG_KEYWORD + b"\0\0\0\0\0" + credential.encode("ascii")
    chunk = struct.pack(">I", len(content)) + b"iTXt" + content
    chunk += struct.pack(">I", zlib.crc32(content, zlib.crc32(b"iTXt")))
    rest = png[_IHDR_END:]
    if PNG_KEYWORD in rest:
        rest = _without_baked(rest)
    return b"".join((png[:_IHDR_END], chunk, rest))


def bake_svg(svg: bytes, credential: str) -> bytes:
    """The SVG with the credential in the first element of its root, as character data.

    ``svg`` is one of ours, so its root is found without a parser, and not one byte of the drawing changes.
    """
    if b"openbadges" in svg:
        svg = _BAKED_ELEMENT.sub(b"", svg)
    found = _OPENING_TAG.search(svg)
    assert found is not None and not found[0].endswith(b"/>"), "an SVG has a root with something in it"
    opening = _DECLARATION.sub(b"", found[0])
    # "]]>" can only stand inside strings of JSON, where its last character may be written as an escape.
    content = credential.replace("]]>", "]]\\u003e").encode("ascii")
    baked = b'%b xmlns:openbadges="%b"><openbadges:credential><![CDATA[%b]]></openbadges:credential>' % (
        opening[:-1],
        SVG_NAMESPACE.encode(),
        content,
    )
    return b"".join((svg[: found.start()], baked, svg[found.end() :]))


def _without_baked(chunks: bytes) -> bytes:
    """The chunks without those that hold a credential."""
    kept, at = [], 0
    while at < len(chunks):
        (length,) = struct.unpack_from(">I", chunks, at)
        end = at + 12 + length
        is_baked = chunks[at + 4 : at + 8] == b"iTXt" and chunks.startswith(PNG_KEYWORD + b"\0", at + 8)
        if not is_baked:
            kept.append(chunks[at:end])
        at = end
    return b"".join(kept)
