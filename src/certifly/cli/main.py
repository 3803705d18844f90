"""``certifly``: every command, and how their errors are told.

An error a person can act on is one clear message on standard error (one JSON object with ``--json``). Exit
codes: 0 done, 1 refused or failed, 2 called in a way there is not, 130 interrupted.
"""

import json
import sys
from collections.abc import Mapping

import click

from certifly import __version__
from certifly.cli.docs import docs
from certifly.cli.doctor import doctor
from certifly.cli.keys import keys
from certifly.cli.mcp import mcp
from certifly.cli.outbox import outbox
from certifly.cli.processes import migrate, run, serve, work
from certifly.cli.render import render
from certifly.cli.template import template
from certifly.cli.tenant import tenant
from certifly.cli.token import token
from certifly.core.errors import DomainError, Invalid

INTERRUPTED_EXIT = 130
SUPERVISOR_OPTION = "--supervisor"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__)
def certifly() -> None:
    """Issue certificates that anyone can check. Settings are CERTIFLY_* environment variables."""


for command in (run, serve, work, migrate, tenant, token, keys, template, render, outbox, docs, mcp, doctor):
    certifly.add_command(command)


def main() -> None:
    """Run a command, and end this process with its exit code."""
    try:
        exit_code = certifly.main(prog_name="certifly", standalone_mode=False)
    except click.exceptions.Abort:
        exit_code = INTERRUPTED_EXIT
    except click.UsageError as error:
        _tell_usage(error)
        exit_code = error.exit_code
    except DomainError as error:
        _tell(error)
        exit_code = _exit_code_of(error)
    except Exception as error:
        from certifly.app.trouble import trouble_in

        # What an operator can do nothing about is a defect of ours: its traceback is wanted.
        if (trouble := trouble_in(error)) is None:
            raise
        _tell(trouble)
        exit_code = 1
    sys.exit(exit_code or 0)


def _exit_code_of(error: DomainError) -> int:
    """1, or for a supervised process the word that starting it again will not help."""
    from certifly.worker.slot import SlotLost, SlotTaken
    from certifly.worker.supervise import GIVE_UP_EXIT

    will_pass = isinstance(error, SlotTaken | SlotLost)
    return GIVE_UP_EXIT if SUPERVISOR_OPTION in sys.argv and not will_pass else 1


def _tell(error: DomainError) -> None:
    faults = error.errors if isinstance(error, Invalid) else {}
    if "--json" in sys.argv:
        _tell_program(error.message, type(error).__name__, faults)
        return
    for place, found in faults.items():
        for fault in found:
            click.echo(f"Error: {fault if place in fault.lower() else f'{place}: {fault}'}", err=True)
    if not faults:
        click.echo(f"Error: {error.message}", err=True)


def _tell_usage(error: click.UsageError) -> None:
    if "--json" in sys.argv:
        _tell_program(error.format_message(), "UsageError", {})
    else:
        error.show()


def _tell_program(message: str, kind: str, faults: Mapping[str, list[str]]) -> None:
    said = {"message": message, "errors": faults, "code": kind}
    click.echo(json.dumps(said, ensure_ascii=False), err=True)
