"""Hand messages to the mail server, one recipient an envelope, and say exactly what came of it.

An outcome is ``accepted`` (the server took the message), ``temporary`` (worth another try: a 4xx, a broken or
silent connection, a server that does not know us) or ``permanent`` (a 5xx about this message or recipient).
Trouble with the connection itself, a changed password say, is never permanent for a message: an operator can
mend it, and then the mail shall go.

Jobs run on many threads and the client is asynchronous, so one thread owns an event loop and a few
connections, which are kept open from message to message.
"""

import asyncio
import ssl
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import aiosmtplib

from certifly.delivery.email.server import MailServer

CONNECTIONS_MAX = 4
MESSAGES_PER_CONNECTION_MAX = 100
"""Servers tire of endless sessions; a new one costs a few milliseconds."""
CONNECT_SECONDS_MAX = 15.0
COMMAND_SECONDS_MAX = 60.0
SEND_SECONDS_MAX = 240.0
"""Bound of one message as a whole, against servers that answer a byte a minute."""
TRUST_SECONDS = 2.0
"""A connection idle for longer is asked with NOOP whether it still stands."""
IDLE_SECONDS_MAX = 30.0
"""After this long without a message a connection is closed."""
REPLY_CHARACTERS_MAX = 500
CONFIGURATION_CODES = frozenset({530, 534, 535, 538})
"""Refusals that are about us, not about the message: authentication and encryption (RFC 4954)."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt. ``reply`` is the server's words, or ours about the connection."""

    kind: Literal["accepted", "temporary", "permanent"]
    code: int | None
    reply: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds; tests of silent servers wait less."""

    connect: float = CONNECT_SECONDS_MAX
    command: float = COMMAND_SECONDS_MAX
    send: float = SEND_SECONDS_MAX
    trust: float = TRUST_SECONDS
    idle: float = IDLE_SECONDS_MAX


class ServerUnusable(Exception):
    """No message can be handed over on this connection; ``outcome`` says why."""

    def __init__(self, reply: str, code: int | None = None) -> None:
        super().__init__(reply)
        self.outcome = Outcome("temporary", code, reply)


class ConnectionLost(Exception):
    """The connection ended before the server had seen anything of the message.

    A kept connection may do so at any time; the message then takes the next one. For a fresh one ``outcome``
    says how it ended.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reply)
        self.outcome = outcome


@dataclass(slots=True)
class Connection:
    """An open session, and what it has been used for."""

    client: aiosmtplib.SMTP
    messages: int = 0
    idle_since: float = 0.0


class Mailer:
    """The way to one mail server, for all threads of a process. Close it at the end."""

    def __init__(
        self,
        server: MailServer,
        *,
        our_host: str,
        connections_max: int = CONNECTIONS_MAX,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.server = server
        self._our_host = our_host
        self._timeouts = timeouts or Timeouts()
        self._idle: list[Connection] = []
        self._tls: ssl.SSLContext | None = None
        self._loop = asyncio.new_event_loop()
        self._slots = asyncio.Semaphore(connections_max)
        self._thread = threading.Thread(target=self._loop.run_forever, name="certifly-mailer", daemon=True)
        self._thread.start()

    def send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        """Hand over one message (CRLF lines) for one recipient; blocks, and never raises for the server's sake."""
        return self._run(self._send(message, sender=sender, recipient=recipient))

    def check(self) -> Outcome:
        """Connect, greet and log in, send nothing: for ``doctor``."""
        return self._run(self._check())

    def close(self) -> None:
        """Take leave of the server."""
        self._run(self._close_idle(older_than=0.0))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _send(self, message: bytes, *, sender: str, recipient: str) -> Outcome:
        async with self._slots:
            while True:
                connection, is_fresh = self._idle.pop() if self._idle else None, False
                try:
                    async with asyncio.timeout(self._timeouts.send):
                        if connection is None:
                            connection, is_fresh = Connection(await self._connect()), True
                        elif not await self._stands(connection):
                            continue
                        outcome = await self._hand_over(
                            connection, message, sender=sender, recipient=recipient
                        )
                except ServerUnusable as error:
                    return error.outcome
                except ConnectionLost as error:
                    if not is_fresh:
                        continue
                    return error.outcome
                except TimeoutError:
                    if connection is not None:
                        _end(connection.client)
                    return Outcome("temporary", None, f"The mail server {self.server} is too slow.")
                await self._keep(connection)
                return outcome

    async def _check(self) -> Outcome:
        try:
            client = await self._connect()
        except ServerUnusable as error:
            return error.outcome
        await _quit(client)
        return Outcome("accepted", None, f"The mail server {self.server} accepts us.")

    async def _connect(self) -> aiosmtplib.SMTP:
        """A greeted, encrypted and authenticated session, as the server's address demands."""
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._our_host,
            timeout=self._timeouts.command,
            use_tls=server.security == "tls",
            start_tls=False,
            tls_context=self._tls_context() if server.security == "tls" else None,
        )
        try:
            await client.connect(timeout=self._timeouts.connect)
            await client.ehlo()
            is_encrypted = server.security == "tls" or await self._encrypt(client)
            if server.user is not None and server.password is not None:
                if not is_encrypted and not server.is_this_machine:
                    raise ServerUnusable(
                        f"The mail server {server} offers no encryption (STARTTLS), and a password is not sent without."
                    )
                await client.login(server.user, server.password)
        except (ServerUnusable, asyncio.CancelledError):
            _end(client)
            raise
        except (aiosmtplib.SMTPException, OSError) as error:
            _end(client)
            raise self._unusable(error) from error
        return client

    async def _encrypt(self, client: aiosmtplib.SMTP) -> bool:
        if self.server.security == "never":
            return False
        if not client.supports_extension("starttls"):
            if self.server.security == "if-offered":
                return False
            raise ServerUnusable(
                f"The mail server {self.server} offers no encryption (STARTTLS). If the network between is yours "
                "alone, add ?starttls=never to CERTIFLY_MAIL_URL."
            )
        await client.starttls(tls_context=self._tls_context())
        await client.ehlo()
        return True

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
            if self.server.ca_file is not None:
                self._tls.load_verify_locations(cafile=str(self.server.ca_file))
        return self._tls

    def _unusable(self, error: Exception) -> ServerUnusable:
        """Why no session came about, in words an operator can act on."""
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            return ServerUnusable(
                f"The mail server {self.server} refuses our user and password: {_reply(error)}", error.code
            )
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                reason = getattr(cause, "verify_message", None) or cause.reason or "no common encryption"
                return ServerUnusable(f"The mail server {self.server} cannot be trusted: {reason}.")
            cause = cause.__cause__
        if isinstance(error, aiosmtplib.SMTPResponseException):
            return ServerUnusable(f"The mail server {self.server} turns us away: {_reply(error)}", error.code)
        if isinstance(error, TimeoutError):
            return ServerUnusable(f"The mail server {self.server} does not answer in time.")
        if isinstance(error, aiosmtplib.SMTPConnectError | OSError):
            return ServerUnusable(f"The mail server {self.server} cannot be reached.")
        return ServerUnusable(f"The mail server {self.server} cannot be used: {_trimmed(str(error))}")

    async def _stands(self, connection: Connection) -> bool:
        """Whether a kept connection can be used; one that cannot is closed."""
        if time.monotonic() - connection.idle_since <= self._timeouts.trust:
            return True
        try:
            await connection.client.noop(timeout=self._timeouts.connect)
        except (aiosmtplib.SMTPException, OSError):
            _end(connection.client)
            return False
        return True

    async def _hand_over(
        self, connection: Connection, message: bytes, *, sender: str, recipient: str
    ) -> Outcome:
        client = connection.client
        is_utf8 = not (sender.isascii() and recipient.isascii())
        if is_utf8 and not client.supports_extension("smtputf8"):
            return Outcome(
                "permanent",
                None,
                "The address has letters beyond ASCII before the @, and our mail server cannot carry such "
                "addresses (no SMTPUTF8). Send again to another address.",
            )
        options = ["smtputf8"] if is_utf8 else []
        if client.supports_extension("size"):
            options.append(f"size={len(message)}")
        encoding = "utf-8" if is_utf8 else "ascii"

        try:
            await client.mail(sender, options=options, encoding=encoding)
        except (aiosmtplib.SMTPException, OSError) as error:
            outcome = await self._refused(client, error)
            # 421 is how a server says farewell to a session that was idle for too long (RFC 5321, 3.8).
            if outcome.code in (None, 421):
                raise ConnectionLost(outcome) from error
            return outcome
        connection.messages += 1
        try:
            await client.rcpt(recipient, encoding=encoding)
            response = await client.data(message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return await self._refused(client, error)
        return Outcome("accepted", response.code, _trimmed(response.message))

    async def _refused(self, client: aiosmtplib.SMTP, error: Exception) -> Outcome:
        """What a refusal means, with the envelope taken back so that the connection can go on."""
        if not isinstance(error, aiosmtplib.SMTPResponseException):
            _end(client)
            if isinstance(error, TimeoutError):
                return Outcome("temporary", None, f"The mail server {self.server} stopped answering.")
            return Outcome("temporary", None, f"The mail server {self.server} broke the connection off.")
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            _end(client)
        is_permanent = 500 <= error.code < 600 and error.code not in CONFIGURATION_CODES
        return Outcome("permanent" if is_permanent else "temporary", error.code, _reply(error))

    async def _keep(self, connection: Connection) -> None:
        if not connection.client.is_connected:
            return
        if connection.messages >= MESSAGES_PER_CONNECTION_MAX:
            await _quit(connection.client)
            return
        connection.idle_since = time.monotonic()
        self._idle.append(connection)
        self._loop.call_later(self._timeouts.idle, self._close_old)

    def _close_old(self) -> None:
        task = self._loop.create_task(self._close_idle(older_than=self._timeouts.idle * 0.9))
        # The loop itself holds tasks weakly.
        task.add_done_callback(lambda _: task)

    async def _close_idle(self, *, older_than: float) -> None:
        now = time.monotonic()
        old = [connection for connection in self._idle if now - connection.idle_since >= older_than]
        self._idle = [connection for connection in self._idle if now - connection.idle_since < older_than]
        for connection in old:
            await _quit(connection.client)


async def _quit(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=CONNECT_SECONDS_MAX)
    except (aiosmtplib.SMTPException, OSError):
        pass  # it was to end anyway
    finally:
        _end(client)


def _end(client: aiosmtplib.SMTP) -> None:
    """Let a connection go at once: nothing more is expected, not even the farewell of TLS."""
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.Transport):
        transport.abort()


def _reply(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {_trimmed(error.message)}".strip()


def _trimmed(text: str) -> str:
    """A server's words as one line of bounded length."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:REPLY_CHARACTERS_MAX]
