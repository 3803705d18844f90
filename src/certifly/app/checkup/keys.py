"""Look at what certificates are signed with: whether keys open, how long seals hold, who stamps the time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from certifly.app.checkup.finding import Finding, State
from certifly.app.wiring import open_keyring
from certifly.core.clock import isoformat
from certifly.core.errors import DomainError
from certifly.core.settings import Settings
from certifly.credentials.errors import KeysSealedOtherwise
from certifly.credentials.timestamps import TimeStamps
from certifly.db.database import Database

LISTED_MAX = 5
ENDS_WITHIN = timedelta(days=60)
"""A new certificate from an authority takes weeks to get."""


def look_at_keys(
    database: Database, settings: Settings, tenants: Mapping[int, str], *, now: datetime
) -> Finding:
    """Whether the signing keys open with this master key, and their certificates have not ended."""
    keyring = open_keyring(settings)
    closed: list[str] = []
    ended: list[str] = []
    ending: list[str] = []
    for tenant_id, slug in tenants.items():
        try:
            keys = database.read(tenant_id, keyring.current).result()
        except KeysSealedOtherwise as error:
            closed.append(f"{slug}: {error.message}")
            continue
        if keys.seal.ends_at <= now + ENDS_WITHIN:
            kind = ended if keys.seal.ends_at <= now else ending
            kind.append(f"{slug} {keys.seal.id}: {isoformat(keys.seal.ends_at)}")
    if closed:
        message = (
            "Some signing keys cannot be opened, so nothing can be signed. Set CERTIFLY_MASTER_KEY (without one, "
            "CERTIFLY_SECRET_KEY) to the value that they were made with."
        )
        return Finding("keys", "trouble", message, tuple(closed[:LISTED_MAX]))
    if ended or ending:
        state: State = "trouble" if ended else "note"
        what = "have ended, so nothing is signed" if ended else f"end within {ENDS_WITHIN.days} days"
        message = f"Certificates of PDF seals {what}. Bring new ones: certifly keys import-seal"
        return Finding("keys", state, message, tuple((ended + ending)[:LISTED_MAX]))
    return Finding("keys", "well", "The keys of every tenant can be opened.")


def look_at_timestamps(settings: Settings) -> Finding:
    """Whether the time-stamp authority gives time stamps: it is asked for one."""
    try:
        timestamps = TimeStamps.from_settings(
            settings.timestamp_url, settings.pdf_signature_level, settings.timestamp_roots
        )
        if timestamps is None:
            return Finding("time stamps", "well", "None are wanted: PDFs are signed at PAdES B-B.")
        timestamps.evidence()
    except DomainError as error:
        return Finding("time stamps", "trouble", error.message)
    if not timestamps.roots:
        message = (
            f"The authority gives them: PDFs are signed at PAdES {timestamps.level}. But no root is named, so reports "
            "on files confirm no time. Set CERTIFLY_TIMESTAMP_ROOTS_FILE to a file with the authority's root in PEM."
        )
        return Finding("time stamps", "note", message)
    return Finding(
        "time stamps",
        "well",
        f"The authority gives them, under a root that is named: PDFs are signed at PAdES {timestamps.level}.",
    )
