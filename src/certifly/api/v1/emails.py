"""E-mails of a certificate: what became of them, and sending it again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from certifly.api.components import BY_ID, EMAIL_STATUSES, EXAMPLE_DELIVERY
from certifly.api.v1 import PREFIX
from certifly.certificates.mail_again import mail_again
from certifly.certificates.queries import get_certificate, get_certificate_to_change
from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.delivery.email.describe import describe_email
from certifly.delivery.email.headers import AddressUnusable, read_address
from certifly.delivery.email.models import Email
from certifly.delivery.email.queries import list_emails
from certifly.web.answers import collection, json_response, resource
from certifly.web.caller import Call, calling
from certifly.web.decoding import printable, read_json_object
from certifly.web.operation import CURSOR, LIMIT, json_answer, json_body, operation
from certifly.web.paging import make_cursor, raise_faults, read_page, read_parameters
from certifly.web.schemas import ID, MOMENT, closed, item_of, list_of, or_null, resource_of, told

router = APIRouter(prefix=PREFIX, tags=["emails"])

LIST_PARAMETERS = {"cursor", "limit"}

_NULLABLE_TEXT = {"type": ["string", "null"]}
_UUID = {"type": "string", "format": "uuid", "description": "Its id."}
_EMAIL = closed(
    {
        "certificate_id": told(ID, "The certificate it is about."),
        "status": {
            "type": "string",
            "enum": EMAIL_STATUSES,
            "description": "`sent` means that the next mail server took the message, not that anyone read it.",
        },
        "recipient": told(_NULLABLE_TEXT, "The address it goes to; null: there is none."),
        "reason": {"type": ["string", "null"], "description": "Why, where the status alone does not say."},
        "message_id": {
            "type": ["string", "null"],
            "description": "The Message-ID, the same for every attempt; null before the first.",
        },
        "attempts": {"type": "integer", "minimum": 0, "description": "How often it was tried."},
        "queued_at": told(MOMENT, "When it was asked for."),
        "updated_at": told(MOMENT, "When this last changed."),
        "sent_at": told(or_null(MOMENT), "When the next mail server took it; null: it has not."),
    }
)
_EXAMPLE: dict[str, Any] = {
    "certificate_id": "1",
    "status": "sent",
    "recipient": "ada@example.org",
    "reason": None,
    "message_id": f"<{EXAMPLE_DELIVERY['id']}@certificates.example.org>",
    "attempts": 1,
    "queued_at": "2026-11-23T16:00:00.000000Z",
    "updated_at": "2026-11-23T16:00:02.000000Z",
    "sent_at": "2026-11-23T16:00:02.000000Z",
}
_QUEUED_EXAMPLE = _EXAMPLE | {"status": "queued", "message_id": None, "attempts": 0, "sent_at": None}
_ID_EXAMPLE = str(EXAMPLE_DELIVERY["id"])


@router.get(
    "/certificates/{certificate_id}/emails",
    **operation(
        "list-certificate-emails",
        "List a certificate's e-mails",
        scope="certificates.read",
        parameters=[BY_ID, CURSOR, LIMIT],
        success={
            200: json_answer(
                "A page of e-mails.",
                list_of(item_of("emails", _EMAIL, identifier=_UUID)),
                collection([resource("emails", _ID_EXAMPLE, _EXAMPLE)["data"]], next_cursor=None),
            )
        },
        errors=(404, 422),
    ),
)
async def list_all(
    certificate_id: str, request: Request, call: Annotated[Call, Depends(calling("certificates.read"))]
) -> Response:
    """The e-mails of a certificate, newest first."""
    parameters, unknown = read_parameters(request.query_params.multi_items(), LIST_PARAMETERS)
    tenant_id, key = call.identity.tenant_id, call.parts.settings.secret_key

    certificate, emails = await call.read(lambda db: _emails_of(db, certificate_id))
    list_name = f"emails {certificate}"
    page, page_faults = read_page(parameters, list_name=list_name, tenant_id=tenant_id, key=key)
    raise_faults(unknown, page_faults)
    assert page is not None, "raise_faults has raised"

    # Counted from the oldest, so that a place in the list stays what it is when e-mails are added.
    oldest_first = emails[::-1][: page.after]
    shown = oldest_first[-page.limit :][::-1]
    rest = len(oldest_first) - len(shown)
    cursor = make_cursor(rest, list_name=list_name, tenant_id=tenant_id, key=key) if rest else None
    return json_response(collection([_item(email) for email in shown], next_cursor=cursor))


@router.post(
    "/certificates/{certificate_id}/emails",
    status_code=201,
    **operation(
        "send-certificate-email",
        "Send a certificate again",
        scope="certificates.write",
        parameters=[BY_ID],
        body=json_body(
            {
                "type": "object",
                "properties": {
                    "to": {
                        "type": ["string", "null"],
                        "format": "email",
                        "maxLength": 254,
                        "description": "The corrected address. Without it: where the last e-mail went.",
                    }
                },
                "additionalProperties": False,
            },
            {"to": "ada@example.org"},
            required=False,
        ),
        success={
            201: json_answer(
                "Created: the message is recorded, and goes as soon as it can.",
                resource_of("emails", _EMAIL, identifier=_UUID),
                resource("emails", _ID_EXAMPLE, _QUEUED_EXAMPLE),
            )
        },
        errors=(404, 422),
        conflicts=("certificate_erased", "certificate_replaced", "certificate_revoked", "too_many_emails"),
    ),
)
async def create(
    certificate_id: str, request: Request, call: Annotated[Call, Depends(calling("certificates.write"))]
) -> Response:
    """Send a certificate again, to a corrected address if one is given.

    Messages to another address that have not gone yet are skipped.
    """
    to = _read_to(await read_json_object(request))

    def work(db: TenantDB) -> dict[str, Any]:
        email = mail_again(
            db,
            get_certificate_to_change(db, certificate_id),
            to=to,
            mail_configured=call.parts.settings.mail_url is not None,
            now=call.now,
        )
        return resource("emails", email.id, describe_email(email))

    return json_response(await call.write(work), status=201)


def _emails_of(db: TenantDB, certificate_id: str) -> tuple[int, list[Email]]:
    certificate = get_certificate(db, certificate_id)
    return certificate.id, list(list_emails(db, certificate.id))


def _item(email: Email) -> dict[str, Any]:
    item: dict[str, Any] = resource("emails", email.id, describe_email(email))["data"]
    return item


def _read_to(body: dict[str, Any]) -> str | None:
    faults = {printable(name): ["Unknown key. There is only: to."] for name in body if name != "to"}
    to = body.get("to")
    if to is not None:
        try:
            if not isinstance(to, str):
                raise AddressUnusable("Write it as text in double quotes.")
            to = read_address(to)
        except AddressUnusable as error:
            faults["to"] = [f"to must be an e-mail address such as ada@example.org. {error}"]
    if faults:
        raise Invalid(faults)
    return to
