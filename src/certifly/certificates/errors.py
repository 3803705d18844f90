"""What can be wrong with a certificate that a caller names."""

from certifly.core.errors import DomainError, NotFound
from certifly.rendering.errors import RenderFailed


class CertificateNotFound(NotFound):
    """This tenant has no certificate of that id or code."""

    def __init__(self) -> None:
        super().__init__("There is no certificate with this id or code.")


class CertificateRevoked(DomainError):
    """What was asked for is not for a revoked certificate."""

    def __init__(self, certificate_id: int) -> None:
        super().__init__(
            f"Certificate {certificate_id} is revoked, which is final. Issue a new certificate instead."
        )
        self.certificate_id = certificate_id


class CertificateReplaced(DomainError):
    """What was asked for is not for a certificate that another one has replaced."""

    def __init__(self, certificate_id: int, successor_id: int) -> None:
        super().__init__(
            f"Certificate {certificate_id} was replaced by certificate {successor_id}, and cannot be changed any "
            f"more. Ask for it on certificate {successor_id} instead."
        )
        self.certificate_id = certificate_id
        self.successor_id = successor_id


class CertificateSuspended(DomainError):
    """What was asked for must wait until the certificate holds again."""

    def __init__(self, certificate_id: int) -> None:
        super().__init__(
            f"Certificate {certificate_id} is suspended. Lift that first: "
            f"DELETE /api/v1/certificates/{certificate_id}/suspension."
        )
        self.certificate_id = certificate_id


class CertificateNotSuspendable(DomainError):
    """The certificate's template version does not say ``"suspendable": true``."""

    def __init__(self, certificate_id: int, template_id: int) -> None:
        super().__init__(
            f"Certificate {certificate_id} cannot be suspended: its credential does not say where verifiers can read "
            f"a suspension. Revoke it instead, which is final: POST /api/v1/certificates/{certificate_id}/revocation. "
            f"To be able to suspend later certificates, publish a version of template {template_id} with "
            '"suspendable": true and issue from it.'
        )
        self.certificate_id = certificate_id
        self.template_id = template_id


class CertificateErased(DomainError):
    """What was asked for needs the person, who was erased from the certificate."""

    def __init__(self, certificate_id: int) -> None:
        super().__init__(
            f"The person was erased from certificate {certificate_id}, and with them its data and files. It can "
            "still be revoked; for anything else issue a new certificate."
        )
        self.certificate_id = certificate_id


class CertificateFailed(DomainError):
    """The credential was never signed, since the certificate's files cannot be made."""

    def __init__(self, certificate_id: int) -> None:
        super().__init__(
            f"The files of certificate {certificate_id} could not be made, so its credential is not signed. See its "
            f"failure, mend that, then: POST /api/v1/certificates/{certificate_id}/render."
        )
        self.certificate_id = certificate_id


class CredentialNotSigned(DomainError):
    """The credential will be there when the certificate's job has ended."""

    def __init__(self, certificate_id: int, *, retry_after_seconds: int) -> None:
        super().__init__(
            f"The credential of certificate {certificate_id} is being signed. Ask again in {retry_after_seconds} "
            f"seconds. If it stays so: POST /api/v1/certificates/{certificate_id}/render."
        )
        self.certificate_id = certificate_id
        self.retry_after_seconds = retry_after_seconds


class TemplateChanged(Exception):
    """The template was published again or archived while the request was prepared; prepare it anew."""


class PictureLost(RenderFailed):
    """A picture of the certificate's template is missing from the file store, or damaged there."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the picture {name} of its template is lost. Bring the file back, or upload the same picture again "
            "(POST /api/v1/assets), and render again."
        )
        self.name = name
