"""Where strangers read whether a certificate still stands: bitstring status lists (W3C, 1.0).

A list has a bit for each of 131,072 certificates, so that whoever asks for it does not tell which one is meant.
Places are not given in order: they are a permutation of the numbers, chosen by the tenant's secret. So a list
does not tell how many certificates there are or which came after which, no place is given twice, and none has to be
stored. The place of a certificate is the same in the list of revocations, which is final, and that of suspensions.
"""

import gzip
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import shake_256
from typing import Any, Final, Literal, Protocol

from certifly.credentials.contexts import CREDENTIALS_V2
from certifly.credentials.did import did_of, tenant_url
from certifly.credentials.multibase import encode_base64url
from certifly.credentials.proofs import timestamp

LIST_SIZE: Final = 131_072
REVOCATION: Final = "revocation"
SUSPENSION: Final = "suspension"
Purpose = Literal["revocation", "suspension"]
PURPOSES: Final[tuple[Purpose, ...]] = (REVOCATION, SUSPENSION)

LISTS_KEPT_MAX = 64
"""Lists whose order is at hand; working it out takes a thousandth of a second."""

_HALF_BITS = 9
_HALF = (1 << _HALF_BITS) - 1
_ROUNDS = 10


class Secret(Protocol):
    """A TenantSecret, as far as it is needed here."""

    def derive(self, purpose: str, text: str) -> bytes:
        """32 bytes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A certificate's list, counted from 1, and its bit in it."""

    list_number: int
    index: int


def place_of(certificate_number: int, secret: Secret) -> Place:
    """Where the certificate with this number (of its tenant, from 1) has its bits."""
    assert certificate_number >= 1
    lists_before, position = divmod(certificate_number - 1, LIST_SIZE)
    key = secret.derive("status-list", str(lists_before + 1))
    index = _permuted(position, key)
    # The permutation is of twice as many numbers; walking on until one is in the list is one of the list's numbers.
    while index >= LIST_SIZE:
        index = _permuted(index, key)
    return Place(lists_before + 1, index)


def list_url(public_url: str, slug: str, purpose: str, list_number: int) -> str:
    """The address of a list, and its id."""
    return f"{tenant_url(public_url, slug)}/status/{purpose}/{list_number}"


def entry(public_url: str, slug: str, purpose: str, place: Place) -> dict[str, str]:
    """What a credential says of where its status is."""
    url = list_url(public_url, slug, purpose, place.list_number)
    return {
        "id": f"{url}#{place.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(place.index),
        "statusListCredential": url,
    }


def build(
    public_url: str,
    slug: str,
    purpose: str,
    list_number: int,
    indices: Iterable[int],
    *,
    valid_from: datetime,
) -> dict[str, Any]:
    """The list as a credential, not signed yet. ``indices`` are those whose bit stands."""
    url = list_url(public_url, slug, purpose, list_number)
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(public_url, slug),
        "validFrom": timestamp(valid_from),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode(indices),
        },
    }


def encode(indices: Iterable[int]) -> str:
    """A list in which these bits stand, as ``encodedList``. The first bit is the highest of the first byte."""
    bits = bytearray(LIST_SIZE // 8)
    for index in indices:
        assert 0 <= index < LIST_SIZE
        bits[index >> 3] |= 0x80 >> (index & 7)
    return "u" + encode_base64url(gzip.compress(bytes(bits), mtime=0))


def _permuted(number: int, key: bytes) -> int:
    """A Feistel network over 18 bits: a permutation, whatever the round functions are."""
    left, right = number >> _HALF_BITS, number & _HALF
    for function in _round_functions(key):
        left, right = right, left ^ function[right]
    return left << _HALF_BITS | right


@lru_cache(maxsize=LISTS_KEPT_MAX)
def _round_functions(key: bytes) -> tuple[tuple[int, ...], ...]:
    """For each round a random function of half the bits, written out: it is small, and asked for often."""
    count = _HALF + 1
    drawn = struct.unpack(f">{_ROUNDS * count}H", shake_256(key).digest(_ROUNDS * count * 2))
    values = tuple(value & _HALF for value in drawn)
    return tuple(values[start : start + count] for start in range(0, len(values), count))
