"""Tools for certificates: validate, issue, find, send, withdraw."""

from dataclasses import replace
from typing import Any

from certifly.mcp.arguments import Argument
from certifly.mcp.asking import API
from certifly.mcp.facts import counted, facts_of, object_schema, page_of, page_schema
from certifly.mcp.shared_arguments import (
    CERTIFICATE,
    CURSOR,
    DATA,
    EXPIRES_AT,
    IDEMPOTENCY_KEY,
    LIMIT,
    REASON,
    SEND_EMAIL,
    TEMPLATE_ID,
)
from certifly.mcp.tool import Arguments, Effect, Told, Tool

READ = "certificates.read"
WRITE = "certificates.write"
REVOKE = "certificates.revoke"

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_CERTIFICATE = object_schema(
    {
        "id": _TEXT,
        "code": {
            "type": "string",
            "description": "The public code; whoever has it can check the certificate.",
        },
        "data": {"type": "object", "description": "The values, as they were cleaned and kept."},
        "routes": object_schema({"check": _TEXT, "download_pdf": _TEXT, "download_png": _TEXT}),
        "is_rendered": {"type": "boolean", "description": "Whether its files are there; they take a moment."},
        "template_id": _TEXT,
    },
    required=("id", "code", "data", "routes", "template_id"),
)
_TRIAL = object_schema(
    {
        "template_id": _TEXT,
        "template_version": {"type": "integer", "description": "The version it would be issued from."},
        "data": {"type": "object", "description": "The values, as they would be cleaned and kept."},
        "title": {"type": "string", "description": "The title it would have."},
        "recipient": object_schema({"name": _TEXT_OR_NULL, "email": _TEXT_OR_NULL}),
        "expires_at": {
            "type": ["string", "null"],
            "description": "Until when it would hold; null: for ever.",
        },
        "warnings": {
            "type": "object",
            "description": "By field: what cleaning changed, and what looks damaged. Show these to the person.",
        },
        "email_delivery": {
            "type": "object",
            "description": "With send_email: what would become of the e-mail, and why.",
        },
    },
    required=("template_id", "template_version", "data", "title", "recipient", "expires_at", "warnings"),
)


async def _validate(api: API, given: Arguments) -> Told:
    answer = await api.post("/api/v1/certificates/validate", _certificate(given))
    facts = facts_of(answer)
    words = (
        "Nothing stands against it: issue_certificate would take these values. Nothing was stored or sent."
    )
    if facts["warnings"]:
        words += " Some values were changed by cleaning, or look damaged: see warnings, and show them to the person."
    return Told(words, facts)


async def _issue(api: API, given: Arguments) -> Told:
    answer = await api.post(
        "/api/v1/certificates",
        _certificate(given),
        headers={"idempotency-key": given["idempotency_key"]},
    )
    facts = facts_of(answer)
    was_there = answer.headers.get("idempotent-replayed") == "true"
    words = "It was issued before with this key; nothing new was made." if was_there else "Issued."
    return Told(f"{words} Anyone can check it at {facts['routes']['check']}", facts)


async def _find(api: API, given: Arguments) -> Told:
    names = ("template_id", "code", "created_from", "created_before", "limit", "cursor")
    facts = page_of(
        await api.get("/api/v1/certificates", **{name: given[name] for name in names}), "certificates"
    )
    if not facts["certificates"]:
        return Told("There is none.", facts)
    return Told(f"Certificates: {counted(facts, 'certificates')}", facts)


async def _get(api: API, given: Arguments) -> Told:
    facts = facts_of(await api.get(_place(given)))
    return Told(f"Certificate {facts['id']} is {facts['status']}.", facts)


async def _revoke(api: API, given: Arguments) -> Told:
    facts = facts_of(await api.post(f"{_place(given)}/revocation", {"reason": given["reason"]}))
    return Told(f"Certificate {facts['id']} is revoked, for good. Every check says so from now on.", facts)


async def _suspend(api: API, given: Arguments) -> Told:
    facts = facts_of(await api.post(f"{_place(given)}/suspension", {"reason": given["reason"]}))
    return Told(f"Certificate {facts['id']} is suspended until reinstate_certificate lifts it.", facts)


async def _reinstate(api: API, given: Arguments) -> Told:
    facts = facts_of(await api.delete(f"{_place(given)}/suspension"))
    return Told(f"Certificate {facts['id']} is not suspended: it is {facts['status']}.", facts)


async def _replace(api: API, given: Arguments) -> Told:
    body = {name: given[name] for name in ("data", "reason", "send_email", "expires_at")}
    answer = await api.post(
        f"{_place(given)}/replacement", body, headers={"idempotency-key": given["idempotency_key"]}
    )
    facts = facts_of(answer)
    return Told(f"Certificate {facts['id']} now stands in the place of {facts['replaces']}.", facts)


async def _send_email(api: API, given: Arguments) -> Told:
    facts = facts_of(await api.post(f"{_place(given)}/emails", {"to": given["to"]}))
    return Told(f"The e-mail is {facts['status']}. list_certificate_emails tells what becomes of it.", facts)


async def _list_emails(api: API, given: Arguments) -> Told:
    answer = await api.get(f"{_place(given)}/emails", limit=given["limit"], cursor=given["cursor"])
    facts = page_of(answer, "emails")
    if not facts["emails"]:
        return Told("No e-mail was asked for.", facts)
    return Told(f"E-mails: {counted(facts, 'emails')}", facts)


def _certificate(given: Arguments) -> dict[str, Any]:
    return {name: given[name] for name in ("template_id", "data", "send_email", "expires_at")}


def _place(given: Arguments) -> str:
    return f"/api/v1/certificates/{given['certificate']}"


TOOLS_OF_CERTIFICATES = (
    Tool(
        name="validate_certificate",
        title="Try a certificate without issuing it",
        description=(
            "Hold the values of one certificate against its template, as strictly as issuing does, and store "
            "nothing: unknown names, missing values, wrong types, text that does not fit or cannot be drawn. "
            "Use it for every row of a list before the first one is issued, so that the person can correct "
            "them all at once. What stands against it comes back as an error with one line for each field; what "
            "cleaning would change (HTML, line ends, spaces), and text that looks damaged, as warnings. Give "
            "issue_certificate the same values that you gave here, not the cleaned ones."
        ),
        arguments=(TEMPLATE_ID, DATA, SEND_EMAIL, EXPIRES_AT),
        scope=WRITE,
        run=_validate,
        output=_TRIAL,
    ),
    Tool(
        name="issue_certificate",
        title="Issue a certificate",
        description=(
            "Issue one certificate to one person from a published template. It is public at once under its "
            "check address and cannot be deleted, only revoked: show the person the values and ask before "
            "you issue, and call validate_certificate first. Comes back: id, code, the kept values, and the "
            "addresses of check page, PDF and PNG, which are ready a moment later. With send_email "
            "also what becomes of the e-mail."
        ),
        arguments=(TEMPLATE_ID, DATA, IDEMPOTENCY_KEY, SEND_EMAIL, EXPIRES_AT),
        scope=WRITE,
        effect=Effect.ADDS_ONCE,
        reaches_people=True,
        run=_issue,
        output=_CERTIFICATE,
    ),
    Tool(
        name="find_certificates",
        title="Find certificates",
        description=(
            "List the certificates of this organisation, newest first, all of them or those of a template, a "
            "code or a time. There is no search by name: names are not indexed, so narrow by template and "
            "time and look through the pages. To look at one whose id or code you have, use get_certificate."
        ),
        arguments=(
            replace(TEMPLATE_ID, required=False),
            Argument(
                "code", {"type": "string", "maxLength": 64, "description": "Only the one with this code."}
            ),
            Argument(
                "created_from",
                {
                    "type": "string",
                    "maxLength": 64,
                    "description": "Only those issued at this moment or later, such as 2026-11-01T00:00:00Z.",
                },
            ),
            Argument(
                "created_before",
                {"type": "string", "maxLength": 64, "description": "Only those issued before this moment."},
            ),
            LIMIT,
            CURSOR,
        ),
        scope=READ,
        run=_find,
        output=page_schema("certificates", _CERTIFICATE),
    ),
    Tool(
        name="get_certificate",
        title="Look at a certificate",
        description=(
            "Get one certificate of this organisation in full, extra fields too: its values, status, "
            "template version, when it expires, whether and why it was revoked, suspended, replaced or "
            "erased. For a certificate of somebody else use verify_certificate, which shows what is public."
        ),
        arguments=(CERTIFICATE,),
        scope=READ,
        run=_get,
        output=_CERTIFICATE,
    ),
    Tool(
        name="send_certificate_email",
        title="Send a certificate again",
        description=(
            "Send the e-mail of a certificate again, or for the first time, to the recorded address or a "
            "corrected one. Every call sends another e-mail to a person: ask first, and look at "
            "list_certificate_emails to see what became of the last one."
        ),
        arguments=(
            CERTIFICATE,
            Argument(
                "to",
                {
                    "type": "string",
                    "maxLength": 254,
                    "description": "The corrected address. Without it: where the last e-mail went.",
                },
            ),
        ),
        scope=WRITE,
        effect=Effect.ADDS,
        reaches_people=True,
        run=_send_email,
        output=object_schema({"id": _TEXT, "status": _TEXT}, required=("id", "status")),
    ),
    Tool(
        name="list_certificate_emails",
        title="See what became of a certificate's e-mails",
        description=(
            "List the e-mails of one certificate, newest first: to whom, its status (queued, held, sending, "
            "sent, failed, bounced, skipped) and why. sent means that the next mail server took it, not that "
            "anyone read it; held means that this installation has no mail server."
        ),
        arguments=(CERTIFICATE, LIMIT, CURSOR),
        scope=READ,
        run=_list_emails,
        output=page_schema("emails", object_schema({"id": _TEXT, "status": _TEXT})),
    ),
    Tool(
        name="revoke_certificate",
        title="Revoke a certificate for good",
        description=(
            "Withdraw a certificate for good: every check answers revoked from now on, with the reason. This "
            "cannot be undone. Ask the person to confirm it for this very certificate. To withdraw it for a "
            "while use suspend_certificate; to correct a name or a date use replace_certificate. "
            "Repeating it changes nothing."
        ),
        arguments=(CERTIFICATE, REASON),
        scope=REVOKE,
        effect=Effect.CHANGES,
        run=_revoke,
        output=_CERTIFICATE,
    ),
    Tool(
        name="suspend_certificate",
        title="Suspend a certificate for a while",
        description=(
            "Withdraw a certificate for a while: every check answers suspended, with the reason, until "
            "reinstate_certificate lifts it. Only certificates of a template version with suspendable true can be "
            "suspended; the answer says what to do about others. Ask the person first."
        ),
        arguments=(CERTIFICATE, REASON),
        scope=REVOKE,
        effect=Effect.CHANGES,
        run=_suspend,
        output=_CERTIFICATE,
    ),
    Tool(
        name="reinstate_certificate",
        title="Lift a suspension",
        description="Let a suspended certificate hold again. One that is not suspended stays as it is.",
        arguments=(CERTIFICATE,),
        scope=REVOKE,
        effect=Effect.CHANGES,
        run=_reinstate,
        output=_CERTIFICATE,
    ),
    Tool(
        name="replace_certificate",
        title="Correct a certificate",
        description=(
            "Issue a corrected certificate in the place of another one, from the same version of its "
            "template: for a misspelt name or a wrong date. Say only what changes; the rest stays. The old "
            "code leads to the new certificate, and every check of the old one answers corrected. This "
            "cannot be undone: show the person what changes, and ask first."
        ),
        arguments=(
            CERTIFICATE,
            Argument(
                "data",
                {
                    "type": "object",
                    "additionalProperties": True,
                    "description": "What is corrected, by label or extra field: the new value, or null to "
                    "take the old one out.",
                },
                required=True,
            ),
            IDEMPOTENCY_KEY,
            Argument(
                "reason",
                {
                    "type": "string",
                    "maxLength": 500,
                    "description": "Why, in a sentence, for the history alone: no check page shows it.",
                },
            ),
            SEND_EMAIL,
            EXPIRES_AT,
        ),
        scope=WRITE,
        effect=Effect.CHANGES,
        reaches_people=True,
        run=_replace,
        output=_CERTIFICATE,
    ),
)
