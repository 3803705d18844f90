"""Find the signed credential of a certificate."""

from dataclasses import dataclass
from datetime import datetime

from certifly.certificates.errors import CertificateFailed, CredentialNotSigned
from certifly.certificates.models import FAILED, Certificate, Edition
from certifly.certificates.standing import require_present
from certifly.db.tenant import TenantDB

RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class FoundCredential:
    """A credential as it was signed: its text byte for byte."""

    edition: int
    signed_at: datetime
    credential: str
    jwt: str


def read_credential(db: TenantDB, certificate: Certificate) -> FoundCredential:
    """The credential of the current edition. Raises CertificateErased, CertificateFailed and CredentialNotSigned."""
    require_present(certificate)
    edition = db.get(Edition, certificate.id, certificate.edition)
    if edition is None or edition.credential is None or edition.credential_jwt is None:
        if certificate.state == FAILED:
            raise CertificateFailed(certificate.id)
        raise CredentialNotSigned(certificate.id, retry_after_seconds=RETRY_AFTER_SECONDS)
    return FoundCredential(edition.number, edition.signed_at, edition.credential, edition.credential_jwt)
