"""For how long certificates of a template hold, and until when one of them does.

The reckoning is that of a calendar on the wall where the issuer is: issued on 31 January and valid for a month
ends on the last of February, at the same time of day, whatever the clocks did in between.
"""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from certifly.templates.texts import Strict

YEARS_MAX = 100
MONTHS_MAX = 1199
DAYS_MAX = 36_500

_DAYS_PER_MONTH = 365.25 / 12


class Validity(Strict):
    """A period: years and months first, then days."""

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
    """Until when a certificate issued at this moment holds, in UTC; None for ever. ``issued_at`` is aware."""
    period = document.validity
    if period is None:
        return None
    zone = ZoneInfo(document.timezone)
    here = issued_at.astimezone(zone).replace(tzinfo=None)
    years, month = divmod(here.month - 1 + 12 * period.years + period.months, 12)
    year, month = here.year + years, month + 1
    day = min(here.day, calendar.monthrange(year, month)[1])
    ends = here.replace(year=year, month=month, day=day) + timedelta(days=period.days)
    return ends.replace(tzinfo=zone).astimezone(UTC)
