"""What a certificate's credential says, from its row and its template version.

Only labels come out: what is printed may be public, extra fields may not. The one exception is the recipient's
address, whatever kind of field it is in; it goes into a salted hash and nowhere else.
"""

from typing import Any

from certifly.certificates.models import Certificate
from certifly.credentials.achievement_credential import (
    AchievementFacts,
    AlignmentFact,
    CredentialFacts,
    EvidenceFact,
    ResultDescriptionFact,
    ResultFact,
)
from certifly.templates.achievement import AchievementDesign
from certifly.templates.document import TemplateDocument
from certifly.templates.values import title_of


def credential_facts(
    certificate: Certificate, document: TemplateDocument, *, public_url: str, slug: str
) -> CredentialFacts:
    """All that the credential of an issued certificate says."""
    design = document.achievement or AchievementDesign()
    printed: dict[str, str] = certificate.drawing["values"]
    data: dict[str, Any] = certificate.data
    name, address = document.recipient.name, document.recipient.email
    return CredentialFacts(
        code=str(certificate.code),
        public_url=public_url,
        slug=slug,
        issuer_name=certificate.issuer_name,
        title=title_of(document, printed),
        language=document.language,
        recipient_name=printed.get(name) if name else None,
        recipient_email=str(data[address]) if address and data.get(address) else None,
        issued_at=certificate.created_at,
        expires_at=certificate.expires_at,
        certificate_number=certificate.id,
        labels=tuple(
            (label.name, printed[label.name])
            for label in document.labels
            if label.name in printed and label.name != name
        ),
        achievement=achievement_facts(
            document, template_id=certificate.template_id, version=certificate.template_version
        ),
        results=tuple(
            ResultFact(name=result.label, value=str(data[result.label]))
            for result in design.results
            if result.label in data
        ),
        evidence=tuple(
            EvidenceFact(url=str(data[one.label]), name=one.name or one.label)
            for one in design.evidence
            if data.get(one.label)
        ),
        is_suspendable=document.suspendable,
    )


def achievement_facts(document: TemplateDocument, *, template_id: int, version: int) -> AchievementFacts:
    """What everybody achieved who has a certificate of this version."""
    design = document.achievement or AchievementDesign()
    name = design.name or document.name
    description = design.description or name
    return AchievementFacts(
        template_id=template_id,
        version=version,
        name=name,
        description=description,
        criteria=design.criteria or description,
        criteria_url=design.criteria_url,
        achievement_type=design.type,
        image_media=design.image,
        alignments=tuple(
            AlignmentFact(
                name=one.name,
                url=one.url,
                description=one.description,
                framework=one.framework,
                code=one.code,
                type=one.type,
            )
            for one in design.alignment
        ),
        skills=design.skills,
        result_descriptions=tuple(
            ResultDescriptionFact(name=result.label, type=result.type) for result in design.results
        ),
    )
