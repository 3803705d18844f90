"""``render``: produce again what could not be rendered."""

from typing import TYPE_CHECKING

import click

from certifly.cli.answers import json_option, tell
from certifly.cli.installation import opened_database

if TYPE_CHECKING:
    from certifly.db.database import Database
    from certifly.db.tenant import Directory, TenantDB

BATCH = 200
"""Certificates put back into the queue in one unit of work."""


@click.command()
@click.option("--failed", is_flag=True, help="Every certificate that failed.")
@click.option("--tenant", "slug", help="Only those of this tenant.")
@json_option
def render(failed: bool, slug: str | None, as_json: bool) -> None:
    """Put certificates that failed back into the queue.

    A worker then renders them as they were issued: same template version, same data.
    """
    from certifly.tenants.tenants import get_tenant, list_tenants

    if not failed:
        raise click.UsageError("Say which: --failed.")

    def find_tenants(directory: "Directory") -> list[int]:
        tenants = list_tenants(directory) if slug is None else [get_tenant(directory, slug)]
        return [one.id for one in tenants]

    with opened_database() as database:
        tenant_ids = database.read_directory(find_tenants).result()
        queued = sum(queue_all(database, tenant_id) for tenant_id in tenant_ids)
    tell({"queued": queued}, as_json=as_json)


def queue_all(database: "Database", tenant_id: int) -> int:
    """Queue the tenant's certificates that failed, each once: one that fails again meanwhile stays failed."""
    queued: set[int] = set()
    while True:
        batch = database.write(tenant_id, lambda db: queue_batch(db, queued)).result()
        queued.update(batch)
        if len(batch) < BATCH:
            return len(queued)


def queue_batch(db: "TenantDB", already: set[int]) -> list[int]:
    """Queue some certificates that failed and are not among ``already``, oldest first."""
    from certifly.certificates.produce import produce_again
    from certifly.certificates.queries import list_failed
    from certifly.core.clock import utc_now

    db.lock()  # what becomes of them in another process must not be written over
    waiting = [one for one in list_failed(db, limit=BATCH + len(already)) if one.id not in already][:BATCH]
    for certificate in waiting:
        produce_again(db, certificate, now=utc_now())
    return [certificate.id for certificate in waiting]
