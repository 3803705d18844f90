"""How a route says what it is in the OpenAPI document.

FastAPI's own guesses are not used: every operation is written by hand beside its route, with ``operation`` or
``public_operation``, and ``api/openapi.py`` collects them. A test holds the real answers against what is
written here.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from certifly.core.limits import PAGE_DEFAULT, PAGE_MAX
from certifly.web.error_answers import header_ref, narrowed
from certifly.web.paging import CURSOR_LENGTH_MAX

Schema = Mapping[str, Any]

_ALWAYS = (400, 401, 429, 500, 503)
_WITH_A_BODY = (408, 413, 415)
_NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    406: "NotAcceptable",
    408: "RequestTimeout",
    409: "Conflict",
    413: "ContentTooLarge",
    415: "UnsupportedMediaType",
    422: "UnprocessableContent",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


def operation(
    operation_id: str,
    summary: str,
    *,
    scope: str | None,
    success: Mapping[int, Schema],
    errors: Sequence[int] = (),
    conflicts: Sequence[str] = (),
    refusals: Sequence[str] = ("invalid",),
    body: Schema | None = None,
    parameters: Sequence[Schema] = (),
) -> dict[str, Any]:
    """The keyword arguments of a route decorator that describe it.

    ``success`` maps a status to its response object; ``errors`` are statuses beside those every call can
    answer. Of the many codes of a 409 and a 422, ``conflicts`` and ``refusals`` are those that this call answers.
    The description is the docstring of the route.
    """
    statuses = {*_ALWAYS, *errors, *((403,) if scope else ()), *(_WITH_A_BODY if body else ())}
    statuses |= {409} if conflicts else set()
    described = _describe(operation_id, summary, success=success, errors=statuses, parameters=parameters)
    for status, codes in ((409, conflicts), (422, refusals)):
        if status in statuses:
            described["responses"][str(status)] = narrowed(_NAMES[status], sorted(codes))
    described["security"] = [{"bearerAuth": [scope] if scope else []}]
    if body is not None:
        described["requestBody"] = body
    return {"openapi_extra": described, "summary": summary}


def public_operation(
    operation_id: str,
    summary: str,
    *,
    answers: Mapping[int, Schema],
    errors: Sequence[int] = (500, 503),
    body: Schema | None = None,
    parameters: Sequence[Schema] = (),
) -> dict[str, Any]:
    """The same for an address that asks nobody who they are. ``answers`` may hold errors of its own."""
    statuses = {*errors, *(_WITH_A_BODY if body else ())} - set(answers)
    described = _describe(operation_id, summary, success=answers, errors=statuses, parameters=parameters)
    if 422 in statuses:
        described["responses"]["422"] = narrowed(_NAMES[422], ["invalid"])
    described["security"] = []
    if body is not None:
        described["requestBody"] = body
    return {"openapi_extra": described, "summary": summary}


def _describe(
    operation_id: str,
    summary: str,
    *,
    success: Mapping[int, Schema],
    errors: Iterable[int],
    parameters: Sequence[Schema],
) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, response in success.items():
        headers = {"X-Request-Id": header_ref("X-Request-Id")} | dict(response.get("headers", {}))
        responses[str(status)] = dict(response) | {"headers": headers}
    for status in errors:
        responses[str(status)] = {"$ref": f"#/components/responses/{_NAMES[status]}"}
    described: dict[str, Any] = {
        "operationId": operation_id,
        "summary": summary,
        "responses": dict(sorted(responses.items())),
    }
    if parameters:
        described["parameters"] = list(parameters)
    return described


def json_answer(
    description: str,
    schema: Schema,
    example: object,
    *,
    headers: Schema | None = None,
    another: tuple[str, object] | None = None,
) -> dict[str, Any]:
    """A response object of one JSON answer with its example; ``another`` is a second one, with its name."""
    content: dict[str, Any] = {"schema": schema, "example": example}
    if another is not None:
        name, value = another
        content = {"schema": schema, "examples": {"usual": {"value": example}, name: {"value": value}}}
    answer: dict[str, Any] = {"description": description, "content": {"application/json": content}}
    if headers:
        answer["headers"] = headers
    return answer


def json_body(schema: Schema, example: object, *, required: bool = True) -> dict[str, Any]:
    """A request body of JSON with its example."""
    return {"required": required, "content": {"application/json": {"schema": schema, "example": example}}}


def json_body_with_examples(schema: Schema, examples: Mapping[str, tuple[str, object]]) -> dict[str, Any]:
    """A request body of JSON with several examples: each has a name, and a title that readers see."""
    named = {name: {"summary": title, "value": value} for name, (title, value) in examples.items()}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}


def path_parameter(name: str, description: str, schema: Schema, example: object) -> dict[str, Any]:
    """A required parameter in the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


def query_parameter(name: str, description: str, schema: Schema) -> dict[str, Any]:
    """An optional parameter of the query."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def header_parameter(name: str, description: str, schema: Schema, example: object) -> dict[str, Any]:
    """An optional request header."""
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema,
        "example": example,
    }


CURSOR = query_parameter(
    "cursor",
    "Where to go on: `meta.next_cursor` of the page before.",
    {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": CURSOR_LENGTH_MAX},
)
LIMIT = query_parameter(
    "limit",
    "Most items of the page.",
    {"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT},
)
