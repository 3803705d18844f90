"""The signed credential of a certificate."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from certifly.api.components import BY_ID
from certifly.api.v1 import PREFIX
from certifly.certificates.credential import read_credential
from certifly.certificates.queries import get_certificate
from certifly.core.clock import isoformat
from certifly.db.tenant import TenantDB
from certifly.web.answers import json_response, resource
from certifly.web.caller import Call, calling
from certifly.web.operation import json_answer, operation
from certifly.web.schemas import EXAMPLE_CODE, MOMENT, closed, resource_of, told

router = APIRouter(prefix=PREFIX, tags=["certificates"])

_CREDENTIAL = closed(
    {
        "edition": {
            "type": "integer",
            "minimum": 1,
            "description": "Which signing of the certificate this is: more than 1 when a key was withdrawn.",
        },
        "signed_at": told(MOMENT, "When it was signed."),
        "credential": {
            "type": "object",
            "description": "An Open Badges 3.0 AchievementCredential with its proofs. The very bytes that were signed "
            "are those of `/download/{code}.json`.",
        },
        "jwt": {"type": "string", "description": "The same as VC-JWT.", "pattern": "^[A-Za-z0-9_.-]+$"},
    }
)
_EXAMPLE: dict[str, Any] = {
    "edition": 1,
    "signed_at": "2026-11-23T16:00:00.000000Z",
    "credential": {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:{EXAMPLE_CODE}",
        "type": ["VerifiableCredential", "AchievementCredential"],
    },
    "jwt": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJkaWQ6d2ViOmV4YW1wbGUub3JnIn0.c2lnbmF0dXJl",
}


@router.get(
    "/certificates/{certificate_id}/credential",
    **operation(
        "get-certificate-credential",
        "Get a certificate's credential",
        scope="certificates.read",
        parameters=[BY_ID],
        success={
            200: json_answer(
                "The credential of the current edition.",
                resource_of("credentials", _CREDENTIAL),
                resource("credentials", "1", _EXAMPLE),
            )
        },
        errors=(404,),
        conflicts=("certificate_erased", "certificate_failed", "credential_not_signed"),
    ),
)
async def get_one(
    certificate_id: str, call: Annotated[Call, Depends(calling("certificates.read"))]
) -> Response:
    """The signed Open Badges credential of a certificate, as JSON-LD and as JWT.

    A 409 with Retry-After (`credential_not_signed`) while it is being signed, which takes moments.
    """

    def look(db: TenantDB) -> tuple[str, dict[str, Any]]:
        certificate = get_certificate(db, certificate_id)
        found = read_credential(db, certificate)
        return str(certificate.id), {
            "edition": found.number,
            "signed_at": isoformat(found.signed_at),
            "credential": json.loads(found.credential),
            "jwt": found.credential_jwt,
        }

    identifier, data = await call.read(look)
    return json_response(resource("credentials", identifier, data))
