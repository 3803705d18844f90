"""Who a tenant is to the world: ``did:web`` under the public address, its document, and its profile.

The document lists every key that may verify: those that sign now and those kept after a rotation. A withdrawn key
is not in it, so whatever was signed with it stops verifying, everywhere, when the document is read anew.

The P-256 key comes first and as JsonWebKey2020, since some verifiers of JWT look no further than the first method;
Ed25519 keys stand as Multikey, which is the only form the cryptosuites of 2022 take.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from certifly.credentials.contexts import CREDENTIALS_V2, DID_V1, JWS_2020, MULTIKEY_V1, OPEN_BADGES
from certifly.credentials.models import PROOF, TOKEN
from certifly.credentials.public_keys import PublicKey, jwk_of, multibase_of, number_of


def tenant_url(public_url: str, slug: str) -> str:
    """Below this address everything public of a tenant lies: DID document, status lists, achievements."""
    return f"{public_url.rstrip('/')}/t/{slug}"


def did_of(public_url: str, slug: str) -> str:
    """The tenant's DID, whose document did:web finds at ``{tenant_url}/did.json``.

    >>> did_of("https://certificates.example.org:8443/office", "lovelace")
    'did:web:certificates.example.org%3A8443:office:t:lovelace'
    """
    parts = urlsplit(tenant_url(public_url, slug))
    host = parts.hostname or ""
    host = host.encode("idna").decode() if not host.isascii() else host
    authority = quote(host, safe="") + (f"%3A{parts.port}" if parts.port else "")
    path = [quote(part, safe="-._~%") for part in parts.path.split("/") if part]
    return ":".join(["did:web", authority, *path])


def did_document(public_url: str, slug: str, keys: Sequence[PublicKey]) -> dict[str, Any]:
    """What ``/t/{slug}/did.json`` answers."""
    did = did_of(public_url, slug)
    methods = [_method(did, key) for key in sorted(_verifying(keys), key=_place)]
    return {
        "@context": [DID_V1, JWS_2020, MULTIKEY_V1],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def profile(public_url: str, slug: str, issuer_name: str) -> dict[str, Any]:
    """The issuer as a Profile of Open Badges, as it stands inside credentials."""
    return {
        "id": did_of(public_url, slug),
        "type": ["Profile"],
        "name": issuer_name,
        "url": tenant_url(public_url, slug),
    }


def issuer_profile(public_url: str, slug: str, issuer_name: str) -> dict[str, Any]:
    """The profile as a document of its own."""
    return {"@context": [CREDENTIALS_V2, OPEN_BADGES], **profile(public_url, slug, issuer_name)}


def _verifying(keys: Sequence[PublicKey]) -> list[PublicKey]:
    return [key for key in keys if key.role in (PROOF, TOKEN) and not key.is_withdrawn]


def _place(key: PublicKey) -> tuple[bool, int]:
    """Tokens before proofs, and of each the youngest first: it signs what is checked most."""
    return key.role != TOKEN, -number_of(key.id)[1]


def _method(did: str, key: PublicKey) -> dict[str, Any]:
    assert key.spki is not None, "keys of proofs and tokens have a public part"
    method = {"id": f"{did}#{key.id}", "controller": did}
    if key.role == TOKEN:
        return {**method, "type": "JsonWebKey2020", "publicKeyJwk": jwk_of(key.spki)}
    return {**method, "type": "Multikey", "publicKeyMultibase": multibase_of(key.spki)}
