"""Reports for programs: every check with its outcome, its reason code and the facts of that reason."""

from dataclasses import asdict, fields
from datetime import datetime

from certifly.core.clock import isoformat
from certifly.verification.report import CheckFacts, KnownCertificate, Report, Sibling


def checks_as_json(report: Report) -> list[dict[str, object]]:
    """All seven, in the order in which they are answered."""
    return [
        {
            "name": check.name,
            "outcome": check.outcome,
            "reason_code": check.reason_code,
            "facts": _facts(check.facts),
        }
        for check in report.checks
    ]


def report_as_json(report: Report) -> dict[str, object]:
    """The report on a file: the inner part of a ``reports`` resource."""
    assert report.file is not None, "a file was handed in"
    claims = report.claims
    return {
        "verdict": report.verdict,
        "checks": checks_as_json(report),
        "trusted": {
            "scope": report.trusted.scope,
            "covered_bytes": report.trusted.covered_bytes,
            "file_bytes": report.trusted.file_bytes,
        },
        "file": {
            "kind": report.file.kind,
            "size_bytes": report.file.size_bytes,
            "digest": report.file.digest,
        },
        "certificate": _known(report.certificate) if report.certificate else None,
        "claims": {field.name: getattr(claims, field.name) for field in fields(claims)} if claims else None,
        "time_stamps": [
            {
                "stamped_at": isoformat(stamp.stamped_at),
                "authority": stamp.authority,
                "signer": stamp.signer,
                "is_confirmed": stamp.is_confirmed,
            }
            for stamp in report.time_stamps
        ],
        "qr_codes": [asdict(code) for code in report.qr_codes],
        "notes": [note.text for note in report.notes],
    }


def _facts(facts: CheckFacts) -> dict[str, object]:
    """Those that the reason brings; ``Reason`` says which."""
    return {
        field.name: _written(value)
        for field in fields(facts)
        if (value := getattr(facts, field.name)) is not None
    }


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return isoformat(value)
    return list(value) if isinstance(value, tuple) else value


def _known(certificate: KnownCertificate) -> dict[str, object]:
    return {
        "code": certificate.code,
        "address": certificate.address,
        "issuer": certificate.issuer,
        "issued_at": isoformat(certificate.issued_at),
        "is_erased": certificate.is_erased,
        "replaces": _sibling(certificate.replaces),
        "replaced_by": _sibling(certificate.successor),
    }


def _sibling(sibling: Sibling | None) -> dict[str, object] | None:
    if sibling is None:
        return None
    return {
        "code": sibling.code,
        "address": sibling.address,
        "issued_at": isoformat(sibling.issued_at),
    }
