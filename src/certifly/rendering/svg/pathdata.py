"""The data of paths: as much of it as a browser draws, and where it has subpaths without length.

A browser draws a path up to its first error (SVG 2, 9.5.4).
"""

import re
from collections.abc import Iterator

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
_COUNTS = {"M": 2, "L": 2, "T": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "A": 7}


_POINTS = re.compile(rf"{_SPACE}({_PAIR}(?:{_BETWEEN}{_PAIR})*+)(?:{_BETWEEN}{NUMBER})?+{_BETWEEN}")


def drawn_points(text: str) -> str:
    """Return the points of a polygon; a number too many is left out, and with any other error nothing is drawn."""
    found = _POINTS.fullmatch(text)
    return " ".join(_ARGUMENT.findall(found[1])) if found else ""


def drawn_part(data: str) -> str:
    """Return the path up to its first error; "" if nothing of it is drawn."""
    place = 0
    while (found := _SEGMENT.match(data, place)) is not None:
        if place == 0 and data.lstrip("\t\n\f\r ")[:1] not in ("M", "m"):
            return ""
        place = found.end()
    return data[:place].strip()


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


def dots(data: str) -> list[tuple[float, float]]:
    """Return the places of subpaths that have segments and no length: with round or square caps they are dots."""
    found: list[tuple[float, float]] = []
    at = start = (0.0, 0.0)
    segments, moved = 0, False
    for letter, numbers in [*_commands(data), ("M", [0.0, 0.0])]:
        kind = letter.upper()
        if kind == "M":
            if segments and not moved:
                found.append(start)
            segments, moved = 0, False
        else:
            segments += 1
        if kind == "Z":
            at = start
            continue
        base = at if letter.islower() else (0.0, 0.0)
        if kind in "HV":
            numbers = [numbers[0], at[1] - base[1]] if kind == "H" else [at[0] - base[0], numbers[0]]
        points = [
            (base[0] + x, base[1] + y)
            for x, y in zip(
                numbers[-2:] if kind == "A" else numbers,
                numbers[-1:] if kind == "A" else numbers[1:],
                strict=False,
            )
        ][:: 1 if kind == "A" else 2]
        if kind == "M":
            start = points[0]
        else:
            moved = moved or any(point != at for point in points)
        at = points[-1]
    return found
