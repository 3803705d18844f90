"""Bytes as text the way proofs and keys write them: Multibase with base58-btc (``z…``) or base64url (``u…``)."""

import base64
import binascii

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {character: value for value, character in enumerate(_BASE58)}

ED25519_PUBLIC = b"\xed\x01"
P256_PUBLIC = b"\x80\x24"
"""The multicodec prefixes ``ed25519-pub`` and ``p256-pub`` of a Multikey (Controlled Identifiers 1.0, 2.2.2)."""

TEXT_CHARACTERS_MAX = 1024
"""Longest text that is decoded: reading base58 costs the square of its length. Signatures take 88."""


class NotMultibase(ValueError):
    """A text that stands for no bytes, or for more than anything here needs."""


def encode(data: bytes) -> str:
    """In base58-btc, as the cryptosuites of 2022 demand for ``proofValue``."""
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(digits))


def decode(text: str) -> bytes:
    """The bytes of a text in base58-btc or base64url. Raises NotMultibase."""
    if len(text) > TEXT_CHARACTERS_MAX:
        raise NotMultibase(f"is longer than {TEXT_CHARACTERS_MAX} characters")
    if text[:1] == "z":
        return _decode_base58(text[1:])
    if text[:1] == "u":
        return decode_base64url(text[1:])
    raise NotMultibase("begins neither with z (base58-btc) nor with u (base64url)")


def encode_base64url(data: bytes) -> str:
    """Without padding, as JWS and Multibase have it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Exactly the alphabet, without padding, and only the one spelling of these bytes. Raises NotMultibase."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise NotMultibase("is not base64url") from error
    if encode_base64url(data) != text:
        raise NotMultibase("is not the canonical base64url of its bytes")
    return data


def _decode_base58(text: str) -> bytes:
    number = 0
    for character in text:
        if character not in _DIGITS:
            raise NotMultibase("is not base58-btc")
        number = number * 58 + _DIGITS[character]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
