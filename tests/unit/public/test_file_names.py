"""Under which name a certificate is saved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certifly.public.file_names import NAME_CHARACTERS_MAX, content_disposition, file_name


def test_a_certificate_is_saved_under_the_name_of_its_recipient() -> None:
    assert file_name("Ada Lovelace", ".pdf") == "Certificate - Ada Lovelace.pdf"


@pytest.mark.parametrize("recipient", [None, "", "..", " / ", '"'])
def test_without_a_usable_name_it_is_a_certificate(recipient: str | None) -> None:
    assert file_name(recipient, ".png") == "Certificate.png"


@pytest.mark.parametrize(
    ("recipient", "saved"),
    [
        ("../../etc/passwd", "Certificate - etc passwd.pdf"),
        ('Ada "the first" <Lovelace>', "Certificate - Ada the first Lovelace.pdf"),
        ("Ada\r\nSet-Cookie: a=b", "Certificate - Ada Set-Cookie a=b.pdf"),
        ("O'Brien", "Certificate - O'Brien.pdf"),
    ],
)
def test_what_files_cannot_be_called_is_left_out(recipient: str, saved: str) -> None:
    assert file_name(recipient, ".pdf") == saved


def test_a_long_name_is_cut() -> None:
    near, far = file_name("A" * NAME_CHARACTERS_MAX, ""), file_name("A" * (NAME_CHARACTERS_MAX + 1), "")

    assert near == far == "Certificate - " + "A" * NAME_CHARACTERS_MAX


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Certificate - Ada.pdf", 'attachment; filename="Certificate - Ada.pdf"'),
        (
            "Certificate - José.pdf",
            "attachment; filename=\"Certificate - Jose.pdf\"; filename*=UTF-8''Certificate%20-%20Jos%C3%A9.pdf",
        ),
        (
            "Certificate - محمد.pdf",
            'attachment; filename="Certificate.pdf"; '
            "filename*=UTF-8''Certificate%20-%20%D9%85%D8%AD%D9%85%D8%AF.pdf",
        ),
    ],
)
def test_every_reader_gets_a_name_it_understands(name: str, header: str) -> None:
    assert content_disposition(name, inline=False) == header


def test_a_picture_is_shown_rather_than_saved() -> None:
    assert content_disposition("a.png", inline=True).startswith("inline; ")


@given(recipient=st.text(st.characters(exclude_categories=["Cs"])))
def test_no_name_breaks_out_of_its_header(recipient: str) -> None:
    header = content_disposition(file_name(recipient, ".pdf"), inline=False)

    assert header.isascii() and header.isprintable()
    assert header.count('"') == 2
    assert header.count(";") == 1 + ("filename*" in header)
