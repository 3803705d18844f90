"""``docs``: the handbook, for those who want it apart from the server."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from certifly.cli.answers import json_option, tell

if TYPE_CHECKING:
    from certifly.core.settings import Settings

_VARIABLE = "CERTIFLY_PUBLIC_URL"


@click.group()
def docs() -> None:
    """The handbook of this installation."""


@docs.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--public-url", help=f"The address that the pages are for. Without it: {_VARIABLE}, or its default."
)
@json_option
def export_site(folder: Path, public_url: str | None, as_json: bool) -> None:
    """Write the handbook into DIR as a static site.

    Any plain web server can serve it at the public address, beginning at /docs. DIR must be new or empty, or hold an
    earlier export, which is replaced. Needs no database and no secret key.
    """
    from certifly.app.asgi import describe
    from certifly.handbook.contents import Handbook
    from certifly.handbook.export import export
    from certifly.handbook.facts import Installation

    settings = settings_of(public_url)
    handbook = Handbook(Installation(settings.public_url, describe(settings)))
    names = export(handbook, folder)
    tell(
        {
            "folder": str(folder),
            "public_url": settings.public_url,
            "pages": len(handbook.pages),
            "files": len(names),
        },
        as_json=as_json,
    )


def settings_of(public_url: str | None) -> "Settings":
    """Settings that know the public address and nothing else. Raises SettingsInvalid."""
    from certifly.core.settings import SECRET_KEY_BYTES_MIN, Settings

    told = {name: value for name, value in os.environ.items() if name in (_VARIABLE, f"{_VARIABLE}_FILE")}
    if public_url is not None:
        told = {_VARIABLE: public_url}
    # Nothing is signed here: a key that is none spares the operator to name theirs.
    return Settings.from_environment({**told, "CERTIFLY_SECRET_KEY": "-" * SECRET_KEY_BYTES_MIN})
