"""How others read what we sign, in few lines and from the specifications alone: JWT (RFC 7515), status lists (W3C)."""

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(frozen=True, slots=True)
class Token:
    """A JWT taken apart."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    signature: bytes


def read_token(text: str) -> Token:
    head, body, tail = text.split(".")
    header, payload = (json.loads(bytes_of(part)) for part in (head, body))
    return Token(header, payload, f"{head}.{body}".encode(), bytes_of(tail))


def is_signed_by(token: Token, key: EllipticCurvePublicKey) -> bool:
    """By ES256: r and s, 32 bytes each."""
    r, s = (int.from_bytes(half, "big") for half in (token.signature[:32], token.signature[32:]))
    try:
        key.verify(encode_dss_signature(r, s), token.signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return len(token.signature) == 64


def bits_of(encoded_list: str) -> bytes:
    """The bits of an ``encodedList``: multibase, base64url, GZIP."""
    assert encoded_list.startswith("u")
    return gzip.decompress(bytes_of(encoded_list[1:]))


def is_set(bits: bytes, index: int) -> bool:
    """The first bit is the highest of the first byte."""
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


def bytes_of(base64url: str) -> bytes:
    return base64.urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))
