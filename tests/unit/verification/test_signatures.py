"""Signatures of a few methods, by keys as strangers write them. Whatever else comes is no key, or not right."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from certifly.credentials import multibase
from certifly.credentials.public_keys import jwk_of, multibase_of
from certifly.verification.signatures import is_known, key_of_did, key_of_jwk, key_of_spki, verifies

MESSAGE = b"what is signed"
ED25519 = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
P256 = generate_private_key(SECP256R1())
RSA = generate_rsa_key(65537, 2048)


def spki(private: Any) -> bytes:
    found: bytes = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return found


def number(value: int) -> str:
    return (
        base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
    )


def raw_signature(message: bytes = MESSAGE) -> bytes:
    r, s = decode_dss_signature(P256.sign(message, ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


RSA_NUMBERS = RSA.public_key().public_numbers()
RSA_JWK = {"kty": "RSA", "n": number(RSA_NUMBERS.n), "e": number(RSA_NUMBERS.e)}


def test_each_method_with_its_own_key() -> None:
    by_did = (
        key_of_did(f"did:key:{multibase_of(spki(ED25519))}#key"),
        key_of_did(f"did:key:{multibase_of(spki(P256))}"),
    )
    by_jwk = key_of_jwk(jwk_of(spki(ED25519))), key_of_jwk(jwk_of(spki(P256)))
    rsa = key_of_jwk(RSA_JWK)
    assert rsa is not None

    for ed25519, p256 in (by_did, by_jwk, (key_of_spki(spki(ED25519)), key_of_spki(spki(P256)))):
        assert ed25519 is not None and p256 is not None
        assert verifies(ed25519, "eddsa-jcs-2022", ED25519.sign(MESSAGE), MESSAGE)
        assert verifies(p256, "ES256", raw_signature(), MESSAGE)
        assert not verifies(ed25519, "EdDSA", ED25519.sign(MESSAGE), b"something else")
        assert not verifies(p256, "ecdsa-rdfc-2019", raw_signature(), b"something else")
    assert verifies(rsa, "RS256", RSA.sign(MESSAGE, PKCS1v15(), SHA256()), MESSAGE)


def test_a_key_signs_by_no_method_but_its_own() -> None:
    p256 = key_of_spki(spki(P256))

    assert not verifies(p256, "EdDSA", raw_signature(), MESSAGE)
    assert not verifies(p256, "RS256", raw_signature(), MESSAGE)
    assert not verifies(p256, "ES256", raw_signature() + b"\0", MESSAGE)
    assert not verifies(p256, "ES256", bytes(64), MESSAGE)


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did:web:example.org",
        "did:key:",
        "did:key:z",
        "did:key:zzzz0",
        "did:key:z6Mk",
        "did:key:" + multibase.encode(b"\xed\x01" + b"short"),
        "did:key:" + multibase.encode(b"\x80\x24" + b"\x02" + b"\xff" * 32),
        "did:key:" + multibase.encode(b"\x12\x00" + bytes(32)),
        "did:key:z" + "6" * 5000,
    ],
)
def test_a_did_that_is_no_key_we_know_gives_none(did: str) -> None:
    assert key_of_did(did) is None


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        "text",
        {},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "OKP", "crv": "Ed25519"},
        {"kty": "OKP", "crv": "Ed25519", "x": 3},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
        {"kty": "OKP", "crv": "X25519", "x": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "AAAA"},
        {"kty": ["EC"], "crv": "P-256"},
        {"kty": "RSA", "n": "AAAA", "e": "AQAB"},
        {"kty": "RSA", "n": RSA_JWK["n"], "e": ""},
        {"kty": "RSA", "n": number(1 << 9000), "e": "AQAB"},
    ],
)
def test_a_jwk_that_is_no_key_we_know_gives_none(jwk: object) -> None:
    assert key_of_jwk(jwk) is None


def test_other_curves_are_not_known() -> None:
    numbers = generate_private_key(SECP384R1()).public_key().public_numbers()

    assert key_of_jwk({"kty": "EC", "crv": "P-384", "x": number(numbers.x), "y": number(numbers.y)}) is None


@pytest.mark.parametrize("method", ["none", "HS256", "bbs-2023", "", None, 3, ["EdDSA"]])
def test_other_methods_are_not_known(method: object) -> None:
    assert not is_known(method)


@given(st.text(), st.recursive(st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_nothing_that_is_handed_in_raises(did: str, jwk: object) -> None:
    assert key_of_did(f"did:key:{did}") is None
    assert key_of_jwk(jwk) is None
