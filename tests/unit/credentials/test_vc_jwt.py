"""The credential as JWT."""

import json
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from certifly.credentials import vc_jwt
from certifly.credentials.achievement_credential import build_credential
from certifly.credentials.multibase import encode_base64url
from tests.cast import MONDAY
from tests.other_readers import is_signed_by, read_token
from tests.unit.credentials.badge import CODE, DID, FACTS, SECRET_OF_LOVELACE, TOKEN_KEY, TOKEN_PRIVATE

PUBLIC = TOKEN_PRIVATE.public_key()
CREDENTIAL = build_credential(FACTS, SECRET_OF_LOVELACE)
TEXT = vc_jwt.encode(CREDENTIAL, TOKEN_KEY, did=DID)


def part(value: Any) -> str:
    return encode_base64url(json.dumps(value).encode())


def test_the_payload_is_the_credential_and_the_claims_that_repeat_it() -> None:
    token = read_token(TEXT)

    assert token.header == {"alg": "ES256", "kid": f"{DID}#token-1"}
    assert FACTS.expires_at is not None
    assert token.payload == CREDENTIAL | {
        "iss": DID,
        "jti": f"urn:uuid:{CODE}",
        "sub": CREDENTIAL["credentialSubject"]["id"],
        "nbf": int(MONDAY.timestamp()),
        "exp": int(FACTS.expires_at.timestamp()),
    }


def test_what_does_not_expire_has_no_exp() -> None:
    forever = build_credential(replace(FACTS, expires_at=None), SECRET_OF_LOVELACE)

    assert "exp" not in read_token(vc_jwt.encode(forever, TOKEN_KEY, did=DID)).payload


def test_the_issuer_may_be_an_address_alone() -> None:
    assert vc_jwt.claims_of({**CREDENTIAL, "issuer": DID}) == vc_jwt.claims_of(CREDENTIAL)


def test_it_verifies_and_is_the_same_each_time() -> None:
    assert is_signed_by(read_token(TEXT), PUBLIC)
    assert vc_jwt.encode(CREDENTIAL, TOKEN_KEY, did=DID) == TEXT
    assert TEXT.isascii()


def test_another_key_or_another_content_does_not_verify() -> None:
    head, _, tail = TEXT.split(".")
    token = read_token(TEXT)
    other = read_token(f"{head}.{part({**token.payload, 'name': 'Another'})}.{tail}")

    assert not is_signed_by(token, derive_private_key(0xADA, SECP256R1()).public_key())
    assert not is_signed_by(other, PUBLIC)
