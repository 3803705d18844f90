"""The table of features: what an SVG may say, and whether it is drawn or refused.

The ``.txt`` files of this folder hold a row a line: ``expectation | name | SVG``. A line that begins with ``#`` is a
comment. The SVG is the inside of a frame of 200 x 100 CSS pixels; after ``DOCUMENT:`` it is a whole file.
``$PNG``, ``$JPEG`` and ``$TINY`` are pictures of four colours as data URLs.

- ``drawn``: accepted, and printed as Chromium shows it.
- ``filtered``: the same, but pixels are computed on another grid, so that soft edges may differ a little.
- ``refused``: an error that names the feature.
"""

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from PIL import Image, ImageDraw

Expectation = Literal["drawn", "filtered", "refused"]

FOLDER = Path(__file__).parent
WHOLE_FILE = "DOCUMENT:"
START = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'viewBox="0 0 200 100" width="200" height="100">'
)


@dataclass(frozen=True, slots=True)
class Row:
    """One feature; ``name`` begins with the name of its file."""

    name: str
    expectation: Expectation
    content: bytes


def read_table() -> list[Row]:
    """Return the rows of all files."""
    return [row for path in sorted(FOLDER.glob("*.txt")) for row in _rows_of(path)]


def framed(body: str) -> bytes:
    """Return the SVG file with this inside."""
    return f"{START}{body}</svg>".encode()


def _rows_of(path: Path) -> Iterator[Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            expectation, name, body = (part.strip() for part in line.split("|", 2))
            assert expectation in get_args(Expectation), line
            yield Row(f"{path.stem}: {name}", expectation, _content(body))  # type: ignore[arg-type]


def _content(body: str) -> bytes:
    for kind in ("PNG", "JPEG", "TINY"):
        body = body.replace(f"${kind}", _picture(kind))
    return body.removeprefix(WHOLE_FILE).lstrip().encode() if body.startswith(WHOLE_FILE) else framed(body)


@cache
def _picture(kind: str) -> str:
    """Return a picture as a data URL: four colours in the corners, 80 x 40 pixels, or 4 x 2 for ``TINY``."""
    image = Image.new("RGB", (80, 40), (200, 30, 40))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 0, 80, 19), fill=(30, 120, 60))
    draw.rectangle((0, 20, 39, 40), fill=(30, 60, 160))
    draw.rectangle((40, 20, 80, 40), fill=(240, 200, 40))
    if kind == "TINY":
        image = image.resize((4, 2), Image.Resampling.NEAREST)
    format = "JPEG" if kind == "JPEG" else "PNG"
    buffer = io.BytesIO()
    image.save(buffer, format)
    return f"data:image/{format.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"
