"""Decode the character references of HTML: ``&amp;``, ``&eacute;``, ``&#039;``, ``&#x2019;``.

Systems that write web pages send names that were escaped for HTML. A reference is decoded once, so the text
``&amp;lt;`` becomes ``&lt;``, which is what its author saw. Only references that end in a semicolon and that HTML
defines are decoded: ``AT&T``, ``R&D; Testing`` and ``&copy 2026`` are left alone.
"""

import re
from html.entities import html5

from certifly.templates.errors import UnacceptableText

_REFERENCE = re.compile(r"&(?:#([0-9]+)|#[Xx]([0-9A-Fa-f]+)|([A-Za-z][A-Za-z0-9]*));")
_DIGITS_MAX = len(str(0x10FFFF))
_SURROGATES = range(0xD800, 0xE000)
_WINDOWS_1252 = {
    byte: bytes([byte]).decode("windows-1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
"""What HTML reads ``&#128;`` to ``&#159;`` as; the five left out have no character there."""


def decode_references(text: str) -> str:
    """The text with each character reference replaced by its character.

    Raises UnacceptableText for a number that is not that of a character; a browser would show U+FFFD for it.
    """
    return _REFERENCE.sub(_character, text) if "&" in text else text


def references_in(text: str) -> list[str]:
    """The references that would be decoded, each once, in the order in which they appear."""
    found = (match for match in _REFERENCE.finditer(text) if match[3] is None or f"{match[3]};" in html5)
    return list(dict.fromkeys(match[0] for match in found))


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name is not None:
        return html5.get(f"{name};", match[0])
    digits = (decimal or hexadecimal).lstrip("0")
    number = int(digits or "0", 10 if decimal else 16) if len(digits) <= _DIGITS_MAX else None
    if not number or number > 0x10FFFF or number in _SURROGATES:
        shown = match[0] if len(match[0]) <= 2 * _DIGITS_MAX else f"{match[0][:_DIGITS_MAX]}…;"
        raise UnacceptableText(
            f"Contains {shown}, a character reference of HTML that stands for no character. Send the character itself."
        )
    return _WINDOWS_1252.get(number, chr(number))
