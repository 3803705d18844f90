"""The kinds of error a caller can act on.

A domain raises a subclass named as a fact, with a message that says what is wrong and what to do about
it. Nothing here knows HTTP: ``web/errors.py`` gives each class its status and its stable code.
"""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Something the caller asked for cannot be; ``message`` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(DomainError):
    """The input is malformed. ``errors`` holds every fault found at once.

    Keys are dotted paths into the input (``data.Student Name``, ``layout.elements.3.text``); each value
    lists the faults of that place, in the order found.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        assert errors, "an Invalid without a fault says nothing"
        self.errors: dict[str, list[str]] = {field: list(faults) for field, faults in errors.items()}
        first = next(iter(self.errors.values()))[0]
        others = sum(len(faults) for faults in self.errors.values()) - 1
        super().__init__(first if not others else f"{first} (and {others} more error{'s' * (others > 1)})")


class NotFound(DomainError):
    """This tenant has no such thing. Another tenant's thing answers exactly like one that never was."""


class Overloaded(DomainError):
    """The service cannot take this now and nothing was stored; the same request may succeed later."""

    def __init__(self, message: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class QueueFull(Overloaded):
    """More units of work wait for the database than this process is willing to hold."""


class DatabaseBusy(Overloaded):
    """Another process held the database for longer than we wait."""
