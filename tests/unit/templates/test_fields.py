"""The data of one certificate against its template: what is taken, what is refused, and in which words."""

from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.core.limits import DATA_KEYS_MAX
from certifly.templates.document import VALUE_LINES_MAX, TemplateDocument, parse_document
from certifly.templates.faults import FAULTS_MAX
from certifly.templates.fields import SENT_CHARACTERS_MAX, check_data
from tests.cast import ADA, ADAS_ADDRESS, template_document, text_element


def document_with(
    *labels: dict[str, Any], extra_fields: list[dict[str, Any]] | None = None
) -> TemplateDocument:
    return parse_document(
        template_document(
            labels=list(labels),
            extra_fields=extra_fields or [],
            recipient={},
            title="A certificate",
            layout={"page": {"width": 297, "height": 210}, "elements": [text_element("A certificate")]},
        )
    )


def one(kind: str, **changes: Any) -> TemplateDocument:
    return document_with({"name": "Field", "type": kind} | changes)


def faults_of(document: TemplateDocument, raw: object) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        check_data(document, raw)
    return refused.value.errors


COMPLETION = parse_document(template_document())


def test_the_values_come_back_clean_and_in_the_order_of_the_template() -> None:
    sent = {"Email": ADAS_ADDRESS, "Course": " <b>Engines</b>\n", "Student Name": ADA}

    data = check_data(COMPLETION, sent)

    assert list(data.items()) == [("Student Name", ADA), ("Course", "Engines"), ("Email", ADAS_ADDRESS)]


def test_a_key_spelt_with_other_code_points_is_the_same_key() -> None:
    document = document_with({"name": "Prénom", "type": "text"})

    assert check_data(document, {"Pre\u0301nom": "Ada"}) == {"Prénom": "Ada"}


def test_a_key_sent_in_both_spellings_is_refused() -> None:
    document = document_with({"name": "Prénom", "type": "text"})

    assert "sent twice" in faults_of(document, {"Pre\u0301nom": "Ada", "Prénom": "Eve"})["data.Prénom"][0]


@pytest.mark.parametrize("blank", [None, "", "  ", "<b></b>", "\u200b"])
def test_what_is_blank_counts_as_not_sent(blank: object) -> None:
    assert check_data(COMPLETION, {"Student Name": ADA, "Course": blank}) == {"Student Name": ADA}
    assert faults_of(COMPLETION, {"Student Name": blank}) == {
        "data.Student Name": ["Student Name is required and must not be blank."]
    }


def test_an_empty_list_is_the_empty_map_of_php() -> None:
    assert check_data(one("text"), []) == {}
    assert list(faults_of(COMPLETION, [])) == ["data.Student Name"]


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (None, "is required"),
        ([1], "not a list"),
        ("x", "not text"),
        (7, "not a number"),
        (1.5, "not a number"),
        (True, "not true or false"),
    ],
)
def test_data_that_is_no_map_is_refused(raw: object, told: str) -> None:
    errors = faults_of(COMPLETION, raw)

    assert list(errors) == ["data"]
    assert told in errors["data"][0]


def test_every_fault_of_a_request_is_told_at_once_the_templates_own_fields_first() -> None:
    sent = {"Nickname": "x", "Date": "23/11/2026", "Email": "ada", "student_name": ADA, "Course": 5}

    assert list(faults_of(COMPLETION, sent)) == [
        "data.Student Name",
        "data.Course",
        "data.Date",
        "data.Email",
        "data.Nickname",
        "data.student_name",
    ]


@pytest.mark.parametrize(
    "written", ["student name", "Student_Name", "StudentName", "Studnet Name", "Student Nam"]
)
def test_a_misspelt_key_is_answered_with_the_right_one(written: str) -> None:
    errors = faults_of(COMPLETION, {written: ADA})

    assert errors[f"data.{written}"] == [
        f"{written} is not a field of this template. Did you mean Student Name?"
    ]


@pytest.mark.parametrize("written", ["Nickname", "Name", "", "x" * 500, "\ud800"])
def test_a_key_that_is_near_to_none_gets_no_guess(written: str) -> None:
    (told,) = faults_of(one("text"), {written: ADA}).values()

    assert "Did you mean" not in told[0]
    assert len(told[0]) < 200
    told[0].encode()


def test_no_guess_is_made_between_two_keys_that_are_as_near() -> None:
    document = document_with({"name": "Date 1", "type": "text"}, {"name": "Date 2", "type": "text"})

    (told,) = faults_of(document, {"Date 3": "x"}).values()

    assert "Did you mean" not in told[0]


@pytest.mark.parametrize("value", [5, 1.5, True, False, ["Ada"], {"first": "Ada"}])
@pytest.mark.parametrize("kind", ["text", "email", "date", "url"])
def test_only_text_is_taken_where_text_is_wanted(kind: str, value: object) -> None:
    assert "must be text in double quotes" in faults_of(one(kind), {"Field": value})["data.Field"][0]


def test_text_may_be_as_long_as_its_field_allows_and_no_longer() -> None:
    document = one("text", max_length=5)

    assert check_data(document, {"Field": "abcde"}) == {"Field": "abcde"}
    assert "6 characters. At most 5" in faults_of(document, {"Field": "abcdef"})["data.Field"][0]


def test_length_is_counted_after_cleaning_in_code_points() -> None:
    document = one("text", max_length=5)

    assert check_data(document, {"Field": "<b> Jose\u0301 </b>\u202e"}) == {"Field": "José"}
    assert check_data(document, {"Field": "𠮷𠮷𠮷𠮷𠮷"}) == {"Field": "𠮷𠮷𠮷𠮷𠮷"}


def test_a_field_that_names_no_length_takes_five_hundred_characters() -> None:
    assert check_data(one("text"), {"Field": "x" * 500}) == {"Field": "x" * 500}
    assert "data.Field" in faults_of(one("text"), {"Field": "x" * 501})


def test_a_string_of_absurd_length_is_not_even_cleaned() -> None:
    most = "<b>" * ((SENT_CHARACTERS_MAX - 2) // 3)

    assert check_data(one("text"), {"Field": most + "ok"}) == {"Field": "ok"}
    assert "too long" in faults_of(one("text"), {"Field": most + "ok" * 10})["data.Field"][0]


def test_half_a_surrogate_pair_is_refused_at_its_field() -> None:
    assert "surrogate" in faults_of(one("text"), {"Field": "Ada \ud83d"})["data.Field"][0]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (ADAS_ADDRESS, ADAS_ADDRESS),
        (" Ada@Example.ORG ", "Ada@example.org"),
        ("ada+engines@mail.example.co.uk", "ada+engines@mail.example.co.uk"),
        ("ada@lovelace.test", "ada@lovelace.test"),
        ("ada@bücher.example", "ada@bücher.example"),
    ],
)
def test_an_email_field_takes_one_address(sent: str, kept: str) -> None:
    assert check_data(one("email"), {"Field": sent}) == {"Field": kept}


@pytest.mark.parametrize(
    "sent",
    [
        "ada",
        "ada@",
        "@example.org",
        "ada@localhost",
        "ada@example..org",
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "ada lovelace@example.org",
        "a" * 65 + "@example.org",
        "ada@" + "e" * 260 + ".org",
    ],
)
def test_an_email_field_refuses_what_is_no_single_address(sent: str) -> None:
    assert "data.Field" in faults_of(one("email"), {"Field": sent})


@pytest.mark.parametrize("day", ["2026-11-23", "2024-02-29", "0001-01-01", "9999-12-31"])
def test_a_date_field_takes_days_of_the_calendar(day: str) -> None:
    assert check_data(one("date"), {"Field": day}) == {"Field": day}


@pytest.mark.parametrize(
    "day",
    [
        "23/11/2026",
        "2026-11-23T16:00:00Z",
        "20261123",
        "2026-W48-1",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "2026-1-2",
        "٢٠٢٦-١١-٢٣",
        "Monday",
    ],
)
def test_a_date_field_refuses_every_other_way_to_write_a_day(day: str) -> None:
    assert "data.Field" in faults_of(one("date"), {"Field": day})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (42, 42),
        (-7, -7),
        (87.5, 87.5),
        (0, 0),
        (-0.0, 0.0),
        (1e-7, 1e-7),
        (999_999_999_999_999, 999_999_999_999_999),
        ("87.50", "87.50"),
        (" 42 ", "42"),
        ("-0.5", "-0.5"),
        ("999999999999.999", "999999999999.999"),
        ("0.000000000000001", "0.000000000000001"),
    ],
)
def test_a_number_field_keeps_numbers_as_they_were_sent(sent: object, kept: object) -> None:
    data = check_data(one("number"), {"Field": sent})

    assert repr(data["Field"]) == repr(kept)


@pytest.mark.parametrize(
    "sent",
    [
        10**15,
        -(10**15),
        pytest.param(10**400, id="ten to the four hundredth"),
        1e15,
        1e300,
        float("inf"),
        pytest.param(float("nan"), id="not a number"),
        0.1 + 0.2,
        1e-16,
        "9999999999999999",
        "0.0000000000000001",
        pytest.param("1" * 400, id="four hundred ones"),
        "12345678.123456789",
        "1,5",
        "1e3",
        "007",
        "+1",
        ".5",
        "5.",
        "0x10",
        "٤٢",
        "42 kg",
        "NaN",
        "ten",
        True,
        [1],
        {},
    ],
)
def test_a_number_field_refuses_what_would_not_be_printed_as_it_is_meant(sent: object) -> None:
    (told,) = faults_of(one("number"), {"Field": sent}).values()

    assert told[0].startswith("Field must be a number")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org:8080/courses/1?a=b&c=%20#top",
        "https://bücher.example/straße",
        "https://192.0.2.1/",
        "https://[2001:db8::1]:8443/x",
        "https://intranet/course",
    ],
)
def test_a_url_field_takes_web_addresses_as_they_are(address: str) -> None:
    assert check_data(one("url"), {"Field": address}) == {"Field": address}


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user:secret@example.org",
        "https://example.org@evil.example",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/\\evil",
        'https://example.org/"onclick',
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://[::1",
        "https://[nonsense]/",
        "https://exam!ple.org",
        "https://" + "a." * 150 + "org",
    ],
)
def test_a_url_field_refuses_what_a_reader_could_not_follow_safely(address: str) -> None:
    assert "data.Field" in faults_of(one("url"), {"Field": address})


def test_an_address_on_the_web_is_bounded_even_where_the_field_allows_more() -> None:
    document = one("url", max_length=5000)

    def address(length: int) -> str:
        return "https://example.org/".ljust(length, "x")

    assert check_data(document, {"Field": address(2048)}) == {"Field": address(2048)}
    assert "2048" in faults_of(document, {"Field": address(2049)})["data.Field"][0]


def test_the_number_of_keys_is_bounded() -> None:
    at_most = {f"key {index}": None for index in range(DATA_KEYS_MAX)}

    assert "data" in faults_of(one("text"), at_most | {"one more": None})
    assert "is not a field" in faults_of(one("text"), at_most)["data.key 0"][0]


def test_the_number_of_faults_told_is_bounded_and_the_rest_is_counted() -> None:
    errors = faults_of(one("text"), {f"key {index}": None for index in range(FAULTS_MAX + 2)})

    assert len(errors) == FAULTS_MAX + 1
    assert errors["data"] == ["There are 2 more of such faults. Mend these first."]


def test_as_many_faults_as_are_told_leave_nothing_to_count() -> None:
    errors = faults_of(one("text"), {f"key {index}": None for index in range(FAULTS_MAX)})

    assert "data" not in errors
    assert len(errors) == FAULTS_MAX


def test_one_fault_too_many_is_counted_in_the_singular() -> None:
    errors = faults_of(one("text"), {f"key {index}": None for index in range(FAULTS_MAX + 1)})

    assert errors["data"] == ["There is 1 more of such faults. Mend these first."]


def test_a_text_of_several_lines_keeps_them_up_to_a_number() -> None:
    document = parse_document(
        template_document(extra_fields=[{"name": "Note", "type": "text", "multiline": True}], recipient={})
    )
    most = "\n".join("x" * VALUE_LINES_MAX)

    assert check_data(document, {"Student Name": ADA, "Note": f"\r\n{most}\r\n"})["Note"] == most
    with pytest.raises(Invalid) as refused:
        check_data(document, {"Student Name": ADA, "Note": f"{most}\rx"})
    assert refused.value.errors == {
        "data.Note": [f"Note has {VALUE_LINES_MAX + 1} lines. At most {VALUE_LINES_MAX} are accepted."]
    }


def test_a_value_that_is_kept_is_taken_as_it_is_unless_another_is_sent() -> None:
    document = parse_document(template_document())
    kept = {"Student Name": "&lt;", "Course": "&lt;"}

    assert check_data(document, {"Course": "&lt;3"}, kept=kept) == {"Student Name": "&lt;", "Course": "<3"}
