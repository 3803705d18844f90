"""For how long certificates hold, and until when one does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.templates.document import parse_document
from certifly.templates.validity import expiry_of
from tests.cast import MONDAY, template_document


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def expiry(validity: object, issued_at: str, timezone: str = "UTC") -> datetime | None:
    return expiry_of(
        parse_document(template_document(validity=validity, timezone=timezone)), moment(issued_at)
    )


@pytest.mark.parametrize(
    ("validity", "issued_at", "ends"),
    [
        ({"years": 1}, "2026-11-23T09:00:00Z", "2027-11-23T09:00:00Z"),
        ({"months": 1}, "2027-01-31T09:00:00Z", "2027-02-28T09:00:00Z"),
        ({"months": 1}, "2028-01-31T09:00:00Z", "2028-02-29T09:00:00Z"),
        ({"years": 1}, "2028-02-29T09:00:00Z", "2029-02-28T09:00:00Z"),
        ({"years": 4}, "2028-02-29T09:00:00Z", "2032-02-29T09:00:00Z"),
        ({"months": 2}, "2026-11-30T09:00:00Z", "2027-01-30T09:00:00Z"),
        ({"months": 13}, "2026-12-15T09:00:00Z", "2028-01-15T09:00:00Z"),
        ({"days": 1}, "2026-12-31T23:59:59.999999Z", "2027-01-01T23:59:59.999999Z"),
        ({"months": 1, "days": 1}, "2027-01-31T09:00:00Z", "2027-03-01T09:00:00Z"),
        ({"years": 1, "months": 1, "days": 1}, "2026-11-23T09:00:00Z", "2027-12-24T09:00:00Z"),
        ({"years": 100}, "2026-11-23T09:00:00Z", "2126-11-23T09:00:00Z"),
    ],
)
def test_years_and_months_are_those_of_the_calendar(validity: object, issued_at: str, ends: str) -> None:
    assert expiry(validity, issued_at) == moment(ends)


@pytest.mark.parametrize(
    ("issued_at", "ends"),
    [
        ("2026-11-23T09:00:00+00:00", "2027-05-23T09:00:00+01:00"),
        # Still the evening of the 31st in London's summer, already the next month in UTC.
        ("2026-03-31T00:30:00+01:00", "2026-09-30T00:30:00+01:00"),
        # An hour that this night does not have.
        ("2026-09-28T01:30:00+01:00", "2027-03-28T01:30:00+00:00"),
    ],
)
def test_a_certificate_ends_at_the_same_time_of_day_where_the_issuer_is(issued_at: str, ends: str) -> None:
    ended = expiry({"months": 6}, issued_at, "Europe/London")

    assert ended == moment(ends)
    assert ended is not None and ended.tzinfo is UTC


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
