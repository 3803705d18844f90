"""Bodies as they arrive: measured, timed, and of a kind that is read here."""

import asyncio
import json
from collections.abc import Iterable

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from certifly.core.errors import Invalid
from certifly.core.limits import REQUEST_BODY_BYTES_MAX
from certifly.web.decoding import (
    BodyTooLarge,
    BodyTooSlow,
    ContentEncoded,
    MediaTypeUnsupported,
    check_json_type,
    decode_object,
    printable,
    read_body,
    read_json_object,
)
from certifly.web.headers import HeaderRepeated, list_header, only_header


def request_of(
    pieces: Iterable[bytes] = (), *, headers: Iterable[tuple[str, str]] = (), ends: bool = True
) -> Request:
    """A request whose body arrives in these pieces, and then ends or goes on for ever without a byte."""
    waiting = list(pieces)

    async def receive() -> Message:
        if waiting:
            piece = waiting.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(waiting) or not ends}
        if ends:
            return {"type": "http.disconnect"}
        await asyncio.sleep(3600)
        raise AssertionError("nobody waits that long")

    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw}, receive)


def body_of(request: Request, *, bytes_max: int = 10, seconds_max: float = 5) -> bytes:
    return asyncio.run(read_body(request, bytes_max=bytes_max, seconds_max=seconds_max))


def test_a_body_in_pieces_is_one_body() -> None:
    assert body_of(request_of([b"12", b"", b"345"])) == b"12345"


def test_a_body_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert body_of(request_of([b"12345", b"67890"])) == b"1234567890"
    with pytest.raises(BodyTooLarge, match="at most 10 bytes"):
        body_of(request_of([b"12345", b"67890", b"1"]))


@pytest.mark.parametrize("declared", ["11", "9" * 30])
def test_a_declared_length_is_believed_when_it_is_too_much(declared: str) -> None:
    with pytest.raises(BodyTooLarge):
        body_of(request_of(headers=[("Content-Length", declared)], ends=False))


@pytest.mark.parametrize("declared", ["10", "", "x", "-1", "٣"])
def test_any_other_declared_length_is_measured(declared: str) -> None:
    headers = [("Content-Length", declared.encode().decode("latin-1"))]

    assert body_of(request_of([b"1"], headers=headers)) == b"1"


def test_a_body_that_stops_half_way_is_not_waited_for_for_ever() -> None:
    with pytest.raises(BodyTooSlow, match=r"within 0\.05 seconds"):
        body_of(request_of([b"12"], ends=False), seconds_max=0.05)


def test_a_client_that_leaves_half_way_is_told_by_its_own_error() -> None:
    request = request_of()

    with pytest.raises(ClientDisconnect):
        body_of(request)


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "x" * 500])
def test_a_compressed_body_is_refused(encoding: str) -> None:
    with pytest.raises(ContentEncoded) as refused:
        body_of(request_of([b"1"], headers=[("Content-Encoding", encoding)]))

    assert len(refused.value.message) < 300


@pytest.mark.parametrize("encoding", ["identity", "IDENTITY ", ""])
def test_a_body_that_says_it_is_itself_is_taken(encoding: str) -> None:
    assert body_of(request_of([b"1"], headers=[("Content-Encoding", encoding)])) == b"1"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "APPLICATION/JSON; Charset=UTF-8",
        'application/json; charset="utf-8"',
        "application/json;charset=us-ascii",
        "application/vnd.example+json",
    ],
)
def test_json_by_any_of_its_names_is_read(content_type: str | None) -> None:
    check_json_type(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "image/svg+json",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        ";",
        "x" * 1000,
    ],
)
def test_anything_else_is_refused_in_few_words(content_type: str) -> None:
    with pytest.raises(MediaTypeUnsupported) as refused:
        check_json_type(content_type)

    assert "application/json" in refused.value.message
    assert len(refused.value.message) < 300


def test_an_object_is_read_in_one_go() -> None:
    headers = [("Content-Type", "application/json")]

    assert asyncio.run(read_json_object(request_of([b'{"a"', b":1}"], headers=headers))) == {"a": 1}
    assert asyncio.run(read_json_object(request_of([b""]))) == {}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xff", "not UTF-8: byte 0"),
        (b"{", "line 1, column 2"),
        (b"[]", "not a list"),
        (b"1", "not a number"),
        (b"1.5", "not a number"),
        (b"true", "not a boolean"),
        (b"null", "not null"),
        (b'"{}"', "not a string"),
        (b'{"a":NaN}', "NaN is not a JSON value"),
        (b'{"a":-Infinity}', "-Infinity is not a JSON value"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":' + b"1" * 401 + b"}", "too large"),
        (b'{"a":{"b":1,"b":2}}', "b stands twice"),
    ],
)
def test_each_refusal_says_what_is_wrong(raw: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        decode_object(raw, lenient=False)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"template_id": {{template_id}}, "data": {}}',
        b'"{"template_id": {{template_id}}, "data": {}}"',
        b'"{\\"template_id\\": {{template_id}}, \\"data\\": {}}"',
    ],
)
def test_the_placeholder_of_the_published_page_is_named(raw: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        decode_object(raw, lenient=True)

    assert list(refused.value.errors) == ["template_id"]


NO_NUMBERS = [
    "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55",
    "12e45678-5c39-4b1e-9c2a-7f3f0d9a1e55",
    "a2465e739-e423-40e1-b4c7-3fbf3c7fe943",
    *(
        "one",
        "my template",
        "tmpl_123",
        "id-7",
        "007",
        "00",
        "-01",
        "+1",
        "1.",
        ".5",
        "0x1F",
        "1_000",
        "1 000",
    ),
    *(
        "1e",
        "1e999",
        "1" * 401,
        "1%",
        "#1",
        "№1",
        "１",
        "1'",
        "'1'",
        "`1`",
        "1;",
        "NaN",
        "Infinity",
        "-Infinity",
    ),
    *(
        "None",
        "nil",
        "undefined",
        "True",
        "tru",
        "NULL",
        "$id",
        "${id}",
        "{id}",
        "<id>",
        "%s",
        ":id",
        "(1)",
        "",
    ),
    *("[object Object]", "{{ template_id }}", "{{id}}", "{{{id}}}", "{{", "-", "\\u0031"),
]


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize(
    "before", ["", '"data": {"Student Name": "A, {b}: \\"template_id\\": x"}, "send_email": true, ']
)
@pytest.mark.parametrize("after", ["", ', "data": {}', ',\n  "data": {"Student Name": NaN'])
def test_a_template_id_that_is_not_json_is_named(value: str, before: str, after: str) -> None:
    text = f'{{\n  {before}"template_id": {value}{after}}}'

    for raw in (text, json.dumps(text), f'"{text}"', f"\ufeff {text} "):
        with pytest.raises(Invalid) as refused:
            decode_object(raw.encode(), lenient=True)
        assert list(refused.value.errors) == ["template_id"], raw
        assert "such as 1." in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        '{"template_id": 1, "data": {"Student Name": Ada}}',
        '{"template_id": 1, "data": {"template_id": 0b6f}}',
        '{"template_id": 1, "data": {"Student Name": NaN}}',
        '{"template_id": 1, "data": 1e999}',
        '{"data": {"Student Name": Ada}, "template_id": 0b6f}',
        '{"data": {}, send_email: true, "template_id": 0b6f}',
        '{"data" {}, "template_id": 0b6f}',
        '{"data: {}}',
        '{"template_id": 1 "data": {}}',
        '{"template_id": 1\n"data": {}}',
        '{"template_id": 1} "data": {}}',
        '{"template_id": "1"x, "data": {}}',
        '{"template_id": "0b6f, "data": {}}',
        '{"template_id": "0b6f',
        '{"template_id": {"a": ',
        '{"template_id": ',
        '{"template_id": 12',
        '{"template_id"',
        '{"template_ids": 0b6f}',
        '{"Template_id": 0b6f}',
        '[{"template_id": 0b6f}]',
        "{'template_id': 1}",
        "{template_id: 1}",
    ],
)
def test_an_error_elsewhere_is_an_error_of_the_body(text: str) -> None:
    for raw in (text, json.dumps(text)):
        with pytest.raises(Invalid) as refused:
            decode_object(raw.encode(), lenient=True)
        assert list(refused.value.errors) == ["body"], raw


@pytest.mark.parametrize(
    "value", ["1", "007x", '"0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"', "true", "null", "[1]", "1.5"]
)
def test_a_value_that_is_json_is_left_to_the_field(value: str) -> None:
    quoted = json.dumps(value) if value == "007x" else value

    assert decode_object(f'{{"template_id": {quoted}}}'.encode(), lenient=True) == {
        "template_id": json.loads(quoted)
    }


def test_a_body_of_the_largest_size_is_judged_like_a_small_one() -> None:
    members = "".join(f'"k{number}": [{{}}], ' for number in range(REQUEST_BODY_BYTES_MAX // 20))
    blanks = " " * (REQUEST_BODY_BYTES_MAX // 2)

    for text in (f'{{{members}"template_id": 0b6f}}', f'{{"template_id":{blanks}0b6f{blanks}}}'):
        with pytest.raises(Invalid) as refused:
            decode_object(text.encode(), lenient=True)
        assert list(refused.value.errors) == ["template_id"]


def test_a_string_is_decoded_once_more_and_not_twice() -> None:
    assert decode_object(b'"{}"', lenient=True) == {}
    with pytest.raises(Invalid, match="not a string"):
        decode_object(b'"\\"{}\\""', lenient=True)


def test_a_key_of_any_length_and_kind_is_fit_to_be_shown() -> None:
    assert printable("a" * 80) == "a" * 80
    assert printable("a" * 81) == "a" * 79 + "…"
    assert printable("\ud800") == "?"


def test_a_header_stands_once_or_not_at_all() -> None:
    twice = request_of(headers=[("X-One", "a"), ("X-One", "b")])

    assert only_header(request_of(), "X-One") is None
    assert only_header(request_of(headers=[("x-one", "a")]), "X-One") == "a"
    with pytest.raises(HeaderRepeated, match="X-One stands more than once"):
        only_header(twice, "X-One")
    assert list_header(twice, "X-One") == "a, b"
    assert list_header(request_of(), "X-One") is None
