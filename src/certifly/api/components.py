"""Schemas and examples that several operations of the API share."""

from functools import lru_cache
from typing import Any

from certifly.templates.document import TemplateDocument
from certifly.web.schemas import (
    ADDRESS,
    CODE,
    EXAMPLE_CODE,
    ID,
    MOMENT,
    closed,
    item_of,
    list_of,
    ref,
    resource_of,
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


_CERTIFICATE = {
    "code": CODE,
    "data": {
        "type": "object",
        "description": "The cleaned values by label and extra field.",
        "additionalProperties": {"type": ["string", "number"]},
    },
    "routes": closed(dict.fromkeys(("check", "download_pdf", "download_png"), ADDRESS)),
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "is_rendered": {"type": "boolean", "description": "Whether the final PDF is stored."},
    "template_id": ID,
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
                "send_email": {"type": ["boolean", "null"], "default": False},
            },
            "required": ["template_id", "data"],
            "additionalProperties": False,
        },
    }
    document = TemplateDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    named |= document.pop("$defs", {})
    named["TemplateDocument"] = document
    return dict(sorted(named.items()))
