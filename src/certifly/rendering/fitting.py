"""How each text of one certificate is set: the decision, as plain data.

``fit.py`` decides before a certificate is issued; the decision is stored with it and every later drawing
(PDF, PNG, preview) obeys. It holds the text as printed, so whoever erases a person erases this too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FittedText:
    """One text element: lengths in points, the first baseline measured from the top of the box.

    ``reserved`` names characters that one family draws even where an earlier one has them: pairs of a
    family and its characters, none of them ASCII.
    """

    size: float
    lines: tuple[str, ...]
    baseline: float
    pitch: float
    shift: float
    fonts: tuple[str, ...]
    reserved: tuple[tuple[str, str], ...]
    tracking: float
    is_right_to_left: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "lines": list(self.lines),
            "baseline": self.baseline,
            "pitch": self.pitch,
            "shift": self.shift,
            "fonts": list(self.fonts),
            "reserved": [list(pair) for pair in self.reserved],
            "tracking": self.tracking,
            "is_right_to_left": self.is_right_to_left,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "FittedText":
        return cls(
            size=raw["size"],
            lines=tuple(raw["lines"]),
            baseline=raw["baseline"],
            pitch=raw["pitch"],
            shift=raw["shift"],
            fonts=tuple(raw["fonts"]),
            reserved=tuple((family, characters) for family, characters in raw["reserved"]),
            tracking=raw["tracking"],
            is_right_to_left=raw["is_right_to_left"],
        )


@dataclass(frozen=True, slots=True)
class Fitting:
    """The fitted texts by element index; an element that is left out has none."""

    texts: Mapping[int, FittedText]

    def to_json(self) -> dict[str, Any]:
        """A value that ``json.dumps`` takes and ``from_json`` reads back equal."""
        return {"texts": {str(index): text.to_json() for index, text in self.texts.items()}}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Fitting":
        return cls({int(index): FittedText.from_json(text) for index, text in raw["texts"].items()})
