"""Who issues, as wallets and verifiers ask for it: identity, chain, achievements, status lists."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certifly.credentials.contexts import CREDENTIALS_V2
from certifly.credentials.public_keys import list_keys
from certifly.credentials.recheck import recheck
from certifly.credentials.status_list import LIST_SIZE
from certifly.db.tenant import TenantDB
from tests.cast import MONDAY
from tests.other_readers import bits_of, is_set, is_signed_by, read_token
from tests.public_site import PublicSite

SLUG = "lovelace"


def get(site: PublicSite, path: str) -> Any:
    answer = site.http.get(f"/t/{SLUG}/{path}")
    assert answer.status_code == 200, answer.text
    return answer


def places_of(site: PublicSite, code: str) -> dict[str, dict[str, str]]:
    """Where a certificate's credential says that its status is, by purpose."""
    credential = site.http.get(f"/download/{code}.json").json()
    return {entry["statusPurpose"]: entry for entry in credential["credentialStatus"]}


def stands(site: PublicSite, code: str, purpose: str) -> bool:
    """Whether the certificate's bit stands in the published list."""
    entry = places_of(site, code)[purpose]
    path = entry["statusListCredential"].removeprefix(site.base_url)
    listed = site.http.get(path).json()
    return is_set(bits_of(listed["credentialSubject"]["encodedList"]), int(entry["statusListIndex"]))


def test_the_did_document_lists_the_keys_that_signed(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish())

    document = get(public_site, "did.json")

    assert document.headers["content-type"] == "application/did+ld+json"
    assert document.headers["access-control-allow-origin"] == "*"
    methods = {method["id"]: method["type"] for method in document.json()["verificationMethod"]}
    credential = public_site.http.get(f"/download/{code}.json").json()
    did = credential["issuer"]["id"]
    assert (
        document.json()["id"]
        == did
        == f"did:web:127.0.0.1%3A{public_site.base_url.rpartition(':')[2]}:t:{SLUG}"
    )
    assert methods[credential["proof"][0]["verificationMethod"]] == "Multikey"
    token = read_token(public_site.http.get(f"/download/{code}.jwt").text)
    assert methods[token.header["kid"]] == "JsonWebKey2020"
    assert next(iter(methods.values())) == "JsonWebKey2020", "some verifiers of tokens look at the first only"


def test_a_tenant_that_has_never_issued_has_an_identity_too(public_site: PublicSite) -> None:
    assert get(public_site, "did.json").json()["verificationMethod"]
    assert get(public_site, "did.json").json() == get(public_site, "did.json").json()


def test_the_profile_names_the_issuer(public_site: PublicSite) -> None:
    profile = get(public_site, "profile.json").json()

    assert (profile["type"], profile["name"]) == (["Profile"], "Lovelace Academy")
    assert public_site.http.get(f"/t/{SLUG}").json() == profile
    assert profile["url"] == f"{public_site.base_url}/t/{SLUG}"


def test_the_chain_of_the_seals_is_published_without_the_seals_themselves(public_site: PublicSite) -> None:
    public_site.issue(public_site.publish())

    answer = get(public_site, "ca.pem")

    certificates = x509.load_pem_x509_certificates(answer.content)
    assert [one.issuer == one.subject for one in certificates] == [True]
    assert certificates[0].extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_an_achievement_is_what_the_credential_says_of_it(public_site: PublicSite) -> None:
    picture = public_site.add_picture()
    template_id = public_site.publish(
        achievement={
            "name": "Notes",
            "description": "She wrote notes.",
            "image": picture,
            "skills": ["Writing"],
        }
    )
    code = public_site.issue(template_id)
    credential = public_site.http.get(f"/download/{code}.json").json()
    stated = credential["credentialSubject"]["achievement"]

    published = public_site.http.get(stated["id"]).json()

    assert published["creator"]["id"] == credential["issuer"]["id"]
    assert stated.items() <= published.items()
    assert (stated["name"], stated["description"], stated["tag"]) == (
        "Notes",
        "She wrote notes.",
        ["Writing"],
    )
    image = public_site.http.get(stated["image"]["id"])
    assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in image.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/t/nobody",
        "/t/nobody/did.json",
        "/t/nobody/ca.pem",
        "/t/nobody/profile.json",
        "/t/nobody/achievements/1/1",
        "/t/nobody/status/revocation/1",
        f"/t/{SLUG}/achievements/999999/1",
        f"/t/{SLUG}/achievements/1/99999999999999",
        f"/t/{SLUG}/achievements/none/1",
        f"/t/{SLUG}/achievements/999999/1/image",
        f"/t/{SLUG}/status/expiry/1",
        f"/t/{SLUG}/status/revocation/0",
        f"/t/{SLUG}/status/revocation/2",
        f"/t/{SLUG}/status/revocation/one",
    ],
)
def test_what_is_not_there_is_not_found(public_site: PublicSite, path: str) -> None:
    answer = public_site.http.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_an_achievement_without_a_picture_has_none(public_site: PublicSite) -> None:
    template_id = public_site.publish()

    assert public_site.http.get(f"/t/{SLUG}/achievements/{template_id}/1/image").status_code == 404


def test_a_lost_picture_is_not_found(public_site: PublicSite) -> None:
    picture = public_site.add_picture(shade=77)
    template_id = public_site.publish(achievement={"image": picture})
    public_site.parts.blobs.delete(public_site.tenant_id, picture)

    assert public_site.http.get(f"/t/{SLUG}/achievements/{template_id}/1/image").status_code == 404


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
def test_a_status_list_is_a_signed_credential_of_the_issuer(public_site: PublicSite, purpose: str) -> None:
    answer = get(public_site, f"status/{purpose}/1")
    token = read_token(get(public_site, f"status/{purpose}/1.jwt").text)

    listed = answer.json()
    assert answer.headers["content-type"] == "application/vc+ld+json"
    assert listed["@context"] == [CREDENTIALS_V2]
    assert listed["id"] == f"{public_site.base_url}/t/{SLUG}/status/{purpose}/1"
    assert listed["credentialSubject"]["statusPurpose"] == purpose
    assert len(bits_of(listed["credentialSubject"]["encodedList"])) * 8 == LIST_SIZE
    keys = public_site.parts.database.read(public_site.tenant_id, list_keys).result()
    did = listed["issuer"]
    spki = next(key.spki for key in keys if f"{did}#{key.id}" == token.header["kid"])
    assert spki is not None and is_signed_by(token, load_der_public_key(spki))  # type: ignore[arg-type]
    assert token.payload["credentialSubject"]["encodedList"] == listed["credentialSubject"]["encodedList"]


def test_what_becomes_of_a_certificate_stands_in_its_list_at_once(public_site: PublicSite) -> None:
    template_id = public_site.publish(suspendable=True)
    revoked, suspended, replaced, other = (public_site.issue(template_id) for _ in range(4))
    everyone = (revoked, suspended, replaced, other)
    assert [stands(public_site, code, "revocation") for code in everyone] == [False] * 4

    public_site.change(revoked, revoked_at=MONDAY)
    public_site.change(suspended, suspended_at=MONDAY)
    public_site.change(replaced, replaced_at=MONDAY)
    assert [stands(public_site, code, "revocation") for code in everyone] == [True, False, True, False]
    assert [stands(public_site, code, "suspension") for code in everyone] == [False, True, False, False]

    public_site.change(suspended, suspended_at=None)
    assert not stands(public_site, suspended, "suspension")


def test_a_list_that_says_the_same_is_not_signed_again(public_site: PublicSite) -> None:
    first = get(public_site, "status/revocation/1").text

    assert get(public_site, "status/revocation/1").text == first


def test_both_lists_give_a_certificate_the_same_place_and_others_another(public_site: PublicSite) -> None:
    template_id = public_site.publish(suspendable=True)
    places = [places_of(public_site, public_site.issue(template_id)) for _ in range(3)]

    for place in places:
        assert place["revocation"]["statusListIndex"] == place["suspension"]["statusListIndex"]
    assert len({place["revocation"]["statusListIndex"] for place in places}) == 3


def test_the_credential_of_a_certificate_passes_the_second_opinion(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish())
    credential = public_site.http.get(f"/download/{code}.json")
    token = public_site.http.get(f"/download/{code}.jwt")

    def keys_of(db: TenantDB) -> Any:
        return list_keys(db)

    recheck(
        credential.text,
        token.text,
        public_site.parts.database.read(public_site.tenant_id, keys_of).result(),
    )
    stated = json.loads(credential.text)
    assert datetime.fromisoformat(stated["validFrom"]) <= datetime.now(UTC)
    assert "ada@example.org" not in credential.text, "an extra field stands in it as a salted hash only"
