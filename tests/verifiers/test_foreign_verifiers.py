"""What verifiers that nobody here wrote say of our credentials: yes, and no for the right reasons.

They are pinned npm packages, and see nothing but the documents given to them: `python -m tools.verifiers` installs
them, `./dev check` does so before the tests.
"""

import json
import shutil
import subprocess
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certifly.credentials import status_list, vc_jwt
from certifly.credentials.achievement_credential import CredentialFacts, build_credential
from certifly.credentials.did import did_document
from certifly.credentials.models import WITHDRAWN
from certifly.credentials.proofs import prove
from certifly.credentials.status_list import PURPOSES, REVOCATION, SUSPENSION
from tests.cast import MONDAY, TUESDAY
from tests.unit.credentials.badge import (
    BARE_FACTS,
    DID,
    FACTS,
    PROOF_KEY,
    PUBLIC_KEYS,
    PUBLIC_URL,
    SECRET_OF_LOVELACE,
    SLUG,
    SUSPENDABLE_FACTS,
    TOKEN_KEY,
    public_key,
)
from tools.verifiers import INSTALLED, SOURCE, are_installed

pytestmark = pytest.mark.verifiers

ANSWER_SECONDS_MAX = 60
SKEW_SECONDS = 300
"""By how much the verifier lets clocks differ."""


@dataclass(kw_only=True)
class Verdict:
    """What the verifier said."""

    verified: bool
    error: str | None = None
    statuses: dict[str, bool] = field(default_factory=dict)


@pytest.fixture(scope="module")
def programs() -> Path:
    """The folder of the programs, where they find their packages."""
    assert are_installed(), "Install the verifiers first: .venv/bin/python -m tools.verifiers"
    for program in SOURCE.glob("*.mjs"):
        shutil.copy(program, INSTALLED / program.name)
    return INSTALLED


def issued(facts: CredentialFacts = FACTS) -> dict[str, Any]:
    return prove(build_credential(facts, SECRET_OF_LOVELACE), PROOF_KEY, did=DID, created=MONDAY)


def web(*, revoked: bool = False, suspended: bool = False) -> dict[str, Any]:
    """What the issuer's addresses answer."""
    place = status_list.place_of(FACTS.certificate_number, SECRET_OF_LOVELACE)
    stands = {REVOCATION: revoked, SUSPENSION: suspended}
    documents: dict[str, Any] = {
        f"{PUBLIC_URL}/t/{SLUG}/did.json": did_document(PUBLIC_URL, SLUG, PUBLIC_KEYS)
    }
    for purpose in PURPOSES:
        indices = [place.index] if stands[purpose] else []
        unsigned = status_list.build(PUBLIC_URL, SLUG, purpose, 1, indices, valid_from=MONDAY)
        documents[unsigned["id"]] = prove(unsigned, PROOF_KEY, did=DID, created=MONDAY)
    return documents


def verify(programs: Path, credential: Any, documents: Any, *, now: datetime = TUESDAY) -> Verdict:
    question = {"credential": credential, "documents": documents, "now": now.isoformat()}
    return Verdict(**ask(programs / "verify.mjs", question))


def ask(program: Path, question: dict[str, Any]) -> dict[str, Any]:
    answer = subprocess.run(
        ["node", program.name],
        cwd=program.parent,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
        timeout=ANSWER_SECONDS_MAX,
    )
    said: dict[str, Any] = json.loads(answer.stdout)
    return said


@pytest.mark.parametrize("facts", [FACTS, BARE_FACTS], ids=["full", "bare"])
def test_a_credential_just_issued_is_accepted(programs: Path, facts: CredentialFacts) -> None:
    verdict = verify(programs, issued(facts), web())

    assert verdict == Verdict(verified=True, statuses={"revocation": False})


def test_a_suspendable_credential_is_accepted_and_both_lists_are_read(programs: Path) -> None:
    verdict = verify(programs, issued(SUSPENDABLE_FACTS), web())

    assert verdict == Verdict(verified=True, statuses={"revocation": False, "suspension": False})


@pytest.mark.parametrize(
    "name",
    ["محمد بن سلمان", "Zoë Ångström", "山田太郎", "עדה לאבלייס", "प्रिया 👩‍🚀", 'O"Brien\\', "A < B & C"],
)
def test_a_name_in_any_script_is_accepted(programs: Path, name: str) -> None:
    facts = replace(FACTS, recipient_name=name, title=f"For {name}", labels=(("Name", name),))

    assert verify(programs, issued(facts), web()).verified


def test_a_status_list_is_accepted_as_a_credential_of_its_own(programs: Path) -> None:
    documents = web()

    verdict = verify(programs, documents[f"{PUBLIC_URL}/t/{SLUG}/status/revocation/1"], documents)

    # The program asks for the status of whatever it is shown; a list has none.
    assert verdict.verified, verdict.error


def test_a_changed_member_is_refused(programs: Path) -> None:
    credential = issued()
    credential["credentialSubject"]["achievement"]["name"] = "Brain surgery"

    verdict = verify(programs, credential, web())

    assert not verdict.verified
    assert "Invalid signature" in str(verdict.error)


def test_one_changed_byte_is_refused(programs: Path) -> None:
    text = json.dumps(issued())
    assert text.count("Ada Lovelace") > 0

    verdict = verify(programs, json.loads(text.replace("Ada Lovelace", "Ada Lovelacf")), web())

    assert not verdict.verified
    assert "Invalid signature" in str(verdict.error)


def test_a_member_that_no_context_knows_is_refused(programs: Path) -> None:
    credential = issued()
    credential["credentialSubject"]["grade"] = "A+"

    assert not verify(programs, credential, web()).verified


def test_a_changed_signature_is_refused(programs: Path) -> None:
    credential = issued()
    changed = deepcopy(credential)
    changed["proof"][0]["proofValue"] = credential["proof"][1]["proofValue"]

    assert not verify(programs, changed, web()).verified


@pytest.mark.parametrize("purpose", ["revoked", "suspended"])
def test_a_revoked_or_suspended_credential_is_refused(programs: Path, purpose: str) -> None:
    verdict = verify(programs, issued(SUSPENDABLE_FACTS), web(**{purpose: True}))

    assert not verdict.verified
    assert verdict.statuses == {"revocation": purpose == "revoked", "suspension": purpose == "suspended"}


def test_a_revoked_credential_with_one_list_is_refused(programs: Path) -> None:
    verdict = verify(programs, issued(), web(revoked=True))

    assert not verdict.verified
    assert verdict.statuses == {"revocation": True}


def test_an_expired_credential_is_refused(programs: Path) -> None:
    assert FACTS.expires_at is not None
    just_before, just_after = (
        FACTS.expires_at + timedelta(seconds=seconds) for seconds in (-1, SKEW_SECONDS + 1)
    )

    assert verify(programs, issued(), web(), now=just_before).verified
    verdict = verify(programs, issued(), web(), now=just_after)
    assert not verdict.verified
    assert 'is after "validUntil"' in str(verdict.error)


def test_a_key_that_was_kept_after_a_rotation_still_verifies(programs: Path) -> None:
    documents = web()
    kept = [replace(key, state="kept", kept_since=TUESDAY) for key in PUBLIC_KEYS]
    documents[f"{PUBLIC_URL}/t/{SLUG}/did.json"] = did_document(PUBLIC_URL, SLUG, kept)

    assert verify(programs, issued(), documents).verified


def test_a_withdrawn_key_verifies_nothing(programs: Path) -> None:
    documents = web()
    withdrawn = [public_key(PROOF_KEY, state=WITHDRAWN, withdrawn_at=TUESDAY), public_key(TOKEN_KEY)]
    documents[f"{PUBLIC_URL}/t/{SLUG}/did.json"] = did_document(PUBLIC_URL, SLUG, withdrawn)

    verdict = verify(programs, issued(), documents)

    assert not verdict.verified
    assert "has no verification method proof-1" in str(verdict.error)


def test_nothing_is_asked_of_the_web(programs: Path) -> None:
    verdict = verify(programs, issued(), {})

    assert not verdict.verified
    assert "Nothing is known at did:web:" in str(verdict.error)


def test_the_proof_by_jcs_is_accepted_and_refuses_a_change(programs: Path) -> None:
    credential = issued(replace(FACTS, recipient_name="山田 “Ada” 👩‍🚀\\"))
    document = did_document(PUBLIC_URL, SLUG, PUBLIC_KEYS)
    (method,) = (one for one in document["verificationMethod"] if one["type"] == "Multikey")
    changed = {**credential, "name": "Another title"}

    assert ask(programs / "verify_jcs.mjs", {"credential": credential, "method": method})["verified"]
    assert not ask(programs / "verify_jcs.mjs", {"credential": changed, "method": method})["verified"]


def ask_about_token(programs: Path, token: str, document: Any, now: datetime = TUESDAY) -> dict[str, Any]:
    question = {"token": token, "document": document, "now": now.isoformat()}
    return ask(programs / "verify_jwt.mjs", question)


def test_the_jwt_is_accepted_until_it_expires(programs: Path) -> None:
    credential = build_credential(FACTS, SECRET_OF_LOVELACE)
    token = vc_jwt.encode(credential, TOKEN_KEY, did=DID)
    document = did_document(PUBLIC_URL, SLUG, PUBLIC_KEYS)
    assert FACTS.expires_at is not None

    answer = ask_about_token(programs, token, document)
    late = ask_about_token(programs, token, document, FACTS.expires_at)

    assert answer["verified"]
    assert answer["payload"]["credentialSubject"] == credential["credentialSubject"]
    assert not late["verified"]
    assert '"exp"' in late["error"]


def test_a_jwt_with_one_changed_byte_or_of_a_withdrawn_key_is_refused(programs: Path) -> None:
    token = vc_jwt.encode(build_credential(FACTS, SECRET_OF_LOVELACE), TOKEN_KEY, did=DID)
    document = did_document(PUBLIC_URL, SLUG, PUBLIC_KEYS)
    middle = token.index(".") + 40
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    without = did_document(PUBLIC_URL, SLUG, [public_key(TOKEN_KEY, state=WITHDRAWN)])

    assert not ask_about_token(programs, changed, document)["verified"]
    assert "may assert" in ask_about_token(programs, token, without)["error"]
