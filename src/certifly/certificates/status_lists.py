"""Whether certificates stand, as wallets and verifiers ask: bitstring status lists (W3C), signed.

Two for each 131,072 certificates of a tenant: ``revocation``, which is final, and ``suspension``, which can be
lifted. A certificate that was replaced counts as revoked there: whoever knows nothing of replacements must not take
the one with the wrong name for good.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from certifly.certificates.editions import text_of
from certifly.certificates.models import Certificate
from certifly.credentials import status_list, vc_jwt
from certifly.credentials.did import did_of
from certifly.credentials.keyring import SigningKeys
from certifly.credentials.proofs import prove
from certifly.credentials.status_list import LIST_SIZE, REVOCATION, Purpose
from certifly.db.tenant import TenantDB


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What one list says: the numbers (ids) of the certificates whose bit stands in it."""

    purpose: Purpose
    number: int
    certificates: tuple[int, ...]

    @property
    def fingerprint(self) -> bytes:
        """Differs when the list says something else."""
        return hashlib.sha256(repr((self.purpose, self.number, self.certificates)).encode()).digest()


@dataclass(frozen=True, slots=True)
class SignedStatusList:
    """One list in both forms."""

    credential: str
    credential_jwt: str


def read_status(db: TenantDB, purpose: Purpose, number: int) -> StatusFacts | None:
    """What a list says at this moment; None when the tenant has no list of this number yet."""
    lists = max(0, db.last_id("certificates") - 1) // LIST_SIZE + 1
    if not 1 <= number <= lists:
        return None
    first = (number - 1) * LIST_SIZE + 1
    stands = (
        sa.or_(Certificate.revoked_at.is_not(None), Certificate.replaced_at.is_not(None))
        if purpose == REVOCATION
        else Certificate.suspended_at.is_not(None)
    )
    # The index holds only those that were withdrawn; the planner takes it when the condition says so too.
    is_withdrawn = sa.or_(
        Certificate.revoked_at.is_not(None),
        Certificate.replaced_at.is_not(None),
        Certificate.suspended_at.is_not(None),
    )
    query = sa.select(Certificate.id).where(
        Certificate.tenant_id == db.tenant_id,
        Certificate.id.between(first, first + LIST_SIZE - 1),
        is_withdrawn,
        stands,
    )
    return StatusFacts(purpose, number, tuple(sorted(db.connection.execute(query).scalars())))


def sign_status(
    facts: StatusFacts, keys: SigningKeys, *, public_url: str, slug: str, now: datetime
) -> SignedStatusList:
    """The list as a credential of the tenant, with the keys of now."""
    did = did_of(public_url, slug)
    signed_at = max(now, keys.created_at).replace(microsecond=0)
    indices = [status_list.place_of(certificate, keys.secret).index for certificate in facts.certificates]
    unsigned = status_list.build(public_url, slug, facts.purpose, facts.number, indices, valid_from=signed_at)
    return SignedStatusList(
        credential=text_of(prove(unsigned, keys.proof, did=did, created=signed_at)),
        credential_jwt=vc_jwt.encode(unsigned, keys.token, did=did),
    )
