"""Sign a certificate: one credential, one text, which stands alike in every file of it.

What must stay true: an edition is signed once. Two runs of a job that find the same row and the same keys sign the
same bytes; of runs that find different keys only the first to record its edition counts, and only what is recorded
is ever served. Signing needs no transaction and happens outside of any.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from certifly.certificates.models import Certificate, Edition
from certifly.credentials import vc_jwt
from certifly.credentials.achievement_credential import CredentialFacts, build_credential
from certifly.credentials.did import did_of
from certifly.credentials.keyring import SigningKeys
from certifly.credentials.models import WITHDRAWN, SigningKey
from certifly.credentials.proofs import prove
from certifly.db.tenant import TenantDB


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEdition:
    """An edition before or after it is recorded; ``signed_at`` is a whole second, in UTC."""

    number: int
    signed_at: datetime
    proof_key: str
    token_key: str
    seal_key: str
    credential: str
    credential_jwt: str


def sign(facts: CredentialFacts, keys: SigningKeys, *, number: int, ordered_at: datetime) -> SignedEdition:
    """Sign what ``facts`` say as an edition that was ordered at a moment: that of issuing, or of signing anew.

    The signatures state that moment, or that of the youngest key where that is later: a signature older than its
    key would be one that nobody can believe.
    """
    did = did_of(facts.public_url, facts.slug)
    signed_at = max(ordered_at, keys.created_at).replace(microsecond=0)
    credential = build_credential(facts, keys.secret)
    proved = prove(credential, keys.proof, did=did, created=signed_at)
    return SignedEdition(
        number=number,
        signed_at=signed_at,
        proof_key=keys.proof.id,
        token_key=keys.token.id,
        seal_key=keys.seal.id,
        credential=text_of(proved),
        credential_jwt=vc_jwt.encode(credential, keys.token, did=did),
    )


def text_of(credential: object) -> str:
    """The one text of a credential: ASCII, since it also stands where other characters have no place (PNG)."""
    return json.dumps(credential, ensure_ascii=True, separators=(",", ":"))


def find_edition(db: TenantDB, certificate_id: int, number: int) -> Edition | None:
    """The recorded edition of this number."""
    return db.get(Edition, certificate_id, number)


def current_edition(db: TenantDB, certificate: Certificate) -> Edition | None:
    """The recorded edition that counts, None before the certificate was first produced or while it is signed anew."""
    return find_edition(db, certificate.id, certificate.edition)


def as_signed(edition: Edition) -> SignedEdition:
    """What was recorded, for making its files again."""
    assert edition.credential is not None and edition.credential_jwt is not None, (
        "an erased one is not produced"
    )
    return SignedEdition(
        number=edition.number,
        signed_at=edition.signed_at,
        proof_key=edition.proof_key,
        token_key=edition.token_key,
        seal_key=edition.seal_key,
        credential=edition.credential,
        credential_jwt=edition.credential_jwt,
    )


def record_edition(db: TenantDB, certificate_id: int, signed: SignedEdition, *, pdf_digest: str) -> None:
    """Keep a new edition with its PDF; one that is recorded already gets the digest of the PDF made again."""
    edition = find_edition(db, certificate_id, signed.number)
    if edition is not None:
        edition.pdf_digest = pdf_digest
        return
    db.insert(
        Edition,
        certificate_id=certificate_id,
        number=signed.number,
        signed_at=signed.signed_at,
        proof_key=signed.proof_key,
        token_key=signed.token_key,
        seal_key=signed.seal_key,
        credential=signed.credential,
        credential_jwt=signed.credential_jwt,
        pdf_digest=pdf_digest,
    )


def are_trusted(db: TenantDB, key_ids: Collection[str]) -> bool:
    """Whether none of these keys was withdrawn. The certificates of one commit ask only once."""
    fact = ("withdrawn keys", db.tenant_id)
    facts = db.batch.facts
    if fact not in facts:
        facts[fact] = frozenset(key.id for key in db.find(SigningKey, SigningKey.state == WITHDRAWN))
    withdrawn = facts[fact]
    assert isinstance(withdrawn, frozenset)
    return withdrawn.isdisjoint(key_ids)
