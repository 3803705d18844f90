"""How wide and how high a line of text is, to the thousandth, without drawing it.

This repeats what the typesetter does when it turns text into glyphs: the same shaper, the same fallback
from family to family, cluster by cluster, the same axes of variable fonts. So its sums are the
typesetter's, at microseconds a name instead of most of a millisecond. Lengths are in em.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz as hb

from certifly.rendering.fonts import Cut, FontBook
from certifly.rendering.scripts import in_visual_order, is_ignorable, is_wide_punctuation, runs_of

FACES_KEPT_MAX = 256
FONTS_KEPT_MAX = 512
LINES_KEPT_MAX = 8192

# As the typesetter asks: ignorable characters leave no glyph behind.
_FLAGS = hb.BufferFlags.REMOVE_DEFAULT_IGNORABLES
_UNKERNED = {"kern": False}


@dataclass(frozen=True, slots=True)
class Type:
    """What a text is set in.

    ``families`` are asked in order, each for what those before it lack; one with a text beside it only for
    the characters of that text. ``size`` is given only when a family draws small and large sizes apart.
    """

    families: tuple[tuple[str, str], ...]
    weight: int
    is_italic: bool
    tracking: float
    language: str
    size: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as set. Ink is measured from the start of the line and its baseline, upwards positive."""

    advance: float
    ink_left: float
    ink_right: float
    ink_top: float
    ink_bottom: float
    missing: tuple[str, ...]
    advances: tuple[float, ...]


@dataclass(slots=True)
class _Glyphs:
    """What one run gathers while families are tried."""

    # Where a cluster begins in the text, its glyph's advance, and its ink: left, right, top, bottom.
    found: list[tuple[int, float, tuple[float, float, float, float]]]
    missing: list[str]


class Face:
    """One font file, opened once."""

    def __init__(self, cut: Cut) -> None:
        self.face = hb.Face(hb.Blob.from_file_path(cut.path), cut.index)
        self.upem: int = self.face.upem
        self.characters = self.face.unicodes
        self.axes = {axis.tag: axis for axis in self.face.axis_infos}
        self.is_coloured = bool(self.face.has_color_layers or self.face.has_color_paint)

    @property
    def is_optical(self) -> bool:
        return "opsz" in self.axes

    def weight_distance(self, cut: Cut, weight: int) -> float:
        axis = self.axes.get("wght")
        if axis is None:
            return abs(cut.weight - weight)
        return float(max(axis.min_value - weight, weight - axis.max_value, 0))


class Font:
    """A face at one weight and optical size, with the ink of the glyphs met so far."""

    def __init__(self, face: Face, weight: int, size: float | None) -> None:
        self.face = face
        self.font = hb.Font(face.face)
        wanted = {"wght": float(weight), "opsz": size}
        place = {tag: value for tag, value in wanted.items() if value and tag in face.axes}
        self.font.set_variations(place)
        # The same face where its designer drew it first, when that is elsewhere.
        is_moved = any(value != face.axes[tag].default_value for tag, value in place.items())
        self.unmoved = hb.Font(face.face) if is_moved else None
        extents = self.font.get_font_extents("ltr")
        self.ascender: float = extents.ascender / face.upem
        self.descender: float = -extents.descender / face.upem
        self._gains: dict[int, int] = {}
        self._inks: dict[int, tuple[float, float, float, float]] = {}

    def gain(self, glyph: int) -> int:
        """By how much the glyph's own advance grew from the first design to this weight, in font units."""
        gain = self._gains.get(glyph)
        if gain is None:
            grown: int = self.font.get_glyph_h_advance(glyph)
            first: int = 0 if self.unmoved is None else self.unmoved.get_glyph_h_advance(glyph)
            gain = self._gains[glyph] = grown - first
        return gain

    def ink(self, glyph: int, advance: float) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of a glyph's ink from its origin."""
        ink = self._inks.get(glyph)
        if ink is None:
            ink = self._inks[glyph] = self._measure_ink(glyph, advance)
        return ink

    def _measure_ink(self, glyph: int, advance: float) -> tuple[float, float, float, float]:
        if self.face.is_coloured:
            # Its layers, not its outline, are drawn. Emoji stand in their cell.
            return (0.0, advance, self.ascender, -self.descender)
        box = self.font.get_glyph_extents(glyph)
        if box is None or not (box.width and box.height):
            return (0.0, 0.0, 0.0, 0.0)
        upem = self.face.upem
        return (
            box.x_bearing / upem,
            (box.x_bearing + box.width) / upem,
            box.y_bearing / upem,
            (box.y_bearing + box.height) / upem,
        )


@lru_cache(maxsize=FACES_KEPT_MAX)
def face_of(cut: Cut) -> Face:
    return Face(cut)


@lru_cache(maxsize=FONTS_KEPT_MAX)
def font_of(book: FontBook, family: str, weight: int, is_italic: bool, size: float | None) -> Font:
    """The cut of a family that the typesetter would take: first the slope counts, then the weight."""
    cut = min(
        book.cuts[family],
        key=lambda cut: (cut.is_italic != is_italic, face_of(cut).weight_distance(cut, weight)),
    )
    face = face_of(cut)
    return Font(face, weight, size if face.is_optical else None)


def covers(book: FontBook, family: str, character: str) -> bool:
    """Whether any cut of the family can draw the character; cuts of one family agree closely enough."""
    return ord(character) in face_of(book.cuts[family][0]).characters


def is_optical(book: FontBook, families: Sequence[str]) -> bool:
    """Whether any of the families draws small sizes differently from large ones."""
    return any(face_of(cut).is_optical for family in families for cut in book.cuts[family])


@lru_cache(maxsize=LINES_KEPT_MAX)
def set_line(book: FontBook, text: str, type: Type, is_right_to_left: bool) -> Line:
    """Set one line. ``advances`` has an entry for each character: what its cluster adds at its start."""
    advances = [0.0] * len(text)
    pen, missing = 0.0, []
    left = right = top = bottom = 0.0
    runs = runs_of(text, is_right_to_left=is_right_to_left) if text else []
    for number, (start, end, level) in enumerate(in_visual_order(runs) if len(runs) > 1 else runs):
        glyphs = _set_run(book, text[start:end], type, level % 2 == 1)
        missing.extend(glyphs.missing)
        if number:
            # Where exactly the typesetter ends a run is its affair; at worst this is a gap too many.
            pen += max(type.tracking, 0)
        # Comparisons instead of min() and max(): this loop runs for every character of every name.
        for cluster, advance, (ink_left, ink_right, ink_top, ink_bottom) in glyphs.found:
            if pen + ink_left < left:
                left = pen + ink_left
            if pen + ink_right > right:
                right = pen + ink_right
            if ink_top > top:
                top = ink_top
            if ink_bottom < bottom:
                bottom = ink_bottom
            advances[start + cluster] += advance
            pen += advance
    if not text.isascii() and any(map(is_wide_punctuation, text)):
        # The typesetter sets it tighter than its advance; where the ink of the line ends then is its affair.
        right = max(right, pen)
    return Line(pen, left, right, top, bottom, tuple(dict.fromkeys(missing)), tuple(advances))


def _set_run(book: FontBook, text: str, type: Type, is_right_to_left: bool) -> _Glyphs:
    glyphs = _Glyphs([], [])
    _try_families(book, text, 0, type, 0, is_right_to_left, glyphs)
    if type.tracking:
        _track(glyphs, type.tracking)
    return glyphs


def _track(glyphs: _Glyphs, tracking: float) -> None:
    """Add space after every cluster of the run but the last."""
    found = glyphs.found
    for index in range(len(found) - 1):
        cluster, advance, ink = found[index]
        if found[index + 1][0] != cluster:
            found[index] = (cluster, advance + tracking, ink)


def _try_families(
    book: FontBook, text: str, base: int, type: Type, position: int, is_right_to_left: bool, glyphs: _Glyphs
) -> None:
    """Shape with the family at ``position``; hand what it lacks to the next one."""
    if all(is_ignorable(character) for character in text):
        return
    if position == len(type.families):
        glyphs.missing.append(text.strip())
        return

    family, only = type.families[position]
    font = font_of(book, family, type.weight, type.is_italic, type.size)
    buffer = _shaped(font.font, text, type.language, is_right_to_left)

    infos, upem = buffer.glyph_infos, font.face.upem
    positions = buffer.glyph_positions
    widths = _widths(font, buffer, text, type.language, is_right_to_left)
    index, count = 0, len(infos)
    while index < count:
        info, at = infos[index], positions[index]
        if info.codepoint and (not only or text[info.cluster] in only):
            advance = widths[index] / upem
            ink = font.ink(info.codepoint, advance)
            if at.x_offset or at.y_offset:
                across, up = at.x_offset / upem, at.y_offset / upem
                ink = (ink[0] + across, ink[1] + across, ink[2] + up, ink[3] + up)
            glyphs.found.append((base + info.cluster, advance, ink))
        else:
            first = index
            while index + 1 < count and (
                not infos[index + 1].codepoint or (only and text[infos[index + 1].cluster] not in only)
            ):
                index += 1
            start, end = _lacking(infos, first, index, len(text), is_right_to_left)
            if _is_torn(infos, first, index, is_right_to_left):
                glyphs.missing.append(text[start:end].strip() or text[start:end])
            # A half-drawn cluster is taken back and tried as a whole.
            while glyphs.found and base + start <= glyphs.found[-1][0] < base + end:
                glyphs.found.pop()
            _try_families(book, text[start:end], base + start, type, position + 1, is_right_to_left, glyphs)
        index += 1


def _shaped(font: hb.Font, text: str, language: str, is_right_to_left: bool) -> hb.Buffer:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.flags = _FLAGS
    buffer.language = language
    buffer.direction = "rtl" if is_right_to_left else "ltr"
    buffer.guess_segment_properties()
    # The typesetter's shaper does not kern signs that stand alone between right-to-left letters.
    hb.shape(font, buffer, _UNKERNED if is_right_to_left and not any(map(str.isalpha, text)) else None)
    return buffer


def _widths(font: Font, buffer: hb.Buffer, text: str, language: str, is_right_to_left: bool) -> list[int]:
    """The advance of each glyph, in font units.

    The typesetter's shaper kerns some pairs of a variable font as its first design has them, not as the
    weight asked for would. Which pairs is nothing to build on: the wider of the two is on the safe side.
    """
    widths = [position.x_advance for position in buffer.glyph_positions]
    if font.unmoved is None:
        return widths
    first = _shaped(font.unmoved, text, language, is_right_to_left)
    glyphs = [info.codepoint for info in buffer.glyph_infos]
    if [info.codepoint for info in first.glyph_infos] != glyphs:
        return widths
    unkerned = zip(widths, glyphs, (position.x_advance for position in first.glyph_positions), strict=True)
    return [width and max(width, advance + font.gain(glyph)) for width, glyph, advance in unkerned]


def _is_torn(infos: Sequence[hb.GlyphInfo], first: int, last: int, is_right_to_left: bool) -> bool:
    """Whether the font has only the later part of a cluster: a mark without its base, or the reverse.

    The typesetter would lose the base or draw it twice; such a text must be set in other families.
    """
    if last + 1 < len(infos) and infos[last + 1].cluster == infos[last].cluster:
        return True
    return is_right_to_left and first > 0 and infos[first - 1].cluster == infos[first].cluster


def _lacking(
    infos: Sequence[hb.GlyphInfo], first: int, last: int, length: int, is_right_to_left: bool
) -> tuple[int, int]:
    """The stretch of text behind the missing glyphs ``first`` to ``last``, in whole clusters."""
    if not is_right_to_left:
        start = infos[first].cluster
        after = last + 1
        while after < len(infos) and infos[after].cluster == infos[last].cluster:
            after += 1
        return start, infos[after].cluster if after < len(infos) else length
    start = infos[last].cluster
    before = first - 1
    while before >= 0 and infos[before].cluster == infos[first].cluster:
        before -= 1
    return start, infos[before].cluster if before >= 0 else length
