"""What is sent: bytes that were made once, ready to go, also compressed.

A page of samples is long and compresses to a tenth. It holds nothing secret and nothing of the request, so
compressing it tells nobody anything.
"""

import gzip
import hashlib
from dataclasses import dataclass

GZIP_LEVEL = 6
GZIP_BYTES_MIN = 1000
"""Below it a compressed answer saves no packet."""

_PACKED_ALREADY = ("font/", "image/png")


@dataclass(frozen=True, slots=True)
class Served:
    """An answer that is the same for everyone."""

    content: bytes
    media_type: str
    etag: str
    """Of the plain bytes; the compressed ones have it with a suffix."""
    packed: bytes | None
    """The same, compressed with gzip; None where that saves nothing."""

    @classmethod
    def of(cls, content: bytes, media_type: str) -> "Served":
        """Get ``content`` ready to be sent."""
        etag = hashlib.sha256(content).hexdigest()[:32]
        is_packable = len(content) >= GZIP_BYTES_MIN and not media_type.startswith(_PACKED_ALREADY)
        packed = gzip.compress(content, GZIP_LEVEL, mtime=0) if is_packable else None
        return cls(content, media_type, etag, packed)
