"""In every time zone, a certificate is valid on its last day from the first minute to the last, and not after it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, example, given
from hypothesis import strategies as st

from certifly.templates.document import parse_document
from certifly.templates.validity import Validity, expiry_of, last_valid_day
from certifly.templates.values import drawing_values
from tests.cast import template_document

ONE_DAY = timedelta(days=1)
SHORTEST = timedelta(microseconds=1)

zones = st.sampled_from(sorted(available_timezones()))
moments = st.integers(0, 60 * 24 * 365 * 110).map(
    lambda minutes: datetime(1975, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


class Design(NamedTuple):
    """What ``expiry_of`` needs to know of a template."""

    timezone: str
    validity: Validity | None


@given(
    zone=zones,
    issued_at=moments,
    years=st.integers(0, 30),
    months=st.integers(0, 30),
    days=st.integers(0, 800),
)
@example(zone="America/Santiago", issued_at=datetime(2026, 3, 5, tzinfo=UTC), years=0, months=6, days=0)
@example(zone="America/St_Johns", issued_at=datetime(2009, 11, 6, 12, tzinfo=UTC), years=1, months=0, days=0)
@example(zone="America/Havana", issued_at=datetime(2025, 10, 31, 12, tzinfo=UTC), years=1, months=0, days=0)
@example(zone="UTC", issued_at=datetime(2028, 2, 29, tzinfo=UTC), years=1, months=0, days=0)
def test_the_last_day_is_over_when_the_certificate_expires_and_not_a_moment_before(
    zone: str, issued_at: datetime, years: int, months: int, days: int
) -> None:
    assume(years or months or days)
    here = ZoneInfo(zone)

    expires_at = expiry_of(Design(zone, Validity(years=years, months=months, days=days)), issued_at)

    assert expires_at is not None
    last_day = last_valid_day(expires_at, zone)
    assert last_day == last_day_expected(issued_at.astimezone(here).date(), years, months, days) or (
        is_skipped(last_day + ONE_DAY, here)  # a country that moved across the date line had no such day
    )
    assert (expires_at - SHORTEST).astimezone(here).date() == last_day
    assert expires_at.astimezone(here).date() > last_day
    minutes = (expires_at + timedelta(minutes=minute) for minute in range(24 * 60))
    assert all(minute.astimezone(here).date() > last_day for minute in minutes)


@given(zone=zones, expires_at=moments, minute=st.integers(-1500, 1500))
def test_the_printed_day_is_never_one_on_which_the_certificate_was_already_invalid(
    zone: str, expires_at: datetime, minute: int
) -> None:
    design = parse_document(template_document(timezone=zone, language="en-GB"))
    day = last_valid_day(expires_at, zone)

    printed = drawing_values(
        design, {}, code="c", issued_at=expires_at, check_url="u", issuer_name="i", expires_at=expires_at
    )["certificate.expires_on"]

    assert printed.startswith(f"{day.day} ") and printed.endswith(f" {day.year}")
    now = expires_at + timedelta(minutes=minute)
    if now < expires_at:
        assert now.astimezone(ZoneInfo(zone)).date() <= day or goes_back(expires_at, zone)


def last_day_expected(day: date, years: int, months: int, days: int) -> date:
    """By counting on from month to month, another way than the code goes."""
    year, month = day.year, day.month
    for _ in range(12 * years + months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    last_of_month = first_of_next - ONE_DAY
    return date(year, month, min(day.day, last_of_month.day)) + timedelta(days=days)


def is_skipped(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), zone)
    return noon.astimezone(UTC).astimezone(zone).date() != day


def goes_back(moment: datetime, zone: str) -> bool:
    """Whether clocks show an earlier time within a day of this moment than they did before."""
    here = ZoneInfo(zone)
    before, after = ((moment + sign * ONE_DAY).astimezone(here).utcoffset() for sign in (-1, 1))
    assert before is not None and after is not None
    return after < before
