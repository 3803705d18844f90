"""The report on a code alone: the record's own credential still bears its signatures."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certifly.verification.judge_record import report_for
from certifly.verification.record import Record
from certifly.verification.report import CheckName, Outcome, Report, Scope, Verdict
from tests.cast import MONDAY, TUESDAY
from tests.handed_in import CREDENTIAL, DOCUMENT, certificate, edition, record, withdrawn
from tests.unit.credentials.badge import PUBLIC_KEYS, PUBLIC_URL


def report_on(known: Record, public_url: str = PUBLIC_URL) -> Report:
    return report_for(known, public_url=public_url, now=TUESDAY)


def told(report: Report) -> dict[str, str]:
    return {c.name.value: c.reason_code.value for c in report.checks if c.outcome is not Outcome.PASSED}


def test_a_certificate_that_was_produced_is_valid() -> None:
    report = report_on(record())

    assert report.verdict is Verdict.VALID
    assert report.trusted.scope is Scope.RECORD
    assert (report.file, report.claims) == (None, None)
    assert report.check(CheckName.SIGNATURE).facts.key == "proof-1"
    assert report.check(CheckName.SIGNATURE).facts.since == MONDAY


def test_it_stays_valid_under_another_public_address_and_after_a_rotation() -> None:
    kept = [replace(key, state="kept") for key in PUBLIC_KEYS]

    assert report_on(record(keys=kept), "https://moved.example.org").verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (record(editions=[], certificate=certificate(state="recorded")), "being_made"),
        (record(editions=[], certificate=certificate(state="failed")), "not_made"),
        (record(certificate=certificate(state="recorded", edition=2)), "being_made"),
        (
            record(
                certificate=certificate(state="erased", erased_at=TUESDAY),
                editions=[edition(credential=None, credential_jwt=None)],
            ),
            "record_erased",
        ),
    ],
)
def test_without_a_signature_to_see_it_is_unknown(known: Record, reason: str) -> None:
    report = report_on(known)

    assert told(report) == {"signature": reason, "unaltered": reason}
    assert report.verdict is Verdict.UNKNOWN


def changed(**changes: Any) -> str:
    return json.dumps({**DOCUMENT, **changes})


@pytest.mark.parametrize(
    "credential",
    [
        changed(name="Another"),
        changed(honours="first"),
        changed(id="urn:uuid:00000000-0000-4000-8000-000000000000"),
        changed(proof=DOCUMENT["proof"][:1]),
        changed(proof=[{**proof, "verificationMethod": "did:web:x#proof-1"} for proof in DOCUMENT["proof"]]),
        changed(proof=[{**proof, "verificationMethod": 3} for proof in DOCUMENT["proof"]]),
        changed(**{"@context": ["https://example.org/unknown"]}),
    ],
)
def test_a_record_that_somebody_changed_is_seen(credential: str) -> None:
    report = report_on(record(editions=[edition(credential=credential)]))

    assert told(report) == {"signature": "signature_wrong", "unaltered": "altered"}
    assert report.verdict is Verdict.INVALID


def test_a_withdrawn_key_is_named_until_it_is_signed_anew() -> None:
    report = report_on(record(keys=[withdrawn(key) for key in PUBLIC_KEYS]))

    assert told(report) == {"signature": "key_withdrawn"}
    assert report.check(CheckName.SIGNATURE).facts.since == TUESDAY


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"revoked_at": TUESDAY}, {"not_revoked": "revoked"}),
        ({"suspended_at": TUESDAY}, {"not_suspended": "suspended"}),
        ({"expires_at": TUESDAY - timedelta(days=1)}, {"not_expired": "expired"}),
        (
            {"successor_id": 2, "replaced_at": TUESDAY},
            {"not_revoked": "revoked_by_replacement", "not_corrected": "corrected"},
        ),
    ],
)
def test_what_became_of_it_is_said_here_too(changes: dict[str, Any], expected: dict[str, str]) -> None:
    assert told(report_on(record(certificate=certificate(**changes)))) == expected


def test_the_text_in_the_record_is_the_one_that_is_verified() -> None:
    assert record().editions[0].credential == CREDENTIAL
