"""Seals brought from an authority: taken when PDF readers will take them, refused with the reason when not."""

from datetime import timedelta
from typing import Any

import pytest
from asn1crypto import keys, pkcs12
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import ExtensionOID

from certifly.core.errors import Invalid
from certifly.credentials.import_seal import (
    CHAIN_MAX,
    PKCS12_BYTES_MAX,
    RSA_BITS_MIN,
    import_seal,
    read_pkcs12,
)
from certifly.credentials.keyring import Keyring, MasterKey
from certifly.credentials.public_keys import PublicKey, list_keys
from certifly.credentials.rotate import rotate, withdraw
from certifly.db.database import Database
from tests.cast import MONDAY, SECRET_KEY, TUESDAY
from tests.sealing import PASSWORD, outside_chain, pkcs12_of, private_key


@pytest.fixture
def keyring(database: Database, lovelace: int) -> Keyring:
    """The keys of an installation in which Lovelace has signed before."""
    keyring = Keyring(MasterKey.from_settings(None, SECRET_KEY))
    database.write(
        lovelace, lambda db: keyring.create(db, issuer_name="Lovelace", slug="lovelace", now=MONDAY)
    ).result()
    return keyring


def imported(database: Database, tenant_id: int, keyring: Keyring, file: bytes) -> PublicKey:
    return database.write(
        tenant_id, lambda db: import_seal(db, keyring, file, PASSWORD, now=TUESDAY)
    ).result()


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", f"RSA {RSA_BITS_MIN}"])
def test_a_seal_of_an_authority_takes_over(
    database: Database, lovelace: int, keyring: Keyring, algorithm: str
) -> None:
    private = private_key(algorithm)
    chain = outside_chain(private)

    key = imported(database, lovelace, keyring, pkcs12_of(private, chain))

    found = database.read(lovelace, keyring.current).result()
    assert (key.id, key.algorithm, key.state) == ("seal-2", algorithm.split()[0], "active")
    assert found.seal.id == "seal-2"
    assert found.seal.chain == tuple(one.public_bytes(Encoding.DER) for one in chain)
    assert found.seal.authority is None
    states = {one.id: one.state for one in database.read(lovelace, list_keys).result()}
    assert (states["seal-1"], states["authority-1"]) == ("kept", "active")


def test_a_rotated_seal_is_the_tenants_own_again(database: Database, lovelace: int, keyring: Keyring) -> None:
    private = private_key("P-256")
    imported(database, lovelace, keyring, pkcs12_of(private, outside_chain(private)))

    database.write(
        lovelace,
        lambda db: rotate(db, keyring, roles=["seal"], issuer_name="Lovelace", slug="lovelace", now=TUESDAY),
    ).result()

    found = database.read(lovelace, keyring.current).result()
    assert found.seal.authority is not None
    assert (found.seal.id, found.seal.authority.id) == ("seal-3", "authority-1")


def test_the_same_seal_twice_is_refused(database: Database, lovelace: int, keyring: Keyring) -> None:
    private = private_key("P-256")
    file = pkcs12_of(private, outside_chain(private))
    imported(database, lovelace, keyring, file)

    with pytest.raises(Invalid, match="seal-2 already"):
        imported(database, lovelace, keyring, file)


def test_a_key_may_come_again_with_more_of_its_chain_and_is_withdrawn_as_one(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    private = private_key("P-256")
    chain = outside_chain(private)
    imported(database, lovelace, keyring, pkcs12_of(private, chain[:1]))
    imported(database, lovelace, keyring, pkcs12_of(private, chain))

    fallen = database.write(
        lovelace,
        lambda db: withdraw(
            db, keyring, "seal-2", reason="Stolen.", issuer_name="Lovelace", slug="lovelace", now=TUESDAY
        ),
    ).result()

    assert fallen == ["seal-2", "seal-3"]
    states = {one.id: one.state for one in database.read(lovelace, list_keys).result()}
    assert {name: states[name] for name in ("seal-1", "seal-2", "seal-3", "seal-4")} == {
        "seal-1": "kept",
        "seal-2": "withdrawn",
        "seal-3": "withdrawn",
        "seal-4": "active",
    }


def test_a_key_that_was_withdrawn_does_not_come_back(
    database: Database, lovelace: int, keyring: Keyring
) -> None:
    private = private_key("P-256")
    imported(database, lovelace, keyring, pkcs12_of(private, outside_chain(private)))
    database.write(
        lovelace,
        lambda db: withdraw(
            db, keyring, "seal-2", reason="Stolen.", issuer_name="Lovelace", slug="lovelace", now=TUESDAY
        ),
    ).result()

    with pytest.raises(Invalid, match="withdrawn, as seal-2"):
        imported(database, lovelace, keyring, pkcs12_of(private, outside_chain(private)))


def refusal(file: bytes, password: str | None = PASSWORD) -> str:
    with pytest.raises(Invalid) as refused:
        read_pkcs12(file, password, now=MONDAY)
    return refused.value.message


def test_certificates_are_put_in_order_and_strangers_left_out() -> None:
    private = private_key("P-256")
    own, middle, root = outside_chain(private)
    stranger = outside_chain(private_key("P-256"))[2]

    _, chain = read_pkcs12(pkcs12_of(private, [own, stranger, root, middle]), PASSWORD, now=MONDAY)

    assert chain == [own, middle, root]


def test_a_file_without_its_chain_is_taken_as_it_is() -> None:
    private = private_key("P-256")
    own = outside_chain(private)[0]

    assert read_pkcs12(pkcs12_of(private, [own]), PASSWORD, now=MONDAY)[1] == [own]


@pytest.mark.parametrize("password", ["wrong", "", None])
def test_a_wrong_password_is_told(password: str | None) -> None:
    private = private_key("P-256")

    assert "password is wrong" in refusal(pkcs12_of(private, outside_chain(private)), password)


@pytest.mark.parametrize("file", [b"", b"no such file", b"\x30\x80" * 1000])
def test_what_is_no_pkcs12_is_told(file: bytes) -> None:
    assert "no PKCS #12 file" in refusal(file)


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    assert "at most 65536 bytes" in refusal(bytes(PKCS12_BYTES_MAX + 1))
    assert "no PKCS #12 file" in refusal(bytes(PKCS12_BYTES_MAX))


def test_a_file_without_a_key_is_told() -> None:
    chain = outside_chain(private_key("P-256"))
    encryption = pkcs12_encryption()

    assert "no private key with" in refusal(
        serialize_key_and_certificates(None, None, None, chain, encryption)
    )


def pkcs12_encryption() -> Any:
    return PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000).build(PASSWORD.encode())


def test_weak_and_unusual_keys_are_refused() -> None:
    weak = private_key("RSA 1024")
    unusual = generate_private_key(SECP256K1())
    edwards = Ed25519PrivateKey.generate()

    for private in (weak, unusual, edwards):
        assert "neither ECDSA on P-256 or P-384 nor RSA" in refusal(
            pkcs12_of(private, outside_chain(private))
        )


def test_a_key_that_does_not_match_its_certificate_is_refused() -> None:
    private = private_key("P-256")
    certificate = outside_chain(private)[0]

    read_pkcs12(bare_pkcs12(private, certificate), None, now=MONDAY)
    for other in (private_key("P-256"), private_key("RSA 2048")):
        assert "belongs to it" in refusal(bare_pkcs12(other, certificate), None)


def bare_pkcs12(private: Any, certificate: x509.Certificate) -> bytes:
    """A file without password that holds whatever it is given: the usual tools refuse to make some."""
    name = [{"type": "local_key_id", "values": [b"1"]}]
    secret = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    own = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    bags = [
        {"bag_id": "key_bag", "bag_value": keys.PrivateKeyInfo.load(secret), "bag_attributes": name},
        {
            "bag_id": "cert_bag",
            "bag_value": {"cert_id": "x509", "cert_value": own},
            "bag_attributes": name,
        },
    ]
    content: Any = pkcs12.SafeContents(bags).dump()
    safe = pkcs12.AuthenticatedSafe([{"content_type": "data", "content": content}]).dump()
    pfx = pkcs12.Pfx({"version": "v3", "auth_safe": {"content_type": "data", "content": safe}})
    written: bytes = pfx.dump()
    return written


def test_a_certificate_for_something_else_is_refused() -> None:
    private = private_key("P-256")

    assert "not for signing" in refusal(pkcs12_of(private, outside_chain(private, usage=("key_agreement",))))
    for usage in (("digital_signature",), ("content_commitment",), None):
        read_pkcs12(pkcs12_of(private, outside_chain(private, usage=usage)), PASSWORD, now=MONDAY)


def test_a_certificate_that_cannot_be_read_is_refused() -> None:
    private = private_key("P-256")
    own = outside_chain(private)[0]
    builder = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(own.issuer)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
        .add_extension(x509.UnrecognizedExtension(ExtensionOID.KEY_USAGE, b"?"), critical=True)
    )

    assert "cannot be read" in refusal(pkcs12_of(private, [builder.sign(private, SHA256())]))


def test_a_certificate_outside_its_time_is_refused() -> None:
    private = private_key("P-256")
    second = timedelta(seconds=1)

    over = outside_chain(private, begins_at=MONDAY - timedelta(days=2), days=2)
    ending = outside_chain(private, begins_at=MONDAY - timedelta(days=2) + second, days=2)
    early = outside_chain(private, begins_at=MONDAY + second)
    beginning = outside_chain(private, begins_at=MONDAY)

    assert "ended on 2026-11-23T09:00:00" in refusal(pkcs12_of(private, over))
    assert "begins on 2026-11-23T09:00:01" in refusal(pkcs12_of(private, early))
    for chain in (ending, beginning):
        read_pkcs12(pkcs12_of(private, chain), PASSWORD, now=MONDAY)


def test_a_chain_has_an_end() -> None:
    private = private_key("P-256")

    read_pkcs12(pkcs12_of(private, outside_chain(private, between=CHAIN_MAX - 2)), PASSWORD, now=MONDAY)
    long = outside_chain(private, between=CHAIN_MAX - 1)
    assert "more than 8 certificates" in refusal(pkcs12_of(private, long))
