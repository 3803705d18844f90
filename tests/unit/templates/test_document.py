"""Template documents: what is sound, and where and how a fault is told."""

import copy
import json
from functools import partial
from typing import Any

import pytest
from pydantic_core import ErrorDetails

from certifly.core.errors import Invalid
from certifly.templates.document import (
    EXTRA_FIELDS_MAX,
    FIELD_NAME_CHARACTERS_MAX,
    LABELS_MAX,
    NAME_CHARACTERS_MAX,
    TITLE_CHARACTERS_MAX,
    VALUE_CHARACTERS_MAX,
    VALUES_MAX,
    parse_document,
    stored_document,
)
from certifly.templates.faults import FAULTS_MAX, Faults
from certifly.templates.values import title_of
from certifly.templates.wording import sentence
from tests.cast import template_document, text_element


def faults_of(raw: object) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        parse_document(raw)
    return refused.value.errors


def with_elements(*elements: dict[str, Any]) -> dict[str, Any]:
    return template_document(layout={"page": {"width": 297, "height": 210}, "elements": list(elements)})


def with_labels(*labels: dict[str, Any]) -> dict[str, Any]:
    return template_document(
        labels=list(labels),
        extra_fields=[],
        recipient={},
        title="A certificate",
        layout=with_elements(text_element("x"))["layout"],
    )


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in template_document().items() if name != key}


def test_a_sound_document_comes_back_with_its_defaults_written_out() -> None:
    written = parse_document(template_document()).to_json()

    assert written["labels"][1] == {
        "name": "Course",
        "type": "text",
        "required": False,
        "max_length": 500,
        "multiline": False,
    }
    assert written["layout"]["page"] == {"width": 297, "height": 210, "fill": "#fffdf7"}
    assert '"width": 297,' in json.dumps(written)


def test_what_is_written_is_read_as_the_same_document() -> None:
    document = parse_document(template_document())

    assert parse_document(document.to_json()) == document
    assert stored_document(json.loads(json.dumps(document.to_json()))) == document


@pytest.mark.parametrize("key", ["name", "language", "title", "layout"])
def test_name_language_title_and_layout_are_required(key: str) -> None:
    assert faults_of(without(key))[key] == [f"{key} is missing."]


def test_fields_recipient_and_time_zone_may_be_left_out() -> None:
    bare = with_elements(text_element("A certificate"))
    bare = {key: bare[key] for key in ("name", "language", "layout")} | {"title": "A certificate"}

    document = parse_document(bare)

    assert (document.labels, document.extra_fields, document.timezone) == ((), (), "UTC")
    assert document.recipient.email is None


@pytest.mark.parametrize("raw", [None, [], "x", 7])
def test_a_document_is_an_object(raw: object) -> None:
    assert faults_of(raw) == {"document": ["document must be an object."]}


@pytest.mark.parametrize(
    ("changes", "path", "told"),
    [
        ({"name": " "}, "name", "must not be blank"),
        ({"name": 5}, "name", "must be text in double quotes"),
        ({"name": "<b>x</b>"}, "name", "write it as “x”"),
        ({"name": "a\nb"}, "name", "on one line"),
        ({"name": "a\u0007"}, "name", "U+0007"),
        ({"name": "\ud800"}, "name", "U+D800"),
        ({"name": "\u202ex"}, "name", "U+202E"),
        ({"name": "q" + "\u0301" * 31}, "name", "30 accents"),
        ({"name": "x" * (NAME_CHARACTERS_MAX + 1)}, "name", f"at most {NAME_CHARACTERS_MAX}"),
        ({"title": "x" * (TITLE_CHARACTERS_MAX + 1)}, "title", f"at most {TITLE_CHARACTERS_MAX}"),
        ({"title": "for {Student Name"}, "title", "no partner"),
        ({"language": "english"}, "language", "must be a language tag"),
        ({"language": "xx"}, "language", "know no dates"),
        ({"timezone": "Mars/Olympus"}, "timezone", "IANA"),
        ({"labels": {}}, "labels", "must be a list"),
        ({"labels": ["Student Name"]}, "labels.0", "must be an object"),
        ({"labels": [{"name": "x"}]}, "labels.0.type", "is missing"),
        ({"labels": [{"name": "x", "type": "image"}]}, "labels.0.type", "must be 'text', 'email'"),
        (
            {"labels": [{"name": "x", "type": "text", "required": "yes"}]},
            "labels.0.required",
            "true or false",
        ),
        ({"labels": [{"name": "x", "type": "text", "max_length": 0}]}, "labels.0.max_length", "at least 1"),
        (
            {"labels": [{"name": "x", "type": "text", "max_length": 1.5}]},
            "labels.0.max_length",
            "whole number",
        ),
        (
            {"labels": [{"name": "x", "type": "text", "max_length": "5"}]},
            "labels.0.max_length",
            "whole number",
        ),
        ({"labels": [{"name": "x", "type": "text", "lable": 1}]}, "labels.0.lable", "not a known key"),
        (
            {"labels": [{"name": "x", "type": "text", "requierd": True}]},
            "labels.0.requierd",
            "Did you mean required?",
        ),
        ({"recipient": {"mail": "Email"}}, "recipient.mail", "Did you mean email?"),
        ({"recipient": {"name": "Date"}}, "recipient.name", "no label of type text"),
        ({"recipient": {"name": "Email"}}, "recipient.name", "no label of type text"),
        ({"name": "M\ufffdller"}, "name", "wrong encoding"),
        ({"title": "Smith &amp; Sons"}, "title", "write it as “Smith & Sons”"),
        ({"title": "the <script> element"}, "title", "<script> without </script>"),
        ({"recipient": {"email": "Student Name"}}, "recipient.email", "no field of type email"),
        ({"recipient": {"email": "Nobody"}}, "recipient.email", "no field of type email"),
        ({"langauge": "en"}, "langauge", "Did you mean language?"),
        ({"layout": {"page": {"width": 297, "height": 210}}}, "layout.elements", "is missing"),
        (
            {"layout": {"page": {"width": 297, "height": 210}, "elements": []}},
            "layout.elements",
            "at least one element",
        ),
        (
            {"layout": {"page": {"width": 1, "height": 210}, "elements": []}},
            "layout.page.width",
            "at least 20",
        ),
        ({"layout": {"pages": 1, "elements": []}}, "layout.pages", "Did you mean page?"),
        (
            {"layout": {"page": {"width": 297, "height": 210, "color": "#000000"}, "elements": []}},
            "layout.page.color",
            "not a known key",
        ),
    ],
)
def test_a_fault_is_told_at_its_place(changes: dict[str, Any], path: str, told: str) -> None:
    assert told in faults_of(template_document(**changes))[path][0]


@pytest.mark.parametrize(
    ("element", "path", "told"),
    [
        ({"type": "txt"}, "layout.elements.1", 'unknown "type" txt'),
        ({"text": "x"}, "layout.elements.1", 'needs a "type"'),
        (7, "layout.elements.1", "must be an object"),
        (text_element("{Student Nmae}"), "layout.elements.1.text", "Did you mean {Student Name}?"),
        (text_element("{Grade}"), "layout.elements.1.text", "There are: {Course}, {Date}, {Student Name}"),
        (text_element("{Email}"), "layout.elements.1.text", "never printed"),
        (text_element("{certificate.cod}"), "layout.elements.1.text", "Did you mean {certificate.code}?"),
        (text_element("{}"), "layout.elements.1.text", "has no name"),
        (text_element(""), "layout.elements.1.text", "must not be empty"),
        (text_element("x", x="20"), "layout.elements.1.x", "must be a number"),
        (text_element("x", x=-1), "layout.elements.1.x", "at least 0"),
        (text_element("x", width=0), "layout.elements.1.width", "greater than 0"),
        (text_element("x", width=400), "layout.elements.1.width", "ends at"),
        (text_element("x", weight=450), "layout.elements.1.weight", "multiple of 100"),
        (text_element("x", color="red"), "layout.elements.1.color", "a colour such as #1d2b4f"),
        (text_element("x", colour="#000000"), "layout.elements.1.colour", "Did you mean color?"),
        (text_element("x", font="Papyrus"), "layout.elements.1.font", "no font family"),
        (text_element("x", size_min=60), "layout.elements.1", "size_min must not be larger"),
        (text_element("x", size=float("inf")), "layout.elements.1.size", "must be"),
        (text_element("x", align="middle"), "layout.elements.1.align", "must be 'left'"),
        (
            {"type": "image", "asset": "logo.png", "alt": "Logo", "x": 1, "y": 1, "width": 9, "height": 9},
            "layout.elements.1.asset",
            "sha256: and 64 hexadecimal digits",
        ),
        (
            {"type": "image", "asset": "sha256:" + "0" * 64, "x": 1, "y": 1, "width": 9, "height": 9},
            "layout.elements.1",
            "decorative",
        ),
        ({"type": "qr", "x": 1, "y": 1, "width": 20, "height": 20}, "layout.elements.1.alt", "is missing"),
    ],
)
def test_a_fault_of_an_element_names_the_element_and_the_key(element: Any, path: str, told: str) -> None:
    assert told in faults_of(with_elements(text_element("{Student Name}"), element))[path][0]


def test_the_faults_of_a_whole_document_are_told_at_once() -> None:
    raw = with_elements(text_element("x", x=-1), text_element("x", size=1))
    raw |= {"name": "", "language": "xx"}

    assert list(faults_of(raw)) == ["name", "language", "layout.elements.0.x", "layout.elements.1.size"]


@pytest.mark.parametrize("character", [".", "*", "{", "}"])
def test_a_field_name_holds_nothing_that_would_make_keys_and_placeholders_ambiguous(character: str) -> None:
    name = f"Student{character}Name"

    assert f"“{character}”" in faults_of(with_labels({"name": name, "type": "text"}))["labels.0.name"][0]


@pytest.mark.parametrize("name", ["Student Name", "A < B", "Größe (cm)", "名前", "שם", "It's"])
def test_a_field_may_be_named_in_any_script(name: str) -> None:
    assert parse_document(with_labels({"name": name, "type": "text"})).labels[0].name == name


@pytest.mark.parametrize("other", ["Größe", "GRÖSSE", "Gro\u0308ße", "Ｇröße"])
def test_two_fields_that_look_alike_are_refused(other: str) -> None:
    labels = [{"name": "Größe", "type": "text"}, {"name": other, "type": "text"}]

    assert "same name" in faults_of(with_labels(*labels))["labels.1.name"][0]


def test_a_label_and_an_extra_field_share_one_set_of_names() -> None:
    raw = template_document(extra_fields=[{"name": "course", "type": "text"}], recipient={})

    assert "same name as Course" in faults_of(raw)["extra_fields.0.name"][0]


def test_names_and_placeholders_are_compared_in_nfc() -> None:
    raw = template_document(
        labels=[{"name": "Pre\u0301nom", "type": "text"}],
        title="Pour {Prénom}",
        recipient={"name": "Pre\u0301nom"},
        layout=with_elements(text_element("{Pre\u0301nom}"))["layout"],
    )

    document = parse_document(raw)

    assert list(document.fields) == ["Prénom", "Email"]
    assert document.recipient.name == "Prénom"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("EN-gb", "en-GB"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("pt-BR", "pt-BR"),
        ("fil", "fil"),
        ("es-419", "es-419"),
    ],
)
def test_a_language_is_kept_in_its_usual_spelling(sent: str, kept: str) -> None:
    assert parse_document(template_document(language=sent)).language == kept


def test_a_document_holds_as_many_fields_as_the_limits_and_no_more() -> None:
    def fields(count: int) -> list[dict[str, Any]]:
        return [{"name": f"Field {index}", "type": "text"} for index in range(count)]

    assert len(parse_document(with_labels(*fields(LABELS_MAX))).labels) == LABELS_MAX
    assert "at most 100 items" in faults_of(with_labels(*fields(LABELS_MAX + 1)))["labels"][0]
    extra = with_labels() | {"extra_fields": fields(EXTRA_FIELDS_MAX)}
    assert len(parse_document(extra).extra_fields) == EXTRA_FIELDS_MAX
    assert "extra_fields" in faults_of(extra | {"extra_fields": fields(EXTRA_FIELDS_MAX + 1)})


def test_a_field_name_and_its_values_have_a_longest_length() -> None:
    longest = {"name": "x" * FIELD_NAME_CHARACTERS_MAX, "type": "text", "max_length": VALUE_CHARACTERS_MAX}

    assert parse_document(with_labels(longest)).labels[0].max_length == VALUE_CHARACTERS_MAX
    too_long = {
        "name": "x" * (FIELD_NAME_CHARACTERS_MAX + 1),
        "type": "text",
        "max_length": VALUE_CHARACTERS_MAX + 1,
    }
    assert set(faults_of(with_labels(too_long))) == {"labels.0.name", "labels.0.max_length"}


def test_nesting_without_end_is_refused_where_it_becomes_too_deep() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]

    assert "nested too deeply" in next(iter(faults_of(template_document(labels=deep)).values()))[0]


def test_an_extra_key_in_a_document_does_not_hide_what_it_holds() -> None:
    raw = template_document() | {"\ud800": "x"}

    assert list(faults_of(raw)) == ["?"]


def test_a_parsed_document_does_not_change_what_it_was_parsed_from() -> None:
    raw = template_document()
    before = copy.deepcopy(raw)

    parse_document(raw)

    assert raw == before


def test_a_kind_of_fault_without_a_sentence_of_its_own_is_still_told() -> None:
    unheard_of: ErrorDetails = {"type": "unheard_of", "loc": ("name",), "msg": "", "input": None}

    assert sentence("name", unheard_of, []) == "name is not valid."


def test_a_document_has_room_for_so_many_values_and_no_more() -> None:
    page = template_document()["layout"]["page"]
    beside = 2 + 2 + len(page)  # the keys of the document, of the layout, of the page

    def faults_with(items: int) -> dict[str, list[str]]:
        return faults_of({"labels": [None] * items, "layout": {"page": page, "elements": []}})

    assert "labels.0" in faults_with(VALUES_MAX - beside)
    [(place, [message])] = faults_with(VALUES_MAX - beside + 1).items()
    assert place == "document"
    assert f"more than {VALUES_MAX} values" in message


def test_sentences_beyond_those_that_are_told_are_never_made() -> None:
    made = []
    faults = Faults(subject="document")

    def sentence_of(number: int) -> str:
        made.append(number)
        return f"This is the fault number {number}."

    for number in range(FAULTS_MAX + 5):
        faults.add("name", partial(sentence_of, number))

    with pytest.raises(Invalid) as refused:
        faults.raise_if_any()
    assert made == list(range(FAULTS_MAX))
    assert refused.value.errors["document"] == ["There are 5 more of such faults. Mend these first."]


def multiline_document(**changes: Any) -> dict[str, Any]:
    labels = [
        {"name": "Student Name", "type": "text", "required": True},
        {"name": "Course", "type": "text", "multiline": True},
        {"name": "Date", "type": "date"},
    ]
    elements = [text_element("{Student Name}"), text_element("{Course}", lines_max=6, height=80)]
    layout = {"page": {"width": 297, "height": 210}, "elements": elements}
    return template_document(labels=labels, layout=layout, **changes)


def test_a_text_may_have_several_lines() -> None:
    document = parse_document(
        multiline_document(extra_fields=[{"name": "Note", "type": "text", "multiline": True}], recipient={})
    )

    assert [field.name for field in document.fields.values() if field.multiline] == ["Course", "Note"]
    assert stored_document(document.to_json()) == document


@pytest.mark.parametrize("kind", ["email", "date", "number", "url"])
def test_nothing_but_a_text_may_have_several_lines(kind: str) -> None:
    raw = template_document(extra_fields=[{"name": "Email", "type": kind, "multiline": True}], recipient={})

    assert "only a text can have several lines" in faults_of(raw)["extra_fields.0.multiline"][0]


def test_the_name_of_the_recipient_is_on_one_line() -> None:
    told = faults_of(multiline_document(recipient={"name": "Course"}))["recipient.name"]

    assert "which is multiline. A name is on one line" in told[0]


def test_several_lines_need_an_element_with_more_than_one() -> None:
    raw = multiline_document()
    raw["layout"]["elements"][1]["lines_max"] = 1

    assert "{Course} is multiline" in faults_of(raw)["layout.elements.1.lines_max"][0]


def test_a_title_with_a_value_of_several_lines_is_on_one_line() -> None:
    document = parse_document(multiline_document(title="{Student Name}: {Course}"))

    assert title_of(document, {"Student Name": "Ada", "Course": "One\nTwo"}) == "Ada: One Two"
