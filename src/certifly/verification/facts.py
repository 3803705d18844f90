"""What stands in a file, as it was found: no judgement, no key of ours, no database.

The facts of one file go from the process that looked into it to the one that judges, as JSON, so everything here is
made of what JSON has. Bytes are written as hexadecimal text.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

from certifly.verification.report import FileKind

Form = Literal["credential", "token", "other"]
"""``credential``: a Verifiable Credential as JSON. ``token``: one as a signed JWT. ``other``: called a credential by
the file, but of another kind: Open Badges 2, an address, a presentation."""

ProofTrouble = Literal["context_unknown", "method_unknown", "beyond_limits", "malformed"]
Trouble = Literal["unreadable", "beyond_limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFacts:
    """One data integrity proof of a credential."""

    method: str
    """The cryptosuite; for other kinds of proofs the type."""
    verification_method: str | None = None
    purpose: str | None = None
    created: str | None = None
    signature: str | None = None
    """The proof value, decoded."""
    signed: str | None = None
    """What the signature is made over: two hashes, 64 bytes."""
    not_covered: list[str] = field(default_factory=list)
    """Members that this proof leaves out, because no context defines them; a few of their names."""
    trouble: ProofTrouble | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """The parts of a JWT."""

    header: dict[str, Any]
    issuer: Any = None
    """The claim ``iss``, which a credential inside the payload may contradict."""
    signing_input: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialFound:
    """One credential, wherever in the file it was."""

    form: Form
    text: str
    """As it stands there."""
    document: dict[str, Any] = field(default_factory=dict)
    """The credential itself: the JSON, or the payload of the token."""
    proofs: list[ProofFacts] = field(default_factory=list)
    token: TokenFacts | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StampFacts:
    """A sound time stamp, of whatever authority."""

    stamped_at: str
    authority: str
    """The name in the authority's certificate."""
    is_confirmed: bool
    """Whether the authority chains to a root that the operator named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CMSFacts:
    """The CMS of a signature, taken apart: put together again from these parts it must be the same bytes."""

    attributes: str
    """The signed attributes, in DER without their tag."""
    signature: str
    time_stamp: str | None
    """The token, in DER, where it is the only unsigned attribute."""
    digest: str
    """SHA-256 of its place in the file: the CMS, then zeros."""
    place_bytes: int
    """The size of its place in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFacts:
    """One signature of a PDF."""

    certificate: str | None = None
    """The signer's, in DER; None when the signature is too broken to tell."""
    subject: str | None = None
    public_key: str | None = None
    """The signer's, as a SubjectPublicKeyInfo in DER."""
    cms: CMSFacts | None = None
    """None when it is larger than any of ours."""
    is_intact: bool = False
    """What it covers is what was signed, and the certificate's key signed it."""
    covered_bytes: int | None = None
    """It covers the file from its beginning up to here, but for the place of the signature itself; None when it
    covers something else."""
    signed_at: str | None = None
    """The time that the signer claims."""
    stamp: StampFacts | None = None
    """Its time stamp: one that is confirmed, if there are several."""
    is_time_stamp: bool = False
    """The signature is nobody's but such an authority's."""
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One file."""

    kind: FileKind
    size_bytes: int
    digest: str
    """``sha256:…``"""
    trouble: Trouble | None = None
    """Why nothing more is known, or not all."""
    detail: str | None = None
    credentials: list[CredentialFound] = field(default_factory=list)
    seals: list[SealFacts] = field(default_factory=list)
    qr_texts: list[str] = field(default_factory=list)
    """What the QR codes in it say; only looked for in a picture or a PDF that holds no proof."""
    attachments: int = 0
    revisions: int = 0
    """Of a PDF: how often it was written to; 1 for one that was never changed."""


_FACTS = TypeAdapter(Facts)


def to_json(facts: Facts) -> bytes:
    """The facts as the other process reads them."""
    return _FACTS.dump_json(facts)


def from_json(content: bytes) -> Facts:
    """The facts again."""
    return _FACTS.validate_json(content)
