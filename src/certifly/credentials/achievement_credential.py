"""What a certificate says, as an Open Badges 3.0 AchievementCredential (W3C Verifiable Credentials 2.0).

Pure: facts in, the unsigned document out; the same facts give the same document. It holds what is printed on the
certificate and nothing else: an address of the recipient only as a salted hash. Every member is one that the
contexts define, because a member they do not define would not be signed: the document is built here from names
written out here, and nothing from outside ever becomes a name.

Open Badges 3.0 allows one ``credentialStatus`` (0..1), so there is one entry, for revocation, and ``credentialSchema``
names the official schema, which accepts the credential. A suspendable certificate needs a second entry, which the W3C
allows and Open Badges 3.0 does not: its credential leaves ``credentialSchema`` out.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

from certifly.credentials import status_list
from certifly.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS
from certifly.credentials.did import profile, tenant_url
from certifly.credentials.proofs import timestamp
from certifly.credentials.status_list import PURPOSES, REVOCATION, entry, place_of

SCHEMA = {
    "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
    "type": "1EdTechJsonSchemaValidator2019",
}
"""The official JSON schema, as ``credentialSchema`` names it (Open Badges 3.0, B.1.8)."""

_LANGUAGE_CODE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_HTML_IN_MARKDOWN = re.compile(r"<(?=[A-Za-z/!?])|&(?=#?[0-9A-Za-z]+;)")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ALLOWED_IN_URI = "%:/?#[]@!$&'()*+,;=-._~"
_SALT_BYTES = 16


class Secret(status_list.Secret, Protocol):
    """A TenantSecret, as far as it is needed here."""

    def derive_uuid(self, purpose: str, text: str) -> UUID:
        """Version 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignmentFact:
    """An entry of an outside framework that the achievement corresponds to."""

    name: str
    url: str
    description: str | None = None
    framework: str | None = None
    code: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDescriptionFact:
    """A result that certificates of the template may state; its name is the label's."""

    name: str
    type: str = "Result"


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementFacts:
    """What was achieved: the same for all certificates of a template version."""

    template_id: int
    version: int
    name: str
    description: str
    criteria: str
    criteria_url: str | None = None
    achievement_type: str | None = None
    image_media: str | None = None
    """The kind of its picture, which lies at ``image`` below the achievement's address; None without one."""
    alignments: tuple[AlignmentFact, ...] = ()
    skills: tuple[str, ...] = ()
    result_descriptions: tuple[ResultDescriptionFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFact:
    """A result of this certificate; ``name`` is that of its description."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFact:
    """Where evidence of the achievement can be seen."""

    url: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialFacts:
    """All that a credential says of one certificate."""

    code: str
    public_url: str
    slug: str
    issuer_name: str
    title: str
    language: str
    recipient_name: str | None
    recipient_email: str | None
    issued_at: datetime
    expires_at: datetime | None
    certificate_number: int
    labels: tuple[tuple[str, str], ...]
    """Names and printed values, without the recipient's name."""
    achievement: AchievementFacts
    results: tuple[ResultFact, ...] = ()
    evidence: tuple[EvidenceFact, ...] = ()
    is_suspendable: bool = False
    """Whether it says where a suspension can be read, which the official schema does not accept."""


def build_credential(facts: CredentialFacts, secret: Secret) -> dict[str, Any]:
    """The credential of a certificate, without proofs."""
    return _without_absent(
        {
            "@context": _contexts(facts),
            "id": f"urn:uuid:{facts.code}",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": facts.title,
            "issuer": profile(facts.public_url, facts.slug, facts.issuer_name),
            "validFrom": timestamp(facts.issued_at),
            "validUntil": timestamp(facts.expires_at) if facts.expires_at else None,
            "credentialSubject": _subject(facts, secret),
            "evidence": [_evidence(fact) for fact in facts.evidence],
            "credentialStatus": _status(facts, secret),
            "credentialSchema": None if facts.is_suspendable else [SCHEMA],
        }
    )


def achievement_url(public_url: str, slug: str, template_id: int, version: int) -> str:
    """The address of an achievement, and its id."""
    return f"{tenant_url(public_url, slug)}/achievements/{template_id}/{version}"


def achievement_document(
    facts: AchievementFacts,
    *,
    public_url: str,
    slug: str,
    issuer_name: str | None = None,
    language: str | None = None,
) -> dict[str, Any]:
    """The achievement as a document of its own: what its address answers.

    It names its creator. In a credential that would only repeat the issuer, and of what is said twice, a
    proof of the meaning lets one be left out.
    """
    achievement = _achievement(facts, public_url, slug, language)
    creator = _without_absent(profile(public_url, slug, issuer_name or ""))
    return {"@context": [CREDENTIALS_V2, OPEN_BADGES], **achievement, "creator": creator}


def identity_hash(address: str, salt: str) -> str:
    """An address as Open Badges 3.0 hashes it (IdentityHash): as it is written, the salt behind it.

    >>> identity_hash("a@example.com", "Kosher")
    'sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399'
    """
    return "sha256$" + sha256((address + salt).encode()).hexdigest()


def uri_of(address: str) -> str:
    """A web address in the letters that a URI may have: those of other scripts, and slips, as percent codes."""
    parts = urlsplit(address)
    host = parts.netloc
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            host = quote(host, safe=_ALLOWED_IN_URI)
    path, query, fragment = (
        _STRAY_PERCENT.sub("%25", quote(part, safe=_ALLOWED_IN_URI))
        for part in (parts.path, parts.query, parts.fragment)
    )
    brackets = {ord("["): "%5B", ord("]"): "%5D"}
    return urlunsplit(
        (
            parts.scheme,
            host,
            path.translate(brackets),
            query.translate(brackets),
            fragment.translate({**brackets, ord("#"): "%23"}),
        )
    )


def _contexts(facts: CredentialFacts) -> list[str]:
    """The third defines the type of ``credentialSchema``, which would not be signed without it."""
    named = [CREDENTIALS_V2, OPEN_BADGES]
    return named if facts.is_suspendable else [*named, OPEN_BADGES_EXTENSIONS]


def _status(facts: CredentialFacts, secret: Secret) -> dict[str, str] | list[dict[str, str]]:
    place = place_of(facts.certificate_number, secret)
    if not facts.is_suspendable:
        return entry(facts.public_url, facts.slug, REVOCATION, place)
    return [entry(facts.public_url, facts.slug, purpose, place) for purpose in PURPOSES]


def _subject(facts: CredentialFacts, secret: Secret) -> dict[str, Any]:
    achievement = facts.achievement
    url = achievement_url(facts.public_url, facts.slug, achievement.template_id, achievement.version)
    return _without_absent(
        {
            "id": f"urn:uuid:{secret.derive_uuid('subject', facts.code)}",
            "type": ["AchievementSubject"],
            "identifier": _identifiers(facts, secret),
            "narrative": "\n\n".join(
                _in_markdown(f"{name}: {value}") for name, value in facts.labels if value
            ),
            "result": [_result(url, achievement, fact) for fact in facts.results if fact.value],
            "achievement": _achievement(achievement, facts.public_url, facts.slug, facts.language),
        }
    )


def _in_markdown(text: str) -> str:
    """Text for a member that wallets may show as Markdown: nothing in it is read as HTML, and its lines are kept.

    Two spaces at the end of a line are a line break in Markdown. Nothing else is escaped, since many wallets show
    narratives as plain text.
    """
    return _HTML_IN_MARKDOWN.sub(r"\\\g<0>", text).replace("\n", "  \n")


def _identifiers(facts: CredentialFacts, secret: Secret) -> list[dict[str, Any]]:
    identifiers: list[dict[str, Any]] = []
    if facts.recipient_name:
        identifiers.append(
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": facts.recipient_name,
                "identityType": "name",
            }
        )
    if facts.recipient_email:
        salt = secret.derive("email-salt", facts.code)[:_SALT_BYTES].hex()
        identifiers.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": identity_hash(facts.recipient_email, salt),
                "identityType": "emailAddress",
                "salt": salt,
            }
        )
    return identifiers


def _achievement(facts: AchievementFacts, public_url: str, slug: str, language: str | None) -> dict[str, Any]:
    url = achievement_url(public_url, slug, facts.template_id, facts.version)
    criteria_url = uri_of(facts.criteria_url) if facts.criteria_url else None
    return _without_absent(
        {
            "id": url,
            "type": ["Achievement"],
            "name": facts.name,
            "description": facts.description,
            "criteria": _without_absent({"id": criteria_url, "narrative": facts.criteria}),
            "achievementType": facts.achievement_type,
            "image": {"id": f"{url}/image", "type": "Image"} if facts.image_media else None,
            "inLanguage": language if _LANGUAGE_CODE.fullmatch(language or "") else None,
            "version": str(facts.version),
            "alignment": [_alignment(fact) for fact in facts.alignments],
            "tag": list(facts.skills),
            "resultDescription": [
                {
                    "id": _result_id(url, number),
                    "type": ["ResultDescription"],
                    "name": fact.name,
                    "resultType": fact.type,
                }
                for number, fact in enumerate(facts.result_descriptions, start=1)
            ],
        }
    )


def _alignment(fact: AlignmentFact) -> dict[str, Any]:
    return _without_absent(
        {
            "type": ["Alignment"],
            "targetName": fact.name,
            "targetUrl": uri_of(fact.url),
            "targetDescription": fact.description,
            "targetFramework": fact.framework,
            "targetCode": fact.code,
            "targetType": fact.type,
        }
    )


def _result(url: str, achievement: AchievementFacts, fact: ResultFact) -> dict[str, Any]:
    described = [description.name for description in achievement.result_descriptions]
    return {
        "type": ["Result"],
        "resultDescription": _result_id(url, described.index(fact.name) + 1),
        "value": fact.value,
    }


def _result_id(url: str, number: int) -> str:
    return f"{url}#result-{number}"


def _evidence(fact: EvidenceFact) -> dict[str, Any]:
    return _without_absent({"id": uri_of(fact.url), "type": ["Evidence"], "name": fact.name})


def _without_absent(members: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: Open Badges 3.0 (section 9.1) leaves it out."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
