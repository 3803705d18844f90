"""Opened keys sign, always the same, and give nothing away."""

import copy
import hmac
import logging
import pickle
import uuid
from dataclasses import asdict
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from certifly.credentials.keys import ProofKey, SealKey, SigningKeys, TenantSecret, TokenKey
from tests.cast import MONDAY
from tests.sealing import seal_key

SECRET = bytes(range(100, 132))


def opened() -> SigningKeys:
    """Keys whose private parts are known here."""
    return SigningKeys(
        proof=ProofKey("proof-1", Ed25519PrivateKey.from_private_bytes(SECRET)),
        token=TokenKey("token-1", derive_private_key(int.from_bytes(SECRET, "big"), SECP256R1())),
        seal=seal_key(),
        secret=TenantSecret("secret-1", SECRET),
        created_at=MONDAY,
    )


def parts(keys: SigningKeys) -> list[ProofKey | TokenKey | SealKey | TenantSecret]:
    return [keys.proof, keys.token, keys.seal, keys.secret]


def test_proofs_are_ed25519() -> None:
    private = Ed25519PrivateKey.from_private_bytes(SECRET)

    assert opened().proof.sign(b"statement") == private.sign(b"statement")


def test_tokens_are_es256_as_jws_has_it() -> None:
    """The vector of RFC 6979, A.2.5: P-256, SHA-256, "sample"."""
    number = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    key = TokenKey("token-1", derive_private_key(number, SECP256R1()))

    assert key.sign(b"sample").hex().upper() == (
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )


def test_a_token_signature_always_has_64_bytes() -> None:
    key = opened().token
    public = derive_private_key(int.from_bytes(SECRET, "big"), SECP256R1()).public_key()

    for number in range(600):  # one in 128 begins with a zero byte somewhere
        signature = key.sign(str(number).encode())
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        public.verify(encode_dss_signature(r, s), str(number).encode(), ECDSA(SHA256()))
        assert len(signature) == 64


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", "RSA 2048"])
def test_seals_sign_the_same_each_time(algorithm: str) -> None:
    key = seal_key(algorithm)

    assert key.sign(b"statement") == key.sign(b"statement")
    assert key.algorithm == algorithm.split()[0]


def test_what_is_derived_follows_from_purpose_and_text_alone() -> None:
    secret = opened().secret

    assert secret.derive("salt", "code") == hmac.digest(SECRET, b"salt\0code", "sha256")
    assert secret.derive("salt", "code") == secret.derive("salt", "code")
    distinct = {
        secret.derive(*one) for one in [("salt", "code"), ("salt", "codes"), ("sal", "tcode"), ("", "")]
    }
    assert len(distinct) == 4


def test_a_derived_uuid_looks_like_any_random_one() -> None:
    found = opened().secret.derive_uuid("subject", "code")

    assert (found.version, found.variant) == (4, uuid.RFC_4122)
    assert found == opened().secret.derive_uuid("subject", "code")


@pytest.mark.parametrize("place", range(4))
def test_a_key_cannot_be_stored_or_sent(place: int) -> None:
    key = parts(opened())[place]

    with pytest.raises(TypeError, match="does not leave its process"):
        pickle.dumps(key)
    assert copy.copy(key) is key
    assert copy.deepcopy(key) is key
    assert not hasattr(key, "__dict__")


def test_keys_show_their_names_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    keys = opened()
    logging.getLogger(__name__).error("keys %s %r", keys, keys, extra={"facts": {"keys": keys}})

    shown = [repr(keys), str(keys), f"{keys}", repr(asdict(keys)), caplog.text, *map(str, parts(keys))]
    for text in shown:
        assert "proof-1" in text or "token-1" in text or "secret-1" in text or "seal-1" in text
        assert not holds(text, SECRET)


def test_the_private_part_is_found_where_it_is_looked_for() -> None:
    assert holds(repr(SECRET), SECRET)
    assert holds({"key": SECRET.hex()}, SECRET)
    assert holds(str(int.from_bytes(SECRET, "big")), SECRET)


def holds(shown: Any, secret: bytes) -> bool:
    """Whether a text holds these bytes in any of the forms in which bytes are written."""
    text = shown if isinstance(shown, str) else repr(shown)
    forms = [secret.hex(), secret.hex().upper(), repr(secret)[2:-1], str(list(secret))[1:-1]]
    return any(form in text for form in [*forms, str(int.from_bytes(secret, "big"))])
