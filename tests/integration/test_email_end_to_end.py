"""The whole way, with real processes: a call is answered, and minutes later a message lies in an inbox."""

import email
import email.policy
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.cast import ADA, ADAS_ADDRESS
from tests.live import Caller, running
from tests.mail_server import RunningServer, free_port, mail_server

pytestmark = pytest.mark.long

PATIENCE_SECONDS = 30


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with mail_server() as running_server:
        yield running_server


def await_status(tenant: Caller, certificate: str, *statuses: str) -> dict[str, Any]:
    """The newest e-mail of a certificate, once it has one of these statuses."""

    def look() -> dict[str, Any]:
        answer = tenant.http.get(f"/api/v1/certificates/{certificate}/emails").json()
        found: dict[str, Any] = answer["data"][0]["data"]
        return found

    return await_true(look, lambda found: found["status"] in statuses)


def await_true(look: Callable[[], Any], is_true: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def read(server: RunningServer) -> EmailMessage:
    [received] = server.inbox.messages
    message = email.message_from_bytes(received.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def mailed(tenant: Caller) -> str:
    data = {"Student Name": ADA, "Email": ADAS_ADDRESS}
    return str(tenant.issue(tenant.publish_template(), data=data, send_email=True)["data"]["id"])


def test_a_certificate_is_mailed_with_its_own_pdf(tmp_path: Path, server: RunningServer) -> None:
    settings = {"mail_url": f"smtp://127.0.0.1:{server.port}", "mail_from": "certificates@lovelace.example"}
    with running(tmp_path, f"sqlite:///{tmp_path}/certifly.db", **settings) as installation:
        tenant = installation.new_tenant()
        certificate = mailed(tenant)
        sent = await_status(tenant, certificate, "sent", "failed")
        routes = tenant.http.get(f"/api/v1/certificates/{certificate}").json()["data"]["data"]["routes"]
        pdf = tenant.http.get(routes["download_pdf"]).content

    assert (sent["status"], sent["attempts"]) == ("sent", 1)
    message = read(server)
    assert message["Message-ID"] == sent["message_id"]
    assert message["To"] == f"{ADA} <{ADAS_ADDRESS}>"
    body = message.get_body(("plain",))
    assert body is not None and routes["check"] in body.get_content()
    [attachment] = message.iter_attachments()
    assert attachment.get_content() == pdf
    assert ADAS_ADDRESS not in installation.log.read_text()


def test_a_temporary_refusal_is_tried_again_by_itself(tmp_path: Path, server: RunningServer) -> None:
    server.inbox.rcpt_answers.append("450 busy")
    settings = {"mail_url": f"smtp://127.0.0.1:{server.port}", "email_retry_seconds": "1,1"}
    with running(tmp_path, f"sqlite:///{tmp_path}/certifly.db", **settings) as installation:
        tenant = installation.new_tenant()
        sent = await_status(tenant, mailed(tenant), "sent", "failed")

    assert (sent["status"], sent["attempts"]) == ("sent", 2)
    assert len(server.inbox.messages) == 1


def test_what_was_held_goes_when_a_mail_server_is_configured(tmp_path: Path, server: RunningServer) -> None:
    database_url = f"sqlite:///{tmp_path}/certifly.db"
    with running(tmp_path, database_url) as installation:
        tenant = installation.new_tenant()
        certificate = mailed(tenant)
        tenant.await_rendered(certificate)
        assert await_status(tenant, certificate, "held")["attempts"] == 0

    with running(tmp_path, database_url, mail_url=f"smtp://127.0.0.1:{server.port}") as installation:
        tenant.http = installation.client(tenant.token)
        assert await_status(tenant, certificate, "sent", "failed")["status"] == "sent"

    assert len(server.inbox.messages) == 1


def test_a_mail_server_that_is_away_loses_no_mail(tmp_path: Path) -> None:
    port = free_port()
    settings = {"mail_url": f"smtp://127.0.0.1:{port}", "email_retry_seconds": "1,1,1,1,1,1"}
    with running(tmp_path, f"sqlite:///{tmp_path}/certifly.db", **settings) as installation:
        tenant = installation.new_tenant()
        certificate = mailed(tenant)
        waiting = await_true(
            lambda: await_status(tenant, certificate, "queued", "sending"), lambda email: email["reason"]
        )
        assert "cannot be reached" in waiting["reason"]

        with mail_server(port=port) as back:
            assert await_status(tenant, certificate, "sent", "failed")["status"] == "sent"
            assert len(back.inbox.messages) == 1
