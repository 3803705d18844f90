"""What a check page says became of a certificate, and what its status lists tell wallets, is the same."""

from collections.abc import Callable
from functools import partial

import pytest

from certifly.certificates.status_lists import read_status
from certifly.credentials.status_list import REVOCATION, SUSPENSION, Purpose
from certifly.verification.lookup import read_record
from certifly.verification.record import standing_checks
from certifly.verification.report import CheckName, Outcome
from tests.cast import MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates
from tests.issued import PUBLIC_URL

LISTS: tuple[tuple[Purpose, CheckName], ...] = (
    (REVOCATION, CheckName.NOT_REVOKED),
    (SUSPENSION, CheckName.NOT_SUSPENDED),
)

Step = Callable[[Certificates, int], object]


def revoke(certificates: Certificates, one: int) -> None:
    certificates.revoke(one, "In error", now=TUESDAY)


def suspend(certificates: Certificates, one: int) -> None:
    certificates.suspend(one, "In doubt", now=MONDAY)


def reinstate(certificates: Certificates, one: int) -> None:
    certificates.reinstate(one, now=TUESDAY)


def replace(certificates: Certificates, one: int) -> None:
    certificates.replace(one, {"Course": "Engines"}, now=TUESDAY)


def erase(certificates: Certificates, one: int) -> None:
    certificates.erase(one, now=TUESDAY)


BECOME: dict[str, list[Step]] = {
    "nothing": [],
    "revoked": [revoke],
    "suspended": [suspend],
    "suspended, and reinstated": [suspend, reinstate],
    "suspended, then revoked": [suspend, revoke],
    "replaced": [replace],
    "erased": [erase],
    "revoked, then erased": [revoke, erase],
    "replaced, then erased": [replace, erase],
}


@pytest.mark.parametrize("become", BECOME.values(), ids=BECOME.keys())
def test_the_page_and_the_status_lists_say_the_same(certificates: Certificates, become: list[Step]) -> None:
    one = certificates.issue()

    for step in become:
        step(certificates, one)

    record = certificates.read(lambda db: read_record(db, certificates.look(one)))
    checks = {check.name: check for check in standing_checks(record, public_url=PUBLIC_URL, now=TUESDAY)}
    for purpose, name in LISTS:
        status = certificates.read(partial(read_status, purpose=purpose, number=1))
        assert status is not None
        assert (one in status.certificates) is (checks[name].outcome is Outcome.FAILED), purpose


def test_the_one_that_replaces_it_is_not_revoked(certificates: Certificates) -> None:
    new = certificates.replace(certificates.issue(), {"Course": "Engines"}, now=TUESDAY)

    record = certificates.read(lambda db: read_record(db, certificates.look(new)))

    outcomes = {check.outcome for check in standing_checks(record, public_url=PUBLIC_URL, now=TUESDAY)}
    assert outcomes == {Outcome.PASSED}
