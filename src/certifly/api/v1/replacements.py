"""Correct a certificate by another one in its place."""

import uuid
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import (
    BY_ID,
    EXAMPLE_CERTIFICATE_FULL,
    EXAMPLE_DELIVERY,
    IDEMPOTENCY_KEY,
    REPLAYED,
)
from certifly.api.v1 import PREFIX
from certifly.api.v1.showing import show_certificate
from certifly.certificates.issue import PreparedCertificate
from certifly.certificates.models import Certificate
from certifly.certificates.queries import get_certificate, get_certificate_to_change
from certifly.certificates.replace import (
    ReplacementRequest,
    prepare_replacement,
    read_replacement,
    replace,
    require_replaceable,
)
from certifly.certificates.routes import check_address
from certifly.db.tenant import TenantDB
from certifly.delivery.email.describe import email_delivery
from certifly.templates.queries import PublishedTemplate, get_version
from certifly.web.answers import encode, resource
from certifly.web.caller import Call, calling
from certifly.web.decoding import read_json_object
from certifly.web.headers import only_header
from certifly.web.idempotency import HEADER, once, read_key, replay
from certifly.web.operation import json_answer, json_body, operation
from certifly.web.schemas import ref

router = APIRouter(prefix=PREFIX, tags=["certificates"])

_NAME = "Ada King, Countess of Lovelace"
_EXAMPLE = EXAMPLE_CERTIFICATE_FULL | {
    "data": {"Student Name": _NAME},
    "is_rendered": False,
    "status": "recorded",
    "replaces": "1",
}
_EXAMPLE_ADDRESSED = _EXAMPLE | {"data": {"Student Name": _NAME, "Email": EXAMPLE_DELIVERY["recipient"]}}


@router.post(
    "/certificates/{certificate_id}/replacement",
    status_code=201,
    **operation(
        "replace-certificate",
        "Correct a certificate",
        scope="certificates.write",
        parameters=[BY_ID, IDEMPOTENCY_KEY],
        body=json_body(
            ref("ReplacementCreate"),
            {"data": {"Student Name": _NAME}, "reason": "The name has changed."},
        ),
        success={
            201: json_answer(
                "Created: the new certificate, in the place of the old one.",
                ref("ReplacementCreated"),
                resource("certificates", "2", _EXAMPLE),
                another=(
                    "with_email",
                    resource(
                        "certificates", "2", _EXAMPLE_ADDRESSED, meta={"email_delivery": EXAMPLE_DELIVERY}
                    ),
                ),
                headers=REPLAYED,
            )
        },
        errors=(404, 422),
        conflicts=(
            "certificate_erased",
            "certificate_replaced",
            "certificate_revoked",
            "certificate_suspended",
            "idempotency_key_in_use",
        ),
    ),
)
async def create(
    certificate_id: str, request: Request, call: Annotated[Call, Depends(calling("certificates.write"))]
) -> Response:
    """Issue a corrected certificate in the place of this one, with the same version of its template.

    What is not sent stays as it was. The old code stays and leads to the new one; every check of the old
    certificate answers "corrected", with both days. At least one value must change. Not for a certificate that was
    revoked, replaced, suspended or erased.
    """
    body = await read_json_object(request)
    old, template = await call.read(lambda db: _find(db, certificate_id))
    # One body means another request for each certificate.
    key = read_key(only_header(request, HEADER), ["replacement", old.id, body])
    recorded = await replay(call, key)
    if recorded is not None:
        return _created(recorded, replayed=True)

    require_replaceable(old)
    asked, faults = read_replacement(body)
    prepared = _prepare(call, old, template, asked, faults)
    answer, replayed = await once(call, key, partial(_replace, call, old.id, prepared, asked.reason))
    return _created(answer, replayed=replayed)


def _find(db: TenantDB, identifier: str) -> tuple[Certificate, PublishedTemplate]:
    old = get_certificate(db, identifier)
    return old, get_version(db, old.template_id, old.template_version)


def _prepare(
    call: Call,
    old: Certificate,
    template: PublishedTemplate,
    asked: ReplacementRequest,
    faults: dict[str, list[str]],
) -> PreparedCertificate:
    code = uuid.uuid4()
    return prepare_replacement(
        old,
        template,
        asked,
        faults,
        code=code,
        check_url=check_address(call.parts.settings.public_url, code),
        issuer_name=call.identity.tenant_name,
        fonts_dir=call.parts.settings.fonts_dir,
        now=call.now,
    )


def _replace(
    call: Call, old_id: int, prepared: PreparedCertificate, reason: str | None, db: TenantDB
) -> bytes:
    certificate, email = replace(
        db,
        get_certificate_to_change(db, str(old_id)),
        prepared,
        reason=reason,
        actor=call.identity.token_name,
        mail_configured=call.parts.settings.mail_url is not None,
        now=call.now,
    )
    meta = {"email_delivery": email_delivery(email)} if email is not None else None
    return encode(show_certificate(certificate, call, meta=meta))


def _created(answer: bytes, *, replayed: bool) -> Response:
    headers = {"Idempotent-Replayed": "true"} if replayed else None
    return Response(answer, 201, headers, "application/json")
