"""Why a file cannot be looked into further. None of these is a defect of ours: each becomes part of the answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from certifly.core.errors import Overloaded


class CannotInspect(Exception):
    """Something in the file stops us; ``detail`` says what, in English, without quoting the file."""

    trouble: Literal["unreadable", "beyond_limits"] = "unreadable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Unreadable(CannotInspect):
    """Broken, or readable in more than one way."""


class BeyondLimits(CannotInspect):
    """It asks for more than a certificate ever needs."""

    trouble = "beyond_limits"


@contextmanager
def reading(what: str, *, too_much: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """A block in which a library reads what a stranger made: whatever it trips over is the file's fault.

    Want of memory is not: it passes, and ends the process that looks into the file.
    """
    try:
        yield
    except (CannotInspect, MemoryError):
        raise
    except too_much:
        raise BeyondLimits(f"{what} that unpacks to very much") from None
    except Exception as error:
        raise Unreadable(f"{what} that cannot be read ({type(error).__name__})") from error


class InspectorsBusy(Overloaded):
    """As many files are being checked as this process takes at once."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(
            f"Other files are being checked, and none of them was done within {wait_seconds:g} seconds. "
            "Repeat the request in a moment.",
            retry_after_seconds=2,
        )


class InspectionUnfinished(Overloaded):
    """The server was too busy to look through the file in time. This says nothing about the file."""

    def __init__(self) -> None:
        super().__init__(
            "The server is busy and could not finish checking this file. This says nothing about the file. "
            "Repeat the request in a moment.",
            retry_after_seconds=10,
        )
