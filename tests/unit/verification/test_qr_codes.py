"""Where the QR code of a picture leads: only an address that is spelled as ours counts as ours."""

from uuid import UUID

import pytest

from certifly.verification.qr_codes import QRCode, code_at_end, judge_qr_codes
from certifly.verification.record import Record
from certifly.verification.report import LeadsTo, Reason, Report, Verdict
from tests.handed_in import certificate
from tests.unit.credentials.badge import CODE

OURS = "https://example.org"
ADDRESS = f"{OURS}/check/{CODE}"


def record(**changes: object) -> Record:
    return Record(
        slug="lovelace",
        certificate=certificate(**changes),
        editions=[],
        keys=[],
        predecessor=None,
        successor=None,
    )


def judged(text: str, *, known: bool = True, public_url: str = OURS, **changes: object) -> Report:
    return judge_qr_codes([QRCode(text, record(**changes) if known else None)], public_url=public_url)


@pytest.mark.parametrize(
    ("text", "public_url"),
    [
        (ADDRESS, OURS),
        (f"HTTPS://EXAMPLE.ORG/check/{str(CODE).upper()}", OURS),
        (f"https://example.org:443/check/{CODE}", OURS),
        (f"http://localhost:8000/check/{CODE}", "http://localhost:8000"),
        (f"https://example.org:8443/base/check/{CODE}", "https://example.org:8443/base"),
        (f"http://[::1]:8000/check/{CODE}", "http://[::1]:8000"),
    ],
)
def test_an_address_of_ours_leads_to_the_certificate(text: str, public_url: str) -> None:
    report = judged(text, public_url=public_url)

    found = report.qr_codes[0]
    assert (found.leads_to, found.code) == (LeadsTo.CERTIFICATE, str(CODE))
    assert found.address == f"{public_url}/check/{CODE}"
    assert report.certificate is not None
    assert report.certificate.code == str(CODE)
    assert report.verdict is Verdict.UNKNOWN
    assert {check.reason_code for check in report.checks} == {Reason.COPY_OF_CERTIFICATE}


@pytest.mark.parametrize(
    "text",
    [
        f"https://example.org.evil.example/check/{CODE}",
        f"https://evil.example/check/{CODE}",
        f"https://example.org@evil.example/check/{CODE}",
        f"https://example.org:pass@evil.example/check/{CODE}",
        f"https://evil.example/https://example.org/check/{CODE}",
        f"https://evil.example#https://example.org/check/{CODE}",
        f"https://evil.example/?u=https://example.org/check/{CODE}",
        f"https://evil.example\\@example.org/check/{CODE}",
        f"https://example.org./check/{CODE}",
        f"https://ехample.org/check/{CODE}",
        f"https://example.org%2eevil.example/check/{CODE}",
        f"http://example.org/check/{CODE}",
        f"https://example.org:8443/check/{CODE}",
        f"https://example.org/CHECK/{CODE}",
        f"https://example.org//check/{CODE}",
        f"https://example.org/x/../check/{CODE}",
        f"https://example.org/check/{CODE}/",
        f"https://example.org/check/{CODE}?x=1",
        f"https://example.org/check/{CODE}#x",
        f"https://example.org/check/{CODE}.evil.example",
        f"https://example.org/download/{CODE}",
        f" https://example.org/check/{CODE}",
        f"https://example.org/check/{CODE}\n",
        f"javascript:https://example.org/check/{CODE}",
        f"//example.org/check/{CODE}",
        str(CODE),
        "WIFI:S:guests;;",
        "x" * 4000,
        "",
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_what_only_looks_like_ours_leads_elsewhere(text: str, known: bool) -> None:
    report = judged(text, known=known)

    found = report.qr_codes[0]
    assert (found.leads_to, found.code, found.address) == (LeadsTo.ELSEWHERE, None, None)
    assert len(found.text) <= 300
    assert report.certificate is None
    assert report.verdict is Verdict.UNKNOWN
    assert {check.reason_code for check in report.checks} == {Reason.QR_CODE_ELSEWHERE}


def test_the_address_that_was_printed_counts_after_the_server_moved() -> None:
    old = f"http://old.example/check/{CODE}"

    assert judged(old, check_url=old).qr_codes[0].leads_to is LeadsTo.CERTIFICATE
    assert judged(old, check_url=old).qr_codes[0].address == ADDRESS
    assert judged(old, check_url=ADDRESS).qr_codes[0].leads_to is LeadsTo.ELSEWHERE


def test_an_address_of_ours_without_a_certificate_is_a_forgery() -> None:
    report = judged(ADDRESS, known=False)

    assert (report.qr_codes[0].leads_to, report.qr_codes[0].code) == (LeadsTo.NO_CERTIFICATE, str(CODE))
    assert report.qr_codes[0].address is None
    assert report.verdict is Verdict.INVALID
    assert report.checks[0].reason_code is Reason.NO_SUCH_CERTIFICATE


def test_of_several_codes_each_is_reported_and_the_certificate_counts() -> None:
    codes = [QRCode("https://evil.example/", None), QRCode(ADDRESS, record())]

    report = judge_qr_codes(codes, public_url=OURS)

    assert [found.leads_to for found in report.qr_codes] == [LeadsTo.ELSEWHERE, LeadsTo.CERTIFICATE]
    assert report.certificate is not None
    assert report.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("text", [ADDRESS, f"https://elsewhere.example/check/{CODE}"])
def test_a_code_is_looked_up_whichever_server_the_address_names(text: str) -> None:
    assert code_at_end(text) == UUID(CODE)


@pytest.mark.parametrize(
    "text", ["", str(CODE), f"https://example.org/check/{CODE}x", f"ftp://x/check/{CODE}"]
)
def test_nothing_else_is_looked_up(text: str) -> None:
    assert code_at_end(text) is None
