"""Tables and code in Markdown, whatever characters stand in them.

A cell is one line: a line break in it would end the table, and a bar the cell.
"""

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; nothing at all where there are no rows."""
    lines = [_line(row) for row in rows]
    if not lines:
        return ""
    return "\n".join([_line(header), _line(["---"] * len(header)), *lines]) + "\n"


def code(text: str) -> str:
    """The text as code inside a line, with as many backticks around it as it needs."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def fence(text: str, language: str, title: str = "") -> str:
    """A block of code, between fences that do not occur in it."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}{' ' + title if title else ''}\n{text.rstrip()}\n{marks}\n"


def one_line(text: str) -> str:
    """Prose from a docstring or a description: its line breaks are only those of the source."""
    return " ".join(text.replace("``", "`").split())


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
