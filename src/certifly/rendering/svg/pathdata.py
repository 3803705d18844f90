"""The data of paths: as much of it as a browser draws, and where it has subpaths without length.

A browser draws a path up to its first error (SVG 2, 9.5.4).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from certifly.rendering.svg.transforms import NUMBER

_SPACE = r"[\t\n\f\r ]*+"
_BETWEEN = rf"{_SPACE},?+{_SPACE}"
_PAIR = rf"{NUMBER}{_BETWEEN}{NUMBER}"
_ARC = rf"{NUMBER}{_BETWEEN}{NUMBER}{_BETWEEN}{NUMBER}{_BETWEEN}[01]{_BETWEEN}[01]{_BETWEEN}{_PAIR}"


def _segments(letters: str, arguments: str) -> str:
    return rf"[{letters}]{_SPACE}{arguments}(?:{_BETWEEN}{arguments})*+"


_SEGMENT = re.compile(
    rf"{_SPACE}(?:"
    + "|".join(
        [
            "[Zz]",
            _segments("MmLlTt", _PAIR),
            _segments("HhVv", NUMBER),
            _segments("Cc", rf"{_PAIR}{_BETWEEN}{_PAIR}{_BETWEEN}{_PAIR}"),
            _segments("SsQq", rf"{_PAIR}{_BETWEEN}{_PAIR}"),
            _segments("Aa", _ARC),
        ]
    )
    + ")"
)
_ARGUMENT = re.compile(NUMBER)
_ARC_ARGUMENT = re.compile(
    rf"({NUMBER}){_BETWEEN}({NUMBER}){_BETWEEN}({NUMBER}){_BETWEEN}([01]){_BETWEEN}([01]){_BETWEEN}({NUMBER}){_BETWEEN}({NUMBER})"
)
Point = tuple[float, float]
_COUNTS = {"M": 2, "L": 2, "T": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "A": 7}


_COMMA = re.compile(rf"(?<=[0-9.]){_SPACE},{_SPACE}(?=[A-Za-z])")
"""A comma between the last number of a command and the next command: Chromium passes over it."""

_POINTS = re.compile(rf"{_SPACE}({_PAIR}(?:{_BETWEEN}{_PAIR})*+)(?:{_BETWEEN}{NUMBER})?+{_BETWEEN}")


def drawn_points(text: str) -> str:
    """Return the points of a polygon; a number too many is left out, and with any other error nothing is drawn."""
    found = _POINTS.fullmatch(text)
    return " ".join(_ARGUMENT.findall(found[1])) if found else ""


def drawn_part(data: str) -> str:
    """Return the path up to its first error; "" if nothing of it is drawn."""
    parts: list[str] = []
    start = place = 0
    while (found := _SEGMENT.match(data, place)) is not None:
        if place == 0 and data.lstrip("\t\n\f\r ")[:1] not in ("M", "m"):
            return ""
        place = found.end()
        if (comma := _COMMA.match(data, place)) is not None:
            parts.append(data[start:place])
            start = place = comma.end()
    return "".join([*parts, data[start:place]]).strip()


def count_segments(data: str) -> int:
    """Return the number of segments, moves among them."""
    return sum(_segments_of(found[0].strip()) for found in _SEGMENT.finditer(data))


def _segments_of(command: str) -> int:
    letter = command[0].upper()
    if letter == "Z":
        return 1
    if letter == "A":
        return len(_ARC_ARGUMENT.findall(command))
    return len(_ARGUMENT.findall(command, 1)) // _COUNTS[letter]


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    for found in _SEGMENT.finditer(data):
        text = found[0].strip()
        letter = text[0]
        if letter in "Zz":
            yield "Z", []
            continue
        if letter in "Aa":
            numbers = [float(number) for arc in _ARC_ARGUMENT.findall(text) for number in arc]
        else:
            numbers = [float(number) for number in _ARGUMENT.findall(text, 1)]
        count = _COUNTS[letter.upper()]
        for start in range(0, len(numbers), count):
            yield letter, numbers[start : start + count]
            letter = {"M": "L", "m": "l"}.get(letter, letter)


def _walk(data: str) -> Iterator[tuple[str, list[Point]]]:
    """Yield the kind of each segment with the points it names, in user units."""
    at = start = (0.0, 0.0)
    for letter, numbers in _commands(data):
        kind = letter.upper()
        if kind == "Z":
            at = start
            yield kind, [start]
            continue
        base = at if letter.islower() else (0.0, 0.0)
        if kind in "HV":
            numbers = [numbers[0], at[1] - base[1]] if kind == "H" else [at[0] - base[0], numbers[0]]
        if kind == "A":
            numbers = numbers[-2:]
        points = [(base[0] + x, base[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        at = points[-1]
        if kind == "M":
            start = at
        yield kind, points


def dots(data: str) -> list[Point]:
    """Return the places of subpaths that have segments and no length: with round or square caps they are dots."""
    found: list[Point] = []
    at = start = (0.0, 0.0)
    segments, moved = 0, False
    for kind, points in chain(_walk(data), [("M", [(0.0, 0.0)])]):
        if kind == "M":
            if segments and not moved:
                found.append(start)
            segments, moved, start = 0, False, points[0]
        else:
            segments += 1
            moved = moved or (kind != "Z" and any(point != at for point in points))
        at = points[-1]
    return found


def has_area(data: str) -> bool:
    """Tell whether the bounding box of a path has both a width and a height."""
    if "a" in data.lower():
        return True
    return any_area(_points_drawn(data))


def _points_drawn(data: str) -> Iterator[Point]:
    """Yield the points of all segments; of moves, those that something is drawn from."""
    moves: list[Point] = []
    for kind, points in _walk(data):
        if kind == "M":
            moves = points
            continue
        yield from [*moves, *points]
        moves = []


def any_area(points: Iterable[Point]) -> bool:
    """Tell whether points are neither all above each other nor all beside each other."""
    first: Point | None = None
    across = down = False
    for x, y in points:
        first = first or (x, y)
        across, down = across or x != first[0], down or y != first[1]
        if across and down:
            return True
    return False


def points_of(text: str) -> list[Point]:
    """Return the points of a polygon that ``drawn_points`` wrote."""
    numbers = [float(number) for number in text.split()]
    return list(zip(numbers[::2], numbers[1::2], strict=True))
