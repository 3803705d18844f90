"""The keys by which tenants sign: created with the tenant, opened once per process.

What must stay true: a private key is in the database sealed, in this process inside an object that only signs,
and nowhere else. A withdrawn key is never opened again, since its sealed form is gone and the row is read each
time.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key

from certifly.credentials.chain import Withdrawn, der_of
from certifly.credentials.keys import AuthorityKey, ProofKey, SealKey, SigningKeys, TenantSecret, TokenKey
from certifly.credentials.make_keys import (
    authority_of,
    make_key,
    open_authority,
    withdrawn_under,
)
from certifly.credentials.models import ACTIVE, PROOF, SEAL, SECRET, TOKEN, SigningKey
from certifly.credentials.sealing import MasterKey
from certifly.db.tenant import TenantDB

__all__ = ["Keyring", "MasterKey", "ProofKey", "SealKey", "SigningKeys", "TenantSecret", "TokenKey"]

SIGNING_ROLES = (PROOF, TOKEN, SEAL, SECRET)
"""What signing a certificate takes."""
OPENED_MAX = 1024
"""Opened keys that a process holds; the one used longest ago is let go first. Each takes a few kilobytes."""

Opened = ProofKey | TokenKey | SealKey | TenantSecret


class Keyring:
    """Opens keys with the installation's master key. One per process; any thread may use it."""

    def __init__(self, master: MasterKey) -> None:
        self.master = master
        self._opened: OrderedDict[tuple[object, ...], Opened] = OrderedDict()
        self._lock = threading.Lock()

    def create(self, db: TenantDB, *, issuer_name: str, slug: str, now: datetime) -> None:
        """Create the keys of a new tenant, in the unit of work that creates the tenant."""
        db.lock()
        for role in SIGNING_ROLES:
            make_key(db, self.master, role, issuer_name=issuer_name, slug=slug, now=now)

    def current(self, db: TenantDB) -> SigningKeys:
        """The tenant's active keys. Raises KeysSealedOtherwise when this master key does not open them."""
        rows = _rows(db)
        keys = self._signing_keys(db, rows, {role: row.id for role, row in _active(rows).items()})
        assert keys is not None, "tenants are created with keys, and a withdrawn key has a successor at once"
        return keys

    def recorded(self, db: TenantDB, *, proof: str, token: str, seal: str) -> SigningKeys | None:
        """The keys that an edition names, to make its files again; None when one of them was withdrawn."""
        rows = _rows(db)
        secret = _active(rows)[SECRET]
        return self._signing_keys(db, rows, {PROOF: proof, TOKEN: token, SEAL: seal, SECRET: secret.id})

    def _signing_keys(
        self, db: TenantDB, rows: Mapping[str, SigningKey], named: Mapping[str, str]
    ) -> SigningKeys | None:
        chosen = {role: rows.get(key_id) for role, key_id in named.items()}
        if any(row is None or row.sealed is None for row in chosen.values()):
            return None
        proof, token, seal, secret = (self._open(db, rows, named[role]) for role in SIGNING_ROLES)
        assert isinstance(proof, ProofKey) and isinstance(token, TokenKey)
        assert isinstance(seal, SealKey) and isinstance(secret, TenantSecret)
        created_at = max(rows[named[role]].created_at for role in SIGNING_ROLES)
        return SigningKeys(proof, token, seal, secret, created_at)

    def _open(self, db: TenantDB, rows: Mapping[str, SigningKey], key_id: str) -> Opened:
        row = rows[key_id]
        assert row.sealed is not None, "a withdrawn key is never asked for"
        # What an authority says of others changes when one of them is withdrawn.
        above = authority_of(row, rows.values()) if row.role == SEAL else None
        withdrawn = () if above is None else withdrawn_under(above, rows.values())
        place = (db.tenant_id, row.id, sha256(row.sealed).digest(), withdrawn)
        with self._lock:
            if (known := self._opened.get(place)) is not None:
                self._opened.move_to_end(place)
                return known
        opened = self._unseal(db.tenant_id, row, above, withdrawn)
        with self._lock:
            self._opened[place] = opened
            while len(self._opened) > OPENED_MAX:
                self._opened.popitem(last=False)
        return opened

    def _unseal(
        self, tenant_id: int, row: SigningKey, above: SigningKey | None, withdrawn: tuple[Withdrawn, ...]
    ) -> Opened:
        assert row.sealed is not None, "a withdrawn key is never asked for"
        secret = self.master.unseal(row.sealed, tenant_id=tenant_id, key_id=row.id)
        if row.role == SECRET:
            return TenantSecret(row.id, secret)
        private = load_der_private_key(secret, password=None)
        if row.role == PROOF:
            assert isinstance(private, Ed25519PrivateKey)
            return ProofKey(row.id, private)
        if row.role == SEAL:
            assert isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey) and row.chain is not None
            authority = None if above is None else self._authority(tenant_id, above, withdrawn)
            return SealKey(row.id, private, der_of(row.chain), authority)
        assert isinstance(private, EllipticCurvePrivateKey)
        return TokenKey(row.id, private)

    def _authority(self, tenant_id: int, row: SigningKey, withdrawn: tuple[Withdrawn, ...]) -> AuthorityKey:
        certificate, private = open_authority(self.master, tenant_id, row)
        return AuthorityKey(row.id, private, certificate.public_bytes(Encoding.DER), withdrawn)

    def __repr__(self) -> str:
        return f"Keyring({len(self._opened)} opened)"


def _rows(db: TenantDB) -> dict[str, SigningKey]:
    return {row.id: row for row in db.find(SigningKey)}


def _active(rows: Mapping[str, SigningKey]) -> dict[str, SigningKey]:
    return {row.role: row for row in rows.values() if row.state == ACTIVE}
