"""What a credential says, and what never gets into it."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from certifly.credentials.achievement_credential import (
    SCHEMA,
    CredentialFacts,
    EvidenceFact,
    achievement_document,
    build_credential,
    identity_hash,
    uri_of,
)
from certifly.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS
from certifly.credentials.keys import TenantSecret
from certifly.credentials.proofs import prove
from tests.cast import ADA, ADAS_ADDRESS, MONDAY
from tests.unit.credentials.badge import (
    BARE_FACTS,
    CODE,
    DID,
    FACTS,
    PROOF_KEY,
    PUBLIC_URL,
    SECRET_OF_LOVELACE,
    SLUG,
    SUSPENDABLE_FACTS,
)
from tests.unit.credentials.open_badges_rules import ACHIEVEMENT_CREDENTIAL

OTHER_SECRET = TenantSecret("secret-1", b"t" * 32)


def built(facts: CredentialFacts = FACTS) -> dict[str, Any]:
    return build_credential(facts, SECRET_OF_LOVELACE)


@pytest.mark.parametrize("facts", [FACTS, BARE_FACTS, SUSPENDABLE_FACTS], ids=["full", "bare", "suspendable"])
def test_it_keeps_the_rules_of_open_badges(facts: CredentialFacts) -> None:
    credential = prove(built(facts), PROOF_KEY, did=DID, created=MONDAY)

    faults = Draft202012Validator(ACHIEVEMENT_CREDENTIAL).iter_errors(credential)
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


def test_it_says_who_what_and_when() -> None:
    credential = built()

    assert credential["id"] == f"urn:uuid:{CODE}"
    assert credential["issuer"]["id"] == DID
    assert credential["name"] == FACTS.title
    assert (credential["validFrom"], credential["validUntil"]) == (
        "2026-11-23T09:00:00Z",
        "2027-11-23T09:00:00Z",
    )
    assert credential["credentialSubject"]["narrative"] == "Course: Analytical engines\n\nGrade: A+"

    assert credential["credentialSubject"]["achievement"]["id"] == f"{PUBLIC_URL}/t/{SLUG}/achievements/4/2"


def test_what_looks_like_html_and_lines_are_kept_where_the_narrative_is_shown_as_markdown() -> None:
    labels = (("Course", "List<String> & &lt; 1 < 2 <ada@example.org> AT&T"), ("Modules", "- One\n- Two"))

    subject = build_credential(replace(FACTS, labels=labels), SECRET_OF_LOVELACE)["credentialSubject"]

    assert subject["narrative"] == (
        "Course: List\\<String> & \\&lt; 1 < 2 \\<ada@example.org> AT&T\n\nModules: - One  \n- Two"
    )


def test_a_result_points_to_its_description() -> None:
    subject = built()["credentialSubject"]

    assert subject["result"][0]["resultDescription"] == subject["achievement"]["resultDescription"][0]["id"]


def test_an_address_is_in_it_only_as_a_salted_hash() -> None:
    name, address = built()["credentialSubject"]["identifier"]

    assert name == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": ADA,
        "identityType": "name",
    }
    assert address["hashed"] is True
    assert address["identityType"] == "emailAddress"
    expected = sha256((ADAS_ADDRESS + address["salt"]).encode()).hexdigest()
    assert address["identityHash"] == f"sha256${expected}"
    assert ADAS_ADDRESS not in json.dumps(built())


def test_addresses_are_hashed_as_the_specification_does() -> None:
    assert identity_hash("a@example.com", "Kosher") == (
        "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    )


def test_salt_and_subject_are_of_this_certificate_and_this_tenant() -> None:
    def of(code: str, secret: TenantSecret) -> tuple[str, str]:
        subject = build_credential(replace(FACTS, code=code), secret)["credentialSubject"]
        return subject["id"], subject["identifier"][1]["salt"]

    ours, again = of(CODE, SECRET_OF_LOVELACE), of(CODE, SECRET_OF_LOVELACE)
    another, of_others = of(CODE[:-1] + "2", SECRET_OF_LOVELACE), of(CODE, OTHER_SECRET)

    assert ours == again
    assert len({*ours, *another, *of_others}) == 6
    assert UUID(ours[0].removeprefix("urn:uuid:")).version == 4


def test_one_list_is_named_and_the_official_schema_which_accepts_that() -> None:
    credential = built()

    assert credential["credentialStatus"]["statusPurpose"] == "revocation"
    assert credential["credentialSchema"] == [SCHEMA]
    assert credential["@context"] == [CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS]


def test_of_a_suspendable_one_both_lists_are_named_at_the_same_place_and_no_schema() -> None:
    credential = built(SUSPENDABLE_FACTS)

    assert "credentialSchema" not in credential
    assert credential["@context"] == [CREDENTIALS_V2, OPEN_BADGES]
    revocation, suspension = credential["credentialStatus"]
    assert revocation == built()["credentialStatus"]
    assert revocation["statusPurpose"] == "revocation"
    assert suspension["statusPurpose"] == "suspension"
    assert revocation["statusListIndex"] == suspension["statusListIndex"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "en"), ("pt-BR", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW"), ("x-klingon", None), ("", None)],
)
def test_a_language_is_named_where_open_badges_knows_its_code(language: str, said: str | None) -> None:
    achievement = built(replace(FACTS, language=language))["credentialSubject"]["achievement"]

    assert achievement.get("inLanguage") == said


def test_the_achievement_is_served_as_it_stands_in_credentials() -> None:
    served = achievement_document(
        FACTS.achievement, public_url=PUBLIC_URL, slug=SLUG, issuer_name="Lovelace Academy", language="en"
    )

    assert served.pop("@context") == [CREDENTIALS_V2, OPEN_BADGES]
    assert served.pop("creator") == built()["issuer"]
    assert served == built()["credentialSubject"]["achievement"]


def test_an_achievement_can_be_served_without_the_issuers_name() -> None:
    served = achievement_document(FACTS.achievement, public_url=PUBLIC_URL, slug=SLUG)

    assert served["creator"] == {"id": DID, "type": ["Profile"], "url": f"{PUBLIC_URL}/t/{SLUG}"}
    assert "inLanguage" not in served


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://example.org/a?b=c&d=%20#e", "https://example.org/a?b=c&d=%20#e"),
        ("https://example.org/größe", "https://example.org/gr%C3%B6%C3%9Fe"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://bücher.example:8443/", "https://xn--bcher-kva.example:8443/"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a b|c", "https://example.org/a%20b%7Cc"),
        ("https://example.org/?a[]=1", "https://example.org/?a%5B%5D=1"),
        ("https://example.org/#a#b", "https://example.org/#a%23b"),
        ("https://" + "ü" * 70 + ".example/", "https://" + "%C3%BC" * 70 + ".example/"),
        ("https://[::1]/a", "https://[::1]/a"),
    ],
)
def test_an_address_is_written_as_a_uri(address: str, uri: str) -> None:
    assert uri_of(address) == uri
    assert uri_of(uri) == uri


def test_evidence_may_have_an_address_alone() -> None:
    facts = replace(FACTS, evidence=(EvidenceFact(url="https://example.org/größe"),))

    assert built(facts)["evidence"] == [{"id": "https://example.org/gr%C3%B6%C3%9Fe", "type": ["Evidence"]}]
