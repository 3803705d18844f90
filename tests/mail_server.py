"""A real mail server for tests, on a port of its own, that can be told to misbehave.

``conftest.py`` does not import it: tests that speak SMTP do.
"""

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "ada", "analytical: engine/1"


@dataclass(frozen=True)
class Received:
    """A message the server took."""

    sender: str
    recipient: str
    content: bytes
    is_encrypted: bool


@dataclass
class Inbox:
    """What the server took, and how it shall answer the next commands: ``450 later``, ``drop``, ``hang``.

    An empty queue means 250.
    """

    messages: list[Received] = field(default_factory=list)
    mail_answers: deque[str] = field(default_factory=deque)
    rcpt_answers: deque[str] = field(default_factory=deque)
    data_answers: deque[str] = field(default_factory=deque)
    sessions: int = 0
    logins: int = 0
    greetings: list[str] = field(default_factory=list)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._next(self.mail_answers, server)
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._next(self.rcpt_answers, server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await self._next(self.data_answers, server, take=lambda: self._take(session, envelope))
        if answer.startswith("2"):
            self._take(session, envelope)
        return answer

    def _take(self, session: Session, envelope: Envelope) -> None:
        [recipient] = envelope.rcpt_tos
        content = envelope.original_content
        assert envelope.mail_from is not None and isinstance(content, bytes)
        self.messages.append(Received(envelope.mail_from, recipient, content, session.ssl is not None))

    async def _next(self, answers: deque[str], server: SMTP, take: Any = None) -> str:
        answer = answers.popleft() if answers else "250 OK"
        if answer == "take and drop" and take is not None:
            take()
            answer = "drop"
        if answer == "drop":
            assert server.transport is not None
            server.transport.close()
        if answer == "hang":
            await asyncio.sleep(60)
        return answer


class CountingController(Controller):
    """Counts sessions, and can end them all, as a server does that is restarted."""

    def factory(self) -> SMTP:
        self.handler.sessions += 1
        server = super().factory()
        self.open_sessions.append(server)
        return server

    open_sessions: list[SMTP]

    def end_sessions(self) -> None:
        """Close every connection from the server's side."""

        def close() -> None:
            for server in self.open_sessions:
                if isinstance(server.transport, asyncio.Transport):
                    server.transport.abort()

        self.loop.call_soon_threadsafe(close)


@dataclass
class RunningServer:
    """A server under way."""

    port: int
    inbox: Inbox
    controller: CountingController


@contextlib.contextmanager
def mail_server(*, port: int | None = None, **options: Any) -> Iterator[RunningServer]:
    """Run a server; ``options`` are those of aiosmtpd (``tls_context``, ``require_starttls``, ``auth_required``…)."""
    inbox = Inbox()
    if options.get("auth_required"):
        options["authenticator"] = lambda *arguments: _authenticate(inbox, *arguments)
    controller = CountingController(inbox, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.open_sessions = []
    controller.start()
    inbox.sessions = 0  # the controller connected once itself, to see that the server is there
    try:
        yield RunningServer(controller.port, inbox, controller)
    finally:
        controller.end_sessions()
        controller.stop()


def _authenticate(
    inbox: Inbox, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    is_ada = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    inbox.logins += is_ada
    return AuthResult(success=is_ada, handled=False)


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted: list[socket.socket] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    accepted.append(listener.accept()[0])

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in accepted:
            connection.close()


@contextlib.contextmanager
def scripted_server(*lines: bytes) -> Iterator[int]:
    """A port whose server answers each line it reads with the next of ``lines``, the first one unasked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection, connection.makefile("rb") as reader:
                    for line in lines:
                        connection.sendall(line + b"\r\n")
                        if not reader.readline():
                            return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def free_port() -> int:
    """A port that nobody listens on. aiosmtpd cannot choose one itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def self_made_certificate(folder: Path, *, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context, and the file that a client must trust to believe it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lovelace test mail")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(host), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
                if host == "localhost"
                else [x509.DNSName(host)]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate_file, key_file)
    return context, certificate_file
