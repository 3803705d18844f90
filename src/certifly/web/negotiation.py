"""Which of the media types we can produce does the caller want? (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence

ACCEPT_CHARACTERS_MAX = 1000

_RANGE = re.compile(r"([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)")
_WEIGHT = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE | re.ASCII)


def preferred_type(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offered type with the greatest weight, the earlier offer among equals; None when all are refused.

    Who sends no Accept header takes everything.
    """
    if accept is None or not accept.strip():
        return offered[0]
    weights = {kind: _weight_of(kind, accept[:ACCEPT_CHARACTERS_MAX]) for kind in offered}
    best = max(offered, key=lambda kind: weights[kind])
    return best if weights[best] > 0 else None


def names_type(accept: str | None, kind: str) -> bool:
    """Whether Accept asks for this very type, not only for some range that covers it."""
    for part in (accept or "")[:ACCEPT_CHARACTERS_MAX].split(","):
        found = _RANGE.match(part.strip().lower())
        if found is not None and found[0] == kind:
            weight = _WEIGHT.search(part)
            return weight is None or float(weight[1]) > 0
    return False


def _weight_of(kind: str, accept: str) -> float:
    """The weight of the most specific range that covers this type; 0 when none does."""
    main, _, sub = kind.partition("/")
    best = (-1, 0.0)
    for part in accept.split(","):
        found = _RANGE.match(part.strip().lower())
        if found is None:
            continue
        specific = {(main, sub): 2, (main, "*"): 1, ("*", "*"): 0}.get((found[1], found[2]))
        if specific is not None and specific > best[0]:
            weight = _WEIGHT.search(part)
            best = (specific, float(weight[1]) if weight else 1.0)
    return best[1]
