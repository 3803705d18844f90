"""Whatever bytes a client sends: an object or a clear refusal, never anything else, and never by accident."""

import json
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from certifly.certificates.request import FIELDS, UNKNOWN_KEYS_NAMED_MAX, read_request
from certifly.core.errors import Invalid
from certifly.core.ids import parse_id
from certifly.core.limits import IDS_MAX, PAGE_DEFAULT, PAGE_MAX
from certifly.web.decoding import DEPTH_MAX, decode_object
from certifly.web.idempotency import read_key
from certifly.web.paging import CURSOR_LENGTH_MAX, make_cursor, read_page, read_parameters
from certifly.web.recorded import KEY_LENGTH_MAX

LIST: Any = {"list_name": "certificates", "tenant_id": 1, "key": "k" * 32}

# Halves of surrogate pairs are text to JSON, so they are text here.
texts = st.text(st.characters(exclude_categories=()), max_size=20)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(texts, values, max_size=6)

JSON_PIECES = st.sampled_from(
    [
        *("{", "}", "[", "]", ",", ":", '"', "\\", '"{', '}"', '"a":1', "{{template_id}}", '"template_id"'),
        *("NaN", "-", "0.1", "1e999", "9" * 500, "true", "null", "\\ud800", "\\u0000"),
        *(" ", "\n", "\ufeff", "é"),
    ]
)
json_like = st.lists(JSON_PIECES | texts, max_size=30).map("".join)
raw_bodies = st.binary(max_size=200) | json_like.map(lambda text: text.encode("utf-8", "surrogatepass"))


@given(raw=raw_bodies, lenient=st.booleans())
@example(raw=b'"{"a":1}"', lenient=True)
@example(raw=b'"{}"', lenient=True)
@example(raw=b'"\\"{}\\""', lenient=True)
@example(raw=b'"{{}"', lenient=True)
@example(raw=b'{"a":1,"a":1}', lenient=False)
@example(raw=b"[" * 100_000, lenient=True)
@example(raw=b'{"a":' * 100_000, lenient=True)
@example(raw=b'"' + b"[" * 100_000 + b'"', lenient=True)
@example(raw=b'"{' + b"[" * 100_000 + b'}"', lenient=True)
@example(raw=b"\xef\xbb\xbf{}", lenient=False)
@example(raw=b"\xed\xa0\x80", lenient=False)
@example(raw=b"-" + b"9" * 250_000, lenient=False)
@example(raw=b'{"a":1' + b"0" * 400 + b"e-99}", lenient=False)
def test_any_bytes_are_an_object_or_refused(raw: bytes, lenient: bool) -> None:
    try:
        found = decode_object(raw, lenient=lenient)
    except Invalid as refused:
        told = json.dumps(refused.errors, ensure_ascii=False).encode()  # fit to be sent
        assert len(told) < 1000
    else:
        assert isinstance(found, dict)


@given(body=objects)
def test_an_object_comes_through_as_it_is_in_each_of_the_three_ways_clients_send_one(
    body: dict[str, Any],
) -> None:
    written = json.dumps(body)
    bare = f'"{written}"'
    expected = json.loads(written)

    assert decode_object(written.encode(), lenient=False) == expected
    assert decode_object(json.dumps(body, ensure_ascii=True).encode("utf-8-sig"), lenient=True) == expected
    assert decode_object(json.dumps(written).encode(), lenient=True) == expected
    if body:
        assert decode_object(bare.encode(), lenient=True) == expected


@given(body=objects)
def test_the_other_calls_repair_nothing(body: dict[str, Any]) -> None:
    for raw in (json.dumps(json.dumps(body)), f'"{json.dumps(body)}"'):
        with pytest.raises(Invalid):
            decode_object(raw.encode(), lenient=False)


@given(depth=st.integers(1, 2 * DEPTH_MAX), is_list=st.booleans())
@example(depth=DEPTH_MAX - 1, is_list=True)
@example(depth=DEPTH_MAX, is_list=True)
def test_nesting_has_one_limit_however_it_is_made(depth: int, is_list: bool) -> None:
    inner = "[" * depth + "]" * depth if is_list else '{"a":' * depth + "{}" + "}" * depth
    raw = ('{"a":' + inner + "}").encode()
    levels = 1 + depth + (0 if is_list else 1)

    if levels <= DEPTH_MAX:
        assert decode_object(raw, lenient=False)
    else:
        with pytest.raises(Invalid, match="nested too deeply"):
            decode_object(raw, lenient=False)


@given(body=objects, key=texts)
def test_a_key_that_stands_twice_is_refused_by_its_name(body: dict[str, Any], key: str) -> None:
    written = json.dumps({**body, key: 1})[:-1] + f",{json.dumps(key)}:2}}"

    with pytest.raises(Invalid) as refused:
        decode_object(written.encode(), lenient=False)

    assert len(refused.value.errors) == 1
    assert "stands twice" in str(refused.value.errors)


@given(body=objects | st.dictionaries(st.sampled_from([*FIELDS, "template-id", "Data"]), values))
def test_any_object_is_a_request_or_has_faults_at_its_own_keys(body: dict[str, Any]) -> None:
    request, faults = read_request(body)

    json.dumps(faults, ensure_ascii=False).encode()
    assert request.template_id is None or (
        type(request.template_id) is int and 1 <= request.template_id <= IDS_MAX
    )
    assert (request.template_id is None) == ("template_id" in faults)
    assert (request.data is None) == ("data" in faults)
    unknown = [key for key in body if key not in FIELDS]
    assert bool(unknown) == bool(set(faults) - set(FIELDS))
    assert all(message for messages in faults.values() for message in messages)


@given(count=st.integers(0, 3 * UNKNOWN_KEYS_NAMED_MAX))
def test_unknown_keys_are_named_up_to_a_limit(count: int) -> None:
    _, faults = read_request(
        {"template_id": 1, "data": {}} | {f"unknown{number}": 1 for number in range(count)}
    )

    assert len(faults) == min(count, UNKNOWN_KEYS_NAMED_MAX)


@given(number=st.integers(1, IDS_MAX))
def test_an_id_as_number_and_as_text_is_the_same(number: int) -> None:
    assert parse_id(str(number)) == number
    assert read_request({"template_id": str(number), "data": {}}) == read_request(
        {"template_id": number, "data": {}}
    )


@given(text=st.text(st.sampled_from("0123456789+-_. ٣３e"), max_size=20) | texts)
@example(text=str(IDS_MAX + 1))
@example(text="0")
@example(text="01")
@example(text="1\n")
def test_every_id_is_written_in_one_way(text: str) -> None:
    number = parse_id(text)

    assert number is None or (str(number) == text and 1 <= number <= IDS_MAX)


@given(after=st.integers(1, IDS_MAX))
def test_a_cursor_leads_on_from_where_it_was_made(after: int) -> None:
    cursor = make_cursor(after, **LIST)
    assert len(cursor) <= CURSOR_LENGTH_MAX

    page, faults = read_page({"cursor": cursor}, **LIST)

    assert not faults
    assert page is not None and (page.after, page.limit) == (after, PAGE_DEFAULT)


@given(after=st.integers(1, IDS_MAX), other=st.sampled_from(["list_name", "tenant_id", "key"]))
def test_a_cursor_is_valid_for_its_own_list_tenant_and_installation_only(after: int, other: str) -> None:
    elsewhere = LIST | {other: 2 if other == "tenant_id" else "another" * 8}

    _, faults = read_page({"cursor": make_cursor(after, **LIST)}, **elsewhere)

    assert list(faults) == ["cursor"]


@given(
    after=st.integers(1, IDS_MAX),
    position=st.integers(0, 100),
    put=st.text(st.sampled_from(string.ascii_letters + string.digits + "-_=+/ \n\0é"), max_size=2),
)
def test_a_cursor_that_is_not_the_very_one_that_was_made_is_refused(
    after: int, position: int, put: str
) -> None:
    cursor = make_cursor(after, **LIST)
    position %= len(cursor)
    changed = cursor[:position] + put + cursor[position + 1 :]

    _, faults = read_page({"cursor": changed}, **LIST)

    assert bool(faults) == (changed != cursor)


@given(text=texts)
def test_nobody_makes_up_a_cursor(text: str) -> None:
    assert list(read_page({"cursor": text}, **LIST)[1]) == ["cursor"]


@given(text=st.integers(-5, 200).map(str) | texts)
@example(text="0000000010000")
@example(text="1" + "0" * 5000)
def test_no_limit_passes_the_greatest_page(text: str) -> None:
    page, faults = read_page({"limit": text}, **LIST)

    assert (page is None) == (list(faults) == ["limit"])
    assert page is None or (str(page.limit) == text and 1 <= page.limit <= PAGE_MAX)


@given(pairs=st.lists(st.tuples(st.sampled_from(["limit", "cursor"]) | texts, texts), max_size=30))
def test_every_parameter_is_taken_once_or_is_a_fault(pairs: list[tuple[str, str]]) -> None:
    parameters, faults = read_parameters(pairs, {"limit", "cursor"})

    names = [name for name, _ in pairs]
    assert set(parameters) <= {"limit", "cursor"}
    assert bool(faults) == (len(parameters) != len(pairs))
    for name, value in parameters.items():
        assert (name, value) in pairs
        assert (names.count(name) > 1) == (name in faults)


@given(header=st.text(st.characters(max_codepoint=255), max_size=300), body=objects)
@example(header='"' + "k" * KEY_LENGTH_MAX + '"', body={})
@example(header="k" * (KEY_LENGTH_MAX + 1), body={})
@example(header='"', body={})
def test_any_header_is_a_key_or_refused(header: str, body: dict[str, Any]) -> None:
    try:
        key = read_key(header, body)
    except Invalid as refused:
        key, faults = None, refused.errors
    else:
        faults = {}

    if key is None:
        assert list(faults) == ["Idempotency-Key"]
    else:
        assert 1 <= len(key.name) <= KEY_LENGTH_MAX
        assert key.name.isascii() and key.name.isprintable()


@given(one=objects, other=objects)
@example(one={"a": 1}, other={"a": True})
@example(one={"a": 1}, other={"a": 1.0})
@example(one={"a": "1"}, other={"a": 1})
@example(one={"a": []}, other={"a": {}})
@example(one={"a": 0}, other={"a": None})
@example(one={"\ud800": 1}, other={"?": 1})
def test_two_bodies_share_a_fingerprint_exactly_when_they_are_the_same_json(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = read_key("k", one), read_key("k", other)
    assert first is not None and second is not None

    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (first.fingerprint == second.fingerprint) == same
    reordered = read_key("k", dict(reversed(one.items())))
    assert reordered == first


def test_no_header_is_no_key() -> None:
    assert read_key(None, {}) is None
