"""Ada's badge, and the keys it is signed with in these tests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certifly.credentials.achievement_credential import (
    AchievementFacts,
    AlignmentFact,
    CredentialFacts,
    EvidenceFact,
    ResultDescriptionFact,
    ResultFact,
)
from certifly.credentials.keys import ED25519, P256, ProofKey, TenantSecret, TokenKey
from certifly.credentials.models import ACTIVE, PROOF, TOKEN
from certifly.credentials.public_keys import PublicKey
from tests.cast import ADA, ADAS_ADDRESS, MONDAY

PUBLIC_URL = "https://certificates.example.org"
SLUG = "lovelace"
DID = "did:web:certificates.example.org:t:lovelace"
CODE = "0f0e0d0c-0b0a-4909-8807-060504030201"

PROOF_PRIVATE = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
TOKEN_PRIVATE = derive_private_key(0x7E57, SECP256R1())
PROOF_KEY = ProofKey("proof-1", PROOF_PRIVATE)
TOKEN_KEY = TokenKey("token-1", TOKEN_PRIVATE)
SECRET_OF_LOVELACE = TenantSecret("secret-1", b"s" * 32)

FACTS = CredentialFacts(
    code=CODE,
    public_url=PUBLIC_URL,
    slug=SLUG,
    issuer_name="Lovelace Academy",
    title="Certificate of completion for Ada Lovelace",
    language="en",
    recipient_name=ADA,
    recipient_email=ADAS_ADDRESS,
    issued_at=MONDAY,
    expires_at=MONDAY + timedelta(days=365),
    certificate_number=1,
    labels=(("Course", "Analytical engines"), ("Grade", "A+"), ("Remark", "")),
    achievement=AchievementFacts(
        template_id=4,
        version=2,
        name="Analytical engines",
        description="Writing programs for an engine that was never built.",
        criteria="# To pass\n\nHand in *one* program.",
        criteria_url="https://example.org/criteria",
        achievement_type="Course",
        image_media="image/png",
        alignments=(AlignmentFact(name="Programming", url="https://example.org/skills/1", type="CFItem"),),
        skills=("programming", "patience"),
        result_descriptions=(ResultDescriptionFact(name="Grade", type="LetterGrade"),),
    ),
    results=(ResultFact(name="Grade", value="A+"),),
    evidence=(EvidenceFact(url="https://example.org/notes/G", name="Note G"),),
)

BARE_FACTS = replace(
    FACTS,
    recipient_name=None,
    recipient_email=None,
    expires_at=None,
    labels=(),
    achievement=AchievementFacts(template_id=1, version=1, name="Anything", description="?", criteria="?"),
    results=(),
    evidence=(),
)

SUSPENDABLE_FACTS = replace(FACTS, is_suspendable=True)


def public_key(key: ProofKey | TokenKey, **changes: Any) -> PublicKey:
    """What is published of one of the keys above."""
    public = (PROOF_PRIVATE if key is PROOF_KEY else TOKEN_PRIVATE).public_key()
    described = PublicKey(
        id=key.id,
        role=PROOF if isinstance(key, ProofKey) else TOKEN,
        algorithm=ED25519 if isinstance(key, ProofKey) else P256,
        state=ACTIVE,
        spki=public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        chain_pem=None,
        created_at=MONDAY,
        kept_since=None,
        withdrawn_at=None,
        reason=None,
    )
    return replace(described, **changes)


PUBLIC_KEYS = [public_key(PROOF_KEY), public_key(TOKEN_KEY)]
