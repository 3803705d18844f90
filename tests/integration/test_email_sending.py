"""From an issued certificate to a message in an inbox: every status, every outcome, every crash in between."""

import email
import email.policy
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from certifly.certificates.editions import current_edition
from certifly.certificates.erase import erase
from certifly.certificates.issue import PRODUCE, issue, prepare
from certifly.certificates.mail_facts import read_facts
from certifly.certificates.models import Certificate
from certifly.certificates.produce import Files, produce_lost, record_files
from certifly.certificates.queries import get_certificate
from certifly.certificates.request import IssueRequest
from certifly.certificates.sign_anew import supersede
from certifly.db.database import Database
from certifly.db.tenant import Announcement, TenantDB
from certifly.delivery.email.compose import CertificateFacts
from certifly.delivery.email.describe import describe_attempts, describe_email, email_delivery
from certifly.delivery.email.forget import FORGOTTEN_REASON
from certifly.delivery.email.models import Email, EmailAttempt
from certifly.delivery.email.preview import preview
from certifly.delivery.email.queries import (
    EmailNotFound,
    get_email,
    list_attempts,
    list_emails,
    list_outbox,
)
from certifly.delivery.email.queue import (
    EMAILS_PER_CERTIFICATE_MAX,
    RELEASE_BATCH,
    SEND,
    TooManyEmails,
    queue_email,
    release_emails,
    release_held,
    send_again,
)
from certifly.delivery.email.send import (
    PDF_LOST_REPLY,
    PDF_SIGNED_ANEW_REPLY,
    Intention,
    ReadFacts,
    RestorePDF,
    Sender,
    begin,
    record_outcome,
    wait_after,
)
from certifly.delivery.email.server import read_mail_url
from certifly.delivery.email.smtp import Mailer, Outcome
from certifly.delivery.email.tasks import fail_send, run_send
from certifly.storage.blobs import BlobStore, open_store
from certifly.templates.document import parse_document
from certifly.templates.draft import create_template
from certifly.templates.publish import publish
from certifly.templates.queries import find_published
from certifly.tenants.tenants import create_tenant
from tests.cast import ADA, ADAS_ADDRESS, MONDAY, TUESDAY, template_document
from tests.certificates_at_hand import signed_edition
from tests.mail_server import RunningServer, mail_server

PDF = b"%PDF-1.7 Ada's certificate"
RETRIES = (60.0, 300.0)
HOST = "certificates.lovelace.example"


SENDER = Sender("certificates@lovelace.example", HOST, RETRIES)


@dataclass
class School:
    """Tenant Lovelace with a published template, a file store, and a mail server; and what it announced."""

    database: Database
    blobs: BlobStore
    server: RunningServer
    mailer: Mailer | None
    announced: list[Announcement]
    tenant_id: int = 0
    read_facts: ReadFacts = field(default=read_facts)
    restore_pdf: RestorePDF = field(default=produce_lost)
    sender: Sender = field(default=SENDER)

    def write(self, work: Callable[[TenantDB], Any]) -> Any:
        return self.database.write(self.tenant_id, work).result()

    def read(self, work: Callable[[TenantDB], Any]) -> Any:
        return self.database.read(self.tenant_id, work).result()

    def issue(self, address: str | None = ADAS_ADDRESS, *, mail_configured: bool = True) -> tuple[int, Email]:
        """An issued certificate, and its e-mail."""

        def work(db: TenantDB) -> tuple[int, Email]:
            data = {"Student Name": ADA} | ({"Email": address} if address else {})
            prepared = prepare(
                IssueRequest(template_id=1, data=data, send_email=True),
                {},
                find_published(db, 1),
                code=uuid.uuid4(),
                check_url=f"https://{HOST}/check/x",
                issuer_name="Lovelace Academy",
                fonts_dir=None,
                now=MONDAY,
            )
            certificate, email = issue(db, prepared, mail_configured=mail_configured)
            assert email is not None
            return certificate.id, email

        found: tuple[int, Email] = self.write(work)
        return found

    def render(self, certificate_id: int, *, mail_configured: bool = True) -> None:
        """Store the PDF of a certificate, as production does."""
        files = Files(self.blobs.put(self.tenant_id, PDF, ".pdf"), None)
        signed = signed_edition(certificate_id)
        self.write(
            lambda db: record_files(
                db, certificate_id, signed, files, mail_configured=mail_configured, now=MONDAY
            )
        )

    def rendered(self) -> Email:
        """The e-mail of a certificate that is issued and rendered, about to be sent."""
        certificate_id, email = self.issue()
        self.render(certificate_id)
        return email

    def turns(self, email_id: str) -> list[tuple[int, float]]:
        """The turns announced for an e-mail, each with its delay."""
        return [
            (announcement.attempt, announcement.delay_seconds)
            for announcement in self.announced
            if announcement.task == SEND and announcement.arguments == (email_id,)
        ]

    def run(self, email_id: str, turn: int = 1) -> Email:
        """Run the job of a turn, and look at the e-mail afterwards."""
        run_send(self, self.tenant_id, email_id, attempt=turn)
        return self.look(email_id)

    def look(self, email_id: str) -> Email:
        found: Email = self.read(lambda db: get_email(db, email_id))
        return found

    def state(self, certificate_id: int) -> str:
        """What the certificate's row says."""
        found: str = self.read(lambda db: get_certificate(db, str(certificate_id)).state)
        return found

    def attempts(self, email_id: str) -> list[tuple[int, str | None, int | None]]:
        """Number, outcome and code of each attempt, oldest first."""
        rows = self.read(lambda db: list_attempts(db, email_id))
        return [(row.number, row.outcome, row.smtp_code) for row in reversed(rows)]

    def inbox(self) -> list[EmailMessage]:
        messages = [
            email.message_from_bytes(received.content, policy=email.policy.default)
            for received in self.server.inbox.messages
        ]
        return [message for message in messages if isinstance(message, EmailMessage)]


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    announced: list[Announcement] = []
    database = Database(database_url, before_commit=lambda _, announcements: announced.extend(announcements))
    with mail_server(enable_SMTPUTF8=True) as server:
        mailer = Mailer(read_mail_url(f"smtp://127.0.0.1:{server.port}"), our_host=HOST)
        school = School(database, open_store(str(tmp_path / "files")), server, mailer, announced)
        school.tenant_id = database.write_directory(
            lambda directory: (
                create_tenant(directory, slug="lovelace", name="Lovelace Academy", now=MONDAY).id
            )
        ).result()

        def make_template(db: TenantDB) -> None:
            template = create_template(db, parse_document(template_document()), now=MONDAY)
            publish(
                db, template, issuer_name="Lovelace Academy", check_url=f"https://{HOST}/check/x", now=MONDAY
            )

        school.write(make_template)
        yield school
        mailer.close()
    database.close()


def test_an_email_waits_until_the_pdf_is_there_and_then_goes_once(school: School) -> None:
    certificate_id, email = school.issue()
    assert (email.status, email.reason, email.recipient) == ("queued", None, ADAS_ADDRESS)
    assert school.turns(email.id) == []

    school.render(certificate_id)
    school.write(lambda db: release_emails(db, certificate_id, mail_configured=True, now=TUESDAY))

    assert school.turns(email.id) == [(1, 0.0)]


def test_a_sent_email_is_in_the_inbox_and_its_row_says_so(school: School) -> None:
    email = school.rendered()

    sent = school.run(email.id)

    assert (sent.status, sent.reason, sent.attempts) == ("sent", None, 1)
    assert sent.sent_at is not None
    assert school.attempts(email.id) == [(1, "accepted", 250)]
    [message] = school.inbox()
    assert school.server.inbox.messages[0].recipient == ADAS_ADDRESS
    assert message["Message-ID"] == sent.message_id == f"<{email.id}@{HOST}>"
    assert message["Subject"] == "Certificate of completion for Ada Lovelace"
    assert message["From"] == "Lovelace Academy <certificates@lovelace.example>"
    [attachment] = message.iter_attachments()
    assert attachment.get_content() == PDF


def test_a_job_that_runs_again_after_the_message_was_sent_does_nothing(school: School) -> None:
    email = school.rendered()

    school.run(email.id)
    school.run(email.id)

    assert len(school.inbox()) == 1
    assert school.look(email.id).attempts == 1


@pytest.mark.parametrize("turn", [0, 2])
def test_a_job_whose_turn_it_is_not_does_nothing(school: School, turn: int) -> None:
    email = school.rendered()

    assert school.run(email.id, turn).status == "queued"
    assert school.inbox() == []


def test_an_unknown_email_and_one_of_another_tenant_are_nobodys_job(school: School) -> None:
    email = school.rendered()
    school.tenant_id = school.database.write_directory(
        lambda directory: create_tenant(directory, slug="babbage", name="Babbage & Co", now=MONDAY).id
    ).result()

    run_send(school, school.tenant_id, email.id, attempt=1)
    run_send(school, school.tenant_id, str(uuid.uuid4()), attempt=1)

    assert school.inbox() == []
    with pytest.raises(EmailNotFound):
        school.look(email.id)
    assert school.read(lambda db: list_emails(db, email.certificate_id)) == []


def test_a_temporary_refusal_is_tried_again_later_and_at_last_given_up(school: School) -> None:
    email = school.rendered()
    school.server.inbox.rcpt_answers.extend(["450 mailbox busy"] * 3)

    first = school.run(email.id, 1)
    assert first.status == "queued"
    assert first.reason == "Not delivered yet, will be tried again: 450 mailbox busy"
    assert school.turns(email.id) == [(1, 0.0), (2, 60.0)]

    assert school.run(email.id, 2).status == "queued"
    assert school.turns(email.id)[2:] == [(3, 300.0)]

    last = school.run(email.id, 3)
    assert (last.status, last.reason) == ("failed", "450 mailbox busy")
    assert school.turns(email.id)[3:] == []
    assert school.attempts(email.id) == [(n, "temporary", 450) for n in (1, 2, 3)]


def test_a_temporary_refusal_may_end_well(school: School) -> None:
    email = school.rendered()
    school.server.inbox.data_answers.append("451 greylisted")

    school.run(email.id, 1)
    sent = school.run(email.id, 2)

    assert (sent.status, sent.reason, sent.attempts) == ("sent", None, 2)
    assert len(school.inbox()) == 1


def test_a_permanent_refusal_fails_with_the_servers_words(school: School) -> None:
    email = school.rendered()
    school.server.inbox.rcpt_answers.append("550 5.1.1 no such user")

    failed = school.run(email.id)

    assert (failed.status, failed.reason) == ("failed", "550 5.1.1 no such user")
    assert school.turns(email.id) == [(1, 0.0)]


def test_a_process_killed_before_the_message_went_sends_it_when_the_job_runs_again(school: School) -> None:
    email = school.rendered()
    school.write(lambda db: begin(db, email.id, 1, host=HOST, mail_configured=True, now=MONDAY))
    assert school.look(email.id).status == "sending"

    assert school.run(email.id).status == "sent"
    assert school.attempts(email.id) == [(1, "interrupted", None), (2, "accepted", 250)]
    assert len(school.inbox()) == 1


def test_a_message_that_went_before_the_crash_goes_again_under_the_same_id(school: School) -> None:
    email = school.rendered()
    school.server.inbox.data_answers.append("take and drop")

    assert school.run(email.id, 1).status == "queued"
    school.sender = replace(school.sender, host="moved.lovelace.example")
    assert school.run(email.id, 2).status == "sent"

    first, second = school.inbox()
    assert first["Message-ID"] == second["Message-ID"] == f"<{email.id}@{HOST}>"


def test_an_outcome_that_comes_after_a_later_run_took_over_decides_nothing(school: School) -> None:
    email = school.rendered()
    early: Intention = school.write(
        lambda db: begin(db, email.id, 1, host=HOST, mail_configured=True, now=MONDAY)
    )
    school.run(email.id)

    late = Outcome("permanent", 550, "550 no")
    school.write(lambda db: record_outcome(db, early, late, retry_seconds=RETRIES, now=TUESDAY))

    assert school.look(email.id).status == "sent"
    assert school.attempts(email.id)[0] == (1, "interrupted", None)


def test_an_acceptance_that_comes_late_still_counts(school: School) -> None:
    email = school.rendered()
    early: Intention = school.write(
        lambda db: begin(db, email.id, 1, host=HOST, mail_configured=True, now=MONDAY)
    )
    school.server.inbox.rcpt_answers.append("550 no")
    assert school.run(email.id).status == "failed"

    late = Outcome("accepted", 250, "OK")
    school.write(lambda db: record_outcome(db, early, late, retry_seconds=RETRIES, now=TUESDAY))

    assert school.look(email.id).status == "sent"
    assert school.attempts(email.id) == [(1, "accepted", 250), (2, "permanent", 550)]


def test_an_outcome_for_an_email_that_was_erased_meanwhile_is_let_go(school: School) -> None:
    email = school.rendered()
    intention: Intention = school.write(
        lambda db: begin(db, email.id, 1, host=HOST, mail_configured=True, now=MONDAY)
    )

    def erase(db: TenantDB) -> None:
        db.remove(EmailAttempt)
        db.remove(Email)

    school.write(erase)

    school.write(
        lambda db: record_outcome(
            db, intention, Outcome("accepted", 250, "OK"), retry_seconds=RETRIES, now=TUESDAY
        )
    )
    fail_send(school, school.tenant_id, email.id, attempt=1, reason="Unexpected error (KeyError).")


def test_a_lost_pdf_is_temporary_and_has_itself_made_again(school: School) -> None:
    email = school.rendered()
    name = school.blobs.put(school.tenant_id, PDF, ".pdf")
    school.blobs.delete(school.tenant_id, name, ".pdf")

    waiting = school.run(email.id, 1)

    assert waiting.status == "queued"
    assert PDF_LOST_REPLY in (waiting.reason or "")
    assert school.attempts(email.id) == [(1, "temporary", None)]
    assert school.state(email.certificate_id) == "recorded", "its job will make the PDF again"
    assert [one.arguments for one in school.announced if one.task == PRODUCE][1:] == [(email.certificate_id,)]

    school.render(email.certificate_id)
    assert school.turns(email.id) == [(1, 0.0), (2, RETRIES[0])], "restoring releases no e-mail again"
    assert school.run(email.id, 2).status == "sent"
    assert len(school.inbox()) == 1


def test_a_message_whose_person_is_erased_when_it_is_about_to_go_stays_here(school: School) -> None:
    email = school.rendered()

    def erase_and_read(_: TenantDB, certificate_id: int) -> CertificateFacts | None:
        school.write(
            lambda db: erase(
                db, get_certificate(db, str(certificate_id)), reason=None, actor=None, now=TUESDAY
            )
        )
        found: CertificateFacts | None = school.read(lambda db: read_facts(db, certificate_id))
        return found

    school.read_facts = erase_and_read
    skipped = school.run(email.id, 1)

    assert (skipped.status, skipped.recipient, skipped.reason) == ("skipped", None, FORGOTTEN_REASON)
    assert school.attempts(email.id) == [(1, "interrupted", None)]
    assert shown(school, email.id) is None
    assert school.run(email.id, 1).status == "skipped"
    assert school.inbox() == []


def test_a_message_waits_while_its_certificate_is_signed_anew(school: School) -> None:
    email = school.rendered()

    def lose_its_key(db: TenantDB) -> None:
        certificate = get_certificate(db, str(email.certificate_id))
        edition = current_edition(db, certificate)
        assert edition is not None
        supersede(db, certificate, edition, now=TUESDAY)

    school.write(lose_its_key)

    waiting = school.run(email.id, 1)

    assert waiting.status == "queued"
    assert PDF_SIGNED_ANEW_REPLY in (waiting.reason or "")
    assert shown(school, email.id) is None
    assert school.inbox() == []


def test_a_damaged_pdf_is_not_sent(school: School, tmp_path: Path) -> None:
    email = school.rendered()
    (file,) = (tmp_path / "files").rglob("*.pdf")
    file.write_bytes(b"%PDF-1.7 Eve's certificate")

    assert school.run(email.id, 1).status == "queued"

    assert school.state(email.certificate_id) == "recorded"
    assert school.inbox() == []


def test_files_that_are_out_of_reach_are_waited_for(school: School, tmp_path: Path) -> None:
    email = school.rendered()
    (file,) = (tmp_path / "files").rglob("*.pdf")
    file.unlink()
    file.mkdir()

    waiting = school.run(email.id, 1)

    assert waiting.status == "queued"
    assert "cannot be used" in (waiting.reason or "")
    assert school.state(email.certificate_id) == "rendered", "nothing is known to be lost"


def test_a_recipient_that_is_no_address_fails_for_good(school: School) -> None:
    email = school.rendered()

    def spoil(db: TenantDB) -> None:
        get_email(db, email.id).recipient = "ada@example.org\r\nRCPT TO:<eve@example.org>"

    school.write(spoil)

    failed = school.run(email.id)

    assert (failed.status, failed.reason) == ("failed", "This is not an address that mail can be sent to.")
    assert school.inbox() == []


def test_a_sender_that_is_no_address_is_temporary_since_an_operator_can_mend_it(school: School) -> None:
    email = school.rendered()
    school.sender = replace(school.sender, address="nobody")

    waiting = school.run(email.id)

    assert waiting.status == "queued"
    assert "CERTIFLY_MAIL_FROM" in (waiting.reason or "")
    assert school.inbox() == []


def test_without_a_mail_server_messages_are_held_and_go_when_there_is_one(school: School) -> None:
    rendered_id, first = school.issue(mail_configured=False)
    _, second = school.issue(mail_configured=False)
    school.render(rendered_id, mail_configured=False)
    assert (first.status, second.status) == ("held", "held")
    assert "CERTIFLY_MAIL_URL" in (school.look(first.id).reason or "")
    assert school.turns(first.id) == school.turns(second.id) == []
    outbox = school.read(lambda db: list_outbox(db, limit=10))
    assert {waiting.id for waiting in outbox} == {first.id, second.id}

    assert school.write(lambda db: release_held(db, now=TUESDAY)) == 2
    assert school.write(lambda db: release_held(db, now=TUESDAY)) == 0
    assert school.turns(first.id) == [(1, 0.0)]
    assert school.turns(second.id) == []

    school.render(second.certificate_id)
    assert school.turns(second.id) == [(1, 0.0)]
    assert school.run(first.id).status == school.run(second.id).status == "sent"
    assert school.read(lambda db: list_outbox(db, limit=10)) == []


def test_held_messages_are_released_in_batches(school: School) -> None:
    certificate_id, _ = school.issue(mail_configured=False)

    def queue_many(db: TenantDB) -> None:
        for _ in range(RELEASE_BATCH):
            queue_email(
                db,
                certificate_id=certificate_id,
                recipient=ADAS_ADDRESS,
                email_field="Email",
                mail_configured=False,
                now=MONDAY,
            )

    school.write(queue_many)

    taken = [school.write(lambda db: release_held(db, now=TUESDAY)) for _ in range(3)]
    assert taken == [RELEASE_BATCH, 1, 0]


def test_an_email_queued_while_there_was_a_server_is_held_when_it_is_gone(school: School) -> None:
    certificate_id, early = school.issue()
    school.render(certificate_id, mail_configured=False)
    assert school.look(early.id).status == "held"

    email = school.rendered()
    mailer, school.mailer = school.mailer, None
    assert school.run(email.id, 1).status == "held"
    school.mailer = mailer
    school.write(lambda db: release_held(db, now=TUESDAY))

    assert school.turns(email.id) == [(1, 0.0), (2, 0.0)]
    assert school.run(email.id, 1).status == "queued", "the first turn has passed"
    assert school.run(email.id, 2).status == "sent"


def test_without_an_address_the_email_is_skipped_and_says_what_to_add(school: School) -> None:
    certificate_id, email = school.issue(address=None)
    assert email.status == "skipped"
    assert 'data under "Email"' in (email.reason or "")

    unnamed: Email = school.write(
        lambda db: queue_email(
            db,
            certificate_id=certificate_id,
            recipient=None,
            email_field=None,
            mail_configured=True,
            now=MONDAY,
        )
    )
    assert unnamed.status == "skipped"
    assert "extra field of type email" in (unnamed.reason or "")
    school.render(certificate_id)
    assert school.turns(email.id) == school.turns(unnamed.id) == []


def again(school: School, certificate_id: int, recipient: str, *, is_rendered: bool = True) -> Email:
    sent: Email = school.write(
        lambda db: send_again(
            db,
            certificate_id=certificate_id,
            recipient=recipient,
            is_rendered=is_rendered,
            mail_configured=True,
            now=TUESDAY,
        )
    )
    return sent


def test_sending_again_to_a_corrected_address_is_a_new_email(school: School) -> None:
    email = school.rendered()
    school.server.inbox.rcpt_answers.append("550 no such user")
    school.run(email.id)

    corrected = again(school, email.certificate_id, "ada@lovelace.example")

    assert school.turns(corrected.id) == [(1, 0.0)]
    assert school.run(corrected.id).status == "sent"
    assert school.server.inbox.messages[0].recipient == "ada@lovelace.example"
    assert school.look(email.id).status == "failed"
    newest_first = school.read(lambda db: list_emails(db, email.certificate_id))
    assert [listed.id for listed in newest_first] == [corrected.id, email.id]


def test_correcting_the_address_stops_what_still_waits_for_the_wrong_one(school: School) -> None:
    certificate_id, wrong = school.issue("eve@example.org")
    _, other = school.issue("eve@example.org")

    corrected = again(school, certificate_id, ADAS_ADDRESS, is_rendered=False)
    assert school.look(wrong.id).status == "skipped"
    assert school.look(other.id).status == "queued", "an e-mail about another certificate"
    assert school.turns(corrected.id) == []

    school.render(certificate_id)
    assert school.turns(wrong.id) == []
    assert school.turns(corrected.id) == [(1, 0.0)]


def test_sending_again_to_the_same_address_leaves_the_first_one_waiting(school: School) -> None:
    email = school.rendered()

    second = again(school, email.certificate_id, ADAS_ADDRESS)

    assert school.run(email.id).status == school.run(second.id).status == "sent"


def test_a_certificate_is_mailed_a_bounded_number_of_times(school: School) -> None:
    email = school.rendered()
    for _ in range(EMAILS_PER_CERTIFICATE_MAX - 1):
        again(school, email.certificate_id, ADAS_ADDRESS)

    with pytest.raises(TooManyEmails):
        again(school, email.certificate_id, ADAS_ADDRESS)


def test_a_job_that_cannot_be_done_leaves_a_failed_email(school: School) -> None:
    email = school.rendered()
    reason = "Unexpected error (KeyError)."

    fail_send(school, school.tenant_id, email.id, attempt=7, reason=reason)
    assert school.look(email.id).status == "queued", "another turn's defeat"
    fail_send(school, school.tenant_id, email.id, attempt=1, reason=reason)

    assert (school.look(email.id).status, school.look(email.id).reason) == ("failed", reason)
    assert [waiting.id for waiting in school.read(lambda db: list_outbox(db, limit=10))] == [email.id]


def test_logs_tell_what_came_of_it_and_nothing_of_the_person(
    school: School, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="certifly")
    email = school.rendered()
    school.server.inbox.rcpt_answers.append("550 <ada@example.org> unknown")
    school.run(email.id)

    [record] = [record for record in caplog.records if record.message == "email_attempted"]
    assert record.__dict__["facts"] == {
        "tenant_id": school.tenant_id,
        "email_id": email.id,
        "attempt": 1,
        "outcome": "permanent",
        "smtp_code": 550,
    }
    assert "ada" not in "".join(str(record.__dict__) for record in caplog.records).lower()


def test_an_email_is_described_with_every_key_always_there(school: School) -> None:
    email = school.rendered()
    assert email_delivery(email) == {
        "id": email.id,
        "status": "queued",
        "recipient": ADAS_ADDRESS,
        "queued_at": "2026-11-23T09:00:00.000000Z",
        "reason": None,
    }
    before = describe_email(email)
    after = describe_email(school.run(email.id))
    assert before.keys() == after.keys()
    assert before["sent_at"] is None and after["sent_at"].endswith("Z")

    attempts: list[EmailAttempt] = school.read(lambda db: list_attempts(db, email.id))
    [described] = describe_attempts(attempts)
    assert (described["number"], described["outcome"], described["reply"]) == (1, "accepted", "OK")


def test_the_waits_between_attempts_come_from_the_settings() -> None:
    assert [wait_after(failures, RETRIES) for failures in (1, 2, 3)] == [60.0, 300.0, None]
    assert wait_after(1, ()) is None


def test_moments_are_kept_exactly(school: School) -> None:
    _, email = school.issue()
    moment: datetime = school.look(email.id).queued_at

    assert moment == MONDAY
    assert school.read(lambda db: db.get(Certificate, email.certificate_id)).created_at == MONDAY


def shown(school: School, email_id: str) -> EmailMessage | None:
    return preview(
        school.database,
        school.blobs,
        read_facts,
        school.sender,
        tenant_id=school.tenant_id,
        email_id=email_id,
        now=TUESDAY,
    )


def test_an_operator_can_read_a_held_message_before_it_goes(school: School) -> None:
    certificate_id, email = school.issue(mail_configured=False)
    assert shown(school, email.id) is None, "there is no PDF yet"

    school.render(certificate_id, mail_configured=False)
    message = shown(school, email.id)

    assert message is not None
    assert message["To"] == f"{ADA} <{ADAS_ADDRESS}>"
    assert message["Message-ID"] == f"<{email.id}@{HOST}>"
    assert school.look(email.id).status == "held"
    assert school.inbox() == []


def test_a_skipped_message_has_nothing_to_show(school: School) -> None:
    _, email = school.issue(address=None)

    assert shown(school, email.id) is None
