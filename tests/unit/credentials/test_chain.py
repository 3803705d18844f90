"""The certificates behind seals: what they say, and that others build a path through them."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.x509.oid import NameOID

from certifly.credentials.chain import (
    AUTHORITY_DAYS,
    BACKDATED,
    NAME_BYTES_MAX,
    SEAL_DAYS,
    der_of,
    make_authority,
    make_seal_certificate,
    pem_of,
)
from tests.cast import MONDAY


def chain(name: str = "Lovelace Academy", *, later: timedelta = timedelta()) -> list[x509.Certificate]:
    """A seal made so much later than its authority."""
    root_key, key = (generate_private_key(SECP256R1()) for _ in range(2))
    root = make_authority(root_key, key_id="authority-1", issuer_name=name, slug="lovelace", now=MONDAY)
    own = make_seal_certificate(
        key.public_key(),
        key_id="seal-1",
        authority=root,
        authority_private=root_key,
        issuer_name=name,
        slug="lovelace",
        now=MONDAY + later,
    )
    return [own, root]


def common_name(certificate: x509.Certificate) -> str:
    (found,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found.value)


def test_they_name_the_issuer() -> None:
    own, root = chain()

    assert common_name(own) == "Lovelace Academy"
    assert common_name(root) == "Lovelace Academy seal authority"
    assert own.issuer == root.subject == root.issuer
    assert "2.5.4.46=lovelace/seal-1" in own.subject.rfc4514_string()


@pytest.mark.parametrize("letter", ["e", "é", "斯", "🎓"])
@pytest.mark.parametrize("size", [4, 48, 52, NAME_BYTES_MAX, NAME_BYTES_MAX + 4, 800])
def test_names_of_any_length_fit_and_stay_apart(letter: str, size: int) -> None:
    own, root = chain(letter * (size // len(letter.encode())))

    assert len(common_name(own).encode()) <= NAME_BYTES_MAX
    assert len(common_name(root).encode()) <= NAME_BYTES_MAX
    assert common_name(own).endswith("…") == (
        size // len(letter.encode()) * len(letter.encode()) > NAME_BYTES_MAX
    )
    assert set(common_name(own)) <= {letter, "…"}
    assert common_name(root).startswith(letter) and common_name(root).endswith(" seal authority")


def test_each_may_do_what_it_is_for() -> None:
    own, root = chain()

    uses = [one.extensions.get_extension_for_class(x509.KeyUsage) for one in (own, root)]
    assert all(one.critical for one in uses)
    assert (uses[0].value.digital_signature, uses[0].value.content_commitment) == (True, True)
    assert (uses[0].value.key_cert_sign, uses[0].value.crl_sign) == (False, False)
    assert (uses[1].value.key_cert_sign, uses[1].value.crl_sign) == (True, True)
    assert (uses[1].value.digital_signature, uses[1].value.content_commitment) == (False, False)
    constraints = [one.extensions.get_extension_for_class(x509.BasicConstraints).value for one in (own, root)]
    assert [(one.ca, one.path_length) for one in constraints] == [(False, None), (True, 0)]


def test_they_name_each_others_keys() -> None:
    own, root = chain()

    above = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    for one in (own, root):
        named = one.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        assert named.key_identifier == above


def test_they_hold_for_a_working_life_and_a_seal_no_longer_than_its_authority() -> None:
    own, root = chain()
    late, _ = chain(later=timedelta(days=AUTHORITY_DAYS - 10))

    assert own.not_valid_before_utc == MONDAY - BACKDATED
    assert own.not_valid_after_utc == MONDAY + timedelta(days=SEAL_DAYS)
    assert root.not_valid_after_utc == MONDAY + timedelta(days=AUTHORITY_DAYS)
    assert late.not_valid_after_utc == root.not_valid_after_utc


def test_a_chain_survives_being_stored() -> None:
    certificates = chain()

    assert [x509.load_der_x509_certificate(one) for one in der_of(pem_of(certificates))] == certificates


@pytest.mark.openssl
@pytest.mark.parametrize("name", ["Lovelace Academy", "أكاديمية لوفلايس", "洛芙莱斯学院" * 20])
def test_openssl_builds_the_path_strictly(name: str, tmp_path: Path) -> None:
    own, root = chain(name)
    (tmp_path / "own.pem").write_text(pem_of([own]))
    (tmp_path / "root.pem").write_text(pem_of([root]))

    command = "openssl verify -x509_strict -check_ss_sig -purpose smimesign -CAfile root.pem own.pem"
    said = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout) == (0, "own.pem: OK\n")
