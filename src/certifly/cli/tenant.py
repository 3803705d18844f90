"""``tenant``: the organisations that issue."""

from typing import TYPE_CHECKING

import click

from certifly.cli.answers import Facts, json_option, tell, tell_all
from certifly.cli.installation import opened_database

if TYPE_CHECKING:
    from certifly.tenants.models import Tenant


@click.group()
def tenant() -> None:
    """Organisations that issue certificates."""


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="The name that certificates and check pages show as the issuer.")
@json_option
def create(slug: str, name: str, as_json: bool) -> None:
    """Add a tenant, with keys to sign with; SLUG is its short name for commands, of a-z, 0-9 and -."""
    from certifly.app.environment import load_settings
    from certifly.app.wiring import open_keyring
    from certifly.core.clock import utc_now
    from certifly.credentials.establish import establish_tenant

    keyring, now = open_keyring(load_settings()), utc_now()
    with opened_database() as database:
        created = database.write_directory(
            lambda directory: facts_of(establish_tenant(directory, keyring, slug=slug, name=name, now=now))
        ).result()
    tell(created, as_json=as_json)


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
