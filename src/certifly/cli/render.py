"""``render``: produce again what could not be rendered, or was rendered without a credential."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import click

from certifly.cli.answers import json_option, tell
from certifly.cli.installation import opened_database

if TYPE_CHECKING:
    from certifly.certificates.models import Certificate
    from certifly.db.database import Database
    from certifly.db.tenant import Directory, TenantDB

BATCH = 200
"""Certificates put back into the queue in one unit of work."""


class Find(Protocol):
    """Finds some of a tenant's certificates, oldest first."""

    def __call__(self, db: "TenantDB", *, limit: int) -> "Sequence[Certificate]": ...


@click.command()
@click.option("--failed", is_flag=True, help="Every certificate that failed.")
@click.option("--unsigned", is_flag=True, help="Every certificate of a release that did not sign them yet.")
@click.option("--tenant", "slug", help="Only those of this tenant.")
@json_option
def render(failed: bool, unsigned: bool, slug: str | None, as_json: bool) -> None:
    """Put certificates back into the queue, those that failed or those without a credential.

    A worker then renders them as they were issued: same template version, same data.
    """
    from certifly.certificates.queries import list_failed, list_unsigned
    from certifly.tenants.tenants import get_tenant, list_tenants

    wanted: list[Find] = [
        find for find, is_wanted in ((list_failed, failed), (list_unsigned, unsigned)) if is_wanted
    ]
    if not wanted:
        raise click.UsageError("Say which: --failed, --unsigned, or both.")

    def find_tenants(directory: "Directory") -> list[int]:
        tenants = list_tenants(directory) if slug is None else [get_tenant(directory, slug)]
        return [one.id for one in tenants]

    with opened_database() as database:
        tenant_ids = database.read_directory(find_tenants).result()
        queued = sum(queue_all(database, tenant_id, find) for tenant_id in tenant_ids for find in wanted)
    tell({"queued": queued}, as_json=as_json)


def queue_all(database: "Database", tenant_id: int, find: "Find") -> int:
    """Queue the tenant's certificates that ``find`` names, each once: one that fails again meanwhile stays failed."""
    queued: set[int] = set()
    while True:
        batch = database.write(tenant_id, lambda db: queue_batch(db, find, queued)).result()
        queued.update(batch)
        if len(batch) < BATCH:
            return len(queued)


def queue_batch(db: "TenantDB", find: "Find", already: set[int]) -> list[int]:
    """Queue some certificates that are not among ``already``, oldest first."""
    from certifly.certificates.produce import produce_again
    from certifly.core.clock import utc_now

    db.lock()  # what becomes of them in another process must not be written over
    waiting = [one for one in find(db, limit=BATCH + len(already)) if one.id not in already][:BATCH]
    for certificate in waiting:
        produce_again(db, certificate, now=utc_now())
    return [certificate.id for certificate in waiting]
