"""Pictures for layouts: judged, written anew, and kept under the digest of what is kept.

``store_picture`` does the slow and outside part, before any transaction; ``record_asset`` makes the picture
the tenant's. A picture whose recording failed lies unused in the store, which harms nobody. Uploading the
same picture again answers with the same digest and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.rendering.errors import PictureRefused
from certifly.rendering.images import Picture, inspect_image
from certifly.storage.blobs import BlobStore
from certifly.storage.errors import BlobMissing
from certifly.templates.errors import AssetNotFound, TooManyAssets
from certifly.templates.models import Asset

COUNTER = "assets"
ASSETS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture whose bytes are durable under ``digest`` (``sha256:`` and 64 hexadecimal digits)."""

    digest: str
    picture: Picture


def store_picture(blobs: BlobStore, tenant_id: int, content: bytes) -> StoredPicture:
    """Judge an uploaded picture and keep what a certificate shows of it. Blocks; raises PictureRefused."""
    picture = inspect_image(content)
    return StoredPicture(blobs.put(tenant_id, picture.content), picture)


def store_pictures(blobs: BlobStore, tenant_id: int, files: Mapping[str, bytes]) -> dict[str, StoredPicture]:
    """The pictures of a design, by the names of their files. Blocks; raises Invalid for each file that is refused."""
    stored: dict[str, StoredPicture] = {}
    faults: dict[str, list[str]] = {}
    for name, content in files.items():
        try:
            stored[name] = store_picture(blobs, tenant_id, content)
        except PictureRefused as error:
            faults[name] = [f"{name}: {error.message}"]
    if faults:
        raise Invalid(faults)
    return stored


def record_asset(db: TenantDB, stored: StoredPicture, *, now: datetime) -> Asset:
    """Let this tenant's layouts name the picture. Raises TooManyAssets."""
    known = db.get(Asset, stored.digest)
    if known is not None:
        return known
    if db.last_id(COUNTER) >= ASSETS_MAX:
        raise TooManyAssets(ASSETS_MAX)

    db.next_id(COUNTER)
    asset = Asset(
        digest=stored.digest,
        media_type=stored.picture.media_type,
        size_bytes=len(stored.picture.content),
        width=stored.picture.width,
        height=stored.picture.height,
        created_at=now,
    )
    db.add(asset)
    return asset


def get_asset(db: TenantDB, digest: str) -> Asset:
    """The tenant's picture. Raises AssetNotFound, also for another tenant's and for what is no digest."""
    asset = db.get(Asset, digest) if len(digest) == len("sha256:") + 64 else None
    if asset is None:
        raise AssetNotFound
    return asset


def read_content(blobs: BlobStore, tenant_id: int, digest: str) -> bytes:
    """The bytes of a recorded picture. Blocks; raises AssetNotFound when they are lost: uploading heals that."""
    try:
        return blobs.get(tenant_id, digest)
    except BlobMissing:
        raise AssetNotFound from None
