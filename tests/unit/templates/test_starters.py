"""The starter: as it is shipped, for short names and long ones, with and without what is optional."""

import re
from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.rendering.fit import fit
from certifly.templates.document import TemplateDocument, parse_document
from certifly.templates.drawable import refuse_undrawable
from certifly.templates.fields import check_data
from certifly.templates.starters import STARTERS, read_starter
from certifly.templates.values import drawing_values
from tests.cast import ADA, ADAS_ADDRESS, MONDAY
from tools.draw_ground import TARGET, ground

CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
CHECK_URL = f"https://certificates.lovelace.example/check/{CODE}"
LONG_NAME = (
    "Wolfeschlegelsteinhausenbergerdorff-Hohenzollern-Sigmaringen, "
    "Maria Theresia Amalia Josepha von und zu Liechtenstein"
)


def starter(name: str = STARTERS[0]) -> TemplateDocument:
    shipped = read_starter(name)
    return parse_document(shipped.with_pictures(dict.fromkeys(shipped.pictures, "sha256:" + "0" * 64)))


def lines(document: TemplateDocument, data: dict[str, Any]) -> list[str]:
    values = drawing_values(
        document,
        check_data(document, data),
        code=CODE,
        issued_at=MONDAY,
        check_url=CHECK_URL,
        issuer_name="Lovelace Academy",
    )
    return [
        " ".join(text.lines)
        for text in fit(document.layout, values, language=document.language).texts.values()
    ]


@pytest.mark.parametrize("name", STARTERS)
def test_every_starter_is_a_sound_document_with_room_for_a_long_issuer(name: str) -> None:
    refuse_undrawable(
        starter(name),
        issuer_name="The Worshipful Company of Analytical Engineers and Computers",
        check_url=CHECK_URL,
    )


@pytest.mark.parametrize("name", STARTERS)
def test_every_starter_says_what_its_certificates_are_for(name: str) -> None:
    achievement = starter(name).achievement

    assert achievement is not None
    assert achievement.description and achievement.criteria and achievement.skills


def test_only_the_students_name_is_required() -> None:
    document = starter()

    with pytest.raises(Invalid) as refused:
        check_data(document, {})

    assert list(refused.value.errors) == ["data.Student Name"]
    assert check_data(document, {"Student Name": ADA, "Email": ADAS_ADDRESS})
    assert document.recipient.name == "Student Name"
    assert document.recipient.email == "Email"


def test_what_is_optional_leaves_nothing_behind_when_it_is_absent() -> None:
    full = lines(starter(), {"Student Name": ADA, "Course": "Analytical Engines", "Date": "2026-11-20"})
    bare = lines(starter(), {"Student Name": ADA})

    assert [line for line in full if line not in bare] == [
        "for completing Analytical Engines",
        "20 November 2026",
    ]
    assert ADA in bare
    assert "23 November 2026" in bare
    assert CODE in bare


@pytest.mark.parametrize(
    "name",
    [
        LONG_NAME,
        "W" * 40,
        "Li Wu",
        "محمد بن عبد الله الخوارزمي",
        "山田 太郎",
        "חנה ארנדט",
        "अनुष्का शर्मा",
        "สมชาย ใจดี",
        "Ада",
        "Ada 🎓",
    ],
)
def test_names_in_every_script_and_of_every_sensible_length_fit(name: str) -> None:
    assert name in lines(starter(), {"Student Name": name})


def test_the_ground_is_what_its_script_draws() -> None:
    """To a hundredth of a millimetre: mathematical libraries differ in the last digit."""
    number = re.compile(r"-?\d*\.?\d+")
    committed, drawn = TARGET.read_text(), ground()

    assert number.sub("#", drawn).replace(",", " ") == number.sub("#", committed).replace(",", " ")
    pairs = zip(number.findall(drawn), number.findall(committed), strict=True)
    assert max(abs(float(one) - float(other)) for one, other in pairs) < 0.02
