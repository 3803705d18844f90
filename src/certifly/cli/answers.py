"""How commands answer: lines for people, one JSON line for programs.

Both hold the same facts under the same names, so that what a person has read a script can find.
"""

import json
from collections.abc import Mapping, Sequence

import click

Facts = Mapping[str, object]

NOTHING = "-"

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
"""Every command has it, with the same name and meaning."""


def tell(facts: Facts, *, as_json: bool) -> None:
    """Answer with the facts of one thing."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name}: {in_words(value)}")


def tell_all(rows: Sequence[Facts], *, as_json: bool, nothing: str) -> None:
    """Answer with a list: a table for people, ``{"data": [...]}`` for programs; ``nothing`` when it is empty."""
    if as_json:
        click.echo(json.dumps({"data": list(rows)}, ensure_ascii=False))
        return
    if not rows:
        click.echo(nothing)
        return
    table = [[name.replace("_", " ") for name in rows[0]]] + [
        [in_words(v) for v in row.values()] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def in_words(value: object) -> str:
    """A fact on one line: no brackets, no quotes, a dash for nothing."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return " ".join(str(value).split())
