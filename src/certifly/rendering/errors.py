"""What can go wrong with a picture, and between a layout and its bytes.

A rendering that fails leaves the pool whole: the process that failed is gone or clean, and the next
rendering starts as if nothing had happened.
"""

from certifly.core.errors import DomainError, Overloaded

RETRY_AFTER_SECONDS = 5
"""After a rendering that a busy server did not finish."""


class RenderFailed(DomainError):
    """The certificate could not be drawn, for the reason that the message names; the same would fail again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This cannot be rendered: {reason}")
        self.reason = reason


class RenderTimedOut(RenderFailed):
    """Drawing used more processor time than allowed, and its process was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"it took longer than {seconds:g} seconds of processor time. Simplify the layout or its pictures, "
            "or raise CERTIFLY_RENDER_TIMEOUT_SECONDS."
        )
        self.seconds = seconds


class RenderOutOfMemory(RenderFailed):
    """Drawing needed more memory than allowed, and its process was ended."""

    def __init__(self, memory_mb: int) -> None:
        super().__init__(
            f"it needed more than {memory_mb} MB of memory. Use smaller pictures, "
            "or raise CERTIFLY_RENDER_MEMORY_MB."
        )
        self.memory_mb = memory_mb


class RenderInterrupted(Overloaded):
    """The render process was ended from outside while it worked. The job itself may be fine: try it again."""

    def __init__(self, how: str) -> None:
        super().__init__(
            f"The render process {how}. Nothing is known to be wrong with the certificate. Try again shortly.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


class RendererNotStarted(Overloaded):
    """No render process starts, which is a fault of the installation and of no job."""

    def __init__(self, how: str) -> None:
        super().__init__(
            f"No render process starts; it {how}. Nothing is known to be wrong with the certificate. "
            "The operator finds the reason with certifly doctor.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )


class RenderDelayed(Overloaded):
    """The clock ran out before the job had used its processor time: the server is busy, the job may be fine."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The server is busy: a render process got too little processor time within {seconds:g} seconds. "
            "Nothing is known to be wrong with the certificate. Try again shortly.",
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )
        self.seconds = seconds


class RenderersBusy(Overloaded):
    """No render process became free in the time a caller is willing to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Every render process was busy for {seconds:g} seconds. Try again shortly.")
        self.seconds = seconds


class PictureRefused(DomainError):
    """The upload is not a picture that a certificate can carry; the message says what to do."""


class PictureTooLarge(PictureRefused):
    """More bytes, pixels or parts than a certificate should carry."""


class PictureUnreadable(PictureRefused):
    """The file begins like a picture but is damaged or not well-formed."""


class PictureNotSupported(PictureRefused):
    """The file is something other than a still PNG, JPEG or SVG, or uses what certificates cannot show."""
