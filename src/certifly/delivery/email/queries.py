"""Find e-mails."""

from collections.abc import Sequence
from typing import Any

from certifly.core.errors import NotFound
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import FAILED, HELD, Email, EmailAttempt
from certifly.delivery.email.queue import EMAILS_PER_CERTIFICATE_MAX

OUTBOX_STATUSES = (HELD, FAILED)
"""What an operator may want to do something about."""
ATTEMPTS_LISTED_MAX = 100


class EmailNotFound(NotFound):
    """This tenant has no e-mail of that id."""

    def __init__(self) -> None:
        super().__init__("There is no e-mail with this id.")


def get_email(db: TenantDB, email_id: str) -> Email:
    """The tenant's e-mail of this id. Raises EmailNotFound."""
    email = db.get(Email, email_id)
    if email is None:
        raise EmailNotFound
    return email


def list_emails(db: TenantDB, certificate_id: int) -> Sequence[Email]:
    """All e-mails of a certificate, newest first: there are never more than EMAILS_PER_CERTIFICATE_MAX."""
    return db.find(
        Email,
        Email.certificate_id == certificate_id,
        order_by=[Email.queued_at.desc(), Email.id],
        limit=EMAILS_PER_CERTIFICATE_MAX,
    )


def list_attempts(db: TenantDB, email_id: str) -> Sequence[EmailAttempt]:
    """The latest attempts to send an e-mail, newest first."""
    return db.find(
        EmailAttempt,
        EmailAttempt.email_id == email_id,
        order_by=[EmailAttempt.number.desc()],
        limit=ATTEMPTS_LISTED_MAX,
    )


def list_outbox(db: TenantDB, *, statuses: Sequence[str] = OUTBOX_STATUSES, limit: int) -> Sequence[Email]:
    """The tenant's e-mails that wait for a mail server or have failed, oldest first."""
    conditions: list[Any] = [Email.status.in_(statuses)]
    return db.find(Email, *conditions, order_by=[Email.queued_at, Email.id], limit=limit)
