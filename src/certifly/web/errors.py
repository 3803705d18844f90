"""Every error answer, in one shape: ``message``, ``errors``, ``code``, ``request_id``, in that order.

Each DomainError has its status and stable code in ``STATUS`` (a test walks all of them). Who asks for
``application/problem+json`` gets RFC 9457 with the same members. What nobody expected is a 500 that reveals
nothing; its traceback goes to the log, under the same request id.
"""

import json
import logging
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from certifly.certificates.errors import (
    CertificateErased,
    CertificateFailed,
    CertificateNotSuspendable,
    CertificateReplaced,
    CertificateRevoked,
    CertificateSuspended,
    CredentialNotSigned,
)
from certifly.core.errors import DatabaseBusy, DomainError, Invalid, NotFound, Overloaded, QueueFull
from certifly.core.logging import request_id
from certifly.delivery.email.queue import TooManyEmails
from certifly.rendering.errors import PictureRefused, RenderFailed
from certifly.rendering.fit import TextProblems
from certifly.storage.errors import StorageUnavailable
from certifly.templates.errors import (
    DraftChanged,
    TemplateArchived,
    TemplateNotPublished,
    TooManyAssets,
    TooManyTemplates,
    TooManyVersions,
    UnacceptableText,
)
from certifly.tenants.errors import ScopeMissing, TenantSlugTaken, TokenMissing, TokenRefused
from certifly.web.admission import ShareExceeded
from certifly.web.decoding import (
    BodyCutShort,
    BodyTooLarge,
    BodyTooSlow,
    ContentEncoded,
    MediaTypeUnsupported,
)
from certifly.web.headers import HeaderRepeated, list_header
from certifly.web.idempotency import IdempotencyKeyInUse
from certifly.web.limiting import TooManyRequests
from certifly.web.negotiation import names_type, preferred_type
from certifly.web.phrases import phrase_of

log = logging.getLogger(__name__)

INTERNAL_ERROR = "internal_error"
STORAGE_UNAVAILABLE = "storage_unavailable"
STORAGE_RETRY_AFTER_SECONDS = 5

FIELDS_TOLD_MAX = 500
"""Faulty fields that one answer lists; the message counts all. Answers must not outgrow their requests by far."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PROBLEM = "application/problem+json"
API = "/api/"
OF_CONTENT = ("content-type", "content-length")

ErrorPage = Callable[[Request, int, Mapping[str, str]], Response]
"""Makes the page of an error from its status and the headers that go with it; ``app.state.error_page`` is one."""

STATUS: dict[type[DomainError], tuple[int, str]] = {
    Invalid: (422, "invalid"),
    NotFound: (404, "not_found"),
    QueueFull: (503, "queue_full"),
    DatabaseBusy: (503, "database_busy"),
    Overloaded: (503, "overloaded"),
    TokenMissing: (401, "token_missing"),
    TokenRefused: (401, "token_refused"),
    ScopeMissing: (403, "scope_missing"),
    TenantSlugTaken: (409, "tenant_slug_taken"),
    BodyTooLarge: (413, "body_too_large"),
    MediaTypeUnsupported: (415, "media_type_unsupported"),
    ContentEncoded: (415, "content_encoding_unsupported"),
    BodyCutShort: (400, "body_cut_short"),
    BodyTooSlow: (408, "body_too_slow"),
    HeaderRepeated: (400, "header_repeated"),
    TooManyRequests: (429, "too_many_requests"),
    ShareExceeded: (429, "too_many_at_once"),
    IdempotencyKeyInUse: (409, "idempotency_key_in_use"),
    TemplateArchived: (409, "template_archived"),
    TemplateNotPublished: (409, "template_not_published"),
    DraftChanged: (409, "draft_changed"),
    TooManyTemplates: (409, "too_many_templates"),
    TooManyVersions: (409, "too_many_versions"),
    TooManyAssets: (409, "too_many_assets"),
    TooManyEmails: (409, "too_many_emails"),
    CertificateRevoked: (409, "certificate_revoked"),
    CertificateReplaced: (409, "certificate_replaced"),
    CertificateSuspended: (409, "certificate_suspended"),
    CertificateNotSuspendable: (409, "certificate_not_suspendable"),
    CertificateErased: (409, "certificate_erased"),
    CertificateFailed: (409, "certificate_failed"),
    CredentialNotSigned: (409, "credential_not_signed"),
    PictureRefused: (422, "picture_refused"),
    TextProblems: (422, "text_undrawable"),
    UnacceptableText: (422, "text_unacceptable"),
    RenderFailed: (422, "render_failed"),
}

_PLAIN: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The request cannot be understood."),
    404: ("not_found", "There is nothing at this address. The calls are listed in /openapi.json."),
    405: ("method_not_allowed", "This address does not take this method."),
    406: ("not_acceptable", "None of the accepted media types can be produced here."),
}


_NEVER_ANSWERED = {TenantSlugTaken}
"""Tenants are made by operators, not over HTTP."""


def codes_of(status: int) -> list[str]:
    """Every code an error answer of this status can carry."""
    codes = {code for kind, (of, code) in STATUS.items() if of == status and kind not in _NEVER_ANSWERED}
    codes |= {_PLAIN[status][0]} if status in _PLAIN else set()
    codes |= {500: {INTERNAL_ERROR}, 503: {STORAGE_UNAVAILABLE}}.get(status, set())
    return sorted(codes)


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    errors: Mapping[str, list[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    problem: bool = False,
) -> Response:
    """An error answer in the one shape; as RFC 9457 where ``problem`` is asked for."""
    body: dict[str, Any] = {
        "message": message,
        "errors": errors or {},
        "code": code,
        "request_id": request_id.get(),
    }
    media_type = "application/json"
    if problem:
        body = {
            "type": "about:blank",
            "title": phrase_of(status),
            "status": status,
            "detail": message,
        } | body
        media_type = PROBLEM
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, status, dict(headers or {}), media_type)


def answer(request: Request, error: Exception) -> Response:
    """Translate any error into its answer: JSON, or a page for a browser."""
    response = _json_answer(request, error)
    if not wants_page(request):
        return response
    error_page: ErrorPage = request.app.state.error_page
    headers = {name: value for name, value in response.headers.items() if name not in OF_CONTENT}
    return error_page(request, response.status_code, headers)


def _json_answer(request: Request, error: Exception) -> Response:
    problem = wants_problem(request)
    if isinstance(error, DomainError):
        status, code = classify(error)
        headers: dict[str, str] = {}
        if isinstance(error, Overloaded | CredentialNotSigned):
            headers["Retry-After"] = str(error.retry_after_seconds)
        if isinstance(error, BodyTooSlow):
            headers["Connection"] = "close"  # what still comes of the body must not be read as a request
        if status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="certifly"'
        elif isinstance(error, ScopeMissing):
            headers["WWW-Authenticate"] = (
                f'Bearer realm="certifly", error="insufficient_scope", scope="{error.scope}"'
            )
        faults = dict(islice(error.errors.items(), FIELDS_TOLD_MAX)) if isinstance(error, Invalid) else None
        return error_response(status, code, error.message, errors=faults, headers=headers, problem=problem)
    if isinstance(error, HTTPException):
        code, message = _PLAIN.get(error.status_code, ("error", phrase_of(error.status_code) + "."))
        headers = dict(error.headers or {})
        if error.status_code == 405:
            calls = _calls_at(request)
            headers["Allow"] = ", ".join(calls)
            message = _method_fault(request, calls)
        return error_response(error.status_code, code, message, headers=headers, problem=problem)
    if isinstance(error, StorageUnavailable):
        log.error("storage_unavailable", exc_info=error)
        message = "Files cannot be stored or read just now. Repeat the request in a moment."
        headers = {"Retry-After": str(STORAGE_RETRY_AFTER_SECONDS)}
        return error_response(503, STORAGE_UNAVAILABLE, message, headers=headers, problem=problem)
    if isinstance(error, ClientDisconnect):
        return _json_answer(request, BodyCutShort())
    log.error("unexpected_error", exc_info=error, extra={"facts": {"path": _route_of(request)}})
    message = (
        "Something went wrong on our side; the operator can find it by the request id. Nothing was stored."
    )
    return error_response(500, INTERNAL_ERROR, message, problem=problem)


def classify(error: DomainError) -> tuple[int, str]:
    """Status and stable code of a DomainError, by its nearest listed class."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    raise error  # a class nobody listed is a defect; the caller answers 500


def wants_page(request: Request) -> bool:
    """Whether an error is best told by a page: browsers ask for HTML by its name, and the API has no pages."""
    accept = list_header(request, "Accept")
    kinds = ("text/html", "application/json", PROBLEM)
    is_asked_for = names_type(accept, kinds[0]) and preferred_type(accept, kinds) == kinds[0]
    app = request.scope.get("app")
    return (
        is_asked_for
        and not request.scope["path"].startswith(API)
        and hasattr(app and app.state, "error_page")
    )


def wants_problem(request: Request) -> bool:
    """Whether RFC 9457 was asked for by its name: who takes anything gets our own shape."""
    return names_type(list_header(request, "Accept"), PROBLEM)


def install_error_answers(app: FastAPI) -> None:
    """Let no framework default reach a client."""

    async def handle(request: Request, error: Exception) -> Response:
        return answer(request, error)

    app.add_exception_handler(DomainError, handle)
    app.add_exception_handler(HTTPException, handle)
    app.add_exception_handler(StorageUnavailable, handle)
    app.add_exception_handler(ClientDisconnect, handle)
    app.add_exception_handler(RequestValidationError, handle)
    app.add_exception_handler(Exception, handle)


def _calls_at(request: Request) -> dict[str, str | None]:
    """Every method this path takes, with what it does. A router names those of the first route that it finds there."""
    scope = {"type": "http", "path": request.scope["path"], "root_path": request.scope.get("root_path", "")}
    found: dict[str, str | None] = {}
    for method in METHODS:
        for route in request.app.routes:
            if route.matches(scope | {"method": method, "headers": []})[0] is Match.FULL:
                found[method] = getattr(route, "summary", None)
                break
    return found


def _method_fault(request: Request, calls: Mapping[str, str | None]) -> str:
    """Which methods an address takes and what they do, and which call does what was probably wanted."""
    method = request.method if request.method in METHODS else "this method"
    taken = ", ".join(f"{name} ({what})" if what else name for name, what in calls.items())
    said = [f"This address does not take {method}.", f"It takes {taken}." if taken else ""]
    instead_of: Callable[[str], str | None] | None = getattr(request.app.state, "instead_of", None)
    said.append((instead_of(request.scope["path"]) if instead_of else None) or "")
    return " ".join(part for part in said if part)


def _route_of(request: Request) -> str:
    """The path's pattern, never the path itself: a code is not for the log."""
    route = request.scope.get("route")
    return getattr(route, "path", "unknown")
