"""``doctor``: what is set, reachable, missing and failed, in words an operator can act on."""

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from certifly.cli.answers import json_option

if TYPE_CHECKING:
    from certifly.app.checkup.examine import Examination

WORDS = {"well": "ok", "note": "note", "trouble": "PROBLEM"}
COLOURS = {"well": "green", "note": "yellow", "trouble": "red"}


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look at every part of the installation; exit code 1 when one does not work."""
    from certifly.app.checkup.examine import examine
    from certifly.core.clock import utc_now
    from certifly.core.logging import configure_logging

    configure_logging("error")
    examination = examine(os.environ, now=utc_now())
    if as_json:
        _tell_program(examination)
    else:
        _tell_person(examination)
    sys.exit(0 if examination.is_well else 1)


def _tell_program(examination: "Examination") -> None:
    settings = {one.name: {"value": one.value, "origin": one.origin} for one in examination.settings}
    findings = [
        {"part": one.part, "state": one.state, "message": one.message, "details": list(one.details)}
        for one in examination.findings
    ]
    said = {"ok": examination.is_well, "findings": findings, "settings": settings}
    click.echo(json.dumps(said, ensure_ascii=False))


def _tell_person(examination: "Examination") -> None:
    if examination.settings:
        click.echo("Settings")
        width = max(len(one.name) for one in examination.settings)
        for one in examination.settings:
            origin = "" if one.origin in ("default", one.name) else f"  from {one.origin}"
            shown = f"{one.value} (default)" if one.origin == "default" else one.value
            click.echo(f"  {one.name:<{width}}  {shown}{origin}")
        click.echo()
    for finding in examination.findings:
        word = click.style(f"{WORDS[finding.state]:<7}", fg=COLOURS[finding.state])
        click.echo(f"{word}  {finding.part}: {finding.message}")
        for detail in finding.details:
            click.echo(f"           {detail}")
    troubles = sum(finding.state == "trouble" for finding in examination.findings)
    click.echo()
    click.echo(
        "All is well." if not troubles else f"{troubles} problem{'s' if troubles > 1 else ''} to mend."
    )
