"""Sealed PDFs: accepted by those who check them elsewhere, the same each time, and refused after one changed byte."""

import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader

from certifly.credentials import cms
from certifly.credentials.errors import SealEnded
from certifly.credentials.keys import SealKey
from certifly.credentials.plain_seal import seal_plainly
from certifly.credentials.recheck import RecheckFailed
from certifly.credentials.recheck_seal import recheck_seal
from certifly.credentials.seal import FIELD, REASON, seal_pdf
from tests.cast import MONDAY, TUESDAY
from tests.sealing import ISSUER, drawn_pdf, seal_key

ALGORITHMS = ["P-256", "P-384", "RSA 2048"]


@pytest.fixture(scope="session")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Ada's certificate, not sealed yet."""
    return drawn_pdf(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="session", params=ALGORITHMS)
def key(request: pytest.FixtureRequest) -> SealKey:
    """A seal of each kind of key."""
    return seal_key(request.param)


def sealed(pdf: bytes, key: SealKey) -> bytes:
    return seal_pdf(pdf, key, signed_at=MONDAY, issuer_name=ISSUER)


def test_a_seal_is_what_pyhanko_makes_byte_for_byte(pdf: bytes, key: SealKey) -> None:
    assert sealed(pdf, key) == seal_plainly(pdf, key, signed_at=MONDAY, issuer_name=ISSUER)


def test_the_same_certificate_becomes_the_same_file(pdf: bytes, key: SealKey) -> None:
    assert sealed(pdf, key) == sealed(pdf, key)


def test_another_time_or_another_key_makes_another_file(pdf: bytes) -> None:
    one, other = seal_key(), seal_key()
    files = {
        sealed(pdf, one),
        sealed(pdf, other),
        seal_pdf(pdf, one, signed_at=TUESDAY, issuer_name=ISSUER),
    }

    names = {PdfFileReader(BytesIO(file)).trailer["/ID"][1].original_bytes for file in files}
    assert len(files) == len(names) == 3


def test_what_was_drawn_is_not_touched(pdf: bytes, key: SealKey) -> None:
    assert sealed(pdf, key).startswith(pdf + b"\n")


def test_the_signature_says_who_when_and_why_and_covers_the_whole_file(pdf: bytes) -> None:
    file = sealed(pdf, seal_key())

    (signature,) = PdfFileReader(BytesIO(file)).embedded_signatures
    said = signature.sig_object
    attributes = {one["type"].native for one in signature.signer_info["signed_attrs"]}
    start, length, second_start, second_length = said["/ByteRange"]
    assert said["/SubFilter"] == "/ETSI.CAdES.detached"
    assert (said["/Name"], said["/Reason"]) == (ISSUER, REASON)
    assert signature.self_reported_timestamp == MONDAY
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}
    assert signature.signer_info["unsigned_attrs"].native is None
    assert (start, second_start + second_length) == (0, len(file))
    assert file[length:second_start] == b"<" + said.raw_get("/Contents").hex().upper().encode() + b">"
    assert signature.field_name == FIELD.sig_field_name


def test_the_field_is_as_pdf_a_and_pdf_ua_want_it(pdf: bytes) -> None:
    reader = PdfFileReader(BytesIO(sealed(pdf, seal_key())))

    (field,) = reader.root["/AcroForm"]["/Fields"]
    field = field.get_object()
    assert field["/F"] == 0b10000100, "printed and locked, not hidden"
    assert field["/Rect"][0] == field["/Rect"][2] < 0, "of no size, and off the page"
    assert field["/TU"] == FIELD.readable_field_name
    assert reader.root["/Pages"]["/Kids"][0]["/Tabs"] == "/S"
    assert "/Version" not in reader.root
    assert reader.root["/Extensions"].raw_get("/ESIC")["/BaseVersion"] == "/1.7"


def test_the_whole_chain_is_in_the_file(pdf: bytes, key: SealKey) -> None:
    (signature,) = PdfFileReader(BytesIO(sealed(pdf, key))).embedded_signatures

    embedded = {one.chosen.dump() for one in signature.signed_data["certificates"]}
    assert embedded == set(key.chain)


def test_pyhankos_validator_accepts_it(pdf: bytes, key: SealKey) -> None:
    recheck_seal(sealed(pdf, key), key.chain)


@pytest.mark.parametrize("usage", [("digital_signature",), None])
def test_a_certificate_may_say_less_of_its_use_than_ours(pdf: bytes, usage: tuple[str, ...] | None) -> None:
    key = seal_key(usage=usage)

    recheck_seal(sealed(pdf, key), key.chain)


@pytest.mark.parametrize("place", [1000, -20])
def test_one_changed_byte_is_noticed(pdf: bytes, place: int) -> None:
    key = seal_key()
    changed = bytearray(sealed(pdf, key))
    changed[place] ^= 1

    with pytest.raises(Exception):  # noqa: B017, PT011  by whichever check comes first
        recheck_seal(bytes(changed), key.chain)


def test_a_seal_of_another_issuer_is_not_this_ones(pdf: bytes) -> None:
    with pytest.raises(RecheckFailed):
        recheck_seal(sealed(pdf, seal_key()), seal_key().chain)


def test_a_file_without_a_signature_is_not_accepted(pdf: bytes) -> None:
    with pytest.raises(RecheckFailed, match="0 signatures"):
        recheck_seal(pdf, seal_key().chain)


@pytest.mark.openssl
def test_openssl_accepts_it_and_notices_a_changed_byte(pdf: bytes, key: SealKey, tmp_path: Path) -> None:
    file = sealed(pdf, key)
    (signature,) = PdfFileReader(BytesIO(file)).embedded_signatures
    _, length, second_start, _ = signature.sig_object["/ByteRange"]
    signed = file[:length] + file[second_start:]

    (tmp_path / "root.pem").write_bytes(pem(key.chain[-1]))
    (tmp_path / "seal.der").write_bytes(signature.pkcs7_content)
    assert openssl_verifies(tmp_path, signed)
    assert not openssl_verifies(tmp_path, signed[:100] + b"?" + signed[101:])


@pytest.mark.poppler
def test_pdfsig_accepts_it_and_trusts_whom_it_is_told_to(pdf: bytes, key: SealKey, tmp_path: Path) -> None:
    file = sealed(pdf, key)

    said = pdfsig(tmp_path, file, trusted=key.chain[-1])
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said
    assert "Total document signed" in said
    assert "Signature Type: ETSI.CAdES.detached" in said


@pytest.mark.poppler
def test_pdfsig_does_not_trust_a_stranger_and_notices_a_changed_byte(pdf: bytes, tmp_path: Path) -> None:
    file = bytearray(sealed(pdf, seal_key()))
    stranger = pdfsig(tmp_path, bytes(file), trusted=seal_key().chain[-1])
    file[1000] ^= 1
    changed = pdfsig(tmp_path, bytes(file))

    assert "Signature is Valid." in stranger and "Certificate is Trusted" not in stranger
    assert "Signature is Valid." not in changed


def test_nothing_is_sealed_with_a_certificate_that_has_ended(pdf: bytes) -> None:
    key = seal_key(days=3)

    seal_pdf(pdf, key, signed_at=key.ends_at - timedelta(seconds=1), issuer_name=ISSUER)
    with pytest.raises(SealEnded, match="import-seal"):
        seal_pdf(pdf, key, signed_at=key.ends_at, issuer_name=ISSUER)


def test_an_issuer_may_have_a_name_in_any_script(pdf: bytes) -> None:
    file = seal_pdf(pdf, seal_key(), signed_at=MONDAY, issuer_name="أكاديمية لوفلايس 洛芙莱斯 🎓" * 8)

    (signature,) = PdfFileReader(BytesIO(file)).embedded_signatures
    assert signature.sig_object["/Name"] == "أكاديمية لوفلايس 洛芙莱斯 🎓" * 8


def test_prepared_parts_are_held_for_so_many_keys_and_no_more(pdf: bytes) -> None:
    oldest = seal_key()
    expected = sealed(pdf, oldest)

    chains = [(bytes([one % 256, one // 256]), *oldest.chain) for one in range(cms.PREPARED_MAX)]
    for chain in chains:
        cms._prepared[chain] = cms.parts_of(oldest)
    sealed(pdf, seal_key())

    assert len(cms._prepared) == cms.PREPARED_MAX
    cms._prepared.clear()
    assert sealed(pdf, oldest) == expected


def pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)


def openssl_verifies(folder: Path, signed: bytes) -> bool:
    (folder / "signed").write_bytes(signed)
    command = "openssl cms -verify -binary -inform DER -in seal.der -content signed -CAfile root.pem -cades"
    arguments = [*command.split(), "-purpose", "any", "-out", "/dev/null"]
    return subprocess.run(arguments, cwd=folder, capture_output=True, check=False).returncode == 0


def pdfsig(folder: Path, pdf: bytes, *, trusted: bytes | None = None) -> str:
    (folder / "sealed.pdf").write_bytes(pdf)
    place = "sql:."
    if trusted is not None:
        (folder / "root.pem").write_bytes(pem(trusted))
        for arguments in (["-N", "--empty-password"], ["-A", "-n", "root", "-t", "C,C,C", "-i", "root.pem"]):
            subprocess.run(["certutil", *arguments, "-d", place], cwd=folder, check=True, capture_output=True)
    command = ["pdfsig", "-nssdir", place, "sealed.pdf"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
