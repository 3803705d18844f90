"""Does the text fit, and how is it set? Decided once, before a certificate is issued.

Every text keeps its size if it can, wrapped to the lines it is allowed; if it cannot, it gets the largest
size at which it can, down to ``size_min``. What cannot be drawn, or not in its box, is a problem that names
the placeholders whose values are at fault. The answer is data (``Fitting``); the renderer only obeys, so
that the dry run, the PDF, the picture and the preview agree.

A name costs tens of microseconds: nothing is drawn, the widths are sums.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from certifly.core.errors import DomainError
from certifly.rendering.fitting import FittedText, Fitting
from certifly.rendering.fonts import FontBook, font_book
from certifly.rendering.layout import Layout, TextElement
from certifly.rendering.placeholders import fill, names_in
from certifly.rendering.setting import TooLong, Undrawable, set_text

LAYOUTS_KEPT_MAX = 64
TEXTS_KEPT_MAX = 4096
CHARACTERS_NAMED_MAX = 8
CHARACTERS_PRINTED_MAX = 20_000
"""Most characters on one certificate: ten pages of prose. To set a hundred times as many takes seconds."""

_TURKIC = frozenset({"tr", "az"})
_SPACES = re.compile("[ \t]+")
_LINE_ENDS = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class TextProblem:
    """One text element that cannot be set with these values.

    ``names`` are the placeholders whose values are at fault; none when it is the template's own words.
    """

    element: int
    names: tuple[str, ...]
    kind: Literal["glyph", "size"]
    characters: str
    message: str


class TextProblems(DomainError):
    """Some text cannot be drawn, or not within its box."""

    def __init__(self, problems: list[TextProblem]) -> None:
        assert problems, "without a problem there is nothing to raise"
        super().__init__(problems[0].message)
        self.problems = problems


def fit(
    layout: Layout, values: Mapping[str, str], *, language: str = "en", fonts_dir: Path | None = None
) -> Fitting:
    """Fit every text of the layout, filled with ``values``. Raises TextProblems with all of them at once.

    ``values`` holds what is printed for each placeholder; one without a value counts as empty.
    """
    book = font_book(fonts_dir)
    texts: dict[int, FittedText] = {}
    problems: list[TextProblem] = []
    printed = 0
    for place in _places_of(_Same(layout), language):
        text = place.text(values)
        if text is None:
            continue
        printed += len(text)
        if printed > CHARACTERS_PRINTED_MAX:
            problems.append(_too_much(place, values))
            break
        if place.element.font not in book.cuts:
            problems.append(_without_family(place))
            continue
        outcome = _set_text(book, place, text)
        if isinstance(outcome, FittedText):
            texts[place.index] = outcome
        elif isinstance(outcome, Undrawable):
            problems.append(_undrawable(place, outcome, values))
        else:
            problems.append(_too_long(place, outcome, text, values))
    if problems:
        raise TextProblems(problems)
    return Fitting(texts)


# Compared by identity, as the layout it came from: comparing all their numbers costs more than a name.
@dataclass(frozen=True, eq=False, slots=True)
class _Place:
    """A text element made ready: what does not depend on the values."""

    index: int
    element: TextElement
    names: tuple[str, ...]
    written: tuple[tuple[str, bool], ...]
    """The lines as the template has them, and whether there are placeholders in each."""
    language: str

    def text(self, values: Mapping[str, str]) -> str | None:
        """What to print, or None when every placeholder is empty.

        A placeholder left empty leaves no double space, and no empty line, behind. A value of several lines is
        printed as lines.
        """
        if self.names and not any(values.get(name, "").strip() for name in self.names):
            return None
        lines = []
        for written, has_names in self.written:
            filled = fill(written, values)
            if not filled.isprintable():
                filled = _LINE_ENDS.sub("\n", filled)
            filled = "\n".join(_SPACES.sub(" ", line).strip(" ") for line in filled.split("\n"))
            if filled or not has_names:
                lines.append(filled)
        text = "\n".join(lines)
        return _upper(text, self.language) if self.element.uppercase else text


class _Same:
    """A layout as a key, by identity."""

    __slots__ = ("layout",)

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def __hash__(self) -> int:
        return id(self.layout)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.layout is self.layout


@lru_cache(maxsize=LAYOUTS_KEPT_MAX)
def _places_of(same: _Same, language: str) -> tuple[_Place, ...]:
    return tuple(
        _Place(
            index,
            element,
            tuple(names_in(element.text)),
            tuple((line, bool(names_in(line))) for line in _LINE_ENDS.sub("\n", element.text).split("\n")),
            language,
        )
        for index, element in enumerate(same.layout.elements)
        if isinstance(element, TextElement)
    )


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def _set_text(book: FontBook, place: _Place, text: str) -> FittedText | Undrawable | TooLong:
    """Most texts of a certificate (its title, the course, the date) are those of the one before."""
    return set_text(book, place.element, text, place.language)


def _upper(text: str, language: str) -> str:
    if language.partition("-")[0].lower() in _TURKIC:
        text = text.replace("i", "İ")
    return unicodedata.normalize("NFC", text.upper())


def _without_family(place: _Place) -> TextProblem:
    """A template may be older than the operator's last look at the fonts folder."""
    return TextProblem(
        element=place.index,
        names=(),
        kind="glyph",
        characters="",
        message=f"The font family “{place.element.font}” of this template is not installed any more. "
        "Ask the operator to add it again, or give the text another font.",
    )


def _too_much(place: _Place, values: Mapping[str, str]) -> TextProblem:
    """All texts together; told at the one that went too far."""
    names = tuple(name for name in place.names if values.get(name, "").strip())
    message = f"A certificate has room for {CHARACTERS_PRINTED_MAX} characters, all texts together. Shorten the texts."
    return TextProblem(place.index, names, "size", "", message)


def _undrawable(place: _Place, outcome: Undrawable, values: Mapping[str, str]) -> TextProblem:
    characters = "".join(dict.fromkeys("".join(outcome.characters)))
    names = tuple(name for name in place.names if set(characters) & set(_printed(place, values, name)))
    shown = ", ".join(_named(cluster) for cluster in outcome.characters[:CHARACTERS_NAMED_MAX])
    if len(outcome.characters) > CHARACTERS_NAMED_MAX:
        shown += f" and {len(outcome.characters) - CHARACTERS_NAMED_MAX} more"
    return TextProblem(
        element=place.index,
        names=names,
        kind="glyph",
        characters=characters,
        message=f"No installed font can draw {shown}. Leave it out or write it in other characters, "
        "or ask the operator to add a font that has it.",
    )


def _too_long(place: _Place, outcome: TooLong, text: str, values: Mapping[str, str]) -> TextProblem:
    names = tuple(name for name in place.names if values.get(name, "").strip())
    element = place.element
    written = text.count("\n") + 1
    if written > element.lines_max:
        several = tuple(name for name in names if "\n" in values[name])
        room = f"{element.lines_max} line{'s' * (element.lines_max > 1)}"
        message = f"The text has {written} lines; its place on the certificate has room for {room}."
        return TextProblem(
            place.index, several, "size", "", f"{message} Send fewer lines, or raise lines_max."
        )
    lines = "" if element.lines_max == 1 else f" on {element.lines_max} lines"
    what = (
        f"The text does not fit its place on the certificate{lines}, "
        f"even in the smallest type allowed there ({element.smallest_size:g} pt)."
    )
    if not outcome.excess:
        remedy = "Its box is too low for a single line: make the box higher or size_min smaller."
    elif names:
        remedy = (
            f"Shorten {' or '.join(names)} by about {outcome.excess} character{'s' * (outcome.excess > 1)}."
        )
    else:
        remedy = "Make the box larger, size_min smaller or lines_max higher, or the text shorter."
    return TextProblem(place.index, names, "size", "", f"{what} {remedy}")


def _printed(place: _Place, values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    return _upper(value, place.language) if place.element.uppercase else value


def _named(cluster: str) -> str:
    points = " ".join(f"U+{ord(character):04X}" for character in cluster)
    return f"“{cluster}” ({points})" if cluster.isprintable() else points
