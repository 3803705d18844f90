"""``certifly``: every command, and how their errors are told.

An error a person can act on is one clear message on standard error (one JSON object with ``--json``). Exit
codes: 0 done, 1 refused or failed, 2 called in a way there is not, 130 interrupted.
"""

import json
import os
import sys

import click

from certifly import __version__
from certifly.cli.processes import migrate, run, serve, work
from certifly.cli.render import render
from certifly.cli.tenant import tenant
from certifly.cli.token import token
from certifly.core.errors import DomainError

INTERRUPTED_EXIT = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__)
def certifly() -> None:
    """Issue certificates that anyone can check. Settings are CERTIFLY_* environment variables."""


for command in (run, serve, work, migrate, tenant, token, render):
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
    except BrokenPipeError:
        # Whoever read us has gone (``| head``). Python would complain once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        exit_code = 1
    except Exception as error:
        words = _in_words(error)
        if words is None:
            raise
        _tell(*words)
        exit_code = 1
    sys.exit(exit_code or 0)


def _in_words(error: Exception) -> tuple[str, str] | None:
    """What a person can do something about; None for a defect of ours, whose traceback is wanted."""
    if isinstance(error, DomainError):
        return error.message, type(error).__name__

    from certifly.app.trouble import explain

    return explain(error)


def _tell(message: str, kind: str) -> None:
    if "--json" in sys.argv:
        click.echo(json.dumps({"error": message, "code": kind}, ensure_ascii=False), err=True)
    else:
        click.echo(f"Error: {message}", err=True)


def _tell_usage(error: click.UsageError) -> None:
    if "--json" in sys.argv:
        _tell(error.format_message(), "UsageError")
    else:
        error.show()
