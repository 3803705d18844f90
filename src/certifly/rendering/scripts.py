"""Writing systems: the little of Unicode's character database that setting a line of text needs."""

import unicodedata
from functools import lru_cache

from fontTools import unicodedata as fonttools_unicodedata

from certifly.rendering.bidi import levels_of

CHARACTERS_KEPT_MAX = 20_000

# Scripts whose letters join or stack: space between letters tears them apart.
CONNECTED_SCRIPTS = frozenset({"Arab", "Syrc", "Mong", "Deva", "Beng", "Guru", "Thai"})
ALPHABETS_OF_EUROPE = frozenset({"Latn", "Grek", "Cyrl"})

_GENERIC = frozenset({"Zyyy", "Zinh", "Zzzz"})

# Emoji_Presentation of Unicode 16 below U+1F000 (emoji-data.txt): drawn as pictures unless told otherwise.
_PICTURES = (
    (0x231A, 0x231B), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615),
    (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE),
    (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5),
    (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C),
    (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
    (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x1F000, 0x1FAFF),
)  # fmt: skip
_WIDE_PUNCTUATION = (range(0x3001, 0x3040), range(0xFF00, 0xFFF0))
_PICTURE_SELECTOR = "\ufe0f"

# Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt), which no font needs to draw.
_IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip


@lru_cache(maxsize=CHARACTERS_KEPT_MAX)
def script_of(character: str) -> str:
    """The four-letter code of the script (ISO 15924); ``Zyyy`` for what all scripts share."""
    return str(fonttools_unicodedata.script(character))


@lru_cache(maxsize=CHARACTERS_KEPT_MAX)
def is_ignorable(character: str) -> bool:
    """Whether the character shapes its neighbours but has no picture (joiners, selectors, marks)."""
    point = ord(character)
    return any(first <= point <= last for first, last in _IGNORABLE)


def is_private(character: str) -> bool:
    """Whether the character means something only to whoever agreed on it; an archived PDF must not hold it."""
    return unicodedata.category(character) == "Co"


def is_wide_punctuation(character: str) -> bool:
    """Whether it is punctuation that belongs to ideographs and is as wide as they are."""
    return any(ord(character) in some for some in _WIDE_PUNCTUATION)


def pictures_in(text: str) -> str:
    """The characters of a text that want to be colour pictures, sorted: emoji, and what a selector makes one."""
    found = set()
    for index, character in enumerate(text):
        if character < "\u2000":
            continue
        if text[index + 1 : index + 2] == _PICTURE_SELECTOR or any(
            a <= ord(character) <= b for a, b in _PICTURES
        ):
            found.add(character)
    return "".join(sorted(found))


def runs_of(text: str, *, is_right_to_left: bool) -> list[tuple[int, int, int]]:
    """Stretches of one script and one bidirectional level, in logical order: start, end, level."""
    if text.isascii() and not is_right_to_left:
        return [(0, len(text), 0)]

    levels = levels_of(text, is_right_to_left=is_right_to_left)
    runs: list[tuple[int, int, int]] = []
    start, level, script = 0, levels[0], script_of(text[0])
    for index in range(1, len(text)):
        here = script_of(text[index])
        is_compatible = here in _GENERIC or script in _GENERIC or here == script
        if levels[index] != level or not is_compatible:
            runs.append((start, index, level))
            start, level, script = index, levels[index], here
        elif script in _GENERIC:
            script = here
    return [*runs, (start, len(text), level)]


def in_visual_order(runs: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The runs from left to right (UAX #9, L2): from the highest level down, stretches are reversed."""
    ordered = list(runs)
    for level in range(max((run[2] for run in runs), default=0), 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][2] >= level:
                end += 1
            ordered[start:end] = reversed(ordered[start:end])
            start = max(end, start + 1)
    return ordered
