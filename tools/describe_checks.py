"""Write down what the checks of a report can come to, for the handbook's page of checks.

The reasons stand in the area that verifies, which the handbook may not import, each with its docstring. A test
compares. Run it after changing a reason: ``python -m tools.describe_checks``.
"""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from certifly.verification import report
from certifly.verification.report import CheckName, Reason, Scope, Verdict

TARGET = Path(__file__).parents[1] / "src/certifly/handbook/reference/checks.json"

_REASON = re.compile(r"(?P<at>[\w ,]+?) (?P<outcome>passed|failed|unknown): (?P<words>.+)")


def describe() -> str:
    """The questions, reasons, scopes and verdicts in words, as JSON."""
    found = {
        "questions": dict(_docstrings(CheckName)),
        "reasons": [_reason(code, text) for code, text in _docstrings(Reason)],
        "scopes": dict(_docstrings(Scope)),
        "verdicts": dict(_docstrings(Verdict)),
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _reason(code: str, text: str) -> dict[str, str]:
    read = _REASON.fullmatch(text)
    assert read, f"the docstring of {code} does not begin with its checks and their outcome"
    return {"code": code, "at": read["at"], "outcome": read["outcome"], "words": read["words"]}


def _docstrings(kind: type[StrEnum]) -> Iterator[tuple[str, str]]:
    """Each value with the text that stands below it."""
    [tree] = [
        node
        for node in ast.parse(inspect.getsource(report)).body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    ]
    told: dict[str, str] = {}
    for node, below in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(node, ast.Assign) and isinstance(below, ast.Expr):
            assert isinstance(node.targets[0], ast.Name)
            told[node.targets[0].id] = ast.literal_eval(below.value)
    for member in kind:
        assert member.name in told, f"{kind.__name__}.{member.name} has no docstring"
        yield member.value, " ".join(told[member.name].split())


if __name__ == "__main__":
    TARGET.write_text(describe(), encoding="utf-8")
