"""Credentials baked into pictures: what stands in a PNG or an SVG, without drawing either.

Only the parts that can hold a credential are read. What would be unpacked is bounded, and an SVG is read as XML
without entities or anything from outside.
"""

import struct
import zlib
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from certifly.credentials.bake import PNG_KEYWORD, PNG_SIGNATURE, SVG_NAMESPACE
from certifly.verification.errors import BeyondLimits, Unreadable
from certifly.verification.strict_json import TEXT_BYTES_MAX

CHUNKS_MAX = 50_000
"""Of a PNG. The largest that we take, in chunks of half a kilobyte."""

BAKED_MAX = 4
XML_DEPTH_MAX = 200
OLD_KEYWORD = b"openbadges"
"""Of Open Badges 1 and 2."""

_SVG = "http://www.w3.org/2000/svg"
_OLD_SVG_NAMESPACE = "http://openbadges.org"
_TEXT_CHUNKS = (b"iTXt", b"tEXt", b"zTXt")


def texts_in_png(png: bytes) -> list[str]:
    """What is baked into a PNG. Raises Unreadable or BeyondLimits."""
    found: list[str] = []
    at = len(PNG_SIGNATURE)
    for _ in range(CHUNKS_MAX):
        if at + 12 > len(png):
            raise Unreadable("a PNG that ends in the middle")
        (length,) = struct.unpack_from(">I", png, at)
        kind, start, end = png[at + 4 : at + 8], at + 8, at + 8 + length
        if end + 4 > len(png):
            raise Unreadable("a PNG that ends in the middle")
        if kind == b"IEND":
            return found
        if kind in _TEXT_CHUNKS:
            keyword, _, rest = png[start:end].partition(b"\0")
            if keyword in (PNG_KEYWORD, OLD_KEYWORD):
                found.append(_text_of(kind, rest))
                if len(found) > BAKED_MAX:
                    raise BeyondLimits(f"a PNG with more than {BAKED_MAX} credentials")
        at = end + 4
    raise BeyondLimits(f"a PNG of more than {CHUNKS_MAX} chunks")


def _text_of(kind: bytes, content: bytes) -> str:
    if kind == b"iTXt":
        is_compressed, content = content[:1] == b"\1", content[2:]
        _, _, content = content.partition(b"\0")  # the language
        _, _, content = content.partition(b"\0")  # the translated keyword
    else:
        is_compressed = kind == b"zTXt"
        content = content[1:] if is_compressed else content
    if is_compressed:
        content = _unpacked(content)
    if len(content) > TEXT_BYTES_MAX:
        raise BeyondLimits(f"a credential of more than {TEXT_BYTES_MAX} bytes")
    return _decoded(content)


def _unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, TEXT_BYTES_MAX + 1)
    except zlib.error:
        raise Unreadable("a compressed text that cannot be unpacked") from None


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Unreadable("a credential that is not UTF-8") from None


class _Reader:
    """Gathers the texts of credentials while the parser walks; keeps nothing else."""

    def __init__(self) -> None:
        self.is_svg: bool | None = None
        self.found: list[str] = []
        self._depth = 0
        self._inside: list[str] | None = None
        self._inside_depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > XML_DEPTH_MAX:
            raise BeyondLimits(f"XML nested more than {XML_DEPTH_MAX} levels deep")
        if self.is_svg is None:
            self.is_svg = tag == f"{{{_SVG}}}svg"
        if tag in (f"{{{SVG_NAMESPACE}}}credential", f"{{{_OLD_SVG_NAMESPACE}}}assertion"):
            if len(self.found) >= BAKED_MAX:
                raise BeyondLimits(f"an SVG with more than {BAKED_MAX} credentials")
            self._inside, self._inside_depth = [], self._depth
            if "verify" in attributes:
                self._inside.append(attributes["verify"])  # where a JWT stands (Open Badges 3.0, 5.3.2)

    def data(self, text: str) -> None:
        if self._inside is not None:
            self._inside.append(text)

    def end(self, _: str) -> None:
        if self._inside is not None and self._depth == self._inside_depth:
            self.found.append("".join(self._inside))
            self._inside = None
        self._depth -= 1


def texts_in_svg(svg: bytes) -> list[str] | None:
    """What is baked into an SVG; None for XML that is none. Raises Unreadable or BeyondLimits."""
    reader = _Reader()
    parser = DefusedXMLParser(target=reader, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(svg)
        parser.close()
    except DefusedXmlException:
        raise Unreadable("an SVG with entities of its own, which can grow without bound") from None
    except (ParseError, ValueError, LookupError):
        raise Unreadable("an SVG that is not well formed") from None
    return reader.found if reader.is_svg else None
