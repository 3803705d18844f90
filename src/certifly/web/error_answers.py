"""How the OpenAPI document tells error answers: the two shapes, and each status with the codes it may carry.

The codes come from the table that answers are made from, so that the document cannot forget one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from certifly.web.errors import PROBLEM, codes_of
from certifly.web.schemas import ref

_HEADERS_OF = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""What comes with every error of a status, beside the request id."""

HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "Names this request in the operator's log. A sane one of the request is taken over.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._~:+/=-]{1,128}$"},
        "example": "5f0c8f3f4b7a4a2d9d6b0f8e7c1a2b3c",
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
        "example": 1,
    },
    "WWW-Authenticate": {
        "description": "How to authenticate, or which scope is missing.",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer "},
        "example": 'Bearer realm="certifly"',
    },
}

_ERROR: dict[str, Any] = {
    "message": {"type": "string", "description": "The first fault, and how many more there are."},
    "errors": {
        "type": "object",
        "description": "Faults by dotted place, such as `data.Student Name`.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    },
    "code": {
        "type": "string",
        "pattern": "^[a-z]+(_[a-z]+)*$",
        "description": "A stable word for programs; each status lists its own.",
    },
    "request_id": {"type": "string", "description": "The same as in `X-Request-Id`."},
}
_PROBLEM: dict[str, Any] = {
    "type": {
        "type": "string",
        "const": "about:blank",
        "description": "Always this: errors are told apart by `code`.",
    },
    "title": {"type": "string", "description": "The status in words."},
    "status": {"type": "integer", "description": "The status of the answer."},
    "detail": {"type": "string", "description": "The same as `message`."},
}


def _object(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    # Left open: an error may come to say more than it says today.
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
    }


SCHEMAS: dict[str, Any] = {
    "Error": _object("Every error of every address.", _ERROR),
    "Problem": _object("The same as RFC 9457, for who accepts it by name.", _PROBLEM | _ERROR)
    | {
        "examples": [
            {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no certificate with this id or code.",
                "message": "There is no certificate with this id or code.",
                "errors": {},
                "code": "not_found",
                "request_id": HEADERS["X-Request-Id"]["example"],
            }
        ]
    },
}


def error_answer(
    status: int,
    description: str,
    code: str,
    message: str,
    *,
    errors: Mapping[str, list[str]] | None = None,
    codes: tuple[str, ...] | None = None,
    other_content: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The response object of a status: its codes, headers, and an example of the error with ``code``."""
    example = {
        "message": message,
        "errors": errors or {},
        "code": code,
        "request_id": HEADERS["X-Request-Id"]["example"],
    }
    listed = ", ".join(f"`{name}`" for name in codes or codes_of(status))
    return {
        "description": f"{description} Codes: {listed}.",
        "headers": {name: header_ref(name) for name in ("X-Request-Id", *_HEADERS_OF.get(status, ()))},
        "content": {
            "application/json": {"schema": ref("Error"), "example": example},
            PROBLEM: {"schema": ref("Problem")},
            **(other_content or {}),
        },
    }


def header_ref(name: str) -> dict[str, str]:
    """A reference to a component header."""
    return {"$ref": f"#/components/headers/{name}"}


RESPONSES: dict[str, Any] = {
    "BadRequest": error_answer(
        400,
        "The request cannot be read as it was sent.",
        "header_repeated",
        "The header Idempotency-Key stands more than once in this request. Send it once.",
    ),
    "Unauthorized": error_answer(
        401, "No valid token.", "token_missing", 'Send a token: "Authorization: Bearer <token>".'
    ),
    "Forbidden": error_answer(
        403,
        "The token lacks the scope.",
        "scope_missing",
        "This token lacks the scope certificates.write. Use a token that has it.",
    ),
    "NotFound": error_answer(
        404, "This tenant has no such thing.", "not_found", "There is no certificate with this id or code."
    ),
    "NotAcceptable": error_answer(
        406,
        "Not to be had as what Accept asks for.",
        "not_acceptable",
        "None of the accepted media types can be produced here.",
    ),
    "RequestTimeout": error_answer(
        408,
        "The body did not arrive in time.",
        "body_too_slow",
        "The request body did not arrive whole within 30 seconds. Repeat the request.",
    ),
    "Conflict": error_answer(
        409,
        "It conflicts with what is already so.",
        "idempotency_key_in_use",
        "A request with this Idempotency-Key is still under way. Repeat this one in a few seconds.",
    ),
    "ContentTooLarge": error_answer(
        413,
        "The body is too large.",
        "body_too_large",
        "The request body is too large; at most 262144 bytes are accepted.",
    ),
    "UnsupportedMediaType": error_answer(
        415,
        "The body is of a kind, or in an encoding, that is not read here.",
        "media_type_unsupported",
        "The content type 'text/plain' is not accepted. Send \"Content-Type: application/json\".",
    ),
    "UnprocessableContent": error_answer(
        422,
        "The request is malformed; every fault is listed.",
        "invalid",
        "Student Name is required and must not be blank.",
        errors={"data.Student Name": ["Student Name is required and must not be blank."]},
    ),
    "TooManyRequests": error_answer(
        429,
        "More calls than the operator allows.",
        "too_many_requests",
        "This token may make 600 calls a minute. Repeat the request in 1 seconds.",
    ),
    "InternalServerError": error_answer(
        500,
        "A defect of ours.",
        "internal_error",
        "Something went wrong on our side; the operator can find it by the request id. Nothing was stored.",
    ),
    "ServiceUnavailable": error_answer(
        503,
        "Too busy now, or a part is away; nothing was stored.",
        "queue_full",
        "The server has more to write than it can take now. Repeat the request in a moment.",
    ),
}
"""The errors that many operations share, by the name of their component."""


def narrowed(name: str, codes: Sequence[str]) -> dict[str, Any]:
    """A reference to one of them, for an operation that answers only some of its codes."""
    response = RESPONSES[name]
    sentence, _, _ = response["description"].partition(" Codes: ")
    listed = ", ".join(f"`{code}`" for code in codes)
    return {"$ref": f"#/components/responses/{name}", "description": f"{sentence} Codes: {listed}."}
