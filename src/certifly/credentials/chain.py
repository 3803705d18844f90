"""The X.509 certificates behind the seals of PDFs: an authority of the tenant's own, and what it signs.

A PDF reader shows the names in them, and can check a seal without us for as long as they are valid. Nobody
vouches for the authority but the tenant: a reader trusts it when its owner says so, once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

AUTHORITY_DAYS = 50 * 366
"""A diploma is shown for a working life. Without a time-stamp authority a reader judges the chain at the moment
it looks, so an authority that ends makes every seal under it look invalid. Withdrawing is what ends it early."""
SEAL_DAYS = 40 * 366
"""As long as its purpose, for the same reason; never longer than the authority."""
BACKDATED = timedelta(hours=1)
"""A certificate is valid from a little before it was made: clocks differ, and readers compare them."""
NAME_BYTES_MAX = 64
"""In UTF-8, of each part of an X.509 name. RFC 5280 (appendix A: ub-common-name, ub-organization-name) allows 64
characters, but some count bytes, cryptography among them. The whole name stands in the signature itself."""
AUTHORITY_SUFFIX = " seal authority"
LIST_DAYS = 7
"""After so long a reader asks for a newer list of withdrawn certificates. For the one inside a PDF it does not
matter: it is read as of the time stamp beside it."""


class Withdrawn(NamedTuple):
    """A certificate that is no longer to be trusted."""

    serial_number: int
    withdrawn_at: datetime


def make_authority(
    private: EllipticCurvePrivateKey, *, key_id: str, issuer_name: str, slug: str, now: datetime
) -> x509.Certificate:
    """A root that may sign certificates of seals, and lists of those that were withdrawn."""
    name = _name(issuer_name, AUTHORITY_SUFFIX, qualifier=f"{slug}/{key_id}")
    public = private.public_key()
    return (
        _certificate(public, subject=name, issuer=name, ends_at=now + timedelta(days=AUTHORITY_DAYS), now=now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(private, SHA256())
    )


def make_seal_certificate(
    public: EllipticCurvePublicKey,
    *,
    key_id: str,
    authority: x509.Certificate,
    authority_private: EllipticCurvePrivateKey,
    issuer_name: str,
    slug: str,
    now: datetime,
) -> x509.Certificate:
    """The certificate of a key that seals PDFs in the issuer's name.

    It has no extended key usage: with one, those that ask for e-mail protection (openssl) refuse it.
    """
    ends_at = min(now + timedelta(days=SEAL_DAYS), authority.not_valid_after_utc)
    above = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _certificate(
            public,
            subject=_name(issuer_name, qualifier=f"{slug}/{key_id}"),
            issuer=authority.subject,
            ends_at=ends_at,
            now=now,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
        .sign(authority_private, SHA256())
    )


def make_list_of_withdrawn(
    private: EllipticCurvePrivateKey, authority: bytes, withdrawn: Sequence[Withdrawn], *, now: datetime
) -> bytes:
    """The authority's list (CRL, DER). Its number grows with the time, as RFC 5280 asks."""
    own = x509.load_der_x509_certificate(authority)
    above = own.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(own.subject)
        .last_update(now)
        .next_update(now + timedelta(days=LIST_DAYS))
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1_000_000)), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
    )
    for one in withdrawn:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(one.serial_number)
            .revocation_date(one.withdrawn_at)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    return builder.sign(private, SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER)


def pem_of(certificates: list[x509.Certificate]) -> str:
    """A chain as text, in the order given."""
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def blocks_of(chain_pem: str) -> list[str]:
    """The certificates of a chain as texts, in its order."""
    end = "-----END CERTIFICATE-----\n"
    return [block + end for block in chain_pem.split(end) if block]


def der_of(chain_pem: str) -> tuple[bytes, ...]:
    """The certificates of a chain, in its order."""
    if not chain_pem:
        return ()
    return tuple(
        one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(chain_pem.encode())
    )


def _certificate(
    public: EllipticCurvePublicKey,
    *,
    subject: x509.Name,
    issuer: x509.Name,
    ends_at: datetime,
    now: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(ends_at)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(issuer_name: str, suffix: str = "", *, qualifier: str) -> x509.Name:
    """The issuer's name, as much of it as X.509 holds. The qualifier sets apart two who share one."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _shortened(issuer_name, NAME_BYTES_MAX)),
            x509.NameAttribute(NameOID.DN_QUALIFIER, qualifier),
            x509.NameAttribute(
                NameOID.COMMON_NAME, _shortened(issuer_name, NAME_BYTES_MAX - len(suffix)) + suffix
            ),
        ]
    )


def _shortened(text: str, bytes_max: int) -> str:
    whole = text.encode()
    if len(whole) <= bytes_max:
        return text
    mark = "…"
    return whole[: bytes_max - len(mark.encode())].decode(errors="ignore").rstrip() + mark


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
