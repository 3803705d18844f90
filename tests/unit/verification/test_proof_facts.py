"""What a proof signs is worked out from the document alone, and agrees with what was signed."""

from copy import deepcopy
from typing import Any

import pytest

from certifly.credentials.keys import ED25519
from certifly.credentials.proofs import JCS_2022, RDFC_2022, hash_for
from certifly.verification.errors import BeyondLimits
from certifly.verification.facts import ProofFacts
from certifly.verification.proof_facts import OLDER, PROOFS_MAX, proof_facts
from certifly.verification.signatures import key_of_spki, verifies
from tests.handed_in import DOCUMENT, UNSIGNED
from tests.unit.credentials.badge import PUBLIC_KEYS

SPKI = next(key.spki for key in PUBLIC_KEYS if key.algorithm == ED25519)


def is_right(proof: ProofFacts) -> bool:
    assert SPKI is not None and proof.signature is not None and proof.signed is not None
    signature, signed = bytes.fromhex(proof.signature), bytes.fromhex(proof.signed)
    return verifies(key_of_spki(SPKI), proof.method, signature, signed)


def changed(**changes: Any) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    for proof in document["proof"]:
        proof |= changes
    return document


def test_both_proofs_of_our_own_credentials_are_right() -> None:
    facts = proof_facts(DOCUMENT)

    assert [proof.method for proof in facts] == [RDFC_2022, JCS_2022]
    assert all(map(is_right, facts))
    assert {proof.purpose for proof in facts} == {"assertionMethod"}
    assert [proof.not_covered for proof in facts] == [[], []]
    for proof, raw in zip(facts, DOCUMENT["proof"], strict=True):
        configuration = {name: value for name, value in raw.items() if name != "proofValue"}
        assert proof.signed == hash_for(UNSIGNED, configuration).hex()


@pytest.mark.parametrize(
    "changes",
    [{"name": "Another"}, {"validFrom": "2020-01-01T00:00:00Z"}, {"issuer": {"id": "did:web:example.org"}}],
)
def test_one_changed_member_makes_both_wrong(changes: dict[str, Any]) -> None:
    assert not any(map(is_right, proof_facts({**DOCUMENT, **changes})))


def test_a_member_that_no_context_defines_is_seen_and_breaks_the_proof_of_the_json() -> None:
    by_meaning, by_json = proof_facts({**DOCUMENT, "honours": "first"})

    assert is_right(by_meaning) and by_meaning.not_covered == ["honours"]
    assert not is_right(by_json) and by_json.not_covered == []


def test_a_changed_member_of_a_proof_makes_it_wrong() -> None:
    assert not any(map(is_right, proof_facts(changed(created="2020-01-01T00:00:00Z"))))
    assert proof_facts(changed(strange="x"))[0].not_covered == ["strange"]


def test_contexts_added_behind_those_that_were_signed_do_not_break_the_proof_of_the_json() -> None:
    more = {**DOCUMENT, "@context": [*DOCUMENT["@context"], "https://example.org/unknown"]}
    by_meaning, by_json = proof_facts(more)

    assert by_meaning.trouble == "context_unknown" and by_meaning.detail == "https://example.org/unknown"
    assert is_right(by_json)


def test_other_contexts_than_those_of_the_proof_break_it() -> None:
    _, by_json = proof_facts({**DOCUMENT, "@context": DOCUMENT["@context"][:1]})

    assert by_json.trouble == "malformed"


@pytest.mark.parametrize("value", [None, 3, "", "u###", "z0", "z" + "1" * 5000, "z5Q", "mAAAA"])
def test_a_signature_that_is_none_is_malformed(value: object) -> None:
    assert {proof.trouble for proof in proof_facts(changed(proofValue=value))} == {"malformed"}


def test_a_kind_of_proof_we_do_not_know_is_named() -> None:
    for raw, method in (
        ({"type": "DataIntegrityProof", "cryptosuite": "bbs-2023"}, "bbs-2023"),
        ({"type": "RsaSignature2018"}, "RsaSignature2018"),
        ({"type": "DataIntegrityProof"}, ""),
        ({}, ""),
    ):
        (proof,) = proof_facts({**UNSIGNED, "proof": raw})
        assert (proof.trouble, proof.method) == ("method_unknown", method)


def test_the_older_type_is_read_like_a_cryptosuite() -> None:
    raw = {"type": OLDER, "proofValue": DOCUMENT["proof"][0]["proofValue"], "verificationMethod": "did:x#1"}
    (proof,) = proof_facts({**UNSIGNED, "proof": raw})

    assert proof.trouble is None and proof.method == OLDER and proof.signed is not None


@pytest.mark.parametrize("proof", ["text", 3, None, [3], [[]]])
def test_what_is_no_proof_at_all_is_malformed(proof: object) -> None:
    assert [one.trouble for one in proof_facts({**UNSIGNED, "proof": proof})] == ["malformed"]


def test_numbers_that_are_not_exact_have_no_canonical_form() -> None:
    _, by_json = proof_facts({**DOCUMENT, "credentialSubject": {"a": 2**60}})

    assert by_json.trouble == "malformed"


def test_a_graph_that_takes_too_long_is_told_of_its_proof() -> None:
    others = [[{"id": f"_:n{other}"} for other in range(9) if other != one] for one in range(9)]
    nodes = [{"id": f"_:n{one}", "knows": known} for one, known in enumerate(others)]
    context = [*DOCUMENT["@context"], {"knows": {"@id": "urn:knows", "@type": "@id"}}]
    by_meaning, by_json = proof_facts({**DOCUMENT, "@context": context, "evidence": nodes})

    assert by_meaning.trouble == "beyond_limits"
    assert not is_right(by_json)


def test_proofs_are_counted() -> None:
    assert len(proof_facts({**UNSIGNED, "proof": [{}] * PROOFS_MAX})) == PROOFS_MAX
    with pytest.raises(BeyondLimits):
        proof_facts({**UNSIGNED, "proof": [{}] * (PROOFS_MAX + 1)})
    assert proof_facts(UNSIGNED) == []
