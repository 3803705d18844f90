"""What the data integrity proofs of a credential sign (Data Integrity EdDSA and ECDSA Cryptosuites v1.0).

For each proof: whose key it names, its signature, and the very bytes that the signature is made over, worked out
from the document by an engine of its own. Whether the signature is right, and the key's owner the issuer, is for
others to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import rfc8785

from certifly.credentials import multibase
from certifly.credentials.contexts import ContextUnknown
from certifly.verification.errors import BeyondLimits, Unreadable
from certifly.verification.facts import ProofFacts
from certifly.verification.linked_data import canonical_form, not_covered

PROOFS_MAX = 8
TEXT_CHARACTERS_MAX = 500

SIGNATURE_BYTES = 64
OLDER = "Ed25519Signature2020"
"""Not a cryptosuite but a type, with the same bytes signed; many badges of the first years have it."""
BY_RDFC = frozenset({"eddsa-rdfc-2022", "ecdsa-rdfc-2019", OLDER})
BY_JCS = frozenset({"eddsa-jcs-2022", "ecdsa-jcs-2019"})


def proof_facts(document: Mapping[str, Any]) -> list[ProofFacts]:
    """The facts of every proof of a credential. Raises BeyondLimits for more than any credential has."""
    given = document.get("proof", [])
    proofs = given if isinstance(given, list) else [given]
    if len(proofs) > PROOFS_MAX:
        raise BeyondLimits(f"more than {PROOFS_MAX} proofs")
    unsecured = _Unsecured({name: value for name, value in document.items() if name != "proof"})
    return [_facts(unsecured, proof) for proof in proofs]


@dataclass
class _Unsecured:
    """The document without its proofs. What takes long is worked out once, for all of them."""

    document: dict[str, Any]

    @cached_property
    def hash(self) -> bytes:
        return _hash(canonical_form(self.document))

    @cached_property
    def not_covered(self) -> list[str]:
        return not_covered(self.document)


def _facts(unsecured: _Unsecured, proof: Any) -> ProofFacts:
    if not isinstance(proof, dict):
        return ProofFacts(method="", trouble="malformed", detail="a proof that is not an object")
    method = (
        _text(proof, "cryptosuite") if proof.get("type") == "DataIntegrityProof" else _text(proof, "type")
    )
    named: dict[str, Any] = {
        "method": method or "",
        "verification_method": _text(proof, "verificationMethod"),
        "purpose": _text(proof, "proofPurpose"),
        "created": _text(proof, "created"),
    }
    if method not in BY_RDFC | BY_JCS:
        return ProofFacts(**named, trouble="method_unknown")
    missing: list[str] = []
    try:
        signature = _signature_of(proof)
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        if method in BY_JCS:
            signed = _signed_by_jcs(unsecured.document, options)
        else:
            signed, missing = _signed_by_rdfc(unsecured, options)
    except ContextUnknown as unknown:
        return ProofFacts(**named, trouble="context_unknown", detail=unknown.url[:TEXT_CHARACTERS_MAX])
    except BeyondLimits as error:
        return ProofFacts(**named, trouble="beyond_limits", detail=error.detail)
    except Unreadable as error:
        return ProofFacts(**named, trouble="malformed", detail=error.detail)
    return ProofFacts(**named, signature=signature.hex(), signed=signed.hex(), not_covered=missing)


def _signed_by_jcs(unsecured: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """Section 3.3.2 of both: the document takes the context of the proof, which must begin its own."""
    if "@context" in options:
        own, of_proof = _list(unsecured.get("@context", [])), _list(options["@context"])
        if own[: len(of_proof)] != of_proof:
            raise Unreadable("a proof whose context is not that of the document")
        unsecured = {**unsecured, "@context": options["@context"]}
    return _hash(_jcs(options)) + _hash(_jcs(unsecured))


def _signed_by_rdfc(unsecured: _Unsecured, options: Mapping[str, Any]) -> tuple[bytes, list[str]]:
    """Section 3.2 of both: the proof's own members are read in the context of the document."""
    configuration = {**options, "@context": unsecured.document.get("@context", [])}
    signed = _hash(canonical_form(configuration)) + unsecured.hash
    return signed, unsecured.not_covered + not_covered(configuration)


def _signature_of(proof: Mapping[str, Any]) -> bytes:
    value = proof.get("proofValue")
    try:
        signature = multibase.decode(value) if isinstance(value, str) else b""
    except multibase.NotMultibase as error:
        raise Unreadable(f"a signature that {error}") from None
    if len(signature) != SIGNATURE_BYTES:
        raise Unreadable(f"a signature that is not {SIGNATURE_BYTES} bytes long")
    return signature


def _jcs(value: Mapping[str, Any]) -> bytes:
    try:
        return rfc8785.dumps(dict(value))
    except rfc8785.CanonicalizationError:
        raise Unreadable("a number that has no exact form in JSON") from None


def _hash(content: bytes) -> bytes:
    return sha256(content).digest()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(proof: Mapping[str, Any], name: str) -> str | None:
    value = proof.get(name)
    return value[:TEXT_CHARACTERS_MAX] if isinstance(value, str) else None
