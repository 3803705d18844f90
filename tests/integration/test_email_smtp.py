"""Handing messages to a real mail server: what is accepted, refused, broken off, encrypted, kept open."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from certifly.delivery.email.server import read_mail_url
from certifly.delivery.email.smtp import (
    MESSAGES_PER_CONNECTION_MAX,
    REPLY_CHARACTERS_MAX,
    Mailer,
    Outcome,
    Timeouts,
)
from tests.mail_server import (
    PASSWORD,
    USER,
    RunningServer,
    free_port,
    mail_server,
    scripted_server,
    self_made_certificate,
    silent_server,
)

SENDER = "certificates@lovelace.example"
ADA = "ada@example.org"
MESSAGE = b"Subject: Certificate\r\n\r\nFor Ada.\r\n.\r\n..\r\n"
HURRY = Timeouts(connect=0.3, command=0.3, send=1.0)

OpenMailer = Callable[..., Mailer]


@pytest.fixture
def open_mailer() -> Iterator[OpenMailer]:
    with ExitStack() as open_ones:

        def open_one(mail_url: str, **options: object) -> Mailer:
            mailer = Mailer(read_mail_url(mail_url), our_host="lovelace.example", **options)  # type: ignore[arg-type]
            open_ones.callback(mailer.close)
            return mailer

        yield open_one


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with mail_server(enable_SMTPUTF8=False) as running:
        yield running


def send(mailer: Mailer, recipient: str = ADA) -> Outcome:
    return mailer.send(MESSAGE, sender=SENDER, recipient=recipient)


def test_a_message_arrives_as_it_was_with_one_recipient(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    outcome = send(open_mailer(f"smtp://127.0.0.1:{server.port}"))

    assert outcome == Outcome("accepted", 250, "OK")
    [received] = server.inbox.messages
    assert (received.sender, received.recipient) == (SENDER, ADA)
    assert received.content == MESSAGE
    assert server.inbox.greetings == ["lovelace.example"]


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "kind"), [("450 4.2.1 try later", "temporary"), ("550 5.1.1 unknown", "permanent")]
)
def test_a_refusal_is_temporary_or_permanent_as_the_server_says(
    server: RunningServer, open_mailer: OpenMailer, command: str, answer: str, kind: str
) -> None:
    getattr(server.inbox, f"{command}_answers").append(answer)
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}")

    assert send(mailer) == Outcome(kind, int(answer[:3]), answer)  # type: ignore[arg-type]
    assert send(mailer).kind == "accepted", "the refusal must not stick to the connection"
    assert server.inbox.sessions == 1


@pytest.mark.parametrize("code", [530, 534, 535, 538])
def test_a_refusal_that_is_about_us_loses_no_mail(
    server: RunningServer, open_mailer: OpenMailer, code: int
) -> None:
    server.inbox.mail_answers.append(f"{code} 5.7.0 authentication required")

    assert send(open_mailer(f"smtp://127.0.0.1:{server.port}")).kind == "temporary"


def test_a_long_and_odd_reply_becomes_one_bounded_line(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    server.inbox.rcpt_answers.append("550 no\tsuch " + "person " * 60)

    reply = send(open_mailer(f"smtp://127.0.0.1:{server.port}")).reply

    assert reply.startswith("550 no such person person")
    assert len(reply) <= REPLY_CHARACTERS_MAX + len("550 ")


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
def test_a_connection_broken_off_is_temporary(
    server: RunningServer, open_mailer: OpenMailer, command: str
) -> None:
    getattr(server.inbox, f"{command}_answers").append("drop")
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}")

    outcome = send(mailer)

    assert outcome.kind == "temporary"
    assert "broke the connection off" in outcome.reply
    assert send(mailer).kind == "accepted"


def test_a_server_that_falls_silent_is_temporary(server: RunningServer, open_mailer: OpenMailer) -> None:
    server.inbox.data_answers.append("hang")

    outcome = send(open_mailer(f"smtp://127.0.0.1:{server.port}", timeouts=HURRY))

    assert outcome.kind == "temporary"
    assert "stopped answering" in outcome.reply


def test_a_server_that_answers_a_little_at_a_time_is_given_up_in_the_end(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    server.inbox.data_answers.append("hang")
    slow = Timeouts(connect=5.0, command=5.0, send=0.4)

    outcome = send(open_mailer(f"smtp://127.0.0.1:{server.port}", timeouts=slow))

    assert outcome == Outcome("temporary", None, f"The mail server 127.0.0.1:{server.port} is too slow.")


def test_a_greeting_that_never_comes_is_given_up_in_the_end(open_mailer: OpenMailer) -> None:
    with silent_server() as port:
        outcome = send(open_mailer(f"smtp://127.0.0.1:{port}", timeouts=HURRY))
        slow = send(
            open_mailer(f"smtp://127.0.0.1:{port}", timeouts=Timeouts(connect=5.0, command=5.0, send=0.3))
        )

    assert outcome == Outcome("temporary", None, f"The mail server 127.0.0.1:{port} does not answer in time.")
    assert slow.kind == "temporary"


def test_a_server_that_is_not_there_is_temporary(open_mailer: OpenMailer) -> None:
    port = free_port()

    outcome = send(open_mailer(f"smtp://127.0.0.1:{port}"))

    assert outcome == Outcome("temporary", None, f"The mail server 127.0.0.1:{port} cannot be reached.")


@pytest.mark.parametrize(
    ("lines", "words", "code"),
    [
        ((b"554 no service for you",), "turns us away: 554 no service for you", 554),
        ((b"220 ready", b"502 not that"), "turns us away: 502 not that", 502),
        ((b"this is no mail server",), "turns us away", -1),
    ],
)
def test_a_server_that_turns_us_away_at_the_door_is_temporary(
    open_mailer: OpenMailer, lines: tuple[bytes, ...], words: str, code: int
) -> None:
    with scripted_server(*lines) as port:
        outcome = send(open_mailer(f"smtp://127.0.0.1:{port}", timeouts=HURRY))

    assert outcome.kind == "temporary"
    assert words in outcome.reply
    assert outcome.code == code


def test_one_connection_carries_many_messages(server: RunningServer, open_mailer: OpenMailer) -> None:
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}")

    for number in range(5):
        assert send(mailer, f"ada{number}@example.org").kind == "accepted"

    assert server.inbox.sessions == 1
    assert len(server.inbox.messages) == 5


def test_a_connection_is_replaced_after_its_last_message(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}")

    for _ in range(MESSAGES_PER_CONNECTION_MAX):
        send(mailer)
    assert server.inbox.sessions == 1
    send(mailer)

    assert server.inbox.sessions == 2


@pytest.mark.parametrize("trust", [0.0, 60.0])
def test_a_kept_connection_that_the_server_closed_is_noticed_before_the_message(
    server: RunningServer, open_mailer: OpenMailer, trust: float
) -> None:
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}", timeouts=Timeouts(trust=trust))
    send(mailer)
    server.controller.end_sessions()
    time.sleep(0.1)

    assert send(mailer).kind == "accepted"
    assert server.inbox.sessions == 2
    assert len(server.inbox.messages) == 2


def test_a_kept_connection_that_says_farewell_is_replaced(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}")
    send(mailer)
    server.inbox.mail_answers.append("421 idle for too long, good bye")

    assert send(mailer).kind == "accepted"
    assert server.inbox.sessions == 2


def test_a_fresh_connection_that_says_farewell_is_temporary(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    server.inbox.mail_answers.append("421 too busy")

    assert send(open_mailer(f"smtp://127.0.0.1:{server.port}")) == Outcome("temporary", 421, "421 too busy")


def test_an_idle_connection_asked_whether_it_stands_is_used_again(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}", timeouts=Timeouts(trust=0.0))

    assert [send(mailer).kind, send(mailer).kind] == ["accepted", "accepted"]
    assert server.inbox.sessions == 1


def test_an_idle_connection_is_closed_in_the_end(server: RunningServer, open_mailer: OpenMailer) -> None:
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}", timeouts=Timeouts(idle=0.05))
    send(mailer)
    time.sleep(0.3)

    assert mailer._idle == []
    assert send(mailer).kind == "accepted"
    assert server.inbox.sessions == 2


def test_many_threads_share_few_connections(server: RunningServer, open_mailer: OpenMailer) -> None:
    mailer = open_mailer(f"smtp://127.0.0.1:{server.port}", connections_max=2)
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(send(mailer))) for _ in range(16)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [outcome.kind for outcome in outcomes] == ["accepted"] * 16
    assert server.inbox.sessions <= 2


def test_the_password_opens_an_encrypted_session(tmp_path: Path, open_mailer: OpenMailer) -> None:
    context, ca = self_made_certificate(tmp_path)
    login = f"{USER}:{quote(PASSWORD, safe='')}"
    with mail_server(tls_context=context, require_starttls=True, auth_required=True) as server:
        mailer = open_mailer(f"smtp+starttls://{login}@localhost:{server.port}?ca={ca}")

        assert send(mailer) == Outcome("accepted", 250, "OK")
        assert server.inbox.messages[0].is_encrypted
        assert server.inbox.logins == 1


def test_a_session_encrypted_from_the_first_byte(tmp_path: Path, open_mailer: OpenMailer) -> None:
    context, ca = self_made_certificate(tmp_path)
    with mail_server(ssl_context=context) as server:
        outcome = send(open_mailer(f"smtps://localhost:{server.port}?ca={ca}"))

        assert outcome.kind == "accepted"
        assert len(server.inbox.messages) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize("fault", ["unknown authority", "other host"])
def test_a_certificate_that_cannot_be_trusted_stops_the_message(
    tmp_path: Path, open_mailer: OpenMailer, scheme: str, fault: str
) -> None:
    context, ca = self_made_certificate(
        tmp_path, host="localhost" if fault == "unknown authority" else "other.example"
    )
    query = "" if fault == "unknown authority" else f"?ca={ca}"
    options: dict[str, Any] = {"ssl_context" if scheme == "smtps" else "tls_context": context}
    with mail_server(**options) as server:
        outcome = send(open_mailer(f"{scheme}://localhost:{server.port}{query}", timeouts=HURRY))

        assert outcome.kind == "temporary"
        assert "cannot be trusted" in outcome.reply
        assert server.inbox.messages == []


def test_a_wrong_password_is_temporary_since_an_operator_can_mend_it(
    tmp_path: Path, open_mailer: OpenMailer
) -> None:
    context, ca = self_made_certificate(tmp_path)
    with mail_server(tls_context=context, auth_required=True) as server:
        outcome = send(open_mailer(f"smtp+starttls://ada:wrong@localhost:{server.port}?ca={ca}"))

    assert outcome.kind == "temporary"
    assert "refuses our user and password" in outcome.reply
    assert "wrong" not in outcome.reply


def test_a_server_without_logins_is_told_so(server: RunningServer, open_mailer: OpenMailer) -> None:
    outcome = send(open_mailer(f"smtp://ada:secret@127.0.0.1:{server.port}"))

    assert outcome.kind == "temporary"
    assert "cannot be used" in outcome.reply and "AUTH" in outcome.reply


def test_encryption_that_is_required_and_not_offered_stops_the_message(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    outcome = send(open_mailer(f"smtp://127.0.0.1:{server.port}?starttls=require"))

    assert outcome.kind == "temporary"
    assert "offers no encryption" in outcome.reply
    assert "starttls=never" in outcome.reply


def test_encryption_if_offered_is_used_and_is_not_missed(
    server: RunningServer, tmp_path: Path, open_mailer: OpenMailer
) -> None:
    context, ca = self_made_certificate(tmp_path)
    with mail_server(tls_context=context) as encrypting:
        offered = send(open_mailer(f"smtp://localhost:{encrypting.port}?starttls=if-offered&ca={ca}"))
        assert offered.kind == "accepted"
        assert encrypting.inbox.messages[0].is_encrypted

    assert send(open_mailer(f"smtp://127.0.0.1:{server.port}?starttls=if-offered")).kind == "accepted"
    assert not server.inbox.messages[0].is_encrypted


def test_a_password_is_not_sent_over_a_wire_in_the_clear(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    # A name that leads to this machine, and of which that cannot be known.
    import socket

    outcome = send(open_mailer(f"smtp://ada:secret@{socket.gethostname()}:{server.port}?starttls=if-offered"))

    assert outcome.kind == "temporary"
    assert server.inbox.logins == 0


def test_an_address_in_another_script_needs_a_server_that_carries_it(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    refused = send(open_mailer(f"smtp://127.0.0.1:{server.port}"), "josé@example.org")
    assert refused.kind == "permanent"
    assert "no SMTPUTF8" in refused.reply

    with mail_server(enable_SMTPUTF8=True) as modern:
        assert send(open_mailer(f"smtp://127.0.0.1:{modern.port}"), "josé@example.org").kind == "accepted"
        assert modern.inbox.messages[0].recipient == "josé@example.org"


def test_the_doctor_learns_whether_the_server_takes_us(
    server: RunningServer, open_mailer: OpenMailer
) -> None:
    assert open_mailer(f"smtp://127.0.0.1:{server.port}").check().kind == "accepted"
    assert open_mailer(f"smtp://127.0.0.1:{free_port()}").check().kind == "temporary"
    assert server.inbox.messages == []
