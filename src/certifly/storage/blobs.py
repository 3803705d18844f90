"""Keep bytes under the digest of their content, each tenant's apart.

A blob's name is ``sha256:<hex>``; its place is ``{tenant_id}/{first two digits}/{hex}{suffix}``. What must
stay true, wherever the bytes live:

- when ``put`` has returned, the bytes survive a power cut, so a row may name them;
- what ``get`` returns has the digest it was asked for, or it raises;
- no name a tenant can write leads to another tenant's bytes: places are built from a checked tenant id,
  a checked digest and a checked suffix, and from nothing else.

Stores block and are safe to share between threads.
"""

import hashlib
import re
import uuid
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from certifly.storage.bucket import Bucket
from certifly.storage.errors import (
    BlobCorrupt,
    BlobMissing,
    BlobNameInvalid,
    FilesAddressInvalid,
    StorageUnavailable,
)
from certifly.storage.folder import Folder
from certifly.storage.recent import RecentBlobs

__all__ = [
    "BlobCorrupt",
    "BlobMissing",
    "BlobNameInvalid",
    "BlobStore",
    "FilesAddressInvalid",
    "StorageUnavailable",
    "name_of",
    "open_store",
    "place_of",
]

DIGEST_PREFIX = "sha256:"
KEPT_BYTES_MAX = 32 * 1024 * 1024
"""Of one process. Reading a picture of half a megabyte from disk and checking it costs 0.4 ms, from a bucket
one or two round trips; drawing a certificate costs 5 ms."""
PROBE_FOLDER = ".probe"
PROBE_CONTENT = b"Certifly checks that it can write, read and delete here."

_NAME = re.compile(r"sha256:[0-9a-f]{64}")
_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,63}")
_SUFFIX = re.compile(r"(?:\.[a-z0-9]{1,8})?")


class Medium(Protocol):
    """Where bytes lie: moves them, knows nothing of names. Raises StorageUnavailable, nothing else."""

    @property
    def description(self) -> str:
        """The medium in words for an operator, without credentials."""

    def write(self, place: str, content: bytes) -> None:
        """Returns when the bytes are durable; replaces what was there, never half."""

    def read(self, place: str) -> bytes | None:
        """None where nothing lies."""

    def exists(self, place: str) -> bool: ...

    def delete(self, place: str) -> None:
        """Also fine where nothing lies."""


class BlobStore:
    """Every tenant's blobs, on one medium."""

    def __init__(self, medium: Medium, *, kept_bytes_max: int = KEPT_BYTES_MAX) -> None:
        self._medium = medium
        self._recent = RecentBlobs(kept_bytes_max)

    @property
    def description(self) -> str:
        """The store in words for an operator, without credentials."""
        return self._medium.description

    def put(self, tenant_id: int, content: bytes, suffix: str = "") -> str:
        """Store ``content`` for good and return its name. Storing it again changes nothing, or heals it."""
        name = name_of(content)
        self._medium.write(place_of(tenant_id, name, suffix), content)
        return name

    def get(self, tenant_id: int, name: str, suffix: str = "") -> bytes:
        """The bytes stored under ``name``; raises BlobMissing or BlobCorrupt."""
        content = self._medium.read(place_of(tenant_id, name, suffix))
        if content is None:
            raise BlobMissing(f"Tenant {tenant_id} has no file {name}{suffix}.")
        if name_of(content) != name:
            raise BlobCorrupt(f"The file {name}{suffix} of tenant {tenant_id} is not what was stored.")
        return content

    def get_kept(self, tenant_id: int, name: str, suffix: str = "") -> bytes:
        """The same, kept in memory for the next time: for what is read again and again, as pictures are."""
        key = (tenant_id, name, suffix)
        content = self._recent.find(key)
        if content is None:
            content = self.get(tenant_id, name, suffix)
            self._recent.keep(key, content)
        return content

    def exists(self, tenant_id: int, name: str, suffix: str = "") -> bool:
        """Whether something lies under ``name``; only ``get`` finds out whether it is intact."""
        return self._medium.exists(place_of(tenant_id, name, suffix))

    def delete(self, tenant_id: int, name: str, suffix: str = "") -> None:
        """Remove a blob. Removing one that is not there is not an error."""
        self._recent.forget((tenant_id, name, suffix))
        self._medium.delete(place_of(tenant_id, name, suffix))

    def check(self) -> None:
        """Write, read and delete a probe; raises StorageUnavailable with the reason."""
        place = f"{PROBE_FOLDER}/{uuid.uuid4().hex}"
        self._medium.write(place, PROBE_CONTENT)
        content = self._medium.read(place)
        self._medium.delete(place)
        if content != PROBE_CONTENT:
            raise StorageUnavailable(f"{self.description} does not give back what was written to it.")


def name_of(content: bytes) -> str:
    """The name under which ``content`` is stored: ``sha256:`` and 64 lower-case hexadecimal digits."""
    return DIGEST_PREFIX + hashlib.sha256(content).hexdigest()


def place_of(tenant_id: int, name: str, suffix: str) -> str:
    """Where a blob lies on its medium, with ``/`` between folders; raises BlobNameInvalid."""
    if type(tenant_id) is not int or tenant_id < 1:
        raise BlobNameInvalid(f"{tenant_id!r} is not a tenant's id.")
    if _NAME.fullmatch(name) is None:
        raise BlobNameInvalid("A blob is named sha256: and 64 lower-case hexadecimal digits.")
    if _SUFFIX.fullmatch(suffix) is None:
        raise BlobNameInvalid(f"{suffix!r} is not a file suffix such as .pdf.")
    digest = name.removeprefix(DIGEST_PREFIX)
    return f"{tenant_id}/{digest[:2]}/{digest}{suffix}"


def open_store(files_url: str) -> BlobStore:
    """The store behind ``CERTIFLY_FILES_URL``; raises FilesAddressInvalid.

    ``var/files``, ``/srv/certifly`` and ``file:///srv/certifly`` are folders, created when absent;
    ``s3://bucket/prefix`` is a bucket, not looked at until it is used. An address that is understood only in
    part is refused: files must not land in a place nobody meant.
    """
    if "://" not in files_url:
        if not files_url:
            raise FilesAddressInvalid("is empty.")
        return BlobStore(Folder(Path(files_url)))

    try:
        parts = urlsplit(files_url)
    except ValueError:
        raise FilesAddressInvalid("is not an address.") from None
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost") or parts.query or not parts.path.strip("/"):
            raise FilesAddressInvalid("is not a folder of this machine, such as file:///srv/certifly.")
        return BlobStore(Folder(Path(unquote(parts.path))))
    if parts.scheme == "s3":
        return BlobStore(_bucket(parts.netloc, prefix=unquote(parts.path).strip("/"), query=parts.query))
    raise FilesAddressInvalid(f"begins with {parts.scheme}://, which is not supported.")


def _bucket(name: str, *, prefix: str, query: str) -> Bucket:
    if "@" in name:
        raise FilesAddressInvalid(
            "holds credentials; put them in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if _BUCKET.fullmatch(name) is None:
        raise FilesAddressInvalid("names no bucket.")
    if prefix and {"", ".", ".."} & set(prefix.split("/")):
        raise FilesAddressInvalid("has a prefix with an empty part.")
    options = dict(parse_qsl(query, keep_blank_values=True))
    endpoint, region = options.pop("endpoint", None), options.pop("region", None)
    if options:
        raise FilesAddressInvalid(f"has the unknown option {', '.join(sorted(options))}.")
    if endpoint is not None and not endpoint.startswith(("https://", "http://")):
        raise FilesAddressInvalid("has an endpoint that does not begin with https or http.")
    return Bucket(name, prefix, endpoint=endpoint, region=region)
