"""How often a failing job runs, how long it waits, and what an operator is told."""

from certifly.core.errors import DomainError
from certifly.jobs.naming import Arguments
from certifly.worker.perform import (
    BACK_OFF_SECONDS,
    REASON_LENGTH_MAX,
    RUNS_MAX,
    TELLINGS_MAX,
    after_failure,
    reason_of,
    wait_before,
)

FIRST = Arguments(1, [7], 0)


def test_a_failed_run_is_followed_by_another_of_the_same_job() -> None:
    following = after_failure(FIRST, ValueError("no"))

    assert following == FIRST._replace(run=1, reason="Unexpected error (ValueError).")


def test_failing_for_ever_ends() -> None:
    runs, arguments = 0, FIRST
    while (following := after_failure(arguments, ValueError())) is not None:
        runs, arguments = runs + 1, following

    assert runs == RUNS_MAX + TELLINGS_MAX - 1


def test_the_reason_is_that_of_the_work_not_of_the_telling() -> None:
    telling = FIRST._replace(run=RUNS_MAX, reason="The disk is full.")

    following = after_failure(telling, ValueError("locked"))

    assert following is not None and following.reason == "The disk is full."


def test_a_reason_never_quotes_a_foreign_text() -> None:
    assert reason_of(ValueError("Ada Lovelace <ada@example.org>")) == "Unexpected error (ValueError)."


def test_our_own_errors_speak_for_themselves_in_bounded_words() -> None:
    assert reason_of(DomainError("x" * REASON_LENGTH_MAX)) == "x" * REASON_LENGTH_MAX
    assert reason_of(DomainError("x" * (REASON_LENGTH_MAX + 1))) == "x" * REASON_LENGTH_MAX


def test_waits_grow_and_the_domain_is_told_at_once() -> None:
    waits = [wait_before(run) for run in range(1, RUNS_MAX + 3)]

    assert waits == [*BACK_OFF_SECONDS, 0.0, BACK_OFF_SECONDS[-1], BACK_OFF_SECONDS[-1]]
