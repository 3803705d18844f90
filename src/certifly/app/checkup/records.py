"""Look at what was issued: certificates that failed or wait, addresses in QR codes, e-mails that did not go."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from certifly.app.checkup.finding import Finding, State
from certifly.app.checkup.parts import is_this_machine
from certifly.certificates.queries import list_disowned, list_failed
from certifly.certificates.survey import Printed, survey
from certifly.core.clock import isoformat
from certifly.core.settings import Settings
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import FAILED, HELD
from certifly.delivery.email.queries import list_outbox
from certifly.tenants.tenants import list_tenants

COUNTED_MAX = 1000
"""Above this many of a tenant it is enough to know that there are more."""
LISTED_MAX = 5
RENDERED_WITHIN = timedelta(minutes=10)


def look_at_records(database: Database, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """What every tenant's certificates and e-mails say."""
    tenants = database.read_directory(
        lambda directory: {one.id: one.slug for one in list_tenants(directory)}
    ).result()
    yield look_at_failures(database, tenants)
    yield look_at_credentials(database, tenants)
    surveys = {
        slug: database.read(tenant_id, lambda db: survey(db, recorded_before=now - RENDERED_WITHIN)).result()
        for tenant_id, slug in tenants.items()
    }
    yield look_at_unrendered(surveys)
    yield look_at_addresses(surveys, settings.public_url)
    yield look_at_emails(database, tenants, mail_configured=settings.mail_url is not None)


def look_at_failures(database: Database, tenants: Mapping[int, str]) -> Finding:
    """Certificates that could not be rendered."""
    failed: list[str] = []
    for tenant_id, slug in tenants.items():

        def work(db: TenantDB, slug: str = slug) -> list[str]:
            return [f"{slug} {one.id}: {one.failure}" for one in list_failed(db, limit=COUNTED_MAX)]

        failed += database.read(tenant_id, work).result()
    if not failed:
        return Finding("failed certificates", "well", "None.")
    message = f"{_counted(len(failed))} could not be rendered. Mend the cause, then: certifly render --failed"
    return Finding("failed certificates", "trouble", message, _first(failed))


def look_at_credentials(database: Database, tenants: Mapping[int, str]) -> Finding:
    """Certificates that prove nothing any more."""
    disowned: list[str] = []
    for tenant_id, slug in tenants.items():

        def work(db: TenantDB, slug: str = slug) -> list[str]:
            return [f"{slug} {one}: its key was withdrawn" for one in list_disowned(db, limit=COUNTED_MAX)]

        disowned += database.read(tenant_id, work).result()
    if disowned:
        message = (
            f"{_counted(len(disowned))} are still signed with a key that was withdrawn. A worker signs them anew; "
            "if none does, retire the key once more: certifly keys retire"
        )
        return Finding("credentials", "trouble", message, _first(disowned))
    return Finding("credentials", "well", "No certificate is signed with a key that was withdrawn.")


def look_at_unrendered(surveys: Mapping[str, list[Printed]]) -> Finding:
    """Certificates that were issued a while ago and have neither a file nor a failure."""
    late = [
        f"{slug}: {count}"
        for slug, found in surveys.items()
        if (count := sum(one.unrendered for one in found))
    ]
    if not late:
        return Finding("waiting certificates", "well", "None waits for its PDF for long.")
    minutes = RENDERED_WITHIN.total_seconds() / 60
    message = f"Some have waited for their PDF for more than {minutes:.0f} minutes. Is a worker running?"
    return Finding("waiting certificates", "trouble", message, _first(late))


def look_at_addresses(surveys: Mapping[str, list[Printed]], public_url: str) -> Finding:
    """QR codes that lead to another public address than the one this installation answers at."""
    issued = sum(one.certificates for found in surveys.values() for one in found)
    others = [(slug, one) for slug, found in surveys.items() for one in found if one.public_url != public_url]
    elsewhere = [
        f"{slug}: {one.certificates} lead to {one.public_url}, "
        f"issued {isoformat(one.first_at)} to {isoformat(one.last_at)}"
        for slug, one in others
    ]
    if not elsewhere:
        return Finding("QR codes", "well", f"All of {issued} certificates lead to {public_url}.")
    if is_this_machine(public_url) and all(is_this_machine(one.public_url) for _, one in others):
        message = (
            f"Some certificates lead to another address of this machine than {public_url}. They were issued to try it "
            "out, while it listened there; elsewhere neither address can be opened."
        )
        return Finding("QR codes", "note", message, _first(elsewhere))
    message = (
        f"Some certificates carry another address than {public_url}. They are printed and cannot be changed: "
        "keep that address answering, or let it redirect here."
    )
    return Finding("QR codes", "trouble", message, _first(elsewhere))


def look_at_emails(database: Database, tenants: Mapping[int, str], *, mail_configured: bool) -> Finding:
    """E-mails that wait for a mail server, and those that failed."""
    held: list[str] = []
    failed: list[str] = []
    for tenant_id, slug in tenants.items():

        def work(db: TenantDB, slug: str = slug) -> tuple[list[str], list[str]]:
            waiting = list_outbox(db, statuses=[HELD], limit=COUNTED_MAX)
            refused = list_outbox(db, statuses=[FAILED], limit=COUNTED_MAX)
            return (
                [f"{slug} certificate {one.certificate_id}: held" for one in waiting],
                [f"{slug} certificate {one.certificate_id}: failed, {one.reason}" for one in refused],
            )

        of_tenant = database.read(tenant_id, work).result()
        held += of_tenant[0]
        failed += of_tenant[1]
    if not held and not failed:
        return Finding("e-mails", "well", "None is held, none has failed.")

    remedy = (
        "Let the held ones go: certifly outbox --release"
        if held and mail_configured
        else "See: certifly outbox"
    )
    message = f"{_counted(len(held))} held, {_counted(len(failed))} failed. {remedy}"
    # An address that does not exist is no trouble of the installation; mail that could go and does not, is.
    state: State = "trouble" if held and mail_configured else "note"
    return Finding("e-mails", state, message, _first(failed + held))


def _counted(count: int) -> str:
    return f"{count} or more" if count >= COUNTED_MAX else str(count)


def _first(cases: list[str]) -> tuple[str, ...]:
    more = (f"and {len(cases) - LISTED_MAX} more",) if len(cases) > LISTED_MAX else ()
    return tuple(cases[:LISTED_MAX]) + more
