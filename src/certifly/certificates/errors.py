"""What can be wrong with a certificate that a caller names."""

from certifly.core.errors import NotFound
from certifly.rendering.errors import RenderFailed


class CertificateNotFound(NotFound):
    """This tenant has no certificate of that id or code."""

    def __init__(self) -> None:
        super().__init__("There is no certificate with this id or code.")


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
