"""Where else the person stood: messages, also on their way; files; recorded answers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from certifly.certificates.mail_facts import read_facts
from certifly.certificates.shred import AGAIN_SECONDS, SHRED
from certifly.certificates.tasks import fail_shred, run_shred
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.forget import FORGOTTEN_REASON, forget_recipient
from certifly.delivery.email.models import (
    ACCEPTED,
    INTERRUPTED,
    PERMANENT,
    QUEUED,
    SENT,
    SKIPPED,
    Email,
    EmailAttempt,
)
from certifly.delivery.email.queue import release_held
from certifly.delivery.email.send import Intention, begin, record_outcome
from certifly.delivery.email.smtp import Outcome
from certifly.storage.blobs import DIGEST_PREFIX, BlobStore, open_store
from certifly.web.recorded import IdempotencyRecord, forget_answers_about
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates
from tests.erasing import everything_of, give_emails

WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def certificate_id(certificates: Certificates) -> int:
    """A certificate with messages of every kind."""
    issued = certificates.issue()
    certificates.sign(issued)
    give_emails(certificates, issued)
    return issued


def test_its_messages_are_not_sent_any_more_and_say_nothing(
    certificates: Certificates, certificate_id: int
) -> None:
    certificates.erase(certificate_id, now=TUESDAY)

    emails = certificates.read(
        lambda db: {
            one.id.partition("-")[2]: one for one in db.find(Email, Email.certificate_id == certificate_id)
        }
    )
    for status, email in emails.items():
        was_sent = status == SENT
        assert (email.recipient, email.message_id) == (None, None)
        assert (email.status, email.reason) == ((SENT, None) if was_sent else (SKIPPED, FORGOTTEN_REASON))
        assert email.updated_at == TUESDAY
        assert (email.sent_at is not None) == was_sent
    attempts = certificates.read(
        lambda db: db.find(EmailAttempt, EmailAttempt.email_id.in_([email.id for email in emails.values()]))
    )
    assert {(one.reply, one.smtp_code) for one in attempts} == {(None, 550)}
    assert all(one.finished_at is not None for one in attempts)
    assert certificates.write(lambda db: release_held(db, now=TUESDAY)) == 0
    certificates.write(lambda db: forget_recipient(db, certificate_id, now=WEDNESDAY))
    again = certificates.read(lambda db: db.find(Email, Email.certificate_id == certificate_id))
    assert {email.updated_at for email in again} == {TUESDAY}, "there is nothing more to forget"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome(ACCEPTED, 250, f"250 queued for {ADAS_ADDRESS}"), SENT),
        (Outcome(PERMANENT, 550, ADAS_ADDRESS), SKIPPED),
    ],
)
def test_what_comes_of_a_message_that_was_on_its_way_quotes_nobody(
    certificates: Certificates, certificate_id: int, outcome: Outcome, status: str
) -> None:
    email_id = f"{certificate_id}-{QUEUED}"
    intention = certificates.write(
        lambda db: begin(db, email_id, 1, host="example.org", mail_configured=True, now=MONDAY)
    )
    assert isinstance(intention, Intention)

    certificates.erase(certificate_id, now=TUESDAY)
    assert certificates.read(lambda db: read_facts(db, certificate_id)) is None
    certificates.write(lambda db: record_outcome(db, intention, outcome, retry_seconds=[1], now=WEDNESDAY))

    email = certificates.read(lambda db: db.get(Email, email_id))
    attempt = certificates.read(lambda db: db.get(EmailAttempt, email_id, intention.number))
    assert email is not None and attempt is not None
    assert (email.status, email.recipient, attempt.reply) == (status, None, None)
    assert attempt.outcome == (ACCEPTED if status == SENT else INTERRUPTED)
    assert (
        certificates.write(
            lambda db: begin(db, email_id, 1, host="example.org", mail_configured=True, now=WEDNESDAY)
        )
        is None
    )


def test_recorded_answers_that_quote_it_go_too(certificates: Certificates) -> None:
    quoted, other = certificates.issue(), certificates.issue()
    codes = [certificates.look(one).code for one in (quoted, other)]

    def record(db: TenantDB) -> None:
        for number, code in enumerate(codes):
            values = {"key": str(number), "fingerprint": "0" * 64, "created_at": MONDAY}
            db.insert(IdempotencyRecord, body=f'{{"code":"{code}"}}', **values)

    certificates.write(record)

    assert certificates.write(lambda db: forget_answers_about(db, codes[0], issued_at=MONDAY)) == 1
    assert certificates.write(lambda db: forget_answers_about(db, codes[0], issued_at=MONDAY)) == 0
    assert [one.key for one in certificates.read(lambda db: db.find(IdempotencyRecord))] == ["1"]


class Shredder:
    """What the job works with."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self.database = database
        self.blobs = blobs


def test_the_job_deletes_one_file_and_does_not_mind_that_it_is_gone(
    certificates: Certificates, tmp_path: Path
) -> None:
    blobs = open_store(str(tmp_path / "files"))
    kept, gone = (blobs.put(certificates.tenant_id, content, ".pdf") for content in (b"kept", b"gone"))
    context = Shredder(certificates.database, blobs)

    for _ in range(2):
        run_shred(
            context,  # type: ignore[arg-type]
            certificates.tenant_id,
            1,
            gone.removeprefix(DIGEST_PREFIX),
            "pdf",
            attempt=0,
        )

    assert not blobs.exists(certificates.tenant_id, gone, ".pdf")
    assert blobs.exists(certificates.tenant_id, kept, ".pdf")


def test_a_file_that_cannot_be_deleted_now_is_tried_again_later(
    certificates: Certificates, tmp_path: Path
) -> None:
    certificate_id = certificates.issue()
    context = Shredder(certificates.database, open_store(str(tmp_path / "files")))

    for attempt in (0, 1):
        fail_shred(
            context,  # type: ignore[arg-type]
            certificates.tenant_id,
            certificate_id,
            "0" * 64,
            "pdf",
            attempt=attempt,
            reason="The bucket is away.",
        )

    promised = [one for one in certificates.announced if one.task == SHRED]
    assert [(one.arguments, one.attempt) for one in promised] == [
        ((certificate_id, "0" * 64, "pdf"), 1),
        ((certificate_id, "0" * 64, "pdf"), 2),
    ]
    assert {one.delay_seconds for one in promised} == {AGAIN_SECONDS}


def test_a_message_is_either_begun_before_the_erasure_or_not_at_all(
    database_url: str, certificates: Certificates
) -> None:
    """Erasing in one process while another is about to send: whatever the order, no address is left."""
    ids = [certificates.issue() for _ in range(8)]
    for one in ids:
        give_emails(certificates, one)
    other = Database(database_url)
    start = threading.Barrier(2)

    def attempt(email_id: str) -> None:
        intention = other.write(
            certificates.tenant_id,
            lambda db: begin(db, email_id, 1, host="example.org", mail_configured=True, now=TUESDAY),
        ).result()
        if intention is not None:
            refused = Outcome(PERMANENT, 550, ADAS_ADDRESS)
            other.write(
                certificates.tenant_id,
                lambda db: record_outcome(db, intention, refused, retry_seconds=[], now=TUESDAY),
            ).result()

    def send() -> None:
        start.wait()
        for one in ids:
            attempt(f"{one}-{QUEUED}")

    def erase() -> None:
        start.wait()
        for one in reversed(ids):
            certificates.erase(one, now=TUESDAY)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(send), pool.submit(erase)]:
            done.result()
    other.close()

    assert ADAS_ADDRESS not in everything_of(certificates)
