"""What the official JSON schema of Open Badges 3.0 says of our credentials.

`python -m tools.official_schema` fetches it, `./dev check` does so before the tests.
"""

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft201909Validator

from certifly.certificates.sign_anew import renew
from certifly.credentials import vc_jwt
from certifly.credentials.achievement_credential import CredentialFacts, build_credential
from certifly.credentials.proofs import prove
from certifly.credentials.rotate import withdraw
from certifly.public.words import LANGUAGES
from certifly.templates.starters import STARTERS, read_starter
from tests.cast import ADA, MONDAY, TUESDAY, text_element
from tests.properties.test_credential_properties import facts
from tests.public_site import PublicSite
from tests.unit.credentials.badge import (
    BARE_FACTS,
    DID,
    FACTS,
    PROOF_KEY,
    SECRET_OF_LOVELACE,
    SUSPENDABLE_FACTS,
    TOKEN_KEY,
)
from tools.official_schema import FOLDER, NAME, is_there

pytestmark = pytest.mark.official_schema

EVERYTHING = {
    "labels": [
        {"name": "Student Name", "type": "text", "required": True},
        {"name": "Course", "type": "text"},
        {"name": "Grade", "type": "number"},
        {"name": "Work", "type": "url"},
        {"name": "Date", "type": "date"},
    ],
    "achievement": {
        "name": "Notes — „Über“ die Maschine 🎉",
        "description": "She wrote\nnotes.",
        "criteria": "* one\n* two",
        "criteria_url": "https://example.org/critères?a=b#c",
        "type": "BachelorDegree",
        "skills": ["Writing", "数学"],
        "alignment": [
            {
                "name": "Maths",
                "url": "https://example.org/größe",
                "description": "Numbers",
                "framework": "Sciences",
                "code": "M1",
                "type": "ceterms:Credential",
            }
        ],
        "results": [{"label": "Course", "type": "LetterGrade"}, {"label": "Grade", "type": "Percent"}],
        "evidence": [{"label": "Work", "name": "Her notes"}],
    },
    "validity": {"years": 2},
}
NOTHING = {
    "labels": [],
    "extra_fields": [],
    "recipient": {},
    "title": "Anything",
    "layout": {"page": {"width": 100, "height": 50}, "elements": [text_element("?", y=5, width=80, x=5)]},
}


def faults_in(credential: Any) -> set[str]:
    """The members that the official schema objects to."""
    assert is_there(), "Fetch the schema first: .venv/bin/python -m tools.official_schema"
    schema = json.loads((FOLDER / NAME).read_text())
    judge = Draft201909Validator(schema, format_checker=Draft201909Validator.FORMAT_CHECKER)
    return {str(next(iter(fault.absolute_path), fault.message)) for fault in judge.iter_errors(credential)}


def payload_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def forms_of(site: PublicSite, code: str) -> list[dict[str, Any]]:
    """The credential of a certificate with its proofs, and as a JWT."""
    token = site.http.get(f"/download/{code}.jwt").text
    return [site.http.get(f"/download/{code}.json").json(), payload_of(token)]


def faults_of(site: PublicSite, *codes: str) -> set[str]:
    return set().union(*(faults_in(form) for code in codes for form in forms_of(site, code)))


@settings(max_examples=200)
@given(facts=facts())
def test_whatever_a_credential_says_it_objects_to_a_second_status_at_most(facts: CredentialFacts) -> None:
    unsigned = build_credential(facts, SECRET_OF_LOVELACE)
    expected = {"credentialStatus"} if facts.is_suspendable else set()

    assert faults_in(prove(unsigned, PROOF_KEY, did=DID, created=MONDAY)) == expected
    assert faults_in(payload_of(vc_jwt.encode(unsigned, TOKEN_KEY, did=DID))) == expected


@pytest.mark.parametrize(
    ("facts", "faults"),
    [(FACTS, set()), (BARE_FACTS, set()), (SUSPENDABLE_FACTS, {"credentialStatus"})],
    ids=["full", "bare", "suspendable"],
)
def test_it_accepts_what_says_everything_and_what_says_little(
    facts: CredentialFacts, faults: set[str]
) -> None:
    credential = prove(build_credential(facts, SECRET_OF_LOVELACE), PROOF_KEY, did=DID, created=MONDAY)

    assert faults_in(credential) == faults


@pytest.mark.parametrize("name", STARTERS)
def test_it_accepts_certificates_of_every_starter(public_sqlite: PublicSite, name: str) -> None:
    shipped = read_starter(name)
    picture = public_sqlite.add_picture()
    document = shipped.with_pictures(dict.fromkeys(shipped.pictures, picture))
    assert document.get("suspendable", False) is False
    template_id = public_sqlite.publish(**document)
    data = {
        label["name"]: {"text": "Engines", "date": "2026-11-23", "number": 90, "url": "https://example.org/"}[
            label["type"]
        ]
        for label in document["labels"]
        if label["type"] != "email"
    }
    answer = public_sqlite.http.post(
        "/api/v1/certificates",
        json={"template_id": template_id, "data": data},
        headers={"Authorization": f"Bearer {public_sqlite.token}"},
    )
    assert answer.status_code == 201, answer.text
    code = answer.json()["data"]["data"]["code"]
    public_sqlite.produce(code)

    assert faults_of(public_sqlite, code) == set()


def issue_everything(site: PublicSite, **changes: Any) -> str:
    picture = site.add_picture()
    achievement = {**EVERYTHING["achievement"], "image": picture}  # type: ignore[dict-item]
    template_id = site.publish(**{**EVERYTHING, "achievement": achievement, **changes})
    values = {"Grade": 97.5, "Work": "https://example.org/größe?a[]=1", "Date": "2026-11-23"}
    return site.issue(template_id, values)  # type: ignore[arg-type]


def test_it_accepts_results_evidence_pictures_and_an_end(public_sqlite: PublicSite) -> None:
    code = issue_everything(public_sqlite)

    credential = forms_of(public_sqlite, code)[0]
    subject = credential["credentialSubject"]
    assert {"validUntil", "evidence", "credentialSchema"} <= credential.keys()
    assert len(subject["result"]) == 2 and len(subject["identifier"]) == 2
    assert {"image", "alignment", "tag", "criteria"} <= subject["achievement"].keys()
    assert faults_of(public_sqlite, code) == set()


def test_it_accepts_one_without_a_recipient(public_sqlite: PublicSite) -> None:
    template_id = public_sqlite.publish(**NOTHING)
    answer = public_sqlite.http.post(
        "/api/v1/certificates",
        json={"template_id": template_id, "data": {}},
        headers={"Authorization": f"Bearer {public_sqlite.token}"},
    )
    assert answer.status_code == 201, answer.text
    code = answer.json()["data"]["data"]["code"]
    public_sqlite.produce(code)

    assert faults_of(public_sqlite, code) == set()


@pytest.mark.parametrize("language", [*LANGUAGES, "pt-BR", "zh-Hant-TW", "es-419"])
def test_it_accepts_every_language(public_sqlite: PublicSite, language: str) -> None:
    assert faults_of(public_sqlite, issue_everything(public_sqlite, language=language)) == set()


def test_it_accepts_a_corrected_one_and_the_one_that_replaces_it(public_sqlite: PublicSite) -> None:
    old = issue_everything(public_sqlite)
    answer = public_sqlite.http.post(
        f"/api/v1/certificates/{old}/replacement",
        json={"data": {"Student Name": "Ada King"}},
        headers={"Authorization": f"Bearer {public_sqlite.token}"},
    )
    assert answer.status_code == 201, answer.text
    new = answer.json()["data"]["data"]["code"]
    public_sqlite.produce(new)

    assert faults_of(public_sqlite, old, new) == set()


def test_it_accepts_one_that_was_signed_again(public_site: PublicSite) -> None:
    code = issue_everything(public_site)
    parts, tenant_id = public_site.parts, public_site.tenant_id
    key = forms_of(public_site, code)[0]["proof"][0]["verificationMethod"].partition("#")[2]
    parts.database.write(
        tenant_id,
        lambda db: withdraw(
            db, parts.keyring, key, reason="Lost.", issuer_name="Lovelace", slug="lovelace", now=TUESDAY
        ),
    ).result()
    renew(parts.database, tenant_id=tenant_id, now=TUESDAY)
    public_site.produce(code)

    assert public_site.row(code).edition == 2
    assert faults_of(public_site, code) == set()


def test_of_a_suspendable_one_it_objects_to_the_status_alone(public_sqlite: PublicSite) -> None:
    code = issue_everything(public_sqlite, suspendable=True)

    first, second = (faults_in(form) for form in forms_of(public_sqlite, code))
    assert first == second == {"credentialStatus"}


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no moment": (lambda credential: credential.update(validFrom="not-a-date"), "validFrom"),
    "a title that is a number": (lambda credential: credential.update(name=1), "name"),
    "no schema's address": (
        lambda credential: credential["credentialSchema"][0].pop("id"),
        "credentialSchema",
    ),
    "no achievement": (
        lambda credential: credential["credentialSubject"].pop("achievement"),
        "credentialSubject",
    ),
    "another context": (lambda credential: credential["@context"].reverse(), "@context"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_refuses_what_is_wrong(change: str) -> None:
    credential = prove(build_credential(FACTS, SECRET_OF_LOVELACE), PROOF_KEY, did=DID, created=MONDAY)
    changed = deepcopy(credential)
    apply, member = CHANGES[change]
    apply(changed)

    assert member in faults_in(changed)
    assert ADA in json.dumps(credential)
