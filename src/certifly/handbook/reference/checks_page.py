"""What the checks of a report can come to, and why.

The reasons stand in the area that verifies, which the handbook may not import: ``tools/describe_checks.py`` writes
them down, and a test holds the file against them.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from certifly.handbook.page import Page
from certifly.handbook.reference.tables import code, one_line, table

FILE = Path(__file__).with_name("checks.json")
ANY = "any check"

_INTRODUCTION = """\
# Checks

Whether a certificate is genuine is answered by seven questions. A
[check page](/docs/gateway-api/public/check-certificate) answers them of the record, the
[check of a file](/docs/gateway-api/public/check-file) of what was handed in. Each check passed, failed or stayed
unknown, and says why by a `reason_code`; `facts` holds what belongs to the reason.
"""


@cache
def listing() -> dict[str, Any]:
    """What the tool wrote down."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def checks_page() -> Page:
    """The page of every check and reason."""
    told = listing()
    parts = [
        _INTRODUCTION,
        "## Verdict\n",
        table(["Verdict", "Meaning"], _rows(told["verdicts"])),
        "## Trusted bytes\n",
        "`trusted.scope` says which bytes the report rests on.\n",
        table(["Scope", "Meaning"], _rows(told["scopes"])),
    ]
    for name, question in told["questions"].items():
        reasons = [one for one in told["reasons"] if name in _names(one["at"])]
        parts += [f"## {code(name)}\n", f"{question}\n", _reasons(reasons)]
    parts += [
        "## Any check\n",
        "These stay unknown whatever the question is.\n",
        _reasons([one for one in told["reasons"] if one["at"] == ANY]),
    ]
    return Page(
        "reference/checks",
        "Checks",
        "The seven checks of a report, and every reason for which one passes, fails or stays unknown.",
        "\n".join(parts),
    )


def _names(at: str) -> list[str]:
    """The checks with which a reason can stand."""
    return at.replace(" or ", ", ").split(", ")


def _rows(told: dict[str, str]) -> list[list[str]]:
    return [[code(name), one_line(meaning)] for name, meaning in told.items()]


def _reasons(reasons: list[dict[str, str]]) -> str:
    rows = [[code(one["code"]), one["outcome"], _sentence(one["words"])] for one in reasons]
    return table(["Reason", "Outcome", "Meaning"], rows)


def _sentence(words: str) -> str:
    text = one_line(words)
    return text[0].upper() + text[1:]
