"""From any error to its answer: status, code, headers, shape; nothing of what went wrong inside."""

import json
import logging
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from certifly.core.errors import DomainError, Invalid, NotFound, QueueFull
from certifly.storage.errors import StorageUnavailable
from certifly.tenants.errors import ScopeMissing, TokenRefused
from certifly.web.decoding import BodyTooSlow
from certifly.web.errors import FIELDS_TOLD_MAX, STATUS, answer, classify, codes_of
from certifly.web.negotiation import names_type


class Unheard(DomainError):
    """A fact nobody listed."""


class NoSuchCourse(NotFound):
    """A fact of a listed kind."""


def request_for(path: str = "/", *, accept: str | None = None) -> Request:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/both", lambda: None, methods=["GET"], summary="Look")
    app.add_api_route("/both", lambda: None, methods=["POST", "DELETE"], summary="Change")
    headers = [(b"accept", accept.encode())] if accept else []
    return Request({"type": "http", "method": "PUT", "path": path, "headers": headers, "app": app})


def body_of(response: Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(response.body))
    return found


@pytest.mark.parametrize("kind", list(STATUS))
def test_every_listed_error_is_classified_as_listed(kind: type[DomainError]) -> None:
    error = kind.__new__(kind)

    assert classify(error) == STATUS[kind]
    assert STATUS[kind][1] in codes_of(STATUS[kind][0]) or kind.__name__ == "TenantSlugTaken"


def test_an_error_of_a_listed_kind_is_answered_as_that_kind() -> None:
    response = answer(request_for(), NoSuchCourse("There is no such course."))

    assert response.status_code == 404
    assert body_of(response) == {
        "message": "There is no such course.",
        "errors": {},
        "code": "not_found",
        "request_id": None,
    }


def test_an_error_nobody_listed_is_a_defect() -> None:
    with pytest.raises(Unheard):
        classify(Unheard("Surprise."))


def test_an_unexpected_error_reveals_nothing_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = answer(request_for(), RuntimeError("the password is swordfish"))

    assert response.status_code == 500
    assert b"swordfish" not in response.body
    assert body_of(response)["code"] == "internal_error"
    assert [record.message for record in caplog.records] == ["unexpected_error"]


def test_storage_that_is_away_asks_to_come_back() -> None:
    response = answer(request_for(), StorageUnavailable("the bucket is away"))

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    assert body_of(response)["code"] == "storage_unavailable"


@pytest.mark.parametrize(
    ("error", "status", "header", "value"),
    [
        (TokenRefused(), 401, "www-authenticate", 'Bearer realm="certifly"'),
        (ScopeMissing("me.read"), 403, "www-authenticate", 'scope="me.read"'),
        (QueueFull("Full.", retry_after_seconds=7), 503, "retry-after", "7"),
        (BodyTooSlow(30), 408, "connection", "close"),
        (HTTPException(405), 405, "allow", ""),
    ],
)
def test_what_a_client_must_know_to_go_on_is_in_the_headers(
    error: Exception, status: int, header: str, value: str
) -> None:
    response = answer(request_for(), error)

    assert response.status_code == status
    assert value in response.headers[header]


def test_a_method_not_taken_is_told_those_of_every_route_of_the_path() -> None:
    response = answer(request_for("/both"), HTTPException(405))

    assert response.headers["allow"] == "GET, POST, DELETE"
    assert body_of(response)["message"] == (
        "This address does not take PUT. It takes GET (Look), POST (Change), DELETE (Change)."
    )


def test_a_method_nobody_knows_is_not_repeated() -> None:
    request = request_for("/both")
    request.scope["method"] = "<B>"

    assert (
        "does not take this method. It takes GET" in body_of(answer(request, HTTPException(405)))["message"]
    )


def test_a_client_that_left_is_told_so_all_the_same() -> None:
    assert body_of(answer(request_for(), ClientDisconnect()))["code"] == "body_cut_short"


@pytest.mark.parametrize(("status", "code"), [(400, "bad_request"), (404, "not_found"), (418, "error")])
def test_errors_of_the_framework_get_our_shape(status: int, code: str) -> None:
    response = answer(request_for(), HTTPException(status, detail="theirs"))

    assert response.status_code == status
    assert body_of(response)["code"] == code
    assert b"theirs" not in response.body


def test_faulty_fields_are_told_up_to_a_limit_and_all_counted() -> None:
    error = Invalid({f"field{number}": ["Wrong."] for number in range(FIELDS_TOLD_MAX + 1)})

    body = body_of(answer(request_for(), error))

    assert len(body["errors"]) == FIELDS_TOLD_MAX
    assert body["message"] == f"Wrong. (and {FIELDS_TOLD_MAX} more errors)"


def test_half_a_surrogate_pair_can_be_answered() -> None:
    body = body_of(answer(request_for(), Invalid({"a\ud800": ["\udfff is wrong."]})))

    assert body["errors"] == {"a?": ["? is wrong."]}


@pytest.mark.parametrize(
    ("accept", "is_problem"),
    [
        (None, False),
        ("*/*", False),
        ("application/*", False),
        ("application/json", False),
        ("application/problem+json", True),
        ("text/html, Application/Problem+JSON ; q=0.1", True),
        ("application/problem+json;q=0", False),
        ("application/problem+jsonx", False),
        ("nonsense", False),
    ],
)
def test_problem_json_is_for_who_names_it(accept: str | None, is_problem: bool) -> None:
    response = answer(request_for(accept=accept), NotFound("No."))

    assert names_type(accept, "application/problem+json") == is_problem
    assert (response.media_type == "application/problem+json") == is_problem
    assert ("title" in body_of(response)) == is_problem
