"""How long certificates of a template are valid, and which day is the last one.

Days are those of the template's time zone. A certificate issued on 30 November 2026 and valid for a year is valid
for all of 30 November 2027 there: it expires at the end of that day, whatever the clocks did in between.

``expires_at`` is the moment at which a certificate stops being valid: valid before it, expired at it and after.
``last_valid_day`` turns that moment into the day that people read. Everything that shows a day uses it: the
printed certificate, the check page, the report on a file, the LinkedIn link.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Protocol, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from certifly.templates.texts import Strict

YEARS_MAX = 100
MONTHS_MAX = 1199
DAYS_MAX = 36_500

SHORTEST_TIME = timedelta(microseconds=1)
"""The precision of every moment here."""

_EARLIEST = datetime.min.replace(tzinfo=UTC)
"""A file that somebody else wrote may say that it expired then."""

_DAYS_PER_MONTH = 365.25 / 12


class Validity(Strict):
    """A period: years and months first, then days. Its last day counts in full."""

    years: Annotated[int, Field(ge=0, le=YEARS_MAX)] = 0
    """Whole years."""
    months: Annotated[int, Field(ge=0, le=MONTHS_MAX)] = 0
    """Months, after the years: from 31 January a month leads to the last of February."""
    days: Annotated[int, Field(ge=0, le=DAYS_MAX)] = 0
    """Days, after the months."""

    @model_validator(mode="after")
    def _some_time_but_no_age(self) -> Self:
        months = 12 * self.years + self.months
        if not months and not self.days:
            raise ValueError("must be longer than nothing; leave it out for certificates that do not expire")
        if months * _DAYS_PER_MONTH + self.days > 12 * YEARS_MAX * _DAYS_PER_MONTH:
            raise ValueError(f"must be at most {YEARS_MAX} years in all")
        return self


class Valid(Protocol):
    """A template document, as far as this file needs to know it."""

    @property
    def timezone(self) -> str: ...
    @property
    def validity(self) -> Validity | None: ...


def expiry_of(document: Valid, issued_at: datetime) -> datetime | None:
    """The moment at which a certificate issued at ``issued_at`` (aware) expires, in UTC; None if it never does.

    It is the end of the last day of the template's ``validity`` in the template's time zone.
    """
    period = document.validity
    if period is None:
        return None
    zone = ZoneInfo(document.timezone)
    issued_on = issued_at.astimezone(zone).date()
    years, month = divmod(issued_on.month - 1 + 12 * period.years + period.months, 12)
    year, month = issued_on.year + years, month + 1
    day = min(issued_on.day, calendar.monthrange(year, month)[1])
    return _end_of_day(date(year, month, day) + timedelta(days=period.days), zone)


def last_valid_day(expires_at: datetime, timezone: str) -> date:
    """The last day, in a time zone, on which a certificate is valid that expires at an aware moment."""
    just_before = max(expires_at.astimezone(UTC), _EARLIEST + SHORTEST_TIME) - SHORTEST_TIME
    return just_before.astimezone(ZoneInfo(timezone)).date()


def _end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which a day is over in a time zone: midnight, as a rule.

    Where clocks are put forward at midnight, 0:00 does not exist; ``zoneinfo`` then gives the moment of the change.
    Where they are put back from just after midnight, 0:00 comes twice. The day lasts until the second one if the
    clocks show that day again in between (St. John's until 2011, from 0:01 to 23:01), else until the first
    (Havana, from 1:00 to 0:00).
    """
    midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    first, second = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return second if first < second and last_valid_day(second, zone.key) == day else first
