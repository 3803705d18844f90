"""Which families set a text, and which characters go to which.

The chosen family comes first, then what brings the characters it lacks. The exceptions to that order are
what makes a mixed text look set by one hand.
"""

from functools import lru_cache

from certifly.rendering.drawing import language_and_region
from certifly.rendering.fonts import EMOJI_FAMILY, HAN_FAMILIES, FontBook
from certifly.rendering.layout import TextElement
from certifly.rendering.scripts import (
    ALPHABETS_OF_EUROPE,
    CONNECTED_SCRIPTS,
    is_ignorable,
    is_wide_punctuation,
    pictures_in,
    script_of,
)
from certifly.rendering.shaping import Type, covers

_TRADITIONAL_CHINESE = frozenset({"TW", "HK", "MO"})
_AN_IDEOGRAPH = "中"
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
PLAIN_TYPES_KEPT_MAX = 512


def type_of(book: FontBook, element: TextElement, text: str, language: str, *, only_needed: bool) -> Type:
    """What ``text`` is set in, without a size. With ``only_needed`` no family is named that brings nothing."""
    if only_needed and text.isascii() and text.replace("\n", "").isprintable():
        plain = _plain_type(
            book, element.font, element.weight, element.italic, element.letter_spacing, language
        )
        if plain is not None:
            return plain
    scripts = {script_of(character) for character in text}
    language_code, region = language_and_region(language)
    han_style = _han_style(scripts, language_code, region)
    families = _leading(book, book.chain(element.font, han_style), element.font, text)
    reserved = _reserved(book, element.font, HAN_FAMILIES[han_style], text)
    taken = "".join(characters for _, characters in reserved)
    wanted = {c for c in text if c != "\n" and c not in taken and not is_ignorable(c)}
    families = _needed(book, families, wanted) if only_needed else _knowing_all(book, families, wanted)
    return Type(
        families=(*reserved, *((family, "") for family in families)),
        weight=element.weight,
        is_italic=element.italic,
        tracking=0.0 if scripts & CONNECTED_SCRIPTS else element.letter_spacing,
        language=f"{language_code}-{region}" if region else language_code,
        size=None,
    )


@lru_cache(maxsize=PLAIN_TYPES_KEPT_MAX)
def _plain_type(
    book: FontBook, family: str, weight: int, is_italic: bool, letter_spacing: float, language: str
) -> Type | None:
    """What any text in ASCII is set in: the chosen family alone, if it has all of it. Names and codes are."""
    if not all(covers(book, family, character) for character in _ASCII):
        return None
    language_code, region = language_and_region(language)
    return Type(
        families=((family, ""),),
        weight=weight,
        is_italic=is_italic,
        tracking=letter_spacing,
        language=f"{language_code}-{region}" if region else language_code,
        size=None,
    )


def _han_style(scripts: set[str], language: str, region: str | None) -> str:
    """Whose forms of the shared ideographs: what the text shows, else what the document's language says."""
    if scripts & {"Hira", "Kana"}:
        return "ja"
    if "Hang" in scripts:
        return "ko"
    if language in ("ja", "ko"):
        return language
    return "hant" if region in _TRADITIONAL_CHINESE else "hans"


def _leading(book: FontBook, families: tuple[str, ...], chosen: str, text: str) -> tuple[str, ...]:
    """Who draws what all families have: spaces, digits, and the letters of Europe.

    Not the chosen family when it lacks one of these letters: no name is set in two typefaces. And not when
    it has no letter of the text at all: an Arabic name wants its spaces from the Arabic.
    """
    letters = {character for character in text if character.isalpha()}
    european = {c for c in letters if not c.isascii() and script_of(c) in ALPHABETS_OF_EUROPE}
    if letters and not any(covers(book, chosen, letter) for letter in letters):
        candidates, wanted = families, letters
    elif not all(covers(book, chosen, letter) for letter in european):
        candidates, wanted = book.companions(chosen), european
    else:
        return families
    leaders = [f for f in candidates if all(covers(book, f, letter) for letter in wanted)][:1]
    return (*leaders, *(family for family in families if family not in leaders))


def _reserved(book: FontBook, chosen: str, han_family: str, text: str) -> tuple[tuple[str, str], ...]:
    """Who draws what, whatever the other families hold: emoji are pictures, wide punctuation is wide.

    The typesetter trims ideographic punctuation to half its width where a line begins or ends, which cuts
    into the narrow forms that some families for Latin have.
    """
    pictures = "".join(c for c in pictures_in(text) if covers(book, EMOJI_FAMILY, c))
    reserved = [(EMOJI_FAMILY, pictures)] if pictures else []
    if chosen in HAN_FAMILIES.values() or not covers(book, chosen, _AN_IDEOGRAPH):
        wide = "".join(sorted(c for c in set(text) if is_wide_punctuation(c) and covers(book, han_family, c)))
        if wide:
            reserved.append((han_family, wide))
    return tuple(reserved)


def _needed(book: FontBook, families: tuple[str, ...], wanted: set[str]) -> tuple[str, ...]:
    """The first family, and of the others only those that bring a character none before them has."""
    needed: list[str] = []
    for family in families:
        brought = {character for character in wanted if covers(book, family, character)}
        if brought or not needed:
            needed.append(family)
        wanted = wanted - brought
        if not wanted:
            break
    return tuple(needed)


def _knowing_all(book: FontBook, families: tuple[str, ...], wanted: set[str]) -> tuple[str, ...]:
    """All families, led by the first that has every character, if one has."""
    leading = [f for f in families if all(covers(book, f, character) for character in wanted)][:1]
    return (*leading, *(family for family in families if family not in leading))
