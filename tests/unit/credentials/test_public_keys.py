"""Public keys in the forms that others read, held against the vectors of did:key."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certifly.credentials.multibase import decode_base64url
from certifly.credentials.public_keys import jwk_of, multibase_of, number_of

ED25519 = {"crv": "Ed25519", "kty": "OKP", "x": "Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY"}
P256 = {
    "crv": "P-256",
    "kty": "EC",
    "x": "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns",
    "y": "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM",
}


def ed25519_spki() -> bytes:
    key = Ed25519PublicKey.from_public_bytes(decode_base64url(ED25519["x"]))
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def p256_spki() -> bytes:
    x, y = (int.from_bytes(decode_base64url(P256[name]), "big") for name in ("x", "y"))
    key = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_ed25519_as_multikey_and_as_jwk() -> None:
    assert multibase_of(ed25519_spki()) == "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    assert jwk_of(ed25519_spki()) == ED25519


def test_p256_as_multikey_and_as_jwk() -> None:
    assert multibase_of(p256_spki()) == "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"
    assert jwk_of(p256_spki()) == P256


@pytest.mark.parametrize(
    ("key_id", "parts"), [("proof-1", ("proof", 1)), ("authority-12", ("authority", 12))]
)
def test_a_key_id_tells_role_and_number(key_id: str, parts: tuple[str, int]) -> None:
    assert number_of(key_id) == parts
