"""From a text to the credential in it: JSON with proofs inside, or a signed JWT around it."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from certifly.credentials.contexts import CREDENTIALS_V2
from certifly.verification.errors import Unreadable
from certifly.verification.facts import CredentialFound, TokenFacts
from certifly.verification.proof_facts import proof_facts
from certifly.verification.strict_json import TEXT_BYTES_MAX, parse_object

_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_ENVELOPE = re.compile(r"data:application/vc\+(?:ld\+)?(?:jwt|json\+jwt);?,?(?P<token>[A-Za-z0-9_.-]+)")
_ENVELOPE_SAYS = {"@context": [CREDENTIALS_V2], "type": ["EnvelopedVerifiableCredential"]}
"""All that an envelope may say besides its token."""

_OF_OPEN_BADGES_2 = frozenset({"Assertion", "BadgeClass"})


def read_credential(text: str) -> CredentialFound | None:
    """The credential that ``text`` is; None for anything else. Raises Unreadable or BeyondLimits.

    ``form`` is "other" for what calls itself a credential and cannot be checked here.
    """
    text = text.strip()
    if token := looks_like_token(text):
        return _from_token(text, token)
    if not text.startswith("{"):
        return None
    document = parse_object(text)
    types = _types(document)
    if "EnvelopedVerifiableCredential" in types:
        return _from_envelope(text, document)
    if "VerifiableCredential" in types:
        return CredentialFound(form="credential", text=text, document=document, proofs=proof_facts(document))
    if _OF_OPEN_BADGES_2 & types or "VerifiablePresentation" in types:
        return CredentialFound(form="other", text=text, document=document)
    return None


def looks_like_token(text: str) -> re.Match[str] | None:
    """Three parts in base64url with dots between, the first of which begins an object."""
    if not text.startswith("eyJ") or len(text) > TEXT_BYTES_MAX:
        return None
    return _TOKEN.fullmatch(text)


def _from_envelope(text: str, document: Mapping[str, Any]) -> CredentialFound:
    address = document.get("id")
    found = _ENVELOPE.fullmatch(address) if isinstance(address, str) else None
    token = looks_like_token(found["token"]) if found else None
    if found is None or token is None:
        return CredentialFound(form="other", text=text, document=dict(document))
    # Nothing signs an envelope. Whatever it said besides would be taken for a part of the credential.
    said = {name: value if isinstance(value, list) else [value] for name, value in document.items()}
    del said["id"]
    if not said.items() <= _ENVELOPE_SAYS.items():
        raise Unreadable("an envelope that says more than the signed token in it")
    return _from_token(found["token"], token)


def _from_token(text: str, parts: re.Match[str]) -> CredentialFound:
    header, payload = (
        parse_object(_decode(part).decode("utf-8", "surrogateescape")) for part in parts.groups()[:2]
    )
    inner = payload.get("vc")
    document = inner if isinstance(inner, dict) else payload
    is_credential = "VerifiableCredential" in _types(document)
    return CredentialFound(
        form="token" if is_credential else "other",
        text=text,
        document=_with_claims(document, payload),
        token=TokenFacts(
            header=header,
            issuer=payload.get("iss"),
            signing_input=f"{parts[1]}.{parts[2]}",
            signature=_decode(parts[3]).hex(),
        ),
    )


def _with_claims(document: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The credential, with id and issuer from the token's own claims where it has none (VC Data Model 1.1)."""
    claims = {"id": payload.get("jti"), "issuer": payload.get("iss")}
    return {name: value for name, value in claims.items() if isinstance(value, str)} | dict(document)


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Unreadable("a token whose parts are not base64url") from None


def _types(document: Mapping[str, Any]) -> set[str]:
    given = document.get("type", document.get("@type", []))
    return {name for name in (given if isinstance(given, list) else [given]) if isinstance(name, str)}
