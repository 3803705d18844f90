"""The last day of a certificate is one and the same everywhere, and the certificate is valid on all of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from certifly.certificates.standing import standing_of
from certifly.credentials.achievement_credential import build_credential
from certifly.public.page_html import check_html
from certifly.public.reader import Reader
from certifly.public.report_html import report_html
from certifly.public.words import LANGUAGES
from certifly.templates.document import parse_document
from certifly.templates.validity import expiry_of
from certifly.templates.values import drawing_values
from certifly.verification.judge_record import report_for
from certifly.verification.report import Check, CheckFacts, CheckName, Claims, Outcome, Reason
from tests.cast import template_document
from tests.handed_in import certificate, record
from tests.unit.credentials.badge import FACTS, PUBLIC_URL, SECRET_OF_LOVELACE
from tests.unit.public.pages import ADAS, ADAS_CERTIFICATE, ADAS_FILE, ReadPage, report, words_of

BLINK = timedelta(microseconds=1)
ISSUED_AT = datetime(2026, 11, 30, 17, tzinfo=UTC)
ZONES = ["America/New_York", "Europe/London", "Asia/Tokyo", "Pacific/Auckland", "America/Santiago"]
LAST_DAY = {"Pacific/Auckland": "2027-12-01", "Asia/Tokyo": "2027-12-01"}
"""Where it is 1 December already when the certificate is issued."""


def expiry_in(zone: str) -> datetime:
    document = parse_document(template_document(timezone=zone, validity={"years": 1}))
    expires_at = expiry_of(document, ISSUED_AT)
    assert expires_at is not None
    return expires_at


def page_of(zone: str) -> ReadPage:
    expires_at = expiry_in(zone)
    until = Check(CheckName.NOT_EXPIRED, Outcome.PASSED, Reason.NOT_EXPIRED, CheckFacts(until=expires_at))
    page = replace(ADAS, timezone=zone, expires_at=expires_at, report=report(until))
    return ReadPage(check_html(page, Reader(LANGUAGES["en"])))


def listed_in(page: ReadPage) -> dict[str, str]:
    names, values = ([words_of(element.text) for element in page.all(tag)] for tag in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize("zone", ZONES)
def test_print_check_page_and_profile_link_name_the_same_day(zone: str) -> None:
    day = datetime.fromisoformat(LAST_DAY.get(zone, "2027-11-30")).date()
    document = parse_document(template_document(timezone=zone, language="en"))

    printed = drawing_values(
        document,
        {},
        code="c",
        issued_at=ISSUED_AT,
        check_url="u",
        issuer_name="i",
        expires_at=expiry_in(zone),
    )["certificate.expires_on"]

    assert printed == f"{day:%B} {day.day}, {day.year}"
    text = words_of(page_of(zone).one("main").text)
    assert listed_in(page_of(zone))["Valid until"] == printed
    assert f"It is valid until {printed}." in text
    link = replace(ADAS, timezone=zone, expires_at=expiry_in(zone)).linkedin
    assert link is not None
    asked = parse_qs(urlsplit(link).query)
    assert (asked["expirationYear"], asked["expirationMonth"]) == ([str(day.year)], [str(day.month)])


@pytest.mark.parametrize("zone", ZONES)
def test_the_report_on_its_file_names_that_day_too_before_and_after_it(zone: str) -> None:
    expires_at = expiry_in(zone)
    known = replace(ADAS_CERTIFICATE, timezone=zone)
    claims = Claims(valid_until=f"{expires_at:%Y-%m-%dT%H:%M:%SZ}")
    day = "December 1, 2027" if zone in LAST_DAY else "November 30, 2027"

    for outcome, reason, facts, sentence in (
        (Outcome.PASSED, Reason.NOT_EXPIRED, CheckFacts(until=expires_at), f"It is valid until {day}."),
        (Outcome.FAILED, Reason.EXPIRED, CheckFacts(since=expires_at), f"It was valid until {day}."),
    ):
        check = Check(CheckName.NOT_EXPIRED, outcome, reason, facts)
        found = report(check, file=ADAS_FILE, certificate=known, claims=claims)
        page = ReadPage(report_html(found, Reader(LANGUAGES["en"]), public_url=PUBLIC_URL))

        assert sentence in words_of(page.one("main").text)
        assert listed_in(page)["Valid until"] == day


@pytest.mark.parametrize("zone", ZONES)
def test_status_verdict_and_credential_change_at_the_same_moment(zone: str) -> None:
    expires_at = expiry_in(zone)
    row = certificate(expires_at=expires_at)
    stated = build_credential(replace(FACTS, expires_at=expires_at), SECRET_OF_LOVELACE)["validUntil"]

    assert datetime.fromisoformat(stated) == expires_at
    for now, is_over in ((expires_at - BLINK, False), (expires_at, True), (expires_at + BLINK, True)):
        judged = report_for(record(certificate=row), public_url=PUBLIC_URL, now=now)
        assert (standing_of(row, now) == "expired") is is_over
        assert (judged.check(CheckName.NOT_EXPIRED).reason_code is Reason.EXPIRED) is is_over
        assert (datetime.fromisoformat(stated) <= now) is is_over


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_file_that_claims_the_first_or_the_last_day_there_is_gets_a_report(text: str) -> None:
    for zone in ZONES:
        known = replace(ADAS_CERTIFICATE, timezone=zone)
        claims = Claims(valid_from=text, valid_until=text)
        found = report(file=ADAS_FILE, certificate=known, claims=claims)

        page = ReadPage(report_html(found, Reader(LANGUAGES["en"]), public_url=PUBLIC_URL))

        assert listed_in(page)["Valid until"]
