"""For how long certificates hold, and until when one does."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.templates.document import parse_document
from certifly.templates.validity import expiry_of, last_valid_day
from tests.cast import MONDAY, template_document


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def expiry(validity: object, issued_at: str, timezone: str = "UTC") -> datetime | None:
    return expiry_of(
        parse_document(template_document(validity=validity, timezone=timezone)), moment(issued_at)
    )


@pytest.mark.parametrize(
    ("validity", "issued_at", "last_day"),
    [
        ({"years": 1}, "2026-11-30T09:00:00Z", "2027-11-30"),
        ({"months": 1}, "2027-01-31T09:00:00Z", "2027-02-28"),
        ({"months": 1}, "2028-01-31T09:00:00Z", "2028-02-29"),
        ({"years": 1}, "2028-02-29T09:00:00Z", "2029-02-28"),
        ({"years": 4}, "2028-02-29T09:00:00Z", "2032-02-29"),
        ({"months": 2}, "2026-11-30T09:00:00Z", "2027-01-30"),
        ({"months": 13}, "2026-12-15T09:00:00Z", "2028-01-15"),
        ({"days": 1}, "2026-12-31T00:00:00Z", "2027-01-01"),
        ({"days": 1}, "2026-12-31T23:59:59.999999Z", "2027-01-01"),
        ({"months": 1, "days": 1}, "2027-01-31T09:00:00Z", "2027-03-01"),
        ({"years": 1, "months": 1, "days": 1}, "2026-11-23T09:00:00Z", "2027-12-24"),
        ({"years": 100}, "2026-11-23T09:00:00Z", "2126-11-23"),
    ],
)
def test_years_and_months_are_those_of_the_calendar_and_the_last_day_counts_in_full(
    validity: object, issued_at: str, last_day: str
) -> None:
    day = date.fromisoformat(last_day)

    assert expiry(validity, issued_at) == datetime.combine(day + timedelta(days=1), time(), UTC)


@pytest.mark.parametrize(
    ("timezone", "issued_at", "ends", "last_day"),
    [
        ("Europe/London", "2026-11-23T09:00:00+00:00", "2027-05-24T00:00:00+01:00", "2027-05-23"),
        # Early on the 31st in London's summer, still the 30th in UTC.
        ("Europe/London", "2026-03-31T00:30:00+01:00", "2026-10-01T00:00:00+01:00", "2026-09-30"),
        # The last day has 23 hours, or 25.
        ("Europe/London", "2026-09-28T12:00:00+01:00", "2027-03-29T00:00:00+01:00", "2027-03-28"),
        ("Europe/London", "2026-04-25T12:00:00+01:00", "2026-10-26T00:00:00+00:00", "2026-10-25"),
        # Clocks go from 24:00 to 1:00: the day after the last one has no midnight.
        ("America/Santiago", "2026-03-05T12:00:00-03:00", "2026-09-06T01:00:00-03:00", "2026-09-05"),
        ("Africa/Cairo", "2025-10-23T12:00:00+03:00", "2026-04-24T01:00:00+03:00", "2026-04-23"),
        ("Asia/Beirut", "2025-09-28T12:00:00+03:00", "2026-03-29T01:00:00+03:00", "2026-03-28"),
        # Clocks go from 24:00 back to 23:00: the last day's last hour comes twice.
        ("America/Santiago", "2025-10-04T12:00:00-03:00", "2026-04-05T00:00:00-04:00", "2026-04-04"),
        ("Asia/Beirut", "2026-04-24T12:00:00+03:00", "2026-10-25T00:00:00+02:00", "2026-10-24"),
        # Clocks went from 0:01 back to 23:01 of the day before.
        ("America/St_Johns", "2010-05-06T12:00:00-02:30", "2010-11-07T00:00:00-03:30", "2010-11-06"),
    ],
)
def test_a_certificate_ends_with_its_last_day_where_the_issuer_is(
    timezone: str, issued_at: str, ends: str, last_day: str
) -> None:
    ended = expiry({"months": 6}, issued_at, timezone)

    assert ended == moment(ends)
    assert ended is not None and ended.tzinfo is UTC
    assert last_valid_day(ended, timezone) == date.fromisoformat(last_day)


def test_where_midnight_comes_twice_and_both_belong_to_the_next_day_the_first_counts() -> None:
    """In Havana clocks go from 1:00 back to 0:00 on 1 November 2026."""
    ended = expiry({"days": 1}, "2026-10-30T12:00:00-04:00", "America/Havana")

    assert ended == moment("2026-11-01T00:00:00-04:00")
    assert last_valid_day(ended, "America/Havana") == date(2026, 10, 31)


def test_the_last_valid_day_is_that_of_the_moment_just_before() -> None:
    midnight = moment("2027-12-01T00:00:00Z")

    assert last_valid_day(midnight, "UTC") == date(2027, 11, 30)
    assert last_valid_day(midnight + timedelta(microseconds=1), "UTC") == date(2027, 12, 1)
    assert last_valid_day(midnight, "Asia/Tokyo") == date(2027, 12, 1)


def test_the_first_moment_that_can_be_written_has_a_day_too() -> None:
    assert last_valid_day(moment("0001-01-01T00:00:00Z"), "UTC") == date(1, 1, 1)


def test_without_a_validity_certificates_hold_for_ever() -> None:
    assert expiry_of(parse_document(template_document()), MONDAY) is None


@pytest.mark.parametrize(
    ("validity", "path", "told"),
    [
        ({}, "validity", "must be longer than nothing"),
        ({"years": 0, "days": 0}, "validity", "must be longer than nothing"),
        ({"years": 101}, "validity.years", "at most 100"),
        ({"months": -1}, "validity.months", "at least 0"),
        ({"months": 1200}, "validity.months", "at most 1199"),
        ({"days": 36501}, "validity.days", "at most 36500"),
        ({"days": 1.5}, "validity.days", "whole number"),
        ({"days": "30"}, "validity.days", "whole number"),
        ({"years": True}, "validity.years", "whole number"),
        ({"years": 100, "days": 1}, "validity", "at most 100 years in all"),
        ({"years": 50, "months": 601}, "validity", "at most 100 years in all"),
        ({"day": 1}, "validity.day", "Did you mean days?"),
        ("P1Y", "validity", "must be an object"),
    ],
)
def test_a_fault_of_a_validity_is_told_at_its_place(validity: Any, path: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_document(template_document(validity=validity))

    assert told in refused.value.errors[path][0]


@pytest.mark.parametrize(
    "validity", [{"years": 100}, {"months": 1199, "days": 30}, {"days": 36500}, {"days": 1}]
)
def test_a_certificate_may_hold_from_a_day_to_a_century(validity: dict[str, int]) -> None:
    assert expiry_of(parse_document(template_document(validity=validity)), MONDAY) is not None
