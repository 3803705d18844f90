"""Blobs that were read lately, kept in memory: a picture is drawn on thousands of certificates.

A blob's name is the digest of its content, so what is kept here can never be out of date. Each tenant has
its own, also of equal content: whether another tenant has a picture cannot be told from here.
"""

from collections import OrderedDict
from threading import Lock

BlobKey = tuple[int, str, str]
"""Tenant, name and suffix."""


class RecentBlobs:
    """The blobs last used in this process, at most so many bytes together. Safe to share between threads."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[BlobKey, bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, key: BlobKey) -> bytes | None:
        """What was kept, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: BlobKey, content: bytes) -> None:
        """Keep it, and let go of those not used for longest; one larger than everything is not kept at all."""
        if len(content) > self._bytes_max:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = content
            self._bytes += len(content)
            while self._bytes > self._bytes_max:
                self._drop(next(iter(self._kept)))

    def forget(self, key: BlobKey) -> None:
        """Let go of one, which need not be here."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: BlobKey) -> None:
        self._bytes -= len(self._kept.pop(key, b""))
