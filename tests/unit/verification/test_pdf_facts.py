"""What a PDF holds, and how far its signatures reach: judged by its bytes, not by what it says of itself."""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from asn1crypto.cms import SignedData
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils import embed, generic, writer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certifly.certificates.draw import with_credential
from certifly.credentials.keys import SealKey
from certifly.credentials.seal import seal_pdf
from certifly.credentials.timestamps import B_LT, B_T, TimeStamps
from certifly.rendering.engine import Engine
from certifly.verification import pdf_facts as limits
from certifly.verification.errors import BeyondLimits, Unreadable
from certifly.verification.pdf_facts import checked_stamp, covered_bytes, pdf_facts
from certifly.verification.strict_json import TEXT_BYTES_MAX
from tests.cast import MONDAY
from tests.handed_in import CREDENTIAL
from tests.rendering.sheets import job_of, sheet, text
from tests.sealing import outside_chain, private_key, seal_key
from tests.time_stamp_authority import time_stamp_authority


@pytest.fixture(scope="module")
def key() -> SealKey:
    return seal_key()


@pytest.fixture(scope="module")
def unsealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Ada's certificate with its credential attached."""
    job = with_credential(job_of(sheet(text("{Student Name}")), {"Student Name": "Ada"}), CREDENTIAL)
    return Engine(tmp_path_factory.mktemp("engine")).pdf(job)


@pytest.fixture(scope="module")
def sealed(unsealed: bytes, key: SealKey) -> bytes:
    return seal_pdf(unsealed, key, signed_at=MONDAY, issuer_name="Lovelace Academy")


def updated(pdf: bytes, change: Callable[[Any], None] | None = None) -> bytes:
    """The PDF with a revision behind it."""
    update = IncrementalPdfFileWriter(io.BytesIO(pdf))
    update.root["/Changed"] = generic.pdf_string("afterwards")
    update.update_root()
    if change is not None:
        change(update)
    out = io.BytesIO()
    update.write(out)
    return out.getvalue()


def with_attachments(count: int, content: bytes = b"{}") -> bytes:
    made = writer.PdfFileWriter(stream_xrefs=False)
    for number in range(count):
        stream = embed.EmbeddedFileObject.from_file_data(made, data=content)
        embed.embed_file(made, embed.FileSpec(file_spec_string=f"{number:04}.json", embedded_data=stream))
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def test_the_credential_and_the_seal_of_our_own_pdf_are_found(sealed: bytes, key: SealKey) -> None:
    facts = pdf_facts(sealed)
    (seal,) = facts.seals

    assert facts.texts == [CREDENTIAL]
    assert (facts.attachments, facts.revisions) == (1, 2)
    assert seal.is_intact and seal.covered_bytes == len(sealed)
    assert seal.certificate == key.chain[0].hex()
    assert (
        seal.public_key
        == load_der_x509_certificate(key.chain[0])
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        .hex()
    )
    assert seal.cms is not None and seal.cms.time_stamp is None
    assert seal.signed_at == MONDAY.isoformat()
    assert (seal.detail, seal.stamp, seal.is_time_stamp) == (None, None, False)


@pytest.mark.parametrize("algorithm", ["P-384", "RSA 2048"])
def test_every_kind_of_seal_that_we_make_is_understood(unsealed: bytes, algorithm: str) -> None:
    sealed = seal_pdf(unsealed, seal_key(algorithm), signed_at=MONDAY, issuer_name="Lovelace Academy")
    (seal,) = pdf_facts(sealed).seals

    assert seal.is_intact and seal.covered_bytes == len(sealed)


def test_a_pdf_without_a_signature_has_none(unsealed: bytes) -> None:
    facts = pdf_facts(unsealed)

    assert (facts.seals, facts.texts, facts.revisions) == ([], [CREDENTIAL], 1)


def test_what_is_written_behind_the_seal_is_not_covered(sealed: bytes) -> None:
    changed = updated(sealed)
    (seal,) = pdf_facts(changed).seals

    assert seal.is_intact
    assert seal.covered_bytes == len(sealed) < len(changed)


def test_one_changed_byte_under_the_seal_breaks_it(sealed: bytes) -> None:
    at = sealed.index(b"/Lang")
    (seal,) = pdf_facts(sealed[: at + 1] + b"M" + sealed[at + 2 :]).seals

    assert not seal.is_intact


def test_a_changed_byte_of_the_signature_is_seen(sealed: bytes) -> None:
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    end = sealed.index(b">", start)
    (made,) = pdf_facts(sealed).seals
    assert made.cms is not None
    overlooked = []
    for at in range(start, end, 17):
        digit = b"0" if sealed[at : at + 1] != b"0" else b"1"
        (seal,) = pdf_facts(sealed[:at] + digit + sealed[at + 1 :]).seals
        # What is not signed either makes the CMS another one, or lies behind it.
        is_as_made = seal.cms is not None and seal.cms.digest == made.cms.digest
        if seal.is_intact and seal.covered_bytes and is_as_made:
            overlooked.append(at)

    assert overlooked == []


def test_nothing_but_the_signature_may_stand_in_its_place(sealed: bytes) -> None:
    """The one place that no signature covers is where it stands: nothing can be hidden there."""
    end = sealed.index(b">", sealed.index(b"/Contents <"))
    assert sealed[end - 40 : end] == b"0" * 40
    hidden = sealed[: end - 40] + b">/Hidden (what the reader may show)    "[:40].ljust(40) + sealed[end:]

    assert not any(seal.covered_bytes for seal in pdf_facts(hidden).seals)


@pytest.mark.parametrize(
    "numbers", ["0 1 2", "1 10 20 30", "0 10 5 30", "0 99999999 100000000 5", "0 -1 5 5"]
)
def test_a_range_that_leaves_something_out_covers_nothing(sealed: bytes, numbers: str) -> None:
    found = re.search(rb"/ByteRange \[[^\]]*\]", sealed)
    assert found is not None
    made_up = f"/ByteRange [{numbers}]".encode().ljust(len(found[0]))
    (seal,) = pdf_facts(sealed.replace(found[0], made_up)).seals

    assert seal.covered_bytes is None
    assert not seal.is_intact


def test_what_a_signature_covers_is_read_strictly() -> None:
    contents = bytes.fromhex("3003020101")
    pdf = b"before<" + contents.hex().encode() + b"0000>behind"
    place = len(b"before"), len(pdf) - len(b"behind")
    rest = len(b"behind")
    padded = contents + bytes(2)

    assert covered_bytes([0, place[0], place[1], rest], padded, pdf) == len(pdf)
    assert covered_bytes([0, place[0], place[1], rest - 2], padded, pdf) == len(pdf) - 2
    for byte_range in (
        [0, place[0], place[1]],
        [0, place[0], place[1], rest, 0, 0],
        [1, place[0], place[1], rest],
        [0, -1, place[1], rest],
        [0, place[1], place[0], rest],
        [0, place[0], place[1], -1],
        [0, place[0], place[1], rest + 1],
        [0, place[0] - 1, place[1], rest],
        [0, place[0], place[1] + 1, rest - 1],
        [0, 0, len(pdf), 0],
    ):
        assert covered_bytes(byte_range, padded, pdf) is None, byte_range
    assert covered_bytes([0, place[0], place[1], rest], contents, pdf) is None
    followed = pdf.replace(b"0000>", b"0001>")
    assert covered_bytes([0, place[0], place[1], rest], contents + b"\0\1", followed) is None


@pytest.mark.parametrize("level", [B_T, B_LT])
def test_a_time_stamp_is_confirmed_under_a_named_root(
    unsealed: bytes, tmp_path: Path, level: Literal["B-T", "B-LT"]
) -> None:
    with time_stamp_authority(tmp_path) as authority:
        stamps = TimeStamps(level, authority.url)
        sealed = seal_pdf(unsealed, seal_key(), signed_at=MONDAY, issuer_name="Lovelace", timestamps=stamps)
    (seal,) = pdf_facts(sealed, timestamp_roots=[authority.root]).seals
    (by_anybody,) = pdf_facts(sealed).seals

    assert seal.is_intact and seal.covered_bytes == len(sealed)
    assert seal.stamp is not None and seal.stamp.is_confirmed
    assert seal.stamp.stamped_at > MONDAY.isoformat()
    assert by_anybody.stamp == replace(seal.stamp, is_confirmed=False)


def test_a_time_stamp_that_was_touched_is_not_told(unsealed: bytes, tmp_path: Path) -> None:
    with time_stamp_authority(tmp_path) as authority:
        stamps = TimeStamps(B_T, authority.url)
        sealed = seal_pdf(unsealed, seal_key(), signed_at=MONDAY, issuer_name="Lovelace", timestamps=stamps)
    imprint = sealed.rindex(b"0420", 0, sealed.rindex(b"00000000>")) + 10
    (seal,) = pdf_facts(sealed[:imprint] + b"ab" + sealed[imprint + 2 :]).seals

    assert seal.stamp is None


def signed_by_pyhanko(pdf: bytes, digest: str, *, stamp: bool = False) -> bytes:
    private = private_key("RSA 2048")
    certificate = Certificate.load(outside_chain(private)[0].public_bytes(Encoding.DER))
    key = PrivateKeyInfo.load(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    update = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if stamp:
        stamper = DummyTimeStamper(certificate, key)
        done = signers.PdfTimeStamper(stamper).timestamp_pdf(update, digest, None)
    else:
        signer = signers.SimpleSigner(certificate, key, SimpleCertificateStore())
        metadata = signers.PdfSignatureMetadata(field_name="Other", md_algorithm=digest)
        done = signers.sign_pdf(update, metadata, signer)
    content: bytes = done.getvalue()
    return content


def test_a_digest_that_is_broken_vouches_for_nothing(unsealed: bytes) -> None:
    (good,) = pdf_facts(signed_by_pyhanko(unsealed, "sha256")).seals
    (weak,) = pdf_facts(signed_by_pyhanko(unsealed, "sha1")).seals

    assert good.is_intact and good.detail is None
    assert not weak.is_intact and weak.detail is not None and "sha1" in weak.detail


def test_a_time_stamp_on_the_document_is_no_signature_of_anybody(unsealed: bytes) -> None:
    (stamp,) = pdf_facts(signed_by_pyhanko(unsealed, "sha256", stamp=True)).seals

    assert stamp.is_time_stamp and not stamp.is_intact
    assert stamp.stamp is not None and not stamp.stamp.is_confirmed


def test_two_seals_are_two_facts(sealed: bytes) -> None:
    twice = seal_pdf(
        updated(sealed).replace(b"(Seal)", b"(Leas)").replace(b"/Seal", b"/Leas"),
        seal_key(),
        signed_at=MONDAY,
        issuer_name="Babbage",
    )
    seals = pdf_facts(twice).seals

    assert len(seals) == 2
    assert [seal.covered_bytes for seal in seals][1] == len(twice)


def test_attachments_are_counted() -> None:
    assert pdf_facts(with_attachments(limits.ATTACHMENTS_MAX)).attachments == limits.ATTACHMENTS_MAX
    for count in (limits.ATTACHMENTS_MAX + 1, 1_000):
        with pytest.raises(BeyondLimits):
            pdf_facts(with_attachments(count))


def test_associated_files_are_counted_too(unsealed: bytes) -> None:
    def associate(count: int) -> Callable[[Any], None]:
        def change(update: Any) -> None:
            files = [embed.EmbeddedFileObject.from_file_data(update, data=b"{}") for _ in range(count)]
            update.root["/AF"] = generic.ArrayObject(
                generic.DictionaryObject(
                    {
                        generic.pdf_name("/EF"): generic.DictionaryObject(
                            {generic.pdf_name("/F"): file.ef_stream_ref}
                        )
                    }
                )
                for file in files
            )
            update.update_root()

        return change

    assert (
        pdf_facts(updated(unsealed, associate(limits.ATTACHMENTS_MAX - 1))).attachments
        == limits.ATTACHMENTS_MAX
    )
    with pytest.raises(BeyondLimits):
        pdf_facts(updated(unsealed, associate(limits.ATTACHMENTS_MAX)))


def test_a_tree_of_names_that_has_no_end_is_given_up(unsealed: bytes) -> None:
    def into_a_circle(update: Any) -> None:
        node = generic.DictionaryObject()
        reference = update.add_object(node)
        node["/Kids"] = generic.ArrayObject([reference, reference])
        update.root["/Names"] = generic.DictionaryObject({generic.pdf_name("/EmbeddedFiles"): reference})
        update.update_root()

    with pytest.raises(BeyondLimits):
        pdf_facts(updated(unsealed, into_a_circle))


def test_an_attachment_that_cannot_be_a_credential_is_not_looked_at() -> None:
    big = b"{" + b" " * TEXT_BYTES_MAX

    for content in (b"\xff\xfe", b"{\xff", b"name,grade", big):
        facts = pdf_facts(with_attachments(1, content))
        assert (facts.texts, facts.attachments) == ([], 1)


def test_an_attachment_that_unpacks_without_end_is_refused() -> None:
    packed = zlib.compress(zlib.compress(bytes(200_000_000), 9), 9)
    made = writer.PdfFileWriter(stream_xrefs=False)
    stream = embed.EmbeddedFileObject.from_file_data(made, data=b"", compress=False)
    stream._data, stream._encoded_data = None, packed
    stream["/Filter"] = generic.ArrayObject([generic.pdf_name("/FlateDecode")] * 2)
    embed.embed_file(made, embed.FileSpec(file_spec_string="x.json", embedded_data=stream))
    out = io.BytesIO()
    made.write(out)

    with pytest.raises(BeyondLimits):
        pdf_facts(out.getvalue())


def test_revisions_are_counted(unsealed: bytes) -> None:
    with pytest.raises(BeyondLimits):
        pdf_facts(unsealed + b"startxref\n" * limits.REVISIONS_MAX)


def test_seals_are_counted(sealed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "SEALS_MAX", 1)
        assert len(pdf_facts(sealed).seals) == 1
        patch.setattr(limits, "SEALS_MAX", 0)
        with pytest.raises(BeyondLimits):
            pdf_facts(sealed)


def test_an_encrypted_pdf_is_unreadable() -> None:
    made = writer.PdfFileWriter(stream_xrefs=False)
    made.encrypt(owner_pass="engine", user_pass="engine")
    out = io.BytesIO()
    made.write(out)

    with pytest.raises(Unreadable):
        pdf_facts(out.getvalue())


@pytest.mark.parametrize(
    "broken", [b"%PDF-1.7", b"%PDF-1.7\nstartxref\n0\n%%EOF", b"%PDF-1.7\nstartxref\n9\n%%EOF\n"]
)
def test_a_broken_pdf_is_unreadable(broken: bytes) -> None:
    with pytest.raises(Unreadable):
        pdf_facts(broken)


def test_a_pdf_cut_off_anywhere_is_an_answer(sealed: bytes) -> None:
    for length in range(0, len(sealed), 997):
        try:
            seals = pdf_facts(sealed[:length]).seals
        except Unreadable:
            continue
        assert not any(seal.covered_bytes for seal in seals)


def test_what_is_in_the_place_of_a_time_stamp_and_is_none_is_passed_over() -> None:
    assert checked_stamp(SignedData.load(b"\x30\x00"), lambda _: b"", []) is None
