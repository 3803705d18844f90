"""Judge a certificate by its code alone: what a check page says of it.

Nothing was handed in, so what is verified is the record itself: that the credential in it still bears its issuer's
signatures. This is the quick way, by the engine that signs; every page view pays for it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certifly.certificates.models import FAILED, Edition
from certifly.certificates.routes import check_address
from certifly.credentials.canonical import Uncanonical
from certifly.credentials.contexts import ContextUnknown
from certifly.credentials.models import PROOF
from certifly.credentials.proofs import verify_proof
from certifly.verification.claims import code_of
from certifly.verification.record import Record, known_certificate, standing_checks
from certifly.verification.report import (
    Check,
    CheckFacts,
    CheckName,
    Outcome,
    Reason,
    Report,
    Scope,
    Trusted,
    report_of,
)
from certifly.verification.signatures import key_of_spki

RESULTS_KEPT_MAX = 512
"""Verifying one takes 4 ms."""
PROOFS_MIN = 2


def report_for(record: Record, *, public_url: str, now: datetime) -> Report:
    """The report on a certificate of this server."""
    certificate = record.certificate
    issued = CheckFacts(issuer=certificate.issuer_name, since=certificate.created_at)
    checks = [
        Check(CheckName.ISSUER, Outcome.PASSED, Reason.ISSUED_HERE, issued),
        *_signature_checks(record, public_url),
        *standing_checks(record, public_url=public_url, now=now),
    ]
    known = known_certificate(record, public_url=public_url)
    return report_of(checks, trusted=Trusted(Scope.RECORD), certificate=known)


def _signature_checks(record: Record, public_url: str) -> tuple[Check, Check]:
    edition = next((one for one in record.editions if one.number == record.certificate.edition), None)
    missing = _missing(record, edition)
    if edition is None or missing is not None:
        reason = missing or Reason.BEING_MADE
        return (
            Check(CheckName.SIGNATURE, Outcome.UNKNOWN, reason),
            Check(CheckName.UNALTERED, Outcome.UNKNOWN, reason),
        )
    key = next((key for key in record.keys if key.id == edition.proof_key), None)
    named = CheckFacts(key=edition.proof_key, since=edition.signed_at)
    if not _is_intact(record, edition, public_url):
        return (
            Check(CheckName.SIGNATURE, Outcome.FAILED, Reason.SIGNATURE_WRONG, named),
            Check(CheckName.UNALTERED, Outcome.FAILED, Reason.ALTERED),
        )
    intact = Check(CheckName.UNALTERED, Outcome.PASSED, Reason.RECORD_INTACT)
    if key is not None and key.is_withdrawn:
        address = check_address(public_url, record.certificate.code)
        facts = CheckFacts(key=key.id, since=key.withdrawn_at, reason=key.reason, address=address)
        return Check(CheckName.SIGNATURE, Outcome.FAILED, Reason.KEY_WITHDRAWN, facts), intact
    return Check(CheckName.SIGNATURE, Outcome.PASSED, Reason.SIGNED, named), intact


def _missing(record: Record, edition: Edition | None) -> Reason | None:
    """Why there is nothing to verify."""
    if record.is_erased:
        return Reason.RECORD_ERASED
    if edition is None:
        return Reason.NOT_MADE if record.certificate.state == FAILED else Reason.BEING_MADE
    return None


def _is_intact(record: Record, edition: Edition, public_url: str) -> bool:
    """Whether both proofs of the recorded credential are right, and by a key of the issuer."""
    assert edition.credential is not None, "only that of an erased certificate is gone"
    keys = tuple(
        (f"{did}#{key.id}", key.spki)
        for did in record.dids(public_url)
        for key in record.keys
        if key.role == PROOF and key.spki is not None
    )
    return _bears_signatures(edition.credential, str(record.certificate.code), keys)


@lru_cache(maxsize=RESULTS_KEPT_MAX)
def _bears_signatures(text: str, code: str, keys: tuple[tuple[str, bytes], ...]) -> bool:
    """The same texts and keys always come to the same: a page that many look at is verified once."""
    document = json.loads(text)
    proofs = document.get("proof", [])
    if str(code_of(document)) != code or len(proofs) < PROOFS_MIN:
        return False
    return all(_is_right(document, proof, dict(keys)) for proof in proofs)


def _is_right(document: Mapping[str, Any], proof: Mapping[str, Any], keys: Mapping[Any, bytes]) -> bool:
    spki = keys.get(str(proof.get("verificationMethod")))
    if spki is None:
        return False
    public = key_of_spki(spki)
    assert isinstance(public, Ed25519PublicKey), "proofs are signed with no other keys"
    try:
        return verify_proof(document, proof, public.public_bytes_raw())
    except (ContextUnknown, Uncanonical):
        return False
