"""``outbox``: e-mails that wait for a mail server, or that no server would take."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from certifly.cli.answers import Facts, json_option, tell, tell_all
from certifly.core.errors import DomainError

if TYPE_CHECKING:
    from email.message import EmailMessage

    from certifly.core.settings import Settings
    from certifly.db.database import Database
    from certifly.db.tenant import Directory, TenantDB

LISTED_MAX = 1000
LISTED_DEFAULT = 50


class MessageNotReady(DomainError):
    """An e-mail cannot be shown as it would go: something of it is not there."""

    def __init__(self) -> None:
        super().__init__(
            "This message cannot be shown: it has no recipient any more, or its certificate has no PDF yet. "
            "See: certifly doctor"
        )


@click.command()
@click.option("--tenant", "slug", help="Only those of this tenant.")
@click.option("--limit", type=click.IntRange(1, LISTED_MAX), default=LISTED_DEFAULT, help="Most to show.")
@click.option(
    "--release", is_flag=True, help="Let those that waited for a mail server go, now that there is one."
)
@click.option(
    "--message",
    "email_id",
    metavar="ID",
    help="Print this e-mail as it goes to the mail server, for a mail program to open (.eml).",
)
@json_option
def outbox(slug: str | None, limit: int, release: bool, email_id: str | None, as_json: bool) -> None:
    """Show the e-mails that have not gone, oldest first."""
    from certifly.app.environment import load_settings
    from certifly.app.migrate import require_migrated
    from certifly.app.wiring import open_database

    settings = load_settings()
    if release and settings.mail_url is None:
        raise click.UsageError("No mail server is configured. Set CERTIFLY_MAIL_URL, then release.")
    require_migrated(settings)
    database = open_database(settings)
    try:
        tenants = database.read_directory(lambda directory: _tenants(directory, slug)).result()
        if email_id is not None:
            # Seven bits, so that it is the same as text.
            message = _message(settings, database, tenants, email_id).as_string()
            if as_json:
                tell({"message": message}, as_json=True)
            else:
                click.echo(message, nl=False)
            return
        if release:
            tell({"released": sum(_release(database, tenant_id) for tenant_id in tenants)}, as_json=as_json)
            return
        waiting = _waiting(database, tenants, limit)
    finally:
        database.close()
    tell_all(waiting, as_json=as_json, nothing="The outbox is empty.")


def _tenants(directory: "Directory", slug: str | None) -> dict[int, str]:
    from certifly.tenants.tenants import get_tenant, list_tenants

    tenants = list_tenants(directory) if slug is None else [get_tenant(directory, slug)]
    return {tenant.id: tenant.slug for tenant in tenants}


def _waiting(database: "Database", tenants: dict[int, str], limit: int) -> Sequence[Facts]:
    from certifly.core.clock import isoformat
    from certifly.delivery.email.queries import list_outbox

    found: list[Facts] = []
    for tenant_id, slug in tenants.items():

        def work(db: "TenantDB", slug: str = slug) -> list[Facts]:
            return [
                {
                    "id": email.id,
                    "tenant": slug,
                    "certificate": str(email.certificate_id),
                    "recipient": email.recipient,
                    "status": email.status,
                    "attempts": email.attempts,
                    "queued_at": isoformat(email.queued_at),
                    "reason": email.reason,
                }
                for email in list_outbox(db, limit=limit)
            ]

        found += database.read(tenant_id, work).result()
    return sorted(found, key=lambda email: str(email["queued_at"]))[:limit]


def _message(
    settings: "Settings", database: "Database", tenants: Mapping[int, str], email_id: str
) -> "EmailMessage":
    """The very message, with its PDF. Raises EmailNotFound, MessageNotReady."""
    from certifly.certificates.mail_facts import read_facts
    from certifly.core.clock import utc_now
    from certifly.delivery.email.compose import host_of
    from certifly.delivery.email.preview import preview
    from certifly.delivery.email.queries import EmailNotFound
    from certifly.delivery.email.send import Sender
    from certifly.storage.blobs import open_store

    sender = Sender(settings.mail_from, host_of(settings.public_url), settings.email_retry_seconds)
    blobs = open_store(settings.files_url)
    for tenant_id in tenants:
        try:
            message = preview(
                database, blobs, read_facts, sender, tenant_id=tenant_id, email_id=email_id, now=utc_now()
            )
        except EmailNotFound:
            continue
        if message is None:
            raise MessageNotReady
        return message
    raise EmailNotFound


def _release(database: "Database", tenant_id: int) -> int:
    from certifly.core.clock import utc_now
    from certifly.delivery.email.queue import release_held

    released = 0
    while batch := database.write(tenant_id, lambda db: release_held(db, now=utc_now())).result():
        released += batch
    return released
