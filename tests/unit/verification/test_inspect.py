"""What kind of file it is, by its content; and which credentials in it count."""

import json
import struct
import zlib

import pytest

from certifly.credentials.bake import bake_png, bake_svg
from certifly.verification.inspect import CREDENTIALS_MAX, inspect, kind_of
from certifly.verification.report import FileKind
from tests.handed_in import CREDENTIAL, SMALL_PNG, SMALL_SVG, TOKEN
from tests.unit.verification.test_pdf_facts import with_attachments


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", FileKind.UNKNOWN),
        (b"PK\x03\x04", FileKind.UNKNOWN),
        (b"%PDF-1.7", FileKind.PDF),
        (b"\n" * 1000 + b"%PDF-1.7", FileKind.PDF),
        (b"\n" * 1024 + b"%PDF-1.7", FileKind.UNKNOWN),
        (SMALL_PNG, FileKind.PNG),
        (SMALL_PNG + b"%PDF-1.7", FileKind.PNG),
        (b"\xef\xbb\xbf \n{", FileKind.JSON),
        (b" eyJ", FileKind.JWT),
        (SMALL_SVG, FileKind.SVG),
        ("<svg/>".encode("utf-16"), FileKind.SVG),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: FileKind) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    "content",
    [
        CREDENTIAL.encode(),
        TOKEN.encode(),
        bake_png(SMALL_PNG, CREDENTIAL),
        bake_svg(SMALL_SVG, CREDENTIAL),
        bake_png(SMALL_PNG, TOKEN),
        with_attachments(1, CREDENTIAL.encode()),
        with_attachments(1, TOKEN.encode()),
    ],
    ids=["json", "jwt", "png", "svg", "png with jwt", "pdf", "pdf with jwt"],
)
def test_the_credential_is_found_wherever_it_is(content: bytes) -> None:
    facts = inspect(content)

    assert (facts.trouble, facts.detail) == (None, None)
    assert [found.text for found in facts.credentials] in ([CREDENTIAL], [TOKEN])


def test_what_is_baked_is_a_credential_by_its_place() -> None:
    (found,) = inspect(bake_png(SMALL_PNG, "https://example.org/assertion")).credentials

    assert found.form == "other"


def test_a_broken_attachment_does_not_hide_the_signatures_of_a_pdf() -> None:
    facts = inspect(with_attachments(1, b'{"type":"VerifiableCredential","type":"x"}'))

    assert facts.trouble is None
    assert [(found.form, found.detail) for found in facts.credentials] == [
        ("other", "a key stands twice in one object")
    ]


def test_attachments_that_are_no_credentials_are_no_credentials() -> None:
    assert inspect(with_attachments(3, json.dumps({"invoice": 1}).encode())).credentials == []


def test_credentials_are_counted() -> None:
    assert len(inspect(with_attachments(CREDENTIALS_MAX, TOKEN.encode())).credentials) == CREDENTIALS_MAX
    assert inspect(with_attachments(CREDENTIALS_MAX + 1, TOKEN.encode())).trouble == "beyond_limits"


def test_a_picture_of_too_many_pixels_is_beyond_the_limits() -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    parts = [struct.pack(">I", 13) + header, struct.pack(">I", 8) + b"IDAT" + zlib.compress(b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        part + struct.pack(">I", zlib.crc32(part[4:])) for part in [*parts, bytes(4) + b"IEND"]
    )

    assert inspect(content).trouble == "beyond_limits"


def test_a_damaged_picture_is_unreadable() -> None:
    assert inspect(b"\xff\xd8\xff\xe0" + bytes(100)).detail == "a picture that is damaged or incomplete"
