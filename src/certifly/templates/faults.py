"""Collect every fault of one input, so that its sender mends it once and not ten times.

However wrong the input is, the answer stays small, and finding it cheap: faults beyond the limit are counted,
their sentences never made, and long names cut.
"""

from collections.abc import Callable
from typing import NoReturn

from certifly.core.errors import Invalid

FAULTS_MAX = 50
"""Faults told one by one; the rest is told as a number."""

NAME_CHARACTERS_SHOWN_MAX = 80


class Faults:
    """The faults found so far, by dotted path."""

    def __init__(self, *, subject: str) -> None:
        self._subject = subject
        self._found: dict[str, list[str]] = {}
        self._count = 0

    def add(self, path: str, fault: str | Callable[[], str]) -> None:
        """Note a fault at a place; the sentence must make sense without the place.

        One that costs something to make (what may have been meant?) is handed over as a function.
        """
        self._count += 1
        if self._count <= FAULTS_MAX:
            self._found.setdefault(path, []).append(fault if isinstance(fault, str) else fault())

    def raise_if_any(self) -> None:
        """Raise Invalid with all of them, if there is one."""
        if self._count:
            self.raise_all()

    def raise_all(self) -> NoReturn:
        """Raise Invalid; what was not told is counted under the subject."""
        untold = self._count - FAULTS_MAX
        if untold > 0:
            self._found.setdefault(self._subject, []).append(
                f"There {'is' if untold == 1 else 'are'} {untold} more of such faults. Mend these first."
            )
        raise Invalid(self._found)


def shown(name: str) -> str:
    """A name from outside as it may stand in an answer: short, and without halves of surrogate pairs."""
    name = name.encode("utf-8", "replace").decode()
    return name if len(name) <= NAME_CHARACTERS_SHOWN_MAX else name[: NAME_CHARACTERS_SHOWN_MAX - 1] + "…"
