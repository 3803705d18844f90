"""What tests of a certificate's life ask for over HTTP, and how they read the answers."""

from typing import Any

import httpx

from tests.live import Caller

REASON = {"reason": "Issued in error."}
FULL = {
    *("code", "data", "routes", "created_at", "updated_at", "is_rendered", "template_id", "template_version"),
    *("edition", "status", "failure", "expires_at", "revoked_at", "revocation_reason", "suspended_at"),
    *("suspension_reason", "replaces", "replaced_by", "replaced_at", "erased_at"),
}
PUBLISHED = {"code", "data", "routes", "created_at", "updated_at", "is_rendered", "template_id"}


def path(certificate_id: str, what: str = "") -> str:
    return f"/api/v1/certificates/{certificate_id}" + (f"/{what}" if what else "")


def look(tenant: Caller, certificate_id: str) -> dict[str, Any]:
    answer = tenant.http.get(path(certificate_id))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]["data"]
    return found


def done(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The certificate of a successful answer."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert list(body) == ["data", "meta"] and list(body["data"]) == ["id", "type", "data"]
    assert body["data"]["type"] == "certificates"
    found: dict[str, Any] = body["data"]["data"]
    assert set(found) == FULL
    return found


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    found: dict[str, Any] = answer.json()
    return found


def history(tenant: Caller, certificate_id: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = tenant.http.get(path(certificate_id, "history"), params=parameters)
    assert answer.status_code == 200, answer.text
    return [item["data"] for item in answer.json()["data"]]
