"""Opened keys: what may be done with each, and nothing else.

The private part is out of reach of whatever prints, copies or stores an object: these cannot be pickled, and
their representation names them only. Every signature is deterministic, so that a job that was killed makes the
same file when it runs again.
"""

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Never, Self

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

from certifly.credentials.chain import Withdrawn, make_list_of_withdrawn
from certifly.credentials.public_keys import jwk_of, multibase_of

ED25519 = "Ed25519"
P256 = "P-256"
P384 = "P-384"
RSA = "RSA"
HMAC = "HMAC-SHA256"

P256_BYTES = 32
"""Of each of the two numbers of a P-256 signature, and of each coordinate."""


class _Opened:
    """Has a name, and a private part that stays inside."""

    __slots__ = ("_private", "id")

    id: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def __reduce__(self) -> Never:
        raise TypeError(f"The key {self.id} does not leave its process.")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self


class ProofKey(_Opened):
    """Signs the data integrity proofs of credentials (Ed25519)."""

    __slots__ = ("public_multibase",)

    def __init__(self, key_id: str, private: Ed25519PrivateKey) -> None:
        self.id = key_id
        self._private = private
        self.public_multibase = multibase_of(_spki(private))

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(data)


class TokenKey(_Opened):
    """Signs credentials as JWT (ES256)."""

    __slots__ = ("public_jwk",)

    def __init__(self, key_id: str, private: EllipticCurvePrivateKey) -> None:
        self.id = key_id
        self._private = private
        self.public_jwk = jwk_of(_spki(private))

    def sign(self, data: bytes) -> bytes:
        """64 bytes: r and s, as JWS has them (RFC 7518, 3.4)."""
        r, s = decode_dss_signature(self._private.sign(data, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(P256_BYTES, "big") + s.to_bytes(P256_BYTES, "big")


class SealKey(_Opened):
    """Signs PDFs."""

    __slots__ = ("algorithm", "authority", "chain", "ends_at")

    def __init__(
        self,
        key_id: str,
        private: EllipticCurvePrivateKey | RSAPrivateKey,
        chain: tuple[bytes, ...],
        authority: "AuthorityKey | None" = None,
    ) -> None:
        self.id = key_id
        self._private = private
        self.algorithm = algorithm_of(private)
        self.chain = chain
        """DER, the key's own certificate first, the root last."""
        self.ends_at = load_der_x509_certificate(chain[0]).not_valid_after_utc
        """When the certificate ends, and with it the use of the key."""
        self.authority = authority
        """The tenant's own authority, where it is the one above this key."""

    @property
    def digest(self) -> str:
        """The hash that belongs to the key, for what is signed and what is signed about it: ``sha256``."""
        return digest_for(self.algorithm)

    def sign(self, data: bytes) -> bytes:
        """DER of an ECDSA signature (RFC 6979), or an RSA signature (PKCS #1 v1.5)."""
        if isinstance(self._private, RSAPrivateKey):
            return self._private.sign(data, PKCS1v15(), SHA256())
        digest = SHA384() if self.algorithm == P384 else SHA256()
        return self._private.sign(data, ECDSA(digest, deterministic_signing=True))


class AuthorityKey(_Opened):
    """Says which of the certificates of seals that it has signed were withdrawn."""

    __slots__ = ("certificate", "withdrawn")

    def __init__(
        self,
        key_id: str,
        private: EllipticCurvePrivateKey,
        certificate: bytes,
        withdrawn: tuple[Withdrawn, ...],
    ) -> None:
        self.id = key_id
        self._private = private
        self.certificate = certificate
        """DER."""
        self.withdrawn = withdrawn

    def list_withdrawn(self, *, now: datetime) -> bytes:
        """The list of them as of now, signed (DER)."""
        return make_list_of_withdrawn(self._private, self.certificate, self.withdrawn, now=now)


class TenantSecret(_Opened):
    """What salts, subject ids and places in status lists are derived from: random to all who do not have it."""

    __slots__ = ()

    def __init__(self, key_id: str, secret: bytes) -> None:
        self.id = key_id
        self._private = hmac.new(secret, digestmod="sha256")

    def derive(self, purpose: str, text: str) -> bytes:
        """32 bytes, the same whenever the same is asked."""
        assert "\0" not in purpose
        mac = self._private.copy()
        mac.update(purpose.encode() + b"\0" + text.encode("utf-8", "surrogatepass"))
        return mac.digest()

    def derive_uuid(self, purpose: str, text: str) -> uuid.UUID:
        """A UUID that looks like any random one (version 4)."""
        return uuid.UUID(bytes=self.derive(purpose, text)[:16], version=4)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """All that is needed to sign a certificate."""

    proof: ProofKey
    token: TokenKey
    seal: SealKey
    secret: TenantSecret
    created_at: datetime
    """When the youngest of them was made: nothing can have been signed by them before."""


def digest_for(algorithm: str) -> str:
    """The hash that PDFs are signed with by a key of this algorithm."""
    return "sha384" if algorithm == P384 else "sha256"


def algorithm_of(private: object) -> str:
    """The name of a key's algorithm, as it stands in its row; its curve's name where we know no other."""
    if isinstance(private, RSAPrivateKey):
        return RSA
    if isinstance(private, EllipticCurvePrivateKey):
        return {"secp256r1": P256, "secp384r1": P384}.get(private.curve.name, private.curve.name)
    assert isinstance(private, Ed25519PrivateKey), "every other kind is refused where keys come in"
    return ED25519


def _spki(private: Ed25519PrivateKey | EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
