"""The part of the bundled contexts that a document needs, as JSON to be written into it.

Nearly all the time of canonicalising goes into reading the contexts, most of whose terms a document never
uses. A definition matters only if its term occurs in the document (as a member, a type, a value, or before a
colon) or in a definition that matters, so all others are left out: the same statements come out in a fifth of
the time, which a property test proves against the full contexts and against PyLD.

Only for the contexts that we sign under, which are known to agree with each other. What others combine is read in full.
One thing is lost: a document that uses a type's name as a member's can make the scoped contexts contradict each other
over terms it does not use. Full contexts refuse it; here it has a form, which nobody ever signed.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from certifly.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS, load

AGREEING = frozenset(
    {
        (CREDENTIALS_V2,),
        (CREDENTIALS_V2, OPEN_BADGES),
        (CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS),
    }
)
SELECTIONS_KEPT_MAX = 256
"""Documents of one template need the same terms, so this many designs are quick at a time."""


def context_for(document: Mapping[str, Any]) -> bytes | None:
    """The JSON of the contexts' needed part; None for contexts that have to be read in full."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not all(isinstance(context, str) for context in contexts):
        return None
    urls = tuple(contexts)
    if urls not in AGREEING:
        return None
    return _selection(urls, frozenset(_words_of(document)) & _terms(urls))


@lru_cache(maxsize=SELECTIONS_KEPT_MAX)
def _selection(urls: tuple[str, ...], words: frozenset[str]) -> bytes:
    wanted = words
    while (more := wanted | _named_by_definitions(urls, wanted)) != wanted:
        wanted = more
    return json.dumps(
        [_reduced(load(url)["@context"], wanted) for url in urls], separators=(",", ":")
    ).encode()


def _named_by_definitions(urls: tuple[str, ...], wanted: frozenset[str]) -> frozenset[str]:
    """Terms by which the definitions of wanted terms are written: an alias, a prefix, a type."""
    reduced = [_reduced(load(url)["@context"], wanted) for url in urls]
    return frozenset(_words_of(reduced)) & _terms(urls)


def _reduced(context: Mapping[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    reduced: dict[str, Any] = {}
    for term, definition in context.items():
        if term.startswith("@"):
            reduced[term] = definition
        elif term in wanted:
            scoped = definition.get("@context") if isinstance(definition, dict) else None
            reduced[term] = {**definition, "@context": _reduced(scoped, wanted)} if scoped else definition
    return reduced


@lru_cache(maxsize=len(AGREEING))
def _terms(urls: tuple[str, ...]) -> frozenset[str]:
    return frozenset(term for url in urls for term in _terms_in(load(url)["@context"]))


def _terms_in(context: Mapping[str, Any]) -> Iterator[str]:
    for term, definition in context.items():
        if not term.startswith("@"):
            yield term
            if isinstance(definition, dict) and definition.get("@context"):
                yield from _terms_in(definition["@context"])


def _words_of(value: object) -> Iterator[str]:
    """Every text in a document by which a term could be meant."""
    if isinstance(value, str):
        yield value
        if ":" in value:
            yield value.partition(":")[0]
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _words_of(name)
            yield from _words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words_of(inner)
