"""Data integrity proofs: those of the specification verify, ours too, and what was changed does not."""

import json
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from certifly.credentials import multibase
from certifly.credentials.achievement_credential import build_credential
from certifly.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES, ContextUnknown
from certifly.credentials.proofs import JCS_2022, RDFC_2022, hash_for, prove, timestamp, verify_proof
from tests.cast import MONDAY, TUESDAY
from tests.unit.credentials.badge import DID, FACTS, PROOF_KEY, PROOF_PRIVATE, SECRET_OF_LOVELACE

PUBLIC = PROOF_PRIVATE.public_key().public_bytes_raw()

# Data Integrity EdDSA Cryptosuites v1.0, appendix B: the credential of an alumna, and its proofs. Its second context
# is written out here: it defines every term.
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
ALUMNI: dict[str, Any] = {
    "@context": [CREDENTIALS_V2, EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
ALUMNI_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
OPTIONS = {
    "type": "DataIntegrityProof",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{ALUMNI_KEY}#{ALUMNI_KEY}",
    "proofPurpose": "assertionMethod",
}
BY_RDFC = {
    **OPTIONS,
    "cryptosuite": RDFC_2022,
    "proofValue": "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme",
}
BY_JCS = {
    **OPTIONS,
    "cryptosuite": JCS_2022,
    "@context": ALUMNI["@context"],
    "proofValue": "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
}


def written_out(document: dict[str, Any]) -> dict[str, Any]:
    return {
        **document,
        "@context": [CREDENTIALS_V2, {"@vocab": "https://www.w3.org/ns/credentials/examples#"}],
    }


def issued() -> dict[str, Any]:
    return prove(build_credential(FACTS, SECRET_OF_LOVELACE), PROOF_KEY, did=DID, created=MONDAY)


def test_the_examples_of_the_specification_verify() -> None:
    key = multibase.decode(ALUMNI_KEY).removeprefix(b"\xed\x01")

    assert verify_proof(written_out(ALUMNI), BY_RDFC, key)
    assert verify_proof(ALUMNI, BY_JCS, key)
    assert not verify_proof({**ALUMNI, "name": "Alumni credential"}, BY_JCS, key)
    assert not verify_proof(written_out({**ALUMNI, "name": "Alumni credential"}), BY_RDFC, key)


def test_what_is_signed_is_what_the_specification_says() -> None:
    by_jcs = {name: value for name, value in BY_JCS.items() if name != "proofValue"}
    by_rdfc = {name: value for name, value in BY_RDFC.items() if name != "proofValue"}

    assert hash_for(ALUMNI, by_jcs).hex() == (
        "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
        "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
    )
    assert hash_for(written_out(ALUMNI), by_rdfc).hex() == (
        "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
        "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
    )


def test_both_proofs_verify_each_on_its_own() -> None:
    credential = issued()
    by_meaning, by_json = credential["proof"]

    assert [proof["cryptosuite"] for proof in credential["proof"]] == [RDFC_2022, JCS_2022]
    for proof in credential["proof"]:
        assert verify_proof(credential, proof, PUBLIC)
        assert verify_proof({**credential, "proof": proof}, proof, PUBLIC)
        assert proof["verificationMethod"] == f"{DID}#proof-1"
        assert proof["created"] == "2026-11-23T09:00:00Z"
    assert "@context" not in by_meaning
    assert by_json["@context"] == credential["@context"]


def test_the_same_is_signed_the_same() -> None:
    assert json.dumps(issued()) == json.dumps(issued())


@pytest.mark.parametrize("which", [0, 1], ids=[RDFC_2022, JCS_2022])
def test_no_member_of_a_credential_can_be_changed(which: int) -> None:
    credential = issued()
    places = list(places_of({name: value for name, value in credential.items() if name != "proof"}))

    for path in places:
        changed = deepcopy(credential)
        *above, last = path
        parent = changed
        for step in above:
            parent = parent[step]
        value = parent[last]
        parent[last] = (not value) if isinstance(value, bool) else f"{value}x"
        if path[0] == "@context" and which == 0:
            with pytest.raises(ContextUnknown):
                verify_proof(changed, credential["proof"][which], PUBLIC)
        else:
            assert not verify_proof(changed, credential["proof"][which], PUBLIC), path
    assert len(places) > 50


def places_of(value: object, path: tuple[Any, ...] = ()) -> Any:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places_of(inner, (*path, key))
    else:
        yield path


@pytest.mark.parametrize("which", [0, 1], ids=[RDFC_2022, JCS_2022])
@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-11-23T09:00:01Z"},
        {"verificationMethod": f"{DID}#proof-2"},
        {"proofPurpose": "authentication"},
        {"type": "Ed25519Signature2020"},
        {"cryptosuite": "eddsa-2022"},
        {"proofValue": "z" + "1" * 64},
        {"proofValue": "z1"},
        {"proofValue": "z0"},
        {"proofValue": "uAAAA"},
        {"proofValue": None},
        {"expires": "2036-11-23T09:00:01Z"},
    ],
    ids=str,
)
def test_no_part_of_a_proof_can_be_changed(which: int, change: dict[str, Any]) -> None:
    credential = issued()

    assert not verify_proof(credential, {**credential["proof"][which], **change}, PUBLIC)


def test_another_key_verifies_nothing() -> None:
    credential = issued()
    other = multibase.decode(ALUMNI_KEY).removeprefix(b"\xed\x01")

    assert not any(verify_proof(credential, proof, other) for proof in credential["proof"])


def test_contexts_added_behind_the_signed_ones_do_not_break_the_proof_by_json() -> None:
    credential = issued()
    by_json = credential["proof"][1]
    more = {**credential, "@context": [*credential["@context"], EXAMPLES]}
    other = {**credential, "@context": [EXAMPLES, *credential["@context"]]}

    assert verify_proof(more, by_json, PUBLIC)
    assert not verify_proof(other, by_json, PUBLIC)
    assert not verify_proof({**credential, "@context": [CREDENTIALS_V2]}, by_json, PUBLIC)


def test_a_proof_by_json_without_a_context_takes_that_of_the_document() -> None:
    document = {"name": "Ada"}
    options = {**OPTIONS, "cryptosuite": JCS_2022}
    proof = {**options, "proofValue": multibase.encode(PROOF_PRIVATE.sign(hash_for(document, options)))}

    assert verify_proof(document, proof, PUBLIC)
    assert not verify_proof({**document, "@context": [CREDENTIALS_V2]}, proof, PUBLIC)


def test_a_configuration_with_more_than_texts_is_hashed_too() -> None:
    document = {"@context": [CREDENTIALS_V2, OPEN_BADGES], "id": "urn:uuid:1", "name": "Ada"}
    options = {**OPTIONS, "cryptosuite": RDFC_2022, "domain": ["a.example", "b.example"]}
    proof = {**options, "proofValue": multibase.encode(PROOF_PRIVATE.sign(hash_for(document, options)))}

    assert verify_proof(document, proof, PUBLIC)
    assert not verify_proof(document, {**proof, "domain": ["a.example"]}, PUBLIC)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (MONDAY, "2026-11-23T09:00:00Z"),
        (MONDAY + timedelta(microseconds=999_999), "2026-11-23T09:00:00Z"),
        (TUESDAY.astimezone(timezone(timedelta(hours=5, minutes=30))), "2026-11-24T09:00:00Z"),
    ],
)
def test_a_moment_is_written_in_utc_without_fractions(moment: datetime, written: str) -> None:
    assert timestamp(moment) == written
