"""Send one recorded e-mail: note the intention, act, note the outcome, each in a commit of its own.

A process killed between act and outcome leaves an attempt without an end. The job then runs again and the
message goes out once more, with the same Message-ID, since not sending it would be worse. What must stay
true: nothing is sent for a turn that has passed, and ``sent`` is written only after a server has accepted.

A PDF that is lost is a temporary failure: what makes it again is queued with the outcome, and the next attempt
finds it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.compose import CertificateFacts, compose, message_id_of
from certifly.delivery.email.headers import AddressUnusable, mailbox
from certifly.delivery.email.models import (
    ACCEPTED,
    FAILED,
    INTERRUPTED,
    PERMANENT,
    QUEUED,
    SENDING,
    SENT,
    TEMPORARY,
    Email,
    EmailAttempt,
)
from certifly.delivery.email.queue import announce_turn, hold
from certifly.delivery.email.smtp import Mailer, Outcome
from certifly.storage.blobs import BlobStore
from certifly.storage.errors import BlobCorrupt, BlobMissing, StorageUnavailable

log = logging.getLogger(__name__)

ATTEMPTS_LISTED_MAX = 100

ReadFacts = Callable[[TenantDB, int], CertificateFacts | None]
"""What an e-mail tells of a certificate, by its id; None when there is nothing (more) to tell. Certificates know;
delivery asks through this."""

PDF_SIGNED_ANEW_REPLY = "The certificate is being signed anew; its PDF will be there in a moment."
PDF_LOST_REPLY = "The PDF of the certificate was lost from the file store, and is being made again."


class RestorePDF(Protocol):
    """Has the lost PDF of a certificate made again. Certificates know how; delivery asks through this."""

    def __call__(
        self, db: TenantDB, certificate_id: int, *, pdf_digest: str | None, now: datetime
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Intention:
    """An attempt that is recorded as begun, and all it needs."""

    email_id: str
    turn: int
    number: int
    recipient: str
    message_id: str
    certificate_id: int


@dataclass(frozen=True, slots=True)
class Sender:
    """As whom, from where, and how patiently this installation sends."""

    address: str
    host: str
    """The public host: the right side of every Message-ID."""
    retry_seconds: Sequence[float]
    """Waits between the attempts; after the last one the e-mail has failed."""


def send(
    database: Database,
    blobs: BlobStore,
    mailer: Mailer | None,
    read_facts: ReadFacts,
    restore_pdf: RestorePDF,
    sender: Sender,
    *,
    tenant_id: int,
    email_id: str,
    turn: int,
    clock: Callable[[], datetime],
) -> None:
    """Make one attempt to send an e-mail, if it is this job's turn; otherwise do nothing."""
    intention = database.write(
        tenant_id,
        lambda db: begin(
            db, email_id, turn, host=sender.host, mail_configured=mailer is not None, now=clock()
        ),
    ).result()
    if intention is None or mailer is None:
        return

    # What a certificate says never changes, so it need not be read by the one writer.
    facts = database.read(tenant_id, lambda db: read_facts(db, intention.certificate_id)).result()
    if facts is None:
        return  # its person was erased a moment ago, and the attempt closed with it
    is_lost = False
    try:
        outcome = attempt(
            blobs, mailer, intention, facts, tenant_id=tenant_id, sender=sender.address, now=clock()
        )
    except (BlobMissing, BlobCorrupt):
        is_lost = True
        log.error("email_without_pdf", extra={"facts": {"tenant_id": tenant_id, "email_id": email_id}})
        outcome = Outcome(TEMPORARY, None, PDF_LOST_REPLY)
    log.info(
        "email_attempted",
        extra={
            "facts": {
                "tenant_id": tenant_id,
                "email_id": email_id,
                "attempt": intention.number,
                "outcome": outcome.kind,
                "smtp_code": outcome.code,
            }
        },
    )
    now = clock()

    def record(db: TenantDB) -> None:
        record_outcome(db, intention, outcome, retry_seconds=sender.retry_seconds, now=now)
        if is_lost:
            restore_pdf(db, intention.certificate_id, pdf_digest=facts.pdf_name, now=now)

    database.write(tenant_id, record).result()


def begin(
    db: TenantDB,
    email_id: str,
    turn: int,
    *,
    host: str,
    mail_configured: bool,
    now: datetime,
) -> Intention | None:
    """Record that an attempt begins; None when this job has nothing (more) to do.

    An attempt of the same turn that never ended was cut off with its process: it is closed as interrupted.
    """
    db.lock()  # an erasure in another process must not find the message half begun
    email = db.get(Email, email_id)
    if (
        email is None
        or email.turn != turn
        or email.status not in (QUEUED, SENDING)
        or email.recipient is None
    ):
        return None
    if not mail_configured:
        hold(email, now=now)
        return None

    unfinished = [EmailAttempt.email_id == email_id, EmailAttempt.finished_at.is_(None)]
    for cut_off in db.find(EmailAttempt, *unfinished, limit=ATTEMPTS_LISTED_MAX):
        cut_off.finished_at, cut_off.outcome = now, INTERRUPTED
    email.attempts += 1
    email.status = SENDING
    email.updated_at = now
    email.message_id = email.message_id or message_id_of(email.id, host)
    db.add(EmailAttempt(email_id=email_id, number=email.attempts, started_at=now))
    return Intention(
        email_id=email_id,
        turn=turn,
        number=email.attempts,
        recipient=email.recipient,
        message_id=email.message_id,
        certificate_id=email.certificate_id,
    )


def attempt(
    blobs: BlobStore,
    mailer: Mailer,
    intention: Intention,
    facts: CertificateFacts,
    *,
    tenant_id: int,
    sender: str,
    now: datetime,
) -> Outcome:
    """Compose the message and hand it to the mail server. Raises BlobMissing and BlobCorrupt for a lost PDF."""
    try:
        envelope_recipient = mailbox(intention.recipient).addr_spec
    except AddressUnusable as error:
        return Outcome(PERMANENT, None, str(error))
    try:
        envelope_sender = mailbox(sender).addr_spec
    except AddressUnusable:
        return Outcome(TEMPORARY, None, "CERTIFLY_MAIL_FROM is not an address that mail can come from.")
    if facts.pdf_name is None:
        return Outcome(TEMPORARY, None, PDF_SIGNED_ANEW_REPLY)
    try:
        pdf = blobs.get(tenant_id, facts.pdf_name, ".pdf")
    except StorageUnavailable as error:
        return Outcome(TEMPORARY, None, error.message)
    message = compose(
        facts,
        email_id=intention.email_id,
        message_id=intention.message_id,
        recipient=intention.recipient,
        sender=sender,
        pdf=pdf,
        now=now,
    )
    return mailer.send(message.as_bytes(), sender=envelope_sender, recipient=envelope_recipient)


def record_outcome(
    db: TenantDB, intention: Intention, outcome: Outcome, *, retry_seconds: Sequence[float], now: datetime
) -> None:
    """Record what came of an attempt, and announce the next one if there is to be one."""
    db.lock()
    email = db.get(Email, intention.email_id)
    made = db.get(EmailAttempt, intention.email_id, intention.number)
    if email is None or made is None:
        return  # erased meanwhile
    if made.finished_at is None or outcome.kind == ACCEPTED:
        made.finished_at = now
        made.outcome, made.smtp_code = outcome.kind, outcome.code
        # The recipient was forgotten meanwhile, and a server's reply may quote the address.
        made.reply = outcome.reply if email.recipient is not None else None
    if outcome.kind == ACCEPTED:
        email.status, email.reason = SENT, None
        email.sent_at = email.sent_at or now
        email.updated_at = now
        return
    if email.status != SENDING or email.turn != intention.turn or email.attempts != intention.number:
        return  # a later run of this job has taken over, and decides

    wait = None
    if outcome.kind == TEMPORARY:
        tried = [EmailAttempt.email_id == email.id, EmailAttempt.outcome == TEMPORARY]
        wait = wait_after(len(db.find(EmailAttempt, *tried, limit=ATTEMPTS_LISTED_MAX)), retry_seconds)
    email.updated_at = now
    if wait is None:
        email.status, email.reason = FAILED, outcome.reply
    else:
        email.status, email.reason = QUEUED, f"Not delivered yet, will be tried again: {outcome.reply}"
        announce_turn(db, email, delay_seconds=wait)


def record_defeat(db: TenantDB, email_id: str, turn: int, *, reason: str, now: datetime) -> None:
    """The job failed again and again in ways we did not foresee: say so, so that an operator can act."""
    email = db.get(Email, email_id)
    if email is None or email.turn != turn or email.status not in (QUEUED, SENDING):
        return
    email.status, email.reason = FAILED, reason
    email.updated_at = now


def wait_after(temporary_failures: int, retry_seconds: Sequence[float]) -> float | None:
    """Seconds until the next attempt after so many temporary failures; None when there is to be none."""
    assert temporary_failures >= 1
    return retry_seconds[temporary_failures - 1] if temporary_failures <= len(retry_seconds) else None
