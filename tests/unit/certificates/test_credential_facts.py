"""What a certificate's credential says: labels, what the template says of them, and nothing besides."""

import uuid
from typing import Any

from certifly.certificates.credential_facts import credential_facts
from certifly.certificates.models import Certificate
from certifly.credentials.achievement_credential import CredentialFacts, EvidenceFact, ResultFact
from certifly.templates.document import parse_document
from certifly.templates.fields import check_data
from certifly.templates.values import drawing_values
from tests.cast import ADA, ADAS_ADDRESS, MONDAY, TUESDAY, template_document

CODE = uuid.UUID("0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55")
LABELS = [
    {"name": "Student Name", "type": "text"},
    {"name": "Course", "type": "text"},
    {"name": "Date", "type": "date"},
    {"name": "Grade", "type": "number"},
    {"name": "Thesis", "type": "url"},
    {"name": "Film", "type": "url"},
]
DATA = {
    "Student Name": ADA,
    "Date": "2026-11-23",
    "Grade": "87.50",
    "Thesis": "https://example.org/thesis",
    "Film": "https://example.org/film",
    "Email": ADAS_ADDRESS,
}


def facts(data: dict[str, Any] | None = None, **changes: Any) -> CredentialFacts:
    document = parse_document(template_document(labels=LABELS, **changes))
    clean = check_data(document, DATA if data is None else data)
    values = drawing_values(
        document,
        clean,
        code=str(CODE),
        issued_at=MONDAY,
        check_url="https://c.example",
        issuer_name="Lovelace",
    )
    certificate = Certificate(
        id=7,
        code=CODE,
        template_id=3,
        template_version=2,
        data=dict(clean),
        drawing={"values": values, "fitting": {}},
        issuer_name="Lovelace Academy",
        created_at=MONDAY,
        expires_at=TUESDAY,
    )
    return credential_facts(certificate, document, public_url="https://c.example", slug="lovelace")


def test_a_credential_says_who_received_what_from_whom_and_until_when() -> None:
    found = facts()

    assert (found.code, found.certificate_number) == (str(CODE), 7)
    assert (found.recipient_name, found.recipient_email) == (ADA, ADAS_ADDRESS)
    assert (found.issuer_name, found.slug, found.language) == ("Lovelace Academy", "lovelace", "en")
    assert (found.issued_at, found.expires_at) == (MONDAY, TUESDAY)
    assert found.title == "Certificate of completion for Ada Lovelace"


def test_labels_stand_in_it_as_they_are_printed_without_the_name_and_extra_fields_never() -> None:
    assert facts().labels == (
        ("Date", "November 23, 2026"),
        ("Grade", "87.50"),
        ("Thesis", "https://example.org/thesis"),
        ("Film", "https://example.org/film"),
    )


def test_without_words_of_its_own_an_achievement_is_named_like_its_template() -> None:
    achievement = facts().achievement

    assert (achievement.template_id, achievement.version) == (3, 2)
    assert achievement.name == achievement.description == achievement.criteria == "Certificate of completion"
    assert achievement.achievement_type == "Certificate"
    assert (achievement.image_media, achievement.criteria_url) == (None, None)


def test_criteria_are_the_description_where_only_that_is_written() -> None:
    achievement = facts(achievement={"name": "Engines", "description": "Knows engines."}).achievement

    assert (achievement.name, achievement.description, achievement.criteria) == (
        "Engines",
        "Knows engines.",
        "Knows engines.",
    )


def test_results_and_evidence_are_those_of_the_certificate() -> None:
    design = {
        "results": [{"label": "Grade", "type": "Percent"}, {"label": "Course"}],
        "evidence": [{"label": "Thesis", "name": "Her thesis"}, {"label": "Film"}],
        "alignment": [{"name": "Numeracy", "url": "https://example.org/7", "code": "N.7", "type": "CFItem"}],
        "skills": ["Programming"],
    }

    found = facts(achievement=design)
    none = facts({"Student Name": ADA}, achievement=design)

    assert found.results == (ResultFact(name="Grade", value="87.50"),)
    assert found.evidence == (
        EvidenceFact(url="https://example.org/thesis", name="Her thesis"),
        EvidenceFact(url="https://example.org/film", name="Film"),
    )
    assert [(one.name, one.type) for one in found.achievement.result_descriptions] == [
        ("Grade", "Percent"),
        ("Course", "Result"),
    ]
    assert [(one.name, one.code, one.type) for one in found.achievement.alignments] == [
        ("Numeracy", "N.7", "CFItem")
    ]
    assert found.achievement.skills == ("Programming",)
    assert (none.results, none.evidence) == ((), ())
    assert none.achievement == found.achievement


def test_a_template_without_a_recipient_names_nobody() -> None:
    found = facts(recipient={})

    assert (found.recipient_name, found.recipient_email) == (None, None)
    assert ("Student Name", ADA) in found.labels
