"""What the tests of seals share: keys of every kind with their chains, PKCS #12 files, a PDF as we draw them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from certifly.credentials.keys import SealKey
from certifly.rendering.engine import Engine
from tests.cast import MONDAY
from tests.rendering.sheets import job_of, sheet, text

ISSUER = "Lovelace Academy"
PASSWORD = "engine"
BOTH = ("digital_signature", "content_commitment")
USAGES = (
    *BOTH,
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

Private = EllipticCurvePrivateKey | RSAPrivateKey


def private_key(algorithm: str) -> Private:
    """``P-256``, ``P-384``, or ``RSA`` with its bits: ``RSA 2048``."""
    if algorithm.startswith("RSA"):
        return generate_rsa_key(65537, int(algorithm.removeprefix("RSA ")))
    return generate_private_key({"P-256": SECP256R1, "P-384": SECP384R1}[algorithm]())


def outside_chain(
    private: Any,
    *,
    begins_at: datetime = MONDAY - timedelta(days=1),
    days: int = 365,
    usage: tuple[str, ...] | None = BOTH,
    between: int = 1,
) -> list[x509.Certificate]:
    """A certificate for this key, of an authority that is not ours, so many others between it and the root."""
    above, issuer = generate_private_key(SECP256R1()), "Babbage Root"
    chain = [_certificate(issuer, above, issuer, above, begins_at, days)]
    for number in range(between):
        key, name = generate_private_key(SECP256R1()), f"Babbage Issuing {number}"
        chain.insert(0, _certificate(name, key, issuer, above, begins_at, days))
        above, issuer = key, name
    return [_certificate(ISSUER, private, issuer, above, begins_at, days, usage), *chain]


def _certificate(
    name: str,
    key: Any,
    issuer: str,
    by: Any,
    begins_at: datetime,
    days: int,
    usage: tuple[str, ...] | None = None,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=name != ISSUER, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if name != ISSUER:
        usage = ("key_cert_sign",)
    if usage is not None:
        said = {one: one in usage for one in USAGES}
        builder = builder.add_extension(x509.KeyUsage(**said), critical=True)
    return builder.sign(by, SHA256())


def pkcs12_of(private: Any, chain: list[x509.Certificate], password: str = PASSWORD) -> bytes:
    """A .p12 file as authorities hand it out."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder().kdf_rounds(1000).build(password.encode())
        if password
        else BestAvailableEncryption(b"never used")
    )
    return serialize_key_and_certificates(b"seal", private, chain[0], chain[1:], encryption)


def seal_key(algorithm: str = "P-256", **changes: Any) -> SealKey:
    """An opened seal under an authority that is not ours."""
    private = private_key(algorithm)
    chain = outside_chain(private, **changes)
    return SealKey("seal-1", private, tuple(one.public_bytes(Encoding.DER) for one in chain))


def drawn_pdf(folder: Path, name: str = "Ada Lovelace") -> bytes:
    """A certificate as the typesetter draws it: PDF/A-3b and PDF/UA-1."""
    return Engine(folder).pdf(job_of(sheet(text("{Student Name}")), {"Student Name": name}))
