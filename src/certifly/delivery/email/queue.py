"""Record that a certificate shall be mailed, and let the message go when it can.

A message may go when two things are so: its certificate's PDF is stored (``release_emails``), and a mail
server is configured (``release_held`` for those that waited for one). Each time it is let go its ``turn``
counts up, and only the job of that turn may send it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from certifly.core.errors import DomainError
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import HELD, QUEUED, SKIPPED, Email
from certifly.jobs.announce import announce_later

SEND = "emails.send"
CERTIFICATE = "certificate"
EMAILS_PER_CERTIFICATE_MAX = 50
RELEASE_BATCH = 200
"""Held messages let go in one unit of work."""

HELD_REASON = "No mail server is configured (CERTIFLY_MAIL_URL). The message waits in the outbox."
NO_FIELD_REASON = (
    "The template names no field for the recipient's e-mail address. Add an extra field of type email, "
    "name it under recipient.email, and publish."
)


class TooManyEmails(DomainError):
    """A certificate has been mailed as often as it may be."""

    def __init__(self) -> None:
        super().__init__(
            f"This certificate has been mailed {EMAILS_PER_CERTIFICATE_MAX} times, the most there may be. "
            "Give the recipient the address of its check page instead."
        )


@dataclass(frozen=True, slots=True)
class Prospect:
    """What becomes of a new e-mail at first: its status, and why where that is not plain."""

    status: str
    recipient: str | None
    reason: str | None


def foresee(*, recipient: str | None, email_field: str | None, mail_configured: bool) -> Prospect:
    """What becomes of an e-mail that is recorded now.

    ``email_field`` is the field of the template that holds the address, None when it names none.
    """
    if not recipient:
        reason = NO_FIELD_REASON if email_field is None else _no_address_reason(email_field)
        return Prospect(SKIPPED, None, reason)
    if not mail_configured:
        return Prospect(HELD, recipient, HELD_REASON)
    return Prospect(QUEUED, recipient, None)


def queue_email(
    db: TenantDB,
    *,
    certificate_id: int,
    recipient: str | None,
    email_field: str | None,
    mail_configured: bool,
    now: datetime,
) -> Email:
    """Record an e-mail with the certificate it is about, as ``foresee`` says; it goes when the PDF is stored."""
    prospect = foresee(recipient=recipient, email_field=email_field, mail_configured=mail_configured)
    email = Email(
        tenant_id=db.tenant_id,
        id=str(uuid.uuid4()),
        certificate_id=certificate_id,
        kind=CERTIFICATE,
        recipient=prospect.recipient,
        status=prospect.status,
        reason=prospect.reason,
        message_id=None,
        attempts=0,
        turn=0,
        queued_at=now,
        updated_at=now,
        released_at=None,
        sent_at=None,
    )
    db.add(email)
    return email


def send_again(
    db: TenantDB,
    *,
    certificate_id: int,
    recipient: str,
    is_rendered: bool,
    mail_configured: bool,
    now: datetime,
) -> Email:
    """Mail a certificate once more, to the same address or a corrected one, as a new e-mail.

    Messages to another address that have not gone yet are skipped: whoever corrects an address does not want
    the wrong one to be used. Raises TooManyEmails.
    """
    earlier = db.find(Email, Email.certificate_id == certificate_id, limit=EMAILS_PER_CERTIFICATE_MAX)
    if len(earlier) >= EMAILS_PER_CERTIFICATE_MAX:
        raise TooManyEmails

    for email in earlier:
        if email.status in (QUEUED, HELD) and email.recipient != recipient:
            email.status, email.reason = SKIPPED, "Sent to another address instead."
            email.updated_at = now
    email = queue_email(
        db,
        certificate_id=certificate_id,
        recipient=recipient,
        email_field=None,
        mail_configured=mail_configured,
        now=now,
    )
    if is_rendered:
        _release(db, email, mail_configured=mail_configured, now=now)
    return email


def release_emails(db: TenantDB, certificate_id: int, *, mail_configured: bool, now: datetime) -> None:
    """The certificate's PDF is stored: let its messages go. Doing it again changes nothing."""
    waiting = db.find(
        Email,
        Email.certificate_id == certificate_id,
        Email.status.in_((QUEUED, HELD)),
        Email.released_at.is_(None),
        limit=EMAILS_PER_CERTIFICATE_MAX,
    )
    for email in waiting:
        _release(db, email, mail_configured=mail_configured, now=now)


def release_held(db: TenantDB, *, now: datetime) -> int:
    """A mail server is configured: let go of messages that waited for one, oldest first.

    Takes at most RELEASE_BATCH, and returns how many it took; call it, each time in a unit of work of its
    own, until it returns 0. Those whose PDF is not stored yet go when it is.
    """
    held = db.find(Email, Email.status == HELD, order_by=[Email.queued_at], limit=RELEASE_BATCH)
    for email in held:
        email.status, email.reason = QUEUED, None
        email.updated_at = now
        if email.released_at is not None:
            announce_turn(db, email)
    return len(held)


def skip_unsent(db: TenantDB, certificate_id: int, *, reason: str, now: datetime) -> None:
    """Keep here what has not gone of a certificate's messages, for this reason.

    One that is on its way at this moment cannot be called back.
    """
    waiting = db.find(
        Email,
        Email.certificate_id == certificate_id,
        Email.status.in_((QUEUED, HELD)),
        limit=EMAILS_PER_CERTIFICATE_MAX,
    )
    for email in waiting:
        email.status, email.reason = SKIPPED, reason
        email.updated_at = now


def hold(email: Email, *, now: datetime) -> None:
    """There is no mail server (any more): the message waits in the outbox."""
    email.status, email.reason = HELD, HELD_REASON
    email.updated_at = now


def announce_turn(db: TenantDB, email: Email, *, delay_seconds: float = 0.0) -> None:
    """Have this message sent by a job of the next turn."""
    email.turn += 1
    announce_later(db, SEND, email.id, delay_seconds=delay_seconds, attempt=email.turn)


def _release(db: TenantDB, email: Email, *, mail_configured: bool, now: datetime) -> None:
    email.released_at = now
    if not mail_configured:
        hold(email, now=now)
        return
    email.status, email.reason = QUEUED, None
    email.updated_at = now
    announce_turn(db, email)


def _no_address_reason(email_field: str) -> str:
    return (
        f'No address was given. Put one into data under "{email_field}", or send the certificate again to '
        "an address. To refuse certificates without one, mark the field as required."
    )
