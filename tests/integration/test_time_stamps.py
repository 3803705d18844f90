"""Time stamps from a real authority (openssl), and every way in which one can let us down."""

import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms, crl, tsp, x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from certifly.core.clock import utc_now
from certifly.credentials import timestamps as module
from certifly.credentials.chain import Withdrawn, der_of, make_authority, make_seal_certificate, pem_of
from certifly.credentials.errors import TimeStampAddressInvalid, TimeStampUnavailable
from certifly.credentials.keys import AuthorityKey, SealKey
from certifly.credentials.recheck_seal import recheck_seal
from certifly.credentials.seal import seal_pdf
from certifly.credentials.timestamps import TimeStamps
from tests.cast import MONDAY
from tests.sealing import ISSUER, drawn_pdf, seal_key
from tests.time_stamp_authority import Authority, stamped, time_stamp_authority
from tests.workshop import Workshop

pytestmark = pytest.mark.openssl

OTHER_SERIAL = 4711


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return drawn_pdf(tmp_path_factory.mktemp("drawn"))


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the proxy that the machine may have."""
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with time_stamp_authority(tmp_path) as running:
        yield running


def own_key() -> SealKey:
    """A seal under the tenant's own authority, which has withdrawn another one."""
    root_key, key = (generate_private_key(SECP256R1()) for _ in range(2))
    now = utc_now()
    root = make_authority(root_key, key_id="authority-1", issuer_name=ISSUER, slug="lovelace", now=now)
    own = make_seal_certificate(
        key.public_key(),
        key_id="seal-1",
        authority=root,
        authority_private=root_key,
        issuer_name=ISSUER,
        slug="lovelace",
        now=now,
    )
    withdrawn = (Withdrawn(OTHER_SERIAL, MONDAY),)
    above = AuthorityKey("authority-1", root_key, root.public_bytes(Encoding.DER), withdrawn)
    return SealKey("seal-1", key, der_of(pem_of([own, root])), above)


def sealed(pdf: bytes, key: SealKey, stamps: TimeStamps | None) -> bytes:
    return seal_pdf(pdf, key, signed_at=utc_now(), issuer_name=ISSUER, timestamps=stamps)


def stamps_of(authority: Authority, level: str = "B-T", **changes: object) -> TimeStamps:
    stamps = TimeStamps.from_settings(authority.url, "B-LT" if level == "B-LT" else "B-T")
    assert stamps is not None
    for name, value in changes.items():
        setattr(stamps, name, value)
    return stamps


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", "RSA 2048"])
def test_b_t_holds_a_time_stamp_of_the_signature(pdf: bytes, authority: Authority, algorithm: str) -> None:
    key = seal_key(algorithm)
    file = sealed(pdf, key, stamps_of(authority))

    recheck_seal(file, key.chain)
    (signature,) = PdfFileReader(BytesIO(file)).embedded_signatures
    roots = [x509.Certificate.load(key.chain[-1]), x509.Certificate.load(authority.root)]
    status = validate_pdf_signature(
        signature, ValidationContext(trust_roots=roots, other_certs=[x509.Certificate.load(key.chain[1])])
    )
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.valid and status.timestamp_validity.trusted
    assert abs((status.timestamp_validity.timestamp - utc_now()).total_seconds()) < 60


def test_b_lt_is_valid_without_asking_anybody(pdf: bytes, authority: Authority) -> None:
    key = own_key()
    file = sealed(pdf, key, stamps_of(authority, "B-LT"))

    reader = PdfFileReader(BytesIO(file))
    (signature,) = reader.embedded_signatures
    roots = [x509.Certificate.load(key.chain[-1]), x509.Certificate.load(authority.root)]
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {"trust_roots": roots, "allow_fetching": False}
    )
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert "DSS" not in str(status.modification_level)

    dss = reader.root["/DSS"]
    certificates = {one.get_object().data for one in dss["/Certs"]}
    assert certificates >= {*key.chain, authority.root}
    assert len(dss["/CRLs"]) == 1


def test_the_list_inside_says_which_seals_were_withdrawn_and_openssl_believes_it(
    pdf: bytes, authority: Authority, tmp_path: Path
) -> None:
    key = own_key()
    assert key.authority is not None
    (tmp_path / "list.der").write_bytes(key.authority.list_withdrawn(now=utc_now()))
    (tmp_path / "own.pem").write_text(x509_pem(key.chain[-1]))

    command = "openssl crl -inform DER -in list.der -CAfile own.pem -noout -text"
    said = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=True)

    assert "verify OK" in said.stderr
    assert f"Serial Number: {OTHER_SERIAL:04X}" in said.stdout
    assert said.stdout.count("Serial Number") == 1


def test_the_list_is_of_the_moment_in_which_it_is_made(pdf: bytes, authority: Authority) -> None:
    key, later = own_key(), utc_now()
    stamps = stamps_of(authority, "B-LT", clock=lambda: later)

    file = seal_pdf(pdf, key, signed_at=later - timedelta(hours=1), issuer_name=ISSUER, timestamps=stamps)

    (found,) = PdfFileReader(BytesIO(file)).root["/DSS"]["/CRLs"]
    made = load_der_x509_crl(found.get_object().data)
    assert made.last_update_utc == later.replace(microsecond=0)


def x509_pem(der: bytes) -> str:
    return load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def test_the_authority_is_asked_once_for_a_file_and_once_more_for_its_chain(
    pdf: bytes, authority: Authority
) -> None:
    key, stamps = own_key(), stamps_of(authority, "B-LT")

    sealed(pdf, key, stamps)
    sealed(pdf, key, stamps)

    assert len(authority.asked) == 3


def test_user_and_password_are_sent_and_not_shown(pdf: bytes, authority: Authority) -> None:
    url = authority.url.replace("http://", "http://ada:p%40ss@")
    stamps = TimeStamps.from_settings(url, "B-T")

    sealed(pdf, seal_key(), stamps)

    assert authority.asked[0]["authorization"] == "Basic YWRhOnBAc3M="
    assert authority.asked[0]["content-type"] == "application/timestamp-query"
    assert "ss" not in repr(stamps)


def stamp_of(authority: Authority, asked: bytes, **changes: object) -> bytes:
    """The answer to what was asked, but for these changes."""
    request = tsp.TimeStampReq.load(asked)
    same = {name: request[name] for name in ("version", "message_imprint", "nonce", "cert_req")}
    return stamped(authority.folder, tsp.TimeStampReq(same | changes).dump())


OTHER_IMPRINT = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}
REJECTION = bytes.fromhex("30053003020102")
"""A whole answer, of which status 2 is all."""


@pytest.mark.parametrize(
    ("status", "content", "told"),
    [
        (200, REJECTION, "refused the request"),
        (500, b"out of order", "answered 500"),
        (401, b"", "answered 401"),
        (302, b"", "answered 302"),
        (307, b"", "answered 307"),
        (200, b"", "no time stamp"),
        (200, b"<html>Hello</html>", "no time stamp"),
        (200, bytes(65 * 1024), "more than 65536 bytes"),
    ],
)
def test_an_authority_that_does_not_stamp_leaves_nothing_signed(
    pdf: bytes, authority: Authority, status: int, content: bytes, told: str
) -> None:
    authority.answer = lambda _: (status, content)

    with pytest.raises(TimeStampUnavailable, match=told):
        sealed(pdf, seal_key(), stamps_of(authority))
    assert len(authority.asked) == 1, "only the address that was set is asked"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"message_imprint": OTHER_IMPRINT}, "something else"),
        ({"nonce": 1}, "something else"),
        ({"cert_req": False}, "without a certificate"),
    ],
)
def test_a_stamp_that_is_not_the_one_asked_for_is_refused(
    pdf: bytes, authority: Authority, changes: dict[str, object], told: str
) -> None:
    authority.answer = lambda asked: (200, stamp_of(authority, asked, **changes))

    with pytest.raises(TimeStampUnavailable, match=told):
        sealed(pdf, seal_key(), stamps_of(authority))


def test_a_stamp_whose_signature_is_wrong_leaves_nothing_signed(pdf: bytes, authority: Authority) -> None:
    def altered(asked: bytes) -> tuple[int, bytes]:
        answer = stamp_of(authority, asked)
        signature = cms_of(answer)["signer_infos"][0]["signature"].native
        return 200, answer.replace(signature, signature[:-1] + bytes([signature[-1] ^ 1]))

    authority.answer = altered

    with pytest.raises(TimeStampUnavailable, match="signature of its time stamp is wrong"):
        sealed(pdf, seal_key(), stamps_of(authority))


def test_a_stamp_without_the_certificate_of_its_signer_leaves_nothing_signed(
    pdf: bytes, authority: Authority
) -> None:
    def altered(asked: bytes) -> tuple[int, bytes]:
        answer = tsp.TimeStampResp.load(stamp_of(authority, asked))
        answer["time_stamp_token"]["content"]["signer_infos"][0]["sid"].chosen["serial_number"] = 1
        return 200, answer.dump(force=True)

    authority.answer = altered

    with pytest.raises(TimeStampUnavailable, match="its answer is no time stamp"):
        sealed(pdf, seal_key(), stamps_of(authority))


def cms_of(answer: bytes) -> cms.SignedData:
    found: cms.SignedData = tsp.TimeStampResp.load(answer)["time_stamp_token"]["content"]
    return found


def test_an_authority_under_another_root_than_the_named_leaves_nothing_signed(
    pdf: bytes, authority: Authority
) -> None:
    key = seal_key()

    recheck_seal(sealed(pdf, key, stamps_of(authority, roots=(authority.root,))), key.chain)
    with pytest.raises(TimeStampUnavailable, match="does not chain to a root in CERTIFLY_TIMESTAMP_ROOTS"):
        sealed(pdf, key, stamps_of(authority, roots=(key.chain[-1],)))


def test_the_authority_is_asked_again_for_a_certificate_that_its_root_kept_from_being_signed(
    workshop: Workshop, authority: Authority
) -> None:
    certificate_id = workshop.issue(title="echo")
    workshop.timestamps = stamps_of(authority, roots=(seal_key().chain[-1],))

    with pytest.raises(TimeStampUnavailable):
        workshop.produce(certificate_id)

    assert workshop.look(certificate_id).pdf_digest is None
    workshop.timestamps = stamps_of(authority, roots=(authority.root,))
    assert workshop.produce(certificate_id).pdf_digest is not None


def test_lists_of_revoked_certificates_that_come_with_the_stamp_are_kept(
    pdf: bytes, authority: Authority
) -> None:
    key = own_key()
    assert key.authority is not None
    known = key.authority.list_withdrawn(now=utc_now())

    def with_list(asked: bytes) -> tuple[int, bytes]:
        answer = tsp.TimeStampResp.load(stamp_of(authority, asked))
        listed = cms.RevocationInfoChoice("crl", crl.CertificateList.load(known))
        answer["time_stamp_token"]["content"]["crls"] = [listed]
        return 200, answer.dump()

    authority.answer = with_list

    file = sealed(pdf, seal_key(), stamps_of(authority, "B-LT"))

    (found,) = PdfFileReader(BytesIO(file)).root["/DSS"]["/CRLs"]
    assert found.get_object().data == known


def test_half_a_stamp_is_none(pdf: bytes, authority: Authority) -> None:
    authority.answer = lambda asked: (200, stamp_of(authority, asked)[:-40])

    with pytest.raises(TimeStampUnavailable, match="no time stamp"):
        sealed(pdf, seal_key(), stamps_of(authority))


def test_an_authority_that_is_away_is_told_without_its_password(pdf: bytes) -> None:
    stamps = TimeStamps.from_settings("http://ada:hunter2@127.0.0.1:1/", "B-T")

    with pytest.raises(TimeStampUnavailable, match="cannot be reached") as refusal:
        sealed(pdf, seal_key(), stamps)
    assert "hunter2" not in refusal.value.message


def test_a_silent_authority_is_not_waited_for_for_ever(pdf: bytes, authority: Authority) -> None:
    def sleep(request: bytes) -> tuple[int, bytes]:
        time.sleep(1)
        return 200, b""

    authority.answer = sleep

    with pytest.raises(TimeStampUnavailable, match="cannot be reached"):
        sealed(pdf, seal_key(), stamps_of(authority, wait_seconds=0.1))


def test_an_answer_that_trickles_ends(
    pdf: bytes, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS_MAX", -1.0)

    with pytest.raises(TimeStampUnavailable, match="takes more than"):
        sealed(pdf, seal_key(), stamps_of(authority))


def test_a_token_that_does_not_fit_is_told(pdf: bytes, authority: Authority) -> None:
    more = "".join(x509_pem(one) for _ in range(30) for one in seal_key().chain)
    with (authority.folder / "root.pem").open("a") as file:
        file.write(more)

    with pytest.raises(TimeStampUnavailable, match=f"more than {module.TOKEN_BYTES_MAX} bytes"):
        sealed(pdf, seal_key(), stamps_of(authority))


def test_no_authority_means_no_time_stamps() -> None:
    assert TimeStamps.from_settings(None, "B-LT") is None


@pytest.mark.parametrize(
    "url",
    [
        "tsa.example.org",
        "ftp://tsa.example.org/",
        "https://",
        "https://tsa.example.org:99999/",
        "https://[::1/",
        "http://ada:hunter2@tsa.example.org/",
    ],
)
def test_an_address_that_cannot_be_used_stops_the_start_without_its_password(url: str) -> None:
    with pytest.raises(TimeStampAddressInvalid, match="CERTIFLY_TIMESTAMP_URL") as refusal:
        TimeStamps.from_settings(url, "B-T")
    assert "hunter2" not in refusal.value.message


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://ada:hunter2@tsa.example.org", "https://tsa.example.org/"),
        ("https://tsa.example.org:8443/a/b?c=d#e", "https://tsa.example.org:8443/a/b?c=d"),
        ("http://[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_the_address_that_is_asked_has_no_password_in_it(url: str, asked: str) -> None:
    stamps = TimeStamps.from_settings(url, "B-T")

    assert stamps is not None
    assert stamps.url == asked
