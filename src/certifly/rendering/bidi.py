"""Which way each character runs: the bidirectional algorithm (UAX #9) for one line.

Without explicit embeddings and isolates, which no value here may hold. Kept exact for the rest, because
shapers see each level apart: a bracket on the wrong side of a boundary loses its kerning, and the sum of a
line its truth.
"""

import unicodedata
from itertools import pairwise

_STRONG = frozenset("LR")
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})
_IGNORED = frozenset({"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_NUMBERS = frozenset({"EN", "AN"})
# Brackets whose partner is not the next code point but the one after it.
_PARTED_BY_ONE = frozenset("[{［｛")


def starts_right_to_left(text: str) -> bool:
    """Whether the first strong character runs right to left (P2 and P3)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return False
        if kind in ("R", "AL"):
            return True
    return False


def levels_of(text: str, *, is_right_to_left: bool) -> list[int]:
    """The embedding level of each character: even runs left to right, odd right to left."""
    base = "R" if is_right_to_left else "L"
    kinds = [unicodedata.bidirectional(character) for character in text]
    _resolve_weak(kinds, base)
    _resolve_brackets(text, kinds, base)
    _resolve_neutral(kinds, base)

    levels: list[int] = []
    for kind in kinds:
        if kind in _IGNORED:
            levels.append(levels[-1] if levels else int(is_right_to_left))
        elif is_right_to_left:
            levels.append(1 if kind == "R" else 2)
        else:
            levels.append({"L": 0, "R": 1}.get(kind, 2))
    return levels


def _resolve_weak(kinds: list[str], base: str) -> None:
    """W1 to W7, in place: numbers, their separators and signs, marks."""
    _resolve_marks_and_numbers(kinds, base)
    _resolve_separators(kinds)
    strong = base
    for index, kind in enumerate(kinds):
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
        elif kind in ("ES", "ET", "CS"):
            kinds[index] = "ON"


def _resolve_marks_and_numbers(kinds: list[str], base: str) -> None:
    before, strong = base, base
    for index, kind in enumerate(kinds):
        if kind in _IGNORED:
            continue
        if kind == "NSM":
            kind = before
        if kind == "EN" and strong == "AL":
            kind = "AN"
        if kind in ("L", "R", "AL"):
            strong = kind
        kinds[index] = before = kind
    for index, kind in enumerate(kinds):
        if kind == "AL":
            kinds[index] = "R"


def _resolve_separators(kinds: list[str]) -> None:
    seen = [index for index, kind in enumerate(kinds) if kind not in _IGNORED]
    for place in range(1, len(seen) - 1):
        before, kind, after = (kinds[seen[place + step]] for step in (-1, 0, 1))
        is_separator = kind == "CS" or (kind == "ES" and before == "EN")
        if is_separator and before == after and before in _NUMBERS:
            kinds[seen[place]] = before
    for order in (seen, seen[::-1]):
        for previous, here in pairwise(order):
            if kinds[here] == "ET" and kinds[previous] == "EN":
                kinds[here] = "EN"


def _resolve_brackets(text: str, kinds: list[str], base: str) -> None:
    """N0: a pair of brackets runs the way of what it encloses, or of what stands before it."""
    for opening, closing in _pairs(text, kinds):
        inside = {_direction(kind) for kind in kinds[opening + 1 : closing]} & _STRONG
        if not inside:
            continue
        direction = base
        if base not in inside:
            strong = (_direction(kind) for kind in reversed(kinds[:opening]))
            if next((kind for kind in strong if kind in _STRONG), base) != base:
                direction = next(iter(inside))
        kinds[opening] = kinds[closing] = direction


def _pairs(text: str, kinds: list[str]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for index, character in enumerate(text):
        if kinds[index] != "ON":
            continue
        category = unicodedata.category(character)
        if category == "Ps":
            waiting.append((chr(ord(character) + (2 if character in _PARTED_BY_ONE else 1)), index))
        elif category == "Pe":
            place = next((n for n in reversed(range(len(waiting))) if waiting[n][0] == character), None)
            if place is not None:
                pairs.append((waiting[place][1], index))
                del waiting[place:]
    return sorted(pairs)


def _resolve_neutral(kinds: list[str], base: str) -> None:
    """N1 and N2: between two of one direction it is that direction, else the direction of the line."""
    seen = [index for index, kind in enumerate(kinds) if kind not in _IGNORED]
    place = 0
    while place < len(seen):
        end = place
        while end < len(seen) and kinds[seen[end]] in _NEUTRAL:
            end += 1
        if end > place:
            before = _direction(kinds[seen[place - 1]]) if place else base
            after = _direction(kinds[seen[end]]) if end < len(seen) else base
            for index in seen[place:end]:
                kinds[index] = before if before == after else base
        place = end + 1


def _direction(kind: str) -> str:
    """A number counts as right to left for what stands beside it."""
    return "R" if kind in _NUMBERS else kind
