"""An e-mail as the API shows it."""

from collections.abc import Sequence
from typing import Any

from certifly.core.clock import isoformat
from certifly.delivery.email.models import Email, EmailAttempt
from certifly.delivery.email.queue import Prospect


def email_delivery(email: Email) -> dict[str, Any]:
    """The ``meta.email_delivery`` of the create call."""
    return {
        "id": email.id,
        "status": email.status,
        "recipient": email.recipient,
        "queued_at": isoformat(email.queued_at),
        "reason": email.reason,
    }


def describe_prospect(prospect: Prospect) -> dict[str, Any]:
    """The ``meta.email_delivery`` of a dry run: there is no e-mail, so it has no id and no status."""
    return {"would_be": prospect.status, "recipient": prospect.recipient, "reason": prospect.reason}


def describe_email(email: Email) -> dict[str, Any]:
    """An e-mail in full, without its id and its certificate, which the answer names around it."""
    return {
        "certificate_id": str(email.certificate_id),
        "status": email.status,
        "recipient": email.recipient,
        "reason": email.reason,
        "message_id": email.message_id,
        "attempts": email.attempts,
        "queued_at": isoformat(email.queued_at),
        "updated_at": isoformat(email.updated_at),
        "sent_at": isoformat(email.sent_at) if email.sent_at else None,
    }


def describe_attempts(attempts: Sequence[EmailAttempt]) -> list[dict[str, Any]]:
    """The attempts of an e-mail, for the operator."""
    return [
        {
            "number": attempt.number,
            "started_at": isoformat(attempt.started_at),
            "finished_at": isoformat(attempt.finished_at) if attempt.finished_at else None,
            "outcome": attempt.outcome,
            "smtp_code": attempt.smtp_code,
            "reply": attempt.reply,
        }
        for attempt in attempts
    ]
