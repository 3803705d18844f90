"""Files that say they are ours: nothing passes that the issuer did not sign and record."""

import base64
import json
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certifly.certificates.editions import text_of
from certifly.certificates.erase import salted
from certifly.credentials import vc_jwt
from certifly.credentials.bake import bake_png, bake_svg
from certifly.credentials.cms import PublicSeal, assemble, sign_attributes
from certifly.credentials.keys import ProofKey, SealKey
from certifly.credentials.proofs import prove
from certifly.credentials.seal import bytes_reserved
from certifly.storage.blobs import name_of
from certifly.verification.facts import CMSFacts, Facts, SealFacts, StampFacts
from certifly.verification.inspect import inspect
from certifly.verification.judge import judge
from certifly.verification.record import Record
from certifly.verification.report import (
    CheckName,
    FileKind,
    NoteKind,
    Outcome,
    Reason,
    Report,
    Scope,
    TimeStamp,
    Verdict,
)
from tests.cast import MONDAY, TUESDAY
from tests.handed_in import (
    CREDENTIAL,
    DOCUMENT,
    SMALL_PNG,
    SMALL_SVG,
    TOKEN,
    UNSIGNED,
    certificate,
    edition,
    name_of_text,
    record,
    seal_of,
    withdrawn,
)
from tests.sealing import seal_key
from tests.unit.credentials.badge import CODE, DID, PROOF_KEY, PUBLIC_KEYS, PUBLIC_URL, TOKEN_KEY

CHECK_ADDRESS = f"{PUBLIC_URL}/check/{CODE}"
SEAL = seal_key()
WITH_SEAL = [*PUBLIC_KEYS, seal_of(SEAL)]
SIZE = 80_002
PDF_DIGEST = "sha256:" + "a" * 64


def report_on(content: bytes | str, known: Record | None = None, **changes: Any) -> Report:
    raw = content.encode() if isinstance(content, str) else content
    return judged(inspect(raw), known, **changes)


def judged(facts: Facts, known: Record | None = None, *, public_url: str = PUBLIC_URL) -> Report:
    return judge(facts, known or record(), public_url=public_url, now=TUESDAY)


def told(report: Report) -> dict[str, str]:
    """What did not pass, and why."""
    return {
        check.name.value: check.reason_code.value
        for check in report.checks
        if check.outcome is not Outcome.PASSED
    }


def cms_facts(
    key: SealKey,
    *,
    chain: tuple[bytes, ...] | None = None,
    stamp: bytes | None = None,
    has_other_room: bool = False,
) -> CMSFacts:
    """Of the CMS that the key makes, or of one with other certificates, or with a place as for another level."""
    attributes, signature = sign_attributes(key, bytes(32))
    made_as = PublicSeal(key.chain if chain is None else chain, key.algorithm)
    place_bytes = bytes_reserved(key, is_time_stamped=(stamp is not None) != has_other_room) // 2
    place = assemble(made_as, attributes, signature, stamp).ljust(place_bytes, b"\0")
    return CMSFacts(
        attributes=attributes.hex(),
        signature=signature.hex(),
        time_stamp=stamp.hex() if stamp is not None else None,
        digest=sha256(place).hexdigest(),
        place_bytes=place_bytes,
    )


def public_key_of(key: SealKey) -> str:
    spki = seal_of(key).spki
    assert spki is not None
    return spki.hex()


def pdf_facts(key: SealKey = SEAL, **changes: Any) -> Facts:
    """Of a PDF that carries the credential."""
    found = inspect(CREDENTIAL.encode()).credentials
    seal = SealFacts(
        certificate=key.chain[0].hex(),
        subject="Lovelace Academy",
        public_key=public_key_of(key),
        cms=cms_facts(key),
        is_intact=True,
        covered_bytes=SIZE,
        signed_at=MONDAY.isoformat(),
    )
    values: dict[str, Any] = {
        "kind": FileKind.PDF,
        "size_bytes": SIZE,
        "digest": PDF_DIGEST,
        "credentials": found,
        "seals": [replace(seal, **changes.pop("seal", {}))],
        "attachments": 1,
        "revisions": 2,
    }
    return Facts(**values | changes)


def pdf_record(**changes: Any) -> Record:
    return record(**{"keys": WITH_SEAL} | changes)


# What was issued


@pytest.mark.parametrize(
    "content", [CREDENTIAL, json.dumps(DOCUMENT, indent=4), TOKEN, f"\ufeff{CREDENTIAL}\n"]
)
def test_what_was_issued_is_valid(content: str) -> None:
    report = report_on(content)

    assert report.verdict is Verdict.VALID
    assert report.check(CheckName.ISSUER).facts.issuer == "Lovelace Academy"
    assert report.check(CheckName.ISSUER).facts.since == MONDAY
    assert report.check(CheckName.SIGNATURE).facts.since == MONDAY
    assert report.trusted.scope is Scope.WHOLE_FILE
    assert report.certificate is not None and report.certificate.address == CHECK_ADDRESS
    assert report.claims is not None and report.claims.recipient == "Ada Lovelace"


def test_it_stays_valid_when_the_public_address_changes() -> None:
    report = report_on(CREDENTIAL, public_url="https://moved.example.org")

    assert report.verdict is Verdict.VALID
    assert report.certificate is not None
    assert report.certificate.address == f"https://moved.example.org/check/{CODE}"


def test_it_stays_valid_when_its_key_is_kept_after_a_rotation() -> None:
    kept = [replace(key, state="kept", kept_since=TUESDAY) for key in PUBLIC_KEYS]

    assert report_on(CREDENTIAL, record(keys=kept)).verdict is Verdict.VALID


# Forgeries


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Certificate of nobility"},
        {"honours": "first"},
        {"evidence": []},
        {"validUntil": "2999-01-01T00:00:00Z"},
    ],
)
def test_one_changed_member_is_seen(changes: dict[str, Any]) -> None:
    report = report_on(json.dumps({**DOCUMENT, **changes}))

    assert told(report) == {
        "issuer": "not_signed_by_issuer",
        "signature": "signature_wrong",
        "unaltered": "altered",
    }
    assert report.trusted.scope is Scope.NOTHING


@pytest.mark.parametrize("kept", [[0], [1], []])
def test_both_proofs_are_needed(kept: list[int]) -> None:
    document = {**DOCUMENT, "proof": [DOCUMENT["proof"][at] for at in kept]}

    assert told(report_on(json.dumps(document)))["signature"] == "signature_missing"


def test_a_right_proof_does_not_make_up_for_a_wrong_one() -> None:
    wrong = {**DOCUMENT["proof"][0], "created": "2020-01-01T00:00:00Z"}
    document = {**DOCUMENT, "proof": [*DOCUMENT["proof"], wrong]}

    assert told(report_on(json.dumps(document)))["signature"] == "signature_wrong"


def test_a_proof_for_another_purpose_is_none() -> None:
    document = deepcopy(DOCUMENT)
    for proof in document["proof"]:
        proof["proofPurpose"] = "authentication"

    assert told(report_on(json.dumps(document)))["signature"] == "signature_wrong"


def test_a_key_that_the_issuer_does_not_have_is_seen() -> None:
    stranger = ProofKey("proof-1", Ed25519PrivateKey.generate())
    for key, did, reason in (
        (stranger, DID, "signature_wrong"),
        (ProofKey("proof-9", Ed25519PrivateKey.generate()), DID, "key_not_the_issuers"),
        (PROOF_KEY, "did:web:certificates.example.org:t:babbage", "key_not_the_issuers"),
    ):
        forged = text_of(prove(UNSIGNED, key, did=did, created=MONDAY))
        report = report_on(forged)
        assert told(report)["signature"] == reason
        assert told(report)["issuer"] == "not_signed_by_issuer"


def test_a_key_of_another_role_signs_nothing_here() -> None:
    as_token = [replace(key, role="token") for key in PUBLIC_KEYS]

    assert told(report_on(CREDENTIAL, record(keys=as_token)))["signature"] == "key_not_the_issuers"


def test_what_a_thief_of_the_key_signs_is_not_recorded() -> None:
    forged = text_of(prove({**UNSIGNED, "name": "Nobility"}, PROOF_KEY, did=DID, created=MONDAY))
    token = vc_jwt.encode({**UNSIGNED, "name": "Nobility"}, TOKEN_KEY, did=DID)

    for content in (forged, token):
        report = report_on(content)
        assert told(report) == {"issuer": "not_recorded", "unaltered": "altered"}
        assert report.verdict is Verdict.INVALID
        assert report.trusted.scope is Scope.NOTHING


@pytest.mark.parametrize(
    "more",
    [
        {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-jcs-2019", "proofValue": "Doctor of Everything"},
        {"type": "Remark", "text": "Doctor of Everything"},
        {**DOCUMENT["proof"][0], "text": "Doctor of Everything"},
        {**DOCUMENT["proof"][0], "@context": "Doctor of Everything"},
        "Doctor of Everything",
    ],
)
def test_what_stands_among_the_proofs_and_was_not_issued_is_seen(more: Any) -> None:
    """No signature covers what stands beside it, and not all that stands in a proof."""
    report = report_on(json.dumps({**DOCUMENT, "proof": [*DOCUMENT["proof"], more]}))

    assert told(report) == {"issuer": "not_recorded", "unaltered": "altered"}
    assert report.verdict is Verdict.INVALID
    assert report.trusted.scope is Scope.NOTHING


def test_a_context_that_was_added_is_seen() -> None:
    """The proofs of the specification allow for it; what it says was not issued."""
    document = {**DOCUMENT, "@context": [*DOCUMENT["@context"], {"doctor": "https://example.org/doctor"}]}

    assert told(report_on(json.dumps(document))) == {"issuer": "not_recorded", "unaltered": "altered"}


def test_the_proofs_may_come_in_any_order_and_more_than_once() -> None:
    first, second = DOCUMENT["proof"]

    assert report_on(json.dumps({**DOCUMENT, "proof": [second, first, second]})).verdict is Verdict.VALID


def test_a_picture_of_what_was_not_issued_is_altered_as_well() -> None:
    forged = text_of(prove({**UNSIGNED, "name": "Nobility"}, PROOF_KEY, did=DID, created=MONDAY))

    assert told(report_on(bake_png(SMALL_PNG, forged))) == {"issuer": "not_recorded", "unaltered": "altered"}


def test_a_code_of_ours_under_the_name_of_another_issuer_is_refused() -> None:
    for issuer, reason in (
        ("did:web:elsewhere.example.org", "issuer_mismatch"),
        ("did:web:certificates.example.org:t:babbage", "issuer_mismatch"),
        (None, "issuer_not_named"),
    ):
        document = {**UNSIGNED, "issuer": {"id": issuer} if issuer else {}}
        report = report_on(json.dumps(document))
        assert told(report)["issuer"] == reason
        assert report.check(CheckName.ISSUER).outcome is Outcome.FAILED


def test_a_code_that_no_certificate_has_is_a_forgery() -> None:
    report = judge(inspect(CREDENTIAL.encode()), None, public_url=PUBLIC_URL, now=TUESDAY)

    assert told(report)["issuer"] == "no_such_certificate"
    assert report.verdict is Verdict.INVALID
    assert report.certificate is None


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ("DID:web:certificates.example.org:t:lovelace", "no_such_certificate"),
        ("did:web:Certificates.Example.org:%74:lovelace", "no_such_certificate"),
        (" did:web:certificates.example.org:t:lovelace", "no_such_certificate"),
        ("did:web:certificates.example.org:t:nobody", "no_such_certificate"),
        (f"{PUBLIC_URL}/t/lovelace", "no_such_certificate"),
        ("http://CERTIFICATES.example.org/t/lovelace/profile.json", "no_such_certificate"),
        ("did:web:certificates.example.org.evil.example:t:lovelace", "issuer_elsewhere"),
        ("https://evil.example/certificates.example.org/t/lovelace", "issuer_elsewhere"),
        ("did:web:certificates.example.org", "issuer_elsewhere"),
        ("did%253Aweb%253Acertificates.example.org%253At%253Alovelace", "no_such_certificate"),
        ("https://certificates.example.org./t/lovelace", "no_such_certificate"),
    ],
)
def test_a_forgery_in_our_name_is_one_in_whatever_spelling(issuer: str, reason: str) -> None:
    document = {**UNSIGNED, "issuer": {"id": issuer}}
    report = judge(inspect(json.dumps(document).encode()), None, public_url=PUBLIC_URL, now=TUESDAY)

    assert report.check(CheckName.ISSUER).reason_code == reason


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "key_not_the_issuers"),
        ({"alg": "none", "kid": f"{DID}#token-1"}, "signature_wrong"),
        ({"alg": "EdDSA", "kid": f"{DID}#token-1"}, "signature_wrong"),
        ({"alg": "ES256", "kid": f"{DID}#proof-1"}, "key_not_the_issuers"),
        ({"alg": "ES256", "kid": 3}, "key_not_the_issuers"),
        ({"alg": "ES256", "kid": f"{DID}#token-1"}, "signature_wrong"),
    ],
)
def test_a_token_passes_only_as_we_sign_tokens(header: dict[str, Any], reason: str) -> None:
    _, payload, signature = TOKEN.split(".")
    encoded = base64.urlsafe_b64encode(json.dumps({**header, "x": 1}).encode()).rstrip(b"=").decode()
    report = report_on(f"{encoded}.{payload}.{signature}")

    assert told(report)["signature"] == reason


# Withdrawn keys


def test_a_file_of_an_older_edition_is_told_from_a_forgery() -> None:
    stolen = record(keys=[withdrawn(key) for key in PUBLIC_KEYS])
    for content in (CREDENTIAL, TOKEN):
        report = report_on(content, stolen)
        check = report.check(CheckName.SIGNATURE)
        assert told(report) == {"signature": "key_withdrawn"}
        assert (check.facts.since, check.facts.address) == (TUESDAY, CHECK_ADDRESS)
        assert check.facts.reason == "It was left in a café."
        assert report.verdict is Verdict.INVALID

    forged = text_of(prove({**UNSIGNED, "name": "Nobility"}, PROOF_KEY, did=DID, created=MONDAY))
    assert told(report_on(forged, stolen)) == {
        "issuer": "not_recorded",
        "signature": "key_withdrawn_not_recorded",
        "unaltered": "altered",
    }


# Pictures


@pytest.mark.parametrize("svg", [False, True])
def test_a_picture_is_trusted_as_a_whole_only_when_it_is_the_one_we_serve(svg: bool) -> None:
    baked = bake_svg(SMALL_SVG, CREDENTIAL) if svg else bake_png(SMALL_PNG, CREDENTIAL)
    column = "svg_digest" if svg else "png_digest"
    served = report_on(baked, record(certificate=certificate(**{column: name_of(baked)})))
    other = report_on(baked)

    assert served.verdict is Verdict.VALID
    assert served.check(CheckName.UNALTERED).reason_code is Reason.IDENTICAL
    assert served.trusted.scope is Scope.WHOLE_FILE
    assert told(other) == {"unaltered": "picture_not_signed"}
    assert other.verdict is Verdict.UNKNOWN
    assert other.trusted.scope is Scope.CREDENTIAL


# PDFs


def test_the_recorded_pdf_is_identical() -> None:
    report = judged(pdf_facts(), pdf_record(editions=[edition(pdf_digest=PDF_DIGEST)]))

    assert report.verdict is Verdict.VALID
    assert report.check(CheckName.UNALTERED).reason_code is Reason.IDENTICAL
    assert report.check(CheckName.SIGNATURE).facts.key == "seal-1"
    assert (report.trusted.scope, report.trusted.covered_bytes) == (Scope.WHOLE_FILE, SIZE)


def test_another_pdf_is_good_when_the_seal_covers_all_of_it() -> None:
    report = judged(pdf_facts(), pdf_record())

    assert report.verdict is Verdict.VALID
    assert report.check(CheckName.UNALTERED).reason_code is Reason.COVERED


def test_a_pdf_changed_behind_its_seal_says_how_far_it_is_trusted() -> None:
    report = judged(pdf_facts(seal={"covered_bytes": 73_211}), pdf_record())
    check = report.check(CheckName.UNALTERED)

    assert told(report) == {"unaltered": "changed_after_signing"}
    assert (check.facts.covered_bytes, check.facts.file_bytes) == (73_211, SIZE)
    assert (report.trusted.scope, report.trusted.covered_bytes) == (Scope.BEGINNING, 73_211)


@pytest.mark.parametrize(
    "seal",
    [
        {"is_intact": False},
        {"covered_bytes": None},
        {"cms": None},
        {"cms": cms_facts(SEAL, chain=SEAL.chain[:1])},
        {"cms": cms_facts(SEAL, chain=(*SEAL.chain, *seal_key().chain[1:]))},
        {"cms": cms_facts(SEAL, chain=(SEAL.chain[0], *seal_key().chain[1:]))},
        {"cms": cms_facts(SEAL, has_other_room=True)},
        {"cms": cms_facts(SEAL, stamp=b"0\0", has_other_room=True)},
        {"cms": replace(cms_facts(SEAL, stamp=b"0\0"), time_stamp=None)},
        {"public_key": None, "certificate": None, "is_intact": False},
    ],
)
def test_a_pdf_whose_seal_is_broken_is_altered(seal: dict[str, Any]) -> None:
    report = judged(pdf_facts(seal=seal), pdf_record())

    assert told(report)["unaltered"] == "altered"
    assert report.verdict is Verdict.INVALID
    assert report.trusted.scope is Scope.NOTHING


def test_the_credential_on_other_pages_is_not_enough() -> None:
    for facts in (pdf_facts(seals=[]), pdf_facts(seal_key())):
        report = judged(facts, pdf_record())
        assert told(report) == {"signature": "seal_missing", "unaltered": "pages_not_signed"}
        assert report.trusted.scope is Scope.CREDENTIAL


def test_seals_of_others_neither_help_nor_harm() -> None:
    (own,), (other,) = pdf_facts().seals, pdf_facts(seal_key()).seals

    for seals in ([own, other], [other, own], [replace(own, covered_bytes=9), own]):
        assert judged(pdf_facts(seals=seals), pdf_record()).verdict is Verdict.VALID


def test_a_seal_that_was_imported_twice_is_the_issuers_with_either_chain() -> None:
    whole = seal_of(SEAL, id="seal-3")
    assert whole.chain_pem is not None
    own, end, _ = whole.chain_pem.partition("-----END CERTIFICATE-----\n")
    short = replace(whole, id="seal-2", chain_pem=own + end)

    for keys in ([short, whole], [whole, short]):
        for chain in (SEAL.chain, SEAL.chain[:1]):
            sealed = pdf_facts(seal={"cms": cms_facts(SEAL, chain=chain)})
            assert judged(sealed, pdf_record(keys=[*PUBLIC_KEYS, *keys])).verdict is Verdict.VALID
    for keys in ([withdrawn(short), whole], [short, withdrawn(whole)]):
        report = judged(pdf_facts(), pdf_record(keys=[*PUBLIC_KEYS, *keys]))
        assert told(report)["signature"] == "key_withdrawn"


def test_a_time_stamp_is_no_seal() -> None:
    report = judged(pdf_facts(seal={"is_time_stamp": True}), pdf_record())

    assert told(report)["signature"] == "seal_missing"


def test_a_withdrawn_seal_is_named() -> None:
    keys = [*PUBLIC_KEYS, withdrawn(seal_of(SEAL))]
    report = judged(pdf_facts(), pdf_record(keys=keys, editions=[edition(pdf_digest=PDF_DIGEST)]))

    assert told(report) == {"signature": "key_withdrawn"}
    assert report.check(CheckName.SIGNATURE).facts.key == "seal-1"


def test_a_token_attached_to_sealed_pages_does_as_well() -> None:
    report = judged(pdf_facts(credentials=inspect(TOKEN.encode()).credentials), pdf_record())

    assert report.verdict is Verdict.VALID


def test_what_is_said_besides_is_in_the_notes() -> None:
    stamp = StampFacts(stamped_at="2026-11-23T09:00:05+00:00", authority="Anybody", is_confirmed=False)
    report = judged(pdf_facts(seal={"stamp": stamp}), pdf_record())
    confirmed = judged(pdf_facts(seal={"stamp": replace(stamp, is_confirmed=True)}), pdf_record())

    said = "with a time stamp of 2026-11-23T09:00:05+00:00 by Anybody, "
    assert any(f"{said}which nobody here confirms." in note.text for note in report.notes)
    assert any(f"{said}confirmed." in note.text for note in confirmed.notes)
    (found,) = report.time_stamps
    assert found == TimeStamp(
        stamped_at=datetime.fromisoformat(stamp.stamped_at),
        authority="Anybody",
        signer="Lovelace Academy",
        is_confirmed=False,
    )
    assert confirmed.time_stamps == (replace(found, is_confirmed=True),)


def test_a_pdf_that_was_saved_more_often_than_for_its_seal_says_so() -> None:
    report, often = (judged(each, pdf_record()) for each in (pdf_facts(), replace(pdf_facts(), revisions=3)))

    assert NoteKind.REVISIONS not in [note.kind for note in report.notes], "made and signed: that is normal"
    assert "The PDF was saved 3 times." in [note.text for note in often.notes]


# What became of it


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"revoked_at": TUESDAY, "revocation_reason": "In error"}, {"not_revoked": "revoked"}),
        ({"suspended_at": TUESDAY, "suspension_reason": "In doubt"}, {"not_suspended": "suspended"}),
        ({"expires_at": TUESDAY}, {"not_expired": "expired"}),
        ({"expires_at": TUESDAY + timedelta(microseconds=1)}, {}),
        ({"expires_at": None}, {}),
    ],
)
def test_the_record_says_what_became_of_it(changes: dict[str, Any], expected: dict[str, str]) -> None:
    report = report_on(CREDENTIAL, record(certificate=certificate(**changes)))

    assert told(report) == expected
    for name in expected:
        facts = report.check(CheckName(name)).facts
        assert facts.since == TUESDAY
        assert facts.reason in ("In error", "In doubt", None)


def test_a_corrected_one_names_both_dates_and_its_successor() -> None:
    successor = certificate(
        id=2, code="7f0e0d0c-0b0a-4909-8807-060504030201", created_at=TUESDAY, replaces_id=1
    )
    old = certificate(successor_id=2, replaced_at=TUESDAY)
    report = report_on(CREDENTIAL, record(certificate=old, successor=successor))
    check = report.check(CheckName.NOT_CORRECTED)

    assert told(report) == {"not_revoked": "revoked_by_replacement", "not_corrected": "corrected"}
    assert report.check(CheckName.NOT_REVOKED).facts.since == TUESDAY
    assert (check.facts.issued_at, check.facts.since) == (MONDAY, TUESDAY)
    assert check.facts.address == f"{PUBLIC_URL}/check/{successor.code}"
    assert report.certificate is not None and report.certificate.successor is not None
    assert report.certificate.successor.address == check.facts.address


def test_a_correction_names_what_it_corrects() -> None:
    report = report_on(
        CREDENTIAL, record(predecessor=certificate(code="7f0e0d0c-0b0a-4909-8807-060504030201"))
    )

    assert report.verdict is Verdict.VALID
    assert report.certificate is not None and report.certificate.replaces is not None


# Erased


def erased(**changes: Any) -> Record:
    salt = "5a17"
    blind = edition(
        credential=None,
        credential_jwt=None,
        salt=salt,
        credential_salted=salted(salt, name_of_text(CREDENTIAL)),
        pdf_salted=salted(salt, PDF_DIGEST),
    )
    known = certificate(state="erased", erased_at=TUESDAY, expires_at=None)
    return record(certificate=known, editions=[blind], **changes)


@pytest.mark.parametrize("content", [CREDENTIAL, json.dumps(DOCUMENT, indent=2)])
def test_the_holder_of_an_erased_certificate_can_still_have_it_checked(content: str) -> None:
    report = report_on(content, erased())

    assert report.verdict is Verdict.VALID
    assert report.certificate is not None and report.certificate.is_erased


def test_the_pdf_of_an_erased_certificate_is_known_by_its_salted_digest() -> None:
    report = judged(pdf_facts(), erased(keys=WITH_SEAL))

    assert report.verdict is Verdict.VALID
    assert report.check(CheckName.UNALTERED).reason_code is Reason.IDENTICAL


def test_what_an_erased_record_cannot_tell_is_unknown() -> None:
    other = text_of(prove({**UNSIGNED, "name": "Another"}, PROOF_KEY, did=DID, created=MONDAY))

    remarked = json.dumps({**DOCUMENT, "proof": [*DOCUMENT["proof"], "Doctor of Everything"]})

    for content in (TOKEN, other, remarked):
        report = report_on(content, erased())
        assert told(report) == {"issuer": "record_erased", "unaltered": "record_erased"}
        assert report.trusted.scope is Scope.CREDENTIAL
