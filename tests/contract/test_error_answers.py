"""Every error has the one shape, whoever makes it; nothing of a framework reaches a client."""

import re
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from certifly.core.clock import utc_now
from certifly.db.tenant import Directory
from certifly.tenants.models import Token
from certifly.tenants.scopes import SCOPES
from certifly.tenants.tenants import get_tenant
from certifly.tenants.tokens import create_token, revoke_token
from tests.cast import ADA
from tests.faults.site import wait_until
from tests.live import Caller, Installation, running


def shaped(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an error answer, after a look at its shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    assert list(body) == ["message", "errors", "code", "request_id"]
    assert body["code"] == code
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def token_for(live: Installation, tenant: Caller, **changes: Any) -> tuple[str, int]:
    """Another token of a tenant, and its id."""

    def work(directory: Directory) -> tuple[str, int]:
        facts: dict[str, Any] = {"name": "another", "scopes": list(SCOPES), "expires_at": None} | changes
        token, secret = create_token(directory, get_tenant(directory, tenant.slug), **facts, now=utc_now())
        return secret, token.id

    found: tuple[str, int] = live.on_database(lambda database: database.write_directory(work).result())
    return found


def on_directory(live: Installation, work: Callable[[Directory], Any]) -> Any:
    return live.on_database(lambda database: database.write_directory(work).result())


def test_a_call_without_a_token_is_told_how_to_send_one(live: Installation) -> None:
    anyone = live.client()

    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Basic YWRhOmFkYQ=="}):
        answer = anyone.get("/api/v1/me", headers=headers)
        body = shaped(answer, 401, "token_missing")
        assert "Authorization: Bearer" in body["message"]
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_unknown_expired_and_revoked_tokens_are_refused_alike(live: Installation, tenant: Caller) -> None:
    expired, expired_id = token_for(live, tenant, expires_at=utc_now() + timedelta(hours=1))
    revoked, revoked_id = token_for(live, tenant)

    def age(directory: Directory) -> None:
        token = directory.get(Token, expired_id)
        assert token is not None
        token.expires_at = utc_now() - timedelta(seconds=1)
        revoke_token(directory, revoked_id, now=utc_now())

    on_directory(live, age)
    unknown = "certifly_" + "A" * 43

    messages = [
        shaped(live.client(token).get("/api/v1/me"), 401, "token_refused")["message"]
        for token in (expired, revoked, unknown, "nonsense", "certifly_" + "~" * 43)
    ]
    assert len(set(messages)) == 1


def test_a_missing_scope_is_named(live: Installation) -> None:
    reader = live.new_tenant(scopes=["certificates.read"])

    answer = reader.http.post("/api/v1/certificates", json={"template_id": 1, "data": {}})

    body = shaped(answer, 403, "scope_missing")
    assert "certificates.write" in body["message"]
    assert reader.http.get("/api/v1/certificates").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("DELETE", "/api/v1/certificates", 405, "method_not_allowed"),
        ("GET", "/api/v1/certificates/999999", 404, "not_found"),
        ("GET", "/api/v1/certificates/0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55", 404, "not_found"),
        ("GET", "/api/v1/certificates/%00", 404, "not_found"),
        ("GET", f"/api/v1/certificates/{'9' * 500}", 404, "not_found"),
    ],
)
def test_what_is_not_there_has_the_same_shape(
    tenant: Caller, method: str, path: str, status: int, code: str
) -> None:
    shaped(tenant.http.request(method, path), status, code)


def test_a_method_that_is_not_taken_names_those_that_are(tenant: Caller) -> None:
    answer = tenant.http.request("DELETE", "/api/v1/certificates")

    assert {"GET", "POST"} & set(re.split(", *", answer.headers["allow"]))


CALL = re.compile(r"(GET|POST|PATCH) (/api/v1/[^\s;,.]+)")
PICTURE = "sha256:" + "0" * 64


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "POST"])
def test_who_would_change_or_delete_a_certificate_is_told_the_calls_that_do_it(
    tenant: Caller, method: str
) -> None:
    issued = tenant.issue(tenant.publish_template())["data"]

    for name in (issued["id"], issued["data"]["code"]):
        path = f"/api/v1/certificates/{name}"
        message = shaped(tenant.http.request(method, path, json={}), 405, "method_not_allowed")["message"]
        assert CALL.findall(message) == [
            ("POST", f"{path}/{what}") for what in ("replacement", "revocation", "suspension", "erasure")
        ]
        assert message.startswith(f"This address does not take {method}. It takes GET (Get a certificate).")


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("DELETE", "/api/v1/certificates", "POST /api/v1/certificates/{id}/revocation"),
        ("PUT", "/api/v1/certificates", "It takes GET (List certificates), POST (Create Certificate)."),
        ("DELETE", "/api/v1/certificates/ID/revocation", "final"),
        ("GET", "/api/v1/certificates/ID/erasure", "GET /api/v1/certificates/ID/history"),
        ("PUT", "/api/v1/certificates/ID/replacement", "It takes POST (Correct a certificate)."),
        (
            "GET",
            "/api/v1/certificates/ID/suspension",
            "It takes POST (Suspend a certificate), DELETE (Lift a suspension).",
        ),
        ("GET", "/api/v1/certificates/validate", "It takes POST (Validate without issuing)."),
        ("DELETE", "/api/v1/templates/ID", '{"archived": true}'),
        ("PUT", "/api/v1/templates/ID", "PATCH /api/v1/templates/ID, then POST /api/v1/templates/ID/publish"),
        ("DELETE", "/api/v1/templates", "PATCH /api/v1/templates/{id}"),
        ("DELETE", "/api/v1/templates/ID/publish", "PATCH /api/v1/templates/ID with"),
        ("DELETE", f"/api/v1/assets/{PICTURE}", "POST /api/v1/assets and"),
        ("DELETE", "/api/v1/me", "It takes GET (Who am I)."),
        ("DELETE", "/check/0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55", "It takes GET"),
    ],
)
def test_a_method_that_is_not_taken_is_answered_with_the_right_call(
    tenant: Caller, method: str, path: str, words: str
) -> None:
    identifier = str(tenant.issue(tenant.publish_template())["data"]["id"])
    path, words = path.replace("ID", identifier), words.replace("ID", identifier)

    message = shaped(tenant.http.request(method, path), 405, "method_not_allowed")["message"]

    assert words in message
    for other, call in CALL.findall(message):
        answer = tenant.http.request(other, call.replace("{id}", identifier), json={})
        assert answer.status_code != 405, f"{other} {call}"
        assert answer.status_code != 404, f"{other} {call}"


def test_problem_json_is_for_who_asks_for_it(tenant: Caller) -> None:
    answer = tenant.http.get("/api/v1/certificates/7", headers={"Accept": "application/problem+json"})

    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json()) == [
        "type",
        "title",
        "status",
        "detail",
        "message",
        "errors",
        "code",
        "request_id",
    ]
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("sane", ["abc-123", "01J9Z:x/y_~+=.", "a" * 128])
def test_a_sane_request_id_is_kept(tenant: Caller, sane: str) -> None:
    assert tenant.http.get("/api/v1/me", headers={"X-Request-Id": sane}).headers["x-request-id"] == sane


@pytest.mark.parametrize("odd", ["", "a" * 129, "a b", '"quoted"', "<b>", "{}"])
def test_an_odd_request_id_is_replaced(tenant: Caller, odd: str) -> None:
    made = tenant.http.get("/api/v1/me", headers={"X-Request-Id": odd}).headers["x-request-id"]

    assert re.fullmatch("[0-9a-f]{32}", made)


def test_the_request_id_is_in_the_log_and_personal_data_is_not(tenant: Caller, live: Installation) -> None:
    template_id = tenant.publish_template()
    data = {"Student Name": "Grace Unloggable", "Email": "unloggable@example.org"}
    tenant.issue(template_id, data=data, headers={"X-Request-Id": "look-for-me"})

    # The line is written when the answer is on its way, which the client may have before.
    wait_until(lambda: '"request_id": "look-for-me"' in live.log.read_text(), "the line of the call")
    log = live.log.read_text()
    assert "nloggable" not in log
    assert tenant.token not in log


def test_me_tells_what_the_token_may_do(tenant: Caller) -> None:
    body = tenant.http.get("/api/v1/me").json()

    assert body["data"]["type"] == "me"
    assert body["data"]["data"]["tenant"] == {"slug": tenant.slug, "name": "Lovelace Academy"}
    assert body["data"]["data"]["token"]["scopes"] == list(SCOPES)


def test_the_last_use_of_a_token_is_recorded(tenant: Caller, live: Installation) -> None:
    tenant.http.get("/api/v1/me")

    def last_use(directory: Directory) -> Any:
        tokens = directory.find(Token, Token.tenant_id == tenant.tenant_id)
        return tokens[0].last_used_at

    assert on_directory(live, last_use) is not None


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An installation with a rate limit, whose database a test may hold."""
    folder = tmp_path_factory.mktemp("strict")
    with running(folder, f"sqlite:///{folder}/certifly.db", rate_limit_per_minute="30") as installation:
        yield installation


def test_more_calls_than_allowed_are_told_when_to_come_back(strict: Installation) -> None:
    tenant, other = strict.new_tenant(), strict.new_tenant()

    answers = [tenant.http.get("/api/v1/me") for _ in range(31)]

    assert [answer.status_code for answer in answers[:30]] == [200] * 30
    shaped(answers[30], 429, "too_many_requests")
    assert int(answers[30].headers["retry-after"]) >= 1
    assert other.http.get("/api/v1/me").status_code == 200


@pytest.mark.long
def test_a_database_that_is_held_too_long_is_a_503(strict: Installation) -> None:
    tenant = strict.new_tenant()
    template_id = tenant.publish_template()
    holder = sqlite3.connect(strict.database_url.removeprefix("sqlite:///"), check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    release = threading.Timer(15, holder.rollback)
    release.start()

    answer = tenant.http.post(
        "/api/v1/certificates", json={"template_id": template_id, "data": {"Student Name": ADA}}
    )

    release.cancel()
    holder.rollback()
    holder.close()
    shaped(answer, 503, "database_busy")
    assert int(answer.headers["retry-after"]) >= 1
    assert tenant.http.get("/api/v1/certificates").json()["data"] == []


def test_a_database_that_is_gone_reveals_nothing(tmp_path: Path) -> None:
    with running(tmp_path, f"sqlite:///{tmp_path}/certifly.db") as installation:
        tenant = installation.new_tenant()
        breaker = sqlite3.connect(tmp_path / "certifly.db")
        breaker.execute("ALTER TABLE certificates RENAME TO elsewhere")
        breaker.close()

        answer = tenant.http.get("/api/v1/certificates")

        body = shaped(answer, 500, "internal_error")
        assert "certificates" not in body["message"]
        assert "OperationalError" not in answer.text
        assert body["request_id"] in installation.log.read_text()
