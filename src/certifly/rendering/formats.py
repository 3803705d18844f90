"""What a render process can return of a page: the files of a certificate, and small pictures of it for screens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PreviewName = Literal["preview-600.webp", "preview-600.jpg", "preview-1200.webp", "preview-1200.jpg"]
PictureFormat = Literal["png", "svg"] | PreviewName
Format = Literal["pdf", "unreadable_codes"] | PictureFormat
"""What to return of a job: a file, or as JSON why which of its QR codes cannot be read."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of a page for screens. ``width``: pixels at most; the height follows."""

    width: int
    encoder: Literal["WEBP", "JPEG"]
    suffix: str
    media_type: str


PREVIEWS: Mapping[PreviewName, Preview] = {
    "preview-600.webp": Preview(600, "WEBP", ".webp", "image/webp"),
    "preview-600.jpg": Preview(600, "JPEG", ".jpg", "image/jpeg"),
    "preview-1200.webp": Preview(1200, "WEBP", ".webp", "image/webp"),
    "preview-1200.jpg": Preview(1200, "JPEG", ".jpg", "image/jpeg"),
}
"""The check page shows a landscape page 584 CSS pixels wide on a large screen: 600 for common screens, 1200 for those
with two pixels for one. Starter ``completion`` takes 21 and 76 kB as WebP; its PNG takes 836 kB."""
