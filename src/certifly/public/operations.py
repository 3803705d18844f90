"""What the public addresses say of themselves in the OpenAPI document."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from certifly.certificates.standing import STANDINGS
from certifly.public.operations_of_check_upload import (
    CHECKS,
    EXAMPLE_CHECKS,
    HTML,
    PAGE_LANGUAGE,
    VARY,
    VERDICT,
)
from certifly.public.sharing import linkedin_address
from certifly.rendering.formats import PREVIEWS
from certifly.web.error_answers import error_answer, header_ref
from certifly.web.operation import (
    header_parameter,
    json_answer,
    path_parameter,
    public_operation,
    query_parameter,
)
from certifly.web.schemas import (
    ADDRESS,
    BYTES,
    CODE,
    EXAMPLE_CODE,
    MOMENT,
    closed,
    or_null,
    resource_of,
    told,
)

_BASE = "http://localhost:8000"
_KINDS = {
    "pdf": "Where everyone gets its PDF.",
    "png": "Where everyone gets its picture.",
    "svg": "The same in lines.",
    "json": "Where everyone gets its credential.",
    "jwt": "The same as a JWT.",
}
_ADDRESS_OR_NULL = or_null(ADDRESS)
_MOMENT_OR_NULL = or_null(MOMENT)
_EXAMPLE_CHECK: dict[str, Any] = {
    "code": EXAMPLE_CODE,
    "state": "rendered",
    "is_rendered": True,
    "status": "rendered",
    "verdict": "valid",
    "recipient": "Ada Lovelace",
    "title": "Certificate of completion for Ada Lovelace",
    "issuer": {"name": "Lovelace Academy"},
    "issued_on": "2026-11-23",
    "expires_at": None,
    "revoked_at": None,
    "reason": None,
    "replaces": None,
    "replaced_by": None,
    "language": "en",
    "labels": {"Student Name": "Ada Lovelace"},
    "checks": EXAMPLE_CHECKS,
    "share": {
        "linkedin": linkedin_address(
            name="Certificate of completion",
            issuer="Lovelace Academy",
            issued_on=date(2026, 11, 23),
            expires_on=None,
            address=f"{_BASE}/check/{EXAMPLE_CODE}",
            code=EXAMPLE_CODE,
        )
    },
    "routes": {
        "check": f"{_BASE}/check/{EXAMPLE_CODE}",
        **{f"download_{kind}": f"{_BASE}/download/{EXAMPLE_CODE}.{kind}" for kind in _KINDS},
    },
}
_CHECK = closed(
    {
        "code": CODE,
        "state": {
            "type": "string",
            "enum": ["recorded", "rendered", "failed", "erased"],
            "description": "What became of its files.",
        },
        "is_rendered": {"type": "boolean", "description": "Whether its files can be downloaded."},
        "status": {
            "type": "string",
            "enum": list(STANDINGS),
            "description": "What became of it; of several things the gravest. `state`, where it holds.",
        },
        "verdict": VERDICT,
        "recipient": {
            "type": ["string", "null"],
            "description": "Whose it is; null where the template does not say, or the person was erased.",
        },
        "title": {"type": ["string", "null"], "description": "`null` when the person was erased."},
        "issuer": closed(
            {"name": {"type": "string", "description": "The issuer's name when it was issued."}}
        ),
        "issued_on": {"type": "string", "format": "date", "description": "The day where the issuer is."},
        "expires_at": told(_MOMENT_OR_NULL, "Until when it holds; null: for ever."),
        "revoked_at": told(_MOMENT_OR_NULL, "When it was revoked; null: it was not."),
        "reason": {
            "type": ["string", "null"],
            "description": "Why it was revoked or suspended, in the issuer's words.",
        },
        "replaces": {**_ADDRESS_OR_NULL, "description": "The check page of the certificate it corrects."},
        "replaced_by": {**_ADDRESS_OR_NULL, "description": "The check page of the one that replaced it."},
        "language": {"type": "string", "description": "That of the title and the labels."},
        "labels": {
            "type": "object",
            "description": "What is printed, by label. Extra fields are never shown.",
            "additionalProperties": {"type": ["string", "number"]},
        },
        "checks": CHECKS,
        "share": closed(
            {
                "linkedin": {
                    **_ADDRESS_OR_NULL,
                    "description": "Where its holder adds it to a profile; `null` when it does not hold.",
                }
            }
        ),
        "routes": closed(
            {
                "check": told(ADDRESS, "This page."),
                **{f"download_{kind}": told(ADDRESS, meaning) for kind, meaning in _KINDS.items()},
            }
        ),
    }
)
NO_CERTIFICATE = error_answer(
    404, "No certificate has this code.", "not_found", "No certificate has this code.", codes=("not_found",)
)
_NO_CHECK_PAGE = error_answer(
    404,
    "No certificate has this code.",
    "not_found",
    "No certificate has this code.",
    codes=("not_found",),
    other_content={"text/html": HTML},
)
FIND_CHECK = public_operation(
    "find-check-page",
    "Go to the check page of a typed code",
    parameters=[
        query_parameter("code", "A code, or any text with one in it, such as an address.", {"type": "string"})
        | {"example": EXAMPLE_CODE},
        *PAGE_LANGUAGE,
    ],
    answers={
        303: {
            "description": "There may be such a certificate; its check page knows. Without `code`: the front page.",
            "headers": {
                "Location": {"description": "The page.", "required": True, "schema": {"type": "string"}}
            },
        },
        404: _NO_CHECK_PAGE,
    },
)
CHECK = public_operation(
    "check-certificate",
    "Check a certificate",
    parameters=[
        path_parameter(
            "code",
            "The code, in any letter case. With `.json` behind it the answer is JSON.",
            {"type": "string", "minLength": 1},
            EXAMPLE_CODE,
        ),
        *PAGE_LANGUAGE,
    ],
    answers={
        200: {
            "description": "What it is and what became of it: a page for people, or by `Accept` the facts as JSON.",
            "headers": VARY,
            "content": {
                "application/json": {
                    "schema": resource_of("checks", _CHECK, identifier=CODE),
                    "example": {
                        "data": {"id": EXAMPLE_CODE, "type": "checks", "data": _EXAMPLE_CHECK},
                        "meta": [],
                    },
                },
                "text/html": HTML,
            },
        },
        404: _NO_CHECK_PAGE,
    },
)

FILE_HEADERS = {
    "ETag": {
        "description": "Changes when the file does.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[0-9a-f]{64}"$'},
    },
    "Content-Disposition": {
        "description": "The name to save it under.",
        "required": True,
        "schema": {"type": "string"},
    },
}
IF_NONE_MATCH = header_parameter(
    "If-None-Match", "The `ETag` of the file one has.", {"type": "string"}, f'"{"0" * 64}"'
)

BEING_MADE = json_answer(
    "It is being made. Ask again after `Retry-After` seconds.",
    closed(
        {
            "message": {"type": "string", "description": "What to do."},
            "code": {"type": "string", "const": "being_made"},
            "request_id": {"type": "string", "description": "The same as in `X-Request-Id`."},
        }
    ),
    {
        "message": "This file is being made. Ask again in 2 seconds.",
        "code": "being_made",
        "request_id": "5f0c8f3f4b7a4a2d9d6b0f8e7c1a2b3c",
    },
    headers={"Retry-After": header_ref("Retry-After")},
)
ERASED_FILE = error_answer(
    410,
    "The person was erased from this certificate, and its files with it.",
    "certificate_erased",
    "The person was erased from this certificate, and its files with it.",
    codes=("certificate_erased",),
)
FAILED_FILE = error_answer(
    409,
    "The files of this certificate could not be made; asking again will not help.",
    "certificate_failed",
    "The files of this certificate could not be made, and asking again will not help. Its issuer "
    "can have them made again.",
    codes=("certificate_failed",),
)


TOO_MANY_PICTURES = {
    429: error_answer(
        429,
        "Nobody has asked for this picture before, and as many of this network address are being made as one may have.",
        "too_many_at_once",
        "Your network address has as many pictures that are being made under way as one address may have. Repeat the "
        "request when one of them has ended.",
        codes=("too_many_at_once",),
    )
}


def _download(
    operation_id: str,
    summary: str,
    media_type: str,
    *,
    choice: str,
    chosen: str,
    more: Mapping[int, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return public_operation(
        operation_id,
        summary,
        parameters=[
            path_parameter(
                "code", "The code, in any letter case.", {"type": "string", "minLength": 1}, EXAMPLE_CODE
            ),
            query_parameter(choice, chosen, {"type": "string"}) | {"allowEmptyValue": True},
            IF_NONE_MATCH,
        ],
        answers={
            200: {
                "description": "The file.",
                "headers": FILE_HEADERS,
                "content": {media_type: {"schema": BYTES}},
            },
            202: BEING_MADE,
            304: {"description": "The client has this very file.", "headers": FILE_HEADERS},
            404: NO_CERTIFICATE,
            409: FAILED_FILE,
            410: ERASED_FILE,
            **(more or {}),
        },
    )


DOWNLOAD_PDF = _download(
    "download-pdf",
    "Download the PDF",
    "application/pdf",
    choice="inline",
    chosen="When there, whatever its value: to be looked at, not saved.",
)
DOWNLOAD_PNG = _download(
    "download-png",
    "Download the picture",
    "image/png",
    choice="download",
    chosen="When there, whatever its value: to be saved, not looked at.",
    more=TOO_MANY_PICTURES,
)
DOWNLOAD_SVG = _download(
    "download-svg",
    "Download the picture as SVG",
    "image/svg+xml",
    choice="download",
    chosen="When there, whatever its value: to be saved, not looked at.",
    more=TOO_MANY_PICTURES,
)

_ONE_PREVIEW = next(iter(PREVIEWS))
DOWNLOAD_PREVIEW = public_operation(
    "download-preview",
    "Show a small picture",
    parameters=[
        path_parameter(
            "code", "The code, in any letter case.", {"type": "string", "minLength": 1}, EXAMPLE_CODE
        ),
        path_parameter(
            "name",
            "How many pixels wide at most, and in which format.",
            {"type": "string", "enum": list(PREVIEWS)},
            _ONE_PREVIEW,
        ),
        query_parameter(
            "v",
            "The version that the check page names. With the current one, browsers keep the picture; otherwise they "
            "ask again before they show it.",
            {"type": "string"},
        ),
        IF_NONE_MATCH,
    ],
    answers={
        200: {
            "description": "The picture.",
            "headers": FILE_HEADERS,
            "content": {preview.media_type: {"schema": BYTES} for preview in PREVIEWS.values()},
        },
        202: BEING_MADE,
        304: {"description": "The client has this very file.", "headers": FILE_HEADERS},
        404: NO_CERTIFICATE,
        409: FAILED_FILE,
        410: ERASED_FILE,
        **TOO_MANY_PICTURES,
    },
)


def _status(word: str) -> dict[str, Any]:
    return closed({"status": {"type": "string", "const": word}})


HEALTH = public_operation(
    "get-health",
    "Does the process live?",
    answers={200: json_answer("It answers.", _status("ok"), {"status": "ok"})},
    errors=(500,),
)
READINESS = public_operation(
    "get-readiness",
    "Can it serve?",
    answers={
        200: json_answer("The database answers.", _status("ready"), {"status": "ready"}),
        503: error_answer(
            503,
            "The database does not answer.",
            "not_ready",
            "The database does not answer.",
            codes=("not_ready",),
        ),
    },
    errors=(500,),
)
