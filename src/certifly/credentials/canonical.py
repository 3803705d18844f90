"""One form for all documents that say the same: the bytes that are hashed and signed.

Two of them. ``rdfc`` (RDF Dataset Canonicalization 1.0) takes what a document means under its contexts, ``jcs``
(RFC 8785) takes its JSON. pyoxigraph makes the first in a third of the time of PyLD; it cannot load documents,
so the bundled contexts are written into the document before it is parsed, and nothing can be fetched.

The two engines spell a few characters differently that no name and no text of ours can hold. A document with one
of these has no canonical form here (``Uncanonical``): better no signature than one that half of the world refuses.

A member that no context defines means nothing, and so is not in ``rdfc``: whoever builds a document sees to it that it
has none (``recheck`` does so for ours, ``verification`` for those of strangers).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import pyoxigraph
import rfc8785

from certifly.credentials.contexts import load
from certifly.credentials.needed_terms import context_for

DEPTH_MAX = 40
"""How deep values may be nested. Ours are nested 8 deep."""

BLANK_NODES_MAX = 400
"""Nodes without an id. Naming them canonically can cost exponential time when they are alike."""

NOT_CANONICAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""What engines write differently into N-Quads, and halves of surrogate pairs, which have no UTF-8."""


class Uncanonical(ValueError):
    """A document that has no canonical form, or none that all engines agree on."""


def rdfc(document: Mapping[str, Any]) -> bytes:
    """The document's statements as canonical N-Quads (RDFC-1.0 with SHA-256).

    Raises ContextUnknown, and Uncanonical for what is no JSON-LD or is too tangled to be named.
    """
    check(document)
    dataset = _dataset(_with_contexts(document))
    ends = {end for quad in dataset for end in (quad.subject, quad.object)}
    if sum(isinstance(end, pyoxigraph.BlankNode) for end in ends) > BLANK_NODES_MAX:
        raise Uncanonical(f"The document has more than {BLANK_NODES_MAX} nodes without an id.")
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return _sorted_lines(dataset)


def jcs(document: Mapping[str, Any]) -> bytes:
    """The document's JSON in canonical form (RFC 8785). Raises Uncanonical for what I-JSON cannot hold."""
    check(document)
    try:
        return rfc8785.dumps(dict(document))
    except rfc8785.CanonicalizationError as error:
        raise Uncanonical(f"The document is not I-JSON: {error}") from error


def check(value: object, depth: int = 0) -> None:
    """See that engines agree on every text, and that the nesting is bounded. Raises Uncanonical."""
    if isinstance(value, str):
        if not value.isascii() or not value.isprintable():
            wrong = NOT_CANONICAL.search(value)
            if wrong is not None:
                raise Uncanonical(f"U+{ord(wrong[0]):04X} has no canonical form that all engines share.")
    elif isinstance(value, Mapping | list):
        if depth == DEPTH_MAX:
            raise Uncanonical(f"The document is nested deeper than {DEPTH_MAX} levels.")
        if isinstance(value, Mapping):
            for key, inner in value.items():
                check(key)
                check(inner, depth + 1)
        else:
            for inner in value:
                check(inner, depth + 1)


def _dataset(document: bytes) -> pyoxigraph.Dataset:
    try:
        quads = pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.JSON_LD)
        return pyoxigraph.Dataset(quads)
    except (SyntaxError, ValueError) as error:
        raise Uncanonical(f"The document is not JSON-LD: {error}") from error


def _sorted_lines(dataset: pyoxigraph.Dataset) -> bytes:
    written = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    assert written is not None, "without an output, the bytes are returned"
    # Sorting UTF-8 is sorting by code points, as RDFC-1.0 wants it. No literal holds a bare line feed.
    return b"".join(sorted(line + b"\n" for line in written.split(b"\n") if line))


def _with_contexts(document: Mapping[str, Any]) -> bytes:
    """The document's JSON with the bundled contexts in place of their addresses."""
    contexts = document.get("@context")
    rest = {key: value for key, value in document.items() if key != "@context"}
    nested = _names_contexts(rest)
    if nested:
        rest = _inlined(rest)
    body = json.dumps(rest, separators=(",", ":")).encode()
    if contexts is None:
        return body
    written = None if nested else context_for(document)
    if written is None:
        written = json.dumps(_inlined_context(contexts)).encode()
    return b'{"@context":' + written + (b"," if rest else b"") + body[1:]


def _names_contexts(value: object) -> bool:
    if isinstance(value, Mapping):
        return "@context" in value or any(map(_names_contexts, value.values()))
    return isinstance(value, list) and any(map(_names_contexts, value))


def _inlined(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _inlined_context(inner) if key == "@context" else _inlined(inner)
            for key, inner in value.items()
        }
    return [_inlined(inner) for inner in value] if isinstance(value, list) else value


def _inlined_context(context: Any) -> Any:
    """A context without addresses, also within the definitions of its terms. ``@import`` stays, and is refused."""
    if isinstance(context, str):
        return load(context)["@context"]
    if isinstance(context, list):
        return [_inlined_context(inner) for inner in context]
    return _inlined(context)
