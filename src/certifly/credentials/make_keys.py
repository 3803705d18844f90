"""Make keys of each role, and store them sealed.

Called inside a unit of work that holds the tenant's lock. Of each role at most one key is active: whoever adds
one has made the former ``kept`` or ``withdrawn`` before.
"""

import os
from collections.abc import Collection
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from certifly.credentials.chain import Withdrawn, blocks_of, make_authority, make_seal_certificate, pem_of
from certifly.credentials.keys import HMAC, algorithm_of
from certifly.credentials.models import ACTIVE, AUTHORITY, PROOF, SEAL, SECRET, TOKEN, SigningKey
from certifly.credentials.public_keys import number_of
from certifly.credentials.sealing import MasterKey
from certifly.db.tenant import TenantDB

SECRET_BYTES = 32

Private = Ed25519PrivateKey | EllipticCurvePrivateKey | RSAPrivateKey


def make_key(
    db: TenantDB, master: MasterKey, role: str, *, issuer_name: str, slug: str, now: datetime
) -> SigningKey:
    """A new active key of this role; for a seal, with an authority above it if none is active."""
    if role == SECRET:
        return _store(db, master, role, _next_id(db, role), os.urandom(SECRET_BYTES), now=now)
    if role == PROOF:
        return store_key(db, master, role, Ed25519PrivateKey.generate(), now=now)
    private = generate_private_key(SECP256R1())
    if role == TOKEN:
        return store_key(db, master, role, private, now=now)
    if role == AUTHORITY:
        root = make_authority(private, key_id=_next_id(db, role), issuer_name=issuer_name, slug=slug, now=now)
        return store_key(db, master, role, private, chain=[root], now=now)

    assert role == SEAL
    above = active_key(db, AUTHORITY) or make_key(
        db, master, AUTHORITY, issuer_name=issuer_name, slug=slug, now=now
    )
    authority, authority_private = open_authority(master, db.tenant_id, above)
    certificate = make_seal_certificate(
        private.public_key(),
        key_id=_next_id(db, role),
        authority=authority,
        authority_private=authority_private,
        issuer_name=issuer_name,
        slug=slug,
        now=now,
    )
    return store_key(db, master, role, private, chain=[certificate, authority], now=now)


def store_key(
    db: TenantDB,
    master: MasterKey,
    role: str,
    private: Private,
    *,
    chain: list[x509.Certificate] | None = None,
    now: datetime,
) -> SigningKey:
    """Add a key that is there already, as the active one of its role."""
    secret = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    row = _store(db, master, role, _next_id(db, role), secret, now=now)
    row.algorithm = algorithm_of(private)
    row.public_key = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    row.chain = pem_of(chain) if chain else None
    return row


def active_key(db: TenantDB, role: str) -> SigningKey | None:
    """The key of this role that signs now."""
    return db.find_one(SigningKey, SigningKey.role == role, SigningKey.state == ACTIVE)


def open_authority(
    master: MasterKey, tenant_id: int, row: SigningKey
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """The authority's certificate and key. Raises KeysSealedOtherwise."""
    assert row.sealed is not None and row.chain is not None, "an authority that signs has both"
    private = load_der_private_key(
        master.unseal(row.sealed, tenant_id=tenant_id, key_id=row.id), password=None
    )
    assert isinstance(private, EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(row.chain.encode()), private


def authority_of(seal: SigningKey, rows: Collection[SigningKey]) -> SigningKey | None:
    """The authority of the tenant's own that a seal's chain ends in, withdrawn or not."""
    root = _root_above(seal)
    return next((row for row in rows if row.role == AUTHORITY and row.chain == root), None)


def withdrawn_under(authority: SigningKey, rows: Collection[SigningKey]) -> tuple[Withdrawn, ...]:
    """The certificates of seals that this authority has signed and that are no longer to be trusted."""
    return tuple(
        Withdrawn(x509.load_pem_x509_certificate(row.chain.encode()).serial_number, row.withdrawn_at)
        for row in rows
        if row.role == SEAL and row.withdrawn_at is not None and row.chain is not None
        if _root_above(row) == authority.chain
    )


def _root_above(seal: SigningKey) -> str:
    assert seal.chain is not None, "a seal comes with its chain"
    return blocks_of(seal.chain)[-1]


def _store(
    db: TenantDB, master: MasterKey, role: str, key_id: str, secret: bytes, *, now: datetime
) -> SigningKey:
    row = SigningKey(
        id=key_id,
        role=role,
        algorithm=HMAC,
        state=ACTIVE,
        sealed=master.seal(secret, tenant_id=db.tenant_id, key_id=key_id),
        created_at=now,
    )
    db.add(row)
    return row


def _next_id(db: TenantDB, role: str) -> str:
    numbers = [number_of(row.id)[1] for row in db.find(SigningKey, SigningKey.role == role)]
    return f"{role}-{max(numbers, default=0) + 1}"
