"""The door for AI clients against those who do not mean well, or do not know how: every answer is one, in words."""

import asyncio
import json
import logging
import re
import shutil
import socket
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from mcp.shared.exceptions import MCPError

from certifly.core.logging import JSONFormatter
from certifly.mcp.guard import (
    ANONYMOUS_BYTES_HELD_MAX,
    ANONYMOUS_CALL_BYTES,
    ANONYMOUS_CALLS_A_MINUTE,
    MESSAGE_BYTES_MAX,
)
from certifly.web.decoding import DEPTH_MAX
from tests.ai_client import PATH, AIClient, client_of, in_both_eras, token_with
from tests.cast import ADA
from tests.public_site import PublicSite, serving
from tests.raw_http import send

LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.fixture
def site(public_sqlite: PublicSite) -> PublicSite:
    return public_sqlite


def post(site: PublicSite, body: Any, **headers: str) -> httpx.Response:
    """Send a message as bytes or as JSON, in the era that needs no header."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return site.http.post(PATH, content=content, headers=HEADERS | named)


def post_modern(site: PublicSite, method: str, params: dict[str, Any], **headers: str) -> httpx.Response:
    """Send a message of 2026."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": MODERN} | params}
    usual = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method} | headers
    return site.http.post(PATH, content=json.dumps(message).encode(), headers=HEADERS | usual)


def fault_in(response: httpx.Response) -> dict[str, Any]:
    """The error of an answer in the protocol's shape; it reveals nothing of our insides."""
    content = response.json()
    assert content["jsonrpc"] == "2.0" and "result" not in content
    for inside in ("pydantic", "Traceback", "site-packages", "ValidationError"):
        assert inside not in response.text
    fault: dict[str, Any] = content["error"]
    return fault


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("accept", ["text/event-stream", "*/*"], ids=["stream", "anything"])
def test_no_stream_is_opened_and_no_session_ended(site: PublicSite, method: str, accept: str) -> None:
    answer = site.http.request(method, PATH, headers={"Accept": accept, "Mcp-Session-Id": "x"})

    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
    assert f"{site.base_url}/docs/guides/ai-clients" in fault_in(answer)["message"]


def test_a_browser_is_shown_where_to_read_on(site: PublicSite) -> None:
    answer = site.http.get(PATH, headers={"Accept": "text/html,application/xhtml+xml"})

    assert answer.status_code == 405 and answer.headers["Content-Type"].startswith("text/html")
    assert f'<a href="{site.base_url}/docs/guides/ai-clients">' in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_every_answer_stands_in_the_frame(site: PublicSite) -> None:
    good = post(site, LISTING, X_Request_Id="from-the-client")
    bad = post(site, b"nonsense", X_Request_Id="from-the-client")

    for answer in (good, bad):
        assert answer.headers["X-Request-Id"] == "from-the-client"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    assert good.headers["Content-Type"] == "application/json" and "mcp-session-id" not in good.headers
    assert fault_in(bad)["data"]["request_id"] == "from-the-client"


def test_a_refusal_names_the_request_of_the_client(site: PublicSite) -> None:
    message = LISTING | {"method": "tools/call", "params": {"name": "who_am_i"}}

    answer = post(site, message, X_Request_Id="from-the-client")

    assert "Request id: from-the-client." in answer.json()["result"]["content"][0]["text"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost:x", ""]
)
def test_a_name_that_is_not_ours_is_turned_away(site: PublicSite, host: str) -> None:
    answer = send(
        site.base_url,
        b"POST /_mcp/server HTTP/1.1\r\nHost: " + host.encode() + b"\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\n{}",
    )

    assert answer.status == 421 and "CERTIFLY_PUBLIC_URL" in answer.json()["error"]["message"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:8000", "LOCALHOST:80"])
def test_a_name_of_the_machine_itself_is_taken(site: PublicSite, host: str) -> None:
    assert post(site, LISTING, Host=host).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "file://", ""]
)
def test_a_page_of_somebody_else_is_turned_away(site: PublicSite, origin: str) -> None:
    answer = post(site, LISTING, Origin=origin)

    assert answer.status_code == 403 and "may not call" in fault_in(answer)["message"]


def test_a_page_of_our_own_is_taken(site: PublicSite) -> None:
    assert post(site, LISTING, Origin=site.base_url).status_code == 200
    assert post(site, LISTING, Origin="http://localhost:6274").status_code == 200


@pytest.mark.parametrize("name", ["Host", "Origin", "Content-Type", "MCP-Protocol-Version"])
def test_a_header_that_decides_stands_once(site: PublicSite, name: str) -> None:
    host = urlsplit(site.base_url).netloc
    values = {"Host": host, "Origin": site.base_url, "Content-Type": "application/json"}
    lines = [f"{key}: {value}" for key, value in values.items()] + [
        f"{name}: {values.get(name, '2025-06-18')}"
    ] * 2
    body = json.dumps(LISTING)
    head = "\r\n".join(
        [f"POST {PATH} HTTP/1.1", *lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    )

    answer = send(site.base_url, head.encode() + body.encode())

    assert answer.status == 400 and answer.json()["error"]["data"]["code"] == "header_repeated"


def test_a_message_is_taken_up_to_its_limit(site: PublicSite) -> None:
    whole = json.dumps(LISTING).encode()

    largest = post(site, whole + b" " * (MESSAGE_BYTES_MAX - len(whole)))
    too_large = post(site, whole + b" " * (MESSAGE_BYTES_MAX - len(whole) + 1))

    assert largest.status_code == 200
    assert too_large.status_code == 413
    assert f"at most {MESSAGE_BYTES_MAX} bytes" in fault_in(too_large)["message"]


def nested(levels: int) -> bytes:
    """A message whose params are nested so deeply that it has ``levels`` in all."""
    return (
        b'{"jsonrpc":"2.0","id":1,"method":"x","params":'
        + b'{"a":' * (levels - 2)
        + b"{}"
        + b"}" * (levels - 2)
        + b"}"
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"nonsense", id="no JSON"),
        pytest.param(b"[]", id="empty batch"),
        pytest.param(json.dumps([LISTING, LISTING]).encode(), id="batch"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"{}", id="empty object"),
        pytest.param(b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}', id="other version"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":5}', id="method is a number"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"result":{}}', id="an answer"),
        pytest.param(b'{"jsonrpc":"2.0","id":null,"method":"tools/list"}', id="id is null"),
        pytest.param(b'{"jsonrpc":"2.0","id":true,"method":"tools/list"}', id="id is a boolean"),
        pytest.param(b'{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}', id="id is a fraction"),
        pytest.param(b'{"jsonrpc":"2.0","id":[1],"method":"tools/list"}', id="id is a list"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}', id="params are a list"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"}', id="params are text"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"x":NaN}}', id="NaN"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}', id="key twice"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(nested(DEPTH_MAX + 1), id="too deep"),
        pytest.param(b"[" * 100_000, id="far too deep"),
        pytest.param(
            b'{"jsonrpc":"2.0","id":1,"method":"x","params":{"n":' + b"9" * 5000 + b"}}", id="long number"
        ),
    ],
)
@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"], ids=["handshake", "modern"])
def test_what_is_no_message_is_refused_in_words(site: PublicSite, body: bytes, version: str) -> None:
    answer = post(site, body, MCP_Protocol_Version=version)

    assert answer.status_code == 400
    assert len(fault_in(answer)["message"]) > 20


@pytest.mark.parametrize(
    ("method", "params"),
    [
        pytest.param("tools/call", {}, id="no name"),
        pytest.param("tools/call", {"name": 5}, id="name is a number"),
        pytest.param("tools/call", {"name": "who_am_i", "arguments": "x"}, id="arguments are text"),
        pytest.param("tools/call", {"name": "who_am_i", "arguments": [1]}, id="arguments are a list"),
        pytest.param("tools/call", {"name": "x" * 100_000}, id="long name"),
        pytest.param("tools/call", {"name": "\ud800"}, id="half a character"),
        pytest.param("prompts/get", {"name": "no_such"}, id="no such prompt"),
        pytest.param("resources/read", {"uri": "certifly://nothing/1"}, id="no such resource"),
        pytest.param("resources/read", {"uri": "file:///etc/passwd"}, id="a file"),
        pytest.param("resources/list", {"cursor": 5}, id="cursor is a number"),
        pytest.param("no/such/method", {}, id="no such method"),
        pytest.param("subscriptions/listen", {}, id="a stream"),
    ],
)
@pytest.mark.parametrize("is_modern", [False, True], ids=["handshake", "modern"])
def test_what_makes_no_sense_is_an_error_of_the_protocol(
    site: PublicSite, method: str, params: dict[str, Any], is_modern: bool
) -> None:
    if is_modern:
        name = params.get("name") or params.get("uri")
        headers = {"Mcp-Name": name} if isinstance(name, str) and name.isascii() and len(name) < 100 else {}
        answer = post_modern(site, method, params, **headers)
    else:
        answer = post(site, LISTING | {"method": method, "params": params})

    assert answer.status_code < 500
    assert fault_in(answer)["code"] in (-32700, -32600, -32601, -32602, -32020)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Content-Type": "text/plain"}, 415, id="text"),
        pytest.param({"Content-Type": ""}, 415, id="no type"),
        pytest.param({"Content-Type": "application/json; charset=latin-1"}, 415, id="latin-1"),
        pytest.param({"Content-Encoding": "gzip"}, 415, id="compressed"),
        pytest.param({"Accept": "text/html"}, 406, id="wants HTML"),
    ],
)
def test_what_is_sent_or_wanted_otherwise_is_refused_in_words(
    site: PublicSite, headers: dict[str, str], status: int
) -> None:
    answer = site.http.post(PATH, json=LISTING, headers=HEADERS | headers)

    assert answer.status_code == status and fault_in(answer)["message"].endswith(".")


@pytest.mark.parametrize("accept", ["application/json", "*/*", None], ids=["json", "anything", "unsaid"])
def test_a_client_that_takes_json_alone_is_content(site: PublicSite, accept: str | None) -> None:
    headers = {"Content-Type": "application/json"} | ({"Accept": accept} if accept else {})
    request = site.http.build_request("POST", PATH, json=LISTING, headers=headers)
    if accept is None:
        del request.headers["Accept"]

    assert site.http.send(request).status_code == 200


def test_a_version_that_nobody_speaks_is_told_which_there_are(site: PublicSite) -> None:
    unspoken = {"io.modelcontextprotocol/protocolVersion": "2031-01-01"}
    params = {"_meta": MODERN | unspoken}

    answer = post_modern(site, "tools/list", params, **{"MCP-Protocol-Version": "2031-01-01"})

    assert answer.status_code == 400 and "2026-07-28" in json.dumps(fault_in(answer)["data"])


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"], ids=["handshake", "modern"])
def test_a_notification_is_taken_and_needs_no_answer(site: PublicSite, version: str) -> None:
    message = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}

    answer = post(site, message, MCP_Protocol_Version=version)

    assert answer.status_code == 202 and answer.content in (b"", b"null")


def test_strangers_are_limited_by_their_address_and_tokens_are_not(site: PublicSite) -> None:
    def status(address: str, **headers: str) -> int:
        return post(site, LISTING, X_Forwarded_For=address, **headers).status_code

    answered = [status("192.0.2.1") for _ in range(ANONYMOUS_CALLS_A_MINUTE)]
    # Time has gone on while they were sent, and lets some more pass.
    refused = eventually(
        lambda: post(site, LISTING, X_Forwarded_For="192.0.2.1", Authorization="Bearer certifly_nonsense"),
        lambda found: found.status_code == 429,
    )

    assert set(answered) == {200}
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1
    assert f"may make {ANONYMOUS_CALLS_A_MINUTE} calls a minute" in fault_in(refused)["message"]
    assert status("192.0.2.2") == 200
    assert status("192.0.2.1", Authorization=f"Bearer {site.token}") == 200


def test_of_long_messages_strangers_may_send_fewer(site: PublicSite) -> None:
    whole = json.dumps(LISTING).encode()
    largest = whole + b" " * (MESSAGE_BYTES_MAX - len(whole))
    share = ANONYMOUS_CALLS_A_MINUTE // (MESSAGE_BYTES_MAX // ANONYMOUS_CALL_BYTES)

    answered = [post(site, largest, X_Forwarded_For="192.0.2.3").status_code for _ in range(share)]
    refused = eventually(
        lambda: post(site, largest, X_Forwarded_For="192.0.2.3"), lambda found: found.status_code == 429
    )

    assert set(answered) == {200}
    assert f"may make {ANONYMOUS_CALLS_A_MINUTE} calls a minute" in fault_in(refused)["message"]
    assert post(site, largest, Authorization=f"Bearer {site.token}").status_code == 200


@pytest.mark.parametrize("kind", ["APPLICATION/JSON", "application/vnd.mcp+json", "application/json;x=y"])
def test_json_by_another_name_is_read_too(site: PublicSite, kind: str) -> None:
    assert post(site, LISTING, Content_Type=kind).status_code == 200


def test_a_client_is_told_why_it_is_turned_away(site: PublicSite) -> None:
    client = AIClient(site.base_url + PATH, headers=(("Origin", "https://evil.example"),), era="legacy")

    with pytest.raises(MCPError, match="may not call this server"):
        client.call("who_am_i")


def test_who_holds_much_back_is_refused_and_keeps_nobody_out_for_ever(site: PublicSite) -> None:
    load = site.app.state.door_for_ai_clients.load
    address = urlsplit(site.base_url)
    held: list[socket.socket] = []

    def head_from(stranger: int) -> bytes:
        return (
            f"POST {PATH} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Forwarded-For: 198.51.100.{stranger}\r\nContent-Length: {MESSAGE_BYTES_MAX}\r\n\r\n"
        ).encode()

    try:
        while load.bytes_held + MESSAGE_BYTES_MAX <= ANONYMOUS_BYTES_HELD_MAX:
            before = load.bytes_held
            connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=15)
            held.append(connection)
            connection.sendall(head_from(len(held) // 2) + b" " * (MESSAGE_BYTES_MAX - 1))
            eventually(
                lambda: load.bytes_held, lambda found, before=before: found == before + MESSAGE_BYTES_MAX - 1
            )
        over_its_share = post(site, LISTING | {"x": "x" * 1000}, **{"X-Forwarded-For": "198.51.100.1"})
        refused = post(site, LISTING | {"x": "x" * 1000})
        served = post(site, LISTING | {"x": "x" * 1000}, Authorization=f"Bearer {site.token}")
    finally:
        for connection in held:
            connection.close()

    assert len(held) == ANONYMOUS_BYTES_HELD_MAX // MESSAGE_BYTES_MAX
    assert served.status_code == 200
    assert refused.status_code == 503 and refused.headers["Retry-After"]
    assert "Repeat the request in a moment" in fault_in(refused)["message"]
    assert over_its_share.status_code == 429 and over_its_share.headers["Retry-After"]
    assert fault_in(over_its_share)["data"]["code"] == "too_many_at_once"
    eventually(lambda: load.bytes_held, lambda found: found == 0)
    assert post(site, LISTING).status_code == 200


@in_both_eras
def test_calls_at_the_same_time_never_act_for_each_other(site: PublicSite, era: str) -> None:
    tokens = {slug: token_with(site, "templates.read", slug=slug) for slug in ("babbage", "hopper", "turing")}
    clients = {slug: client_of(site, token, era) for slug, token in tokens.items()}

    async def ask(slug: str) -> list[str]:
        async def work(client: Any) -> list[str]:
            answers = await asyncio.gather(*(client.call_tool("who_am_i", {}) for _ in range(15)))
            return [answer.structured_content["tenant"]["slug"] for answer in answers]

        return await asyncio.to_thread(clients[slug].run, work)

    async def ask_all() -> list[list[str]]:
        return await asyncio.gather(*(ask(slug) for slug in tokens))

    assert asyncio.run(ask_all()) == [[slug] * 15 for slug in tokens]


@in_both_eras
def test_a_client_that_goes_away_leaves_a_whole_certificate_behind(
    site: PublicSite, era: str, caplog: pytest.LogCaptureFixture
) -> None:
    template_id = site.publish()
    arguments = {"template_id": template_id, "data": {"Student Name": ADA}, "idempotency_key": f"gone-{era}"}
    params: dict[str, Any] = {"name": "issue_certificate", "arguments": arguments}
    lines = {"Host": urlsplit(site.base_url).netloc, "Authorization": f"Bearer {site.token}"} | HEADERS
    if era == "auto":
        params["_meta"] = MODERN
        lines |= {
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call",
            "Mcp-Name": "issue_certificate",
        }
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    lines["Content-Length"] = str(len(body))
    head = (
        f"POST {PATH} HTTP/1.1\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        + "\r\n"
    )
    address = urlsplit(site.base_url)

    client = client_of(site, site.token, era)

    def issued() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.facts("find_certificates", template_id=template_id)[
            "certificates"
        ]
        return found

    # The writer has other things to do, so that the client is gone before its certificate is there.
    is_free = threading.Event()
    site.parts.database.write(site.tenant_id, lambda _: is_free.wait(15))
    try:
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=15) as connection:
            connection.sendall(head.encode() + body)
            load = site.app.state.door_for_ai_clients.load
            eventually(lambda: load.under_way, lambda found: found == 1)
        while_it_went = issued()  # asked after it, so the server knows by now that it has gone
    finally:
        is_free.set()
    found = eventually(issued, bool)
    again = client.facts("issue_certificate", **arguments)

    assert while_it_went == []
    assert [one["id"] for one in found] == [again["id"]]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_token_has_the_limit_that_the_operator_gave_it(migrated_file: Path, tmp_path: Path) -> None:
    shutil.copyfile(migrated_file, tmp_path / "certifly.db")
    with serving(tmp_path, f"sqlite:///{tmp_path}/certifly.db", rate_limit_per_minute=2) as site:
        client = client_of(site, site.token)

        assert not client.call("who_am_i").is_error
        assert not client.call("who_am_i").is_error
        words = client.refusal("who_am_i")

    assert "This token may make 2 calls a minute" in words and "HTTP 429" in words
    assert re.search(r"Wait [0-9]+ seconds, then repeat the same call", words)


def test_a_log_tells_of_a_call_by_its_route_and_nothing_of_what_is_in_it(
    site: PublicSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    arguments = {
        "template_id": site.publish(),
        "data": {"Student Name": "Unmistakable"},
        "idempotency_key": "k-log",
    }
    message = LISTING | {
        "method": "tools/call",
        "params": {"name": "issue_certificate", "arguments": arguments},
    }

    answer = post(site, message, Authorization=f"Bearer {site.token}")

    eventually(
        lambda: [record for record in caplog.records if record.message == "request"],
        lambda found: len(found) == 2,  # the last is written when the answer is out already
    )
    told = [json.loads(JSONFormatter().format(record)) for record in caplog.records]
    assert not answer.json()["result"].get("isError")
    assert [line["route"] for line in told if line["message"] == "request"] == ["/api/v1/certificates", PATH]
    assert "Unmistakable" not in str(told) and "k-log" not in str(told) and site.token not in str(told)


def eventually(ask: Any, is_so: Any) -> Any:
    """What is asked for, once it is so."""
    deadline = time.monotonic() + 15
    while not is_so(found := ask()):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found
