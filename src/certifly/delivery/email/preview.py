"""Show an operator the very message that an e-mail is, or would be, without sending it."""

from datetime import datetime
from email.message import EmailMessage

from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.compose import CertificateFacts, compose, message_id_of
from certifly.delivery.email.models import Email
from certifly.delivery.email.queries import get_email
from certifly.delivery.email.send import ReadFacts, Sender
from certifly.storage.blobs import BlobStore


def preview(
    database: Database,
    blobs: BlobStore,
    read_facts: ReadFacts,
    sender: Sender,
    *,
    tenant_id: int,
    email_id: str,
    now: datetime,
) -> EmailMessage | None:
    """The message with its attachment, dated ``now``; None while it has no recipient or no PDF to carry.

    Raises EmailNotFound, AddressUnusable, and what the file store raises when the PDF is lost.
    """

    def look(db: TenantDB) -> tuple[Email, CertificateFacts | None]:
        email = get_email(db, email_id)
        has_pdf = email.released_at is not None
        return email, read_facts(db, email.certificate_id) if has_pdf else None

    email, facts = database.read(tenant_id, look).result()
    if email.recipient is None or facts is None or facts.pdf_name is None:
        return None
    return compose(
        facts,
        email_id=email.id,
        message_id=email.message_id or message_id_of(email.id, sender.host),
        recipient=email.recipient,
        sender=sender.address,
        pdf=blobs.get(tenant_id, facts.pdf_name, ".pdf"),
        now=now,
    )
