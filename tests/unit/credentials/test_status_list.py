"""Where the bits of certificates are, and how a list is written."""

import re
from itertools import pairwise
from typing import Any

import pytest

from certifly.credentials import status_list
from certifly.credentials.keys import TenantSecret
from certifly.credentials.status_list import (
    LIST_SIZE,
    REVOCATION,
    SUSPENSION,
    Place,
    encode,
    place_of,
)
from tests.cast import MONDAY
from tests.other_readers import bits_of, is_set
from tests.unit.credentials.badge import DID, PUBLIC_URL, SECRET_OF_LOVELACE, SLUG

OTHER_SECRET = TenantSecret("secret-1", b"t" * 32)


def test_a_list_is_filled_once_and_without_collisions() -> None:
    places = [place_of(number, SECRET_OF_LOVELACE) for number in range(1, LIST_SIZE + 1)]

    assert {place.list_number for place in places} == {1}
    assert sorted(place.index for place in places) == list(range(LIST_SIZE))


def test_the_next_certificate_begins_another_list_with_another_order() -> None:
    first = [place_of(number, SECRET_OF_LOVELACE).index for number in range(1, 101)]
    second = [place_of(number + LIST_SIZE, SECRET_OF_LOVELACE) for number in range(1, 101)]

    assert place_of(LIST_SIZE, SECRET_OF_LOVELACE).list_number == 1
    assert {place.list_number for place in second} == {2}
    assert [place.index for place in second] != first


def test_places_tell_nothing_of_the_order_to_those_without_the_secret() -> None:
    ours = [place_of(number, SECRET_OF_LOVELACE).index for number in range(1, 1001)]
    others = [place_of(number, OTHER_SECRET).index for number in range(1, 1001)]

    assert sum(a == b for a, b in zip(ours, others, strict=True)) < 5
    # Of a thousand in random order, about half are followed by a higher one, and all eighths are met alike.
    assert 400 < sum(a < b for a, b in pairwise(ours)) < 600
    eighths = [sum(index // (LIST_SIZE // 8) == eighth for index in ours) for eighth in range(8)]
    assert all(80 < met < 170 for met in eighths)


def test_a_place_never_changes() -> None:
    assert [place_of(number, SECRET_OF_LOVELACE).index for number in (1, 2, 3)] == [36417, 15673, 34580]


@pytest.mark.parametrize("indices", [[], [0], [7, 8], [LIST_SIZE - 1], [1, 4141, 131_000]])
def test_the_bits_that_were_written_are_read(indices: list[int]) -> None:
    bits = bits_of(encode(indices))

    assert len(bits) == LIST_SIZE // 8
    assert [index for index in range(LIST_SIZE) if is_set(bits, index)] == indices


def test_the_first_bit_is_the_highest_of_the_first_byte() -> None:
    assert bits_of(encode([0]))[0] == 0x80
    assert bits_of(encode([9]))[1] == 0x40


def test_a_list_is_the_same_text_each_time() -> None:
    text = encode([3, 5])

    assert encode([5, 3]) == text
    assert re.fullmatch(r"u[A-Za-z0-9_-]+", text)


@pytest.mark.parametrize("purpose", [REVOCATION, SUSPENSION])
def test_a_list_is_a_credential_of_the_tenant(purpose: str) -> None:
    url = f"{PUBLIC_URL}/t/{SLUG}/status/{purpose}/3"

    unsigned: dict[str, Any] = status_list.build(PUBLIC_URL, SLUG, purpose, 3, [7], valid_from=MONDAY)

    assert unsigned["id"] == url
    assert unsigned["issuer"] == DID
    assert unsigned["validFrom"] == "2026-11-23T09:00:00Z"
    assert unsigned["credentialSubject"] == {
        "id": f"{url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": encode([7]),
    }


def test_an_entry_points_into_its_list() -> None:
    entry = status_list.entry(PUBLIC_URL + "/", SLUG, REVOCATION, Place(2, 99))

    assert entry["statusListCredential"] == f"{PUBLIC_URL}/t/{SLUG}/status/revocation/2"
    assert entry["id"] == entry["statusListCredential"] + "#99"
    assert entry["statusListIndex"] == "99"
