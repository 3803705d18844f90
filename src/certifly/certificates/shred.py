"""Have files deleted that no row names any more, by a job of their own.

The job is announced in the commit that lets go of the file, so it exists exactly when that is so, and outlives the
process. Deleting what is gone already is not an error.
"""

from collections.abc import Collection

from certifly.certificates.models import Certificate
from certifly.db.tenant import TenantDB
from certifly.jobs.announce import announce_later
from certifly.storage.blobs import DIGEST_PREFIX, BlobStore

SHRED = "certificates.shred"
AGAIN_SECONDS = 3600.0
"""After this long what could not be deleted is tried again, however often: it must not stay."""


def let_go_of_files(db: TenantDB, certificate: Certificate, *, keeping: Collection[str | None] = ()) -> None:
    """Have the files that the certificate's row names deleted, but for some; it names the others no more."""
    for column, suffix in (("pdf_digest", ".pdf"), ("png_digest", ".png"), ("svg_digest", ".svg")):
        digest = getattr(certificate, column)
        if digest is not None and digest not in keeping:
            shred_later(db, certificate.id, digest, suffix)
            setattr(certificate, column, None)
    for name, digest in (certificate.preview_digests or {}).items():
        shred_later(db, certificate.id, digest, f".{name.rpartition('.')[2]}")
    certificate.preview_digests = None


def shred_later(
    db: TenantDB, certificate_id: int, digest: str, suffix: str, *, delay_seconds: float = 0.0
) -> None:
    """Have one file of a certificate deleted after the commit; ``suffix`` as it was stored, such as ``.pdf``."""
    announce_later(
        db,
        SHRED,
        certificate_id,
        digest.removeprefix(DIGEST_PREFIX),  # arguments of jobs hold no colon and need no dot
        suffix.removeprefix("."),
        delay_seconds=delay_seconds,
        # Counted: a picture that was let go of may be drawn again, byte for byte, and be let go of once more.
        attempt=db.next_id("shreddings"),
    )


def shred(blobs: BlobStore, tenant_id: int, name: str, extension: str) -> None:
    """Delete one file. Blocks, so never inside a transaction. Raises StorageUnavailable."""
    blobs.delete(tenant_id, DIGEST_PREFIX + name, f".{extension}")
