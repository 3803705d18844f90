"""Ask before issuing: what the create call would answer, and what it would issue. Stores nothing.

The body is read and judged by the code of the create call (``preparing.py``), held against the version that is
published at this moment. What only a commit can tell is not known here: that the template is published again or
archived in the next moment, or that the server then has too much to write.
"""

import uuid

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import EXAMPLE_PROSPECT, EXAMPLE_VALIDATION
from certifly.api.v1 import PREFIX
from certifly.api.v1.preparing import PlainRoute, authenticate_writer, prepare_asked, read_published_body
from certifly.certificates.describe import describe_prepared
from certifly.certificates.issue import foresee_email
from certifly.certificates.request import IssueRequest, read_request
from certifly.delivery.email.describe import describe_prospect
from certifly.templates.cleaning_report import cleaning_warnings
from certifly.templates.drawable import EXAMPLE_CODE
from certifly.templates.queries import PublishedTemplate, find_published
from certifly.web.answers import json_response, resource
from certifly.web.caller import Call
from certifly.web.operation import json_answer, json_body, operation
from certifly.web.schemas import ref

router = APIRouter(prefix=PREFIX, tags=["certificates"], route_class=PlainRoute)

CODE = uuid.UUID(EXAMPLE_CODE)
"""Stands for the code that is drawn when a certificate is issued: no code takes more room on the page."""


@router.post(
    "/certificates/validate",
    **operation(
        "validate-certificate",
        "Validate without issuing",
        scope="certificates.write",
        body=json_body(
            ref("CertificateCreate"),
            {
                "template_id": 1,
                "send_email": True,
                "data": {"Student Name": "Ada Lovelace", "Email": "ada@example.org"},
            },
        ),
        success={
            200: json_answer(
                "The create call would issue this. Nothing is stored.",
                ref("ValidationAnswer"),
                resource("validations", None, EXAMPLE_VALIDATION),
                another=(
                    "with_email",
                    resource(
                        "validations", None, EXAMPLE_VALIDATION, meta={"email_delivery": EXAMPLE_PROSPECT}
                    ),
                ),
            )
        },
        errors=(422,),
    ),
)
async def validate_certificate(request: Request) -> Response:
    """Judge a request as the create call does, and issue nothing.

    A dry run: it takes the same body, in all its forms, and refuses it with the same errors in the same order. What
    it does not refuse is answered as it would be issued: the cleaned data, title, recipient and expiry, with the
    version of the template that is published now; with `send_email` set, `meta.email_delivery` tells what would
    become of the e-mail.

    `warnings` says what cleaning changed, under the name of each field, and what looks damaged: HTML markup that was
    removed, character references that were decoded, line ends that became spaces, text that was read in the wrong
    encoding. A warning refuses nothing.

    To issue what was tried, send the same body again, not the cleaned values of this answer: a text that still
    contains a character reference, such as `&lt;`, would be decoded once more.

    Nothing is stored, queued, counted or reserved: the answer has no id and no code, and the create call may still
    answer otherwise when the template is changed in between. An `Idempotency-Key` is not looked at.
    """
    call = await authenticate_writer(request)
    asked, faults = read_request(await read_published_body(request))
    prepared = prepare_asked(call, asked, faults, await _find_template(call, asked), code=CODE)

    prospect = foresee_email(prepared, mail_configured=call.parts.settings.mail_url is not None)
    meta = {"email_delivery": describe_prospect(prospect)} if prospect is not None else None
    warnings = cleaning_warnings(prepared.template.document, asked.data or {})
    return json_response(
        resource("validations", None, describe_prepared(prepared, warnings=warnings), meta=meta)
    )


async def _find_template(call: Call, asked: IssueRequest) -> PublishedTemplate | None:
    """The version that is published now. Not from memory: no commit follows that would notice an outdated one."""
    template_id = asked.template_id
    if template_id is None:
        return None
    return await call.read(lambda db: find_published(db, template_id))
