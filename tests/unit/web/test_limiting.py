"""So many calls a minute, refilled evenly, each caller for itself."""

import pytest

from certifly.web.limiting import BUCKETS_MAX, RateLimit, TooManyRequests

ADA, CHARLES = 1, 2


def calls_taken(limit: RateLimit, caller: int, *, at: float, asked: int) -> int:
    taken = 0
    for _ in range(asked):
        try:
            limit.take(caller, now_seconds=at)
        except TooManyRequests:
            continue
        taken += 1
    return taken


def test_without_a_limit_everything_is_taken() -> None:
    assert calls_taken(RateLimit(0), ADA, at=0, asked=10_000) == 10_000


def test_a_minutes_calls_may_come_at_once_and_not_one_more() -> None:
    limit = RateLimit(30)

    assert calls_taken(limit, ADA, at=0, asked=31) == 30
    assert calls_taken(limit, CHARLES, at=0, asked=31) == 30


def test_the_bucket_fills_evenly_and_no_further_than_full() -> None:
    limit = RateLimit(30)
    calls_taken(limit, ADA, at=0, asked=30)

    assert calls_taken(limit, ADA, at=1.9, asked=5) == 0
    assert calls_taken(limit, ADA, at=2, asked=5) == 1
    assert calls_taken(limit, ADA, at=32, asked=100) == 15
    assert calls_taken(limit, ADA, at=10_000, asked=100) == 30


def test_refused_calls_cost_nothing() -> None:
    limit = RateLimit(60)
    calls_taken(limit, ADA, at=0, asked=1000)

    assert calls_taken(limit, ADA, at=1, asked=1000) == 1


def test_a_heavy_call_is_taken_while_there_is_anything_and_its_debt_is_refilled_first() -> None:
    limit = RateLimit(60)
    limit.take(ADA, now_seconds=0, calls=50)
    limit.take(ADA, now_seconds=0, calls=30)

    assert calls_taken(limit, ADA, at=20.9, asked=5) == 0
    assert calls_taken(limit, ADA, at=21, asked=5) == 1


@pytest.mark.parametrize(("per_minute", "seconds"), [(1, 60), (6, 10), (45, 2), (60, 1), (6000, 1)])
def test_who_is_refused_is_told_when_to_come_back(per_minute: int, seconds: int) -> None:
    limit = RateLimit(per_minute)
    calls_taken(limit, ADA, at=0, asked=per_minute)

    with pytest.raises(TooManyRequests) as refused:
        limit.take(ADA, now_seconds=0)

    assert refused.value.retry_after_seconds == seconds
    assert f"{seconds} second" in refused.value.message
    limit.take(ADA, now_seconds=seconds)


def test_the_longest_unseen_caller_is_forgotten_first() -> None:
    limit = RateLimit(1)
    for caller in range(BUCKETS_MAX):
        limit.take(caller, now_seconds=0)
    assert calls_taken(limit, 0, at=0, asked=1) == 0  # and seen again by that

    limit.take(BUCKETS_MAX, now_seconds=0)

    assert calls_taken(limit, 0, at=0, asked=1) == 0
    assert calls_taken(limit, 1, at=0, asked=1) == 1
