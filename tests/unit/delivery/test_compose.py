"""The message as a mail program reads it: every test parses the bytes back."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from string import Formatter

import pytest

from certifly.delivery.email.compose import (
    FILE_NAME_CHARACTERS_MAX,
    SUBJECT_CHARACTERS_MAX,
    CertificateFacts,
    compose,
    file_name,
    host_of,
    message_id_of,
)
from certifly.delivery.email.headers import (
    ADDRESS_CHARACTERS_MAX,
    AddressUnusable,
    mailbox,
    one_line,
    read_address,
    shorten,
)
from certifly.delivery.email.words import LANGUAGES, words_for

MONDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
EMAIL_ID = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
CODE = "0b6f6ad0-58a2-4d3b-9b52-0f7f0c1c7f6e"
CHECK_URL = f"https://certificates.lovelace.example/check/{CODE}"
PDF = b"%PDF-1.7 Ada's certificate"
ADA = CertificateFacts(
    code=CODE,
    title="Certificate of completion for Ada Lovelace",
    language="en",
    recipient_name="Ada Lovelace",
    issuer_name="Lovelace Academy",
    check_url=CHECK_URL,
    pdf_name="sha256:" + "0" * 64,
)


def composed(facts: CertificateFacts, recipient: str = "ada@example.org") -> bytes:
    return compose(
        facts,
        email_id=EMAIL_ID,
        message_id=message_id_of(EMAIL_ID, "certificates.lovelace.example"),
        recipient=recipient,
        sender="certificates@lovelace.example",
        pdf=PDF,
        now=MONDAY,
    ).as_bytes()


def read(message: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects and not [defect for part in parsed.walk() for defect in part.defects]
    return parsed


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def header_lines(message: bytes) -> list[bytes]:
    return message.partition(b"\r\n\r\n")[0].split(b"\r\n")


def raw_header(message: bytes, name: str) -> str:
    """A header unfolded, as it stands."""
    parsed = email.message_from_bytes(message, policy=email.policy.compat32)
    return re.sub(r"\r\n(?=[ \t])", "", parsed[name])


def test_the_message_says_who_issued_what_to_whom_and_where_to_check_it() -> None:
    message = read(composed(ADA))

    assert message["From"] == "Lovelace Academy <certificates@lovelace.example>"
    assert message["To"] == "Ada Lovelace <ada@example.org>"
    assert message["Subject"] == "Certificate of completion for Ada Lovelace"
    for kind in ("plain", "html"):
        text = body(message, kind)
        for fact in ("Ada Lovelace", "Lovelace Academy", ADA.title, CHECK_URL, CODE):
            assert fact in text


def test_the_pdf_is_attached_under_a_name_a_person_would_give_it() -> None:
    [attachment] = read(composed(ADA)).iter_attachments()

    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_filename() == "Certificate of completion for Ada Lovelace.pdf"
    assert attachment.get_content() == PDF


def test_the_headers_tell_machines_what_they_need() -> None:
    message = read(composed(ADA))

    assert message["Message-ID"] == f"<{EMAIL_ID}@certificates.lovelace.example>"
    assert parsedate_to_datetime(message["Date"]) == MONDAY
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/mixed"
    first = next(message.iter_parts())
    assert isinstance(first, EmailMessage)
    assert first.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]


def test_the_same_email_composed_twice_is_the_same_bytes() -> None:
    assert composed(ADA) == composed(ADA)


def test_a_message_is_seven_bit_lines_that_every_server_carries() -> None:
    facts = replace(ADA, recipient_name="عائشة بنت محمد", title="شهادة " * 20, language="ar")
    message = composed(facts)

    assert message.isascii()
    assert max(len(line) for line in message.split(b"\r\n") if not line.startswith(b"Message-ID")) <= 78
    assert b"\n" not in message.replace(b"\r\n", b"")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_says_the_same_things(language: str) -> None:
    words = LANGUAGES[language]
    message = read(composed(replace(ADA, language=language)))

    for key, places in {
        "greeting": {"name"},
        "issued": {"issuer"},
        "why": {"issuer"},
        "check": set(),
    }.items():
        assert {place for _, place, _, _ in Formatter().parse(getattr(words, key)) if place} == places
    for kind in ("plain", "html"):
        assert words.check in body(message, kind)
        assert words.code in body(message, kind)
    assert words.button in body(message, "html")
    assert message["Content-Language"] == language


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("he", "rtl"), ("de", "ltr"), ("ja", "ltr")]
)
def test_the_message_runs_in_the_direction_of_its_language(language: str, direction: str) -> None:
    html = body(read(composed(replace(ADA, language=language))), "html")

    assert f'<html lang="{language}" dir="{direction}">' in html


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("de", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("ZH-hant-TW", "zh"), ("fi", "en"), ("", "en")],
)
def test_a_language_we_do_not_speak_falls_back_to_english(language: str, spoken: str) -> None:
    assert words_for(language).language == spoken


def test_the_title_keeps_its_own_language_inside_an_english_message() -> None:
    html = body(read(composed(replace(ADA, language="fi", title="Todistus"))), "html")

    assert '<html lang="en"' in html
    assert re.search(r'<h1[^>]* lang="fi"[^>]*>Todistus</h1>', html)


def test_a_recipient_without_a_name_is_greeted_all_the_same() -> None:
    message = composed(replace(ADA, recipient_name=""))

    assert b"\r\nTo: ada@example.org\r\n" in message
    assert body(read(message), "plain").startswith("Hello,\n")


def test_a_name_of_the_other_direction_is_kept_apart_in_plain_text() -> None:
    assert "\u2068עדה\u2069," in body(read(composed(replace(ADA, recipient_name="עדה"))), "plain")
    assert "\u2068Lovelace Academy\u2069" in body(read(composed(replace(ADA, language="ar"))), "plain")
    assert "\u2068" not in body(read(composed(ADA)), "plain")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses |= {
            value or "" for name, value in attrs if name in ("href", "src", "background", "action")
        }


def test_nothing_in_a_fact_is_read_as_html_and_nothing_is_loaded_from_elsewhere() -> None:
    evil = '"><img src=x onerror=alert(1)><script>&{$title}'
    facts = replace(ADA, title=evil, recipient_name=evil, issuer_name=evil, language='"><b>')
    tags = Tags()
    tags.feed(body(read(composed(facts)), "html"))

    assert tags.addresses == {CHECK_URL}
    assert not tags.names & {"img", "script", "link", "b", "iframe"}


@pytest.mark.parametrize(
    "name",
    [
        "Lovelace, Ada",
        'Ada "the Countess" Lovelace',
        "Ada <evil@example.com>",
        "evil@example.com",
        "Ada\\",
        "(Ada)",
        "Ada; Bob",
        "O'Brien",
        "José Núñez, PhD",
        "عائشة بنت محمد، الدكتورة",
        "רות כהן",
        "山田 花子",
        "👩‍🎓 Ada",
        "=?utf-8?q?evil?= Ada",
        " ".join(["O'Brien, evil@example.com,"] * 3),
        "é" * 60 + ", x",
        "José Núñez, PhD, " * 5,
        "ن" * 100,
    ],
)
def test_a_name_stays_one_display_name_of_one_address(name: str) -> None:
    message = composed(replace(ADA, recipient_name=name, issuer_name=name))

    for header, address in (("To", "ada@example.org"), ("From", "certificates@lovelace.example")):
        display_name, addr_spec = parseaddr(raw_header(message, header))
        assert addr_spec == address
        assert str(make_header(decode_header(display_name))) == one_line(name, 100)
        assert [found.addr_spec for found in read(message)[header].addresses] == [address]


@pytest.mark.parametrize(
    "line_end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00"]
)
def test_no_fact_can_begin_a_header_of_its_own(line_end: str) -> None:
    evil = f"Ada{line_end}Bcc: evil@example.com{line_end}{line_end}<p>"
    facts = replace(ADA, title=evil, recipient_name=evil, issuer_name=evil)
    message = composed(facts)

    assert read(message)["Bcc"] is None
    assert not [line for line in header_lines(message) if line.lower().startswith(b"bcc")]
    assert read(message)["Subject"] == "Ada Bcc: evil@example.com <p>"


def test_a_lone_surrogate_does_not_stop_a_message() -> None:
    message = read(composed(replace(ADA, title="Ada \ud800 Lovelace", recipient_name="\udfff")))

    assert message["Subject"] == "Ada Lovelace"


def test_a_long_title_is_shortened_in_the_subject_and_whole_in_the_text() -> None:
    title = "Certificate of " + "very " * 60 + "long study"
    message = read(composed(replace(ADA, title=title)))

    assert len(message["Subject"]) <= SUBJECT_CHARACTERS_MAX
    assert message["Subject"].endswith("…")
    assert title in body(message, "html")


def test_a_subject_of_the_greatest_length_is_kept_whole() -> None:
    title = "x" * SUBJECT_CHARACTERS_MAX

    assert read(composed(replace(ADA, title=title)))["Subject"] == title
    assert read(composed(replace(ADA, title=title + "x")))["Subject"] == title[:-1] + "…"


def test_shortening_does_not_tear_a_letter_from_its_accent() -> None:
    assert shorten("abe\u0301fgh", 5) == "abe\u0301…"
    assert shorten("abe\u0301fgh", 4) == "ab…"
    assert shorten("ab👩‍🎓fgh", 5) == "ab…"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Certificate", "Certificate.pdf"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ("", "certificate.pdf"),
        (" . ", "certificate.pdf"),
        ("شهادة إتمام", "شهادة إتمام.pdf"),
        ("修了証書", "修了証書.pdf"),
    ],
)
def test_the_file_name_is_one_every_system_can_store(title: str, name: str) -> None:
    assert file_name(title) == name
    [attachment] = read(composed(replace(ADA, title=title))).iter_attachments()
    assert attachment.get_filename() == name


def test_a_file_name_is_bounded() -> None:
    assert file_name("x" * FILE_NAME_CHARACTERS_MAX) == "x" * FILE_NAME_CHARACTERS_MAX + ".pdf"
    assert len(file_name("x" * 1000)) == FILE_NAME_CHARACTERS_MAX - 1 + len(".pdf")


def test_a_long_message_id_stands_as_it_is() -> None:
    message = compose(
        ADA,
        email_id=EMAIL_ID,
        message_id=message_id_of(EMAIL_ID, "certificates." * 10 + "example"),
        recipient="ada@example.org",
        sender="certificates@lovelace.example",
        pdf=PDF,
        now=MONDAY,
    ).as_bytes()

    assert b"\r\nMessage-ID: <" + EMAIL_ID.encode() + b"@certificates.certificates." in message


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://certificates.example.org/base", "certificates.example.org"),
        ("http://localhost:8000", "localhost"),
        ("https://zertifikate.köln", "zertifikate.xn--kln-sna"),
        ("http://[::1]:8000", "[IPv6:::1]"),
        ("https://" + "x" * 70 + "ö.example", "localhost"),
    ],
)
def test_the_host_of_a_message_id_is_the_public_one(public_url: str, host: str) -> None:
    assert host_of(public_url) == host


@pytest.mark.parametrize(
    ("address", "addr_spec"),
    [
        ("ada@example.org", "ada@example.org"),
        ("o'brien+x@example.org", "o'brien+x@example.org"),
        ("certificates@localhost", "certificates@localhost"),
        ("ada@müller.example.org", "ada@xn--mller-kva.example.org"),
        ("josé@example.org", "josé@example.org"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
    ],
)
def test_domains_become_a_labels_and_local_parts_stay(address: str, addr_spec: str) -> None:
    assert mailbox(address).addr_spec == addr_spec


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example.org, bob@example.org",
        "ada@example.org\r\nRCPT TO:<bob@example.org>",
        "Ada <ada@example.org>",
        "ada lovelace@example.org",
        "a..b@example.org",
        "ada@-example.org",
        "ada@example..org",
        "josé@@example.org",
        "x" * 65 + "@example.org",
        "ada@" + "x" * 250,
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressUnusable):
        mailbox(address)


def test_the_longest_address_is_taken_and_one_longer_is_not() -> None:
    longest = "a" * 10 + "@" + ".".join(["x" * 60] * 4)
    assert len(longest) == ADDRESS_CHARACTERS_MAX

    assert mailbox(longest).addr_spec == longest
    with pytest.raises(AddressUnusable):
        mailbox("a" + longest)


def test_an_address_from_a_caller_is_brought_into_its_normal_form_or_refused_with_the_reason() -> None:
    assert read_address(" ada@EXAMPLE.org ") == "ada@example.org"
    assert read_address("ada@lovelace.test") == "ada@lovelace.test"
    for refused in ("ada", "ada@localhost", "\ud800@example.org"):
        with pytest.raises(AddressUnusable) as refusal:
            read_address(refused)
        assert str(refusal.value)


def test_an_address_in_another_script_stands_as_itself_for_servers_that_carry_it() -> None:
    message = composed(replace(ADA, recipient_name="José"), recipient="josé@example.org")

    assert "\r\nTo: =?utf-8?b?Sm9zw6k=?= <josé@example.org>\r\n".encode() in message
