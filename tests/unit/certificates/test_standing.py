"""What a certificate is now: one word, the gravest that applies, at any moment."""

from datetime import timedelta
from typing import Any

import pytest

from certifly.certificates.errors import CertificateErased, CertificateReplaced, CertificateRevoked
from certifly.certificates.models import Certificate
from certifly.certificates.standing import STANDINGS, require_open, require_present, standing_of
from tests.cast import MONDAY, TUESDAY

BLINK = timedelta(microseconds=1)
GRAVEST_FIRST: list[tuple[str, dict[str, Any]]] = [
    ("erased", {"erased_at": MONDAY}),
    ("revoked", {"revoked_at": MONDAY}),
    ("replaced", {"successor_id": 2, "replaced_at": MONDAY}),
    ("suspended", {"suspended_at": MONDAY}),
    ("expired", {"expires_at": MONDAY}),
]


def certificate(**values: Any) -> Certificate:
    return Certificate(**{"id": 1, "state": "rendered", **values})


@pytest.mark.parametrize("state", ["recorded", "rendered", "failed"])
def test_one_that_holds_is_as_far_as_its_production(state: str) -> None:
    assert standing_of(certificate(state=state), TUESDAY) == state


@pytest.mark.parametrize("place", range(len(GRAVEST_FIRST)))
def test_the_gravest_word_is_the_one_that_is_told(place: int) -> None:
    values: dict[str, Any] = {}
    for _, more in GRAVEST_FIRST[place:]:
        values |= more

    assert standing_of(certificate(**values), TUESDAY) == GRAVEST_FIRST[place][0]


def test_there_are_no_other_words() -> None:
    assert (*(word for word, _ in GRAVEST_FIRST), "recorded", "rendered", "failed") == STANDINGS


def test_it_holds_until_the_moment_at_which_it_expires() -> None:
    row = certificate(expires_at=TUESDAY)

    assert standing_of(row, TUESDAY - BLINK) == "rendered"
    assert standing_of(row, TUESDAY) == "expired"


def test_what_is_final_is_told_with_what_to_do_instead() -> None:
    for row, error, remedy in (
        (certificate(revoked_at=MONDAY), CertificateRevoked, "Issue a new certificate"),
        (certificate(successor_id=7), CertificateReplaced, "certificate 7 instead"),
    ):
        require_present(row)
        with pytest.raises(error, match=remedy):
            require_open(row)
    erased = certificate(erased_at=MONDAY)
    require_open(erased)
    with pytest.raises(CertificateErased, match="issue a new certificate"):
        require_present(erased)


@pytest.mark.parametrize("values", [{}, {"suspended_at": MONDAY}, {"expires_at": MONDAY}])
def test_what_is_not_final_stands_in_nobodys_way(values: dict[str, Any]) -> None:
    require_present(certificate(**values))
    require_open(certificate(**values))
