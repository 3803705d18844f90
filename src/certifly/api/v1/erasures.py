"""Erase the person from a certificate, and keep the proof."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import BY_ID, ONE_CERTIFICATE
from certifly.api.v1 import PREFIX
from certifly.api.v1.showing import read_only_reason, show_certificate
from certifly.certificates.erase import erase
from certifly.certificates.queries import get_certificate_to_change
from certifly.db.tenant import TenantDB
from certifly.web.answers import json_response
from certifly.web.caller import Call, calling
from certifly.web.decoding import read_json_object
from certifly.web.operation import json_answer, json_body, operation
from certifly.web.recorded import forget_answers_about
from certifly.web.schemas import ref

router = APIRouter(prefix=PREFIX, tags=["certificates"])


@router.post(
    "/certificates/{certificate_id}/erasure",
    **operation(
        "erase-certificate",
        "Erase the person from a certificate",
        scope="certificates.revoke",
        parameters=[BY_ID],
        body=json_body(
            ref("WithOptionalReason"), {"reason": "Asked for on 23 November, case 1815."}, required=False
        ),
        success={200: json_answer("What is left of it.", ref("CertificateAnswer"), ONE_CERTIFICATE)},
        errors=(404, 422),
    ),
)
async def create(
    certificate_id: str, request: Request, call: Annotated[Call, Depends(calling("certificates.revoke"))]
) -> Response:
    """Remove data, credential, files, e-mail addresses and reasons, for good; the files within moments.

    A certificate is never deleted: the code stays, and says that one was issued on that day and whether it was
    revoked; a holder of the PDF can still have it checked. Repeating the call changes nothing, but for reasons given
    since: they go too. A reason given here stays in the history, so name nobody in it. A certificate that this one
    corrected, or that corrects it, has an erasure of its own.
    """
    reason = read_only_reason(await read_json_object(request), required=False)

    def work(db: TenantDB) -> dict[str, Any]:
        certificate = get_certificate_to_change(db, certificate_id)
        erase(db, certificate, reason=reason, actor=call.identity.token_name, now=call.now)
        forget_answers_about(db, certificate.code, issued_at=certificate.created_at)
        return show_certificate(certificate, call)

    return json_response(await call.write(work))
