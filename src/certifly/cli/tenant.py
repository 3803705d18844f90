"""``tenant``: the organisations that issue."""

from typing import TYPE_CHECKING

import click

from certifly.cli.answers import Facts, json_option, tell, tell_all
from certifly.cli.installation import opened_database

if TYPE_CHECKING:
    from certifly.templates.design_files import DesignFiles
    from certifly.tenants.models import Tenant


@click.group()
def tenant() -> None:
    """Organisations that issue certificates."""


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="The name that certificates and check pages show as the issuer.")
@click.option("--starter", metavar="NAME", help="Publish this starter as its first template.")
@json_option
def create(slug: str, name: str, starter: str | None, as_json: bool) -> None:
    """Add a tenant, with keys to sign with; SLUG is its short name for commands, of a-z, 0-9 and -.

    The starter certificate-of-completion comes with Certifly. To add it, or another template, later: certifly template
    import.
    """
    from certifly.app.environment import load_settings
    from certifly.app.wiring import open_keyring
    from certifly.cli.template import add_template
    from certifly.core.clock import utc_now
    from certifly.credentials.establish import establish_tenant
    from certifly.tenants.tenants import get_tenant

    settings = load_settings()
    keyring, now = open_keyring(settings), utc_now()
    design = _starter(starter) if starter is not None else None
    with opened_database() as database:
        created = database.write_directory(
            lambda directory: facts_of(establish_tenant(directory, keyring, slug=slug, name=name, now=now))
        ).result()
        if design is not None:
            # The tenant is there already: a failure leaves it without a template, which template import adds.
            owner = database.read_directory(lambda directory: get_tenant(directory, slug)).result()
            added = add_template(database, owner, design, settings, is_published=True)
            created = {**created, "template_id": added["id"]}
    tell(created, as_json=as_json)


def _starter(name: str) -> "DesignFiles":
    from certifly.templates.starters import STARTERS, read_starter

    if name not in STARTERS:
        raise click.BadParameter(
            f"There is no starter {name}. Starters: {', '.join(STARTERS)}.", param_hint="--starter"
        )
    return read_starter(name)


@tenant.command("list")
@json_option
def list_all(as_json: bool) -> None:
    """Show every tenant."""
    from certifly.tenants.tenants import list_tenants

    with opened_database() as database:
        tenants = database.read_directory(lambda d: [facts_of(one) for one in list_tenants(d)]).result()
    tell_all(
        tenants, as_json=as_json, nothing="There is no tenant yet. certifly tenant create SLUG --name NAME"
    )


def facts_of(tenant: "Tenant") -> Facts:
    """What is told of a tenant."""
    from certifly.core.clock import isoformat

    return {"slug": tenant.slug, "name": tenant.name, "created_at": isoformat(tenant.created_at)}
