"""Setting one text into one box: size, line breaks, baseline.

Every length that leaves this file is in points. The ink of the lines, not their nominal boxes, must stay
inside: swashes overhang, and marks stack.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from certifly.rendering.bidi import starts_right_to_left
from certifly.rendering.breaks import segments_of
from certifly.rendering.drawing import POINTS_PER_MILLIMETRE, alignment
from certifly.rendering.families import type_of
from certifly.rendering.fitting import FittedText
from certifly.rendering.fonts import FontBook
from certifly.rendering.layout import TextElement
from certifly.rendering.scripts import is_private
from certifly.rendering.shaping import Line, Type, font_of, is_optical, set_line

# Sizes are tried in these steps: near-equal names get equal sizes, and fonts cut per size stay few.
SIZE_STEP_POINTS = 0.25
# A little air at the edge, for what two shapers may see differently.
MARGIN_EM = 0.02
# What rounding may add.
TOLERANCE_POINTS = 0.02

_BALANCING_STEPS = 10
# How full lines usually are when words are put on them one after the other.
_FILLED_SHARE = 0.93


@dataclass(frozen=True, slots=True)
class Undrawable:
    """No font can draw these characters."""

    characters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TooLong:
    """Even at the smallest size the text leaves its box."""

    # About how many characters must go; none when even one line is higher than the box.
    excess: int


class _Piece(NamedTuple):
    """What may stand on a line of its own; its width in em without and with its trailing spaces."""

    text: str
    bare: float
    full: float


@dataclass(frozen=True, slots=True)
class Setter:
    """One text in its type, to be tried at one size after the other."""

    book: FontBook
    element: TextElement
    paragraphs: tuple[str, ...]
    type: Type
    is_optical: bool
    is_right_to_left: bool

    @property
    def width(self) -> float:
        return self.element.width * POINTS_PER_MILLIMETRE

    @property
    def height(self) -> float:
        return self.element.height * POINTS_PER_MILLIMETRE

    def type_at(self, size: float) -> Type:
        kind = self.type
        if not self.is_optical:
            return kind
        return replace(kind, size=size)

    def line(self, text: str, size: float) -> Line:
        return set_line(self.book, text, self.type_at(size), self.is_right_to_left)

    def at(self, size: float) -> FittedText | None:
        """The text at this size, or None when it does not fit."""
        lines = self._broken(size)
        return None if len(lines) > self.element.lines_max else self._placed(lines, size)

    def _placed(self, lines: tuple[str, ...], size: float) -> FittedText | None:
        set_lines = [self.line(line, size) for line in lines]
        shift = self._shift(set_lines, size)
        baseline = self._baseline(set_lines, size)
        if shift is None or baseline is None:
            return None
        return FittedText(
            size=size,
            lines=lines,
            baseline=baseline,
            pitch=round(self.element.line_spacing * size, 4),
            shift=shift,
            fonts=tuple(family for family, only in self.type.families if not only),
            reserved=tuple((family, only) for family, only in self.type.families if only),
            tracking=self.type.tracking,
            is_right_to_left=self.is_right_to_left,
        )

    def may_fit(self, size: float) -> bool:
        """Whether ``at`` will succeed, judged without setting the lines; rarely wrong, and then by little."""
        limit = self.width / size - MARGIN_EM
        count, top, bottom = 0, 0.0, 0.0
        for paragraph in self.paragraphs:
            line = self.line(paragraph, size)
            top, bottom = max(top, line.ink_top), min(bottom, line.ink_bottom)
            if max(line.advance, line.ink_right) - line.ink_left <= limit:
                count += 1
            elif len(self.paragraphs) >= self.element.lines_max:
                return False
            else:
                pieces = self._pieces(paragraph, size)
                if max(piece.bare for piece in pieces) > limit:
                    return False
                count += len(_ends(pieces, limit))
        height = (top - bottom + (count - 1) * self.element.line_spacing) * size
        return count <= self.element.lines_max and height <= self.height

    def likely_size(self) -> float:
        """The size at which the whole text is about as long as the lines it may have."""
        size = self.element.size
        needed = sum(self.line(paragraph, size).advance for paragraph in self.paragraphs) * size
        wraps = len(self.paragraphs) < self.element.lines_max
        capacity = self.width * self.element.lines_max * (_FILLED_SHARE if wraps else 1)
        return size * min(1.0, capacity / needed) if needed else size

    def excess(self, size: float) -> int:
        """About how many characters stand over at this size; 0 when shortening is no help."""
        set_lines = [self.line(paragraph, size) for paragraph in self.paragraphs]
        pitch = self.element.line_spacing * size
        ink = max(line.ink_top - line.ink_bottom for line in set_lines) * size
        lines = min(self.element.lines_max, 1 + int(max(0.0, self.height - ink) / pitch))
        if ink > self.height:
            return 0
        characters = sum(len(paragraph) for paragraph in self.paragraphs)
        needed = sum(max(line.advance, line.ink_right - line.ink_left) for line in set_lines) * size
        allowed = int(characters * self.width * lines / needed) if needed else 0
        return max(1, characters - allowed)

    def balanced(self, fitted: FittedText) -> FittedText:
        """Centred text with lines of even length, so that no word stands alone on the last one."""
        if self.element.align != "center" or len(fitted.lines) <= len(self.paragraphs):
            return fitted
        lines: list[str] = []
        for paragraph in self.paragraphs:
            pieces = self._pieces(paragraph, fitted.size)
            limit = self.width / fitted.size - MARGIN_EM
            count = len(_ends(pieces, limit))
            low, high = sum(piece.full for piece in pieces) / count, limit
            for _ in range(_BALANCING_STEPS if count > 1 else 0):
                middle = (low + high) / 2
                if len(_ends(pieces, middle)) > count:
                    low = middle
                else:
                    high = middle
            lines.extend(_filled(pieces, high))
        return self._placed(tuple(lines), fitted.size) or fitted

    def _broken(self, size: float) -> tuple[str, ...]:
        """The lines at this size. More than ``lines_max`` means that it does not fit."""
        if len(self.paragraphs) >= self.element.lines_max:
            return self.paragraphs
        limit = self.width / size - MARGIN_EM
        lines: list[str] = []
        for paragraph in self.paragraphs:
            if paragraph and self.line(paragraph, size).advance > limit:
                lines.extend(_filled(self._pieces(paragraph, size), limit))
            else:
                lines.append(paragraph)
        return tuple(lines)

    def _pieces(self, paragraph: str, size: float) -> list[_Piece]:
        advances = self.line(paragraph, size).advances
        pieces: list[_Piece] = []
        start = 0
        for text in segments_of(paragraph):
            bare, end = start + len(text.rstrip(" ")), start + len(text)
            width = sum(advances[start:bare])
            pieces.append(_Piece(text, width, width + sum(advances[bare:end])))
            start = end
        return pieces

    def _shift(self, lines: list[Line], size: float) -> float | None:
        """How far to move sideways so that no swash leaves the box; None when the text is too wide."""
        align = alignment(self.element.align, is_right_to_left=self.is_right_to_left)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        least, most = -self.width, self.width
        for line in lines:
            origin = (self.width - line.advance * size) * share
            least = max(least, -(origin + (line.ink_left - MARGIN_EM * share) * size))
            most = min(most, self.width - (origin + (line.ink_right + MARGIN_EM * (1 - share)) * size))
        return _nearest(0.0, least, most)

    def _baseline(self, lines: list[Line], size: float) -> float | None:
        """The first baseline from the top of the box; None when the text is too high."""
        pitch = self.element.line_spacing * size
        least = max(line.ink_top * size - number * pitch for number, line in enumerate(lines))
        most = self.height - max(number * pitch - line.ink_bottom * size for number, line in enumerate(lines))
        kind = self.type_at(size)
        # The chosen family, not what stepped in: one element keeps its baseline from name to name.
        font = font_of(self.book, self.element.font, kind.weight, kind.is_italic, kind.size)
        above, below = font.ascender * size, font.descender * size + (len(lines) - 1) * pitch
        wanted = {
            "top": above,
            "middle": (self.height - above - below) / 2 + above,
            "bottom": self.height - below,
        }[self.element.valign]
        return _nearest(wanted, least, most)


def set_text(
    book: FontBook, element: TextElement, text: str, language: str
) -> FittedText | Undrawable | TooLong:
    """Set ``text`` as large as the element allows. Empty lines are kept; spaces are as they should be."""
    private = tuple(dict.fromkeys(filter(is_private, text)))
    if private:
        return Undrawable(private)
    setter = _setter(book, element, text, language, only_needed=True)
    missing = _missing(setter)
    if missing:
        # A base and its mark may each be known to some family, and only a later one knows both.
        setter = _setter(book, element, text, language, only_needed=False)
        missing = _missing(setter)
        if missing:
            return Undrawable(missing)

    fitted = setter.at(element.size) or _shrunk(setter)
    return TooLong(setter.excess(element.smallest_size)) if fitted is None else setter.balanced(fitted)


def _shrunk(setter: Setter) -> FittedText | None:
    sizes = _sizes(setter.element.size, setter.element.smallest_size)
    guess = _first_that_may_fit(setter, sizes)
    best = setter.at(sizes[guess])
    if best is not None:
        return best
    # The guess was too large. What is left is searched without guessing.
    best = setter.at(sizes[-1])
    low, high = guess, len(sizes) - 1
    while best is not None and high - low > 1:
        middle = (low + high) // 2
        fitted = setter.at(sizes[middle])
        if fitted is None:
            low = middle
        else:
            best, high = fitted, middle
    return best


def _first_that_may_fit(setter: Setter, sizes: list[float]) -> int:
    """The place of the largest size that may fit, or of the smallest size. Starts where it is likely.

    Each look costs a shaping when the family is drawn for its size, so there should be few.
    """
    last = len(sizes) - 1
    start = bisect_left(sizes, -setter.likely_size(), key=lambda size: -size)
    start = min(max(start, 1), last)
    step = 1
    if setter.may_fit(sizes[start]):
        low, high = start - 1, start
        while low > 0 and setter.may_fit(sizes[low]):
            low, high, step = max(0, low - 2 * step), low, 2 * step
    else:
        low, high = start, min(start + 1, last)
        while high < last and not setter.may_fit(sizes[high]):
            low, high, step = high, min(last, high + 2 * step), 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        if setter.may_fit(sizes[middle]):
            high = middle
        else:
            low = middle
    return high


def _sizes(largest: float, smallest: float) -> list[float]:
    """From the largest to the smallest, by steps that start at the largest; both ends included."""
    steps = int((largest - smallest) / SIZE_STEP_POINTS + 1e-9)
    sizes = [largest - step * SIZE_STEP_POINTS for step in range(steps + 1)]
    return sizes if sizes[-1] <= smallest else [*sizes, smallest]


def _setter(book: FontBook, element: TextElement, text: str, language: str, *, only_needed: bool) -> Setter:
    kind = type_of(book, element, text, language, only_needed=only_needed)
    return Setter(
        book=book,
        element=element,
        paragraphs=tuple(text.split("\n")),
        type=kind,
        is_optical=is_optical(book, (element.font, *(family for family, _ in kind.families))),
        is_right_to_left=starts_right_to_left(text),
    )


def _missing(setter: Setter) -> tuple[str, ...]:
    found = [c for text in setter.paragraphs for c in setter.line(text, setter.element.size).missing]
    return tuple(dict.fromkeys(found))


def _ends(pieces: Sequence[_Piece], limit: float) -> list[int]:
    """Greedy lines: for each, the number of the piece after its last."""
    ends: list[int] = []
    used = 0.0
    for number, piece in enumerate(pieces):
        if used and used + piece.bare > limit:
            ends.append(number)
            used = 0.0
        used += piece.full
    return [*ends, len(pieces)]


def _filled(pieces: Sequence[_Piece], limit: float) -> list[str]:
    lines: list[str] = []
    start = 0
    for end in _ends(pieces, limit):
        lines.append("".join(piece.text for piece in pieces[start:end]).rstrip(" "))
        start = end
    return lines


def _nearest(wanted: float, least: float, most: float) -> float | None:
    """The value nearest to the wanted one between two bounds, or None when they leave no room."""
    if least > most + TOLERANCE_POINTS:
        return None
    return round(max(min(wanted, most), least), 4)
