"""Judge a file of an issuer who is not of this server.

Nothing is fetched. So the most that can be said is that the signature fits a key that stands in the file itself:
whose key that is, and what became of the certificate, only its issuer knows. Such a file is never ``valid``.
"""

from dataclasses import dataclass
from datetime import datetime

from certifly.verification.claims import claims_of, issuer_of
from certifly.verification.facts import CredentialFound, Facts, ProofFacts, SealFacts
from certifly.verification.report import (
    NO_FACTS,
    Check,
    CheckFacts,
    CheckName,
    FileKind,
    Outcome,
    Reason,
    Scope,
    Trusted,
)
from certifly.verification.signatures import (
    PublicKeyOfAnyone,
    is_known,
    key_of_did,
    key_of_jwk,
    verifies,
)
from certifly.verification.times import moment_of

METHOD_CHARACTERS_MAX = 40
KEY_CHARACTERS_MAX = 300
"""Of names of methods and keys as a file states them; a report repeats no more of them."""

_FATES = (CheckName.NOT_REVOKED, CheckName.NOT_SUSPENDED, CheckName.NOT_CORRECTED)


@dataclass(frozen=True, slots=True)
class Found:
    """What one signature, or all of them, came to."""

    outcome: Outcome
    reason: Reason
    facts: CheckFacts = NO_FACTS


def judge_foreign(
    facts: Facts, found: CredentialFound | None, *, now: datetime
) -> tuple[list[Check], Trusted]:
    """All seven checks. ``found`` is the file's one credential; without one, a PDF has signatures only."""
    if found is None:
        signature = _seal_found(_best(facts.seals))
        issuer = _best(facts.seals).subject
    else:
        signature, issuer = _credential_found(found), issuer_of(found.document)
    named = Reason.ISSUER_ELSEWHERE if issuer else Reason.ISSUER_NOT_NAMED
    unaltered, trusted = _unaltered(facts, found, signature)
    checks = [
        Check(CheckName.ISSUER, Outcome.UNKNOWN, named, CheckFacts(issuer=issuer)),
        Check(CheckName.SIGNATURE, signature.outcome, signature.reason, signature.facts),
        Check(CheckName.UNALTERED, unaltered.outcome, unaltered.reason, unaltered.facts),
        *(Check(name, Outcome.UNKNOWN, Reason.STATUS_ELSEWHERE) for name in _FATES),
        _expired(found, signature, now),
    ]
    return checks, trusted


def _credential_found(found: CredentialFound) -> Found:
    if found.form == "other":
        return Found(Outcome.UNKNOWN, Reason.FORMAT_UNKNOWN, CheckFacts(detail=found.detail))
    if found.form == "token":
        return _token_found(found)
    if not found.proofs:
        return Found(Outcome.UNKNOWN, Reason.NOT_SIGNED)
    issuer = issuer_of(found.document) or ""
    results = [_proof_found(proof, issuer) for proof in found.proofs]
    failed = next((result for result in results if result.outcome == Outcome.FAILED), None)
    if failed is not None:
        return failed
    # One proof that leaves members out is made up for by another that does not.
    partly = [proof.not_covered for proof in found.proofs if proof.signed is not None]
    if partly and all(partly):
        return Found(Outcome.FAILED, Reason.MEMBER_NOT_SIGNED, CheckFacts(members=tuple(partly[0])))
    return next((result for result in results if result.outcome == Outcome.PASSED), results[0])


def _proof_found(proof: ProofFacts, issuer: str) -> Found:
    named = CheckFacts(key=proof.verification_method)
    if proof.trouble == "method_unknown":
        return Found(Outcome.UNKNOWN, Reason.METHOD_UNKNOWN, CheckFacts(method=proof.method or None))
    if proof.trouble == "context_unknown":
        return Found(Outcome.UNKNOWN, Reason.CONTEXT_UNKNOWN, CheckFacts(address=proof.detail))
    if proof.trouble == "beyond_limits":
        return Found(Outcome.UNKNOWN, Reason.BEYOND_LIMITS, CheckFacts(detail=proof.detail))
    if proof.signature is None or proof.signed is None:
        return Found(Outcome.FAILED, Reason.SIGNATURE_WRONG, CheckFacts(detail=proof.detail))
    signature, signed = bytes.fromhex(proof.signature), bytes.fromhex(proof.signed)
    return _judged(
        proof.method, key_of_did(proof.verification_method or ""), signature, signed, issuer, named
    )


def _token_found(found: CredentialFound) -> Found:
    token = found.token
    assert token is not None, "a credential of the form token has one"
    method, kid, issuer = token.header.get("alg"), token.header.get("kid"), issuer_of(found.document) or ""
    kid = kid if isinstance(kid, str) else None
    if not isinstance(method, str) or not is_known(method):
        return Found(
            Outcome.UNKNOWN, Reason.METHOD_UNKNOWN, CheckFacts(method=str(method)[:METHOD_CHARACTERS_MAX])
        )
    enclosed = key_of_jwk(token.header.get("jwk"))
    key = enclosed or key_of_did(kid or "") or key_of_did(issuer)
    signature = bytes.fromhex(token.signature)
    # A name beside a key that is enclosed says nothing of that key.
    named = CheckFacts(key=(kid or issuer)[:KEY_CHARACTERS_MAX] or None) if enclosed is None else NO_FACTS
    return _judged(method, key, signature, token.signing_input.encode(), issuer, named)


def _judged(
    method: str,
    key: PublicKeyOfAnyone | None,
    signature: bytes,
    signed: bytes,
    issuer: str,
    named: CheckFacts,
) -> Found:
    if key is None:
        return Found(Outcome.UNKNOWN, Reason.KEY_ELSEWHERE, named)
    if not verifies(key, method, signature, signed):
        return Found(Outcome.FAILED, Reason.SIGNATURE_WRONG, named)
    own = key_of_did(issuer)
    if own is not None and own != key:
        return Found(Outcome.FAILED, Reason.KEY_NOT_THE_ISSUERS, named)
    return Found(Outcome.PASSED, Reason.SIGNED_BY_KEY_IN_FILE, named)


def _best(seals: list[SealFacts]) -> SealFacts:
    """Of several signatures of a PDF the one that covers most."""
    return max(seals, key=lambda seal: (seal.is_intact, seal.covered_bytes or 0))


def _seal_found(seal: SealFacts) -> Found:
    named = CheckFacts(key=seal.subject, since=moment_of(seal.signed_at), detail=seal.detail)
    if seal.is_intact:
        return Found(Outcome.PASSED, Reason.SIGNED_BY_KEY_IN_FILE, named)
    if seal.detail is not None and seal.certificate is not None:
        return Found(Outcome.UNKNOWN, Reason.METHOD_UNKNOWN, named)
    return Found(Outcome.FAILED, Reason.SIGNATURE_WRONG, named)


def _unaltered(facts: Facts, found: CredentialFound | None, signature: Found) -> tuple[Found, Trusted]:
    is_good = signature.outcome == Outcome.PASSED
    if facts.kind == FileKind.PDF and facts.seals:
        return _pdf_unaltered(facts, is_good and found is not None)
    if signature.outcome == Outcome.FAILED:
        return Found(Outcome.FAILED, Reason.ALTERED), Trusted(Scope.NOTHING)
    if not is_good:
        return Found(Outcome.UNKNOWN, Reason.NOTHING_TO_COMPARE), Trusted(Scope.NOTHING)
    if facts.kind == FileKind.PDF:
        return Found(Outcome.UNKNOWN, Reason.PAGES_NOT_SIGNED), Trusted(Scope.CREDENTIAL)
    if facts.kind in (FileKind.PNG, FileKind.SVG):
        return Found(Outcome.UNKNOWN, Reason.PICTURE_NOT_SIGNED), Trusted(Scope.CREDENTIAL)
    trusted = Trusted(Scope.WHOLE_FILE, facts.size_bytes, facts.size_bytes)
    return Found(Outcome.PASSED, Reason.CREDENTIAL_INTACT), trusted


def _pdf_unaltered(facts: Facts, is_credential_good: bool) -> tuple[Found, Trusted]:
    seal = _best(facts.seals)
    covered = seal.covered_bytes
    if not seal.is_intact:
        if seal.detail is not None and seal.certificate is not None:
            trusted = Trusted(Scope.CREDENTIAL if is_credential_good else Scope.NOTHING)
            return Found(Outcome.UNKNOWN, Reason.NOTHING_TO_COMPARE), trusted
        return Found(Outcome.FAILED, Reason.ALTERED), Trusted(Scope.NOTHING)
    if covered is None:
        return Found(Outcome.FAILED, Reason.ALTERED), Trusted(Scope.NOTHING)
    size = CheckFacts(covered_bytes=covered, file_bytes=facts.size_bytes)
    if covered < facts.size_bytes:
        trusted = Trusted(Scope.BEGINNING, covered, facts.size_bytes)
        return Found(Outcome.FAILED, Reason.CHANGED_AFTER_SIGNING, size), trusted
    trusted = Trusted(Scope.WHOLE_FILE, covered, facts.size_bytes)
    return Found(Outcome.PASSED, Reason.COVERED, size), trusted


def _expired(found: CredentialFound | None, signature: Found, now: datetime) -> Check:
    """By what the credential itself says: to its disadvantage always, to its advantage only when it is signed."""
    claims = claims_of(found.document) if found is not None else None
    starts_at = moment_of(claims.valid_from) if claims else None
    ends_at = moment_of(claims.valid_until) if claims else None
    if ends_at is not None and ends_at <= now:
        return Check(CheckName.NOT_EXPIRED, Outcome.FAILED, Reason.EXPIRED, CheckFacts(since=ends_at))
    if starts_at is not None and starts_at > now:
        return Check(CheckName.NOT_EXPIRED, Outcome.FAILED, Reason.NOT_YET_VALID, CheckFacts(since=starts_at))
    if found is None or found.form == "other" or signature.outcome != Outcome.PASSED:
        return Check(CheckName.NOT_EXPIRED, Outcome.UNKNOWN, Reason.STATUS_ELSEWHERE)
    if ends_at is None:
        return Check(CheckName.NOT_EXPIRED, Outcome.PASSED, Reason.NEVER_EXPIRES)
    return Check(CheckName.NOT_EXPIRED, Outcome.PASSED, Reason.NOT_EXPIRED, CheckFacts(until=ends_at))
