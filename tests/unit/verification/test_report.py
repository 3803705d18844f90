"""The verdict follows from the seven checks and from nothing else."""

import pytest

from certifly.verification.report import (
    Check,
    CheckName,
    Outcome,
    Reason,
    Scope,
    Trusted,
    Verdict,
    report_of,
    verdict_of,
)

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN


def checks(*outcomes: Outcome) -> list[Check]:
    names = list(CheckName)
    filled = [*outcomes, *[PASSED] * (len(names) - len(outcomes))]
    return [Check(name, outcome, Reason.NOT_REVOKED) for name, outcome in zip(names, filled, strict=True)]


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([], Verdict.VALID),
        ([UNKNOWN], Verdict.UNKNOWN),
        ([FAILED], Verdict.INVALID),
        ([UNKNOWN, FAILED], Verdict.INVALID),
        ([UNKNOWN] * 7, Verdict.UNKNOWN),
    ],
)
def test_one_failed_check_is_enough_and_only_all_passed_are(
    outcomes: list[Outcome], verdict: Verdict
) -> None:
    assert verdict_of(checks(*outcomes)) == verdict


def test_the_checks_stand_in_their_order_whatever_order_they_were_made_in() -> None:
    report = report_of(reversed(checks()), trusted=Trusted(Scope.NOTHING))

    assert [check.name for check in report.checks] == list(CheckName)
    assert report.check(CheckName.NOT_EXPIRED).name == CheckName.NOT_EXPIRED


def test_a_report_that_leaves_a_question_open_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="every question"):
        report_of(checks()[1:], trusted=Trusted(Scope.NOTHING))
