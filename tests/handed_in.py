"""Files as people hand them in to be checked, and the record that they are held against: Ada's badge, signed here."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certifly.certificates.editions import text_of
from certifly.certificates.models import RENDERED, Certificate, Edition
from certifly.credentials import vc_jwt
from certifly.credentials.achievement_credential import build_credential
from certifly.credentials.keys import SealKey
from certifly.credentials.models import ACTIVE, SEAL, WITHDRAWN
from certifly.credentials.proofs import prove
from certifly.credentials.public_keys import PublicKey
from certifly.storage.blobs import name_of
from certifly.verification.record import Record
from tests.cast import MONDAY, TUESDAY
from tests.unit.credentials.badge import (
    CODE,
    DID,
    FACTS,
    PROOF_KEY,
    PUBLIC_KEYS,
    PUBLIC_URL,
    SECRET_OF_LOVELACE,
    SLUG,
    TOKEN_KEY,
)

UNSIGNED = build_credential(FACTS, SECRET_OF_LOVELACE)
DOCUMENT = prove(UNSIGNED, PROOF_KEY, did=DID, created=MONDAY)
CREDENTIAL = text_of(DOCUMENT)
TOKEN = vc_jwt.encode(UNSIGNED, TOKEN_KEY, did=DID)

IHDR = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d49484452000000010000000108000000003a7e9b55")
SMALL_PNG = IHDR + bytes.fromhex("0000000a4944415478da63600000000200018b5a5f2b0000000049454e44ae426082")
"""One pixel. Its checksums are not all right; nobody looks."""
SMALL_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1"/></svg>'


def certificate(**changes: Any) -> Certificate:
    """Ada's certificate as its row is, never stored."""
    values: dict[str, Any] = {
        "id": 1,
        "code": uuid.UUID(CODE),
        "check_url": f"{PUBLIC_URL}/check/{CODE}",
        "issuer_name": "Lovelace Academy",
        "created_at": MONDAY,
        "updated_at": MONDAY,
        "state": RENDERED,
        "edition": 1,
        "expires_at": FACTS.expires_at,
    }
    return Certificate(**(values | changes))


def edition(**changes: Any) -> Edition:
    """Its one edition."""
    values: dict[str, Any] = {
        "certificate_id": 1,
        "number": 1,
        "signed_at": MONDAY,
        "proof_key": PROOF_KEY.id,
        "token_key": TOKEN_KEY.id,
        "seal_key": "seal-1",
        "credential": CREDENTIAL,
        "credential_jwt": TOKEN,
    }
    return Edition(**(values | changes))


def record(**changes: Any) -> Record:
    """What the database knows of it."""
    values: dict[str, Any] = {
        "slug": SLUG,
        "certificate": certificate(),
        "editions": [edition()],
        "keys": PUBLIC_KEYS,
    }
    return Record(**(values | changes))


def seal_of(key: SealKey, **changes: Any) -> PublicKey:
    """What is published of a seal."""
    chain = [x509.load_der_x509_certificate(one) for one in key.chain]
    described = PublicKey(
        id=key.id,
        role=SEAL,
        algorithm=key.algorithm,
        state=ACTIVE,
        spki=chain[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        chain_pem="".join(one.public_bytes(Encoding.PEM).decode() for one in chain),
        created_at=MONDAY,
        kept_since=None,
        withdrawn_at=None,
        reason=None,
    )
    return replace(described, **changes)


def withdrawn(key: PublicKey, *, at: datetime = TUESDAY) -> PublicKey:
    """The same key after it was stolen."""
    return replace(key, state=WITHDRAWN, withdrawn_at=at, reason="It was left in a café.")


def name_of_text(text: str) -> str:
    """The digest of a text, as rows keep it."""
    return name_of(text.encode())
