"""Text that was damaged before it arrived: written in one encoding and read in another.

Two kinds. U+FFFD, the replacement character, marks a letter that is lost: it is never part of a name, and text with it
is refused. ``MÃ¼ller`` is UTF-8 that was read as Windows-1252: nothing is lost, and it may even be meant, so it is
only warned of.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable

REPLACEMENT_CHARACTER = "\ufffd"
DAMAGE = (
    "the replacement character U+FFFD, the mark of text that was read in the wrong encoding: a letter is lost. Save "
    "the file it comes from as UTF-8 (Excel: “CSV UTF-8”), or read it in the encoding that it has"
)
MISREADINGS_MAX = 3
"""How often one text may have been misread in a row."""


def is_damaged(text: str) -> bool:
    """Whether letters are lost: U+FFFD, also when its UTF-8 was itself misread (``ï¿½``)."""
    return REPLACEMENT_CHARACTER in text or "ï¿½" in text


def meant_by(text: str) -> str | None:
    """What was probably written, if the text looks like UTF-8 that was read in another encoding; else None.

    All of it must look so: each run of letters outside ASCII has to be the bytes of whole characters, and those have to
    be letters of a script that such names are written in, or usual punctuation. No word may mix Latin letters with
    those of another alphabet: “PERÙ’s” is not an Arabic sign between Latin letters.
    """
    meant, found = text, None
    for _ in range(MISREADINGS_MAX):
        better = next(filter(None, (_read_again(meant, encode) for encode in _ENCODINGS)), None)
        if better is None:
            break
        meant = better
        if not _ONLY_BETWEEN.search(meant) and not any(map(_mixes_alphabets, _WORD.findall(meant))):
            found = meant
    return found


def _read_again(text: str, encode: Callable[[str], bytes]) -> str | None:
    if text.isascii():
        return None
    try:
        read = encode(text).decode("utf-8")
    except UnicodeError:
        return None
    return read if len(read) < len(text) and all(map(_is_usual, read)) else None


def _is_usual(character: str) -> bool:
    code = ord(character)
    if code >= 0x0800:  # three bytes that fit together are no accident
        return unicodedata.category(character) != "Co"
    return code < 0x80 or any(first <= code <= last for first, last in _USUAL)


_WORD = re.compile(r"[\w\u064b-\u065f]+")
"""Letters and digits in a row, with the vowel signs of Arabic."""
_ONLY_BETWEEN = re.compile("[\x80-\x9f\u0192\u02c6\u02dc]")
"""Characters of text that was misread twice and read again once: no name has them in the end."""


def _mixes_alphabets(word: str) -> bool:
    """Whether a word has Latin letters and others of two bytes. Chinese and Japanese beside Latin letters are usual."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word if ord(letter) < 0x0800}
    return "LATIN" in scripts and not scripts.isdisjoint(_OTHER_ALPHABETS)


_OTHER_ALPHABETS = {"GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC"}

_USUAL = (
    (0x0080, 0x017F),  # Latin, and the controls between, which are left of text that was misread twice
    (0x0192, 0x0192),  # the rest of Windows-1252, for the same reason
    (0x02C6, 0x02C6),
    (0x02DC, 0x02DC),
    (0x02BC, 0x02BC),  # the apostrophe of Ukrainian
    (0x01A0, 0x01A1),  # Vietnamese
    (0x01AF, 0x01B0),
    (0x0218, 0x021B),  # Romanian
    (0x0386, 0x03CE),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x0490, 0x0491),
    (0x0531, 0x0556),  # Armenian
    (0x0561, 0x0587),
    (0x05BE, 0x05BE),  # Hebrew
    (0x05D0, 0x05EA),
    (0x05F3, 0x05F4),
    (0x0621, 0x06CC),  # Arabic
)
"""Two-byte characters that names are written in. Without the rest, “CAFÉ™” is not taken for a phonetic sign."""


def _encoder(encoding: str) -> Callable[[str], bytes]:
    """Back to the bytes, as programs read them that never fail: a byte without a character is a control."""
    read = (bytes([byte]).decode(encoding, "replace") for byte in range(0x100))
    table = {
        ord(chr(byte) if seen == REPLACEMENT_CHARACTER else seen): byte for byte, seen in enumerate(read)
    }
    return lambda text: codecs.charmap_encode(text, "strict", table)[0]


_ENCODINGS = tuple(map(_encoder, ("windows-1252", "latin-1", "mac-roman", "cp850", "cp437", "windows-1251")))
"""What UTF-8 is misread as: by Windows, the web, macOS, DOS and the Windows console, Russian Windows."""
