"""The mail server's address: what is understood, what is refused, and that no password leaks."""

from pathlib import Path

import pytest

from certifly.delivery.email.server import MailAddressInvalid, MailServer, read_mail_url


@pytest.mark.parametrize(
    ("mail_url", "server"),
    [
        ("smtps://ada:secret@mail.example.org", MailServer("mail.example.org", 465, "tls", "ada", "secret")),
        ("smtps://mail.example.org:4650/", MailServer("mail.example.org", 4650, "tls")),
        ("smtp+starttls://mail.example.org", MailServer("mail.example.org", 587, "require")),
        ("smtp://mail.example.org", MailServer("mail.example.org", 25, "require")),
        (
            "smtp://ada:secret@mail.example.org",
            MailServer("mail.example.org", 587, "require", "ada", "secret"),
        ),
        ("smtp://mail.example.org?starttls=never", MailServer("mail.example.org", 25, "never")),
        ("smtp://mailpit:1025?starttls=if-offered", MailServer("mailpit", 1025, "if-offered")),
        ("smtp://localhost", MailServer("localhost", 25, "never")),
        ("smtp://127.0.0.53:2525", MailServer("127.0.0.53", 2525, "never")),
        ("smtp://[::1]:2525", MailServer("::1", 2525, "never")),
        ("smtp://localhost?starttls=require", MailServer("localhost", 25, "require")),
        ("smtp://a%40b.org:p%2Fw%3A@127.0.0.1", MailServer("127.0.0.1", 587, "never", "a@b.org", "p/w:")),
    ],
)
def test_an_address_names_a_server_and_how_the_way_there_is_protected(
    mail_url: str, server: MailServer
) -> None:
    assert read_mail_url(mail_url) == server


@pytest.mark.parametrize(
    ("mail_url", "reason"),
    [
        ("mail.example.org", "does not begin with smtp"),
        ("http://mail.example.org", "does not begin with smtp"),
        ("smtp://", "names no host"),
        ("smtp://mail.example.org/inbox", "more than a host"),
        ("smtp://mail.example.org:25000000", "is not an address"),
        ("smtp://[half", "is not an address"),
        ("smtp://ada@mail.example.org", "a user without a password"),
        ("smtp://:secret@mail.example.org", "a user without a password"),
        ("smtp://mail.example.org?startls=never", "unknown option startls"),
        ("smtp://mail.example.org?starttls=maybe", "none of require, if-offered, never"),
        ("smtps://mail.example.org?starttls=require", "always encrypted"),
        ("smtp://ada:secret@mail.example.org?starttls=never", "password in the clear"),
        ("smtps://mail.example.org?ca=/nowhere/ca.pem", "not there"),
    ],
)
def test_an_address_half_understood_is_refused(mail_url: str, reason: str) -> None:
    with pytest.raises(MailAddressInvalid, match=reason) as refusal:
        read_mail_url(mail_url)

    assert "secret" not in refusal.value.message


def test_a_private_authority_can_be_trusted(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("a certificate")

    assert read_mail_url(f"smtps://mail.example.org?ca={ca}").ca_file == ca


def test_neither_the_words_nor_the_representation_of_a_server_hold_the_password() -> None:
    server = read_mail_url("smtps://ada:secret@mail.example.org")

    assert str(server) == "mail.example.org:465"
    assert "secret" not in repr(server)
