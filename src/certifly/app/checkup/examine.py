"""One look at the whole installation.

What does not depend on each other is looked at all the same: with a database that is away one still wants
to know whether the mail server answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from certifly.app.checkup import parts
from certifly.app.checkup.finding import Finding
from certifly.app.checkup.keys import look_at_keys, look_at_timestamps
from certifly.app.checkup.records import look_at_records
from certifly.app.checkup.settings import Setting, explain_settings
from certifly.app.trouble import trouble_in
from certifly.core.settings import Settings, SettingsInvalid
from certifly.db.database import Database
from certifly.tenants.tenants import list_tenants


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that was found; ``settings`` is empty when they cannot be used."""

    settings: list[Setting]
    findings: list[Finding]

    @property
    def is_well(self) -> bool:
        """Whether there is no trouble."""
        return all(finding.state != "trouble" for finding in self.findings)


def examine(environment: Mapping[str, str], *, now: datetime) -> Examination:
    """Look at the installation that ``environment`` describes. Changes nothing."""
    try:
        settings = Settings.from_environment(environment)
    except SettingsInvalid as error:
        message = "They cannot be used. Every command refuses to start until they are mended."
        return Examination([], [Finding("settings", "trouble", message, tuple(error.faults))])
    explained = explain_settings(settings, environment)
    count = sum(setting.origin != "default" for setting in explained)
    well = Finding("settings", "well", f"{count} are set, {len(explained) - count} have their default.")
    return Examination(explained, [well, *_look(settings, now=now)])


def _look(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    yield parts.look_at_public_url(settings)
    yield parts.look_at_proxy(settings)
    database = _look_at_database(settings)
    yield database
    yield parts.look_at_files(settings)
    yield parts.look_at_mail(settings)
    yield look_at_timestamps(settings)
    fonts = parts.look_at_fonts(settings)
    yield fonts
    if fonts.state != "trouble":
        yield parts.look_at_rendering(settings)
    if database.state == "trouble":
        yield Finding(
            "records", "note", "Certificates, keys, e-mails and workers: not looked at without a database."
        )
        return
    yield parts.look_at_workers(settings, now=now)
    reader = Database(settings.database_url)
    try:
        tenants = reader.read_directory(lambda d: {one.id: one.slug for one in list_tenants(d)}).result()
        yield look_at_keys(reader, settings, tenants, now=now)
        yield from look_at_records(reader, settings, now=now)
    finally:
        reader.close()


def _look_at_database(settings: Settings) -> Finding:
    try:
        return parts.look_at_database(settings)
    except SQLAlchemyError as error:
        trouble = trouble_in(error)
        message = trouble.message if trouble else f"It cannot be looked at ({type(error).__name__})."
        return Finding("database", "trouble", message)
