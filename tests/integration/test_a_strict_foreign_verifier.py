"""What we sign, before openbadgeslib: a verifier that nobody here wrote, and that fails closed.

It resolves the issuer's DID, canonicalises anew, refuses whatever its proofs do not cover, and reads status lists with
their own signatures. All it fetches comes from the installation under test.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from certifly.core.clock import utc_now
from certifly.credentials.rotate import rotate, withdraw
from certifly.db.tenant import TenantDB
from tests.public_site import PublicSite


class World:
    """An installation, and the web as the verifier sees it: the installation and nothing else."""

    def __init__(self, site: PublicSite, **changes: Any) -> None:
        self.site = site
        self.template_id = site.publish(**changes)

    def issue(self) -> str:
        return self.site.issue(self.template_id)

    def fetch(self, url: str) -> bytes:
        # It has the signatures of status lists checked in their form as JWT only.
        headers = {"Accept": "application/vc+jwt"} if "/status/" in url else {}
        answer = self.site.http.get(urlsplit(url).path, headers=headers)
        answer.raise_for_status()
        return answer.content

    def credential(self, code: str) -> dict[str, Any]:
        found: dict[str, Any] = self.site.http.get(f"/download/{code}.json").json()
        return found

    def verify(self, credential: dict[str, Any]) -> Any:
        verifier = OB3LdpVerifier.for_issuer_did(credential["issuer"]["id"])
        return verifier.verify(json.dumps(credential), check_status=True, download=self.fetch)

    def verify_token(self, token: str, did: str) -> Any:
        return OB3Verifier.for_issuer_did(did, download=self.fetch).verify(
            token, check_status=True, download=self.fetch
        )


@pytest.fixture(scope="module")
def world(public_sqlite: PublicSite) -> World:
    picture = public_sqlite.add_picture()
    return World(
        public_sqlite,
        achievement={
            "name": "Notes — „Über“ die Maschine 🎉",
            "description": "She wrote\nnotes.",
            "criteria": "* one\n* two",
            "criteria_url": "https://example.org/critères?a=b#c",
            "image": picture,
            "skills": ["Writing", "数学"],
            "alignment": [
                {"name": "Maths", "url": "https://example.org/maths", "code": "M1", "type": "CFItem"}
            ],
            "results": [{"label": "Course", "type": "LetterGrade"}],
        },
        validity={"years": 2},
    )


@pytest.fixture(scope="module")
def suspendable(public_sqlite: PublicSite) -> World:
    return World(public_sqlite, suspendable=True)


def test_it_accepts_the_credential_and_finds_in_it_what_we_meant(world: World) -> None:
    code = world.issue()

    found = world.verify(world.credential(code))

    assert found.id == f"urn:uuid:{code}"
    assert found.achievement.name == "Notes — „Über“ die Maschine 🎉"
    assert found.achievement.tags == ["Writing", "数学"]
    assert found.expiration_date is not None
    assert [(one.identity_type, one.hashed) for one in found.identifiers] == [
        ("name", False),
        ("emailAddress", True),
    ]


def test_it_accepts_the_token(world: World) -> None:
    code = world.issue()
    token = world.site.http.get(f"/download/{code}.jwt").text

    assert world.verify_token(token, world.credential(code)["issuer"]["id"]).id == f"urn:uuid:{code}"


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_it_finds_the_credential_in_the_pictures(world: World, suffix: str) -> None:
    code = world.issue()
    picture = world.site.http.get(f"/download/{code}.{suffix}").content
    extract = OB3Verifier.extract_token_from_png if suffix == "png" else OB3Verifier.extract_token_from_svg

    assert json.loads(extract(picture)) == world.credential(code)


Change = Callable[[dict[str, Any]], object]
CHANGES: dict[str, Change] = {
    "another title": lambda credential: credential.update(name="Certificate for somebody else"),
    "another achievement": lambda credential: credential["credentialSubject"]["achievement"].update(name="X"),
    "another name": lambda credential: credential["credentialSubject"]["identifier"][0].update(
        identityHash="Bob"
    ),
    "a later end": lambda credential: credential.update(validUntil="2199-01-01T00:00:00Z"),
    "no end": lambda credential: credential.pop("validUntil"),
    "no status": lambda credential: credential.pop("credentialStatus"),
    "a member no context defines": lambda credential: credential.update(undefinedMember="slipped in"),
    "an earlier signature": lambda credential: credential["proof"][0].update(created="2020-01-01T00:00:00Z"),
    "another issuer": lambda credential: credential["issuer"].update(id="did:web:example.org"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_refuses_a_credential_with_one_member_changed(world: World, change: str) -> None:
    credential = world.credential(world.issue())
    CHANGES[change](credential)

    with pytest.raises(OB3VerificationError):
        world.verify(credential)


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("world", "revoked_at"),
        ("world", "replaced_at"),
        ("suspendable", "revoked_at"),
        ("suspendable", "replaced_at"),
        ("suspendable", "suspended_at"),
    ],
)
def test_it_refuses_one_that_was_withdrawn(request: pytest.FixtureRequest, kind: str, column: str) -> None:
    world: World = request.getfixturevalue(kind)
    code = world.issue()
    token = world.site.http.get(f"/download/{code}.jwt").text
    credential = world.credential(code)
    world.site.change(code, **{column: utc_now()})

    with pytest.raises(OB3VerificationError, match="status"):
        world.verify(credential)
    with pytest.raises(OB3VerificationError, match="status"):
        world.verify_token(token, credential["issuer"]["id"])


def test_it_accepts_one_whose_suspension_was_lifted(suspendable: World) -> None:
    code = suspendable.issue()
    suspendable.site.change(code, suspended_at=utc_now())
    suspendable.site.change(code, suspended_at=None)

    assert suspendable.verify(suspendable.credential(code))


def test_it_refuses_one_that_has_expired(world: World) -> None:
    code = world.site.issue(world.template_id, is_produced=False)
    world.site.change(code, expires_at=utc_now() - timedelta(days=1))
    world.site.produce(code)

    with pytest.raises(OB3VerificationError):
        world.verify(world.credential(code))


def test_it_accepts_what_a_rotated_key_signed_and_refuses_what_a_withdrawn_one_did(world: World) -> None:
    site = world.site
    code = world.issue()
    credential, token = world.credential(code), site.http.get(f"/download/{code}.jwt").text
    did = credential["issuer"]["id"]
    used = credential["proof"][0]["verificationMethod"].partition("#")[2]
    names: Any = {"issuer_name": "Lovelace Academy", "slug": "lovelace", "now": utc_now()}

    def rotate_all(db: TenantDB) -> None:
        rotate(db, site.parts.keyring, **names)

    site.parts.database.write(site.tenant_id, rotate_all).result()
    assert world.verify(credential)
    assert world.verify_token(token, did)
    assert world.verify(world.credential(world.issue())), "the new keys are published too"

    def withdraw_used(db: TenantDB) -> None:
        for key_id in (used, used.replace("proof", "token")):
            withdraw(db, site.parts.keyring, key_id, reason="Lost.", **names)

    site.parts.database.write(site.tenant_id, withdraw_used).result()
    with pytest.raises(OB3VerificationError):
        world.verify(credential)
    with pytest.raises(OB3VerificationError):
        world.verify_token(token, did)
