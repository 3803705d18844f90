"""Suspend a certificate, and let it hold again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import BY_ID, ONE_CERTIFICATE
from certifly.api.v1 import PREFIX
from certifly.api.v1.showing import read_only_reason, show_certificate
from certifly.certificates.queries import get_certificate_to_change
from certifly.certificates.suspend import reinstate, suspend
from certifly.db.tenant import TenantDB
from certifly.web.answers import json_response
from certifly.web.caller import Call, calling
from certifly.web.decoding import read_json_object
from certifly.web.operation import json_answer, json_body, operation
from certifly.web.schemas import ref

router = APIRouter(prefix=PREFIX, tags=["certificates"])

RevokeCall = Annotated[Call, Depends(calling("certificates.revoke"))]


@router.post(
    "/certificates/{certificate_id}/suspension",
    **operation(
        "suspend-certificate",
        "Suspend a certificate",
        scope="certificates.revoke",
        parameters=[BY_ID],
        body=json_body(ref("WithReason"), {"reason": "The examination is being looked into."}),
        success={200: json_answer("The certificate, suspended.", ref("CertificateAnswer"), ONE_CERTIFICATE)},
        errors=(404, 422),
        conflicts=(
            "certificate_erased",
            "certificate_not_suspendable",
            "certificate_replaced",
            "certificate_revoked",
        ),
    ),
)
async def create(certificate_id: str, request: Request, call: RevokeCall) -> Response:
    """Withdraw a certificate for a while: every check answers "suspended", and says why, until that is lifted.

    Only certificates of a template version with `"suspendable": true` can be suspended; any other can be revoked.
    Repeating the call changes nothing: the first reason and moment stay.
    """
    reason = read_only_reason(await read_json_object(request), required=True)
    assert reason is not None, "it is required"

    def work(db: TenantDB) -> dict[str, Any]:
        certificate = get_certificate_to_change(db, certificate_id)
        suspend(db, certificate, reason=reason, actor=call.identity.token_name, now=call.now)
        return show_certificate(certificate, call)

    return json_response(await call.write(work))


@router.delete(
    "/certificates/{certificate_id}/suspension",
    **operation(
        "reinstate-certificate",
        "Lift a suspension",
        scope="certificates.revoke",
        parameters=[BY_ID],
        success={
            200: json_answer("The certificate, not suspended.", ref("CertificateAnswer"), ONE_CERTIFICATE)
        },
        errors=(404,),
        conflicts=("certificate_replaced", "certificate_revoked"),
    ),
)
async def remove(certificate_id: str, call: RevokeCall) -> Response:
    """Let a suspended certificate hold again. One that is not suspended stays as it is."""

    def work(db: TenantDB) -> dict[str, Any]:
        certificate = get_certificate_to_change(db, certificate_id)
        reinstate(db, certificate, actor=call.identity.token_name, now=call.now)
        return show_certificate(certificate, call)

    return json_response(await call.write(work))
