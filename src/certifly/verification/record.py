"""What the issuer's record on this server says of a certificate, and the checks that it alone answers.

Revoked, suspended, expired, corrected: whatever a file says of these is not asked. The record is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certifly.certificates.erase import salted
from certifly.certificates.models import Certificate, Edition
from certifly.certificates.routes import check_address, public_url_of
from certifly.credentials.chain import der_of
from certifly.credentials.cms import PublicSeal
from certifly.credentials.did import did_of
from certifly.credentials.models import SEAL
from certifly.credentials.public_keys import PublicKey
from certifly.storage.blobs import name_of
from certifly.verification.report import (
    Check,
    CheckFacts,
    CheckName,
    KnownCertificate,
    Outcome,
    Reason,
    Sibling,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The rows of one certificate, as they are now."""

    slug: str
    certificate: Certificate
    timezone: str = "UTC"
    """That of the certificate's template."""
    editions: Sequence[Edition] = ()
    keys: Sequence[PublicKey] = ()
    predecessor: Certificate | None = None
    successor: Certificate | None = None

    def dids(self, public_url: str) -> tuple[str, ...]:
        """The names of its issuer: under the public address of today, and under that of when it was issued."""
        addresses = (public_url, public_url_of(self.certificate.check_url))
        return tuple(dict.fromkeys(did_of(address, self.slug) for address in addresses))

    def key(self, method_id: str | None, *, role: str, public_url: str) -> PublicKey | None:
        """The key of the issuer that a verification method names."""
        did, _, key_id = (method_id or "").partition("#")
        if did not in self.dids(public_url):
            return None
        return next((key for key in self.keys if key.id == key_id and key.role == role), None)

    def seal(self, spki: bytes) -> tuple[PublicKey, tuple[PublicSeal, ...]] | None:
        """The seal of the issuer that is this public key (DER), with each chain that it signed with.

        A key may have been imported twice, the second time with another certificate or with more of its chain. What was
        signed with either chain is genuine, and withdrawn is withdrawn.
        """
        found = [key for key in self.keys if key.role == SEAL and key.chain_pem and key.spki == spki]
        if not found:
            return None
        key = next((key for key in found if key.is_withdrawn), found[-1])
        return key, tuple(PublicSeal(der_of(one.chain_pem or ""), one.algorithm) for one in found)

    def edition_of_credential(self, text: str, document: dict[str, Any]) -> Edition | None:
        """The edition that has this credential, however its JSON is written down, with no proof but its own."""
        names = {name_of(form.encode()) for form in (text, _compact(document))}
        for edition in self.editions:
            if edition.credential is not None:
                recorded = edition.credential
                if recorded == text or _is_that(json.loads(recorded), document):
                    return edition
            elif edition.salt and edition.credential_salted in {salted(edition.salt, name) for name in names}:
                return edition
        return None

    def edition_of_token(self, text: str) -> Edition | None:
        """The edition that has this JWT."""
        return next((edition for edition in self.editions if edition.credential_jwt == text), None)

    def edition_of_pdf(self, digest: str) -> Edition | None:
        """The edition that has a PDF of these bytes."""
        for edition in self.editions:
            is_salted = edition.salt is not None and edition.pdf_salted is not None
            if digest == edition.pdf_digest or (
                is_salted and edition.pdf_salted == salted(edition.salt or "", digest)
            ):
                return edition
        return None

    @property
    def is_erased(self) -> bool:
        return self.certificate.erased_at is not None


def known_certificate(record: Record, *, public_url: str) -> KnownCertificate:
    """The certificate as a report names it."""
    certificate = record.certificate
    return KnownCertificate(
        code=str(certificate.code),
        address=check_address(public_url, certificate.code),
        issuer=certificate.issuer_name,
        issued_at=certificate.created_at,
        timezone=record.timezone,
        is_erased=record.is_erased,
        replaces=_sibling(record.predecessor, public_url),
        successor=_sibling(record.successor, public_url),
    )


def standing_checks(record: Record, *, public_url: str, now: datetime) -> list[Check]:
    """Revoked, suspended, expired, corrected?"""
    return [
        _revoked(record.certificate),
        _suspended(record.certificate),
        _expired(record.certificate, now),
        _corrected(record, public_url),
    ]


def _revoked(certificate: Certificate) -> Check:
    """As the status list says it to wallets, for which one that was replaced is revoked: two answers would be one
    too many."""
    if certificate.revoked_at is not None:
        facts = CheckFacts(since=certificate.revoked_at, reason=certificate.revocation_reason)
        return Check(CheckName.NOT_REVOKED, Outcome.FAILED, Reason.REVOKED, facts)
    if certificate.successor_id is not None:
        facts = CheckFacts(since=certificate.replaced_at)
        return Check(CheckName.NOT_REVOKED, Outcome.FAILED, Reason.REVOKED_BY_REPLACEMENT, facts)
    return Check(CheckName.NOT_REVOKED, Outcome.PASSED, Reason.NOT_REVOKED)


def _suspended(certificate: Certificate) -> Check:
    if certificate.suspended_at is None:
        return Check(CheckName.NOT_SUSPENDED, Outcome.PASSED, Reason.NOT_SUSPENDED)
    facts = CheckFacts(since=certificate.suspended_at, reason=certificate.suspension_reason)
    return Check(CheckName.NOT_SUSPENDED, Outcome.FAILED, Reason.SUSPENDED, facts)


def _expired(certificate: Certificate, now: datetime) -> Check:
    ends_at = certificate.expires_at
    if ends_at is None:
        return Check(CheckName.NOT_EXPIRED, Outcome.PASSED, Reason.NEVER_EXPIRES)
    if ends_at <= now:
        return Check(CheckName.NOT_EXPIRED, Outcome.FAILED, Reason.EXPIRED, CheckFacts(since=ends_at))
    return Check(CheckName.NOT_EXPIRED, Outcome.PASSED, Reason.NOT_EXPIRED, CheckFacts(until=ends_at))


def _corrected(record: Record, public_url: str) -> Check:
    certificate, successor = record.certificate, record.successor
    if certificate.successor_id is None:
        return Check(CheckName.NOT_CORRECTED, Outcome.PASSED, Reason.NOT_CORRECTED)
    facts = CheckFacts(
        since=certificate.replaced_at,
        issued_at=certificate.created_at,
        address=check_address(public_url, successor.code) if successor is not None else None,
    )
    return Check(CheckName.NOT_CORRECTED, Outcome.FAILED, Reason.CORRECTED, facts)


def _sibling(certificate: Certificate | None, public_url: str) -> Sibling | None:
    if certificate is None:
        return None
    address = check_address(public_url, certificate.code)
    return Sibling(str(certificate.code), address, certificate.created_at)


def _is_that(recorded: dict[str, Any], shown: dict[str, Any]) -> bool:
    """Whether a credential is the recorded one. Proofs are a set: their order says nothing."""
    known = _proofs(recorded)
    return _same(_unsecured(recorded), _unsecured(shown)) and all(
        any(_same(proof, one) for one in known) for proof in _proofs(shown)
    )


def _proofs(document: dict[str, Any]) -> list[Any]:
    given = document.get("proof", [])
    return given if isinstance(given, list) else [given]


def _unsecured(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


def _same(left: object, right: object) -> bool:
    """Equal as JSON is: ``1`` is not ``true``."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _compact(document: object) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))
