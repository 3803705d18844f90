"""How a route says what it is in the OpenAPI document.

FastAPI's own guesses are not used: every operation is written by hand beside its route, with ``operation``,
and ``api/openapi.py`` collects them. A test holds the real answers against what is written here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

_ALWAYS = (401, 429, 500, 503)
_NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    413: "ContentTooLarge",
    415: "UnsupportedMediaType",
    422: "UnprocessableContent",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


def ref(name: str) -> dict[str, Any]:
    """A reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def operation(
    operation_id: str,
    summary: str,
    *,
    scope: str | None,
    success: Mapping[int, Schema],
    errors: Sequence[int] = (),
    body: Schema | None = None,
    parameters: Sequence[Schema] = (),
) -> dict[str, Any]:
    """The keyword arguments of a route decorator that describe it.

    ``success`` maps a status to its response object; ``errors`` are statuses beside those every call can
    answer. The description is the docstring of the route.
    """
    statuses = {*_ALWAYS, *errors, *((403,) if scope else ()), *((413, 415, 400) if body else ())}
    responses: dict[str, Any] = {str(status): response for status, response in success.items()}
    responses |= {
        str(status): {"$ref": f"#/components/responses/{_NAMES[status]}"} for status in sorted(statuses)
    }
    described: dict[str, Any] = {"operationId": operation_id, "summary": summary, "responses": responses}
    described["security"] = [{"bearerAuth": [scope] if scope else []}]
    if parameters:
        described["parameters"] = list(parameters)
    if body is not None:
        described["requestBody"] = body
    return {"openapi_extra": described, "summary": summary}


def json_answer(
    description: str, schema: Schema, example: object, *, headers: Schema | None = None
) -> dict[str, Any]:
    """A response object of one JSON answer with its example."""
    answer: dict[str, Any] = {
        "description": description,
        "content": {"application/json": {"schema": schema, "example": example}},
    }
    if headers:
        answer["headers"] = headers
    return answer


def json_body(schema: Schema, example: object, *, required: bool = True) -> dict[str, Any]:
    """A request body of JSON with its example."""
    return {"required": required, "content": {"application/json": {"schema": schema, "example": example}}}


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


def header_parameter(name: str, description: str, schema: Schema) -> dict[str, Any]:
    """An optional request header."""
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


CURSOR = query_parameter(
    "cursor", "Where to go on: `meta.next_cursor` of the page before.", {"type": "string", "maxLength": 512}
)
LIMIT = query_parameter(
    "limit", "Most items of the page.", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
)
