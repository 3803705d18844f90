"""What a certificate of a template is for, in the words of Open Badges 3.0.

Everything here becomes public and signed: the credential of every certificate says it, and wallets show it. So
results and evidence come from labels only, which are printed anyway, and never from extra fields. Whatever is
left out here is taken from the template's name, so that a template without a word on it has a credential too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Protocol
from unicodedata import normalize

from pydantic import Field, StringConstraints

from certifly.rendering.layout import AssetName
from certifly.templates.faults import Faults, shown
from certifly.templates.near import only_near
from certifly.templates.texts import Line, Lines, Strict, WebAddress

NAME_CHARACTERS_MAX = 200
DESCRIPTION_CHARACTERS_MAX = 2000
CRITERIA_CHARACTERS_MAX = 5000
CODE_CHARACTERS_MAX = 200
ALIGNMENTS_MAX = 20
SKILLS_MAX = 50
RESULTS_MAX = 20
EVIDENCE_MAX = 10

AchievementType = Literal[
    "Achievement",
    "ApprenticeshipCertificate",
    "Assessment",
    "Assignment",
    "AssociateDegree",
    "Award",
    "Badge",
    "BachelorDegree",
    "Certificate",
    "CertificateOfCompletion",
    "Certification",
    "CommunityService",
    "Competency",
    "Course",
    "CoCurricular",
    "Degree",
    "Diploma",
    "DoctoralDegree",
    "Fieldwork",
    "GeneralEducationDevelopment",
    "JourneymanCertificate",
    "LearningProgram",
    "License",
    "Membership",
    "ProfessionalDoctorate",
    "QualityAssuranceCredential",
    "MasterCertificate",
    "MasterDegree",
    "MicroCredential",
    "ResearchDoctorate",
    "SecondarySchoolDiploma",
]
"""Open Badges 3.0, enumeration AchievementType."""

AlignmentType = Literal[
    "ceasn:Competency",
    "ceterms:Credential",
    "CFItem",
    "CFRubric",
    "CFRubricCriterion",
    "CFRubricCriterionLevel",
    "CTDL",
]
"""Open Badges 3.0, enumeration AlignmentTargetType."""

ResultType = Literal[
    "GradePointAverage",
    "LetterGrade",
    "Percent",
    "PerformanceLevel",
    "PredictedScore",
    "RawScore",
    "Result",
    "RubricScore",
    "ScaledScore",
]
"""Open Badges 3.0, enumeration ResultType, but for Status and the two of rubric criteria: those need more than a
value, and nothing here could say it."""

Name = Annotated[Line, StringConstraints(max_length=NAME_CHARACTERS_MAX)]
Description = Annotated[Lines, StringConstraints(max_length=DESCRIPTION_CHARACTERS_MAX)]


class Alignment(Strict):
    """An entry of an outside framework that the achievement corresponds to."""

    name: Name
    """What the entry is called there."""
    url: WebAddress
    """Where it is described."""
    description: Description | None = None
    """What it says."""
    framework: Name | None = None
    """What the framework is called."""
    code: Annotated[Line, StringConstraints(max_length=CODE_CHARACTERS_MAX)] | None = None
    """The number or short name that the entry has there."""
    type: AlignmentType | None = None
    """What kind of entry it is."""


class _FromLabel(Strict):
    label: str
    """The name of a label of this template."""


class ResultLabel(_FromLabel):
    """A label whose value is a result, such as a grade."""

    type: ResultType = "Result"
    """What kind of result its values are."""


class EvidenceLabel(_FromLabel):
    """A label of type url that leads to evidence."""

    name: Name | None = None
    """What it is called in the credential; without one, as the label is."""


class AchievementDesign(Strict):
    """What was achieved by whoever receives a certificate of the template."""

    name: Name | None = None
    """Without one, the template's name."""
    description: Description | None = None
    """Without one, the achievement's name."""
    criteria: Annotated[Lines, StringConstraints(max_length=CRITERIA_CHARACTERS_MAX)] | None = None
    """What had to be done for it, plain or in Markdown; without it, the description."""
    criteria_url: WebAddress | None = None
    """Where that is said at length."""
    type: AchievementType = "Certificate"
    """What kind of achievement it is, in the words of Open Badges."""
    image: AssetName | None = None
    """The digest of an uploaded picture: what wallets show."""
    # JSON has lists, strict mode wants tuples; what is in them stays strict.
    alignment: Annotated[tuple[Alignment, ...], Field(max_length=ALIGNMENTS_MAX, strict=False)] = ()
    """What it corresponds to in outside frameworks of skills or qualifications."""
    skills: Annotated[tuple[Name, ...], Field(max_length=SKILLS_MAX, strict=False)] = ()
    """What its holder can do."""
    results: Annotated[tuple[ResultLabel, ...], Field(max_length=RESULTS_MAX, strict=False)] = ()
    """The labels whose values are results, such as a grade."""
    evidence: Annotated[tuple[EvidenceLabel, ...], Field(max_length=EVIDENCE_MAX, strict=False)] = ()
    """The labels whose values are addresses of evidence."""


class Labelled(Protocol):
    """A field of a template, as far as this file needs to know it."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...


def known_keys(location: tuple[str | int, ...]) -> Iterator[str]:
    """The keys that could stand at a place below ``achievement``."""
    match location:
        case ():
            yield from AchievementDesign.model_fields
        case ("alignment", _):
            yield from Alignment.model_fields
        case ("results", _):
            yield from ResultLabel.model_fields
        case ("evidence", _):
            yield from EvidenceLabel.model_fields


def check_achievement(
    design: AchievementDesign,
    faults: Faults,
    *,
    labels: Mapping[str, Labelled],
    extra_fields: Mapping[str, Labelled],
) -> None:
    """Note what a design gets wrong about its template: only labels may become part of a credential."""
    _check_skills(design, faults)
    groups: dict[str, Sequence[_FromLabel]] = {"results": design.results, "evidence": design.evidence}
    for group, named in groups.items():
        seen: set[str] = set()
        for index, entry in enumerate(named):
            path = f"achievement.{group}.{index}.label"
            if entry.label in extra_fields:
                faults.add(
                    path,
                    f"{path} is {entry.label}, an extra field: kept, but never shown. Make it a label to show it.",
                )
            elif entry.label not in labels:
                faults.add(path, _unknown_label(path, entry.label, labels))
            elif entry.label in seen:
                faults.add(path, f"{path} is {entry.label} once more. Name each label once.")
            elif group == "evidence" and labels[entry.label].type != "url":
                faults.add(path, f"{path} is {entry.label}, which is no label of type url. Name one that is.")
            seen.add(entry.label)


def _check_skills(design: AchievementDesign, faults: Faults) -> None:
    seen: dict[str, str] = {}
    for index, skill in enumerate(design.skills):
        alike = normalize("NFKC", skill).casefold()
        if alike in seen:
            path = f"achievement.skills.{index}"
            faults.add(path, f"{path} is the same as {shown(seen[alike])}. Name each skill once.")
        seen.setdefault(alike, skill)


def _unknown_label(path: str, name: str, labels: Mapping[str, Labelled]) -> str:
    near = only_near(name, labels)
    return f"{path} is {shown(name)}, which is no label of this template." + (
        f" Did you mean {near}?" if near else " Name one, or leave it out."
    )
