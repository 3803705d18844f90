"""Data integrity proofs of a credential: ``eddsa-rdfc-2022`` and ``eddsa-jcs-2022`` side by side.

The two are a set: each signs the document without any proof, and each is enough. The first covers what the members
mean, and is what most verifiers know; the second covers the JSON, every member of it, and needs no contexts.
Data Integrity EdDSA Cryptosuites v1.0 (W3C), sections 3.2 and 3.3, says what is hashed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certifly.credentials import multibase
from certifly.credentials.canonical import jcs, rdfc

RDFC_2022: Final = "eddsa-rdfc-2022"
JCS_2022: Final = "eddsa-jcs-2022"
SIGNATURE_BYTES = 64

CONFIGURATIONS_KEPT_MAX = 256


class Signer(Protocol):
    """A ProofKey, as far as it is needed here."""

    id: str

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""


def prove(document: Mapping[str, Any], key: Signer, *, did: str, created: datetime) -> dict[str, Any]:
    """The document with both proofs, each of which verifies on its own.

    Raises ContextUnknown and Uncanonical, which for what we build are defects.
    """
    assert "proof" not in document, "proofs are of a set, not of a chain"
    options = {
        "type": "DataIntegrityProof",
        "created": timestamp(created),
        "verificationMethod": f"{did}#{key.id}",
        "proofPurpose": "assertionMethod",
    }
    by_meaning = {**options, "cryptosuite": RDFC_2022}
    by_json = {"@context": document["@context"], **options, "cryptosuite": JCS_2022}
    return {
        **document,
        "proof": [
            {**proof, "proofValue": multibase.encode(key.sign(hash_for(document, proof)))}
            for proof in (by_meaning, by_json)
        ],
    }


def hash_for(document: Mapping[str, Any], configuration: Mapping[str, Any]) -> bytes:
    """What is signed: the hash of the proof's configuration, then that of the document, 64 bytes.

    The document comes without any proof, the configuration is the proof without its value.
    """
    if configuration["cryptosuite"] == JCS_2022:
        return sha256(jcs(configuration)).digest() + sha256(jcs(document)).digest()
    assert configuration["cryptosuite"] == RDFC_2022
    return _configuration_hash(document, configuration) + sha256(rdfc(document)).digest()


def verify_proof(document: Mapping[str, Any], proof: Mapping[str, Any], public_key: bytes) -> bool:
    """Whether the holder of the Ed25519 key (32 raw bytes) made this proof for this document.

    Raises ContextUnknown and Uncanonical when that cannot be said. With ``eddsa-rdfc-2022`` a member that no context
    defines is not covered.
    """
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") not in (RDFC_2022, JCS_2022):
        return False
    signature = _signature_in(proof)
    if signature is None:
        return False
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    configuration = {name: value for name, value in proof.items() if name != "proofValue"}
    if proof["cryptosuite"] == JCS_2022 and "@context" in proof:
        # Section 3.3.2: a document may have been given more contexts since, behind those that were signed.
        if not _begins_with(unsecured.get("@context"), proof["@context"]):
            return False
        unsecured["@context"] = proof["@context"]

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, hash_for(unsecured, configuration))
    except InvalidSignature:
        return False
    return True


def timestamp(moment: datetime) -> str:
    """A moment as credentials write it: UTC, whole seconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _configuration_hash(document: Mapping[str, Any], configuration: Mapping[str, Any]) -> bytes:
    """Of all certificates that one key signs in one second under the same contexts, the configuration is the same."""
    contexts = document.get("@context")
    configuration = {name: value for name, value in configuration.items() if name != "@context"}
    texts = isinstance(contexts, list) and all(isinstance(context, str) for context in contexts)
    if texts and all(isinstance(value, str) for value in configuration.values()):
        return _kept_hash(tuple(contexts or ()), tuple(sorted(configuration.items())))
    return sha256(rdfc({**configuration, "@context": contexts})).digest()


@lru_cache(maxsize=CONFIGURATIONS_KEPT_MAX)
def _kept_hash(contexts: tuple[str, ...], configuration: tuple[tuple[str, str], ...]) -> bytes:
    return sha256(rdfc({"@context": list(contexts), **dict(configuration)})).digest()


def _signature_in(proof: Mapping[str, Any]) -> bytes | None:
    value = proof.get("proofValue")
    if not isinstance(value, str) or not value.startswith("z"):
        return None
    try:
        signature = multibase.decode(value)
    except multibase.NotMultibase:
        return None
    return signature if len(signature) == SIGNATURE_BYTES else None


def _begins_with(contexts: object, signed: object) -> bool:
    listed, beginning = (value if isinstance(value, list) else [value] for value in (contexts, signed))
    return listed[: len(beginning)] == beginning
