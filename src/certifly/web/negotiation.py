"""Which of the media types and languages we have does the caller want? (RFC 9110, sections 12.5.1 and 12.5.4)."""

import re
from collections.abc import Collection, Sequence

ACCEPT_CHARACTERS_MAX = 1000

ACCEPT_LANGUAGE_CHARACTERS_MAX = 1000
LANGUAGE_TAG_CHARACTERS_MAX = 35
"""Longer tags are left out. Every tag that systems use is shorter (RFC 5646, section 4.4.1)."""

_RANGE = re.compile(r"([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)")
_WEIGHT = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE | re.ASCII)

_LANGUAGE_RANGE = re.compile(
    r"(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?", re.ASCII
)
_RENAMED_LANGUAGES = {"iw": "he"}
"""Old codes that some systems still send, and today's."""


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


def preferred_language(accept_language: str | None, offered: Collection[str], *, fallback: str) -> str:
    """The offered language that Accept-Language prefers: ``de`` for ``de-AT`` (lookup, RFC 4647, section 3.4).

    Of languages with the same weight the one named first is taken. ``fallback``, one of the offered, is taken when
    no offered language is named; when it is refused with ``q=0`` and ``*`` is accepted, another is.
    """
    ranges = _language_ranges((accept_language or "")[:ACCEPT_LANGUAGE_CHARACTERS_MAX])
    refused = {tag for tag, weight in ranges if weight == 0}
    for tag, weight in sorted(ranges, key=lambda each: -each[1]):  # stable: of equals the first stays first
        if weight == 0:
            break
        if tag == "*":
            return next((one for one in (fallback, *sorted(offered)) if one not in refused), fallback)
        found = offered_language(tag, offered)
        if found is not None:
            return found
    return fallback


def offered_language(tag: str, offered: Collection[str]) -> str | None:
    """The offered language for a tag: ``pt`` for ``pt-BR``, ``he`` for ``iw``. None if there is none."""
    if len(tag) > LANGUAGE_TAG_CHARACTERS_MAX:
        return None
    subtags = tag.lower().split("-")
    subtags[0] = _RENAMED_LANGUAGES.get(subtags[0], subtags[0])
    candidates = ("-".join(subtags[:count]) for count in range(len(subtags), 0, -1))
    return next((candidate for candidate in candidates if candidate in offered), None)


def _language_ranges(accept_language: str) -> list[tuple[str, float]]:
    """Each range with its weight, in their order; parts that are not ranges are left out."""
    found = (_LANGUAGE_RANGE.fullmatch(part.strip().lower()) for part in accept_language.split(","))
    return [(each[1], float(each[2] or 1)) for each in found if each is not None]
