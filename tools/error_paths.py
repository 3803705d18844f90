"""See that every error path of the product was walked by some test.

A ``raise`` that no test reaches is a promise nobody has kept once; an ``except`` whose body no test reaches
is a guess. Reads what coverage gathered from the test run, all processes together. A line that cannot be
reached says so, with its reason: ``# unreachable: the pool closes first``.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coverage import Coverage

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "certifly"
EXCUSE = re.compile(r"#\s*unreachable:(?P<reason>.*)")
REASON_LENGTH_MIN = 10


class ErrorPath(NamedTuple):
    """A place where something goes wrong: the lines that show it was walked, and those that may excuse it."""

    kind: str
    line: int
    proof: range
    excusable: range


class Judgement(NamedTuple):
    """What a file's error paths came to: paths no test walked, excuses without a reason, excuses not needed."""

    unwalked: list[str]
    reasonless: list[str]
    needless: list[str]


def error_paths(source: str) -> list[ErrorPath]:
    """Every ``raise`` and every ``except`` of a file, in order."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise):
            lines = _lines_of(node)
            found.append(ErrorPath("raise", node.lineno, lines, lines))
        elif isinstance(node, ast.ExceptHandler):
            first = node.body[0]
            found.append(
                ErrorPath("except", node.lineno, _lines_of(first), range(node.lineno, first.lineno + 1))
            )
    return sorted(found, key=lambda path: path.line)


def judge(name: str, source: str, walked: set[int]) -> Judgement:
    """Hold the error paths of a file against the lines that tests ran."""
    lines = source.splitlines()
    judgement = Judgement([], [], [])
    for path in error_paths(source):
        place = f"{name}:{path.line}: {lines[path.line - 1].strip()}"
        excuse = next((m for number in path.excusable if (m := EXCUSE.search(lines[number - 1]))), None)
        is_walked = not walked.isdisjoint(path.proof)
        if excuse is not None and len(excuse["reason"].strip()) < REASON_LENGTH_MIN:
            judgement.reasonless.append(place)
        elif excuse is not None and is_walked:
            judgement.needless.append(place)
        elif excuse is None and not is_walked:
            judgement.unwalked.append(place)
    return judgement


def _lines_of(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _judge_all(source: Path) -> Iterator[Judgement]:
    coverage = Coverage(config_file=str(ROOT / "pyproject.toml"))
    coverage.combine(strict=True, keep=True)
    data = coverage.get_data()
    for file in sorted(source.rglob("*.py")):
        walked = set(data.lines(str(file)) or ())
        yield judge(str(file.relative_to(ROOT)), file.read_text(), walked)


def main() -> int:
    """Print every error path that no test walked; 1 when there is one."""
    unwalked, reasonless, needless = [], [], []
    for judgement in _judge_all(SOURCE):
        unwalked += judgement.unwalked
        reasonless += judgement.reasonless
        needless += judgement.needless

    for title, places in (
        ("No test walks here", unwalked),
        ("Says unreachable without a reason", reasonless),
        ("Says unreachable, and was reached all the same (not counted)", needless),
    ):
        if places:
            print(f"{title}:", *places, sep="\n  ")
    faults = len(unwalked) + len(reasonless)
    print(
        f"{faults} error paths to mend." if faults else "Every raise and every except was walked by a test."
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
