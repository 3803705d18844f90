"""Linked data of strangers: canonical as everybody has it, nothing fetched, and poison graphs given up soon."""

import time
from typing import Any

import pytest

from certifly.credentials.canonical import rdfc
from certifly.credentials.contexts import CREDENTIALS_V2, ContextUnknown
from certifly.verification import linked_data
from certifly.verification.errors import BeyondLimits, Unreadable
from certifly.verification.linked_data import (
    ALIKE_NODES_MAX,
    BLANK_NODES_MAX,
    ITEMS_MAX,
    VALUES_MAX,
    canonical_form,
    not_covered,
)
from tests.handed_in import UNSIGNED

SECONDS_MAX = 20
"""Not a measurement: a graph that is not given up runs for hours."""

VOCABULARY = {"@vocab": "https://example.org/terms#"}


def clique(size: int) -> dict[str, Any]:
    """Nodes without names, each of which knows all the others: they cannot be told apart."""
    nodes = [
        {"@id": f"_:n{one}", "knows": [{"@id": f"_:n{other}"} for other in range(size) if other != one]}
        for one in range(size)
    ]
    return {"@context": VOCABULARY, "@graph": nodes}


def ring(size: int) -> dict[str, Any]:
    nodes = [{"@id": f"_:n{one}", "next": {"@id": f"_:n{(one + 1) % size}"}} for one in range(size)]
    return {"@context": VOCABULARY, "@graph": nodes}


def test_it_agrees_with_the_engine_that_signs() -> None:
    assert canonical_form(UNSIGNED) == rdfc(UNSIGNED)
    assert canonical_form(clique(4)) == rdfc(clique(4))


def test_nothing_of_our_own_credentials_is_left_out() -> None:
    assert not_covered(UNSIGNED) == []


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"grade": "A"}, ["grade"]),
        ({"type": ["VerifiableCredential", "Knighthood"]}, ["Knighthood"]),
        ({"credentialSubject": {"id": "urn:x:1", "honours": {"first": True}}}, ["first", "honours"]),
        ({"evidence": [{"id": "relative", "type": ["Evidence"]}]}, ["relative"]),
    ],
)
def test_what_no_signature_covers_is_named(changes: dict[str, Any], names: list[str]) -> None:
    assert not_covered({**UNSIGNED, **changes}) == names


def test_what_is_told_of_it_is_short() -> None:
    told = not_covered({**UNSIGNED, **{f"member{number}{'x' * 500}": 1 for number in range(50)}})

    assert len(told) == linked_data.NAMES_TOLD_MAX
    assert {len(name) for name in told} == {linked_data.NAME_CHARACTERS_MAX}


@pytest.mark.parametrize("where", ["context", "term", "import", "inside"])
def test_a_context_that_did_not_come_with_us_is_unknown_and_not_fetched(where: str) -> None:
    url = "https://example.org/context"
    contexts: dict[str, Any] = {
        "context": [CREDENTIALS_V2, url],
        "term": [{"@version": 1.1, "x": {"@id": "urn:x", "@context": url}}],
        "import": [{"@version": 1.1, "@import": url}],
        "inside": [VOCABULARY],
    }
    inner = {"@context": url} if where == "inside" else {}
    document = {"@context": contexts[where], "x": {"y": 1}, "z": inner}

    for read in (canonical_form, not_covered):
        with pytest.raises(ContextUnknown) as unknown:
            read(document)
        assert unknown.value.url == url


@pytest.mark.parametrize(
    "document",
    [
        {"@context": 3},
        {"@context": [{"@base": 1}]},
        {"@context": {"a": "b", "b": "a"}},
        {"@context": VOCABULARY, "a": {"@value": 1, "@language": "en"}},
        {"@context": VOCABULARY, "a": {"@value": "x", "@type": 1}},
        {"@context": VOCABULARY, "@id": {"@id": []}},
        {"@context": VOCABULARY, "@reverse": 1},
    ],
)
def test_what_breaks_the_rules_is_unreadable(document: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        canonical_form(document)


@pytest.mark.parametrize(
    "poison",
    [clique(ALIKE_NODES_MAX + 2), clique(40), ring(ITEMS_MAX)],
    ids=["small clique", "clique", "ring"],
)
def test_graphs_made_to_take_for_ever_are_given_up(poison: dict[str, Any]) -> None:
    began = time.monotonic()

    with pytest.raises(BeyondLimits):
        canonical_form(poison)
    assert time.monotonic() - began < SECONDS_MAX


def test_nodes_that_look_alike_are_compared_as_long_as_they_are_few() -> None:
    assert canonical_form(clique(ALIKE_NODES_MAX - 1))
    assert canonical_form(ring(8))


def test_members_items_and_nameless_nodes_are_counted() -> None:
    def items(count: int) -> dict[str, Any]:
        return {"@context": VOCABULARY, "a": [str(number) for number in range(count)]}

    def nameless(count: int) -> dict[str, Any]:
        inner = {f"m{number}": {"b": str(number)} for number in range(count - 1)}
        return {"@context": VOCABULARY, **inner}

    def members(count: int) -> dict[str, Any]:
        return {
            "@context": VOCABULARY,
            "@id": "urn:x",
            **{f"m{number}": number for number in range(count - 3)},
        }

    for allowed in (items(ITEMS_MAX), nameless(BLANK_NODES_MAX), members(VALUES_MAX)):
        assert canonical_form(allowed)
    for refused in (items(ITEMS_MAX + 1), nameless(BLANK_NODES_MAX + 1), members(VALUES_MAX + 1)):
        with pytest.raises(BeyondLimits):
            canonical_form(refused)


def test_contexts_within_contexts_are_no_danger() -> None:
    context: dict[str, Any] = {"a": "urn:a"}
    for _ in range(40):
        context = {"@version": 1.1, "a": {"@id": "urn:a", "@context": context}}
    document: dict[str, Any] = {"a": "x"}
    for _ in range(12):
        document = {"a": document}

    assert canonical_form({"@context": context, **document})
