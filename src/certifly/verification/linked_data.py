"""The canonical form of JSON-LD from strangers (RDFC-1.0), without fetching and within bounds.

Deliberately another engine than the one that signs: what both agree on does not rest on the defects of one. Only
contexts that came with this release are known. Graphs can be made whose canonical form takes for ever (many blank
nodes that look alike): the work is counted, and given up long before it hurts.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pyld import jsonld
from pyld.canon import URDNA2015

from certifly.credentials.contexts import ContextUnknown, load
from certifly.verification.errors import BeyondLimits, Unreadable, reading

VALUES_MAX = 2_000
"""Members and items of a document, all together. Ours have a hundred."""
ITEMS_MAX = 200
"""Of one list: the library compares each item of a list with every other."""
BLANK_NODES_MAX = 400
ALIKE_NODES_MAX = 5
"""Blank nodes that cannot be told apart by what stands next to them: their orders are tried one by one."""
COMPARISONS_MAX = 500

NAMES_TOLD_MAX = 5
NAME_CHARACTERS_MAX = 60

_UNDEFINED = "urn:undefined:"
_RELATIVE = "relative://base/"
"""What stands before an id that is no address: without one, the library would make up an address for it."""


class _Counted(URDNA2015):  # type: ignore[misc]
    """The algorithm, giving up on graphs made to keep it busy."""

    def __init__(self) -> None:
        super().__init__()
        self._comparisons = 0

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        self._comparisons += 1
        related = super().create_hash_to_related(id_, issuer)
        alike = max((len(nodes) for nodes in related.values()), default=0)
        if self._comparisons > COMPARISONS_MAX or alike > ALIKE_NODES_MAX:
            raise BeyondLimits("linked data with very many nodes that look alike")
        return related


def canonical_form(document: Mapping[str, Any]) -> bytes:
    """N-Quads of the document. Raises ContextUnknown, BeyondLimits or Unreadable."""
    dataset = _perform(jsonld.to_rdf, document)
    quads = [triple for graph in dataset.values() for triple in graph]
    nodes = {part["value"] for quad in quads for part in quad.values() if part["type"] == "blank node"}
    if len(nodes) > BLANK_NODES_MAX:
        raise BeyondLimits(f"linked data with more than {BLANK_NODES_MAX} nodes that have no name")
    with reading("linked data"):
        text: str = _Counted().main(dataset, {"format": "application/n-quads"})
        return text.encode()


def not_covered(document: Mapping[str, Any]) -> list[str]:
    """A few names of what the canonical form leaves out: members and types that no context defines, and names that
    are no addresses. Raises as ``canonical_form`` does."""
    given = document.get("@context", [])
    context = [{"@vocab": _UNDEFINED}, *(given if isinstance(given, list) else [given])]
    expanded = _perform(jsonld.expand, {**document, "@context": context})
    found = dict.fromkeys(name[:NAME_CHARACTERS_MAX] for name in _left_out(expanded))
    return sorted(found)[:NAMES_TOLD_MAX]


def _left_out(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _left_out(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name == "@value":
                continue
            if name.startswith(_UNDEFINED):
                yield name.removeprefix(_UNDEFINED)
            if name in ("@id", "@type"):
                for text in member if isinstance(member, list) else [member]:
                    if text.startswith((_UNDEFINED, _RELATIVE)):
                        yield text.removeprefix(_UNDEFINED).removeprefix(_RELATIVE)
            else:
                yield from _left_out(member)


def _perform(operation: Any, document: Mapping[str, Any]) -> Any:
    _check_size(document)
    try:
        with reading("linked data"):
            return operation(document, {"documentLoader": _load, "base": _RELATIVE})
    except Unreadable as error:
        unknown = _cause(error)
        if unknown is not None:
            raise unknown from None
        raise


def _check_size(document: Mapping[str, Any]) -> None:
    count = 0
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        count += len(inner)
        if count > VALUES_MAX or (isinstance(value, list) and len(inner) > ITEMS_MAX):
            raise BeyondLimits("linked data with very many members")
        waiting += inner


def _cause(error: BaseException) -> ContextUnknown | None:
    """The library wraps what its loader raises, once or more."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ContextUnknown):
            return seen
        seen = getattr(seen, "cause", None) or seen.__cause__ or seen.__context__
    return None


def _load(url: str, _: object) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": load(url),
    }
