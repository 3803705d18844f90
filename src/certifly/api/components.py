"""Schemas and error answers that several operations share."""

from functools import lru_cache
from typing import Any

from certifly.api.operation import ref
from certifly.templates.document import TemplateDocument

ID = {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "A decimal number, counted per tenant."}
MOMENT = {"type": "string", "format": "date-time", "description": "UTC, ISO 8601, microseconds, `Z`."}
CODE = {"type": "string", "format": "uuid", "description": "The public code: a UUID v4."}
EMAIL_STATUSES = ["queued", "held", "sending", "sent", "failed", "bounced", "skipped"]

EXAMPLE_CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
EXAMPLE_CERTIFICATE: dict[str, Any] = {
    "code": EXAMPLE_CODE,
    "data": {"Student Name": "Ada Lovelace"},
    "routes": {
        "check": f"http://localhost:8000/check/{EXAMPLE_CODE}",
        "download_pdf": f"http://localhost:8000/download/{EXAMPLE_CODE}.pdf",
        "download_png": f"http://localhost:8000/download/{EXAMPLE_CODE}.png",
    },
    "created_at": "2026-11-23T16:00:00.000000Z",
    "updated_at": "2026-11-23T16:00:00.000000Z",
    "is_rendered": False,
    "template_id": "1",
}
EXAMPLE_CERTIFICATE_FULL = EXAMPLE_CERTIFICATE | {
    "is_rendered": True,
    "template_version": 1,
    "status": "rendered",
    "failure": None,
}
EXAMPLE_DELIVERY = {
    "id": "6d4a4b0c-93c2-4b0e-8f43-0c7cf2f0a0b1",
    "status": "queued",
    "recipient": "ada@example.org",
    "queued_at": "2026-11-23T16:00:00.000000Z",
    "reason": None,
}


def closed(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with exactly these members."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def resource_of(
    kind: str, data: dict[str, Any], *, identifier: dict[str, Any] = ID, meta: Any = None
) -> dict[str, Any]:
    """The answer that holds one thing."""
    return closed({"data": item_of(kind, data, identifier=identifier), "meta": meta or ref("EmptyMeta")})


def item_of(kind: str, data: dict[str, Any], *, identifier: dict[str, Any] = ID) -> dict[str, Any]:
    """One thing inside an answer."""
    return closed({"id": identifier, "type": {"type": "string", "const": kind}, "data": data})


def list_of(item: dict[str, Any]) -> dict[str, Any]:
    """The answer that holds several things."""
    return closed(
        {
            "data": {"type": "array", "items": item},
            "meta": closed(
                {"next_cursor": {"type": ["string", "null"], "description": "null on the last page."}}
            ),
        }
    )


_CERTIFICATE = {
    "code": CODE,
    "data": {
        "type": "object",
        "description": "The cleaned values by label and extra field.",
        "additionalProperties": {"type": ["string", "number"]},
    },
    "routes": closed(
        {name: {"type": "string", "format": "uri"} for name in ("check", "download_pdf", "download_png")}
    ),
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "is_rendered": {"type": "boolean", "description": "Whether the final PDF is stored."},
    "template_id": ID,
}

_ERROR = {
    "type": "object",
    "properties": {
        "message": {"type": "string", "description": "The first fault, and how many more there are."},
        "errors": {
            "type": "object",
            "description": "Faults by dotted place, such as `data.Student Name`.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
        "code": {"type": "string", "description": "A stable word for programs."},
        "request_id": {"type": ["string", "null"]},
    },
    "required": ["message", "errors", "code", "request_id"],
}


@lru_cache(maxsize=1)
def schemas() -> dict[str, Any]:
    """Every named schema of the document."""
    named: dict[str, Any] = {
        "EmptyMeta": {"type": "array", "maxItems": 0, "description": "There is nothing to say."},
        "EmailDelivery": closed(
            {
                "id": {"type": "string", "format": "uuid"},
                "status": {"type": "string", "enum": EMAIL_STATUSES},
                "recipient": {"type": ["string", "null"]},
                "queued_at": MOMENT,
                "reason": {
                    "type": ["string", "null"],
                    "description": "Why, where the status alone does not say.",
                },
            }
        ),
        "CertificateData": closed(_CERTIFICATE),
        "Certificate": closed(
            _CERTIFICATE
            | {
                "template_version": {"type": "integer", "minimum": 1},
                "status": {"type": "string", "enum": ["recorded", "rendered", "failed"]},
                "failure": {"type": ["string", "null"], "description": "Why it could not be rendered."},
            }
        ),
        "CertificateCreated": resource_of(
            "certificates",
            ref("CertificateData"),
            meta={"oneOf": [ref("EmptyMeta"), closed({"email_delivery": ref("EmailDelivery")})]},
        ),
        "CertificateAnswer": resource_of("certificates", ref("Certificate")),
        "CertificateList": list_of(item_of("certificates", ref("Certificate"))),
        "CertificateCreate": {
            "type": "object",
            "properties": {
                "template_id": {
                    "description": "A published template of this tenant.",
                    "oneOf": [
                        {"type": "integer", "minimum": 1, "maximum": 2**53 - 1},
                        {"type": "string", "pattern": "^[0-9]{1,16}$"},
                    ],
                },
                "data": {
                    "description": "Values by label and extra field of the template. `[]` is an empty map too.",
                    "oneOf": [
                        {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
                        {"type": "array", "maxItems": 0},
                    ],
                },
                "send_email": {"type": ["boolean", "null"], "default": False},
            },
            "required": ["template_id", "data"],
            "additionalProperties": False,
        },
        "Error": _ERROR,
        "Problem": _ERROR
        | {
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
            }
            | _ERROR["properties"],  # type: ignore[operator]
        },
    }
    document = TemplateDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    named |= document.pop("$defs", {})
    named["TemplateDocument"] = document
    return dict(sorted(named.items()))


def _error(
    description: str, code: str, message: str, *, errors: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    example = {
        "message": message,
        "errors": errors or {},
        "code": code,
        "request_id": "5f0c8f3f4b7a4a2d9d6b0f8e7c1a2b3c",
    }
    return {
        "description": description,
        "content": {
            "application/json": {"schema": ref("Error"), "example": example},
            "application/problem+json": {"schema": ref("Problem")},
        },
    }


_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}

RESPONSES: dict[str, Any] = {
    "BadRequest": _error("The body did not arrive whole.", "body_cut_short", "The connection closed early."),
    "Unauthorized": _error(
        "No valid token.", "token_missing", 'Send a token: "Authorization: Bearer <token>".'
    ),
    "Forbidden": _error(
        "The token lacks the scope.",
        "scope_missing",
        "This token lacks the scope certificates.write. Use a token that has it.",
    ),
    "NotFound": _error(
        "This tenant has no such thing.", "not_found", "There is no certificate with this id or code."
    ),
    "NotAcceptable": _error(
        "Not to be had as what Accept asks for.",
        "not_acceptable",
        "None of the accepted media types can be produced here.",
    ),
    "Conflict": _error(
        "It conflicts with what is already so.",
        "idempotency_key_in_use",
        "A request with this Idempotency-Key is still under way. Repeat this one in a few seconds.",
    ),
    "ContentTooLarge": _error(
        "The body is too large.",
        "body_too_large",
        "The request body is too large; at most 262144 bytes are accepted.",
    ),
    "UnsupportedMediaType": _error(
        "The body is not JSON.",
        "media_type_unsupported",
        "The content type 'text/plain' is not accepted. Send \"Content-Type: application/json\".",
    ),
    "UnprocessableContent": _error(
        "The request is malformed; every fault is listed.",
        "invalid",
        "Student Name is required.",
        errors={"data.Student Name": ["Student Name is required."]},
    ),
    "TooManyRequests": _error(
        "More calls than the operator allows.",
        "too_many_requests",
        "This token may make 600 calls a minute. Repeat the request in 1 seconds.",
    )
    | {"headers": _RETRY_AFTER},
    "InternalServerError": _error(
        "A defect of ours.",
        "internal_error",
        "Something went wrong on our side; the operator can find it by the request id. Nothing was stored.",
    ),
    "ServiceUnavailable": _error(
        "Too busy now; nothing was stored.",
        "queue_full",
        "The server has more to write than it can take now. Repeat the request in a moment.",
    )
    | {"headers": _RETRY_AFTER},
}
