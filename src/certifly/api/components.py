"""Schemas and examples that several operations of the API share."""

from functools import lru_cache
from typing import Any

from certifly.certificates.models import REASON_CHARACTERS_MAX
from certifly.certificates.standing import STANDINGS
from certifly.templates.document import TemplateDocument
from certifly.web.answers import resource
from certifly.web.idempotency import HEADER
from certifly.web.operation import header_parameter, path_parameter
from certifly.web.schemas import (
    ADDRESS,
    CODE,
    EXAMPLE_CODE,
    ID,
    MOMENT,
    closed,
    item_of,
    list_of,
    or_null,
    ref,
    resource_of,
    told,
)

EMAIL_STATUSES = ["queued", "held", "sending", "sent", "failed", "bounced", "skipped"]

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
EXAMPLE_ADDRESSED = {"data": {"Student Name": "Ada Lovelace", "Email": "ada@example.org"}}
"""Laid over an example of a certificate whose recipient has an address."""
EXAMPLE_CERTIFICATE_FULL = EXAMPLE_CERTIFICATE | {
    "is_rendered": True,
    "template_version": 1,
    "edition": 1,
    "status": "rendered",
    "failure": None,
    "expires_at": "2028-11-23T16:00:00.000000Z",
    "revoked_at": None,
    "revocation_reason": None,
    "suspended_at": None,
    "suspension_reason": None,
    "replaces": None,
    "replaced_by": None,
    "replaced_at": None,
    "erased_at": None,
}
ONE_CERTIFICATE = resource("certificates", "1", EXAMPLE_CERTIFICATE_FULL)
EXAMPLE_REASON = "Issued in error: the course was not finished."
EXAMPLE_DELIVERY = {
    "id": "6d4a4b0c-93c2-4b0e-8f43-0c7cf2f0a0b1",
    "status": "queued",
    "recipient": "ada@example.org",
    "queued_at": "2026-11-23T16:00:00.000000Z",
    "reason": None,
}

EXAMPLE_VALIDATION = {
    "template_id": "1",
    "template_version": 1,
    "data": {"Student Name": "Ada Lovelace", "Email": "ada@example.org"},
    "title": "Certificate of completion for Ada Lovelace",
    "recipient": {"name": "Ada Lovelace", "email": "ada@example.org"},
    "expires_at": "2029-11-24T00:00:00.000000Z",
    "warnings": {"data.Student Name": ["Student Name: character references of HTML were decoded: &nbsp;."]},
}
EXAMPLE_PROSPECT = {"would_be": "queued", "recipient": "ada@example.org", "reason": None}

BY_ID = path_parameter(
    "certificate_id", "The certificate's id or its code.", {"type": "string", "maxLength": 36}, EXAMPLE_CODE
)
IDEMPOTENCY_KEY = header_parameter(
    HEADER,
    "Makes repeating safe: within 24 hours the same key and body answer with the first certificate.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "issue-2026-11-23-ada",
)
REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` when this is the recorded answer of an earlier request.",
        "schema": {"type": "string", "const": "true"},
    }
}
ASKED_MOMENT = {
    "type": "string",
    "format": "date-time",
    "description": "ISO 8601 with its zone, such as `2026-11-23T16:00:00Z`.",
}

_MOMENT_OR_NULL = or_null(MOMENT)
_ID_OR_NULL = or_null(ID)
_TEXT_OR_NULL = {"type": ["string", "null"]}
_REASON = {
    "type": "string",
    "minLength": 1,
    "maxLength": REASON_CHARACTERS_MAX,
    "description": "A sentence, for everyone who checks the certificate. It is cleaned as texts in data are.",
}
_OPTIONAL_REASON = _REASON | {
    "type": ["string", "null"],
    "minLength": 0,
    "description": "A sentence, for the history alone: no check page shows it. It is cleaned as texts in data are.",
}
_DELIVERY_META = {
    "oneOf": [ref("EmptyMeta"), closed({"email_delivery": ref("EmailDelivery")})],
    "description": "With `send_email`, what became of the e-mail; otherwise an empty list.",
}
_SEND_EMAIL = {
    "type": ["boolean", "null"],
    "default": False,
    "description": "Whether the recipient gets the certificate by e-mail. null is false.",
}


def _expires_at(otherwise: str) -> dict[str, Any]:
    """The key by which a caller says until when a certificate holds."""
    return {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "Until when it holds: a moment in the future, within 100 years, with its zone. "
        f"Without it: {otherwise}.",
    }


_CLEAN_DATA = {
    "type": "object",
    "description": "The cleaned values by label and extra field.",
    "additionalProperties": {"type": ["string", "number"]},
}
_CERTIFICATE = {
    "code": CODE,
    "data": _CLEAN_DATA,
    "routes": closed(
        {
            "check": told(ADDRESS, "Its check page, for everyone."),
            "download_pdf": told(ADDRESS, "Where everyone gets its PDF."),
            "download_png": told(ADDRESS, "Where everyone gets its picture."),
        }
    ),
    "created_at": told(MOMENT, "When it was issued."),
    "updated_at": told(MOMENT, "When it last changed."),
    "is_rendered": {"type": "boolean", "description": "Whether the final PDF is stored."},
    "template_id": told(ID, "The template it was issued from."),
}


@lru_cache(maxsize=1)
def schemas() -> dict[str, Any]:
    """Every named schema of the document."""
    named: dict[str, Any] = {
        "EmptyMeta": {"type": "array", "maxItems": 0, "description": "There is nothing to say."},
        "EmailDelivery": closed(
            {
                "id": {"type": "string", "format": "uuid", "description": "The id of the e-mail."},
                "status": {
                    "type": "string",
                    "enum": EMAIL_STATUSES,
                    "description": "`queued`: it goes as soon as the PDF is there. `held`: no mail server is set, so "
                    "it waits in the outbox. `skipped`: there is no address to send it to.",
                },
                "recipient": told(_TEXT_OR_NULL, "The address it goes to; null: there is none."),
                "queued_at": told(MOMENT, "When it was asked for."),
                "reason": {
                    "type": ["string", "null"],
                    "description": "Why, where the status alone does not say.",
                },
            }
        ),
        "EmailProspect": closed(
            {
                "would_be": {
                    "type": "string",
                    "enum": ["queued", "held", "skipped"],
                    "description": "The status that the e-mail would have after the create call.",
                },
                "recipient": told(_TEXT_OR_NULL, "The address it would go to; null: there is none."),
                "reason": told(_TEXT_OR_NULL, "Why it would be so, where the status alone does not say."),
            }
        ),
        "Validation": closed(
            {
                "template_id": told(ID, "The template it would be issued from."),
                "template_version": told(
                    {"type": "integer", "minimum": 1},
                    "The version it would be issued from: the published one.",
                ),
                "data": _CLEAN_DATA,
                "title": told(
                    {"type": "string"},
                    "The title it would have. A code in it is made of eights: the real one is drawn when the "
                    "certificate is issued.",
                ),
                "recipient": closed(
                    {
                        "name": told(_TEXT_OR_NULL, "Whose certificate it would be; null: no label says."),
                        "email": told(_TEXT_OR_NULL, "Where e-mail would go; null: no field says."),
                    }
                ),
                "expires_at": told(
                    _MOMENT_OR_NULL, "Until when it would hold if it were issued now; null: for ever."
                ),
                "warnings": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    "description": "What cleaning changed in the values, and what looks damaged, by field: "
                    "sentences, as in the errors of a refusal. Empty when every value is kept as it was sent.",
                },
            }
        ),
        "ValidationAnswer": resource_of(
            "validations",
            ref("Validation"),
            identifier={"type": "null", "description": "Nothing is stored."},
            meta={"oneOf": [ref("EmptyMeta"), closed({"email_delivery": ref("EmailProspect")})]},
        ),
        "CertificateData": closed(_CERTIFICATE),
        "Certificate": closed(
            _CERTIFICATE
            | {
                "template_version": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "The version it was issued from, and keeps.",
                },
                "edition": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "How often it was signed: more than once when a key was withdrawn.",
                },
                "status": {
                    "type": "string",
                    "enum": list(STANDINGS),
                    "description": "What it is now: the first of these words that applies.",
                },
                "failure": {"type": ["string", "null"], "description": "Why it could not be rendered."},
                "expires_at": _MOMENT_OR_NULL | {"description": "Until when it holds; null: for ever."},
                "revoked_at": told(_MOMENT_OR_NULL, "When it was revoked; null: it was not."),
                "revocation_reason": told(_TEXT_OR_NULL, "Why, as everyone reads who checks it."),
                "suspended_at": told(_MOMENT_OR_NULL, "Since when it is suspended; null: it is not."),
                "suspension_reason": told(_TEXT_OR_NULL, "Why, as everyone reads who checks it."),
                "replaces": _ID_OR_NULL
                | {"description": "The id of the certificate that this one corrects."},
                "replaced_by": _ID_OR_NULL
                | {"description": "The id of the certificate that corrects this one."},
                "replaced_at": told(_MOMENT_OR_NULL, "When it was corrected; null: it was not."),
                "erased_at": _MOMENT_OR_NULL
                | {"description": "Since when its person, data and files are gone."},
            }
        )
        | {"description": "The certificate, and what became of it."},
        "CertificateCreated": resource_of("certificates", ref("CertificateData"), meta=_DELIVERY_META),
        "ReplacementCreated": resource_of("certificates", ref("Certificate"), meta=_DELIVERY_META),
        "CertificateAnswer": resource_of("certificates", ref("Certificate")),
        "CertificateList": list_of(item_of("certificates", ref("Certificate"))),
        "CertificateCreate": {
            "type": "object",
            "properties": {
                "template_id": {
                    "description": "A published template of this tenant.",
                    "oneOf": [
                        {"type": "integer", "minimum": 1, "maximum": 2**53 - 1},
                        ID,
                    ],
                },
                "data": {
                    "description": "Values by label and extra field of the template. `[]` is an empty map too.",
                    "oneOf": [
                        {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
                        {"type": "array", "maxItems": 0},
                    ],
                },
                "send_email": _SEND_EMAIL,
                "expires_at": _expires_at("for as long as the template says, if it does"),
            },
            "required": ["template_id", "data"],
            "additionalProperties": False,
        },
        "ReplacementCreate": {
            "type": "object",
            "properties": {
                "data": {
                    "description": "What is corrected, by field: the new value, or null to take the old one out.",
                    "oneOf": [
                        {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}},
                        {"type": "array", "maxItems": 0},
                    ],
                },
                "reason": _OPTIONAL_REASON,
                "send_email": _SEND_EMAIL,
                "expires_at": _expires_at("for as long as the certificate that it replaces"),
            },
            "required": ["data"],
            "additionalProperties": False,
        },
        "WithReason": {
            "type": "object",
            "properties": {"reason": _REASON},
            "required": ["reason"],
            "additionalProperties": False,
        },
        "WithOptionalReason": {
            "type": "object",
            "properties": {"reason": _OPTIONAL_REASON},
            "additionalProperties": False,
        },
    }
    document = TemplateDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    named |= document.pop("$defs", {})
    named["TemplateDocument"] = document
    return dict(sorted(named.items()))
