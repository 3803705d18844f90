"""Certificates: issue one, find them, produce one again."""

import asyncio
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import (
    ASKED_MOMENT,
    BY_ID,
    EXAMPLE_ADDRESSED,
    EXAMPLE_CERTIFICATE,
    EXAMPLE_DELIVERY,
    IDEMPOTENCY_KEY,
    ONE_CERTIFICATE,
    REPLAYED,
)
from certifly.api.v1 import PREFIX
from certifly.api.v1.preparing import PlainRoute, authenticate_writer, prepare_asked, read_published_body
from certifly.api.v1.showing import show_certificate
from certifly.certificates.describe import describe
from certifly.certificates.errors import TemplateChanged
from certifly.certificates.issue import PreparedCertificate, issue
from certifly.certificates.produce import is_pdf_lost, produce_again, produce_lost
from certifly.certificates.queries import (
    CertificateFilter,
    get_certificate,
    get_certificate_to_change,
    list_certificates,
    parse_code,
)
from certifly.certificates.request import IssueRequest, read_request
from certifly.core.errors import Invalid, Overloaded
from certifly.core.ids import parse_id
from certifly.db.tenant import TenantDB
from certifly.delivery.email.describe import email_delivery
from certifly.templates.queries import PublishedTemplate, find_published, is_current
from certifly.web.answers import collection, encode, json_response, resource
from certifly.web.caller import Call, calling
from certifly.web.headers import only_header
from certifly.web.idempotency import HEADER, once, read_key, replay
from certifly.web.operation import (
    CURSOR,
    LIMIT,
    json_answer,
    json_body_with_examples,
    operation,
    query_parameter,
)
from certifly.web.paging import make_cursor, raise_faults, read_page, read_parameters
from certifly.web.schemas import CODE, ID, ref

router = APIRouter(prefix=PREFIX, tags=["certificates"])
published = APIRouter(prefix=PREFIX, tags=["certificates"], route_class=PlainRoute)
"""The one call of the published page."""


class _Identifier(StringConvertor):
    """What can be asked for as a certificate's id or code: "validate" is a call of its own, and takes no GET."""

    regex = "(?!validate$)[^/]+"


register_url_convertor("certificate", _Identifier())

ReadCall = Annotated[Call, Depends(calling("certificates.read"))]
WriteCall = Annotated[Call, Depends(authenticate_writer)]

PREPARATIONS_MAX = 5
"""How often a request is prepared anew because its template was published meanwhile."""

EXAMPLES = {
    "with_email": (
        "201 Created (send_email=true)",
        {
            "template_id": 1,
            "send_email": True,
            "data": {"Student Name": "Ada Lovelace", "Email": "ada@example.org"},
        },
    ),
    "without_email": (
        "201 Created (without email send)",
        {"template_id": 1, "send_email": False, "data": {"Student Name": "Ada Lovelace"}},
    ),
}
"""Bodies, under the titles that the samples of the published page have."""

LIST_PARAMETERS = {"cursor", "limit", "template_id", "code", "created_from", "created_before"}


@published.post(
    "/certificates",
    status_code=201,
    **operation(
        "create-certificate",
        "Create Certificate",
        scope="certificates.write",
        body=json_body_with_examples(ref("CertificateCreate"), EXAMPLES),
        parameters=[IDEMPOTENCY_KEY],
        success={
            201: json_answer(
                "Created: stored, with its work queued.",
                ref("CertificateCreated"),
                resource("certificates", "1", EXAMPLE_CERTIFICATE),
                another=(
                    "with_email",
                    resource(
                        "certificates",
                        "1",
                        EXAMPLE_CERTIFICATE | EXAMPLE_ADDRESSED,
                        meta={"email_delivery": EXAMPLE_DELIVERY},
                    ),
                ),
                headers=REPLAYED,
            )
        },
        errors=(422,),
        conflicts=("idempotency_key_in_use",),
    ),
)
async def create_certificate(request: Request) -> Response:
    """Creates certificate for a template.

    Validation (strict):
    - `template_id`: required, must exist in tenant DB, and be published
    - `data`: required object map
    - `send_email`: optional boolean
    - `expires_at`: optional moment in the future, within 100 years, with its time zone
    - Keys in `data` must match template labels/extra fields
    - Required labels are enforced
    - Unknown keys rejected
    - String data sanitized: character references of HTML are decoded once, markup is removed, white space is tidied;
      text that lost letters to a wrong encoding (U+FFFD) is rejected
    - Text that the template cannot show, for want of room or of a letter in its fonts, is rejected too
    - All faults are told in one answer, each under its own key, such as `data.Student Name`

    Behavior:
    - If `send_email=true`, response includes `meta.email_delivery` with delivery status details.
    - 201 means that the certificate is issued: stored for good, with its work queued in the same commit. PDF,
      picture and e-mail follow within moments; `is_rendered` says whether the PDF is there. What is rejected stores
      nothing.
    - With an `Idempotency-Key`, repeating a request within 24 hours answers with the certificate that the first one
      created. The same key with another body is rejected.
    - Without `expires_at` the certificate holds for as long as the template says, or for ever.
    - A body that was encoded twice (a JSON string that holds the object) or that stands between double quotes is
      taken as the object that it means. An empty list as `data` is an empty map. Nothing else is guessed.
    """
    call = await authenticate_writer(request)
    body = await read_published_body(request)
    key = read_key(only_header(request, HEADER), body)
    recorded = await replay(call, key)
    if recorded is not None:
        return _created(recorded, replayed=True)

    asked, faults = read_request(body)
    for _ in range(PREPARATIONS_MAX):
        template = await _find_template(call, asked)
        try:
            prepared = await _prepare(call, asked, faults, template)
            answer, replayed = await once(call, key, partial(_issue, call, prepared))
        except TemplateChanged:
            call.parts.templates.forget(call.identity.tenant_id, asked.template_id)
            continue
        return _created(answer, replayed=replayed)
    raise Overloaded(
        "The template is being published again and again just now. Repeat the request in a moment."
    )


@router.get(
    "/certificates",
    **operation(
        "list-certificates",
        "List certificates",
        scope="certificates.read",
        parameters=[
            CURSOR,
            LIMIT,
            query_parameter("template_id", "Only those of this template.", ID),
            query_parameter("code", "Only the one with this code.", CODE),
            query_parameter("created_from", "Only those created at this moment or later.", ASKED_MOMENT),
            query_parameter("created_before", "Only those created before this moment.", ASKED_MOMENT),
        ],
        success={
            200: json_answer(
                "A page of certificates.",
                ref("CertificateList"),
                collection([ONE_CERTIFICATE["data"]], next_cursor=None),
            )
        },
        errors=(422,),
    ),
)
async def list_all(request: Request, call: ReadCall) -> Response:
    """Certificates, newest first."""
    parameters, unknown = read_parameters(request.query_params.multi_items(), LIST_PARAMETERS)
    wanted, faults = _read_filter(parameters)
    list_name = f"certificates {wanted}"
    tenant_id, key = call.identity.tenant_id, call.parts.settings.secret_key
    page, page_faults = read_page(parameters, list_name=list_name, tenant_id=tenant_id, key=key)
    raise_faults(unknown, faults, page_faults)
    assert page is not None, "raise_faults has raised"

    certificates = await call.read(
        lambda db: list_certificates(db, wanted, after=page.after, limit=page.limit + 1)
    )

    shown = certificates[: page.limit]
    more = len(certificates) > page.limit
    cursor = make_cursor(shown[-1].id, list_name=list_name, tenant_id=tenant_id, key=key) if more else None
    items = [show_certificate(one, call)["data"] for one in shown]
    return json_response(collection(items, next_cursor=cursor))


@router.get(
    "/certificates/{certificate_id:certificate}",
    **operation(
        "get-certificate",
        "Get a certificate",
        scope="certificates.read",
        parameters=[BY_ID],
        success={200: json_answer("The certificate.", ref("CertificateAnswer"), ONE_CERTIFICATE)},
        errors=(404,),
    ),
)
async def get_one(certificate_id: str, call: ReadCall) -> Response:
    """One certificate, by its id or its code."""
    certificate = await call.read(lambda db: get_certificate(db, certificate_id))
    return json_response(show_certificate(certificate, call))


@router.post(
    "/certificates/{certificate_id}/render",
    status_code=202,
    **operation(
        "render-certificate",
        "Produce a certificate's files again",
        scope="certificates.write",
        parameters=[BY_ID],
        success={
            202: json_answer(
                "The certificate, queued or unchanged.", ref("CertificateAnswer"), ONE_CERTIFICATE
            )
        },
        errors=(404,),
        conflicts=("certificate_erased",),
    ),
)
async def render(certificate_id: str, call: WriteCall) -> Response:
    """Produce the files of a certificate again after it failed, or after its PDF was lost.

    A rendered one whose PDF is intact stays as it is. No e-mail that has gone goes again.
    """
    seen = await call.read(lambda db: get_certificate(db, certificate_id))
    is_lost = await asyncio.to_thread(is_pdf_lost, call.parts.blobs, seen)

    def work(db: TenantDB) -> dict[str, Any]:
        certificate = get_certificate_to_change(db, certificate_id)
        if is_lost:
            produce_lost(
                db,
                seen.id,
                pdf_digest=seen.pdf_digest,
                now=call.now,
                seen_updated_at=seen.updated_at,
            )
        else:
            produce_again(db, certificate, now=call.now)
        return show_certificate(certificate, call)

    return json_response(await call.write(work), status=202)


async def _find_template(call: Call, asked: IssueRequest) -> PublishedTemplate | None:
    """The published version, from memory where it was used before: the commit checks that it still holds."""
    if asked.template_id is None:
        return None
    templates, tenant_id, template_id = call.parts.templates, call.identity.tenant_id, asked.template_id
    known = templates.find(tenant_id, template_id)
    if known is not None:
        return known
    found = await call.read(lambda db: find_published(db, template_id))
    if found is not None:
        templates.keep(tenant_id, found)
    return found


async def _prepare(
    call: Call, asked: IssueRequest, faults: dict[str, list[str]], template: PublishedTemplate | None
) -> PreparedCertificate:
    """What is ready to be issued. Raises Invalid; TemplateChanged when it is an outdated version that refuses it."""
    try:
        return prepare_asked(call, asked, faults, template, code=uuid.uuid4())
    except Invalid:
        # Other processes publish too, and no commit will tell us: nothing is going to be committed.
        if template is not None and not await call.read(lambda db: is_current(db, template)):
            raise TemplateChanged from None
        raise


def _issue(call: Call, prepared: PreparedCertificate, db: TenantDB) -> bytes:
    settings = call.parts.settings
    certificate, email = issue(db, prepared, mail_configured=settings.mail_url is not None)
    data = describe(certificate, public_url=settings.public_url)
    meta = {"email_delivery": email_delivery(email)} if email is not None else None
    return encode(resource("certificates", str(certificate.id), data, meta=meta))


def _created(answer: bytes, *, replayed: bool) -> Response:
    headers = {"Idempotent-Replayed": "true"} if replayed else None
    return Response(answer, 201, headers, "application/json")


def _read_filter(parameters: dict[str, str]) -> tuple[CertificateFilter, dict[str, list[str]]]:
    faults: dict[str, list[str]] = {}
    template_id = code = None
    text = parameters.get("template_id")
    if text is not None:
        template_id = parse_id(text)
        if template_id is None:
            faults["template_id"] = ["template_id must be the id of a template, such as 1."]
    text = parameters.get("code")
    if text is not None:
        code = parse_code(text)
        if code is None:
            faults["code"] = ["code must be the code of a certificate: a UUID."]
    created_from = _read_moment(parameters, "created_from", faults)
    created_before = _read_moment(parameters, "created_before", faults)
    return CertificateFilter(template_id, code, created_from, created_before), faults


def _read_moment(parameters: dict[str, str], name: str, faults: dict[str, list[str]]) -> datetime | None:
    text = parameters.get(name)
    if text is None:
        return None
    try:
        # A "+" that was not encoded arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # told below, in the same words as a moment without a zone
    faults[name] = [f"{name} must be a moment with its zone, such as 2026-11-23T16:00:00Z."]
    return None
