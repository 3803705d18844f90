"""What can be wrong with a certificate that a caller names."""

from certifly.core.errors import DomainError, NotFound


class CertificateNotFound(NotFound):
    """This tenant has no certificate of that id or code."""

    def __init__(self) -> None:
        super().__init__("There is no certificate with this id or code.")


class CertificateAlreadyRendered(DomainError):
    """The files of this certificate exist: rendering again would change nothing."""

    def __init__(self) -> None:
        super().__init__("This certificate is rendered; its files stay as they are. Only a failed one is rendered again.")


class TemplateChanged(Exception):
    """The template was published again or archived while the request was prepared; prepare it anew."""
