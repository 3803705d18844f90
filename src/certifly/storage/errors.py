"""What can go wrong with files. None of it is the fault of a caller, so none is a DomainError but one."""

from certifly.core.errors import DomainError


class BlobMissing(Exception):
    """Nothing is stored under this name."""


class BlobCorrupt(Exception):
    """Something else than what was stored lies under this name."""


class BlobNameInvalid(ValueError):
    """A tenant id, name or suffix that no blob can have."""


class StorageUnavailable(Exception):
    """The folder or bucket cannot be used now; the message says why, and holds no secret."""


class FilesAddressInvalid(DomainError):
    """CERTIFLY_FILES_URL names no place that files can be kept in."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"CERTIFLY_FILES_URL {reason} Write a folder, or s3://bucket/prefix?region=…&endpoint=…."
        )
