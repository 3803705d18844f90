"""Sealed PDFs that somebody changed without breaking a signature: much of what a PDF and its CMS hold is not signed."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asn1crypto import cms, crl, x509
from cryptography import x509 as builders
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from certifly.app.asgi import create_app
from certifly.certificates.draw import with_credential
from certifly.core.settings import Settings
from certifly.credentials.keys import SealKey
from certifly.credentials.seal import seal_pdf
from certifly.credentials.timestamps import B_LT, B_T, TimeStamps
from certifly.rendering.engine import Engine
from certifly.verification.inspect import inspect
from certifly.verification.inspector import Inspector
from certifly.verification.judge import judge
from certifly.verification.report import CheckName, Outcome, Report, Verdict
from tests.cast import MONDAY, SECRET_KEY, TUESDAY
from tests.handed_in import CREDENTIAL, record, seal_of
from tests.rendering.sheets import job_of, sheet, text
from tests.sealing import outside_chain, private_key, seal_key
from tests.time_stamp_authority import Authority, time_stamp_authority
from tests.unit.credentials.badge import PUBLIC_KEYS, PUBLIC_URL
from tests.unit.verification.test_pdf_facts import signed_by_pyhanko, updated

Change = Callable[[cms.SignedData], object]

_PLACE = re.compile(rb"/Contents <([0-9a-fA-F]+)>")


@pytest.fixture(scope="module")
def key() -> SealKey:
    return seal_key()


@pytest.fixture(scope="module")
def unsealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    job = with_credential(job_of(sheet(text("{Student Name}")), {"Student Name": "Ada"}), CREDENTIAL)
    return Engine(tmp_path_factory.mktemp("drawn")).pdf(job)


@pytest.fixture(scope="module")
def sealed(unsealed: bytes, key: SealKey) -> bytes:
    return seal_pdf(unsealed, key, signed_at=MONDAY, issuer_name="Lovelace Academy")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")
        with time_stamp_authority(tmp_path_factory.mktemp("authority")) as running:
            yield running


@pytest.fixture(scope="module")
def stamped(unsealed: bytes, key: SealKey, authority: Authority) -> bytes:
    stamps = TimeStamps(B_T, authority.url, roots=(authority.root,))
    return seal_pdf(unsealed, key, signed_at=MONDAY, issuer_name="Lovelace Academy", timestamps=stamps)


def report_on(pdf: bytes, key: SealKey, *roots: bytes) -> Report:
    known = record(keys=[*PUBLIC_KEYS, seal_of(key)])
    return judge(inspect(pdf, timestamp_roots=roots), known, public_url=PUBLIC_URL, now=TUESDAY)


def failed(report: Report) -> dict[str, str]:
    return {
        check.name.value: check.reason_code.value
        for check in report.checks
        if check.outcome is Outcome.FAILED
    }


def with_contents(pdf: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The PDF with another CMS in the place of its last signature."""
    place = list(_PLACE.finditer(pdf))[-1]
    written = bytes.fromhex(place[1].decode())
    made = change(cms.ContentInfo.load(written).dump())
    assert len(made) <= len(written), "it fits"
    return (
        pdf[: place.start(1)] + made.ljust(len(written), b"\0").hex().upper().encode() + pdf[place.end(1) :]
    )


def with_cms(pdf: bytes, change: Change) -> bytes:
    def changed(written: bytes) -> bytes:
        content = cms.ContentInfo.load(written)
        change(content["content"])
        dumped: bytes = content.dump()
        return dumped

    return with_contents(pdf, changed)


def certificates_of(data: cms.SignedData) -> list[x509.Certificate]:
    return [one.chosen for one in data["certificates"]]


def set_certificates(data: cms.SignedData, certificates: list[x509.Certificate]) -> None:
    data["certificates"] = [cms.CertificateChoices("certificate", one) for one in certificates]


def a_stranger() -> x509.Certificate:
    return x509.Certificate.load(outside_chain(private_key("P-256"))[-1].public_bytes(Encoding.DER))


def with_its_name_changed(certificate: x509.Certificate) -> x509.Certificate:
    """A certificate of the same key, issuer and number, that says something else."""
    changed = certificate.copy()
    changed["tbs_certificate"]["validity"]["not_after"] = x509.Time({"utc_time": TUESDAY})
    return changed


def attribute(name: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": name, "values": [value]})


def unsigned(data: cms.SignedData) -> list[cms.CMSAttribute]:
    return list(data["signer_infos"][0]["unsigned_attrs"] or [])


def set_unsigned(data: cms.SignedData, attributes: list[cms.CMSAttribute]) -> None:
    data["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes(attributes)


def add_list(data: cms.SignedData) -> None:
    private = private_key("P-256")
    empty = crl.CertificateList.load(_empty_list(private))
    data["crls"] = [cms.RevocationInfoChoice("crl", empty)]


def _empty_list(private: object) -> bytes:
    issuer = builders.Name([builders.NameAttribute(builders.NameOID.COMMON_NAME, "Anybody")])
    builder = builders.CertificateRevocationListBuilder().issuer_name(issuer)
    made = builder.last_update(MONDAY).next_update(TUESDAY).sign(private, SHA256())  # type: ignore[arg-type]
    return made.public_bytes(Encoding.DER)


LESS: dict[str, Change] = {
    "no certificate": lambda data: set_certificates(data, []),
    "the root is missing": lambda data: set_certificates(
        data, [one for one in certificates_of(data) if one.subject != one.issuer]
    ),
    "only its own certificate": lambda data: set_certificates(
        data, [one for one in certificates_of(data) if not one.ca]
    ),
    "the root is another one of its name": lambda data: set_certificates(
        data, [one for one in certificates_of(data) if one.subject != one.issuer] + [a_stranger()]
    ),
    "its own certificate says something else": lambda data: set_certificates(
        data, [one if one.ca else with_its_name_changed(one) for one in certificates_of(data)]
    ),
    "another version": lambda data: data.__setitem__("version", "v3"),
    "another digest is announced": lambda data: data.__setitem__(
        "digest_algorithms", [{"algorithm": "sha512"}]
    ),
}
MORE: dict[str, Change] = {
    "a certificate more": lambda data: set_certificates(data, [*certificates_of(data), a_stranger()]),
    "a list of revoked certificates": add_list,
    "an attribute more": lambda data: set_unsigned(
        data, [*unsigned(data), attribute("counter_signature", data["signer_infos"][0])]
    ),
    "two time stamps": lambda data: set_unsigned(data, [*unsigned(data), *unsigned(data)]),
    "no time stamp": lambda data: data["signer_infos"][0].__setitem__(
        "unsigned_attrs", cms.CMSAttributes([])
    ),
    "two signers": lambda data: data.__setitem__(
        "signer_infos", [*data["signer_infos"], data["signer_infos"][0]]
    ),
}


def test_what_was_not_touched_is_valid(sealed: bytes, key: SealKey) -> None:
    assert with_cms(sealed, lambda _: None) == sealed
    assert report_on(sealed, key).verdict is Verdict.VALID


@pytest.mark.parametrize("change", LESS)
def test_a_cms_with_other_parts_than_it_was_made_with_is_altered(
    sealed: bytes, key: SealKey, change: str
) -> None:
    report = report_on(with_cms(sealed, LESS[change]), key)

    assert failed(report) == {"signature": "signature_wrong", "unaltered": "altered"}


@pytest.mark.openssl
@pytest.mark.parametrize("change", [*LESS, *MORE])
def test_a_cms_with_room_for_more_holds_nothing_but_what_it_was_made_with(
    stamped: bytes, key: SealKey, authority: Authority, change: str
) -> None:
    assert report_on(stamped, key, authority.root).verdict is Verdict.VALID

    report = report_on(with_cms(stamped, {**LESS, **MORE}[change]), key, authority.root)

    assert failed(report) == {"signature": "signature_wrong", "unaltered": "altered"}


def test_the_same_cms_in_another_encoding_is_altered(sealed: bytes, key: SealKey) -> None:
    def of_open_end(written: bytes) -> bytes:
        assert written[:2] == b"\x30\x82", "a sequence with its length in two bytes"
        return b"\x30\x80" + written[4:] + b"\0\0"

    assert failed(report_on(with_contents(sealed, of_open_end), key))["unaltered"] == "altered"


@pytest.mark.openssl
def test_a_stamp_is_confirmed_only_under_the_named_root(
    stamped: bytes, key: SealKey, authority: Authority
) -> None:
    other_root = load_der_x509_certificate(key.chain[-1]).public_bytes(Encoding.DER)

    for roots, confirmed in (((authority.root,), True), ((other_root,), False), ((), False)):
        report = report_on(stamped, key, *roots)
        (stamp,) = report.time_stamps
        assert (stamp.is_confirmed, stamp.authority) == (confirmed, "Common Name: Time Stamps")
        assert report.verdict is Verdict.VALID, "whose time is not confirmed is genuine all the same"


@pytest.mark.openssl
def test_the_roots_of_the_settings_reach_the_process_that_looks_into_files(
    stamped: bytes, authority: Authority, tmp_path: Path
) -> None:
    pem = (authority.folder / "root.pem").read_text()
    database_url = f"sqlite:///{tmp_path}/certifly.db"
    app = create_app(Settings(database_url=database_url, secret_key=SECRET_KEY, timestamp_roots=pem))

    (seal,) = app.state.uploads.inspector.inspect(stamped).seals
    (without,) = Inspector().inspect(stamped).seals

    assert seal.stamp is not None and seal.stamp.is_confirmed
    assert without.stamp is not None and not without.stamp.is_confirmed


@pytest.mark.openssl
def test_a_stamp_that_was_exchanged_for_one_of_anybody_confirms_nothing(
    stamped: bytes, key: SealKey, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with time_stamp_authority(tmp_path) as anybody:
        stamps = TimeStamps(B_T, anybody.url)

        def exchange(data: cms.SignedData) -> None:
            token = stamps.stamp(data["signer_infos"][0]["signature"].native, "sha256")
            set_unsigned(data, [attribute("signature_time_stamp_token", cms.ContentInfo.load(token))])

        forged = with_cms(stamped, exchange)

    (stamp,) = report_on(forged, key, authority.root).time_stamps
    assert not stamp.is_confirmed


# What is written behind the seal


def add_evidence(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=[a_stranger()])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def attach(writer: IncrementalPdfFileWriter) -> None:
    stream = embed.EmbeddedFileObject.from_file_data(writer, data=b"{}")
    embed.embed_file(writer, embed.FileSpec(file_spec_string="more.json", embedded_data=stream))


def rename(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = generic.TextStringObject("xx")
    writer.update_root()


BEHIND: dict[str, Callable[[bytes], bytes]] = {
    "evidence for later": add_evidence,
    "a time stamp of anybody on the document": lambda pdf: signed_by_pyhanko(pdf, "sha256", stamp=True),
    "a signature of anybody": lambda pdf: signed_by_pyhanko(pdf, "sha256"),
    "an attached file": lambda pdf: updated(pdf, attach),
    "another language": lambda pdf: updated(pdf, rename),
    "a line": lambda pdf: pdf + b"\n",
    "a comment": lambda pdf: pdf + b"% Genuine.\n",
}


@pytest.mark.parametrize("change", BEHIND)
def test_whatever_is_written_behind_the_seal_is_a_change(sealed: bytes, key: SealKey, change: str) -> None:
    report = report_on(BEHIND[change](sealed), key)

    assert failed(report) == {"unaltered": "changed_after_signing"}
    covered = report.check(CheckName.UNALTERED).facts.covered_bytes
    assert covered == report.trusted.covered_bytes == len(sealed)


def test_a_time_stamp_of_anybody_on_the_document_is_a_claim(sealed: bytes, key: SealKey) -> None:
    (stamp,) = report_on(signed_by_pyhanko(sealed, "sha256", stamp=True), key).time_stamps

    assert (stamp.signer, stamp.is_confirmed) == (None, False)


@pytest.mark.openssl
def test_the_evidence_that_we_write_ourselves_is_no_change(
    unsealed: bytes, key: SealKey, authority: Authority
) -> None:
    stamps = TimeStamps(B_LT, authority.url, roots=(authority.root,))
    made = seal_pdf(unsealed, key, signed_at=MONDAY, issuer_name="Lovelace Academy", timestamps=stamps)

    assert report_on(made, key, authority.root).verdict is Verdict.VALID
    assert failed(report_on(add_evidence(made), key)) == {"unaltered": "changed_after_signing"}
