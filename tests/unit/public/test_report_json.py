"""Check pages and reports for programs."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from certifly.public.check_page import as_json
from certifly.public.report_json import report_as_json
from certifly.public.sharing import linkedin_address
from certifly.verification.report import CheckName, Claims, Note, NoteKind, Reason, Scope, TimeStamp, Trusted
from tests.cast import MONDAY, TUESDAY
from tests.unit.public.pages import (
    ADAS,
    ADAS_CERTIFICATE,
    ADAS_FILE,
    CODE,
    CORRECTED,
    OTHER_CODE,
    REVOKED,
    SITE,
    SUCCESSOR,
    failed,
    report,
)


def test_what_became_of_a_certificate_is_told_to_programs_too() -> None:
    revoked = replace(
        ADAS, standing="revoked", report=report(REVOKED), revoked_at=TUESDAY, reason="Issued in error"
    )
    told = as_json(replace(revoked, expires_at=TUESDAY))

    assert told["status"] == "revoked"
    assert told["verdict"] == "invalid"
    assert (told["revoked_at"], told["reason"]) == ("2026-11-24T09:00:00.000000Z", "Issued in error")
    assert told["expires_at"] == "2026-11-24T09:00:00.000000Z"
    assert told["share"] == {"linkedin": None}
    checks = told["checks"]
    assert isinstance(checks, list)
    assert [check["name"] for check in checks] == [name.value for name in CheckName]
    assert checks[3] == {
        "name": "not_revoked",
        "outcome": "failed",
        "reason_code": "revoked",
        "facts": {"since": "2026-11-24T09:00:00.000000Z", "reason": "Issued in error"},
    }


def test_a_corrected_certificate_and_its_correction_name_each_other() -> None:
    old = report(CORRECTED, certificate=replace(ADAS_CERTIFICATE, successor=SUCCESSOR))
    new = report(certificate=replace(ADAS_CERTIFICATE, replaces=SUCCESSOR))

    assert as_json(replace(ADAS, report=old))["replaced_by"] == f"{SITE}/check/{OTHER_CODE}"
    assert as_json(replace(ADAS, report=new))["replaces"] == f"{SITE}/check/{OTHER_CODE}"
    alone = as_json(ADAS)
    assert (alone["replaced_by"], alone["replaces"], alone["reason"]) == (None, None, None)


def test_a_report_on_a_file_tells_the_file_what_is_trusted_and_what_it_claims() -> None:
    added = failed(CheckName.UNALTERED, Reason.CHANGED_AFTER_SIGNING, covered_bytes=70_000, file_bytes=80_002)
    unsigned = failed(CheckName.SIGNATURE, Reason.MEMBER_NOT_SIGNED, members=("x", "y"))
    known = replace(ADAS_CERTIFICATE, successor=SUCCESSOR)
    told = report_as_json(
        report(
            added,
            unsigned,
            file=ADAS_FILE,
            trusted=Trusted(Scope.BEGINNING, 70_000, 80_002),
            claims=Claims(title="For Ada"),
            certificate=known,
            notes=(Note(NoteKind.ATTACHMENTS, "A remark.", count=1),),
        )
    )

    assert told["trusted"] == {"scope": "beginning", "covered_bytes": 70_000, "file_bytes": 80_002}
    assert told["file"] == {"kind": "pdf", "size_bytes": 80_002, "digest": "sha256:" + "5a" * 32}
    assert told["certificate"] == {
        "code": CODE,
        "address": f"{SITE}/check/{CODE}",
        "issuer": "Lovelace Academy",
        "issued_at": "2026-11-23T09:00:00.000000Z",
        "is_erased": False,
        "replaces": None,
        "replaced_by": {
            "code": OTHER_CODE,
            "address": f"{SITE}/check/{OTHER_CODE}",
            "issued_at": "2026-11-24T09:00:00.000000Z",
        },
    }
    assert told["claims"] == {
        "issuer_id": None,
        "issuer_name": None,
        "title": "For Ada",
        "recipient": None,
        "valid_from": None,
        "valid_until": None,
    }
    assert told["notes"] == ["A remark."]
    checks = told["checks"]
    assert isinstance(checks, list)
    assert checks[1]["facts"] == {"members": ["x", "y"]}
    assert checks[2]["facts"] == {"covered_bytes": 70_000, "file_bytes": 80_002}


def test_a_report_on_a_strangers_file_knows_no_certificate() -> None:
    told = report_as_json(report(file=ADAS_FILE, certificate=None))

    assert (told["certificate"], told["claims"], told["notes"]) == (None, None, [])


def test_the_form_of_a_profile_is_filled_in() -> None:
    address = linkedin_address(
        name="Analytical Engines & more",
        issuer="Lovelace Academy",
        issued_on=MONDAY.date(),
        expires_on=TUESDAY.date(),
        address=f"{SITE}/check/{CODE}",
        code=CODE,
    )

    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "www.linkedin.com", "/profile/add")
    assert parse_qs(parts.query) == {
        "startTask": ["CERTIFICATION_NAME"],
        "name": ["Analytical Engines & more"],
        "organizationName": ["Lovelace Academy"],
        "issueYear": ["2026"],
        "issueMonth": ["11"],
        "expirationYear": ["2026"],
        "expirationMonth": ["11"],
        "certUrl": [f"{SITE}/check/{CODE}"],
        "certId": [CODE],
    }


def test_what_does_not_expire_has_no_end_in_a_profile() -> None:
    assert ADAS.linkedin is not None
    assert "expiration" not in ADAS.linkedin
    assert replace(ADAS, achievement=None).linkedin is None


def test_time_stamps_say_whether_they_are_confirmed() -> None:
    stamp = TimeStamp(stamped_at=MONDAY, authority="Time", signer="Lovelace", is_confirmed=False)
    told = report_as_json(replace(report(file=ADAS_FILE), time_stamps=(stamp,)))

    assert told["time_stamps"] == [
        {
            "stamped_at": "2026-11-23T09:00:00.000000Z",
            "authority": "Time",
            "signer": "Lovelace",
            "is_confirmed": False,
        }
    ]
    assert report_as_json(report(file=ADAS_FILE))["time_stamps"] == []
