"""Find the signed credential of a certificate."""

from certifly.certificates.editions import SignedEdition, as_signed, current_edition
from certifly.certificates.errors import CertificateFailed, CredentialNotSigned
from certifly.certificates.models import FAILED, Certificate
from certifly.certificates.standing import require_present
from certifly.db.tenant import TenantDB

RETRY_AFTER_SECONDS = 2


def read_credential(db: TenantDB, certificate: Certificate) -> SignedEdition:
    """The current edition. Raises CertificateErased, CertificateFailed and CredentialNotSigned."""
    require_present(certificate)
    edition = current_edition(db, certificate)
    if edition is None:
        if certificate.state == FAILED:
            raise CertificateFailed(certificate.id)
        raise CredentialNotSigned(certificate.id, retry_after_seconds=RETRY_AFTER_SECONDS)
    return as_signed(edition)
