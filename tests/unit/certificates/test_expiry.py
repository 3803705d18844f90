"""Until when a certificate holds: as the request says, else as its template says, else for ever."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from certifly.certificates.issue import (
    EXPIRED_FAULT,
    LIFETIME_FAULT,
    LIFETIME_MAX,
    PreparedCertificate,
    prepare,
)
from certifly.certificates.request import read_request
from certifly.core.clock import isoformat
from certifly.core.errors import Invalid
from certifly.templates.document import parse_document
from certifly.templates.queries import PublishedTemplate
from tests.cast import ADA, MONDAY, template_document, text_element

BLINK = timedelta(microseconds=1)
BODY = {"template_id": 1, "data": {"Student Name": ADA}}


def prepared(expires_at: object, **changes: Any) -> PreparedCertificate:
    asked, faults = read_request(BODY | {"expires_at": expires_at})
    code = uuid.uuid4()
    return prepare(
        asked,
        faults,
        PublishedTemplate(1, 1, parse_document(template_document(**changes))),
        code=code,
        check_url=f"https://certificates.example.org/check/{code}",
        issuer_name="Lovelace Academy",
        fonts_dir=None,
        now=MONDAY,
    )


def fault_of(expires_at: object, **changes: Any) -> str:
    with pytest.raises(Invalid) as refusal:
        prepared(expires_at, **changes)
    assert list(refusal.value.errors) == ["expires_at"]
    [fault] = refusal.value.errors["expires_at"]
    return fault


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("2027-11-23T16:00:00Z", datetime(2027, 11, 23, 16, tzinfo=UTC)),
        ("2027-11-23t16:00:00z", datetime(2027, 11, 23, 16, tzinfo=UTC)),
        ("2027-11-23T16:00:00.5+02:00", datetime(2027, 11, 23, 14, 0, 0, 500_000, tzinfo=UTC)),
        ("2027-11-23T16:00:00.123456789-00:30", datetime(2027, 11, 23, 16, 30, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_a_moment_with_its_zone_is_kept_in_utc(sent: str, meant: datetime) -> None:
    assert prepared(sent).expires_at == meant


@pytest.mark.parametrize(
    "sent",
    [
        *(
            "2027-11-23T16:00:00",
            "2027-11-23",
            "2027-11-23 16:00:00Z",
            "20271123T160000Z",
            "2027-W01-1T00:00:00Z",
        ),
        *(
            "2027-02-29T16:00:00Z",
            "2027-11-23T24:00:01Z",
            "2027-11-23T16:00:60Z",
            "2027-11-23T16:00:00+25:00",
        ),
        *("9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z", " 2027-11-23T16:00:00Z", "tomorrow", ""),
        *("２０２７-11-23T16:00:00Z", "2027-11-23T16:00:00Z\n", "\ud800", 1826985600, 1.5, True, [], {}),
    ],
)
def test_everything_else_is_refused(sent: object) -> None:
    assert fault_of(sent) == "expires_at must be a moment with its zone, such as 2026-11-23T16:00:00Z."


def test_it_must_be_in_the_future() -> None:
    assert prepared(isoformat(MONDAY + BLINK)).expires_at == MONDAY + BLINK
    assert fault_of(isoformat(MONDAY)) == EXPIRED_FAULT
    assert fault_of("0001-01-01T00:00:00Z") == EXPIRED_FAULT


def test_it_must_be_within_a_hundred_years() -> None:
    assert prepared(isoformat(MONDAY + LIFETIME_MAX)).expires_at == MONDAY + LIFETIME_MAX
    assert fault_of(isoformat(MONDAY + LIFETIME_MAX + BLINK)) == LIFETIME_FAULT
    assert fault_of("9999-12-31T23:59:59Z") == LIFETIME_FAULT


def test_without_one_it_holds_as_long_as_its_template_says() -> None:
    assert prepared(None).expires_at is None
    assert prepared(None, validity={"years": 2}).expires_at == datetime(2028, 11, 24, tzinfo=UTC)


def test_its_own_counts_before_that_of_the_template() -> None:
    assert prepared("2027-11-23T16:00:00Z", validity={"years": 2}).expires_at == datetime(
        2027, 11, 23, 16, tzinfo=UTC
    )


def test_what_is_printed_is_the_moment_that_is_kept() -> None:
    layout = template_document()["layout"]
    layout["elements"].append(text_element("{certificate.expires_on}", y=170, height=8, size=8, size_min=6))

    ready = prepared("2027-11-23T23:30:00Z", layout=layout)

    assert ready.drawing["values"]["certificate.expires_on"] == "November 23, 2027"


def test_a_moment_that_is_refused_hides_no_other_fault() -> None:
    asked, faults = read_request({"data": {}, "expires_at": "tomorrow", "expires": 1})

    assert asked.expires_at is None
    assert set(faults) == {"template_id", "expires_at", "expires"}
    assert "expires_at" in faults["expires"][0], "it is offered for what was probably meant"
