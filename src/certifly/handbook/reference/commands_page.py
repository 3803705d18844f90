"""Every command of the command line, as it tells itself by ``--help``.

The command line lies above the handbook, so ``tools/describe_commands.py`` writes down what it says; a test holds the
file against it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from certifly.handbook.page import Page
from certifly.handbook.reference.tables import code, fence, one_line, table

FILE = Path(__file__).with_name("commands.json")

_INTRODUCTION = """\
# Commands

Operators type `certifly` and a command. Each takes `--help`. Commands that tell facts take `--json`: one JSON value
on standard output, and errors as one JSON object on standard error. Settings are
[environment variables](/docs/reference/settings).
"""


@cache
def listing() -> dict[str, Any]:
    """What the tool wrote down."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def commands_page() -> Page:
    """The page of every command."""
    parts = [_INTRODUCTION]
    parts.append(table(["Command", "What it does"], (_contents_row(one) for one in listing()["commands"])))
    for command in listing()["commands"]:
        parts += _command(command)
    parts.append("## Exit codes\n")
    parts.append(table(["Code", "Meaning"], ([code(one), what] for one, what in listing()["exits"].items())))
    return Page(
        "reference/commands",
        "Commands",
        "Every command of certifly with its arguments and options, and its exit codes.",
        "\n".join(part for part in parts if part),
    )


def _contents_row(command: dict[str, Any]) -> list[str]:
    return [f"[{code(command['name'])}](#{command['name'].replace(' ', '-')})", _summary(command)]


def _summary(command: dict[str, Any]) -> str:
    return one_line(command["help"].split("\n\n")[0])


def _command(command: dict[str, Any]) -> list[str]:
    depth = "##" if command["name"].count(" ") == 1 else "###"
    parts = [f"{depth} {code(command['name'])}\n"]
    parts += [f"{one_line(paragraph)}\n" for paragraph in command["help"].split("\n\n")]
    if not command["is_group"]:
        parts.append(fence(command["usage"], "sh"))
    rows = [[code(option["names"]), option["help"] + _default(option)] for option in command["options"]]
    parts.append(table(["Option", "Meaning"], rows))
    return parts


def _default(option: dict[str, Any]) -> str:
    words = " Required." if option["is_required"] else ""
    if option["default"] is not None:
        words += f" Default: {code(option['default'])}."
    return words + (" Can be repeated." if option["is_repeatable"] else "")
