"""What an e-mail tells of a certificate: delivery asks, certificates know."""

from certifly.certificates.models import Certificate
from certifly.db.tenant import TenantDB
from certifly.delivery.email.compose import CertificateFacts
from certifly.templates.queries import get_version
from certifly.templates.values import title_of


def read_facts(db: TenantDB, certificate_id: int) -> CertificateFacts | None:
    """The facts of a certificate that was rendered; None when the person was erased from it since."""
    certificate = db.get(Certificate, certificate_id)
    assert certificate is not None, "a foreign key keeps the certificate of an e-mail"
    if certificate.erased_at is not None:
        return None
    document = get_version(db, certificate.template_id, certificate.template_version).document
    values = certificate.drawing["values"]
    name = document.recipient.name
    return CertificateFacts(
        code=str(certificate.code),
        title=title_of(document, values),
        language=document.language,
        recipient_name=values.get(name, "") if name else "",
        issuer_name=certificate.issuer_name,
        check_url=certificate.check_url,
        pdf_name=certificate.pdf_digest,
    )
