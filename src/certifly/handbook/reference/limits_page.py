"""Every limit that callers and operators can meet.

They stand as constants in the areas that keep them, which the handbook may not import: ``tools/describe_limits.py``
writes them down with what they mean, and a test holds the file against the constants.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from certifly.handbook.page import Page
from certifly.handbook.reference.tables import table

FILE = Path(__file__).with_name("limits.json")

_INTRODUCTION = """\
# Limits

Everything has a limit, so that no caller can take what the others need. What is too much is refused, with a message
that names the limit; no value is cut off in silence. Limits that an operator can set are
[settings](/docs/reference/settings). Where nothing else is said, a limit is the most that is taken.
"""


@cache
def listing() -> list[dict[str, Any]]:
    """What the tool wrote down."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def limits_page() -> Page:
    """The page of every limit."""
    parts = [_INTRODUCTION]
    for group in listing():
        rows = [[one["what"], one["limit"]] for one in group["limits"]]
        parts.append(f"## {group['title']}\n")
        parts.append(table(["What", "Limit"], rows))
    return Page(
        "reference/limits",
        "Limits",
        "How much of everything is taken: bodies, data, templates, pictures, e-mails, waits.",
        "\n".join(parts),
    )
