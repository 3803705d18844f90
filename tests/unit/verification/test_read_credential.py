"""A text is a credential, or it is not; what we cannot check is told from what is none."""

import base64
import json
from typing import Any

import pytest

from certifly.credentials.contexts import CREDENTIALS_V2
from certifly.verification.errors import CannotInspect, Unreadable
from certifly.verification.read_credential import read_credential
from tests.handed_in import CREDENTIAL, DOCUMENT, TOKEN, UNSIGNED


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(payload: object, header: object = None, signature: str = "AAAA") -> str:
    return f"{part(header or {'alg': 'ES256'})}.{part(payload)}.{signature}"


def test_our_own_credential_is_read_with_its_proofs() -> None:
    found = read_credential(f"\n {CREDENTIAL}\n")

    assert found is not None and found.form == "credential"
    assert found.text == CREDENTIAL
    assert found.document == DOCUMENT
    assert len(found.proofs) == 2


def test_our_own_token_is_taken_apart() -> None:
    found = read_credential(TOKEN)

    assert found is not None and found.form == "token" and found.token is not None
    assert found.document.items() >= UNSIGNED.items()
    assert found.token.header["alg"] == "ES256"
    assert f"{found.token.signing_input}." == TOKEN[: TOKEN.rindex(".") + 1]


ENVELOPE = {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{TOKEN}"}


@pytest.mark.parametrize(
    "more", [{}, {"@context": CREDENTIALS_V2}, {"@context": [CREDENTIALS_V2], "type": [ENVELOPE["type"]]}]
)
def test_a_token_in_an_envelope_is_the_token(more: dict[str, Any]) -> None:
    found = read_credential(json.dumps(ENVELOPE | more))

    assert found is not None and found.text == TOKEN


@pytest.mark.parametrize(
    "more",
    [
        {"name": "Doctor of Everything"},
        {"credentialSubject": {"name": "Charles Babbage"}},
        {"type": [ENVELOPE["type"], "VerifiableCredential"]},
        {"@context": [CREDENTIALS_V2, {"Doctor of Everything": "https://example.org/"}]},
    ],
)
def test_an_envelope_says_nothing_besides_the_token_in_it(more: dict[str, Any]) -> None:
    """Nothing signs it, and a reader would take it for a part of the credential."""
    with pytest.raises(Unreadable, match="says more"):
        read_credential(json.dumps(ENVELOPE | more))


def test_the_older_token_has_its_credential_inside() -> None:
    inner = {"type": ["VerifiableCredential"], "name": "x"}
    found = read_credential(token({"vc": inner, "iss": "did:key:z6Mk", "jti": "urn:uuid:1", "exp": 3}))

    assert found is not None and found.form == "token"
    assert found.document == {**inner, "issuer": "did:key:z6Mk", "id": "urn:uuid:1"}


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Assertion", "@context": "https://w3id.org/openbadges/v2"},
        {"type": ["VerifiablePresentation"], "verifiableCredential": []},
        {"type": "EnvelopedVerifiableCredential"},
        {"type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,nonsense"},
        {"type": "EnvelopedVerifiableCredential", "id": 3},
    ],
)
def test_other_kinds_are_told_from_nothing(document: dict[str, Any]) -> None:
    found = read_credential(json.dumps(document))

    assert found is not None and found.form == "other"


def test_a_token_of_something_else_is_another_kind() -> None:
    found = read_credential(token({"sub": "session"}))

    assert found is not None and found.form == "other"


@pytest.mark.parametrize(
    "text", ["", "hello", "a.b.c", "{}", '{"type":3}', '{"name":"x"}', "eyJ", "eyJ.x", "https://x"]
)
def test_what_is_none_is_none(text: str) -> None:
    assert read_credential(text) is None


@pytest.mark.parametrize(
    "text", ["eyJh.eyJh.x", "eyJ.a.b", token([1]), token("x"), "{", '{"type":"x","type":"y"}']
)
def test_what_cannot_be_read_is_said_to_be_so(text: str) -> None:
    with pytest.raises(CannotInspect):
        read_credential(text)


def test_bytes_that_are_no_text_inside_a_token_are_unreadable() -> None:
    raw = base64.urlsafe_b64encode(b'{"type":"\xff"}').rstrip(b"=").decode()

    with pytest.raises(Unreadable):
        read_credential(f"{part({'alg': 'ES256'})}.{raw}.AAAA")
