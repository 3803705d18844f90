"""``keys``: what tenants sign with. Private keys are never printed; nothing here can take one out."""

from typing import IO, TYPE_CHECKING, Any

import click

from certifly.cli.answers import Facts, json_option, tell, tell_all
from certifly.cli.installation import opened_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from certifly.core.settings import Settings
    from certifly.credentials.keyring import Keyring
    from certifly.credentials.public_keys import PublicKey
    from certifly.db.tenant import TenantDB
    from certifly.tenants.models import Tenant

tenant_option = click.option(
    "--tenant", "slug", required=True, help="Slug of the tenant whose keys they are."
)


@click.group()
def keys() -> None:
    """Keys that tenants sign certificates with."""


@keys.command("list")
@tenant_option
@json_option
def list_all(slug: str, as_json: bool) -> None:
    """Show every key: which sign, which are kept to verify, which are withdrawn and why."""
    from certifly.credentials.public_keys import list_keys

    found = _read(slug, lambda db, _: [facts_of(one) for one in list_keys(db)])
    tell_all(found, as_json=as_json, nothing="")


@keys.command()
@tenant_option
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["proof", "token", "seal"]),
    help="Only keys of this role; repeat it for more.",
)
@json_option
def rotate(slug: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Make new keys to sign with. The former are kept: what they signed stays valid."""
    from certifly.credentials.rotate import ROTATED_ROLES
    from certifly.credentials.rotate import rotate as rotate_keys

    def work(db: "TenantDB", keyring: "Keyring", tenant: "Tenant", now: "datetime") -> list[Facts]:
        made = rotate_keys(
            db, keyring, roles=roles or ROTATED_ROLES, issuer_name=tenant.name, slug=slug, now=now
        )
        return [facts_of(one) for one in made]

    tell_all(_write(slug, work), as_json=as_json, nothing="")


@keys.command()
@click.argument("key_id", metavar="KEY")
@tenant_option
@click.option("--reason", required=True, help="What happened; verifiers are told it.")
@json_option
def retire(key_id: str, slug: str, reason: str, as_json: bool) -> None:
    """Withdraw KEY for ever, after it became known to somebody else or was lost.

    Whatever it signed becomes invalid, and every certificate that it signed is signed anew with the keys that
    follow it; a worker does that. To change keys as a habit, rotate them.
    """
    from certifly.credentials.rotate import withdraw

    def work(db: "TenantDB", keyring: "Keyring", tenant: "Tenant", now: "datetime") -> Facts:
        from certifly.certificates.sign_anew import announce_renewal
        from certifly.credentials.models import ACTIVE
        from certifly.credentials.public_keys import list_keys

        fallen = withdraw(db, keyring, key_id, reason=reason, issuer_name=tenant.name, slug=slug, now=now)
        announce_renewal(db)
        active = [one.id for one in list_keys(db) if one.state == ACTIVE]
        return {"tenant": slug, "withdrawn": fallen, "active": active}

    tell(_write(slug, work), as_json=as_json)


@keys.command("import-seal")
@click.argument("file", type=click.File("rb"))
@tenant_option
@click.option(
    "--password-file",
    type=click.File("r"),
    help="File that holds the password in its first line (- reads standard input). Without it you are asked.",
)
@json_option
def import_seal(file: IO[bytes], slug: str, password_file: IO[str] | None, as_json: bool) -> None:
    """Seal PDFs with the key and chain in FILE, a PKCS #12 file (.p12, .pfx) from an authority."""
    from certifly.credentials.import_seal import PKCS12_BYTES_MAX
    from certifly.credentials.import_seal import import_seal as import_key

    pkcs12 = file.read(PKCS12_BYTES_MAX + 1)
    if password_file is not None:
        password = password_file.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, default="", show_default=False, err=True)

    def work(db: "TenantDB", keyring: "Keyring", _: "Tenant", now: "datetime") -> Facts:
        return facts_of(import_key(db, keyring, pkcs12, password or None, now=now))

    tell(_write(slug, work), as_json=as_json)


@keys.command("export-trust-bundle")
@tenant_option
@click.option("--pem", "as_pem", is_flag=True, help="Only the certificates of PDF seals, as PEM.")
@json_option
def export_trust_bundle(slug: str, as_pem: bool, as_json: bool) -> None:
    """Print all that it takes to verify the tenant's certificates without this server.

    JSON: the DID document, the issuer's profile, every public key with its state, and the chains of PDF seals.
    """
    import json

    from certifly.core.clock import utc_now
    from certifly.credentials.public_keys import list_keys
    from certifly.credentials.trust_bundle import chains_pem, trust_bundle

    def work(db: "TenantDB", tenant: "Tenant") -> tuple[list["PublicKey"], str]:
        return list_keys(db), tenant.name

    found, issuer_name = _read(slug, work)
    if as_pem:
        click.echo(chains_pem(found), nl=False)
        return
    public_url = _settings().public_url
    bundle = trust_bundle(found, public_url=public_url, slug=slug, issuer_name=issuer_name, now=utc_now())
    click.echo(json.dumps(bundle, ensure_ascii=True, indent=None if as_json else 2))


def facts_of(key: "PublicKey") -> Facts:
    """What is told of a key: nothing by which one could sign."""
    from certifly.core.clock import isoformat

    moments = {"created_at": key.created_at, "kept_since": key.kept_since, "withdrawn_at": key.withdrawn_at}
    return {
        "id": key.id,
        "role": key.role,
        "algorithm": key.algorithm,
        "state": key.state,
        **{name: None if moment is None else isoformat(moment) for name, moment in moments.items()},
        "reason": key.reason,
    }


def _settings() -> "Settings":
    from certifly.app.environment import load_settings

    return load_settings()


def _read(slug: str, work: "Callable[[TenantDB, Tenant], Any]") -> Any:
    """What ``work`` finds among the rows of this tenant. Raises NotFound."""
    from certifly.tenants.tenants import get_tenant

    with opened_database() as database:
        tenant = database.read_directory(lambda directory: get_tenant(directory, slug)).result()
        return database.read(tenant.id, lambda db: work(db, tenant)).result()


def _write(slug: str, work: "Callable[[TenantDB, Keyring, Tenant, datetime], Any]") -> Any:
    """Do ``work`` on the rows of this tenant, in one commit. Raises NotFound, and what ``work`` raises."""
    from certifly.app.wiring import open_keyring
    from certifly.core.clock import utc_now
    from certifly.tenants.tenants import get_tenant

    keyring, now = open_keyring(_settings()), utc_now()
    with opened_database() as database:
        tenant = database.read_directory(lambda directory: get_tenant(directory, slug)).result()
        return database.write(tenant.id, lambda db: work(db, keyring, tenant, now)).result()
