"""What is drawn for each placeholder."""

from datetime import UTC, datetime
from typing import Any

import pytest

from certifly.templates.document import TemplateDocument, parse_document
from certifly.templates.values import drawing_values, title_of
from tests.cast import ADA, MONDAY, template_document, text_element

CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"


def document(language: str = "en-GB", **changes: Any) -> TemplateDocument:
    labels = [
        {"name": "Student Name", "type": "text"},
        {"name": "Date", "type": "date"},
        {"name": "Score", "type": "number"},
    ]
    layout = {"page": {"width": 297, "height": 210}, "elements": [text_element("{Student Name}")]}
    return parse_document(template_document(language=language, labels=labels, layout=layout, **changes))


def values(
    written: TemplateDocument,
    data: dict[str, Any],
    *,
    issued_at: datetime = MONDAY,
    expires_at: datetime | None = None,
) -> dict[str, str]:
    return drawing_values(
        written,
        data,
        code=CODE,
        issued_at=issued_at,
        check_url="https://example.org/check",
        issuer_name="Lovelace",
        expires_at=expires_at,
    )


def test_labels_and_the_facts_of_the_certificate_have_values_and_extra_fields_have_none() -> None:
    assert values(document(), {"Student Name": ADA, "Email": "ada@example.org"}) == {
        "Student Name": ADA,
        "certificate.code": CODE,
        "certificate.issued_on": "23 November 2026",
        "certificate.check_url": "https://example.org/check",
        "issuer.name": "Lovelace",
    }


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en-GB", "23 November 2026"),
        ("en", "November 23, 2026"),
        ("de", "23. November 2026"),
        ("fr", "23 novembre 2026"),
        ("ja", "2026年11月23日"),
        ("ar", "23 نوفمبر 2026"),
        ("zh-Hant", "2026年11月23日"),
    ],
)
def test_dates_are_written_in_the_templates_language(language: str, written: str) -> None:
    assert values(document(language), {"Date": "2026-11-23"})["Date"] == written


@pytest.mark.parametrize(
    ("language", "number", "written"),
    [
        ("en", "87.50", "87.50"),
        ("de", "87.50", "87,50"),
        ("de", 87.5, "87,5"),
        ("en", 2026, "2026"),
        ("en", 1e-7, "0.0000001"),
        ("fr", -3, "-3"),
    ],
)
def test_numbers_keep_their_digits_and_get_the_decimal_sign_of_the_language(
    language: str, number: object, written: str
) -> None:
    assert values(document(language), {"Score": number})["Score"] == written


def test_the_day_of_issue_is_the_day_where_the_template_lives() -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)

    assert (
        values(document(timezone="Asia/Tokyo"), {}, issued_at=late)["certificate.issued_on"]
        == "24 November 2026"
    )
    assert values(document(timezone="UTC"), {}, issued_at=late)["certificate.issued_on"] == "23 November 2026"


def test_the_day_of_expiry_is_written_like_the_day_of_issue_and_left_out_without_one() -> None:
    late = datetime(2027, 11, 23, 22, 30, tzinfo=UTC)

    assert (
        values(document(timezone="Asia/Tokyo"), {}, expires_at=late)["certificate.expires_on"]
        == "24 November 2027"
    )
    assert "certificate.expires_on" not in values(document(), {})


def test_the_day_of_expiry_is_the_last_day_on_which_the_certificate_is_valid() -> None:
    in_tokyo = document(timezone="Asia/Tokyo")
    midnight = datetime(2027, 11, 30, 15, tzinfo=UTC)

    assert values(in_tokyo, {}, expires_at=midnight)["certificate.expires_on"] == "30 November 2027"


def test_a_title_is_filled_and_never_blank() -> None:
    only_a_name = document(title="{Student Name}")

    assert title_of(document(), {"Student Name": ADA}) == "Certificate of completion for Ada Lovelace"
    assert title_of(document(), {}) == "Certificate of completion for"
    assert title_of(only_a_name, {}) == "Certificate of completion"
