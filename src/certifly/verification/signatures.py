"""Is this signature of this key? For the few methods that credentials are signed with.

A key and a method that do not belong together are an answer too: no. Nothing here raises over what strangers send.
"""

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certifly.credentials import multibase

PublicKeyOfAnyone = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

RAW_BYTES = 64
RSA_BITS_MIN, RSA_BITS_MAX = 2048, 8192
KEY_CHARACTERS_MAX = 200

_METHODS: Mapping[str, type] = {
    "eddsa-rdfc-2022": Ed25519PublicKey,
    "eddsa-jcs-2022": Ed25519PublicKey,
    "Ed25519Signature2020": Ed25519PublicKey,
    "ecdsa-rdfc-2019": EllipticCurvePublicKey,
    "ecdsa-jcs-2019": EllipticCurvePublicKey,
    "EdDSA": Ed25519PublicKey,
    "Ed25519": Ed25519PublicKey,
    "ES256": EllipticCurvePublicKey,
    "RS256": RSAPublicKey,
}


def is_known(method: object) -> bool:
    """Whether signatures of this method (a cryptosuite, or the ``alg`` of a JWT) can be checked here."""
    return isinstance(method, str) and method in _METHODS


def verifies(key: PublicKeyOfAnyone, method: str, signature: bytes, message: bytes) -> bool:
    """Whether the key's owner signed the message by this method."""
    if not isinstance(key, _METHODS[method]):
        return False
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, message, PKCS1v15(), SHA256())
        elif len(signature) == RAW_BYTES:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def key_of_spki(spki: bytes) -> PublicKeyOfAnyone:
    """One of our own keys, from its row."""
    key = load_der_public_key(spki)
    assert isinstance(key, Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey)
    return key


def key_of_did(did: str) -> PublicKeyOfAnyone | None:
    """The key that a ``did:key`` is; None for any other, and for kinds of keys that we do not know."""
    text = did.partition("#")[0].removeprefix("did:key:")
    if not did.startswith("did:key:") or len(text) > KEY_CHARACTERS_MAX:
        return None
    try:
        content = multibase.decode(text)
        if content.startswith(multibase.ED25519_PUBLIC):
            return Ed25519PublicKey.from_public_bytes(content[2:])
        if content.startswith(multibase.P256_PUBLIC):
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), content[2:])
    except (ValueError, UnsupportedAlgorithm):
        return None
    return None


def key_of_jwk(jwk: object) -> PublicKeyOfAnyone | None:
    """The key that a JSON Web Key is; None for kinds that we do not know, and for what is none."""
    if not isinstance(jwk, dict):
        return None
    try:
        return _key_of(jwk)
    except (KeyError, TypeError, AttributeError, ValueError, UnsupportedAlgorithm):
        return None


def _key_of(jwk: Mapping[str, Any]) -> PublicKeyOfAnyone | None:
    kind = (jwk["kty"], jwk.get("crv"))
    if kind == ("OKP", "Ed25519"):
        return Ed25519PublicKey.from_public_bytes(multibase.decode_base64url(jwk["x"]))
    if kind == ("EC", "P-256"):
        return EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), SECP256R1()).public_key()
    if kind[0] == "RSA":
        modulus = _number(jwk["n"])
        if RSA_BITS_MIN <= modulus.bit_length() <= RSA_BITS_MAX:
            return RSAPublicNumbers(_number(jwk["e"]), modulus).public_key()
    return None


def _number(text: str) -> int:
    return int.from_bytes(multibase.decode_base64url(text), "big")
