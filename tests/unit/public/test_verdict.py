"""From seven checks to one word: what is told first, and what decides when several things are so."""

from dataclasses import replace
from typing import get_args

import pytest

from certifly.public.verdict import Kind, deciding_check, kind_of
from certifly.verification.report import CheckName, Reason, Report
from tests.unit.public.pages import (
    ADAS_CERTIFICATE,
    ADAS_FILE,
    ALTERED,
    CORRECTED,
    EARLY,
    EXPIRED,
    PASSED,
    REVOKED,
    REVOKED_BY_REPLACEMENT,
    SUSPENDED,
    WITHDRAWN,
    being_made,
    erased,
    failed,
    report,
    unknown,
)

PICTURE = unknown(CheckName.UNALTERED, Reason.PICTURE_NOT_SIGNED)
FORGED = failed(CheckName.ISSUER, Reason.NO_SUCH_CERTIFICATE)
ELSEWHERE = unknown(CheckName.ISSUER, Reason.ISSUER_ELSEWHERE)
UNSIGNED = unknown(CheckName.SIGNATURE, Reason.NOT_SIGNED)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (report(), "genuine"),
        (report(file=ADAS_FILE), "genuine"),
        (report(REVOKED), "revoked"),
        (report(CORRECTED, REVOKED_BY_REPLACEMENT), "corrected"),
        (report(SUSPENDED), "suspended"),
        (report(EXPIRED), "expired"),
        (report(EARLY, certificate=None, file=ADAS_FILE), "early"),
        (report(ALTERED, file=ADAS_FILE), "refused"),
        (report(FORGED, certificate=None, file=ADAS_FILE), "refused"),
        (report(WITHDRAWN, file=ADAS_FILE), "superseded"),
        (report(WITHDRAWN), "recorded"),
        (being_made(), "recorded"),
        (erased(), "erased"),
        (report(PICTURE, file=ADAS_FILE), "partly"),
        (report(UNSIGNED, file=ADAS_FILE), "unproven"),
        (report(ELSEWHERE, certificate=None, file=ADAS_FILE), "unproven"),
    ],
)
def test_a_report_comes_to_one_word(found: Report, kind: Kind) -> None:
    assert kind_of(found) == kind


def test_what_no_true_copy_fails_is_told_before_what_became_of_it_and_the_final_before_the_passing() -> None:
    grave_to_light = [ALTERED, REVOKED, CORRECTED, SUSPENDED, EXPIRED, WITHDRAWN]
    kinds = ["refused", "revoked", "corrected", "suspended", "expired", "superseded"]

    for place, kind in enumerate(kinds):
        assert kind_of(report(*grave_to_light[place:], file=ADAS_FILE)) == kind


def test_one_check_that_is_not_known_is_enough_not_to_be_genuine() -> None:
    for name in CheckName:
        assert kind_of(report(unknown(name, Reason.FILE_UNREADABLE), file=ADAS_FILE)) != "genuine"


def test_a_file_of_an_erased_certificate_that_proves_itself_is_genuine() -> None:
    known = replace(ADAS_CERTIFICATE, is_erased=True)

    assert kind_of(report(certificate=known, file=ADAS_FILE)) == "genuine"


def test_the_facts_of_a_verdict_are_those_of_one_of_the_checks() -> None:
    for kind in get_args(Kind):
        assert deciding_check(kind) in {None, *PASSED}
