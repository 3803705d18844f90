"""The person goes, from every row and file; the proof stays; and nothing brings the person back."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from certifly.certificates.erase import salted
from certifly.certificates.errors import CertificateErased
from certifly.certificates.history import ERASED
from certifly.certificates.mail_again import mail_again
from certifly.certificates.mail_facts import read_facts
from certifly.certificates.models import ERASED as ERASED_STATE
from certifly.certificates.models import Edition
from certifly.certificates.produce import produce_again, record_failure
from certifly.certificates.queries import get_certificate_to_change
from certifly.certificates.shred import AGAIN_SECONDS, SHRED
from certifly.certificates.standing import standing_of
from certifly.certificates.tasks import fail_shred, run_shred
from certifly.db.base import Base
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.forget import FORGOTTEN_REASON, forget_recipient
from certifly.delivery.email.models import (
    ACCEPTED,
    FAILED,
    HELD,
    INTERRUPTED,
    PERMANENT,
    QUEUED,
    SENDING,
    SENT,
    SKIPPED,
    Email,
    EmailAttempt,
)
from certifly.delivery.email.queue import release_held
from certifly.delivery.email.send import Intention, begin, record_outcome
from certifly.delivery.email.smtp import Outcome
from certifly.storage.blobs import DIGEST_PREFIX, BlobStore, name_of, open_store
from certifly.web.recorded import IdempotencyRecord, forget_answers_about
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates, digest_of

WEDNESDAY = TUESDAY + timedelta(days=1)
PERSONAL = ("Lovelace is misspelt", "Ada Lovelace", "Ada", ADAS_ADDRESS, "550 5.1.1")


def everything_of(certificates: Certificates) -> str:
    """Every row of every table of the tenant, as text."""

    def work(db: TenantDB) -> str:
        rows = []
        for table in Base.metadata.sorted_tables:
            if "tenant_id" in table.c and not table.name.startswith(("template", "tokens")):
                found = db.connection.execute(sa.select(table).where(table.c.tenant_id == db.tenant_id))
                rows += [f"{table.name} {dict(row)}" for row in found.mappings()]
        return "\n".join(rows)

    return certificates.read(work)


def give_emails(certificates: Certificates, certificate_id: int) -> None:
    """One message for each status a message can have, each with what a server said."""

    def work(db: TenantDB) -> None:
        for number, status in enumerate((QUEUED, HELD, SENDING, SENT, FAILED, SKIPPED)):
            email = Email(
                id=f"{certificate_id}-{status}",
                certificate_id=certificate_id,
                kind="certificate",
                recipient=ADAS_ADDRESS,
                status=status,
                reason=f"{ADAS_ADDRESS} is unknown",
                message_id=f"<{status}@example.org>",
                attempts=1,
                turn=1,
                queued_at=MONDAY + timedelta(minutes=number),
                updated_at=MONDAY,
                released_at=MONDAY,
                sent_at=MONDAY if status == SENT else None,
            )
            is_over = status != SENDING
            db.add(email)
            db.flush()
            db.add(
                EmailAttempt(
                    email_id=email.id,
                    number=1,
                    started_at=MONDAY,
                    finished_at=MONDAY if is_over else None,
                    outcome=PERMANENT if is_over else None,
                    smtp_code=550,
                    reply=f"550 5.1.1 <{ADAS_ADDRESS}> is unknown",
                )
            )

    certificates.write(work)


@pytest.fixture
def certificate_id(certificates: Certificates) -> int:
    """A certificate that has lived: signed twice, suspended, mailed, and corrected an earlier one."""
    earlier = certificates.issue(address=ADAS_ADDRESS)
    corrected = certificates.replace(
        earlier, {"Course": "Engines"}, reason="Lovelace is misspelt", now=MONDAY
    )
    certificates.sign(corrected)
    certificates.sign(corrected, number=2)
    certificates.suspend(corrected, "Ada Lovelace is looked into.", actor="registry", now=MONDAY)
    give_emails(certificates, corrected)
    certificates.set(corrected, failure="Ada Lovelace does not fit.")
    certificates.announced.clear()
    return corrected


def test_nothing_of_the_person_is_left_in_any_table(certificates: Certificates, certificate_id: int) -> None:
    before = everything_of(certificates)
    assert all(word in before for word in PERSONAL), "else this proves nothing"

    for one in (certificate_id, certificates.look(certificate_id).replaces_id):
        assert one is not None
        certificates.erase(one, "Asked for, case 1815.", actor="registry", now=TUESDAY)

    after = everything_of(certificates)
    assert [word for word in PERSONAL if word in after] == []
    for digest in (digest_of(certificate_id, 1, "pdf"), digest_of(certificate_id, 2, "png")):
        assert digest in before and digest not in after


def test_the_proof_stays(certificates: Certificates, certificate_id: int) -> None:
    before = certificates.look(certificate_id)

    certificates.erase(certificate_id, "Asked for, case 1815.", actor="registry", now=TUESDAY)

    row = certificates.look(certificate_id)
    assert (row.state, row.erased_at, row.updated_at) == (ERASED_STATE, TUESDAY, TUESDAY)
    assert standing_of(row, TUESDAY) == "erased"
    assert (row.data, row.drawing, row.failure) == ({}, {}, None)
    assert (row.code, row.created_at, row.check_url) == (before.code, before.created_at, before.check_url)
    assert (row.issuer_name, row.template_id, row.template_version) == ("Lovelace Academy", 1, 1)
    assert (row.suspended_at, row.suspension_reason) == (MONDAY, None)
    assert (row.edition, row.replaces_id) == (2, before.replaces_id)
    entries = certificates.history(certificate_id)
    assert [one.kind for one in entries] == ["issued", "replaces", "suspended", ERASED]
    assert [one.reason for one in entries] == [None, None, None, "Asked for, case 1815."]
    assert [one.actor for one in entries] == [None, "registry", "registry", "registry"]


def test_who_holds_a_file_can_still_have_it_recognised(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    signed = [certificates.sign(certificate_id, number=number) for number in (1, 2)]

    certificates.erase(certificate_id, now=TUESDAY)

    editions = certificates.read(lambda db: db.find(Edition, order_by=[Edition.number]))
    for edition, made in zip(editions, signed, strict=True):
        assert (edition.credential, edition.credential_jwt, edition.pdf_digest) == (None, None, None)
        assert edition.salt is not None and len(edition.salt) == 64
        pdf = digest_of(certificate_id, made.number, "pdf")
        assert edition.pdf_salted == salted(edition.salt, pdf)
        assert edition.pdf_salted == hashlib.sha256(f"{edition.salt}{pdf}".encode()).hexdigest()
        assert edition.credential_salted == salted(edition.salt, name_of(made.credential.encode()))
        assert (edition.proof_key, edition.signed_at) == ("proof-1", MONDAY)
    assert editions[0].salt != editions[1].salt


def test_an_edition_whose_pdf_was_never_stored_has_no_digest_to_keep(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)

    def lose(db: TenantDB) -> None:
        [edition] = db.find(Edition)
        edition.pdf_digest = None

    certificates.write(lose)
    certificates.erase(certificate_id, now=TUESDAY)

    [edition] = certificates.read(lambda db: db.find(Edition))
    assert edition.pdf_salted is None
    assert edition.credential_salted is not None


def test_every_file_is_deleted_by_a_job_of_the_same_commit(
    certificates: Certificates, certificate_id: int
) -> None:
    certificates.erase(certificate_id, now=TUESDAY)

    expected = {
        (certificate_id, digest_of(certificate_id, number, kind).removeprefix(DIGEST_PREFIX), kind)
        for number, kind in ((1, "pdf"), (2, "pdf"), (2, "png"), (2, "svg"))
    }
    assert set(certificates.jobs(SHRED)) == expected
    assert len(certificates.jobs(SHRED)) == len(expected), "each once"


def test_erasing_again_keeps_the_first_and_takes_what_came_since(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)
    certificates.erase(certificate_id, "Asked for.", actor="registry", now=MONDAY)
    blinded = certificates.read(lambda db: db.find(Edition))[0].pdf_salted
    certificates.revoke(certificate_id, "Ada Lovelace never sat the exam.", now=TUESDAY)

    certificates.erase(certificate_id, "Again.", actor="dean", now=WEDNESDAY)

    row = certificates.look(certificate_id)
    assert (row.erased_at, row.revoked_at, row.revocation_reason) == (MONDAY, TUESDAY, None)
    assert [(one.kind, one.reason) for one in certificates.history(certificate_id)[1:]] == [
        (ERASED, "Asked for."),
        ("revoked", None),
    ]
    assert certificates.read(lambda db: db.find(Edition))[0].pdf_salted == blinded
    assert len(certificates.jobs(SHRED)) == 3


def test_one_certificate_alone_is_erased(certificates: Certificates) -> None:
    erased, other = certificates.issue(address=ADAS_ADDRESS), certificates.issue(address=ADAS_ADDRESS)
    certificates.sign(other)
    certificates.suspend(other, "In question.", now=MONDAY)
    before = certificates.look(other)

    certificates.erase(erased, now=TUESDAY)

    after = certificates.look(other)
    assert (after.data, after.drawing, after.pdf_digest) == (before.data, before.drawing, before.pdf_digest)
    assert certificates.history(other)[1].reason == "In question."
    [email] = certificates.read(lambda db: db.find(Email, Email.certificate_id == other))
    assert email.recipient == ADAS_ADDRESS


def test_both_ends_of_a_replacement_forget_the_reason_they_share(certificates: Certificates) -> None:
    old = certificates.issue()
    middle = certificates.replace(old, {"Student Name": "Ada King"}, reason="Was Ada Lovelace.", now=MONDAY)
    new = certificates.replace(middle, {"Student Name": "Ada Byron"}, reason="Is Byron.", now=TUESDAY)

    certificates.erase(old, now=WEDNESDAY)

    assert [one.reason for one in certificates.history(middle)] == [None, None, "Is Byron."]
    certificates.erase(middle, now=WEDNESDAY)
    assert [one.reason for one in certificates.history(new)] == [None, None]


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


def test_nothing_brings_it_back(certificates: Certificates) -> None:
    certificate_id = certificates.issue(address=ADAS_ADDRESS)
    certificates.erase(certificate_id, now=TUESDAY)

    with pytest.raises(CertificateErased):
        certificates.change(certificate_id, lambda db, row: produce_again(db, row, now=WEDNESDAY))
    with pytest.raises(CertificateErased):
        certificates.change(
            certificate_id,
            lambda db, row: mail_again(db, row, to=ADAS_ADDRESS, mail_configured=True, now=WEDNESDAY),
        )
    certificates.write(
        lambda db: record_failure(db, certificate_id, reason="Ada does not fit.", now=WEDNESDAY)
    )

    row = certificates.look(certificate_id)
    assert (row.state, row.failure) == (ERASED_STATE, None)


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


def test_of_two_erasures_at_once_one_is_the_first(database_url: str, certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)
    other = Database(database_url)
    start = threading.Barrier(2)

    def erase_in(database: Database) -> None:
        from certifly.certificates.erase import erase

        start.wait()
        database.write(
            certificates.tenant_id,
            lambda db: erase(
                db, get_certificate_to_change(db, str(certificate_id)), reason=None, actor=None, now=TUESDAY
            ),
        ).result()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(erase_in, (certificates.database, other)))
    other.close()

    assert [one.kind for one in certificates.history(certificate_id)] == ["issued", ERASED]
    [edition] = certificates.read(lambda db: db.find(Edition))
    assert edition.salt is not None
    assert edition.pdf_salted == salted(edition.salt, digest_of(certificate_id, 1, "pdf"))
