"""The jobs of e-mails, as the worker runs them."""

from typing import Protocol

from certifly.core.clock import utc_now
from certifly.db.database import Database
from certifly.delivery.email.send import ReadFacts, RestorePDF, Sender, record_defeat, send
from certifly.delivery.email.smtp import Mailer
from certifly.storage.blobs import BlobStore


class MailContext(Protocol):
    """What these jobs work with; put together in ``app/wiring.py``."""

    @property
    def database(self) -> Database: ...

    @property
    def blobs(self) -> BlobStore: ...

    @property
    def mailer(self) -> Mailer | None:
        """None when no mail server is configured."""

    @property
    def sender(self) -> Sender: ...

    @property
    def read_facts(self) -> ReadFacts: ...

    @property
    def restore_pdf(self) -> RestorePDF: ...


def run_send(context: MailContext, tenant_id: int, email_id: str, *, attempt: int) -> None:
    """Make one attempt to send an e-mail; ``attempt`` is its turn. Running it again is harmless."""
    send(
        context.database,
        context.blobs,
        context.mailer,
        context.read_facts,
        context.restore_pdf,
        context.sender,
        tenant_id=tenant_id,
        email_id=email_id,
        turn=attempt,
        clock=utc_now,
    )


def fail_send(context: MailContext, tenant_id: int, email_id: str, *, attempt: int, reason: str) -> None:
    """The job could not be done, in ways its domain did not foresee."""
    context.database.write(
        tenant_id, lambda db: record_defeat(db, email_id, attempt, reason=reason, now=utc_now())
    ).result()
