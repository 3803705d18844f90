"""The history begins with the issue, goes on in order, and is read page by page."""

from collections.abc import Sequence
from datetime import timedelta

from certifly.certificates.history import ISSUED, KINDS, HistoryEntry, list_history
from tests.cast import MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates


def test_it_begins_with_the_issue(certificates: Certificates) -> None:
    certificate_id = certificates.issue(now=MONDAY)

    [entry] = certificates.history(certificate_id)

    assert (entry.place, entry.kind, entry.happened_at) == (1, ISSUED, MONDAY)
    assert (entry.actor, entry.reason, entry.other_id) == (None, None, None)


def test_each_certificate_has_its_own(certificates: Certificates) -> None:
    first, second = certificates.issue(), certificates.issue()

    certificates.suspend(first, "In question.", now=TUESDAY)
    certificates.revoke(second, "In error.", now=TUESDAY)
    certificates.revoke(first, "Proven.", now=TUESDAY)

    assert [(one.place, one.kind) for one in certificates.history(first)] == [
        (1, "issued"),
        (2, "suspended"),
        (3, "revoked"),
    ]
    assert [(one.place, one.kind) for one in certificates.history(second)] == [(1, "issued"), (2, "revoked")]


def test_pages_follow_each_other_without_a_gap(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    for number in range(5):
        moment = TUESDAY + timedelta(hours=number)
        certificates.suspend(certificate_id, f"Question {number}.", now=moment)
        certificates.reinstate(certificate_id, now=moment)
    row = certificates.look(certificate_id)
    whole = certificates.history(certificate_id)
    assert len(whole) == 11 and {one.kind for one in whole} < set(KINDS)

    def read_page(after: int | None, limit: int) -> Sequence[HistoryEntry]:
        page = certificates.read(lambda db: list_history(db, row, after=after, limit=limit))
        assert len(page) <= limit
        return page

    def read_all(limit: int) -> list[HistoryEntry]:
        found: list[HistoryEntry] = []
        while page := read_page(found[-1].place if found else None, limit):
            found += page
        return found

    for limit in (1, 2, 3, 11, 12):
        assert read_all(limit) == whole
