"""A second opinion on what was just signed, from other code.

Nothing here uses what made the credential but the bundled contexts: PyLD canonicalises, signatures are
decoded and verified anew from the public keys, and the JWT is held against the JSON. A sample of all
certificates goes through this in production, so that a saving that once is wrong is noticed by us first.
"""

import base64
import json
import threading
from calendar import timegm
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from hashlib import sha256
from time import strptime
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyld import jsonld

from certifly.credentials.contexts import load
from certifly.credentials.public_keys import PublicKey

CRYPTOSUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022"]
_one_at_a_time = threading.Lock()
"""PyLD keeps what it worked out of contexts in caches that two threads at once break."""
_UNDEFINED = "urn:undefined:"
_RELATIVE = "relative://base/"
_ALPHABET = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class RecheckFailed(Exception):
    """What was signed does not verify by the slow path. The certificate must not go out."""


def recheck(credential: str, token: str, keys: Sequence[PublicKey]) -> None:
    """Verify both proofs and the JWT of a credential just made; ``keys`` are the tenant's public keys.

    Raises RecheckFailed with the first thing found wrong.
    """
    secured = json.loads(credential)
    _demand(credential.isascii(), "the credential's text is not ASCII")
    proofs = secured.pop("proof")
    spki = {f"{secured['issuer']['id']}#{key.id}": key.spki for key in keys}

    _demand(
        [proof.get("cryptosuite") for proof in proofs] == CRYPTOSUITES, "the proofs are not the two expected"
    )
    with _one_at_a_time:
        _demand_all_defined(secured)
        for proof in proofs:
            _recheck_proof(secured, proof, spki.get(proof["verificationMethod"]))
    _recheck_token(secured, token, spki)


def _recheck_proof(document: dict[str, Any], proof: dict[str, Any], spki: bytes | None) -> None:
    suite = proof["cryptosuite"]
    configuration = {name: value for name, value in proof.items() if name != "proofValue"}
    if suite == "eddsa-rdfc-2022":
        contexts = {"@context": document["@context"]}
        hashed = _sha256(_nquads({**configuration, **contexts})) + _sha256(_nquads(document))
    else:
        _demand(configuration["@context"] == document["@context"], "the JCS proof has other contexts")
        hashed = _sha256(rfc8785.dumps(configuration)) + _sha256(rfc8785.dumps(document))
    key = load_der_public_key(spki) if spki else None
    _demand(isinstance(key, Ed25519PublicKey), f"{suite}: no Ed25519 key has the id that the proof names")
    assert isinstance(key, Ed25519PublicKey)
    signature = _from_base58(proof["proofValue"])
    _demand_signature(lambda: key.verify(signature, hashed), suite)


def _recheck_token(document: dict[str, Any], token: str, spki: Mapping[str, bytes | None]) -> None:
    head, body, tail = token.split(".")
    header, payload = json.loads(_from_base64url(head)), json.loads(_from_base64url(body))
    _demand(header.keys() == {"alg", "kid"} and header["alg"] == "ES256", "the JWT's header is another")
    found = spki.get(header["kid"])
    key = load_der_public_key(found) if found else None
    _demand(isinstance(key, EllipticCurvePublicKey), "the JWT: no P-256 key has the id that its header names")
    assert isinstance(key, EllipticCurvePublicKey)
    raw = _from_base64url(tail)
    _demand(len(raw) == 64, "the JWT's signature is not 64 bytes")
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    _demand_signature(lambda: key.verify(signature, f"{head}.{body}".encode(), ECDSA(SHA256())), "the JWT")

    claims = {name: payload.pop(name, None) for name in ("iss", "jti", "sub", "nbf", "exp")}
    _demand(payload == document, "the JWT says something else than the JSON")
    _demand(
        (claims["iss"], claims["jti"], claims["sub"])
        == (document["issuer"]["id"], document["id"], document["credentialSubject"]["id"]),
        "the JWT's claims are not the credential's",
    )
    # Open Badges has no fractions of seconds in either form; PyLD is not asked, so the calendar is.
    for claim, member in (("nbf", "validFrom"), ("exp", "validUntil")):
        stated = document.get(member)
        expected = None if stated is None else _epoch(stated)
        _demand(claims[claim] == expected, f"the JWT's {claim} is not {member}")


def _demand_all_defined(document: dict[str, Any]) -> None:
    """See by expansion that every member has a meaning; PyLD would drop one without, unsigned."""
    contexts = document["@context"]
    caught = {**document, "@context": [{"@vocab": _UNDEFINED}, *contexts]}
    names = set(_names_in(jsonld.expand(caught, {"documentLoader": _load, "base": _RELATIVE})))
    strange = any(name.startswith(_UNDEFINED) for name in names)
    _demand(not strange, "a member is defined by no context, so it is not signed")
    relative = any(name.startswith(_RELATIVE) for name in names)
    _demand(not relative, "an id is relative, so it is not signed")


def _names_in(expanded: Any) -> Iterator[str]:
    """Members, types and ids, but no values: whatever a person is called is no name of ours."""
    if isinstance(expanded, list):
        for item in expanded:
            yield from _names_in(item)
    elif isinstance(expanded, dict):
        yield from expanded
        for name, value in expanded.items():
            if name in ("@id", "@type"):
                yield from value if isinstance(value, list) else [value]
            else:
                yield from _names_in(value)


def _nquads(document: dict[str, Any]) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    normalised: str = jsonld.normalize(document, options)
    return normalised.encode()


def _load(url: str, _: object = None) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": deepcopy(load(url)),
    }


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RecheckFailed(f"The slow path disagrees: {otherwise}.")


def _demand_signature(verify: Callable[[], None], what: str) -> None:
    try:
        verify()
    except InvalidSignature as error:
        raise RecheckFailed(f"The slow path disagrees: {what} does not verify.") from error


def _epoch(moment: str) -> int:
    return timegm(strptime(moment, "%Y-%m-%dT%H:%M:%SZ"))


def _from_base58(text: str) -> bytes:
    _demand(text[:1] == "z", "a proof's value is not base58-btc")
    number = 0
    for character in text[1:].encode():
        number = number * 58 + _ALPHABET.index(character)
    return number.to_bytes(64, "big")


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _sha256(data: bytes) -> bytes:
    return sha256(data).digest()
