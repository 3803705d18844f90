"""Say in a sentence what went wrong outside of Certifly, for whoever operates it.

Only what an operator can do something about: a database that is away, files that cannot be written. Anything
else is a defect of ours and keeps its traceback.
"""

from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from certifly.storage.errors import StorageError


def explain(error: Exception) -> tuple[str, str] | None:
    """A message and the kind of error, or None when there is nothing an operator can do."""
    if isinstance(error, StorageError):
        return error.message, type(error).__name__
    if isinstance(error, ArgumentError):
        return "CERTIFLY_DATABASE_URL is not an address of a database.", "DatabaseAddressInvalid"
    if isinstance(error, OperationalError):
        return (
            f"The database cannot be used: {_first_line(error)}. See CERTIFLY_DATABASE_URL.",
            "DatabaseUnusable",
        )
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return f"The connection to the database broke: {_first_line(error)}.", "DatabaseUnusable"
    return None


def _first_line(error: DBAPIError) -> str:
    """What the driver said, on one line and without our statement, which may hold data."""
    return (
        " ".join(str(error.orig).splitlines()[0].split()).rstrip(".")
        if str(error.orig)
        else "no reason given"
    )
