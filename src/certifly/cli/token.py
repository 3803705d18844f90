"""``token``: the bearer secrets of tenants. A secret is printed once, when it is made, and never again."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from certifly.cli.answers import Facts, json_option, tell, tell_all
from certifly.cli.installation import opened_database

if TYPE_CHECKING:
    from certifly.db.tenant import Directory
    from certifly.tenants.models import Token

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LIFETIME_MAX = timedelta(days=3660)
"""Longer than this is the same as for ever, and is better said by leaving the option out."""


class Lifetime(click.ParamType[timedelta]):
    """``90d``, ``12h``, ``8w``."""

    name = "lifetime"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read a lifetime; a usage error says which there are."""
        written = re.fullmatch(r"([1-9][0-9]{0,4})([hdw])", str(value))
        if written is None:
            self.fail(f"{value} is no lifetime. Write hours, days or weeks: 12h, 90d, 8w.", param, ctx)
        lifetime = int(written[1]) * UNITS[written[2]]
        if lifetime > LIFETIME_MAX:
            self.fail("The longest lifetime is ten years. Leave it out for a token without end.", param, ctx)
        return lifetime


@click.group()
def token() -> None:
    """Secrets by which programs call the API for a tenant."""


@token.command()
@click.option("--tenant", "slug", required=True, help="Slug of the tenant it is for.")
@click.option("--name", required=True, help="What it is for, so that it can be told apart.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; repeat it for more.")
@click.option("--expires-in", type=Lifetime(), help="Its lifetime, such as 90d; without one it does not end.")
@json_option
def create(
    slug: str, name: str, scopes: tuple[str, ...], expires_in: timedelta | None, as_json: bool
) -> None:
    """Make a token, and print its secret this once."""
    from certifly.core.clock import utc_now
    from certifly.tenants.tenants import get_tenant
    from certifly.tenants.tokens import create_token

    now = utc_now()
    expires_at = None if expires_in is None else now + expires_in

    def work(directory: "Directory") -> Facts:
        made, secret = create_token(
            directory,
            get_tenant(directory, slug),
            name=name,
            scopes=list(scopes),
            expires_at=expires_at,
            now=now,
        )
        return {"token": secret, **facts_of(made, slug, now=now)}

    with opened_database() as database:
        tell(database.write_directory(work).result(), as_json=as_json)


@token.command("list")
@click.option("--tenant", "slug", help="Only those of this tenant.")
@json_option
def list_all(slug: str | None, as_json: bool) -> None:
    """Show every token, revoked ones too; of a secret only its last four characters are known."""
    from certifly.core.clock import utc_now
    from certifly.tenants.tenants import get_tenant, list_tenants
    from certifly.tenants.tokens import list_tokens

    now = utc_now()

    def work(directory: "Directory") -> list[Facts]:
        wanted = None if slug is None else get_tenant(directory, slug)
        slugs = {one.id: one.slug for one in list_tenants(directory)}
        return [facts_of(one, slugs[one.tenant_id], now=now) for one in list_tokens(directory, wanted)]

    with opened_database() as database:
        tell_all(database.read_directory(work).result(), as_json=as_json, nothing="There is no token.")


@token.command()
@click.argument("token_id", metavar="ID", type=click.IntRange(1))
@json_option
def revoke(token_id: int, as_json: bool) -> None:
    """Make a token useless for ever. When this returns, no running server accepts it any more."""
    import time

    from certifly.core.clock import utc_now
    from certifly.tenants.models import Tenant
    from certifly.tenants.tokens import BELIEVED_SECONDS, revoke_token

    now = utc_now()

    def work(directory: "Directory") -> Facts:
        revoked = revoke_token(directory, token_id, now=now)
        owner = directory.get(Tenant, revoked.tenant_id)
        assert owner is not None, "a foreign key keeps the tenant of a token"
        return facts_of(revoked, owner.slug, now=now)

    with opened_database() as database:
        facts = database.write_directory(work).result()
    time.sleep(BELIEVED_SECONDS)  # servers believe what they knew of it for so long
    tell(facts, as_json=as_json)


def facts_of(token: "Token", slug: str, *, now: datetime) -> Facts:
    """What is told of a token: everything but what would let one use it."""
    return {
        "id": str(token.id),
        "tenant": slug,
        "name": token.name,
        "ends_with": token.hint,
        "state": state_of(token.revoked_at, token.expires_at, now=now),
        "scopes": list(token.scopes),
        "created_at": _moment(token.created_at),
        "expires_at": _moment(token.expires_at),
        "revoked_at": _moment(token.revoked_at),
        "last_used_at": _moment(token.last_used_at),
    }


def state_of(revoked_at: datetime | None, expires_at: datetime | None, *, now: datetime) -> str:
    """``active``, ``expired`` or ``revoked``."""
    if revoked_at is not None:
        return "revoked"
    return "expired" if expires_at is not None and expires_at <= now else "active"


def _moment(moment: datetime | None) -> str | None:
    from certifly.core.clock import isoformat

    return None if moment is None else isoformat(moment)
