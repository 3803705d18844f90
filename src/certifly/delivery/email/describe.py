"""What became of an e-mail, as the API tells it."""

from typing import Any

from certifly.core.clock import isoformat
from certifly.delivery.email.models import Email


def email_delivery(email: Email) -> dict[str, Any]:
    """``meta.email_delivery`` of the create call: says what is known, and no more."""
    return {
        "id": email.id,
        "status": email.status,
        "recipient": email.recipient,
        "queued_at": isoformat(email.queued_at),
        "reason": email.reason,
    }
