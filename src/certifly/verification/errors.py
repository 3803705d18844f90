"""Why a file cannot be looked into further. None of these is a defect of ours: each becomes part of the answer."""

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


class InspectorsBusy(Overloaded):
    """As many files are being checked as this process takes at once."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(
            f"Other files are being checked, and none of them was done within {wait_seconds:g} seconds. "
            "Repeat the request in a moment.",
            retry_after_seconds=2,
        )
