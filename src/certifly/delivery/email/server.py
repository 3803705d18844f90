"""Read the operator's ``CERTIFLY_MAIL_URL``: which server takes our mail, and how the way there is protected.

``smtps://user:password@host`` is encrypted from the first byte (port 465). ``smtp+starttls://host`` and
``smtp://host`` begin in the clear and switch (port 587 with a user, else 25). For ``smtp://`` the query says how
much that switch matters: ``?starttls=require``, the default, refuses to go on without it; ``if-offered`` uses it
when there; ``never`` leaves it, which is the default for a server on this very machine. Certificates are
verified whenever there is encryption; ``&ca=/path/to/ca.pem`` trusts a private authority besides. A
password never leaves this machine unencrypted.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from certifly.core.errors import DomainError

Security = Literal["tls", "require", "if-offered", "never"]

SUBMISSIONS_PORT, SUBMISSION_PORT, RELAY_PORT = 465, 587, 25
STARTTLS_CHOICES: tuple[Security, ...] = ("require", "if-offered", "never")


class MailAddressInvalid(DomainError):
    """CERTIFLY_MAIL_URL names no mail server we can use safely."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"CERTIFLY_MAIL_URL {reason} Write smtp://user:password@host:587, or smtps://….")


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server, and how to speak with it."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    @property
    def is_this_machine(self) -> bool:
        """Whether what we say to it never crosses a wire."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        """``host:port``: for logs and messages, without user and password."""
        return f"{self.host}:{self.port}"


def read_mail_url(mail_url: str) -> MailServer:
    """The server behind an address; raises MailAddressInvalid, without ever quoting the password."""
    parts, port = _split(mail_url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    starttls, ca_file = options.pop("starttls", None), options.pop("ca", None)
    if options:
        raise MailAddressInvalid(f"has the unknown option {', '.join(sorted(options))}.")

    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if (user is None) != (password is None):
        raise MailAddressInvalid("has a user without a password, or a password without a user.")
    if ca_file is not None and not Path(ca_file).is_file():
        raise MailAddressInvalid("names a file of trusted authorities (ca) that is not there.")
    host = parts.hostname or ""
    server = MailServer(
        host=host,
        port=port or _default_port(parts.scheme, has_user=user is not None),
        security=_security(
            parts.scheme, starttls, is_this_machine=MailServer(host, 0, "never").is_this_machine
        ),
        user=user,
        password=password,
        ca_file=Path(ca_file) if ca_file is not None else None,
    )
    if server.user is not None and server.security == "never" and not server.is_this_machine:
        raise MailAddressInvalid("would send the password in the clear. Take starttls=never away.")
    return server


def _split(mail_url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(mail_url)
        port = parts.port
    except ValueError:
        raise MailAddressInvalid("is not an address.") from None
    if parts.scheme not in ("smtp", "smtps", "smtp+starttls"):
        raise MailAddressInvalid("does not begin with smtp, smtps or smtp+starttls.")
    if not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise MailAddressInvalid("names no host, or more than a host.")
    return parts, port


def _default_port(scheme: str, *, has_user: bool) -> int:
    if scheme == "smtps":
        return SUBMISSIONS_PORT
    return SUBMISSION_PORT if has_user or scheme == "smtp+starttls" else RELAY_PORT


def _security(scheme: str, starttls: str | None, *, is_this_machine: bool) -> Security:
    if scheme != "smtp":
        if starttls is not None:
            raise MailAddressInvalid(f"says starttls, which only smtp needs: {scheme} is always encrypted.")
        return "tls" if scheme == "smtps" else "require"
    if starttls is None:
        return "never" if is_this_machine else "require"
    for choice in STARTTLS_CHOICES:
        if starttls == choice:
            return choice
    raise MailAddressInvalid(f"has a starttls that is none of {', '.join(STARTTLS_CHOICES)}.")
