"""What holds for every credential that can be issued, and for every document under our contexts."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given, reject, settings
from hypothesis import strategies as st
from pyld import jsonld

from certifly.credentials import multibase, vc_jwt
from certifly.credentials.achievement_credential import (
    AchievementFacts,
    AlignmentFact,
    CredentialFacts,
    EvidenceFact,
    ResultDescriptionFact,
    ResultFact,
    build_credential,
    uri_of,
)
from certifly.credentials.canonical import NOT_CANONICAL, Uncanonical, jcs, rdfc
from certifly.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES, load
from certifly.credentials.keys import TenantSecret
from certifly.credentials.needed_terms import AGREEING
from certifly.credentials.proofs import prove
from certifly.credentials.recheck import recheck
from certifly.credentials.status_list import LIST_SIZE, place_of
from certifly.templates.sanitise import sanitise
from tests.unit.credentials.badge import DID, FACTS, PROOF_KEY, PUBLIC_KEYS, SECRET_OF_LOVELACE, TOKEN_KEY

TERMS = [
    "name",
    "id",
    "type",
    "Image",
    "Profile",
    "narrative",
    "@id",
    "xsd:date",
    "jwk",
    "AchievementCredential",
]
"""Words that mean something in a context, as values."""

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(sanitise)
scripts = st.sampled_from(
    [
        "Zoë Ångström",
        "محمد بن سلمان",
        "עדה",
        "प्रिया",
        "山田太郎",
        "ณัฐ",
        "한국",
        "👩‍🚀🏳️‍🌈",
        '"\\',
        "<A & B>",
        *TERMS,
    ]
)
lines = (any_text | scripts).filter(bool)
several_lines = st.lists(lines, min_size=1, max_size=4).map("\n".join)
moments = st.floats(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
paths = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30)
addresses = paths.map(lambda path: f"https://example.org/{path}")


@st.composite
def facts(draw: st.DrawFn) -> CredentialFacts:
    names = draw(st.lists(lines, max_size=4, unique=True))
    achievement = AchievementFacts(
        template_id=draw(st.integers(1, 10**6)),
        version=draw(st.integers(1, 100)),
        name=draw(lines),
        description=draw(several_lines),
        criteria=draw(several_lines),
        criteria_url=draw(st.none() | addresses),
        achievement_type=draw(st.sampled_from([None, "Course", "Certificate"])),
        image_media=draw(st.sampled_from([None, "image/png"])),
        alignments=tuple(
            AlignmentFact(name=name, url=draw(addresses), code=draw(st.none() | lines)) for name in names[:2]
        ),
        skills=tuple(names),
        result_descriptions=tuple(ResultDescriptionFact(name=name) for name in names),
    )
    return replace(
        FACTS,
        issuer_name=draw(lines),
        title=draw(lines),
        language=draw(st.sampled_from(["en", "pt-BR", "zh-Hant", "qaa-x-odd"])),
        recipient_name=draw(st.none() | lines),
        recipient_email=draw(st.sampled_from([None, "ada@example.org", "用户@例子.广告"])),
        issued_at=draw(moments),
        expires_at=draw(st.none() | moments),
        certificate_number=draw(st.integers(1, 10**9)),
        labels=tuple((name, draw(any_text)) for name in names),
        achievement=achievement,
        results=tuple(ResultFact(name=name, value=draw(any_text)) for name in names),
        evidence=tuple(EvidenceFact(url=draw(addresses), name=draw(st.none() | lines)) for _ in names[:2]),
        is_suspendable=draw(st.booleans()),
    )


def by_pyld(document: dict[str, Any]) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": loaded}
    normalised: str = jsonld.normalize(document, options)
    return normalised.encode()


def loaded(url: str, _: object) -> dict[str, Any]:
    document = json.loads(json.dumps(load(url)))
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": document,
    }


@given(facts=facts())
def test_the_quick_canonical_form_is_that_of_pyld_byte_for_byte(facts: CredentialFacts) -> None:
    credential = build_credential(facts, SECRET_OF_LOVELACE)

    assert rdfc(credential) == by_pyld(credential)


@settings(max_examples=40)
@given(facts=facts(), created=moments)
def test_whatever_is_signed_passes_the_slow_path(facts: CredentialFacts, created: datetime) -> None:
    credential = build_credential(facts, SECRET_OF_LOVELACE)

    proved = json.dumps(prove(credential, PROOF_KEY, did=DID, created=created))
    token = vc_jwt.encode(credential, TOKEN_KEY, did=DID)

    recheck(proved, token, PUBLIC_KEYS)


@given(facts=facts())
def test_no_text_of_a_certificate_is_without_a_canonical_form(facts: CredentialFacts) -> None:
    assert not NOT_CANONICAL.search(
        json.dumps(build_credential(facts, SECRET_OF_LOVELACE), ensure_ascii=False)
    )


# Documents of any shape under our contexts: what is left out of a context must never have mattered.

OPEN_BADGES_TERMS = sorted(
    {
        term
        for url in (CREDENTIALS_V2, OPEN_BADGES)
        for term in load(url)["@context"]
        if not term.startswith("@")
    }
)
INNER_TERMS = sorted(
    {
        term
        for url in (CREDENTIALS_V2, OPEN_BADGES)
        for definition in load(url)["@context"].values()
        if isinstance(definition, dict)
        for term in definition.get("@context") or {}
        if not term.startswith("@")
    }
)
NOT_VALUES = {"id", "type", "jwk", "_sd", "jsonSchema"}
"""Those that stand for keywords, and those whose value is any JSON: the engines need not agree on it."""
members = st.sampled_from([term for term in {*OPEN_BADGES_TERMS, *INNER_TERMS} if term not in NOT_VALUES])
types = st.sampled_from([term for term in OPEN_BADGES_TERMS if term[0].isupper()])
values = (
    st.sampled_from(["Ada", "https://example.org/a", "urn:uuid:1", "2026-11-23T09:00:00Z", *TERMS])
    | st.booleans()
)
things = st.recursive(
    values,
    lambda inner: st.builds(
        lambda kinds, name, content: {**content, "type": kinds} | ({"id": name} if name else {}),
        st.lists(types, max_size=2),
        st.sampled_from([None, "urn:a", "urn:b"]),
        st.dictionaries(members, inner | st.lists(inner, max_size=2), max_size=4),
    ),
    max_leaves=8,
)


@given(
    contexts=st.sampled_from(sorted(AGREEING)),
    kinds=st.lists(types, max_size=2),
    content=st.dictionaries(members, things, max_size=6),
)
@example(
    contexts=(CREDENTIALS_V2, OPEN_BADGES), kinds=["AchievementCredential"], content={"awardedDate": "2026"}
)
def test_what_is_left_out_of_the_contexts_never_mattered(
    contexts: tuple[str, ...], kinds: list[str], content: dict[str, Any]
) -> None:
    body = {"id": "urn:uuid:0", "type": kinds, **content}
    in_full = {"@context": [load(url)["@context"] for url in contexts], **body}

    try:
        expected = rdfc(in_full)
    except Uncanonical:
        reject()
    assert rdfc({"@context": list(contexts), **body}) == expected


@given(data=st.binary(max_size=80))
def test_bytes_come_back_from_their_text(data: bytes) -> None:
    assert multibase.decode(multibase.encode(data)) == data
    assert multibase.decode("u" + multibase.encode_base64url(data)) == data


@given(text=st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=100))
def test_bytes_have_one_text_in_base58(text: str) -> None:
    assert multibase.encode(multibase.decode("z" + text)) == "z" + text


@given(first=st.integers(1, 10**9), second=st.integers(1, 10**9), secret=st.binary(min_size=32, max_size=32))
def test_two_certificates_never_share_a_place(first: int, second: int, secret: bytes) -> None:
    key = TenantSecret("secret-1", secret)

    one, other = place_of(first, key), place_of(second, key)

    assert 0 <= one.index < LIST_SIZE
    assert one.list_number == (first - 1) // LIST_SIZE + 1
    assert (one == other) == (first == second)


@given(path=st.text(st.characters(exclude_categories=["Cs"])))
def test_every_address_becomes_a_uri_and_stays_it(path: str) -> None:
    uri = uri_of(f"https://example.org/{path}")

    assert uri.isascii() and uri.isprintable()
    assert not set(uri) & set(' "<>\\^`{|}[]')
    assert uri_of(uri) == uri


@given(
    document=st.dictionaries(
        lines, st.integers(-(2**53) + 1, 2**53 - 1) | lines | st.lists(lines), max_size=5
    )
)
def test_json_in_canonical_form_says_the_same(document: dict[str, Any]) -> None:
    assert json.loads(jcs(document)) == document
    assert jcs(dict(reversed(document.items()))) == jcs(document)
