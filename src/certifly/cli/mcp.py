"""``mcp``: the tools for AI clients, over standard input and output."""

import os
import re
from pathlib import Path

import click

from certifly.core.errors import DomainError

TOKEN_VARIABLE = "CERTIFLY_TOKEN"  # noqa: S105 - where one is, not one
TOKEN_FILE_VARIABLE = "CERTIFLY_TOKEN_FILE"  # noqa: S105
TOKEN_FILE_BYTES_MAX = 4096


class TokenUnusable(DomainError):
    """The token that was named cannot be one, or cannot be read."""


@click.command()
@click.option(
    "--server", metavar="URL", help="Address of a running installation; without it, the one of this machine."
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    envvar=TOKEN_FILE_VARIABLE,
    help=f"File that holds the token ({TOKEN_FILE_VARIABLE}); or the token itself in {TOKEN_VARIABLE}.",
)
def mcp(server: str | None, token_file: Path | None) -> None:
    """Serve an AI client that starts this command, over standard input and output.

    Without a token it can search the handbook and check certificates; with one, what its scopes allow. Standard
    output carries the Model Context Protocol and nothing else.
    """
    token = read_token(token_file)
    if server is not None:
        from certifly.core.logging import configure_logging
        from certifly.mcp.remote import is_overheard, read_server_address
        from certifly.mcp.stdio import serve_elsewhere

        address = read_server_address(server)
        if token is not None and is_overheard(address):
            click.echo(
                f"Warning: the token goes to {address} unencrypted; whoever is on the way can read it. Use https.",
                err=True,
            )
        configure_logging("warning")
        serve_elsewhere(address, token)
        return

    from certifly.app.asgi import create_app
    from certifly.app.environment import check_addresses, load_settings
    from certifly.app.migrate import require_migrated
    from certifly.mcp.stdio import serve_here

    settings = load_settings()
    check_addresses(settings)
    require_migrated(settings)
    serve_here(create_app(settings), settings.public_url, token)


def read_token(file: Path | None) -> str | None:
    """The token from its file or from the environment, None without one. Raises TokenUnusable, never naming it."""
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    where = TOKEN_VARIABLE
    if file is not None:
        if token:
            raise TokenUnusable(f"{TOKEN_VARIABLE} and a token file are both given. Keep one.")
        where = "The token file"
        try:
            with file.open("rb") as opened:
                token = opened.read(TOKEN_FILE_BYTES_MAX).decode("ascii").strip()
        except OSError as error:
            raise TokenUnusable(f"The token file cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise TokenUnusable("The token file holds no token.") from None
        if not token:
            raise TokenUnusable("The token file is empty.")
    if token and not re.fullmatch(r"[\x21-\x7e]+", token):
        raise TokenUnusable(f"{where} holds no token: a token is one word of printable characters.")
    return token or None
