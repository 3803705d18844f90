"""All that it takes to verify a tenant's certificates without this server: keys, chains, and whose they are.

Whoever keeps this file beside the certificates can check their signatures for ever. What became of a certificate
later (revoked, suspended) stands in the status lists and not here. Nothing in it is secret.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from certifly.core.clock import isoformat
from certifly.credentials.chain import blocks_of
from certifly.credentials.did import did_document, did_of, issuer_profile
from certifly.credentials.models import AUTHORITY, PROOF, SEAL, SECRET, TOKEN
from certifly.credentials.public_keys import PublicKey, jwk_of, multibase_of

FORMAT = "certifly-trust-bundle/1"


def trust_bundle(
    keys: Sequence[PublicKey], *, public_url: str, slug: str, issuer_name: str, now: datetime
) -> dict[str, Any]:
    """The bundle, as JSON. Withdrawn keys are in it too: what they signed is to be refused, and why."""
    did = did_of(public_url, slug)
    return {
        "format": FORMAT,
        "exported_at": isoformat(now),
        "issuer": {"name": issuer_name, "slug": slug, "did": did},
        "did_document": did_document(public_url, slug, keys),
        "issuer_profile": issuer_profile(public_url, slug, issuer_name),
        "keys": [_entry(key, did) for key in keys if key.role != SECRET],
    }


def chains_pem(keys: Sequence[PublicKey]) -> str:
    """The certificates of every seal and authority that is not withdrawn, each once: for PDF readers."""
    return "".join(dict.fromkeys(block for _, blocks in _chains(keys) for block in blocks))


def authorities_pem(keys: Sequence[PublicKey]) -> str:
    """The certificates above those seals, each once, the newest authority first: what a reader has to trust.

    A seal's own certificate travels in its PDFs.
    """
    above = (blocks[1:] if key.role == SEAL else blocks for key, blocks in reversed(_chains(keys)))
    return "".join(dict.fromkeys(block for blocks in above for block in blocks))


def _chains(keys: Sequence[PublicKey]) -> list[tuple[PublicKey, list[str]]]:
    return [
        (key, blocks_of(key.chain_pem))
        for key in keys
        if key.role in (SEAL, AUTHORITY) and not key.is_withdrawn and key.chain_pem is not None
    ]


def _entry(key: PublicKey, did: str) -> dict[str, Any]:
    assert key.spki is not None, "all but secrets have a public part"
    public = load_der_public_key(key.spki).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forms: dict[str, Any] = {}
    if key.role in (PROOF, TOKEN):
        forms = {
            "verification_method": f"{did}#{key.id}",
            "multibase": multibase_of(key.spki),
            "jwk": jwk_of(key.spki),
        }
    return {
        "id": key.id,
        "role": key.role,
        "algorithm": key.algorithm,
        "state": key.state,
        "pem": public.decode(),
        **forms,
        "chain": None if key.chain_pem is None else blocks_of(key.chain_pem),
        "created_at": isoformat(key.created_at),
        "kept_since": _moment(key.kept_since),
        "withdrawn_at": _moment(key.withdrawn_at),
        "reason": key.reason,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else isoformat(moment)
