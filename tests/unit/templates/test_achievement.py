"""What a template says was achieved: what is sound, and where and how a fault is told."""

from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.templates.achievement import (
    ALIGNMENTS_MAX,
    CODE_CHARACTERS_MAX,
    CRITERIA_CHARACTERS_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    EVIDENCE_MAX,
    NAME_CHARACTERS_MAX,
    RESULTS_MAX,
    SKILLS_MAX,
    AchievementDesign,
)
from certifly.templates.document import parse_document, stored_document
from certifly.templates.draft import digest_of
from certifly.templates.texts import URL_CHARACTERS_MAX
from tests.cast import template_document

ADDRESS = "https://example.org/standards/7"
ALIGNMENT = {"name": "Numeracy 7", "url": ADDRESS}
MANY = 30
LABELS = [
    {"name": "Student Name", "type": "text"},
    {"name": "Course", "type": "text"},
    {"name": "Date", "type": "date"},
    {"name": "Grade", "type": "text"},
    {"name": "Thesis", "type": "url"},
    *({"name": f"Work {number}", "type": "url"} for number in range(MANY)),
]


def raw(achievement: object) -> dict[str, Any]:
    return template_document(labels=LABELS, achievement=achievement)


def design(**keys: Any) -> AchievementDesign:
    parsed = parse_document(raw(keys)).achievement
    assert parsed is not None
    return parsed


def faults_of(achievement: object) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        parse_document(raw(achievement))
    return refused.value.errors


def test_a_document_without_an_achievement_or_a_validity_is_written_without_them() -> None:
    written = parse_document(template_document()).to_json()

    assert set(written) == {*template_document(), "suspendable"}
    assert written["suspendable"] is False
    assert digest_of(written) == "5a721f6cb552ab237f265bc45e34fb33d83962b2c5692c9c785929ebb3079550"


def test_everything_about_an_achievement_is_kept_as_it_was_written() -> None:
    full = {
        "name": "Analytical engines",
        "description": "Knows the engine.\n\nCan program it.",
        "criteria": "- wrote a program\n- **ran** it\n    - twice",
        "criteria_url": "http://example.org/criteria?course=1",
        "type": "Course",
        "image": "sha256:" + "0" * 64,
        "alignment": [
            {
                "name": "Numeracy 7",
                "url": ADDRESS,
                "description": "Numbers.",
                "framework": "National",
                "code": "N.7",
                "type": "CFItem",
            }
        ],
        "skills": ["Programming", "プログラミング"],
        "results": [{"label": "Grade", "type": "LetterGrade"}],
        "evidence": [{"label": "Thesis", "name": "Her thesis"}],
    }

    document = parse_document(raw(full))

    assert document.to_json()["achievement"] == full
    assert stored_document(document.to_json()) == document


def test_what_is_left_out_of_an_achievement_is_left_to_the_templates_name() -> None:
    assert parse_document(raw({})).to_json()["achievement"] == {
        "type": "Certificate",
        "alignment": [],
        "skills": [],
        "results": [],
        "evidence": [],
    }
    assert design(results=[{"label": "Grade"}]).results[0].type == "Result"


@pytest.mark.parametrize("nothing", [None, {"name": None, "description": None, "image": None}])
def test_null_means_that_nothing_is_said(nothing: object) -> None:
    assert parse_document(raw(nothing)).name == "Certificate of completion"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_line_ends_in_one_way(line_end: str) -> None:
    assert design(description=f"one{line_end}two").description == "one\ntwo"


@pytest.mark.parametrize(
    ("achievement", "path", "told"),
    [
        ([], "", "must be an object"),
        ({"nmae": "x"}, "nmae", "Did you mean name?"),
        ({"criterion": "x"}, "criterion", "Did you mean criteria?"),
        ({"name": " "}, "name", "must not be blank"),
        ({"name": "a\nb"}, "name", "on one line"),
        ({"name": "x" * (NAME_CHARACTERS_MAX + 1)}, "name", f"at most {NAME_CHARACTERS_MAX}"),
        ({"description": "\n \n"}, "description", "must not be blank"),
        ({"description": 7}, "description", "must be text in double quotes"),
        ({"description": "a <b>b</b>"}, "description", "without HTML tags"),
        ({"description": "a\tb"}, "description", "U+0009"),
        ({"description": "a\u2028b"}, "description", "U+2028"),
        ({"description": "a\u0007"}, "description", "U+0007"),
        ({"description": "a\uffff"}, "description", "U+FFFF"),
        ({"description": "x" * (DESCRIPTION_CHARACTERS_MAX + 1)}, "description", "at most 2000"),
        ({"criteria": "<!-- x -->x"}, "criteria", "without HTML tags"),
        ({"criteria": "x" * (CRITERIA_CHARACTERS_MAX + 1)}, "criteria", "at most 5000"),
        ({"criteria_url": "example.org"}, "criteria_url", "begins with https:// or http://"),
        ({"criteria_url": "ftp://example.org"}, "criteria_url", "begins with https:// or http://"),
        ({"criteria_url": "https://[::1"}, "criteria_url", "is not a web address"),
        ({"criteria_url": "https://ada:x@example.org"}, "criteria_url", "user name"),
        ({"criteria_url": "https://" + "x" * URL_CHARACTERS_MAX}, "criteria_url", "too long"),
        ({"criteria_url": "https://-.-/" + "{x}"}, "criteria_url", "without spaces"),
        ({"criteria_url": "https://a..b/"}, "criteria_url", "a host that cannot exist"),
        ({"type": "Diplom"}, "type", "must be 'Achievement', 'ApprenticeshipCertificate'"),
        ({"image": "logo.png"}, "image", "sha256: and 64 hexadecimal digits"),
        ({"alignment": {}}, "alignment", "must be a list"),
        ({"alignment": [{"name": "x"}]}, "alignment.0.url", "is missing"),
        ({"alignment": [ALIGNMENT | {"link": "x"}]}, "alignment.0.link", "not a known key"),
        ({"alignment": [ALIGNMENT | {"framwork": "x"}]}, "alignment.0.framwork", "Did you mean framework?"),
        ({"alignment": [ALIGNMENT | {"type": "Item"}]}, "alignment.0.type", "must be 'ceasn:Competency'"),
        (
            {"alignment": [ALIGNMENT | {"code": "x" * (CODE_CHARACTERS_MAX + 1)}]},
            "alignment.0.code",
            "at most 200",
        ),
        ({"skills": "Programming"}, "skills", "must be a list"),
        ({"skills": ["a", ""]}, "skills.1", "must not be blank"),
        ({"skills": ["Größe", "x", "GRÖSSE"]}, "skills.2", "the same as Größe"),
        ({"results": [{"label": "Grade", "typ": "x"}]}, "results.0.typ", "Did you mean type?"),
        (
            {"results": [{"label": "Grade", "type": "Status"}]},
            "results.0.type",
            "must be 'GradePointAverage'",
        ),
        ({"results": [{"type": "Result"}]}, "results.0.label", "is missing"),
        ({"results": [{"label": "Gradde"}]}, "results.0.label", "Did you mean Grade?"),
        ({"results": [{"label": "Marks"}]}, "results.0.label", "no label of this template. Name one"),
        ({"results": [{"label": "Email"}]}, "results.0.label", "an extra field: kept, but never shown"),
        ({"results": [{"label": "Grade"}, {"label": "Grade"}]}, "results.1.label", "once more"),
        ({"evidence": [{"label": "Email"}]}, "evidence.0.label", "an extra field"),
        ({"evidence": [{"label": "Course"}]}, "evidence.0.label", "no label of type url"),
        ({"evidence": [{"label": "Thesis", "nme": "x"}]}, "evidence.0.nme", "Did you mean name?"),
        ({"evidence": [{"label": "Thesis"}, {"label": "Thesis"}]}, "evidence.1.label", "once more"),
    ],
)
def test_a_fault_of_an_achievement_is_told_at_its_place(achievement: object, path: str, told: str) -> None:
    place = f"achievement.{path}" if path else "achievement"

    assert told in faults_of(achievement)[place][0]


@pytest.mark.parametrize(
    ("keys", "most"),
    [
        (lambda count: {"alignment": [ALIGNMENT] * count}, ALIGNMENTS_MAX),
        (lambda count: {"skills": [f"Skill {number}" for number in range(count)]}, SKILLS_MAX),
        (lambda count: {"results": [{"label": f"Work {number}"} for number in range(count)]}, RESULTS_MAX),
        (lambda count: {"evidence": [{"label": f"Work {number}"} for number in range(count)]}, EVIDENCE_MAX),
    ],
    ids=["alignment", "skills", "results", "evidence"],
)
def test_each_list_has_a_longest_length(keys: Any, most: int) -> None:
    assert parse_document(raw(keys(most))).achievement is not None
    [(place, [told])] = faults_of(keys(most + 1)).items()
    assert place == f"achievement.{next(iter(keys(1)))}"
    assert f"at most {most} items" in told


def test_the_longest_texts_are_accepted() -> None:
    longest = design(
        name="x" * NAME_CHARACTERS_MAX,
        description="x" * DESCRIPTION_CHARACTERS_MAX,
        criteria="x" * CRITERIA_CHARACTERS_MAX,
    )

    assert longest.criteria == "x" * CRITERIA_CHARACTERS_MAX


def test_an_extra_field_of_the_same_name_as_no_label_never_becomes_evidence() -> None:
    document = template_document(
        extra_fields=[{"name": "Private", "type": "url"}],
        recipient={},
        achievement={"evidence": [{"label": "Private"}]},
    )

    with pytest.raises(Invalid) as refused:
        parse_document(document)

    assert list(refused.value.errors) == ["achievement.evidence.0.label"]
