"""What the dry run says of values that cleaning changes."""

from typing import Any

import pytest

from certifly.templates.cleaning_report import LISTED_MAX, cleaning_warnings
from certifly.templates.document import parse_document
from certifly.templates.fields import check_data
from tests.cast import ADAS_ADDRESS, template_document

DOCUMENT = parse_document(
    template_document(
        extra_fields=[
            {"name": "Email", "type": "email"},
            {"name": "Note", "type": "text", "multiline": True},
            {"name": "Score", "type": "number"},
        ]
    )
)
SPACES = "white space at the ends was removed, and each run of spaces became one space."


def warnings_of(field: str, sent: Any) -> list[str]:
    raw = {"Student Name": "Ada", field: sent}
    check_data(DOCUMENT, raw)
    found = cleaning_warnings(DOCUMENT, raw)
    assert set(found) <= {f"data.{field}"}
    return [warning.removeprefix(f"{field}: ") for warning in found.get(f"data.{field}", [])]


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("Course", "AT&T, R&D; Testing, List<String>"),
        ("Course", "Jose\u0301 Müller, São Paulo"),
        ("Course", "O’Brien – ‘A < B’"),
        ("Course", ""),
        ("Course", None),
        ("Note", "One\nTwo\n\nFour"),
        ("Note", "One\r\nTwo"),
        ("Score", 42),
        ("Email", ADAS_ADDRESS),
    ],
)
def test_what_is_kept_as_it_was_sent_is_not_warned_of(field: str, sent: Any) -> None:
    assert warnings_of(field, sent) == []


@pytest.mark.parametrize(
    ("field", "sent", "told"),
    [
        (
            "Course",
            "Smith &amp; Sons&#039; &amp;",
            ["character references of HTML were decoded: &amp;, &#039;."],
        ),
        ("Course", "<b>Maths</b>", ["HTML markup was removed. What is kept: “Maths”."]),
        (
            "Course",
            "&lt;b&gt;Maths&lt;/b&gt;",
            [
                "character references of HTML were decoded: &lt;, &gt;.",
                "HTML markup was removed. What is kept: “Maths”.",
            ],
        ),
        ("Note", "One<br>Two", ["HTML markup was removed. What is kept: “One\nTwo”."]),
        ("Course", "Ma\u202eths\x00", ["characters that cannot be printed were removed: U+202E, U+0000."]),
        (
            "Course",
            "One\r\nTwo",
            ["line ends became spaces. A template keeps them for a label with “multiline”."],
        ),
        ("Course", " Maths  and\tlogic\n", [SPACES]),
        ("Course", "Le juriste\u00a0: suite", [SPACES]),
        ("Note", "\nOne \n Two", [SPACES]),
        ("Course", "<br>", ["Course is blank after cleaning, so it counts as not sent."]),
        ("Course", "  ", ["Course is blank after cleaning, so it counts as not sent."]),
        ("Score", " 42", [SPACES]),
        ("Email", "ada@example.org\n", [SPACES]),
        (
            "Course",
            "MÃ¼ller",
            [
                "Course looks like UTF-8 that was read in another encoding: “MÃ¼ller” probably means “Müller”. "
                "If so, read the file it comes from as UTF-8 and send the text again."
            ],
        ),
    ],
)
def test_what_cleaning_changes_is_said_under_its_field(field: str, sent: str, told: list[str]) -> None:
    assert warnings_of(field, sent) == told


def test_a_name_written_with_other_code_points_is_found_and_a_long_list_is_cut_short() -> None:
    document = parse_document(
        template_document(extra_fields=[{"name": "Prénom", "type": "text"}], recipient={})
    )
    sent = "".join(f"&#{number};" for number in range(65, 65 + LISTED_MAX + 2))

    assert cleaning_warnings(document, {"Pre\u0301nom": sent}) == {
        "data.Prénom": [
            "Prénom: character references of HTML were decoded: &#65;, &#66;, &#67;, &#68;, &#69; and 2 more."
        ]
    }
