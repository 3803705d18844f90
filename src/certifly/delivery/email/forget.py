"""Forget to whom a certificate was mailed: the person was erased from it.

What stays is that there were messages, when, and what became of them: nothing that tells whose.
"""

from datetime import datetime

from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import BOUNCED, INTERRUPTED, SENT, SKIPPED, Email, EmailAttempt
from certifly.delivery.email.queue import EMAILS_PER_CERTIFICATE_MAX

FORGOTTEN_REASON = "Not sent: the person was erased from the certificate."


def forget_recipient(db: TenantDB, certificate_id: int, *, now: datetime) -> None:
    """Take every address, Message-ID and word of a mail server out of a certificate's messages; send none any more.

    An attempt that is under way at this moment is closed: what comes of it is recorded without the server's words.
    Doing it again changes nothing.
    """
    emails = db.find(Email, Email.certificate_id == certificate_id, limit=EMAILS_PER_CERTIFICATE_MAX)
    for email in emails:
        if email.recipient is None and email.reason in (None, FORGOTTEN_REASON):
            continue
        email.recipient = email.message_id = email.reason = None
        if email.status not in (SENT, BOUNCED):
            email.status, email.reason = SKIPPED, FORGOTTEN_REASON
        email.updated_at = now

    attempts = db.find(EmailAttempt, EmailAttempt.email_id.in_([email.id for email in emails]))
    for attempt in attempts:
        attempt.reply = None
        if attempt.finished_at is None:
            attempt.finished_at, attempt.outcome = now, INTERRUPTED
