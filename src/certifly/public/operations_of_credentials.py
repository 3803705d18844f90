"""What the addresses of credentials and of their issuers say of themselves in the OpenAPI document."""

from typing import Any

from certifly.credentials import media_types
from certifly.public.operations import (
    BEING_MADE,
    ERASED_FILE,
    FAILED_FILE,
    FILE_HEADERS,
    IF_NONE_MATCH,
    NO_CERTIFICATE,
)
from certifly.web.error_answers import error_answer
from certifly.web.operation import path_parameter, public_operation
from certifly.web.schemas import BYTES, EXAMPLE_CODE

_OBJECT: dict[str, Any] = {"type": "object", "required": ["id"]}
_NO_ISSUER = error_answer(
    404,
    "No issuer has this address.",
    "not_found",
    "No issuer has this address.",
    codes=("not_found",),
)
_SLUG = path_parameter("slug", "The short name of the tenant.", {"type": "string", "minLength": 1}, "demo")
_TEMPLATE = path_parameter("template_id", "The template.", {"type": "string", "minLength": 1}, "1")
_VERSION = path_parameter("version", "Its version.", {"type": "string", "minLength": 1}, "1")


def _credential(operation_id: str, summary: str, media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return public_operation(
        operation_id,
        summary,
        parameters=[
            path_parameter(
                "code", "The code, in any letter case.", {"type": "string", "minLength": 1}, EXAMPLE_CODE
            ),
            IF_NONE_MATCH,
        ],
        answers={
            200: {
                "description": "The credential.",
                "headers": FILE_HEADERS,
                "content": {media_type: {"schema": schema}},
            },
            202: BEING_MADE,
            304: {"description": "The client has this very text.", "headers": FILE_HEADERS},
            404: NO_CERTIFICATE,
            409: FAILED_FILE,
            410: ERASED_FILE,
        },
    )


def _of_issuer(
    operation_id: str,
    summary: str,
    description: str,
    content: dict[str, Any],
    *parameters: dict[str, Any],
) -> dict[str, Any]:
    return public_operation(
        operation_id,
        summary,
        parameters=[_SLUG, *parameters],
        answers={200: {"description": description, "content": content}, 404: _NO_ISSUER},
    )


DOWNLOAD_JSON = _credential("download-credential", "Download the credential", media_types.CREDENTIAL, _OBJECT)
DOWNLOAD_JWT = _credential(
    "download-credential-jwt",
    "Download the credential as a JWT",
    media_types.JWT,
    BYTES,
)
GET_ISSUER = _of_issuer(
    "get-issuer",
    "Get an issuer's profile",
    "The profile (Open Badges 3.0).",
    {media_types.JSON_LD: {"schema": _OBJECT}},
)
GET_DID = _of_issuer(
    "get-issuer-did",
    "Get an issuer's DID document",
    "The DID document (did:web) with the keys that verify what the issuer signed.",
    {media_types.DID_DOCUMENT: {"schema": _OBJECT}},
)
GET_CHAIN = _of_issuer(
    "get-issuer-chain",
    "Get the certificates above an issuer's PDF seals",
    "PEM.",
    {media_types.PEM_CHAIN: {"schema": BYTES}},
)
GET_ACHIEVEMENT = _of_issuer(
    "get-achievement",
    "Get an achievement",
    "What certificates of this template version attest (Open Badges 3.0).",
    {media_types.JSON_LD: {"schema": _OBJECT}},
    _TEMPLATE,
    _VERSION,
)
GET_ACHIEVEMENT_IMAGE = _of_issuer(
    "get-achievement-image",
    "Get the picture of an achievement",
    "The picture.",
    {media_type: {"schema": BYTES} for media_type in ("image/png", "image/jpeg", "image/svg+xml")},
    _TEMPLATE,
    _VERSION,
)
GET_STATUS_LIST = _of_issuer(
    "get-status-list",
    "Get a status list",
    "A signed bitstring of 131,072 certificates (W3C Bitstring Status List 1.0).",
    {
        media_types.CREDENTIAL: {"schema": _OBJECT},
        media_types.JWT: {"schema": {"type": "string"}},
    },
    path_parameter("purpose", "`revocation` or `suspension`.", {"type": "string"}, "revocation"),
    path_parameter(
        "number",
        "Its number; with `.jwt` behind it, or by `Accept`, the answer is a JWT.",
        {"type": "string"},
        "1",
    ),
)
