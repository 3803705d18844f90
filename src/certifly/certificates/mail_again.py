"""Mail a certificate again, to a corrected address if one is given."""

from datetime import datetime

from certifly.certificates.models import RENDERED, Certificate
from certifly.certificates.standing import require_open, require_present
from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import Email
from certifly.delivery.email.queries import list_emails
from certifly.delivery.email.queue import send_again
from certifly.templates.queries import get_version

NO_ADDRESS_FAULT = (
    'This certificate carries no e-mail address. Say where to send it: {"to": "ada@example.org"}.'
)


def mail_again(
    db: TenantDB, certificate: Certificate, *, to: str | None, mail_configured: bool, now: datetime
) -> Email:
    """Record one more e-mail for a certificate: to ``to``, else where the last one went, else as its data says.

    ``certificate`` was read to be changed: after an erasure no address may be written down any more. What does not
    hold any more is not sent to anyone. Raises CertificateErased, CertificateRevoked,
    CertificateReplaced, Invalid when there is no address at all, and TooManyEmails.
    """
    require_present(certificate)
    require_open(certificate)
    recipient = to or _last_recipient(db, certificate) or _address_in_data(db, certificate)
    if recipient is None:
        raise Invalid({"to": [NO_ADDRESS_FAULT]})

    return send_again(
        db,
        certificate_id=certificate.id,
        recipient=recipient,
        is_rendered=certificate.state == RENDERED,
        mail_configured=mail_configured,
        now=now,
    )


def _last_recipient(db: TenantDB, certificate: Certificate) -> str | None:
    return next((email.recipient for email in list_emails(db, certificate.id) if email.recipient), None)


def _address_in_data(db: TenantDB, certificate: Certificate) -> str | None:
    field = get_version(db, certificate.template_id, certificate.template_version).document.recipient.email
    address = certificate.data.get(field) if field else None
    return str(address) if address else None
