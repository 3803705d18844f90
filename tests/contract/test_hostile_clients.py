"""Clients that mean harm, or are broken: each gets a clear answer in the one shape, soon, and never a 5xx."""

import json
from typing import Any

import pytest

from certifly.web.connection import WAITING_MAX
from tests.cast import ADA
from tests.live import Caller, Installation
from tests.raw_http import RawAnswer, send

CREATE = b"/api/v1/certificates"
ME = b"/api/v1/me"
SOON_SECONDS = 5


@pytest.fixture(scope="module")
def tenant(live_sqlite: Installation) -> Caller:
    return live_sqlite.new_tenant()


@pytest.fixture(scope="module")
def template_id(tenant: Caller) -> int:
    return tenant.publish_template()


@pytest.fixture
def good_body(template_id: int) -> bytes:
    return json.dumps({"template_id": template_id, "data": {"Student Name": ADA}}).encode()


@pytest.fixture
def base_url(live_sqlite: Installation) -> str:
    return live_sqlite.base_url


def head(tenant: Caller, method: bytes, path: bytes, *lines: bytes) -> bytes:
    """The head of a request that carries the tenant's token and wants the connection closed."""
    fixed = (b"Host: certificates", b"Connection: close", b"Authorization: Bearer " + tenant.token.encode())
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", *fixed, *lines, b"", b""])


def posting(tenant: Caller, body: bytes, *lines: bytes, path: bytes = CREATE) -> bytes:
    return head(tenant, b"POST", path, b"Content-Length: %d" % len(body), *lines) + body


def shaped(answer: RawAnswer, status: int, code: str | None = None) -> dict[str, Any]:
    """The body of an error answer, after a look at its shape."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    assert list(body) == ["message", "errors", "code", "request_id"]
    assert code is None or body["code"] == code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert answer.seconds < SOON_SECONDS
    return body


def test_a_good_request_in_raw_bytes_is_a_good_request(
    tenant: Caller, base_url: str, good_body: bytes
) -> None:
    assert send(base_url, posting(tenant, good_body)).status == 201


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (b"/api/v1/certificates", "GET, POST"),
        (b"/api/v1/templates/1", "GET, PATCH"),
        (b"/api/v1/certificates/1/emails", "GET, POST"),
        (b"/api/v1/certificates/1", "GET"),
        (b"/api/v1/certificates/validate", "POST"),
        (b"/api/v1/templates/1/publish", "POST"),
        (b"/check/0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55", "GET, HEAD"),
        (b"/healthz", "GET, HEAD"),
        (b"/openapi.json", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", [b"OPTIONS", b"TRACE", b"DELETE", b"PROPFIND"])
def test_a_method_that_is_not_taken_is_told_every_method_that_is(
    tenant: Caller, base_url: str, method: bytes, path: bytes, allowed: str
) -> None:
    answer = send(base_url, head(tenant, method, path))

    shaped(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


def test_a_head_request_gets_no_body(tenant: Caller, base_url: str) -> None:
    for path, status in ((CREATE, 405), (b"/healthz", 200), (b"/nowhere", 404), (b"/openapi.json", 200)):
        answer = send(base_url, head(tenant, b"HEAD", path))
        assert (answer.status, answer.body) == (status, b"")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a client that speaks TLS
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\xff" * 200 + b"\r\n\r\n",
        b"FOO /api/v1/me HTTP/1.1\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nX-Odd: a\0b\r\n\r\n",
        b"GET /api/v1/me HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /api/v1/certificates/\xc3\xa9 HTTP/1.1\r\nHost: certificates\r\n\r\n",
        b"GET /api/v1/me\0 HTTP/1.1\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n",
        b"POST /api/v1/certificates HTTP/1.1\r\nContent-Length: -5\r\n\r\n{}",
        b"POST /api/v1/certificates HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /api/v1/certificates HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n{}",
        b"POST /api/v1/certificates HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    ],
)
def test_what_is_no_request_gets_the_one_shape_too(base_url: str, raw: bytes) -> None:
    shaped(send(base_url, raw), 400, "bad_request")


@pytest.mark.parametrize(
    "path",
    [
        b"/api/v1/certificates/%ff%fe",
        b"/api/v1/certificates/%ED%A0%80",
        b"/api/v1/certificates/%00",
        b"/api/v1/certificates/..%2f..%2fetc",
        b"/api/v1/certificates/1/../../me",
        b"/api/v1/certificates/1%0d%0aX-Odd:%20a",
        b"/api/v1/certificates/" + b"1" * 5000,
        b"/api/v1/certificates/00000000000000000001",
        b"/api/v1/certificates/%D9%A1",  # an Arabic digit one
        b"/api/v1/templates/01",
        b"/api/v1/assets/sha256:%ff",
        b"/api/v1/assets/..%2f..%2f",
        b"/api/v1/certificates/",
        b"/api/v1//certificates",
        b"//api/v1/certificates",
        b"/download/%0a.pdf",
        b"/download/%ff.png",
        b"/check/%0a.json",
        b"/check/%ff.json",
        b"/static/public/..%2f/x",
        b"/%ff",
        b"*",
    ],
)
def test_an_odd_path_is_not_there(tenant: Caller, base_url: str, path: bytes) -> None:
    shaped(send(base_url, head(tenant, b"GET", path)), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (b"limit=0", "limit"),
        (b"limit=101", "limit"),
        (b"limit=-1", "limit"),
        (b"limit=1.0", "limit"),
        (b"limit=%D9%A1", "limit"),
        (b"limit=", "limit"),
        (b"limit=0000000010000", "limit"),
        (b"limit=000000001" + b"0" * 5000, "limit"),
        (b"limit=1&limit=2", "limit"),
        (b"template_id=0", "template_id"),
        (b"template_id=00000000000000001999", "template_id"),
        (b"template_id=9007199254740992", "template_id"),
        (b"template_id=" + b"9" * 5000, "template_id"),
        (b"code=nonsense", "code"),
        (b"code=%00", "code"),
        (b"cursor=%ff", "cursor"),
        (b"cursor=" + b"A" * 60_000, "cursor"),
        (b"created_from=monday", "created_from"),
        (b"created_from=2026-11-23", "created_from"),
        (b"created_from=0001-01-01T00:00:00%2B23:59", "created_from"),
        (b"created_before=9999-12-31T23:59:59-23:59", "created_before"),
        (b"created_before=%ff", "created_before"),
        (b"no_such=1", "no_such"),
        (b"%ff%00=1", "\ufffd\0"),
    ],
)
def test_an_odd_parameter_is_refused_by_its_name(
    tenant: Caller, base_url: str, query: bytes, field: str
) -> None:
    answer = send(base_url, head(tenant, b"GET", CREATE + b"?" + query))

    assert list(shaped(answer, 422, "invalid")["errors"]) == [field]


def test_moments_at_the_ends_of_time_are_moments(tenant: Caller, base_url: str) -> None:
    query = b"?created_from=0001-01-01T00:00:00Z&created_before=9999-12-31T23:59:59.999999Z"

    assert send(base_url, head(tenant, b"GET", CREATE + query)).status == 200


def test_a_thousand_unknown_parameters_are_not_all_repeated(tenant: Caller, base_url: str) -> None:
    query = b"&".join(b"no_such_%d=1" % number for number in range(1000))

    body = shaped(send(base_url, head(tenant, b"GET", CREATE + b"?" + query)), 422)

    assert len(body["errors"]) == 20


def test_a_token_in_the_query_is_not_a_token(tenant: Caller, base_url: str) -> None:
    token = tenant.token.encode()
    raw = b"GET /api/v1/me?access_token=%s&token=%s HTTP/1.1\r\nConnection: close\r\n\r\n" % (token, token)

    shaped(send(base_url, raw), 401, "token_missing")


@pytest.mark.parametrize(
    "authorization", [b"Bearer \xff\xa0", b"Bearer", b"bearer\t", b"Token x", b"\xff", b""]
)
def test_an_odd_authorization_is_no_authorization(base_url: str, authorization: bytes) -> None:
    raw = b"GET /api/v1/me HTTP/1.1\r\nConnection: close\r\nAuthorization: " + authorization + b"\r\n\r\n"

    answer = send(base_url, raw)

    shaped(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"Authorization: Bearer another", "Authorization"),
        (b"Idempotency-Key: b", "Idempotency-Key"),
        (b"Content-Type: text/plain", "Content-Type"),
        (b"Content-Encoding: identity", "Content-Encoding"),
    ],
)
def test_a_deciding_header_sent_twice_is_refused(
    tenant: Caller, base_url: str, good_body: bytes, line: bytes, name: str
) -> None:
    lines = [b"Idempotency-Key: a", b"Content-Type: application/json", b"Content-Encoding: identity"]

    answer = send(base_url, posting(tenant, good_body, *lines, line))

    assert name in shaped(answer, 400, "header_repeated")["message"]


def test_an_accept_header_on_two_lines_is_one_list(tenant: Caller, base_url: str) -> None:
    lines = (b"Accept: text/html", b"Accept: application/problem+json")

    answer = send(base_url, head(tenant, b"GET", CREATE + b"/999999", *lines))

    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "accept",
    [b"application/problem+json;q=0", b"*/*", b"application/*", b"\xff", b"a" * 5000, b";;;", b"q=1"],
)
def test_an_odd_accept_gets_the_one_shape(tenant: Caller, base_url: str, accept: bytes) -> None:
    shaped(send(base_url, head(tenant, b"GET", CREATE + b"/999999", b"Accept: " + accept)), 404)


@pytest.mark.parametrize(
    "line", [b"X-Request-Id: \xff\xfe", b"Accept-Language: \xff;q=1", b"X-Odd: \x80", b"X-Odd:"]
)
def test_odd_bytes_in_other_headers_do_no_harm(tenant: Caller, base_url: str, line: bytes) -> None:
    assert send(base_url, head(tenant, b"GET", ME, line)).status == 200


@pytest.mark.parametrize("key", [b"\xe9", b"a\tb", b"  ", b'""', b"k" * 256])
def test_an_odd_idempotency_key_is_refused(
    tenant: Caller, base_url: str, good_body: bytes, key: bytes
) -> None:
    answer = send(base_url, posting(tenant, good_body, b"Idempotency-Key: " + key))

    assert list(shaped(answer, 422)["errors"]) == ["Idempotency-Key"]


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate, gzip", b"br", b"\xff", b"identity, gzip"])
@pytest.mark.parametrize("path", [CREATE, b"/api/v1/templates", b"/api/v1/assets"])
def test_a_compressed_body_is_not_unpacked(
    tenant: Caller, base_url: str, path: bytes, encoding: bytes
) -> None:
    answer = send(base_url, posting(tenant, b"{}", b"Content-Encoding: " + encoding, path=path))

    shaped(answer, 415, "content_encoding_unsupported")


def test_expecting_to_be_told_to_go_on_works(tenant: Caller, base_url: str, good_body: bytes) -> None:
    start = posting(tenant, good_body, b"Expect: 100-continue")[: -len(good_body)]

    assert send(base_url, start, good_body, wait_between=0.1).status == 201


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(tenant: Caller, base_url: str) -> None:
    start = head(tenant, b"POST", CREATE, b"Content-Length: 300000", b"Expect: 100-continue")

    shaped(send(base_url, start), 413, "body_too_large")


def test_a_chunked_body_is_measured_as_it_comes(tenant: Caller, base_url: str) -> None:
    start = head(tenant, b"POST", CREATE, b"Transfer-Encoding: chunked")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    shaped(send(base_url, start, *[chunk] * 5), 413, "body_too_large")


@pytest.mark.parametrize("chunk", [b"zz\r\nab\r\n", b"-1\r\n", b"2\r\nabcdef\r\n0\r\n\r\n"])
def test_broken_chunks_end_the_connection(tenant: Caller, base_url: str, chunk: bytes) -> None:
    start = head(tenant, b"POST", CREATE, b"Transfer-Encoding: chunked")

    with pytest.raises(IndexError):  # there is no answer to a request that never was one
        send(base_url, start, chunk, wait_between=0.2)


def test_a_body_shorter_than_it_says_is_not_read_on_into_the_next_request(
    tenant: Caller, base_url: str, good_body: bytes
) -> None:
    request = head(tenant, b"POST", CREATE, b"Content-Length: %d" % (len(good_body) - 3)) + good_body

    shaped(send(base_url, request), 422, "invalid")


@pytest.mark.parametrize("bytes_sent", [70_000, 2_000_000, 20_000_000])
def test_a_head_without_end_is_refused(tenant: Caller, base_url: str, bytes_sent: int) -> None:
    pieces = [b"GET /api/v1/me HTTP/1.1\r\nX-Long: "] + [b"a" * 10_000] * (bytes_sent // 10_000)

    shaped(send(base_url, *pieces), 431, "head_too_large")


def test_headers_by_the_ten_thousand_are_refused(tenant: Caller, base_url: str) -> None:
    lines = [b"X-%d: a" % number for number in range(10_000)]

    shaped(send(base_url, head(tenant, b"GET", ME, *lines)), 431, "head_too_large")


def test_requests_sent_all_at_once_are_answered_one_after_the_other(tenant: Caller, base_url: str) -> None:
    one = head(tenant, b"GET", ME).replace(b"Connection: close\r\n", b"")

    answer = send(base_url, one * WAITING_MAX + head(tenant, b"GET", b"/nowhere"))

    assert (
        answer.body.count(b"HTTP/1.1 200 OK") == WAITING_MAX - 1
    )  # the first one's head is in answer.status
    assert answer.body.count(b"HTTP/1.1 404 Not Found") == 1


def test_an_upgrade_is_not_taken_up(tenant: Caller, base_url: str) -> None:
    for protocol in (b"websocket", b"h2c"):
        lines = (
            b"Upgrade: " + protocol,
            b"Sec-WebSocket-Version: 13",
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        )
        request = head(tenant, b"GET", ME, *lines).replace(
            b"Connection: close", b"Connection: close, Upgrade"
        )
        assert send(base_url, request).status == 200


@pytest.mark.parametrize("length", [b"Content-Length: %d", b"Transfer-Encoding: chunked"])
def test_a_body_after_an_offer_of_another_protocol_is_read(
    tenant: Caller, base_url: str, good_body: bytes, length: bytes
) -> None:
    is_chunked = length.startswith(b"Transfer")
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(good_body), good_body) if is_chunked else good_body
    lines = (length if is_chunked else length % len(body), b"Upgrade: h2c", b"HTTP2-Settings: AAEAAEAA")
    offering = b"Connection: close, Upgrade, HTTP2-Settings"
    request = head(tenant, b"POST", CREATE, *lines).replace(b"Connection: close", offering) + body

    for size in (len(request), len(request) - len(body), len(request) - len(body) - 1, 100, 7):
        pieces = [request[start : start + size] for start in range(0, len(request), size)]
        answer = send(base_url, *pieces, wait_between=0.002)
        assert answer.status == 201, answer
        assert answer.json()["data"]["data"]["data"] == {"Student Name": ADA}


def test_offers_of_another_protocol_sent_all_at_once_are_all_declined(tenant: Caller, base_url: str) -> None:
    last = head(tenant, b"GET", b"/nowhere", b"Upgrade: h2c").replace(b": close", b": close, Upgrade")
    offer = head(tenant, b"GET", ME, b"Upgrade: h2c").replace(b": close", b": Upgrade")

    answer = send(base_url, offer * WAITING_MAX + last)

    assert (
        answer.body.count(b"HTTP/1.1 200 OK") == WAITING_MAX - 1
    )  # the first one's head is in answer.status
    assert answer.body.count(b"HTTP/1.1 404 Not Found") == 1


def test_a_tunnel_is_not_dug(tenant: Caller, base_url: str) -> None:
    shaped(send(base_url, head(tenant, b"CONNECT", b"example.org:443")), 400)
    shaped(send(base_url, head(tenant, b"CONNECT", ME)), 405)


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b'{"a":' * 40_000, ["body"]),
        (b"[" * 200_000, ["body"]),
        (b'{"template_id":' + b"1" * 250_000 + b"}", ["template_id"]),
        (b'{"template_id":-' + b"9" * 399 + b',"data":{}}', ["template_id"]),
        (b'{"template_id":0.' + b"1" * 250_000 + b',"data":{}}', ["template_id"]),
        (b'{"template_id":1e400,"data":{}}', ["template_id"]),
        (b'{"template_id":1E-999999999,"data":{}}', ["template_id"]),
        (b'{"template_id":"\\u0661","data":{}}', ["template_id"]),
        (b'{"template_id":"01","data":{}}', ["template_id"]),
        (b'"' + b'\\"' * 120_000 + b'"', ["body"]),
        (b'{"data":{' + b",".join(b'"k%d":1' % n for n in range(10_000)) + b"}}", ["template_id"]),
        (b'{"\\ud800":1,"data":{},"template_id":9}', ["?", "template_id"]),
        (b'{"template_id":9,"data":{},"template_i\\u0000d":1}', ["template_i\0d", "template_id"]),
    ],
)
def test_an_odd_body_is_refused_field_by_field(
    tenant: Caller, base_url: str, raw: bytes, fields: list[str]
) -> None:
    errors = shaped(send(base_url, posting(tenant, raw)), 422, "invalid")["errors"]

    assert sorted(errors) == sorted(fields)


def test_ten_thousand_unknown_keys_are_not_all_puzzled_over(tenant: Caller, base_url: str) -> None:
    raw = b"{" + b",".join(b'"template_id%d":1' % number for number in range(10_000)) + b"}"

    answer = send(base_url, posting(tenant, raw))

    assert len(shaped(answer, 422)["errors"]) == 22  # twenty of them, and the two keys that are missing


def test_ten_thousand_data_keys_are_counted_only(tenant: Caller, base_url: str, template_id: int) -> None:
    data = b",".join(b'"k%d":1' % number for number in range(10_000))
    raw = b'{"template_id":%d,"data":{%s}}' % (template_id, data)

    assert list(shaped(send(base_url, posting(tenant, raw)), 422)["errors"]) == ["data"]


@pytest.mark.parametrize(
    "data", ['{"\\ud800": "x"}', '{"Student Name": "\\udfff"}', '{"Student Name": 1e308}']
)
def test_odd_data_is_refused(tenant: Caller, base_url: str, template_id: int, data: str) -> None:
    raw = f'{{"template_id": {template_id}, "data": {data}}}'.encode()

    assert all(
        name.startswith("data.") for name in shaped(send(base_url, posting(tenant, raw)), 422)["errors"]
    )


@pytest.mark.parametrize(
    "content_type",
    [
        b"multipart/form-data",
        b"multipart/mixed; boundary=a",
        b"multipart/form-data; boundary=\xff\xfe",
        b"multipart/form-data; boundary=" + b"a" * 5000,
        b"multipart/form-data; boundary=a; charset=nonsense",
        b"MULTIPART/FORM-DATA; BOUNDARY=a",
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--a",
        b"--a\r\n\r\n",
        b'--a\r\nContent-Disposition: form-data; name="\xff"; filename="\0"\r\n\r\nx\r\n--a--\r\n',
        b'--a\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--a--\r\n',
        b"--a\r\n" + b"X: y\r\n" * 5000 + b"\r\nx\r\n--a--\r\n",
        (b'--a\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n' * 1000)
        + b"--a--\r\n",
    ],
)
def test_an_odd_form_is_refused(tenant: Caller, base_url: str, content_type: bytes, body: bytes) -> None:
    request = posting(tenant, body, b"Content-Type: " + content_type, path=b"/api/v1/assets")

    shaped(send(base_url, request), 422)
