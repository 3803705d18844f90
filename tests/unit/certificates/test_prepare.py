"""A request held against its template, without a database: every fault at once, in order, on its field."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from certifly.certificates.issue import TEMPLATE_FAULT, PreparedCertificate, prepare
from certifly.certificates.request import IssueRequest, read_request
from certifly.core.errors import Invalid
from certifly.templates.document import parse_document
from certifly.templates.queries import PublishedTemplate
from tests.cast import ADA, ADAS_ADDRESS, MONDAY, template_document, text_element

CODE = uuid.UUID("0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55")
UNDRAWABLE = "Ada \U00013000"
"""An Egyptian hieroglyph, which none of the shipped fonts draws."""


def template(**changes: Any) -> PublishedTemplate:
    return PublishedTemplate(1, 1, parse_document(template_document(**changes)))


def prepared(
    body: dict[str, Any], *, of: PublishedTemplate | None, issuer_name: str = "Lovelace Academy"
) -> PreparedCertificate:
    asked, faults = read_request(body)
    return prepare(
        asked,
        faults,
        of,
        code=CODE,
        check_url=f"https://certificates.example.org/check/{CODE}",
        issuer_name=issuer_name,
        fonts_dir=None,
        now=MONDAY,
    )


def faults_of(body: dict[str, Any], *, of: PublishedTemplate | None, **options: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refusal:
        prepared(body, of=of, **options)
    return refusal.value.errors


def test_what_is_prepared_is_all_that_will_be_drawn() -> None:
    data = {"Student Name": f"  {ADA} ", "Date": "2026-11-23", "Email": ADAS_ADDRESS}

    ready = prepared({"template_id": 1, "data": data, "send_email": True}, of=template())

    assert ready.data == {"Student Name": ADA, "Date": "2026-11-23", "Email": ADAS_ADDRESS}
    assert ready.drawing["values"]["Student Name"] == ADA
    assert ready.drawing["values"]["Date"] == "November 23, 2026"
    assert ready.drawing["values"]["certificate.code"] == str(CODE)
    assert "Email" not in ready.drawing["values"]
    assert ready.send_email is True
    assert ready.created_at == MONDAY


def test_a_certificate_expires_when_its_template_says_or_when_its_own_request_does() -> None:
    element = text_element("until {certificate.expires_on}")
    layout = {"page": {"width": 297, "height": 210}, "elements": [text_element("{Student Name}"), element]}
    body = {"template_id": 1, "data": {"Student Name": ADA}}
    asked, faults = read_request(body)

    def ready(request: IssueRequest, **changes: Any) -> PreparedCertificate:
        return prepare(
            request,
            faults,
            template(layout=layout, **changes),
            code=CODE,
            check_url="https://certificates.example.org",
            issuer_name="Lovelace Academy",
            fonts_dir=None,
            now=MONDAY,
        )

    never = ready(asked)
    by_template = ready(asked, validity={"days": 1})
    by_request = ready(replace(asked, expires_at=MONDAY + timedelta(days=7)), validity={"days": 1})

    assert never.expires_at is None
    assert "1" not in never.drawing["fitting"]["texts"]
    assert by_template.expires_at == datetime(2026, 11, 25, tzinfo=UTC)
    assert by_template.drawing["values"]["certificate.expires_on"] == "November 24, 2026"
    assert by_request.expires_at == MONDAY + timedelta(days=7)
    assert by_request.drawing["values"]["certificate.expires_on"] == "November 30, 2026"


def test_a_template_that_is_not_there_hides_nothing_else_of_the_request() -> None:
    faults = faults_of({"template_id": 7, "data": {}, "send_email": "yes", "dat": 1}, of=None)

    assert list(faults) == ["template_id", "send_email", "dat"]
    assert faults["template_id"] == [TEMPLATE_FAULT]


def test_an_id_that_is_none_is_told_as_that_and_not_as_unknown() -> None:
    faults = faults_of({"template_id": "one", "data": {}}, of=None)

    assert "whole number" in faults["template_id"][0]
    assert len(faults["template_id"]) == 1


def test_data_that_is_missing_is_told_once() -> None:
    faults = faults_of({"template_id": 1}, of=template())

    assert list(faults) == ["data"]


def test_faults_of_every_kind_are_told_at_once_in_order() -> None:
    body = {
        "send_email": "yes",
        "template_id": 1,
        "data": {"Studnet Name": ADA, "Course": UNDRAWABLE, "Date": "Monday", "Email": "nobody"},
        "extra": True,
    }

    faults = faults_of(body, of=template())

    assert list(faults) == [
        "data.Student Name",
        "data.Date",
        "data.Email",
        "data.Studnet Name",
        "data.Course",
        "send_email",
        "extra",
    ]
    assert "Did you mean Student Name?" in faults["data.Studnet Name"][0]


def test_text_that_does_not_fit_is_told_together_with_a_fault_of_the_request() -> None:
    body = {"template_id": 1, "data": {"Student Name": "W" * 120}, "send_email": "yes"}

    faults = faults_of(body, of=template())

    assert list(faults) == ["data.Student Name", "send_email"]
    assert len(faults["data.Student Name"]) == 1


def test_too_many_values_are_told_together_with_a_fault_of_the_request() -> None:
    body = {"template_id": 1, "data": {f"key {n}": "x" for n in range(201)}, "send_email": "yes"}

    assert list(faults_of(body, of=template())) == ["data", "send_email"]


def test_a_text_drawn_twice_is_told_once() -> None:
    layout = template_document()["layout"]
    layout["elements"] += [text_element("{Course}", y=150)]

    faults = faults_of(
        {"template_id": 1, "data": {"Student Name": ADA, "Course": UNDRAWABLE}}, of=template(layout=layout)
    )

    assert len(faults["data.Course"]) == 1


def test_an_issuer_whose_name_does_not_fit_is_no_fault_of_the_data() -> None:
    layout = template_document()["layout"]
    layout["elements"] += [text_element("{issuer.name}", y=150, width=60, size_min=30)]

    faults = faults_of(
        {"template_id": 1, "data": {"Student Name": ADA}},
        of=template(layout=layout),
        issuer_name="The Honourable Society of Analytical Engines",
    )

    assert list(faults) == ["template_id"]


def test_what_is_optional_may_be_absent() -> None:
    assert prepared({"template_id": "1", "data": {"Student Name": ADA}}, of=template()).data == {
        "Student Name": ADA
    }
    assert (
        prepared(
            {"template_id": 1, "data": {"Student Name": ADA}, "send_email": None}, of=template()
        ).send_email
        is False
    )


def test_a_request_knows_its_own_faults() -> None:
    asked, faults = read_request({"template_id": "{{template_id}}", "data": "x", "send_email": 1})

    assert asked == IssueRequest(None, None, False)
    assert list(faults) == ["template_id", "data", "send_email"]
    assert "Replace the placeholder" in faults["template_id"][0]
