"""Write the message that brings a certificate to its recipient. Pure: facts in, message out.

The same e-mail composed twice carries the same Message-ID, so a server that got it before a crash, and gets
it again after, can notice. Nothing in a fact can start a new header, become a second address or be read as
HTML; nothing is loaded from elsewhere when the message is opened.
"""

import html
import unicodedata
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from importlib import resources
from string import Template
from urllib.parse import urlsplit

from certifly.delivery.email.headers import MAIL, mailbox, one_line, shorten
from certifly.delivery.email.words import Words, words_for

TITLE_CHARACTERS_MAX = 1000
SUBJECT_CHARACTERS_MAX = 150
DISPLAY_NAME_CHARACTERS_MAX = 100
FILE_NAME_CHARACTERS_MAX = 80
FALLBACK_FILE_NAME = "certificate"

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_FORBIDDEN_IN_FILE_NAMES = frozenset('/\\:*?"<>|')
_PAGE = Template(resources.files(__package__).joinpath("message.html").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What an e-mail tells of a certificate."""

    code: str
    title: str
    """The template's title with the recipient's values filled in."""
    language: str
    """The certificate's language, as a tag: ``de``, ``pt-BR``."""
    recipient_name: str
    """May be empty."""
    issuer_name: str
    check_url: str
    pdf_name: str | None
    """Name of the PDF in the file store; None while it is made anew, since a key that signed it was withdrawn."""


def compose(
    facts: CertificateFacts,
    *,
    email_id: str,
    message_id: str,
    recipient: str,
    sender: str,
    pdf: bytes,
    now: datetime,
) -> EmailMessage:
    """The message of an e-mail row; raises AddressUnusable when recipient or sender is no address.

    ``sender`` is the plain address that mail comes from; its display name is the issuer's.
    """
    facts = _cleaned(facts)
    words = words_for(facts.language)
    message = EmailMessage(policy=MAIL)
    message["From"] = mailbox(sender, facts.issuer_name)
    message["To"] = mailbox(recipient, facts.recipient_name)
    message["Subject"] = shorten(facts.title, SUBJECT_CHARACTERS_MAX)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    # RFC 3834: so that no holiday notice answers; the second line says the same to Exchange.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"

    message.set_content(_text(facts, words))
    message.add_alternative(_html(facts, words), subtype="html")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=file_name(facts.title))
    # Only now: headers named Content-… set earlier would have moved into the first part.
    message["Content-Language"] = words.language
    _tidy_parts(message, email_id)
    return message


def message_id_of(email_id: str, host: str) -> str:
    """``<id@host>``: the same for every attempt to send one e-mail."""
    return f"<{email_id}@{host}>"


def host_of(public_url: str) -> str:
    """The host that Message-IDs and greetings carry: ``certificates.example.org``, in A-labels."""
    host = urlsplit(public_url).hostname or "localhost"
    if ":" in host:
        return f"[IPv6:{host}]"
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return "localhost"


def file_name(title: str) -> str:
    """A name for the PDF that every system can store: ``Certificate of completion for Ada Lovelace.pdf``."""
    kept = "".join(" " if c in _FORBIDDEN_IN_FILE_NAMES or _is_invisible(c) else c for c in title)
    stem = shorten(" ".join(kept.split()), FILE_NAME_CHARACTERS_MAX).strip(" .…")
    return f"{stem or FALLBACK_FILE_NAME}.pdf"


def _cleaned(facts: CertificateFacts) -> CertificateFacts:
    """The same with every text on one line and of bounded length, whatever came in."""
    return replace(
        facts,
        title=one_line(facts.title, TITLE_CHARACTERS_MAX),
        recipient_name=one_line(facts.recipient_name, DISPLAY_NAME_CHARACTERS_MAX),
        issuer_name=one_line(facts.issuer_name, DISPLAY_NAME_CHARACTERS_MAX),
    )


def _text(facts: CertificateFacts, words: Words) -> str:
    name, issuer = facts.recipient_name, _isolated(facts.issuer_name, words)
    paragraphs = [
        words.greeting.format(name=_isolated(name, words)) if name else words.greeting_nobody,
        facts.title,
        words.issued.format(issuer=issuer),
        f"{words.check}\n{facts.check_url}",
        f"{words.code}: {facts.code}",
        f"-- \n{words.why.format(issuer=issuer)}",
    ]
    return "\n\n".join(paragraphs) + "\n"


def _html(facts: CertificateFacts, words: Words) -> str:
    name, issuer = facts.recipient_name, _bdi(facts.issuer_name)
    is_rtl = words.direction == "rtl"
    return _PAGE.substitute(
        language=words.language,
        direction=words.direction,
        start="right" if is_rtl else "left",
        title_language=html.escape(facts.language),
        title=html.escape(facts.title),
        issuer=issuer,
        greeting=words.greeting.format(name=_bdi(name)) if name else words.greeting_nobody,
        issued=words.issued.format(issuer=issuer),
        preview=html.escape(words.issued.format(issuer=facts.issuer_name)),
        check=words.check,
        check_url=html.escape(facts.check_url),
        button=words.button,
        code_label=words.code,
        code=html.escape(facts.code),
        why=words.why.format(issuer=issuer),
    )


def _bdi(text: str) -> str:
    """Text of the issuer's inside a sentence of ours: escaped, and in its own direction."""
    return f'<bdi dir="auto">{html.escape(text)}</bdi>'


def _isolated(text: str, words: Words) -> str:
    """The same for plain text; only where the directions differ, since old programs show the marks."""
    is_rtl = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    is_ltr = any(unicodedata.bidirectional(c) == "L" for c in text)
    if (is_rtl and words.direction == "ltr") or (is_ltr and words.direction == "rtl"):
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
    return text


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")


def _tidy_parts(message: EmailMessage, email_id: str) -> None:
    """Boundaries from the e-mail's id instead of chance, so that the same e-mail is the same bytes."""
    seed = uuid.UUID(email_id)
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{uuid.uuid5(seed, str(number)).hex}")
        if number > 0:
            del part["MIME-Version"]
