"""Have files deleted that no row names any more, by a job of their own.

The job is announced in the commit that lets go of the file, so it exists exactly when that is so, and outlives the
process. Deleting what is gone already is not an error.
"""

from certifly.db.tenant import TenantDB
from certifly.jobs.announce import announce_later
from certifly.storage.blobs import DIGEST_PREFIX, BlobStore

SHRED = "certificates.shred"
AGAIN_SECONDS = 3600.0
"""After this long what could not be deleted is tried again, however often: it must not stay."""


def shred_later(db: TenantDB, certificate_id: int, digest: str, suffix: str, *, attempt: int = 0) -> None:
    """Have one file of a certificate deleted after the commit; ``suffix`` as it was stored, such as ``.pdf``."""
    # Arguments of jobs hold no colon and need no dot.
    name = digest.removeprefix(DIGEST_PREFIX)
    announce_later(
        db,
        SHRED,
        certificate_id,
        name,
        suffix.removeprefix("."),
        delay_seconds=AGAIN_SECONDS if attempt else 0,
        attempt=attempt,
    )


def shred(blobs: BlobStore, tenant_id: int, name: str, extension: str) -> None:
    """Delete one file. Blocks, so never inside a transaction. Raises StorageUnavailable."""
    blobs.delete(tenant_id, DIGEST_PREFIX + name, f".{extension}")
