"""Make a text from outside fit to be stored, drawn, mailed and signed.

What must stay true: names come through unharmed in every script (``O'Brien``, ``A < B``, ``José``,
``محمد``); the result is in NFC, on one line, and holds no HTML tag or comment, no control, no
bidirectional override and no non-character; cleaning it again changes nothing; and the time taken grows
with the length of the text, never with its square, whatever was sent.

The zero-width joiner and non-joiner stay: Persian, Devanagari and emoji are spelt with them. So do the
plain direction marks. Every kind of white space (line ends and no-break spaces too) becomes one space.
"""

import re
import unicodedata

from certifly.templates.errors import UnacceptableText

MARKS_IN_A_ROW_MAX = 30
"""Combining marks on one letter (the Stream-Safe Text Format of UAX #15, section 13, has the same bound).

Putting marks in canonical order costs the square of their number: 200,000 in a row took 21 seconds.
"""

_SURROGATES = re.compile("[\ud800-\udfff]")

_WHITE_SPACE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
"""The characters of Unicode's property White_Space."""

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls that are not white space
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides, isolates
    "\ufeff"  # byte order mark, met at the start of pasted and imported cells
    "\ufdd0-\ufdef"  # non-characters, here and at the end of every plane
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)

_NOTHING_TO_SEE = re.compile(
    "[ \u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u206a-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]*"
)
"""What draws nothing, even when many stand together: such a text is as blank as spaces."""


def sanitise(text: str) -> str:
    """The text as this product keeps it; empty when nothing visible is left.

    Raises UnacceptableText for half a surrogate pair, which no file format can hold, and for more
    accents on one letter than any writing system has.
    """
    if text.isascii() and text.isprintable() and "<" not in text:
        return " ".join(text.split())
    if _SURROGATES.search(text):
        raise UnacceptableText("Contains half of a surrogate pair, which is no character. Send proper UTF-8.")

    # Twice, because NFC can complete a tag: a bracket and a combining stroke brought together become one
    # character (U+226E), and the Kelvin sign becomes K. Never thrice: every tag ends in a bracket, and in a
    # text already in NFC no stroke follows one that is left, so the second round brings none together.
    cleaned = _clean_once(text)
    if cleaned != text:
        cleaned = _clean_once(cleaned)

    return "" if _NOTHING_TO_SEE.fullmatch(cleaned) else cleaned


def _clean_once(text: str) -> str:
    text = without_markup(_FORBIDDEN.sub("", text))
    if _has_towers(text):
        raise UnacceptableText(
            f"Has more than {MARKS_IN_A_ROW_MAX} accents on one letter. Send it without the decoration."
        )
    return _WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")


def unwritable_in(text: str) -> str | None:
    """What a text holds that must not be stored, in words; line ends are allowed.

    For what is written once by a designer: better told than silently removed.
    """
    wrong = _SURROGATES.search(text) or _FORBIDDEN.search(text)
    if wrong is not None:
        return f"the code point U+{ord(wrong[0]):04X}, which cannot be printed"
    return f"more than {MARKS_IN_A_ROW_MAX} accents on one letter" if _has_towers(text) else None


def without_markup(text: str) -> str:
    """Remove HTML tags (``</?[A-Za-z][^<>]*>``) and comments until none is left, in one pass.

    A tag can only end at a ``>``, and what it removes is the end of what was kept so far; so at each
    ``>`` it is enough to look back at the nearest angle bracket, and at the first open comment.
    """
    if "<" not in text or ">" not in text:
        return text
    kept: list[str] = []
    brackets: list[int] = []  # where each < and > stands in kept
    comment: int | None = None  # where the first <!-- stands in kept

    for character in text:
        if character == ">":
            start = _markup_start(kept, brackets, comment)
            if start is not None:
                del kept[start:]
                while brackets and brackets[-1] >= start:
                    brackets.pop()
                if comment is not None and comment >= start:
                    comment = None
                continue
        if character in "<>":
            brackets.append(len(kept))
        kept.append(character)
        if comment is None and character == "-" and kept[-4:] == ["<", "!", "-", "-"]:
            comment = len(kept) - 4

    return "".join(kept)


def _markup_start(kept: list[str], brackets: list[int], comment: int | None) -> int | None:
    """Where the comment or tag begins that a ``>`` placed now would end."""
    if comment is not None and kept[-2:] == ["-", "-"]:
        return comment
    if not brackets or kept[brackets[-1]] != "<":
        return None
    opening = kept[brackets[-1] + 1 : brackets[-1] + 3]
    name = opening[1:] if opening[:1] == ["/"] else opening[:1]
    return brackets[-1] if name and name[0].isascii() and name[0].isalpha() else None


def _has_towers(text: str) -> bool:
    if text.isascii():
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MARKS_IN_A_ROW_MAX:
            return True
    return False
