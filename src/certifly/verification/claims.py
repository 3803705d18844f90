"""What a credential says of itself, in a few short texts. Nothing of it is believed by being read here."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from certifly.certificates.queries import parse_code
from certifly.verification.facts import CredentialFound
from certifly.verification.report import Claims

TEXT_CHARACTERS_MAX = 300
ISSUERS_MAX = 20
"""Names of the issuer and its keys that are compared, of one credential, which ought to have three at most."""

_CODE_PREFIX = "urn:uuid:"
_ISSUER_TERM = "https://www.w3.org/2018/credentials#issuer"
"""What ``issuer`` is short for (JSON-LD)."""


def code_of(document: Mapping[str, Any]) -> uuid.UUID | None:
    """The code that a credential of ours would have as its id."""
    identifier = _text(document, "id")
    if identifier is None or not identifier.startswith(_CODE_PREFIX):
        return None
    return parse_code(identifier.removeprefix(_CODE_PREFIX))


def issuer_of(document: Mapping[str, Any]) -> str | None:
    """The issuer's id: the member itself, or the id in it."""
    issuer = document.get("issuer")
    return _text(issuer, "id") if isinstance(issuer, Mapping) else _text(document, "issuer")


def issuer_names(found: CredentialFound) -> Iterator[str]:
    """Every DID and address by which a credential names its issuer or the issuer's key, at full length.

    Also where only other verifiers look: ``issuer`` is a name, an object or, against the rules, a list; a JWT has
    ``iss``, and may hold the credential in ``vc``; Open Badges 2 has the issuer in ``badge``, and the key in
    ``verification``.
    """
    document = found.document
    if found.token is not None:
        yield from _identifiers([found.token.header.get("kid"), found.token.issuer])
    for proof in _mappings(document.get("proof")):
        yield from _identifiers(proof.get("verificationMethod"))
    for outer in (document, *_mappings(document.get("vc"))):
        for one in (outer, *_mappings(outer.get("badge"))):
            for member in ("iss", "issuer", _ISSUER_TERM):
                yield from _identifiers(one.get(member))
        for one in _mappings(outer.get("verification")):
            yield from _identifiers(one.get("creator"))


def claims_of(document: Mapping[str, Any]) -> Claims:
    """The texts that a page shows of a credential."""
    subject = _first(document.get("credentialSubject"))
    achievement = _first(subject.get("achievement"))
    return Claims(
        issuer_id=issuer_of(document),
        issuer_name=_text(_first(document.get("issuer")), "name"),
        title=_text(document, "name") or _text(achievement, "name"),
        recipient=_recipient(subject),
        valid_from=_text(document, "validFrom") or _text(document, "issuanceDate"),
        valid_until=_text(document, "validUntil") or _text(document, "expirationDate"),
    )


def _recipient(subject: Mapping[str, Any]) -> str | None:
    """The name of the subject: its own, or the first that is written openly (IdentityObject)."""
    identifiers = subject.get("identifier")
    for identifier in identifiers if isinstance(identifiers, list) else [identifiers]:
        one = _first(identifier)
        if one.get("identityType") == "name" and one.get("hashed") is False:
            return _text(one, "identityHash")
    return _text(subject, "name")


def _identifiers(value: Any) -> Iterator[str]:
    """The texts that name something: the value itself, those in a list, and the ids of an object."""
    values = [value]
    while values:
        one = values.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            values += one
        elif isinstance(one, Mapping):
            values += [one.get(key) for key in ("id", "@id", "url", "@value")]


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects that a member is, or holds in a list."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]


def _first(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, Mapping) else {}


def _text(mapping: Mapping[str, Any], name: str) -> str | None:
    value = mapping.get(name)
    return value[:TEXT_CHARACTERS_MAX] if isinstance(value, str) and value else None
