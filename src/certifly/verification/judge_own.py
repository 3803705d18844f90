"""Judge a file that says it is a certificate of this server, and whose code one has.

What must stay true: nothing passes that the issuer did not sign and record. A credential needs both of its proofs,
each by a key that the issuer has and has not withdrawn, and its content must be what the record holds: a thief of
these keys cannot make a credential that passes here. A PDF must be the recorded one byte for byte, or sealed to its
end by the issuer: a thief of the seal could put other pages around a genuine credential, until the seal is withdrawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from certifly.certificates.routes import check_address
from certifly.credentials.cms import PublicSeal, assemble
from certifly.credentials.models import PROOF, TOKEN
from certifly.credentials.proofs import JCS_2022, RDFC_2022
from certifly.credentials.public_keys import PublicKey
from certifly.credentials.seal import bytes_reserved
from certifly.credentials.timestamps import TOKEN_BYTES_MAX
from certifly.credentials.vc_jwt import ALGORITHM
from certifly.verification.claims import claims_of, issuer_of
from certifly.verification.facts import CMSFacts, CredentialFound, Facts, ProofFacts, SealFacts
from certifly.verification.record import Record
from certifly.verification.report import (
    Check,
    CheckFacts,
    CheckName,
    FileKind,
    Outcome,
    Reason,
    Scope,
    Trusted,
)
from certifly.verification.signatures import key_of_spki, verifies
from certifly.verification.times import moment_of

PROOFS_NEEDED = frozenset({RDFC_2022, JCS_2022})
PURPOSE = "assertionMethod"


@dataclass(frozen=True, slots=True)
class Signed:
    """What the signatures of one thing come to: ``reason`` is SIGNED, or why not."""

    reason: Reason
    key: PublicKey | None = None
    named: str | None = None
    """The key as the file names it."""
    at: str | None = None
    """The time that the signature states."""

    @property
    def is_intact(self) -> bool:
        """Whether what stands there is what was signed by a key that is, or was, the issuer's."""
        return self.reason in (Reason.SIGNED, Reason.KEY_WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The first three checks, and what they rest on."""

    checks: tuple[Check, ...]
    trusted: Trusted


def judge_own(facts: Facts, found: CredentialFound, record: Record, *, public_url: str) -> Judgement:
    """Issuer, signature, unaltered."""
    credential = _credential_signed(found, record, public_url)
    is_recorded = _is_recorded(found, record)
    if facts.kind == FileKind.PDF:
        signed, unaltered, trusted = _pdf(facts, credential, record)
    else:
        signed = credential
        unaltered, trusted = _unaltered(facts, credential, record, is_recorded=is_recorded)
    return Judgement(
        (
            _issuer(found, credential, record, public_url, is_recorded=is_recorded),
            _signature(signed, record, public_url, is_recorded=is_recorded),
            unaltered,
        ),
        trusted,
    )


def _pdf(facts: Facts, credential: Signed, record: Record) -> tuple[Signed, Check, Trusted]:
    """The credential is one half of a PDF, the seal around all of it the other: what both signatures come to."""
    seal, of = _sealed(facts.seals, record)
    signed = credential if credential.reason != Reason.SIGNED else seal
    covered = of.covered_bytes if of is not None and seal.is_intact else None
    if record.edition_of_pdf(facts.digest) is not None:
        unaltered = _check(CheckName.UNALTERED, Reason.IDENTICAL, _covering(facts.size_bytes, facts))
        trusted = Trusted(Scope.WHOLE_FILE, facts.size_bytes, facts.size_bytes)
    elif seal.reason == Reason.SEAL_MISSING:
        unaltered = _check(CheckName.UNALTERED, Reason.PAGES_NOT_SIGNED)
        trusted = Trusted(Scope.CREDENTIAL if credential.is_intact else Scope.NOTHING)
    elif covered is None:
        unaltered, trusted = _check(CheckName.UNALTERED, Reason.ALTERED), Trusted(Scope.NOTHING)
    elif covered < facts.size_bytes:
        unaltered = _check(CheckName.UNALTERED, Reason.CHANGED_AFTER_SIGNING, _covering(covered, facts))
        trusted = Trusted(Scope.BEGINNING, covered, facts.size_bytes)
    else:
        unaltered = _check(CheckName.UNALTERED, Reason.COVERED, _covering(covered, facts))
        trusted = Trusted(Scope.WHOLE_FILE, covered, facts.size_bytes)
    return signed, unaltered, trusted


def _covering(covered_bytes: int, facts: Facts) -> CheckFacts:
    return CheckFacts(covered_bytes=covered_bytes, file_bytes=facts.size_bytes)


def _credential_signed(found: CredentialFound, record: Record, public_url: str) -> Signed:
    if found.form == "token":
        return _token_signed(found, record, public_url)
    by_method: dict[str, list[ProofFacts]] = {method: [] for method in PROOFS_NEEDED}
    for proof in found.proofs:
        by_method.setdefault(proof.method, []).append(proof)
    needed = [proofs for method, proofs in by_method.items() if method in PROOFS_NEEDED]
    if not all(needed):
        return Signed(Reason.SIGNATURE_MISSING)
    # Of a method that stands there twice every proof counts: a right one does not make up for a wrong one.
    results = [_proof_signed(proof, record, public_url) for proofs in needed for proof in proofs]
    return max(results, key=lambda result: _GRAVITY.index(result.reason))


_GRAVITY = (
    Reason.SIGNED,
    Reason.KEY_WITHDRAWN,
    Reason.KEY_NOT_THE_ISSUERS,
    Reason.SIGNATURE_WRONG,
)
"""Of several signatures the worst result counts: the last of these."""


def _proof_signed(proof: ProofFacts, record: Record, public_url: str) -> Signed:
    named = proof.verification_method
    key = record.key(named, role=PROOF, public_url=public_url)
    if key is None:
        return Signed(Reason.KEY_NOT_THE_ISSUERS, named=named, at=proof.created)
    if proof.signature is None or proof.signed is None or proof.purpose != PURPOSE:
        return Signed(Reason.SIGNATURE_WRONG, key, named, proof.created)
    signature, signed = bytes.fromhex(proof.signature), bytes.fromhex(proof.signed)
    return _result(key, proof.method, signature, signed, named=named, at=proof.created)


def _token_signed(found: CredentialFound, record: Record, public_url: str) -> Signed:
    token = found.token
    assert token is not None, "a credential of the form token has one"
    named = token.header.get("kid")
    named = named if isinstance(named, str) else None
    key = record.key(named, role=TOKEN, public_url=public_url)
    if key is None:
        return Signed(Reason.KEY_NOT_THE_ISSUERS, named=named)
    # A token does not say when it was signed. The record does; without it, from when on it holds must do.
    edition = record.edition_of_token(found.text)
    at = edition.signed_at.isoformat() if edition is not None else claims_of(found.document).valid_from
    if token.header.get("alg") != ALGORITHM:
        return Signed(Reason.SIGNATURE_WRONG, key, named, at)
    signature = bytes.fromhex(token.signature)
    return _result(key, ALGORITHM, signature, token.signing_input.encode(), named=named, at=at)


def _result(
    key: PublicKey, method: str, signature: bytes, message: bytes, *, named: str | None, at: str | None
) -> Signed:
    assert key.spki is not None, "keys that sign have a public part"
    if not verifies(key_of_spki(key.spki), method, signature, message):
        return Signed(Reason.SIGNATURE_WRONG, key, named, at)
    return Signed(Reason.KEY_WITHDRAWN if key.is_withdrawn else Reason.SIGNED, key, named, at)


def _sealed(seals: list[SealFacts], record: Record) -> tuple[Signed, SealFacts | None]:
    """The issuer's own seal: of several the one that covers most. Those of others neither help nor harm."""
    own = list(_own_seals(seals, record))
    if not own:
        is_broken = any(seal.certificate is None for seal in seals)
        return Signed(Reason.SIGNATURE_WRONG if is_broken else Reason.SEAL_MISSING), None
    key, seal = max(own, key=lambda pair: (pair[1].is_intact, pair[1].covered_bytes or 0))
    if not seal.is_intact:
        return Signed(Reason.SIGNATURE_WRONG, key, key.id, seal.signed_at), seal
    return Signed(
        Reason.KEY_WITHDRAWN if key.is_withdrawn else Reason.SIGNED, key, key.id, seal.signed_at
    ), seal


def _own_seals(seals: list[SealFacts], record: Record) -> Iterator[tuple[PublicKey, SealFacts]]:
    for seal in seals:
        if seal.public_key is None or seal.is_time_stamp:
            continue
        own = record.seal(bytes.fromhex(seal.public_key))
        if own is not None:
            key, made_as = own
            is_as_made = any(_is_as_made(seal.cms, one) for one in made_as)
            yield key, seal if is_as_made else replace(seal, is_intact=False)


def _is_as_made(cms: CMSFacts | None, seal: PublicSeal) -> bool:
    """Whether the CMS is the one that was made with this chain.

    Much of a CMS is not signed: certificates, lists of revoked ones, further signers and attributes. So it is put
    together again from the parts that are signed and the time stamp, and must be the same bytes.
    """
    if cms is None:
        return False
    stamp = bytes.fromhex(cms.time_stamp) if cms.time_stamp is not None else None
    again = assemble(seal, bytes.fromhex(cms.attributes), bytes.fromhex(cms.signature), stamp)
    # The place of the signature is signed with the file, and has room for a time stamp only where there was one.
    had_stamp = 2 * cms.place_bytes > bytes_reserved(seal, is_time_stamped=False) + TOKEN_BYTES_MAX
    place = again.ljust(cms.place_bytes, b"\0")
    return sha256(place).hexdigest() == cms.digest and had_stamp == (stamp is not None)


def _is_recorded(found: CredentialFound, record: Record) -> bool:
    if found.form == "token":
        return record.edition_of_token(found.text) is not None
    return record.edition_of_credential(found.text, found.document) is not None


def _issuer(
    found: CredentialFound, credential: Signed, record: Record, public_url: str, *, is_recorded: bool
) -> Check:
    named = issuer_of(found.document)
    if named is None:
        return _check(CheckName.ISSUER, Reason.ISSUER_NOT_NAMED)
    if named not in record.dids(public_url):
        return _check(CheckName.ISSUER, Reason.ISSUER_MISMATCH, CheckFacts(issuer=named))
    if not credential.is_intact:
        return _check(CheckName.ISSUER, Reason.NOT_SIGNED_BY_ISSUER, CheckFacts(issuer=named))
    if is_recorded:
        certificate = record.certificate
        facts = CheckFacts(issuer=certificate.issuer_name, since=certificate.created_at)
        return _check(CheckName.ISSUER, Reason.ISSUED_HERE, facts)
    return _check(CheckName.ISSUER, Reason.RECORD_ERASED if record.is_erased else Reason.NOT_RECORDED)


def _signature(signed: Signed, record: Record, public_url: str, *, is_recorded: bool) -> Check:
    key = signed.key
    if signed.reason == Reason.KEY_WITHDRAWN:
        assert key is not None, "to be withdrawn it had to be found"
        reason = Reason.KEY_WITHDRAWN if is_recorded else Reason.KEY_WITHDRAWN_NOT_RECORDED
        facts = CheckFacts(
            key=key.id,
            since=key.withdrawn_at,
            reason=key.reason,
            address=check_address(public_url, record.certificate.code),
        )
        return _check(CheckName.SIGNATURE, reason, facts)
    facts = CheckFacts(key=key.id if key is not None else signed.named, since=moment_of(signed.at))
    return _check(CheckName.SIGNATURE, signed.reason, facts)


def _unaltered(
    facts: Facts, credential: Signed, record: Record, *, is_recorded: bool
) -> tuple[Check, Trusted]:
    """Of anything but a PDF."""
    whole_file = Trusted(Scope.WHOLE_FILE, facts.size_bytes, facts.size_bytes)
    if not credential.is_intact:
        return _check(CheckName.UNALTERED, Reason.ALTERED), Trusted(Scope.NOTHING)
    if not is_recorded and record.is_erased:
        return _check(CheckName.UNALTERED, Reason.RECORD_ERASED), Trusted(Scope.CREDENTIAL)
    if not is_recorded:
        # Signed, and yet not as it was issued: with a context or a proof more, or by a thief of the key.
        return _check(CheckName.UNALTERED, Reason.ALTERED), Trusted(Scope.NOTHING)
    if facts.kind in (FileKind.JSON, FileKind.JWT):
        return _check(CheckName.UNALTERED, Reason.CREDENTIAL_INTACT), whole_file
    if facts.digest in (record.certificate.png_digest, record.certificate.svg_digest):
        identical = _check(CheckName.UNALTERED, Reason.IDENTICAL, _covering(facts.size_bytes, facts))
        return identical, whole_file
    return _check(CheckName.UNALTERED, Reason.PICTURE_NOT_SIGNED), Trusted(Scope.CREDENTIAL)


_PASSED = frozenset(
    {Reason.ISSUED_HERE, Reason.SIGNED, Reason.IDENTICAL, Reason.COVERED, Reason.CREDENTIAL_INTACT}
)
_UNKNOWN = frozenset({Reason.RECORD_ERASED, Reason.PICTURE_NOT_SIGNED, Reason.PAGES_NOT_SIGNED})


def _check(name: CheckName, reason: Reason, facts: CheckFacts | None = None) -> Check:
    outcome = (
        Outcome.PASSED if reason in _PASSED else Outcome.UNKNOWN if reason in _UNKNOWN else Outcome.FAILED
    )
    return Check(name, outcome, reason, facts or CheckFacts())
