"""``certifly``: every command, and how their errors are told."""

import json
import sys

import click

from certifly import __version__
from certifly.cli.processes import migrate, run, serve, work
from certifly.core.errors import DomainError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__)
def certifly() -> None:
    """Issue certificates that anyone can check. Settings are CERTIFLY_* environment variables."""


for command in (migrate, serve, work, run):
    certifly.add_command(command)


def main() -> None:
    """Run a command. An error a person can act on is one clear message on standard error, exit code 1."""
    try:
        certifly.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DomainError as error:
        if "--json" in sys.argv:
            click.echo(json.dumps({"error": error.message, "code": type(error).__name__}), err=True)
        else:
            click.echo(f"Error: {error.message}", err=True)
        sys.exit(1)
