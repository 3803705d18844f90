"""Errors that carry all faults, moments that sort as text, ids with one way to write each."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.core.clock import isoformat, utc_now
from certifly.core.errors import DatabaseBusy, DomainError, Invalid, NotFound, Overloaded, QueueFull
from certifly.core.ids import parse_id
from certifly.core.limits import IDS_MAX
from tests.cast import MONDAY


def test_an_error_says_what_is_wrong() -> None:
    error = NotFound("There is no such thing.")

    assert (error.message, str(error)) == ("There is no such thing.", "There is no such thing.")
    assert isinstance(error, DomainError)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ({"name": ["Missing."]}, "Missing."),
        ({"name": ["Missing.", "Empty."]}, "Missing. (and 1 more error)"),
        ({"name": ["Missing."], "slug": ["Bad.", "Long."]}, "Missing. (and 2 more errors)"),
    ],
)
def test_the_message_is_the_first_fault_and_how_many_more(errors: dict[str, list[str]], message: str) -> None:
    error = Invalid(errors)

    assert (error.message, error.errors) == (message, errors)


def test_the_faults_of_an_error_are_its_own() -> None:
    faults = ["Missing."]
    error = Invalid({"name": faults})
    faults.append("Later.")

    assert error.errors == {"name": ["Missing."]}


def test_an_invalid_without_a_fault_is_a_defect() -> None:
    with pytest.raises(AssertionError):
        Invalid({})


def test_who_is_overloaded_says_when_to_come_back() -> None:
    assert Overloaded("Busy.").retry_after_seconds == 1
    assert QueueFull("Busy.").retry_after_seconds == 1
    assert DatabaseBusy("Busy.", retry_after_seconds=7).retry_after_seconds == 7


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().tzinfo is UTC
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_moment_is_written_in_utc_with_six_digits() -> None:
    india = timezone(timedelta(hours=5, minutes=30))

    assert isoformat(MONDAY) == isoformat(MONDAY.astimezone(india)) == "2026-11-23T09:00:00.000000Z"
    assert isoformat(MONDAY + timedelta(microseconds=1)) == "2026-11-23T09:00:00.000001Z"


def test_a_naive_time_is_a_defect() -> None:
    with pytest.raises(AssertionError, match="naive"):
        isoformat(datetime(2026, 11, 23))  # noqa: DTZ001


MOMENTS = st.datetimes(
    min_value=MONDAY.replace(year=1900, tzinfo=None),
    max_value=MONDAY.replace(year=9000, tzinfo=None),
    timezones=st.timezones(),
)


@given(one=MOMENTS, other=MOMENTS)
def test_texts_sort_as_moments_do(one: datetime, other: datetime) -> None:
    one, other = one.astimezone(UTC), other.astimezone(UTC)

    assert (isoformat(one) < isoformat(other)) == (one < other)
    assert datetime.fromisoformat(isoformat(one)) == one


@pytest.mark.parametrize("text", ["1", "10", str(IDS_MAX)])
def test_an_id_is_its_number(text: str) -> None:
    assert parse_id(text) == int(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "01",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "1.0",
        "1e3",
        "1_000",
        "one",
        "١",
        str(IDS_MAX + 1),
        "9" * 99,
    ],
)
def test_what_can_be_no_id_is_none(text: str) -> None:
    assert parse_id(text) is None
