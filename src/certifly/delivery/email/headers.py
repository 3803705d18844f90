"""Write the headers of a message so that every mail server reads back what we meant.

The standard library folds long headers by re-encoding them, and gets three of ours wrong (Python 3.11):
a long display name with commas loses its quotes and turns into several addresses, a non-ASCII local part
is hidden in an encoded word, and a long Message-ID is encoded although it must stand as it is. So mailboxes and
the Message-ID are written here; everything else is left to the library.
"""

import re
import unicodedata
from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Any

import email_validator

LINE_MAX = 76
ADDRESS_CHARACTERS_MAX = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""

_ASCII_ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_QUOTABLE = re.compile(r"[ -~]*")
_SPACES = re.compile(r"\s+")


class AddressUnusable(ValueError):
    """What stands in the address field is not an address that mail can be sent to."""

    def __init__(self, reason: str = "This is not an address that mail can be sent to.") -> None:
        super().__init__(reason)


class MailPolicy(EmailPolicy):
    """SMTP lines, seven bits, and our own hand for mailboxes and the Message-ID."""

    def fold(self, name: str, value: Any) -> str:
        """A header as lines that end in CRLF."""
        if name.lower() in ("from", "to"):
            return fold_mailbox(name, value.addresses[0])
        if name.lower() == "message-id":
            return f"{name}: {value}\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes. Only an address may hold more than ASCII, and only where SMTPUTF8 is agreed."""
        return self.fold(name, value).encode()


MAIL = MailPolicy(linesep="\r\n", cte_type="7bit", max_line_length=LINE_MAX)


def fold_mailbox(name: str, address: Address) -> str:
    """``To: "Lovelace, Ada" <ada@example.org>``, folded; other scripts as encoded words (RFC 2047)."""
    display_name = address.display_name
    if not display_name:
        return f"{name}: {address.addr_spec}\r\n"
    quoted = '"' + display_name.replace("\\", r"\\").replace('"', r"\"") + '"'
    if (
        not _QUOTABLE.fullmatch(display_name)
        or "=?" in display_name
        or len(quoted) + len(name) > LINE_MAX - 2
    ):
        quoted = Header(display_name, "utf-8", maxlinelen=LINE_MAX, header_name=name).encode(linesep="\r\n")
    last_line = f"{name}: {quoted}".rpartition("\r\n")[2]
    fold = "\r\n " if len(last_line) + len(address.addr_spec) + 3 > LINE_MAX else " "
    return f"{name}: {quoted}{fold}<{address.addr_spec}>\r\n"


def mailbox(address: str, display_name: str = "") -> Address:
    """An address as it goes into a header and an envelope; raises AddressUnusable.

    The domain is in A-labels, since every server understands them; the local part stays as it is, also in
    other scripts (then the server must speak SMTPUTF8). Only syntax is looked at, so that names of an inner
    network (``ada@localhost``) work too: whether an address may be stored was decided when it came in.
    """
    if len(address) > ADDRESS_CHARACTERS_MAX:
        raise AddressUnusable
    if address.isascii():
        if _ASCII_ADDRESS.fullmatch(address) is None:
            raise AddressUnusable
        local_part, _, domain = address.partition("@")
        return Address(display_name, username=local_part, domain=domain)
    try:
        checked = email_validator.validate_email(
            address, check_deliverability=False, globally_deliverable=False, test_environment=True
        )
    except email_validator.EmailNotValidError as error:
        raise AddressUnusable from error
    return Address(display_name, username=checked.local_part, domain=checked.ascii_domain)


def read_address(text: str) -> str:
    """An address as a caller wrote it, in its normal form; raises AddressUnusable with the reason.

    As strict as an e-mail field of a template: what is accepted here can be promised to be tried.
    """
    try:
        checked = email_validator.validate_email(
            text.strip(), check_deliverability=False, strict=True, test_environment=True
        )
    except email_validator.EmailNotValidError as error:
        raise AddressUnusable(str(error)) from error
    mailbox(checked.normalized)
    return checked.normalized


def one_line(text: str, characters_max: int) -> str:
    """``text`` as a header can hold it: one line, no controls, no encoded words of its own, not too long."""
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    text = _SPACES.sub(" ", text).strip().replace("=?", "= ?")
    return shorten(text, characters_max)


def shorten(text: str, characters_max: int) -> str:
    """At most ``characters_max`` characters, cut between letters, not between a letter and its accent."""
    if len(text) <= characters_max:
        return text
    end = characters_max - 1
    while end > 0 and (unicodedata.combining(text[end]) or "\u200d" in text[end - 1 : end + 1]):
        end -= 1
    return text[:end].rstrip() + "…"
