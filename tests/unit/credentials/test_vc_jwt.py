"""The credential as JWT."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from certifly.credentials import vc_jwt
from certifly.credentials.achievement_credential import build_credential
from certifly.credentials.multibase import encode_base64url
from certifly.credentials.vc_jwt import TOKEN_CHARACTERS_MAX, NotAToken
from tests.cast import MONDAY
from tests.unit.credentials.badge import CODE, DID, FACTS, SECRET_OF_LOVELACE, TOKEN_KEY, TOKEN_PRIVATE

PUBLIC = TOKEN_PRIVATE.public_key()
CREDENTIAL = build_credential(FACTS, SECRET_OF_LOVELACE)
TEXT = vc_jwt.encode(CREDENTIAL, TOKEN_KEY, did=DID)


def part(value: Any) -> str:
    return encode_base64url(json.dumps(value).encode())


def test_the_payload_is_the_credential_and_the_claims_that_repeat_it() -> None:
    token = vc_jwt.parse(TEXT)

    assert token.header == {"alg": "ES256", "kid": f"{DID}#token-1"}
    assert token.credential == CREDENTIAL
    assert FACTS.expires_at is not None
    assert {name: token.payload[name] for name in ("iss", "jti", "sub", "nbf", "exp")} == {
        "iss": DID,
        "jti": f"urn:uuid:{CODE}",
        "sub": CREDENTIAL["credentialSubject"]["id"],
        "nbf": int(MONDAY.timestamp()),
        "exp": int(FACTS.expires_at.timestamp()),
    }


def test_what_does_not_expire_has_no_exp() -> None:
    forever = build_credential(replace(FACTS, expires_at=None), SECRET_OF_LOVELACE)

    assert "exp" not in vc_jwt.parse(vc_jwt.encode(forever, TOKEN_KEY, did=DID)).payload


def test_the_issuer_may_be_an_address_alone() -> None:
    assert vc_jwt.claims_of({**CREDENTIAL, "issuer": DID}) == vc_jwt.claims_of(CREDENTIAL)


def test_it_verifies_and_is_the_same_each_time() -> None:
    assert vc_jwt.verify(vc_jwt.parse(TEXT), PUBLIC)
    assert vc_jwt.encode(CREDENTIAL, TOKEN_KEY, did=DID) == TEXT
    assert TEXT.isascii()


def test_another_key_or_another_content_does_not_verify() -> None:
    head, _, tail = TEXT.split(".")
    token = vc_jwt.parse(TEXT)
    other = vc_jwt.parse(f"{head}.{part({**token.payload, 'name': 'Another'})}.{tail}")

    assert not vc_jwt.verify(token, derive_private_key(0xADA, SECP256R1()).public_key())
    assert not vc_jwt.verify(other, PUBLIC)
    assert not vc_jwt.verify(replace(token, signature=b"\0" * 64), PUBLIC)
    assert not vc_jwt.verify(replace(token, signature=token.signature[:63]), PUBLIC)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "EdDSA", None])
def test_only_the_one_algorithm_is_known(algorithm: str | None) -> None:
    token = vc_jwt.parse(TEXT)

    assert not vc_jwt.verify(replace(token, header={**token.header, "alg": algorithm}), PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c.d",
        f"{part({})}.{part({})}.=",
        f"{part({})}.{part([])}.AA",
        f"{part('x')}.{part({})}.AA",
        f"{encode_base64url(b'{')}.{part({})}.AA",
        f"{encode_base64url(b'[' * 100_000)}.{part({})}.AA",
        f"{encode_base64url(bytes([255]))}.{part({})}.AA",
        f"{part({})}.é.AA",
    ],
    ids=range(10),
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(NotAToken):
        vc_jwt.parse(text)


def test_a_token_is_read_up_to_its_limit() -> None:
    head, body, _ = TEXT.split(".")
    room = TOKEN_CHARACTERS_MAX - len(head) - len(body) - 2

    assert vc_jwt.parse(f"{head}.{body}.{'A' * (room - room % 4)}").signature
    with pytest.raises(NotAToken, match="at most"):
        vc_jwt.parse(f"{head}.{body}.{'A' * (room + 1)}")
