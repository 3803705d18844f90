"""The second opinion agrees with what is right, and says what is wrong."""

import itertools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from certifly.credentials import vc_jwt
from certifly.credentials.achievement_credential import build_credential
from certifly.credentials.multibase import encode_base64url
from certifly.credentials.proofs import prove
from certifly.credentials.recheck import RecheckFailed, recheck
from tests.cast import MONDAY
from tests.other_readers import read_token
from tests.unit.credentials.badge import (
    BARE_FACTS,
    DID,
    FACTS,
    PROOF_KEY,
    PUBLIC_KEYS,
    SECRET_OF_LOVELACE,
    TOKEN_KEY,
    public_key,
)

Document = dict[str, Any]


def proved(document: Document) -> str:
    return json.dumps(prove(document, PROOF_KEY, did=DID, created=MONDAY))


def token_of(document: Document) -> str:
    return vc_jwt.encode(document, TOKEN_KEY, did=DID)


def ours() -> Document:
    return build_credential(FACTS, SECRET_OF_LOVELACE)


@pytest.mark.parametrize("facts", [FACTS, BARE_FACTS], ids=["full", "bare"])
def test_what_was_signed_right_passes(facts: Any) -> None:
    document = build_credential(facts, SECRET_OF_LOVELACE)

    recheck(proved(document), token_of(document), PUBLIC_KEYS)


def test_several_threads_of_a_worker_may_ask_at_once() -> None:
    document = ours()
    credential, token = proved(document), token_of(document)

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(recheck, credential, token, PUBLIC_KEYS) for _ in range(60)]

    assert [one.exception() for one in asked] == [None] * len(asked)


def test_a_member_that_no_context_defines_is_noticed() -> None:
    document = ours()
    document["credentialSubject"]["grade"] = "A+"

    with pytest.raises(RecheckFailed, match="defined by no context"):
        recheck(proved(document), token_of(document), PUBLIC_KEYS)


def test_a_type_that_no_context_defines_is_noticed() -> None:
    document = ours()
    document["type"].append("HonoursCredential")

    with pytest.raises(RecheckFailed, match="defined by no context"):
        recheck(proved(document), token_of(document), PUBLIC_KEYS)


def test_an_id_that_is_relative_is_noticed() -> None:
    document = ours()
    document["evidence"] = [{"id": "note-g", "type": ["Evidence"]}]

    with pytest.raises(RecheckFailed, match="relative"):
        recheck(proved(document), token_of(document), PUBLIC_KEYS)


def test_a_person_may_be_called_whatever_the_second_opinion_looks_for() -> None:
    document = build_credential(
        replace(FACTS, recipient_name="urn:undefined:x relative://base/"), SECRET_OF_LOVELACE
    )

    recheck(proved(document), token_of(document), PUBLIC_KEYS)


def changed(which: int, name: str, value: Any) -> Callable[[Document], None]:
    def change(credential: Document) -> None:
        credential["proof"][which][name] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda credential: credential.update(name="Another"), "eddsa-rdfc-2022 does not verify"),
        (lambda credential: credential["proof"].reverse(), "the proofs are not the two expected"),
        (lambda credential: credential["proof"].pop(), "the proofs are not the two expected"),
        (changed(0, "created", "2026-11-24T09:00:00Z"), "eddsa-rdfc-2022 does not verify"),
        (changed(1, "created", "2026-11-24T09:00:00Z"), "eddsa-jcs-2022 does not verify"),
        (changed(1, "@context", []), "other contexts"),
        (changed(0, "proofValue", "uAAAA"), "not base58-btc"),
        (changed(1, "verificationMethod", f"{DID}#proof-9"), "eddsa-jcs-2022: no Ed25519 key"),
        (changed(0, "verificationMethod", f"{DID}#token-1"), "eddsa-rdfc-2022: no Ed25519 key"),
    ],
    ids=itertools.count(),
)
def test_a_wrong_credential_is_noticed(change: Callable[[Document], object], words: str) -> None:
    credential = json.loads(proved(ours()))
    change(credential)

    with pytest.raises(RecheckFailed, match=words):
        recheck(json.dumps(credential), token_of(ours()), PUBLIC_KEYS)


def test_a_text_that_is_not_ascii_is_noticed() -> None:
    document = build_credential(replace(FACTS, recipient_name="Zoë"), SECRET_OF_LOVELACE)
    text = json.dumps(json.loads(proved(document)), ensure_ascii=False)

    with pytest.raises(RecheckFailed, match="ASCII"):
        recheck(text, token_of(document), PUBLIC_KEYS)


class Claiming:
    """A token key under another name, or with another signature."""

    def __init__(self, key_id: str, signature: bytes | None = None) -> None:
        self.id = key_id
        self.signature = signature

    def sign(self, data: bytes) -> bytes:
        return self.signature or TOKEN_KEY.sign(data)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (Claiming("token-9"), "no P-256 key"),
        (Claiming("proof-1"), "no P-256 key"),
        (Claiming("token-1", b"\1" * 63), "64 bytes"),
        (Claiming("token-1", b"\1" * 64), "the JWT does not verify"),
    ],
)
def test_a_jwt_of_another_key_is_noticed(key: Claiming, words: str) -> None:
    token = vc_jwt.encode(ours(), key, did=DID)

    with pytest.raises(RecheckFailed, match=words):
        recheck(proved(ours()), token, PUBLIC_KEYS)


def signed_anew(header: Document, payload: Document) -> str:
    signed = ".".join(encode_base64url(json.dumps(part).encode()) for part in (header, payload))
    return f"{signed}.{encode_base64url(TOKEN_KEY.sign(signed.encode()))}"


@pytest.mark.parametrize(
    ("header", "payload", "words"),
    [
        ({"typ": "JWT"}, {}, "header"),
        ({"alg": "ES384"}, {}, "header"),
        ({}, {"name": "Another"}, "something else"),
        ({}, {"iss": "did:web:elsewhere"}, "claims"),
        ({}, {"jti": "urn:uuid:1"}, "claims"),
        ({}, {"sub": "urn:uuid:1"}, "claims"),
        ({}, {"nbf": 0}, "nbf"),
        ({}, {"exp": 0}, "exp"),
    ],
)
def test_a_jwt_that_says_something_else_is_noticed(header: Document, payload: Document, words: str) -> None:
    token = read_token(token_of(ours()))
    other = signed_anew({**token.header, **header}, {**token.payload, **payload})

    with pytest.raises(RecheckFailed, match=words):
        recheck(proved(ours()), other, PUBLIC_KEYS)


def test_keys_are_those_that_were_handed_over() -> None:
    with pytest.raises(RecheckFailed, match="no Ed25519 key"):
        recheck(proved(ours()), token_of(ours()), [public_key(TOKEN_KEY)])
