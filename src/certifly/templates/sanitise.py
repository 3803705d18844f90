"""Make a text from outside fit to be stored, drawn, mailed and signed.

What must stay true: names come through unharmed in every script (``O'Brien``, ``A < B``, ``José``, ``محمد``), and so
do angle brackets that are not markup (``List<String>``). The result is in NFC and holds no HTML markup, no control,
no bidirectional override and no non-character. It is on one line, unless several lines were asked for. Cleaning the
result again changes nothing, and the time taken grows with the length of the text, never with its square.

``sanitise`` is for what is sent: it decodes the character references of HTML, once, before anything else. What was
cleaned before must not be decoded again: ``&amp;lt;`` means ``&lt;``, and not ``<``.

The zero-width joiner and non-joiner stay: Persian, Devanagari and emoji are spelt with them. So do the
plain direction marks. Every kind of white space (no-break spaces too) becomes one space.
"""

import re
import unicodedata

from certifly.core.damaged_text import DAMAGE, is_damaged
from certifly.templates.character_references import decode_references
from certifly.templates.errors import UnacceptableText
from certifly.templates.markup import SEPARATOR, without_markup

MARKS_IN_A_ROW_MAX = 30
"""Combining marks on one letter (the Stream-Safe Text Format of UAX #15, section 13, has the same bound).

Putting marks in canonical order costs the square of their number: 200,000 in a row took 21 seconds.
"""

MARKUP_ROUNDS_MAX = 8
"""How often markup is removed from one text, since what is left may form markup again (``<<b>b>``)."""

_SURROGATES = re.compile("[\ud800-\udfff]")

_SPACE = "\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE_END = "\n-\r\x85\u2028\u2029"
"""With the spaces, the characters of Unicode's property White_Space."""

_WHITE_SPACE = re.compile(f"[{_SPACE}{_LINE_END}{SEPARATOR}]+")
SPACES = re.compile(f"[{_SPACE}]+")
LINE_ENDS = re.compile(f"\r\n|[{_LINE_END}]")
_AROUND_LINE_ENDS = re.compile(" ?\n ?")
_SEPARATORS = re.compile(f"[ \n]*{SEPARATOR}[ \n{SEPARATOR}]*")

FORBIDDEN = re.compile(
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


def sanitise(text: str, *, multiline: bool = False) -> str:
    """What was sent, as this product keeps it; empty when nothing visible is left.

    With ``multiline`` each line end is kept, as ``\n``. Raises UnacceptableText for what cannot be repaired: half a
    surrogate pair, text that was damaged before it arrived, more accents on one letter than any writing system
    has, a script that does not end, and markup nested in markup.
    """
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        return " ".join(text.split())
    if _SURROGATES.search(text):
        raise UnacceptableText("Contains half of a surrogate pair, which is no character. Send proper UTF-8.")
    return clean(decode_references(text), multiline=multiline)


def clean(text: str, *, multiline: bool = False) -> str:
    """The same without decoding character references: for text that is no longer escaped. Cleaning twice is once."""
    if is_damaged(text):
        raise UnacceptableText(f"Contains {DAMAGE}, and send the text again.")
    for _ in range(MARKUP_ROUNDS_MAX):
        before, text = text, _clean_once(text, multiline=multiline)
        if text == before:
            return "" if _NOTHING_TO_SEE.fullmatch(text) else text
    raise UnacceptableText("Contains HTML tags inside of HTML tags. Send plain text.")


def _clean_once(text: str, *, multiline: bool) -> str:
    text = without_markup(FORBIDDEN.sub("", text))
    if _has_towers(text):
        raise UnacceptableText(
            f"Has more than {MARKS_IN_A_ROW_MAX} accents on one letter. Send it without the decoration."
        )
    text = unicodedata.normalize("NFC", text)
    if not multiline:
        return _WHITE_SPACE.sub(" ", text).strip(" ")
    text = _AROUND_LINE_ENDS.sub("\n", LINE_ENDS.sub("\n", SPACES.sub(" ", text)))
    return _SEPARATORS.sub("\n", text).strip(" \n")


def unwritable_in(text: str) -> str | None:
    """What a text holds that must not be stored, in words; line ends are allowed.

    For what is written once by a designer: better told than silently removed.
    """
    if is_damaged(text):
        return DAMAGE
    wrong = _SURROGATES.search(text) or FORBIDDEN.search(text)
    if wrong is not None:
        return f"the code point U+{ord(wrong[0]):04X}, which cannot be printed. Remove it"
    return f"more than {MARKS_IN_A_ROW_MAX} accents on one letter. Remove some" if _has_towers(text) else None


def _has_towers(text: str) -> bool:
    if text.isascii():
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MARKS_IN_A_ROW_MAX:
            return True
    return False
