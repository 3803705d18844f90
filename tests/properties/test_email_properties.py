"""Whatever a name, a title or an issuer holds: one sender, one recipient, the same text read back."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

from hypothesis import given
from hypothesis import strategies as st

from certifly.delivery.email.compose import CertificateFacts, compose, file_name
from certifly.delivery.email.headers import AddressUnusable, fold_mailbox, mailbox, one_line, shorten

MONDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
EMAIL_ID = "7d444840-9dc0-41d1-b245-5ffdce74fad2"

names = st.text(max_size=130) | st.text('Aa é,;:<>()[]@\\".=?_ \r\nعש山👩‍🎓\u0301', max_size=130)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"]


@given(
    title=names,
    recipient=names,
    issuer=names,
    language=st.sampled_from(["en", "ar", "ja", "x"]) | st.text(max_size=8),
)
def test_any_facts_make_one_message_from_one_to_one(
    title: str, recipient: str, issuer: str, language: str
) -> None:
    facts = CertificateFacts(
        code="0b6f6ad0-58a2-4d3b-9b52-0f7f0c1c7f6e",
        title=title,
        language=language,
        recipient_name=recipient,
        issuer_name=issuer,
        check_url="https://certificates.lovelace.example/check/0b6f6ad0-58a2-4d3b-9b52-0f7f0c1c7f6e",
        pdf_name="",
    )
    message = compose(
        facts,
        email_id=EMAIL_ID,
        message_id=f"<{EMAIL_ID}@lovelace.example>",
        recipient="ada@example.org",
        sender="certificates@lovelace.example",
        pdf=b"%PDF",
        now=MONDAY,
    ).as_bytes()

    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert parsed.keys() == [*HEADERS, "MIME-Version", "Content-Type", "Content-Language"]
    assert parsed["Subject"] == shorten(one_line(title, 1000), 150)
    assert [address.addr_spec for address in parsed["To"].addresses] == ["ada@example.org"]
    assert [address.addr_spec for address in parsed["From"].addresses] == ["certificates@lovelace.example"]
    [attachment] = parsed.iter_attachments()
    assert attachment.get_filename() == file_name(one_line(title, 1000))
    assert message.isascii()


@given(name=names)
def test_a_display_name_comes_back_as_it_was(name: str) -> None:
    name = one_line(name, 100)

    folded = fold_mailbox("To", mailbox("ada@example.org", name))

    assert folded.endswith("\r\n")
    assert max(len(line) for line in folded.split("\r\n")) <= 78
    unfolded = re.sub(r"\r\n(?=[ \t])", "", folded.removesuffix("\r\n")).removeprefix("To: ")
    assert "\r" not in unfolded and "\n" not in unfolded
    display_name, addr_spec = parseaddr(unfolded)
    assert addr_spec == "ada@example.org"
    assert str(make_header(decode_header(display_name))) == name


@given(address=st.text(max_size=300) | st.text("aé.@<>,;:\"' \r\n-例", max_size=40))
def test_an_address_is_one_address_or_refused(address: str) -> None:
    try:
        accepted = mailbox(address, "Ada, Countess").addr_spec
    except AddressUnusable:
        return
    assert accepted.count("@") == 1 and accepted.isprintable()
    assert not set(accepted) & set(' <>,;:"()[]\\\r\n')
    assert parseaddr(f"<{accepted}>") == ("", accepted)


@given(title=st.text(max_size=200))
def test_a_file_name_holds_nothing_that_a_system_refuses(title: str) -> None:
    name = file_name(title)

    assert name.endswith(".pdf") and 5 <= len(name) <= 84
    assert not set(name) & set('/\\:*?"<>|\r\n\0')
    assert not name.startswith((".", " "))
    name.encode()
