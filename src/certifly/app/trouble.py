"""Say in a sentence what went wrong outside of Certifly, for whoever operates it.

Only what an operator can do something about: a database that is away, files that cannot be written. Anything
else is a defect of ours and keeps its traceback.
"""

from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from certifly.core.errors import DomainError
from certifly.rendering.fonts import FontsUnusable
from certifly.storage.errors import StorageError


class DatabaseUnusable(DomainError):
    """The database cannot be reached, or does not let us in."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database cannot be used: {reason}. See CERTIFLY_DATABASE_URL.")


class RightsMissing(DomainError):
    """The role that connects may not do what was asked of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The database refuses this to its role: {reason}. certifly migrate makes the tables as the role in "
            "CERTIFLY_DATABASE_OWNER_URL, and gives the one in CERTIFLY_DATABASE_URL its rights."
        )


class FilesUnusable(DomainError):
    """The folder or bucket of files cannot be used."""


class FontsFolderUnusable(DomainError):
    """The operator's own fonts cannot be used."""


def trouble_in(error: Exception) -> DomainError | None:
    """What an operator can act on, as an error of ours; None for a defect."""
    if isinstance(error, StorageError):
        return FilesUnusable(error.message)
    if isinstance(error, FontsUnusable):
        return FontsFolderUnusable(f"{error} See CERTIFLY_FONTS_DIR.")
    if isinstance(error, DBAPIError):
        if isinstance(error.orig, InsufficientPrivilege):
            return RightsMissing(_first_line(error))
        # A bare DatabaseError is what SQLite says of a file that is none of its own.
        is_outside = isinstance(error, OperationalError) or type(error) is DatabaseError
        if is_outside or error.connection_invalidated:
            return DatabaseUnusable(_first_line(error))
    return None


def _first_line(error: DBAPIError) -> str:
    """What the driver said, without the rest, which may quote our statement and its data."""
    words = str(error.orig).strip().splitlines()
    return " ".join(words[0].split()).rstrip(".") if words else "no reason was given"
