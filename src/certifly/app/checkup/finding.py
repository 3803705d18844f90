"""What a look at one part found."""

from dataclasses import dataclass, field
from typing import Literal

State = Literal["well", "note", "trouble"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``well``; a ``note`` an operator should know; or ``trouble``, something that does not work.

    ``message`` says what is so and, unless all is well, what to do. ``details`` are single cases, a line each.
    """

    part: str
    state: State
    message: str
    details: tuple[str, ...] = field(default=())
