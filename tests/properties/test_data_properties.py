"""What holds for every data a program may send, and for every document: an answer in words, never a defect."""

import json
from collections.abc import Callable

from hypothesis import assume, given
from hypothesis import strategies as st

from certifly.core.errors import Invalid
from certifly.templates.document import parse_document
from certifly.templates.fields import check_data
from certifly.templates.sanitise import sanitise
from certifly.templates.values import drawing_values
from tests.cast import MONDAY, template_document

TYPED = parse_document(
    template_document(
        labels=[
            {"name": "Student Name", "type": "text", "required": True, "max_length": 40},
            {"name": "Course", "type": "text"},
            {"name": "Date", "type": "date"},
            {"name": "Score", "type": "number"},
            {"name": "Link", "type": "url"},
        ]
    )
)

any_text = st.text(st.characters(codec=None, exclude_categories=[]), max_size=60)
near_misses = st.sampled_from(
    [
        "2026-11-23",
        "2026-02-30",
        "87.50",
        "1e9",
        "https://example.org/x",
        "https://[::1",
        "ada@example.org",
        "a@b",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | any_text | near_misses
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(any_text, inner), max_leaves=8
)
keys = st.sampled_from(["Student Name", "Course", "Date", "Score", "Link", "Email"]) | any_text


def refused(judge: Callable[[], object]) -> dict[str, list[str]]:
    """The faults, which must be words that an answer can hold; none when the input was taken."""
    try:
        judge()
    except Invalid as error:
        json.dumps(error.errors, ensure_ascii=False).encode("utf-8")
        return error.errors
    return {}


@given(raw=st.dictionaries(keys, anything, max_size=8) | anything)
def test_any_data_is_taken_or_refused_in_words(raw: object) -> None:
    faults = refused(lambda: check_data(TYPED, raw))

    assert all(path == "data" or path.startswith("data.") for path in faults)
    assert all(told and all(told) for told in faults.values())


@given(raw=st.dictionaries(keys, scalars, max_size=8))
def test_data_that_is_taken_can_be_stored_taken_again_and_drawn(raw: dict[str, object]) -> None:
    raw = {key: value for key, value in raw.items() if key in TYPED.fields} | {"Student Name": "Ada"}
    wrong = refused(lambda: check_data(TYPED, raw))

    data = check_data(TYPED, {key: value for key, value in raw.items() if f"data.{key}" not in wrong})

    json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert check_data(TYPED, data) == data
    values = drawing_values(
        TYPED, data, code="c", issued_at=MONDAY, check_url="https://example.org/", issuer_name="Lovelace"
    )
    assert set(values) & set(TYPED.fields) == set(data) - {"Email"}


@given(name=st.text(min_size=1, max_size=60))
def test_a_name_that_is_taken_is_kept_as_cleaning_leaves_it(name: str) -> None:
    assume(not refused(lambda: check_data(TYPED, {"Student Name": name})))

    assert check_data(TYPED, {"Student Name": name}) == {"Student Name": sanitise(name)}


@given(number=st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_is_taken_is_the_number_that_was_sent(number: float) -> None:
    sent = {"Student Name": "Ada", "Score": number}
    assume(not refused(lambda: check_data(TYPED, sent)))

    assert check_data(TYPED, sent)["Score"] == number


@given(
    key=st.sampled_from(
        ["name", "language", "timezone", "labels", "extra_fields", "recipient", "title", "layout", "x"]
    ),
    value=anything,
)
def test_any_document_is_taken_or_refused_in_words(key: str, value: object) -> None:
    raw = template_document() | {key: value}

    if not refused(lambda: parse_document(raw)):
        document = parse_document(raw)
        assert parse_document(document.to_json()) == document


elements = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "image", "qr", "rectangle", "line", "x"]) | anything},
    optional={
        name: anything | st.integers(0, 200)
        for name in (
            "text",
            "x",
            "y",
            "width",
            "height",
            "size",
            "asset",
            "alt",
            "x1",
            "y1",
            "x2",
            "y2",
            "fill",
        )
    },
)


@given(drawn=st.lists(elements | anything, max_size=4))
def test_any_layout_is_taken_or_refused_in_words(drawn: list[object]) -> None:
    layout = {"page": {"width": 297, "height": 210}, "elements": drawn}
    faults = refused(lambda: parse_document(template_document(layout=layout)))

    assert all(path.startswith("layout.") for path in faults)
