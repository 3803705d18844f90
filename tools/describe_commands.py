"""Write down what the command line says of itself, for the handbook's page of commands.

The handbook may not know the command line, which lies above it. A test walks the commands again and compares. Run it
after changing a command: ``python -m tools.describe_commands``.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from certifly.cli.main import INTERRUPTED_EXIT, certifly
from certifly.worker.supervise import GIVE_UP_EXIT

TARGET = Path(__file__).parents[1] / "src/certifly/handbook/reference/commands.json"

EXITS = {
    "0": "Done.",
    "1": "Refused or failed; the message says why, and what to do.",
    str(click.UsageError.exit_code): "Called in a way that there is not.",
    str(
        GIVE_UP_EXIT
    ): "A process of `certifly run` or `certifly work` cannot go on, and starting it again will not help.",
    str(INTERRUPTED_EXIT): "Interrupted.",
}


def describe() -> str:
    """Every command with its arguments and options, as JSON."""
    commands = list(_commands(certifly, "certifly"))
    return json.dumps({"commands": commands, "exits": EXITS}, ensure_ascii=False, indent=2) + "\n"


def _commands(group: click.Group, path: str) -> Iterator[dict[str, Any]]:
    for name, command in group.commands.items():
        if command.hidden:
            continue
        yield _command(command, f"{path} {name}")
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")


def _command(command: click.Command, path: str) -> dict[str, Any]:
    context = click.Context(command, info_name=path, max_content_width=1000, terminal_width=1000)
    return {
        "name": path,
        "is_group": isinstance(command, click.Group),
        "help": _text(command.help),
        "usage": " ".join([path, *command.collect_usage_pieces(context)]),
        "options": [
            _option(parameter, context)
            for parameter in command.params
            if isinstance(parameter, click.Option) and not parameter.hidden
        ],
    }


def _option(option: click.Option, context: click.Context) -> dict[str, Any]:
    value = "" if option.is_flag else f" {option.make_metavar(context)}".removesuffix(" RANGE")
    default = option.get_default(context)
    # A flag is off, and what is not given is not given: neither needs a word.
    shown = None if option.is_flag or option.required or not _is_said(default) else str(default)
    return {
        "names": ", ".join(option.opts) + value,
        "help": _text(option.help) + _bounds(option),
        "is_required": option.required,
        "is_repeatable": option.multiple,
        "default": shown,
    }


def _bounds(option: click.Option) -> str:
    kind = option.type
    return f" From {kind.min} to {kind.max}." if isinstance(kind, click.IntRange | click.FloatRange) else ""


def _is_said(default: object) -> bool:
    return isinstance(default, str | int | float) and default != ""


def _text(text: str | None) -> str:
    assert text, "a command or an option without a word of help"
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.replace("\b", "").split("\n\n"))


if __name__ == "__main__":
    TARGET.write_text(describe(), encoding="utf-8")
