"""What can go wrong with files. Only the operator's address is a DomainError: the rest is no fault of a caller."""

from certifly.core.errors import DomainError


class StorageError(Exception):
    """Trouble with files. ``message`` is for the operator, and holds no secret."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BlobMissing(StorageError):
    """Nothing is stored under this name."""


class BlobCorrupt(StorageError):
    """Something else than what was stored lies under this name."""


class StorageUnavailable(StorageError):
    """The folder or bucket cannot be used now."""


class BlobNameInvalid(ValueError):
    """A tenant id, name or suffix that no blob can have."""


class FilesAddressInvalid(DomainError):
    """CERTIFLY_FILES_URL names no place that files can be kept in."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"CERTIFLY_FILES_URL {reason} Write a folder, or s3://bucket/prefix?region=…&endpoint=…."
        )
