"""Moments as they are stored: aware in, aware and in UTC out."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import sqlite

from certifly.db.types import UTCDateTime
from tests.cast import MONDAY

DIALECT = sqlite.dialect()
INDIA = timezone(timedelta(hours=5, minutes=30))


def test_a_moment_is_stored_in_utc() -> None:
    assert UTCDateTime().process_bind_param(MONDAY.astimezone(INDIA), DIALECT) == MONDAY
    stored = UTCDateTime().process_bind_param(MONDAY.astimezone(INDIA), DIALECT)
    assert stored is not None and stored.tzinfo is UTC


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        UTCDateTime().process_bind_param(datetime(2026, 11, 23), DIALECT)  # noqa: DTZ001


def test_a_moment_comes_back_aware_whether_or_not_the_database_knows_zones() -> None:
    forgotten = MONDAY.replace(tzinfo=None)

    assert UTCDateTime().process_result_value(forgotten, DIALECT) == MONDAY
    assert UTCDateTime().process_result_value(MONDAY.astimezone(INDIA), DIALECT) == MONDAY


def test_no_moment_stays_none() -> None:
    assert UTCDateTime().process_bind_param(None, DIALECT) is None
    assert UTCDateTime().process_result_value(None, DIALECT) is None
