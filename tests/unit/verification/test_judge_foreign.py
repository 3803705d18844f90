"""Files of issuers elsewhere: their signatures are checked as far as the key is in the file, and never called valid."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certifly.credentials import multibase
from certifly.credentials.bake import bake_png
from certifly.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from certifly.credentials.public_keys import jwk_of, multibase_of
from certifly.verification.facts import CredentialFound, Facts, SealFacts
from certifly.verification.inspect import inspect
from certifly.verification.judge import judge
from certifly.verification.proof_facts import proof_facts
from certifly.verification.report import CheckName, FileKind, Outcome, Reason, Report, Scope, Verdict
from tests.cast import TUESDAY
from tests.handed_in import SMALL_PNG
from tests.unit.credentials.badge import PUBLIC_URL

OLDER = "Ed25519Signature2020"
OLDER_CONTEXT = "https://w3id.org/security/suites/ed25519-2020/v1"
ED25519 = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
P256 = generate_private_key(SECP256R1())


def did_of(private: Any) -> str:
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"did:key:{multibase_of(spki)}"


OWN_DID = did_of(ED25519)
FATES = dict.fromkeys(("not_revoked", "not_suspended", "not_corrected"), "status_elsewhere")


def badge(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "id": "https://elsewhere.example.org/badges/1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "A badge",
        "issuer": {"id": OWN_DID, "type": ["Profile"], "name": "Elsewhere"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"type": ["AchievementSubject"], "id": "urn:uuid:1", "name": "Grace"},
    }
    return {name: value for name, value in (document | changes).items() if value is not None}


def signed(
    document: dict[str, Any], *suites: str, method: str = f"{OWN_DID}#1", private: Any = ED25519
) -> dict[str, Any]:
    """Signed as others do it: what is signed is taken from the facts, which other tests hold to be right."""
    proofs = []
    for suite in suites:
        is_type = "Signature" in suite
        raw = {"type": suite} if is_type else {"type": "DataIntegrityProof", "cryptosuite": suite}
        raw |= {
            "verificationMethod": method,
            "proofPurpose": "assertionMethod",
            "created": "2026-01-01T00:00:00Z",
        }
        raw["proofValue"] = multibase.encode(bytes(64))
        (facts,) = proof_facts({**document, "proof": raw})
        assert facts.signed is not None
        raw["proofValue"] = multibase.encode(raw_signature(private, bytes.fromhex(facts.signed)))
        proofs.append(raw)
    return {**document, "proof": proofs}


def raw_signature(private: Any, message: bytes) -> bytes:
    if isinstance(private, Ed25519PrivateKey):
        return private.sign(message)
    r, s = decode_dss_signature(private.sign(message, ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(document: dict[str, Any], header: dict[str, Any], private: Any) -> str:
    signing_input = f"{part(header)}.{part(document)}"
    signature = base64.urlsafe_b64encode(raw_signature(private, signing_input.encode())).rstrip(b"=")
    return f"{signing_input}.{signature.decode()}"


def report_on(content: dict[str, Any] | str | bytes) -> Report:
    text = json.dumps(content) if isinstance(content, dict) else content
    return judged(inspect(text.encode() if isinstance(text, str) else text))


def judged(facts: Facts) -> Report:
    return judge(facts, None, public_url=PUBLIC_URL, now=TUESDAY)


def reasons(report: Report) -> dict[str, str]:
    return {check.name.value: check.reason_code.value for check in report.checks}


@pytest.mark.parametrize(
    ("suites", "private"),
    [
        (["eddsa-rdfc-2022"], ED25519),
        (["eddsa-jcs-2022"], ED25519),
        (["eddsa-rdfc-2022", "eddsa-jcs-2022"], ED25519),
        ([OLDER], ED25519),
        (["ecdsa-rdfc-2019"], P256),
        (["ecdsa-jcs-2019"], P256),
    ],
)
def test_a_key_in_the_file_proves_the_signature_and_nothing_more(suites: list[str], private: Any) -> None:
    did = did_of(private)
    document = badge(issuer={"id": did})
    if suites == [OLDER]:
        document["@context"] = [*document["@context"], OLDER_CONTEXT]
    report = report_on(signed(document, *suites, method=f"{did}#1", private=private))

    assert reasons(report) == {
        "issuer": "issuer_elsewhere",
        "signature": "signed_by_key_in_file",
        "unaltered": "credential_intact",
        "not_expired": "never_expires",
        **FATES,
    }
    assert report.verdict is Verdict.UNKNOWN
    assert report.certificate is None
    assert report.trusted.scope is Scope.WHOLE_FILE


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_changed_member_is_seen(suite: str) -> None:
    report = report_on({**signed(badge(), suite), "name": "Another badge"})

    assert reasons(report)["signature"] == "signature_wrong"
    assert reasons(report)["unaltered"] == "altered"
    assert report.verdict is Verdict.INVALID


def test_a_member_that_no_proof_covers_is_not_let_through() -> None:
    by_meaning = {**signed(badge(), "eddsa-rdfc-2022"), "honours": "first"}
    report = report_on(by_meaning)

    assert reasons(report)["signature"] == "member_not_signed"
    assert report.check(CheckName.SIGNATURE).facts.members == ("honours",)
    assert report.verdict is Verdict.INVALID


def test_a_proof_of_the_json_makes_up_for_what_the_other_leaves_out() -> None:
    both = signed(badge(honours="first"), "eddsa-rdfc-2022", "eddsa-jcs-2022")

    assert reasons(report_on(both))["signature"] == "signed_by_key_in_file"


def test_who_signs_in_the_name_of_another_key_is_seen() -> None:
    report = report_on(signed(badge(issuer=did_of(Ed25519PrivateKey.generate())), "eddsa-jcs-2022"))

    assert reasons(report)["signature"] == "key_not_the_issuers"
    assert report.verdict is Verdict.INVALID


@pytest.mark.parametrize(
    ("changes", "reason", "fact"),
    [
        ({"verificationMethod": "did:web:elsewhere.example.org#1"}, "key_elsewhere", "key"),
        ({"verificationMethod": None}, "key_elsewhere", None),
        ({"cryptosuite": "bbs-2023"}, "method_unknown", "method"),
        ({"proofValue": "z1"}, "signature_wrong", "detail"),
    ],
)
def test_what_cannot_be_checked_here_is_said_with_its_reason(
    changes: dict[str, Any], reason: str, fact: str | None
) -> None:
    document = signed(badge(), "eddsa-jcs-2022")
    document["proof"] = {
        name: value for name, value in (document["proof"][0] | changes).items() if value is not None
    }
    report = report_on(document)

    assert reasons(report)["signature"] == reason
    assert fact is None or getattr(report.check(CheckName.SIGNATURE).facts, fact)
    assert reasons(report)["not_expired"] == "status_elsewhere"


def test_a_vocabulary_we_do_not_carry_is_named() -> None:
    document = signed(badge(), "eddsa-rdfc-2022") | {"@context": [CREDENTIALS_V2, "https://example.org/v1"]}
    check = report_on(document).check(CheckName.SIGNATURE)

    assert (check.outcome, check.reason_code) == (Outcome.UNKNOWN, Reason.CONTEXT_UNKNOWN)
    assert check.facts.address == "https://example.org/v1"


def test_linked_data_made_to_keep_us_busy_is_not_judged() -> None:
    others = [[{"id": f"_:n{other}"} for other in range(9) if other != one] for one in range(9)]
    nodes = [{"id": f"_:n{one}", "knows": known} for one, known in enumerate(others)]
    context = [CREDENTIALS_V2, OPEN_BADGES, {"knows": {"@id": "urn:knows", "@type": "@id"}}]
    document = signed(badge(), "eddsa-rdfc-2022") | {"@context": context, "evidence": nodes}

    assert reasons(report_on(document))["signature"] == "beyond_limits"


def test_without_a_proof_nothing_is_signed() -> None:
    report = report_on(badge(issuer=None))

    assert reasons(report)["signature"] == "not_signed"
    assert reasons(report)["issuer"] == "issuer_not_named"
    assert reasons(report)["unaltered"] == "nothing_to_compare"
    assert report.trusted.scope is Scope.NOTHING


@pytest.mark.parametrize(
    ("changes", "reason", "outcome"),
    [
        ({"validUntil": "2026-11-24T09:00:00Z"}, "expired", Outcome.FAILED),
        ({"validUntil": "2026-11-24T10:00:01+01:00"}, "not_expired", Outcome.PASSED),
        ({"validUntil": "some day"}, "never_expires", Outcome.PASSED),
        ({"validFrom": "2026-11-25"}, "not_yet_valid", Outcome.FAILED),
        ({"validFrom": None, "expirationDate": "2020-01-01T00:00:00"}, "expired", Outcome.FAILED),
    ],
)
def test_what_it_says_of_its_time_counts(changes: dict[str, Any], reason: str, outcome: Outcome) -> None:
    check = report_on(signed(badge(**changes), "eddsa-jcs-2022")).check(CheckName.NOT_EXPIRED)

    assert (check.reason_code.value, check.outcome) == (reason, outcome)


def test_it_counts_to_its_disadvantage_also_when_it_is_not_signed() -> None:
    report = report_on(badge(validUntil=(TUESDAY - timedelta(days=1)).isoformat()))

    assert reasons(report)["not_expired"] == "expired"


@pytest.mark.parametrize(
    ("header", "private", "reason"),
    [
        ({"alg": "EdDSA", "kid": f"{OWN_DID}#1"}, ED25519, "signed_by_key_in_file"),
        ({"alg": "EdDSA"}, ED25519, "signed_by_key_in_file"),
        (
            {
                "alg": "ES256",
                "jwk": jwk_of(
                    P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
                ),
            },
            P256,
            "key_not_the_issuers",
        ),
        ({"alg": "EdDSA"}, P256, "signature_wrong"),
        ({"alg": "none"}, ED25519, "method_unknown"),
        ({"alg": ["EdDSA"]}, ED25519, "method_unknown"),
    ],
)
def test_tokens_of_others_are_checked_likewise(header: dict[str, Any], private: Any, reason: str) -> None:
    assert reasons(report_on(token(badge(), header, private)))["signature"] == reason


def test_a_token_with_its_key_inside_under_an_address_as_issuer() -> None:
    spki = P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    document = badge(issuer={"id": "https://elsewhere.example.org"})
    report = report_on(token(document, {"alg": "ES256", "jwk": jwk_of(spki)}, P256))

    assert reasons(report)["signature"] == "signed_by_key_in_file"
    assert report.check(CheckName.ISSUER).facts.issuer == "https://elsewhere.example.org"
    assert reasons(report_on(token(document, {"alg": "ES256"}, P256)))["signature"] == "key_elsewhere"


def test_a_name_beside_an_enclosed_key_is_not_reported_as_that_key() -> None:
    spki = P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    document = badge(issuer={"id": "https://elsewhere.example.org"})
    header = {"alg": "ES256", "jwk": jwk_of(spki), "kid": "https://university.example.org#key-1"}
    check = report_on(token(document, header, P256)).check(CheckName.SIGNATURE)

    assert (check.reason_code, check.facts.key) == (Reason.SIGNED_BY_KEY_IN_FILE, None)


@pytest.mark.parametrize("is_in_header", [True, False])
def test_a_token_that_names_our_key_or_us_beside_its_issuer_is_a_false_claim(is_in_header: bool) -> None:
    spki = P256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    own = "did:web:" + PUBLIC_URL.removeprefix("https://") + ":t:lovelace"
    document = badge(issuer={"id": "https://elsewhere.example.org"})
    header = {"alg": "ES256", "jwk": jwk_of(spki)} | ({"kid": f"{own}#token-1"} if is_in_header else {})
    claims = document if is_in_header else {"iss": own, "vc": document}

    assert reasons(report_on(token(claims, header, P256)))["issuer"] == "no_such_certificate"


def test_open_badges_2_are_of_a_kind_we_do_not_read() -> None:
    report = report_on({"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "issuer": "x"})

    assert reasons(report)["signature"] == "format_unknown"
    assert report.verdict is Verdict.UNKNOWN


def test_their_pictures_are_not_signed_either() -> None:
    report = report_on(bake_png(SMALL_PNG, json.dumps(signed(badge(), "eddsa-jcs-2022"))))

    assert reasons(report)["unaltered"] == "picture_not_signed"
    assert report.trusted.scope is Scope.CREDENTIAL


# PDFs


def pdf(seals: list[SealFacts], *, credential: dict[str, Any] | None = None) -> Facts:
    credentials: list[CredentialFound] = []
    if credential is not None:
        credentials = inspect(json.dumps(credential).encode()).credentials
    return Facts(
        kind=FileKind.PDF,
        size_bytes=1000,
        digest="sha256:0",
        seals=seals,
        credentials=credentials,
        revisions=1,
    )


GOOD_SEAL: dict[str, Any] = {
    "certificate": "00",
    "subject": "Babbage",
    "is_intact": True,
    "covered_bytes": 1000,
}


@pytest.mark.parametrize(
    ("changes", "signature", "unaltered", "scope"),
    [
        ({}, "signed_by_key_in_file", "covered", Scope.WHOLE_FILE),
        ({"covered_bytes": 900}, "signed_by_key_in_file", "changed_after_signing", Scope.BEGINNING),
        ({"covered_bytes": None}, "signed_by_key_in_file", "altered", Scope.NOTHING),
        ({"is_intact": False}, "signature_wrong", "altered", Scope.NOTHING),
        ({"is_intact": False, "detail": "SHA-1"}, "method_unknown", "nothing_to_compare", Scope.NOTHING),
        (
            {"is_intact": False, "detail": "x", "certificate": None},
            "signature_wrong",
            "altered",
            Scope.NOTHING,
        ),
    ],
)
def test_a_pdf_that_others_signed(
    changes: dict[str, Any], signature: str, unaltered: str, scope: Scope
) -> None:
    report = judged(pdf([SealFacts(**GOOD_SEAL | changes)]))

    assert reasons(report)["issuer"] == "issuer_elsewhere"
    assert reasons(report)["signature"] == signature
    assert reasons(report)["unaltered"] == unaltered
    assert report.trusted.scope is scope
    assert report.verdict is not Verdict.VALID


def test_a_pdf_with_their_credential_and_no_seal_has_pages_that_are_not_signed() -> None:
    credential = signed(badge(), "eddsa-jcs-2022")

    assert reasons(judged(pdf([], credential=credential)))["unaltered"] == "pages_not_signed"
    sealed = judged(pdf([SealFacts(**GOOD_SEAL)], credential=credential))
    assert reasons(sealed)["unaltered"] == "covered"
    weak = SealFacts(**GOOD_SEAL | {"is_intact": False, "detail": "SHA-1"})
    assert judged(pdf([weak], credential=credential)).trusted.scope is Scope.CREDENTIAL


# Nothing to judge


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "nothing_to_check"),
        (b"hello", "nothing_to_check"),
        (b"<html></html>", "nothing_to_check"),
        (b'{"name":"x"}', "nothing_to_check"),
        (SMALL_PNG, "nothing_to_check"),
        (b"{", "file_unreadable"),
        (b"{\xff", "file_unreadable"),
        (SMALL_PNG[:40], "file_unreadable"),
        (b"%PDF-1.7", "file_unreadable"),
        (b'{"a":' * 100, "beyond_limits"),
    ],
)
def test_a_file_without_anything_to_check_answers_unknown_throughout(content: bytes, reason: str) -> None:
    report = report_on(content)

    assert set(reasons(report).values()) == {reason}
    assert report.verdict is Verdict.UNKNOWN
    assert report.trusted.scope is Scope.NOTHING


def test_several_credentials_are_not_told_apart_by_us() -> None:
    one, other = json.dumps(badge()), json.dumps(badge(name="Another"))
    twice = bake_png(SMALL_PNG, one)
    twice = twice[:33] + bake_png(SMALL_PNG, other)[33 : -len(SMALL_PNG[33:])] + twice[33:]
    same = twice[:33] + bake_png(SMALL_PNG, one)[33 : -len(SMALL_PNG[33:])] + bake_png(SMALL_PNG, one)[33:]

    assert set(reasons(report_on(twice)).values()) == {"several_credentials"}
    assert reasons(report_on(same))["signature"] == "not_signed"
