"""Seal private keys for the database, and open them again.

A sealed key opens only for the tenant and under the name it was sealed for, and only as it was written: rows
that somebody swapped or changed do not open. The master key never leaves its object.
"""

import os
from typing import Never

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from certifly.credentials.errors import KeysSealedOtherwise

VERSION = b"\x01"
"""AES-256-GCM under the master key: this byte, the nonce, the ciphertext, the tag."""
KEY_BYTES = 32
NONCE_BYTES = 12
"""Random for each sealing: 2^32 of them may be made before a repetition becomes thinkable (NIST SP 800-38D, 8.3)."""

_PURPOSE = b"certifly: seal signing keys, version 1"
"""Sets the derived key apart from whatever else is, or will be, derived from the same setting."""


class MasterKey:
    """Seals and opens the private keys of all tenants."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES
        self._cipher = AESGCM(key)

    @classmethod
    def from_settings(cls, master_key: str | None, secret_key: str) -> "MasterKey":
        """Derived from the master key, or where none is set from the secret key."""
        chosen = secret_key if master_key is None else master_key
        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE)
        return cls(derivation.derive(chosen.encode("utf-8", "surrogatepass")))

    def seal(self, secret: bytes, *, tenant_id: int, key_id: str) -> bytes:
        """What may lie in the database."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, secret, _belonging(tenant_id, key_id))

    def unseal(self, sealed: bytes, *, tenant_id: int, key_id: str) -> bytes:
        """The secret again. Raises KeysSealedOtherwise, alike for another master key and a row that was changed."""
        if not sealed.startswith(VERSION):
            raise KeysSealedOtherwise(key_id)
        nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, _belonging(tenant_id, key_id))
        except (InvalidTag, ValueError):  # ValueError: too short to be anything
            raise KeysSealedOtherwise(key_id) from None

    def __repr__(self) -> str:
        return "MasterKey(***)"

    def __reduce__(self) -> Never:
        raise TypeError("A master key is not to be copied.")


def _belonging(tenant_id: int, key_id: str) -> bytes:
    return VERSION + f"tenant {tenant_id} key {key_id}".encode()
