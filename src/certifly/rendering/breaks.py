"""Where a line may end.

In the manner of UAX #14, for what stands on certificates: after spaces, hyphens, dashes and slashes;
between ideographs and kana, with the usual forbidden line starts and ends; between emoji; in Thai, which
writes no spaces between words, before a vowel that opens a syllable. Never inside what a reader sees as
one character. Korean breaks at spaces only, as names and titles want it.
"""

import string
import unicodedata
from functools import lru_cache

from certifly.rendering.scripts import is_ignorable, is_wide_punctuation, script_of

TEXTS_KEPT_MAX = 1024

_SPACES = frozenset(" \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000")
_ASCII_INSIDE_WORDS = frozenset(string.ascii_letters + string.digits + ".,'")
_GLUE = frozenset("\u00a0\u202f\u2060\ufeff")
_ZERO_WIDTH_SPACE = "\u200b"
_ZERO_WIDTH_JOINER = "\u200d"
_BREAK_AFTER = frozenset("-\u2010\u2012\u2013\u2014/|\u0964\u0965\u05be")
_THAI_OPENING_VOWELS = frozenset("เแโใไ")
_IDEOGRAPHIC = frozenset({"Hani", "Hira", "Kana", "Bopo", "Yiii"})
_NOT_AT_START = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー—…‥）〕］｝〉》」』】’”,.:;?!)]}%‰°"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_NOT_AT_END = frozenset("（〔［｛〈《「『【‘“([{$£¥€#")
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_EMOJI = range(0x1F300, 0x1FAFF + 1)
_SKIN_TONES = range(0x1F3FB, 0x1F400)


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def segments_of(text: str) -> tuple[str, ...]:
    """The shortest pieces that may stand on lines of their own; spaces stay at the end of their piece.

    Joined, they are the text.
    """
    pieces: list[str] = []
    start = 0
    for index in range(1, len(text)):
        if may_break(text, index):
            pieces.append(text[start:index])
            start = index
    pieces.append(text[start:])
    return tuple(pieces)


def may_break(text: str, index: int) -> bool:
    """Whether a line may end before ``text[index]``; index is inside the text."""
    before, after = text[index - 1], text[index]
    if before in _ASCII_INSIDE_WORDS and after in _ASCII_INSIDE_WORDS:
        return False
    if after in _SPACES or before in _GLUE or after in _GLUE or _is_inside_character(text, index):
        return False
    if before in _SPACES or before == _ZERO_WIDTH_SPACE:
        return True
    if after in _NOT_AT_START or before in _NOT_AT_END:
        return False
    if before in _BREAK_AFTER:
        return index >= 2 and text[index - 2] not in _SPACES and not after.isdigit()
    if after in _THAI_OPENING_VOWELS:
        return script_of(before) == "Thai"
    return _stands_alone(before) or _stands_alone(after)


def _is_inside_character(text: str, index: int) -> bool:
    """Whether both sides belong to one grapheme cluster (UAX #29, as far as breaking needs it)."""
    before, after = text[index - 1], text[index]
    if unicodedata.category(after).startswith("M") or (is_ignorable(after) and after != _ZERO_WIDTH_SPACE):
        return True
    if before == _ZERO_WIDTH_JOINER or ord(after) in _SKIN_TONES:
        return True
    if ord(after) in _REGIONAL_INDICATORS:
        return _regional_indicators_before(text, index) % 2 == 1
    return False


def _regional_indicators_before(text: str, index: int) -> int:
    count = 0
    while count < index and ord(text[index - 1 - count]) in _REGIONAL_INDICATORS:
        count += 1
    return count


def _stands_alone(character: str) -> bool:
    point = ord(character)
    if point in _EMOJI or point in _REGIONAL_INDICATORS or is_wide_punctuation(character):
        return True
    return script_of(character) in _IDEOGRAPHIC
