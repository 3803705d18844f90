"""Guess which name a misspelt one was meant to be; silence when two are as likely."""

from collections.abc import Iterable

EDITS_MAX = 2


def only_near(name: str, known: Iterable[str]) -> str | None:
    """The one known name that differs only in case, separators, or by at most two slips of the finger."""
    wanted = _folded(name)
    near = [candidate for candidate in known if _is_near(wanted, _folded(candidate))]
    return near[0] if len(near) == 1 else None


def _is_near(one: str, other: str) -> bool:
    edits = min(EDITS_MAX, min(len(one), len(other)) // 3)
    return _within(one, other, edits)


def _folded(name: str) -> str:
    letters = "".join(character for character in name.casefold() if character.isalnum())
    return letters or name


def _within(one: str, other: str, edits: int) -> bool:
    """Whether so many insertions, deletions, changes or swaps of neighbours make one text the other."""
    if abs(len(one) - len(other)) > edits:
        return False
    common = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    one, other = one[common:], other[common:]
    if one == other:
        return True
    if not edits:
        return False
    return (
        _within(one[1:], other, edits - 1)
        or _within(one, other[1:], edits - 1)
        or _within(one[1:], other[1:], edits - 1)
        or (one[:2] == other[1::-1] and _within(one[2:], other[2:], edits - 1))
    )
