"""What ``POST /check`` says of itself in the OpenAPI document."""

from dataclasses import fields
from typing import Any

from certifly.credentials import media_types
from certifly.public.reader import LANGUAGE_PARAMETER
from certifly.public.words import LANGUAGES
from certifly.verification.inspect import UPLOAD_BYTES_MAX
from certifly.verification.report import CheckName, Claims, FileKind, LeadsTo, Outcome, Reason, Scope, Verdict
from certifly.web.error_answers import error_answer
from certifly.web.operation import header_parameter, public_operation, query_parameter
from certifly.web.schemas import (
    ADDRESS,
    BYTES,
    CODE,
    EXAMPLE_CODE,
    MOMENT,
    closed,
    or_null,
    ref,
    resource_of,
    told,
)

FILE_TYPES = (
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/svg+xml",
    "application/json",
    media_types.JSON_LD,
    media_types.CREDENTIAL,
    "application/vc",
    media_types.JWT,
    media_types.VC_JWT,
    "text/plain",
    "application/octet-stream",
)
"""What a body that is the file may call itself; it is judged by its content."""

_TEXT_OR_NULL = {"type": ["string", "null"]}
_COUNT_OR_NULL = {"type": ["integer", "null"], "minimum": 0}
HTML = {"schema": {"type": "string"}}
VARY = {"Vary": {"description": "`Accept` among others.", "required": True, "schema": {"type": "string"}}}
PAGE_LANGUAGE = [
    query_parameter(
        LANGUAGE_PARAMETER,
        "The language of the page, as its menu names it. Any other value is ignored. JSON is the same in all.",
        {"type": "string", "examples": list(LANGUAGES)},
    ),
    header_parameter(
        "Accept-Language",
        "The languages of the reader, for a page that is asked for without `lang`.",
        {"type": "string"},
        "pt-BR, en;q=0.5",
    ),
]
"""Parameters of every address that answers with a page."""
_DIGEST = {
    "type": "string",
    "pattern": "^sha256:[0-9a-f]{64}$",
    "description": "The SHA-256 of what was handed in.",
}
_EXAMPLE_DIGEST = "sha256:5a3f8f0b4e1c2d7a9b6e3c8d1f0a4b7e2c5d8f1a0b3c6e9d2f5a8b1c4d7e0f3a"
_ISSUED_AT = "2026-11-23T09:00:00.000000Z"


def _one_of(names: Any, description: str) -> dict[str, Any]:
    return {"type": "string", "enum": [name.value for name in names], "description": description}


_FACTS: dict[str, Any] = closed(
    {
        "issuer": {"type": "string", "description": "Who issued it, or is named as issuer."},
        "key": {"type": "string", "description": "The key that signed."},
        "method": {"type": "string", "description": "The kind of signature."},
        "since": told(MOMENT, "Since when it is so."),
        "until": told(MOMENT, "Until when it is so."),
        "issued_at": told(MOMENT, "When this certificate was issued."),
        "reason": {"type": "string", "description": "In the issuer's own words."},
        "address": {
            "type": "string",
            "description": "Where the current state is, or what is not carried here.",
        },
        "covered_bytes": {"type": "integer", "minimum": 0, "description": "Bytes that the signature covers."},
        "file_bytes": {"type": "integer", "minimum": 0, "description": "Bytes of the file."},
        "members": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Some of the names that no signature covers.",
        },
        "detail": {"type": "string", "description": "What is wrong with the file, in English."},
    },
)
_FACTS = {**_FACTS, "required": [], "description": "Those that belong to the reason."}
_CHECK = closed(
    {
        "name": _one_of(CheckName, "The question. See [checks](/docs/reference/checks)."),
        "outcome": _one_of(Outcome, "What it came to."),
        "reason_code": _one_of(Reason, "Why. Each is told under [checks](/docs/reference/checks)."),
        "facts": _FACTS,
    }
)
CHECKS = {
    "type": "array",
    "items": ref("ReportCheck"),
    "minItems": len(CheckName),
    "maxItems": len(CheckName),
    "description": "Every question with its answer.",
}
VERDICT = _one_of(Verdict, "`valid` when every check passed, `invalid` when one failed.")
_SIBLING = or_null(
    closed(
        {
            "code": CODE,
            "address": told(ADDRESS, "Its check page."),
            "issued_at": told(MOMENT, "When it was issued."),
        }
    )
)
_CLAIMS = {
    "issuer_id": "The identifier of the issuer that it names.",
    "issuer_name": "The name of the issuer that it names.",
    "title": "What it is called.",
    "recipient": "Whose it is.",
    "valid_from": "From when it holds, as written there.",
    "valid_until": "Until when it holds, as written there.",
}
assert list(_CLAIMS) == [field.name for field in fields(Claims)], "each claim has its meaning"
_REPORT = closed(
    {
        "verdict": VERDICT,
        "checks": CHECKS,
        "trusted": closed(
            {
                "scope": _one_of(
                    Scope, "Which bytes the report rests on. Whose signature covers them, the checks say."
                ),
                "covered_bytes": told(_COUNT_OR_NULL, "How many of them a signature covers."),
                "file_bytes": told(_COUNT_OR_NULL, "Of how many."),
            }
        ),
        "file": closed(
            {
                "kind": _one_of(FileKind, "By its content."),
                "size_bytes": {"type": "integer", "minimum": 0, "description": "Its size."},
                "digest": _DIGEST,
            }
        ),
        "certificate": or_null(
            closed(
                {
                    "code": CODE,
                    "address": told(ADDRESS, "Its check page."),
                    "issuer": {"type": "string", "description": "The issuer's name when it was issued."},
                    "issued_at": told(MOMENT, "When it was issued."),
                    "is_erased": {"type": "boolean", "description": "Whether the person was erased from it."},
                    "replaces": told(_SIBLING, "The certificate that this one corrects."),
                    "replaced_by": told(_SIBLING, "The certificate that corrects this one."),
                }
            )
        )
        | {"description": "The certificate of this server that the file says it is; null: none."},
        "claims": or_null(closed({name: told(_TEXT_OR_NULL, meaning) for name, meaning in _CLAIMS.items()}))
        | {"description": "What the file says of itself: true only as far as the checks passed."},
        "time_stamps": {
            "type": "array",
            "items": closed(
                {
                    "stamped_at": told(MOMENT, "The time that it states."),
                    "authority": {"type": "string", "description": "Who made it, as its certificate says."},
                    "signer": told(
                        _TEXT_OR_NULL, "Whose signature it is on, as that says; null: on the document itself."
                    ),
                    "is_confirmed": {
                        "type": "boolean",
                        "description": "Whether its authority chains to a root that the operator of this server named. "
                        "If not, the file only claims this time.",
                    },
                }
            ),
            "description": "The time stamps in a PDF. Anybody can make one: rely on those that are confirmed.",
        },
        "qr_codes": {
            "type": "array",
            "items": closed(
                {
                    "text": {
                        "type": "string",
                        "description": "What it says: words of a stranger, shortened.",
                    },
                    "leads_to": _one_of(
                        LeadsTo, "`no_certificate`: to this server, which has none with this code."
                    ),
                    "code": told(or_null(CODE), "Of the certificate of this server that it names."),
                    "address": told(
                        or_null(ADDRESS), "The check page to compare the picture with; null: none."
                    ),
                }
            ),
            "description": "QR codes in a picture, or on the first page of a PDF, that holds no proof. Such a copy "
            "proves nothing by itself.",
        },
        "notes": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What else stands in the file, in English, for experts.",
        },
    }
)

PUBLIC_SCHEMAS: dict[str, Any] = {"Report": _REPORT, "ReportCheck": _CHECK}
"""The schemas that addresses for everyone name, for the document's components."""


def _passed(name: CheckName, reason: Reason, **facts: Any) -> dict[str, Any]:
    return {"name": name.value, "outcome": "passed", "reason_code": reason.value, "facts": facts}


_STANDING = [
    _passed(CheckName.NOT_REVOKED, Reason.NOT_REVOKED),
    _passed(CheckName.NOT_SUSPENDED, Reason.NOT_SUSPENDED),
    _passed(CheckName.NOT_EXPIRED, Reason.NEVER_EXPIRES),
    _passed(CheckName.NOT_CORRECTED, Reason.NOT_CORRECTED),
]
_ISSUED = _passed(CheckName.ISSUER, Reason.ISSUED_HERE, issuer="Lovelace Academy", since=_ISSUED_AT)
EXAMPLE_CHECKS = [
    _ISSUED,
    _passed(CheckName.SIGNATURE, Reason.SIGNED, key="proof-1", since=_ISSUED_AT),
    _passed(CheckName.UNALTERED, Reason.RECORD_INTACT),
    *_STANDING,
]
"""Of a check page."""

_EXAMPLE: dict[str, Any] = {
    "verdict": "valid",
    "checks": [
        _ISSUED,
        _passed(CheckName.SIGNATURE, Reason.SIGNED, key="seal-1", since=_ISSUED_AT),
        _passed(CheckName.UNALTERED, Reason.IDENTICAL, covered_bytes=80002, file_bytes=80002),
        *_STANDING,
    ],
    "trusted": {"scope": "whole_file", "covered_bytes": 80002, "file_bytes": 80002},
    "file": {"kind": "pdf", "size_bytes": 80002, "digest": _EXAMPLE_DIGEST},
    "certificate": {
        "code": EXAMPLE_CODE,
        "address": f"http://localhost:8000/check/{EXAMPLE_CODE}",
        "issuer": "Lovelace Academy",
        "issued_at": _ISSUED_AT,
        "is_erased": False,
        "replaces": None,
        "replaced_by": None,
    },
    "claims": {
        "issuer_id": "did:web:localhost%3A8000:t:demo",
        "issuer_name": "Lovelace Academy",
        "title": "Certificate of completion for Ada Lovelace",
        "recipient": "Ada Lovelace",
        "valid_from": "2026-11-23T09:00:00Z",
        "valid_until": None,
    },
    "time_stamps": [],
    "qr_codes": [],
    "notes": ["Files attached to the PDF: 1."],
}

CHECK_UPLOAD = public_operation(
    "check-file",
    "Check a file",
    parameters=PAGE_LANGUAGE,
    body={
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": closed(
                    {"file": {"contentMediaType": "application/octet-stream", "description": "The file."}}
                )
            },
            **{media_type: {"schema": BYTES} for media_type in FILE_TYPES},
            "application/json": {
                "schema": BYTES,
                "example": {
                    "@context": ["https://www.w3.org/ns/credentials/v2"],
                    "type": ["VerifiableCredential"],
                },
            },
        },
    },
    answers={
        200: {
            "description": "What the file is worth. A page for people, or by `Accept` the report as JSON.",
            "headers": VARY,
            "content": {
                "application/json": {
                    "schema": resource_of("reports", ref("Report"), identifier=_DIGEST),
                    "example": {
                        "data": {"id": _EXAMPLE_DIGEST, "type": "reports", "data": _EXAMPLE},
                        "meta": [],
                    },
                },
                "text/html": HTML,
            },
        },
        413: error_answer(
            413,
            "The file is too large.",
            "body_too_large",
            f"The request body is too large; at most {UPLOAD_BYTES_MAX} bytes are accepted.",
            codes=("body_too_large",),
            other_content={"text/html": HTML},
        ),
        422: error_answer(
            422,
            "The form holds no file, or the file is empty.",
            "invalid",
            'Send the file as the request body, or as the one file of a form, named "file".',
            codes=("invalid",),
            other_content={"text/html": HTML},
        ),
        429: error_answer(
            429,
            "As many files from this network address are being checked as one address may have.",
            "too_many_at_once",
            "Your network address has as many checks of files under way as one address may have. Repeat the request "
            "when one of them has ended.",
            codes=("too_many_at_once",),
            other_content={"text/html": HTML},
        ),
        503: error_answer(
            503,
            "Others have many files checked, or the server is too busy to finish this one. It says nothing about the "
            "file.",
            "overloaded",
            "The server is busy with checks of files. Repeat the request in a moment.",
            codes=("overloaded", "database_busy", "queue_full"),
            other_content={"text/html": HTML},
        ),
    },
    errors=(400, 500),
)
