"""The tenant's identity."""

from dataclasses import replace

import pytest

from certifly.credentials.did import did_document, did_of, issuer_profile
from certifly.credentials.models import KEPT, SEAL, SECRET, WITHDRAWN
from certifly.credentials.public_keys import jwk_of
from tests.cast import TUESDAY
from tests.unit.credentials.badge import DID, PROOF_KEY, PUBLIC_KEYS, PUBLIC_URL, SLUG, TOKEN_KEY, public_key


@pytest.mark.parametrize(
    ("public_url", "did"),
    [
        ("https://certificates.example.org", DID),
        ("https://certificates.example.org/", DID),
        ("https://Certificates.Example.org", DID),
        ("https://example.org:8443", "did:web:example.org%3A8443:t:lovelace"),
        ("http://localhost:8000", "did:web:localhost%3A8000:t:lovelace"),
        ("https://example.org/office/papers", "did:web:example.org:office:papers:t:lovelace"),
        ("https://bücher.example", "did:web:xn--bcher-kva.example:t:lovelace"),
        ("https://[::1]:8000", "did:web:%3A%3A1%3A8000:t:lovelace"),
    ],
)
def test_the_did_says_where_its_document_lies(public_url: str, did: str) -> None:
    assert did_of(public_url, SLUG) == did


def test_the_document_lists_the_token_first_and_every_key_in_its_form() -> None:
    document = did_document(PUBLIC_URL, SLUG, PUBLIC_KEYS)

    (token_spki,) = (key.spki for key in PUBLIC_KEYS if key.id == "token-1")
    assert token_spki is not None
    assert document["id"] == DID
    assert document["verificationMethod"] == [
        {
            "id": f"{DID}#token-1",
            "controller": DID,
            "type": "JsonWebKey2020",
            "publicKeyJwk": jwk_of(token_spki),
        },
        {
            "id": f"{DID}#proof-1",
            "controller": DID,
            "type": "Multikey",
            "publicKeyMultibase": PROOF_KEY.public_multibase,
        },
    ]
    assert document["assertionMethod"] == [f"{DID}#token-1", f"{DID}#proof-1"]
    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"


def test_kept_keys_stay_and_withdrawn_ones_are_dropped() -> None:
    keys = [
        public_key(PROOF_KEY, id="proof-1", state=WITHDRAWN, withdrawn_at=TUESDAY),
        public_key(PROOF_KEY, id="proof-2", state=KEPT, kept_since=TUESDAY),
        public_key(PROOF_KEY, id="proof-10"),
        public_key(TOKEN_KEY, id="token-1", state=KEPT, kept_since=TUESDAY),
        public_key(TOKEN_KEY, id="token-2"),
    ]

    document = did_document(PUBLIC_URL, SLUG, keys)

    fragments = ["token-2", "token-1", "proof-10", "proof-2"]
    assert document["assertionMethod"] == [f"{DID}#{fragment}" for fragment in fragments]
    assert [method["id"] for method in document["verificationMethod"]] == document["assertionMethod"]


def test_keys_of_other_roles_are_nobodys_business_here() -> None:
    seal, secret = (replace(public_key(TOKEN_KEY), id=f"{role}-1", role=role) for role in (SEAL, SECRET))

    assert did_document(PUBLIC_URL, SLUG, [*PUBLIC_KEYS, seal, replace(secret, spki=None)]) == did_document(
        PUBLIC_URL, SLUG, PUBLIC_KEYS
    )


def test_the_profile_says_who_issues() -> None:
    assert issuer_profile(PUBLIC_URL, SLUG, "Lovelace Academy") == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": DID,
        "type": ["Profile"],
        "name": "Lovelace Academy",
        "url": f"{PUBLIC_URL}/t/lovelace",
    }
