"""What can be wrong with a certificate that a caller names."""

from certifly.core.errors import NotFound


class CertificateNotFound(NotFound):
    """This tenant has no certificate of that id or code."""

    def __init__(self) -> None:
        super().__init__("There is no certificate with this id or code.")


class TemplateChanged(Exception):
    """The template was published again or archived while the request was prepared; prepare it anew."""
