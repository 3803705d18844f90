"""What everybody may know of a tenant's keys, and the forms in which others read them.

Only public parts are here; whoever works with these cannot sign.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from certifly.credentials.models import WITHDRAWN, SigningKey
from certifly.credentials.multibase import ED25519_PUBLIC, P256_PUBLIC, encode, encode_base64url
from certifly.db.tenant import TenantDB


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key of a tenant as strangers may see it."""

    id: str
    role: str
    algorithm: str
    state: str
    spki: bytes | None
    """DER of its SubjectPublicKeyInfo; None for a secret."""
    chain_pem: str | None
    created_at: datetime
    kept_since: datetime | None
    withdrawn_at: datetime | None
    reason: str | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether what the key signed is no longer to be believed."""
        return self.state == WITHDRAWN


def list_keys(db: TenantDB) -> list[PublicKey]:
    """Every key that the tenant has, or had, in the order in which they were made."""
    rows = db.find(SigningKey, order_by=[SigningKey.created_at, SigningKey.role])
    return [describe(row) for row in sorted(rows, key=lambda row: (row.created_at, *number_of(row.id)))]


def describe(row: SigningKey) -> PublicKey:
    """The public part of a row."""
    return PublicKey(
        id=row.id,
        role=row.role,
        algorithm=row.algorithm,
        state=row.state,
        spki=row.public_key,
        chain_pem=row.chain,
        created_at=row.created_at,
        kept_since=row.kept_since,
        withdrawn_at=row.withdrawn_at,
        reason=row.reason,
    )


def number_of(key_id: str) -> tuple[str, int]:
    """``("seal", 2)`` for ``seal-2``."""
    role, _, number = key_id.rpartition("-")
    return role, int(number)


def multibase_of(spki: bytes) -> str:
    """The key as ``publicKeyMultibase`` of a Multikey: ``z6Mk…`` for Ed25519, ``zDn…`` for P-256."""
    key = load_der_public_key(spki)
    if isinstance(key, Ed25519PublicKey):
        return encode(ED25519_PUBLIC + key.public_bytes_raw())
    point = _on_p256(key).public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return encode(P256_PUBLIC + point)


def jwk_of(spki: bytes) -> dict[str, str]:
    """The key as a JSON Web Key, its required members only: the order and choice of RFC 7638 thumbprints."""
    key = load_der_public_key(spki)
    if isinstance(key, Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": encode_base64url(key.public_bytes_raw())}
    numbers = _on_p256(key).public_numbers()
    x, y = (encode_base64url(part.to_bytes(32, "big")) for part in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _on_p256(key: object) -> EllipticCurvePublicKey:
    assert isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1), (
        "only keys of proofs and tokens are published in these forms"
    )
    return key
