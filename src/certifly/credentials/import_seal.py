"""Take the key and chain that an authority gave the issuer (PKCS #12) as the seal of PDFs.

Everything that would make signatures that readers refuse is refused here, before anything is signed with it.
"""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from certifly.core.clock import isoformat
from certifly.core.errors import Invalid
from certifly.credentials.chain import pem_of
from certifly.credentials.keyring import Keyring
from certifly.credentials.keys import P256, P384, algorithm_of
from certifly.credentials.make_keys import store_key
from certifly.credentials.models import SEAL, WITHDRAWN, SigningKey
from certifly.credentials.public_keys import PublicKey, describe
from certifly.credentials.rotate import keep_active
from certifly.db.tenant import TenantDB

PKCS12_BYTES_MAX = 64 * 1024
CHAIN_MAX = 8
"""Certificates from the key's own to the root; real chains have two to four."""
RSA_BITS_MIN, RSA_BITS_MAX = 2048, 8192
"""Below, signatures can be forged before long (NIST SP 800-131A); above, each one takes too long."""

Private = EllipticCurvePrivateKey | RSAPrivateKey


def import_seal(
    db: TenantDB, keyring: Keyring, pkcs12: bytes, password: str | None, *, now: datetime
) -> PublicKey:
    """Seal PDFs with this key from now on; the former seal is kept. Raises Invalid, naming what is wrong.

    A key may come again, with a new certificate or with more of its chain, unless it was withdrawn.
    """
    private, chain = read_pkcs12(pkcs12, password, now=now)
    db.lock()
    pem = pem_of(chain)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for row in db.find(SigningKey, SigningKey.role == SEAL):
        if row.public_key == public and row.state == WITHDRAWN:
            fault = f"This key was withdrawn, as {row.id}. Ask for a certificate of another key."
            raise Invalid({"pkcs12": [fault]})
        if row.chain == pem:
            raise Invalid({"pkcs12": [f"This is the key {row.id} already."]})
    keep_active(db, SEAL, now=now)
    return describe(store_key(db, keyring.master, SEAL, private, chain=chain, now=now))


def read_pkcs12(
    pkcs12: bytes, password: str | None, *, now: datetime
) -> tuple[Private, list[x509.Certificate]]:
    """The private key and its chain, the key's own certificate first. Raises Invalid."""
    if len(pkcs12) > PKCS12_BYTES_MAX:
        raise _refused(f"A PKCS #12 file has at most {PKCS12_BYTES_MAX} bytes; this one has more.")
    try:
        bundle = load_pkcs12(pkcs12, None if password is None else password.encode())
        private, own = bundle.key, bundle.cert
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Which of the two it is cannot be told: a wrong password gives bytes without meaning.
        raise Invalid(
            {"password": ["The file does not open: the password is wrong, or it is no PKCS #12 file."]}
        ) from None
    if private is None or own is None:
        # A certificate that does not belong to the key is not taken for its own.
        raise _refused("The file holds no private key with the certificate that belongs to it. Export both.")

    accepted = _acceptable_key(private)
    _check_certificate(own.certificate, now=now)
    return accepted, _chain(bundle)


def _acceptable_key(private: object) -> Private:
    if isinstance(private, EllipticCurvePrivateKey) and algorithm_of(private) in (P256, P384):
        return private
    if isinstance(private, RSAPrivateKey) and RSA_BITS_MIN <= private.key_size <= RSA_BITS_MAX:
        return private
    raise _refused(
        f"The key is neither ECDSA on P-256 or P-384 nor RSA of {RSA_BITS_MIN} to {RSA_BITS_MAX} bits. "
        "PDF readers check no others."
    )


def _check_certificate(own: x509.Certificate, *, now: datetime) -> None:
    try:
        usage = own.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.digital_signature and not usage.content_commitment:
            raise _refused(
                "The certificate is not for signing (key usage). Ask for one for document signing."
            )
    except x509.ExtensionNotFound:
        pass  # then it may be used for everything (RFC 5280, 4.2.1.3)
    except (ValueError, UnsupportedAlgorithm):
        raise _refused("The certificate cannot be read.") from None
    if own.not_valid_after_utc <= now:
        raise _refused(f"The certificate ended on {isoformat(own.not_valid_after_utc)}. Ask for a new one.")
    if own.not_valid_before_utc > now:
        raise _refused(f"The certificate begins on {isoformat(own.not_valid_before_utc)}. Import it then.")


def _chain(bundle: PKCS12KeyAndCertificates) -> list[x509.Certificate]:
    """From the key's own certificate upwards, as far as the file goes; what does not belong to it is left out."""
    assert bundle.cert is not None
    chain = [bundle.cert.certificate]
    others = [one.certificate for one in bundle.additional_certs]
    while (above := next((one for one in others if _has_signed(one, chain[-1])), None)) is not None:
        others.remove(above)
        chain.append(above)
        if len(chain) > CHAIN_MAX:
            raise _refused(f"The chain has more than {CHAIN_MAX} certificates.")
    return chain


def _has_signed(above: x509.Certificate, below: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (
        ValueError,
        TypeError,
        InvalidSignature,
        UnsupportedAlgorithm,
    ):  # wrong, or of a kind nobody knows
        return False
    return above.public_bytes(Encoding.DER) != below.public_bytes(Encoding.DER)


def _refused(fault: str) -> Invalid:
    return Invalid({"pkcs12": [fault]})
