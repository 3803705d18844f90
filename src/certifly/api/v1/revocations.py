"""Revoke a certificate, for good."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import BY_ID, EXAMPLE_REASON, ONE_CERTIFICATE
from certifly.api.v1 import PREFIX
from certifly.api.v1.showing import read_only_reason, show_certificate
from certifly.certificates.queries import get_certificate_to_change
from certifly.certificates.revoke import revoke
from certifly.db.tenant import TenantDB
from certifly.web.answers import json_response
from certifly.web.caller import Call, calling
from certifly.web.decoding import read_json_object
from certifly.web.operation import json_answer, json_body, operation
from certifly.web.schemas import ref

router = APIRouter(prefix=PREFIX, tags=["certificates"])


@router.post(
    "/certificates/{certificate_id}/revocation",
    **operation(
        "revoke-certificate",
        "Revoke a certificate",
        scope="certificates.revoke",
        parameters=[BY_ID],
        body=json_body(ref("WithReason"), {"reason": EXAMPLE_REASON}),
        success={200: json_answer("The certificate, revoked.", ref("CertificateAnswer"), ONE_CERTIFICATE)},
        errors=(404, 422),
        conflicts=("certificate_replaced",),
    ),
)
async def create(
    certificate_id: str, request: Request, call: Annotated[Call, Depends(calling("certificates.revoke"))]
) -> Response:
    """Withdraw a certificate for good: every check answers "revoked" from now on, and says why.

    Repeating the call changes nothing: the first reason and moment stay. One that was replaced cannot be revoked;
    revoke its successor.
    """
    reason = read_only_reason(await read_json_object(request), required=True)
    assert reason is not None, "it is required"

    def work(db: TenantDB) -> dict[str, Any]:
        certificate = get_certificate_to_change(db, certificate_id)
        revoke(db, certificate, reason=reason, actor=call.identity.token_name, now=call.now)
        return show_certificate(certificate, call)

    return json_response(await call.write(work))
