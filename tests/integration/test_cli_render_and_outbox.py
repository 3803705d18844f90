"""`certifly render --failed` and `certifly outbox`: what did not come about, and the way back."""

from collections.abc import Callable, Sequence
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from certifly.certificates.models import FAILED, RECORDED, RENDERED, Certificate
from certifly.certificates.produce import record_failure
from certifly.cli.render import BATCH
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import QUEUED
from certifly.delivery.email.queries import list_emails
from certifly.delivery.email.queue import release_emails
from certifly.jobs.engine import create_jobs_engine
from certifly.jobs.queue import client_of
from certifly.storage.blobs import open_store
from certifly.tenants.tenants import get_tenant
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.command import CommandLine
from tests.issued import issue_certificates, publish_template


@pytest.fixture
def tenant_id(certifly: CommandLine, database: Database) -> int:
    """Tenant Lovelace, with the published template 1."""
    certifly("tenant", "create", "lovelace", "--name", "Lovelace Academy")
    found = database.read_directory(lambda directory: get_tenant(directory, "lovelace").id).result()
    publish_template(database, found)
    return found


def fail(database: Database, tenant_id: int, certificates: Sequence[int]) -> None:
    def work(db: TenantDB) -> None:
        for certificate_id in certificates:
            record_failure(db, certificate_id, reason="it took longer than 20 seconds", now=TUESDAY)

    database.write(tenant_id, work).result()


def states(database: Database, tenant_id: int) -> dict[int, str]:
    return database.read(tenant_id, lambda db: {one.id: one.state for one in db.find(Certificate)}).result()


def jobs_of(database_url: str) -> list[str]:
    engine = create_jobs_engine(database_url, connections_max=1)
    client = client_of(engine)
    try:
        return sorted(job.workflow_id for job in client.list_workflows(load_input=False, load_output=False))
    finally:
        client.destroy()
        engine.dispose()


def test_one_says_which_are_to_be_rendered(certifly: CommandLine) -> None:
    refused = certifly("render")

    assert refused.exit_code == 2
    assert "--failed" in refused.errors


def test_failed_certificates_are_queued_again(
    certifly: CommandLine, database: Database, database_url: str, tenant_id: int
) -> None:
    fail(database, tenant_id, issue_certificates(database, tenant_id, 1, count=3)[:2])

    assert certifly("render", "--failed").output == "queued: 2\n"

    assert set(states(database, tenant_id).values()) == {RECORDED}
    again = [job for job in jobs_of(database_url) if not job.endswith(":0")]
    assert [job.rpartition(":")[0] for job in again] == [
        f"certificates.produce:{tenant_id}:1",
        f"certificates.produce:{tenant_id}:2",
    ]


def test_there_may_be_more_than_one_batch(certifly: CommandLine, database: Database, tenant_id: int) -> None:
    fail(database, tenant_id, issue_certificates(database, tenant_id, 1, count=BATCH + 1))

    assert certifly("render", "--failed", "--json").facts == {"queued": BATCH + 1}
    assert certifly("render", "--failed", "--json").facts == {"queued": 0}


def test_only_the_named_tenant_is_touched(
    certifly: CommandLine, database: Database, tenant_id: int, make_tenant: Callable[[str], int]
) -> None:
    babbage = make_tenant("babbage")
    publish_template(database, babbage)
    for owner in (tenant_id, babbage):
        fail(database, owner, issue_certificates(database, owner, 1))

    assert certifly("render", "--failed", "--tenant", "babbage", "--json").facts == {"queued": 1}

    assert states(database, tenant_id) == {1: FAILED}
    assert states(database, babbage) == {1: RECORDED}
    assert certifly("render", "--failed", "--tenant", "nobody").exit_code == 1


def test_what_to_render_must_be_said(sqlite: CommandLine) -> None:
    refused = sqlite("render")

    assert refused.exit_code == 2
    assert "--failed" in refused.errors


def test_an_empty_outbox_is_told(certifly: CommandLine, tenant_id: int) -> None:
    assert certifly("outbox").output == "The outbox is empty.\n"
    assert certifly("outbox", "--json").facts == {"data": []}


def test_held_messages_are_shown_oldest_first(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS, now=TUESDAY)
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS, now=MONDAY)

    shown = certifly("outbox", "--json").facts["data"]

    assert [(one["certificate"], one["status"], one["recipient"]) for one in shown] == [
        ("2", "held", ADAS_ADDRESS),
        ("1", "held", ADAS_ADDRESS),
    ]
    assert "CERTIFLY_MAIL_URL" in shown[0]["reason"]
    assert ADAS_ADDRESS in certifly("outbox", "--tenant", "lovelace").output


def test_no_more_are_shown_than_asked_for(certifly: CommandLine, database: Database, tenant_id: int) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS, count=3)

    assert len(certifly("outbox", "--limit", "2", "--json").facts["data"]) == 2
    assert certifly("outbox", "--limit", "0").exit_code == 2
    assert certifly("outbox", "--limit", "1001").exit_code == 2


def test_held_messages_go_when_there_is_a_mail_server(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS, count=2)

    released = certifly("outbox", "--release", "--json", mail_url="smtp://127.0.0.1:2525")

    assert released.facts == {"released": 2}
    (email,) = database.read(tenant_id, lambda db: list_emails(db, 1)).result()
    assert email.status == QUEUED
    assert certifly("outbox", "--json").facts == {"data": []}


def test_without_a_mail_server_nothing_can_be_released(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS)

    refused = certifly("outbox", "--release")

    assert refused.exit_code == 2
    assert "Set CERTIFLY_MAIL_URL, then release." in refused.errors
    assert len(certifly("outbox", "--json").facts["data"]) == 1


def finish(database: Database, tenant_id: int, files_url: str) -> str:
    """Have the PDF of certificate 1 stored, and its message let go; the id of that message."""
    digest = open_store(files_url).put(tenant_id, b"%PDF-1.7 of Ada", ".pdf")

    def work(db: TenantDB) -> str:
        certificate = db.get(Certificate, 1)
        assert certificate is not None
        certificate.state, certificate.pdf_digest = RENDERED, digest
        release_emails(db, 1, mail_configured=False, now=TUESDAY)
        (email,) = list_emails(db, 1)
        return email.id

    return database.write(tenant_id, work).result()


def test_a_held_message_is_printed_as_it_will_go(
    certifly: CommandLine, database: Database, tenant_id: int
) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS)
    email_id = finish(database, tenant_id, certifly.environment["CERTIFLY_FILES_URL"])

    printed = certifly("outbox", "--message", email_id)
    as_json = certifly("outbox", "--tenant", "lovelace", "--message", email_id, "--json").facts

    message = message_from_string(printed.output, policy=default)
    (attachment,) = message.iter_attachments()
    assert message["To"].addresses[0].addr_spec == ADAS_ADDRESS
    assert attachment.get_content() == b"%PDF-1.7 of Ada"
    assert message_from_string(as_json["message"], policy=default)["To"] == message["To"]


def test_a_message_that_cannot_be_shown_says_why(
    certifly: CommandLine, database: Database, tenant_id: int, tmp_path: Path
) -> None:
    issue_certificates(database, tenant_id, 1, address=ADAS_ADDRESS)
    (email,) = database.read(tenant_id, lambda db: list_emails(db, 1)).result()

    without_pdf = certifly("outbox", "--message", email.id)
    finish(database, tenant_id, certifly.environment["CERTIFLY_FILES_URL"])
    pdf_lost = certifly("outbox", "--message", email.id, files_url=str(tmp_path / "nowhere"))

    assert without_pdf.exit_code == pdf_lost.exit_code == 1
    assert "no PDF yet" in without_pdf.errors
    assert "has no file" in pdf_lost.errors


def test_a_message_that_nobody_has_is_told(
    certifly: CommandLine, tenant_id: int, make_tenant: Callable[[str], int]
) -> None:
    make_tenant("babbage")

    refused = certifly("outbox", "--message", "no-such-id", "--json")

    assert refused.exit_code == 1
    assert refused.fault["code"] == "EmailNotFound"
