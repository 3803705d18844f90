"""Which documents have a canonical form, and that it is that of the specifications."""

import sys
from typing import Any

import pytest

from certifly.credentials.canonical import BLANK_NODES_MAX, DEPTH_MAX, Uncanonical, jcs, rdfc
from certifly.credentials.contexts import CREDENTIALS_V1, CREDENTIALS_V2, OPEN_BADGES, ContextUnknown
from certifly.templates.sanitise import sanitise


def statement(text: str) -> dict[str, Any]:
    return {"@context": [CREDENTIALS_V2], "id": "urn:uuid:1", "name": text}


def test_statements_are_sorted_and_nodes_are_named() -> None:
    document = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "type": ["VerifiableCredential"],
        "name": 'A\nB “C” "D" \\ é 👩‍🚀',
        "issuer": "did:web:example.org",
    }

    assert rdfc(document).decode() == (
        "_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        " <https://www.w3.org/2018/credentials#VerifiableCredential> .\n"
        '_:c14n0 <https://schema.org/name> "A\\nB “C” \\"D\\" \\\\ é 👩‍🚀" .\n'
        "_:c14n0 <https://www.w3.org/2018/credentials#issuer> <did:web:example.org> .\n"
    )


def test_json_is_canonical_as_the_rfc_has_it() -> None:
    document = {"b": [1, 4.5, True, None], "€": "\u20ac$\n", "a": {}}

    assert jcs(document) == '{"a":{},"b":[1,4.5,true,null],"€":"€$\\n"}'.encode()


@pytest.mark.parametrize(
    "character", ["\0", "\x08", "\x0b", "\x0c", "\x1f", "\x7f", "\ufffe", "\uffff", chr(0xD800)]
)
def test_a_text_that_engines_write_differently_is_refused(character: str) -> None:
    for canonicalise in (rdfc, jcs):
        with pytest.raises(Uncanonical, match=f"U\\+{ord(character):04X}"):
            canonicalise(statement(f"Ada{character}Lovelace"))
        with pytest.raises(Uncanonical):
            canonicalise({**statement("Ada"), f"Ada{character}": "Lovelace"})


@pytest.mark.parametrize("character", ["\t", "\n", "\r", "\x85", "\u200d", "\ufdd0", "\U0001fffe", "\ufffd"])
def test_a_text_that_engines_write_alike_is_not(character: str) -> None:
    assert rdfc(statement(f"Ada{character}Lovelace"))


def test_no_text_that_issuing_lets_through_is_refused() -> None:
    ends_of_planes = [plane + end for plane in range(0, sys.maxunicode, 0x10000) for end in (0xFFFE, 0xFFFF)]

    for code in [*range(0x100), *range(0x2000, 0x2070), 0xFEFF, *range(0xFDD0, 0xFDF0), *ends_of_planes]:
        assert jcs({"name": sanitise(f"a{chr(code)}b")})


def nested(levels: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(levels - 1):
        document = {"a": document}
    return document


def test_a_document_may_be_nested_to_a_limit() -> None:
    assert jcs(nested(DEPTH_MAX))
    with pytest.raises(Uncanonical, match="nested deeper"):
        jcs(nested(DEPTH_MAX + 1))
    with pytest.raises(Uncanonical, match="nested deeper"):
        jcs({"a": [[nested(DEPTH_MAX - 1)]]})


def test_a_document_may_have_nodes_without_id_to_a_limit() -> None:
    def with_nodes(count: int) -> dict[str, Any]:
        evidence = [{"name": str(number)} for number in range(count)]
        return {**statement("Ada"), "type": "VerifiableCredential", "evidence": evidence}

    assert rdfc(with_nodes(BLANK_NODES_MAX)).count(b"\n") == 2 * BLANK_NODES_MAX + 2
    with pytest.raises(Uncanonical, match="nodes without an id"):
        rdfc(with_nodes(BLANK_NODES_MAX + 1))


@pytest.mark.parametrize(
    "contexts", ["https://example.org/context", [CREDENTIALS_V2, "https://example.org/context"]]
)
def test_a_context_that_is_not_bundled_is_unknown(contexts: Any) -> None:
    with pytest.raises(ContextUnknown):
        rdfc({"@context": contexts, "name": "Ada"})


def test_a_context_deep_in_the_document_is_found_too() -> None:
    inner = {"@context": CREDENTIALS_V2, "id": "urn:uuid:2", "name": "Ada"}
    outer = {"@context": {"part": {"@id": "urn:part", "@type": "@id"}}, "@id": "urn:uuid:1"}

    assert b'<urn:uuid:2> <https://schema.org/name> "Ada"' in rdfc({**outer, "part": [inner]})
    with pytest.raises(ContextUnknown):
        rdfc({**outer, "part": [{**inner, "@context": [CREDENTIALS_V2, "https://example.org/"]}]})
    with pytest.raises(ContextUnknown):
        rdfc({"@context": {"a": {"@id": "urn:a", "@context": "https://example.org/"}}, "name": "Ada"})


@pytest.mark.parametrize(
    "context",
    [{"@import": "https://example.org/"}, {"@version": 7}, 42, {"name": {"@id": ["no id"]}}],
    ids=["import", "version", "number", "definition"],
)
def test_what_is_no_json_ld_is_refused(context: Any) -> None:
    with pytest.raises(Uncanonical, match="not JSON-LD"):
        rdfc({"@context": context, "@id": "urn:a", "name": "Ada"})


def test_contexts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(Uncanonical, match="not JSON-LD"):
        rdfc({"@context": [CREDENTIALS_V2, CREDENTIALS_V1], "type": "VerifiableCredential"})


@pytest.mark.parametrize("number", [2**53, -(2**53), float("nan"), float("inf")])
def test_a_number_that_json_cannot_hold_exactly_is_refused(number: float) -> None:
    with pytest.raises(Uncanonical, match="I-JSON"):
        jcs({"a": number})


def test_a_document_without_any_context_says_nothing() -> None:
    assert rdfc({"name": "Ada"}) == b""
    assert rdfc({"@context": [CREDENTIALS_V2]}) == b""
