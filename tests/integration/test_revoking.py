"""Revoking is final and keeps its first reason; a suspension can be lifted; both are told in the history."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from certifly.certificates.errors import CertificateErased, CertificateReplaced, CertificateRevoked
from certifly.certificates.history import REINSTATED, REVOKED, SUSPENDED
from certifly.certificates.mail_again import mail_again
from certifly.certificates.models import Certificate, CertificateEvent
from certifly.certificates.queries import get_certificate_to_change
from certifly.certificates.revoke import UNSENT_REASON, revoke
from certifly.certificates.standing import standing_of
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import HELD, SENT, SKIPPED, Email
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates

WEDNESDAY = TUESDAY + timedelta(days=1)


def told(certificates: Certificates, certificate_id: int) -> list[tuple[str, str | None, str | None]]:
    """The history in short, without the issue."""
    return [(one.kind, one.actor, one.reason) for one in certificates.history(certificate_id)[1:]]


def test_a_revoked_certificate_says_since_when_and_why(certificates: Certificates) -> None:
    certificate_id = certificates.issue()

    certificates.revoke(certificate_id, "Issued in error.", actor="registry", now=TUESDAY)

    row = certificates.look(certificate_id)
    assert (row.revoked_at, row.revocation_reason) == (TUESDAY, "Issued in error.")
    assert row.updated_at == TUESDAY
    assert standing_of(row, TUESDAY) == "revoked"
    assert row.data, "nothing is deleted"
    assert told(certificates, certificate_id) == [(REVOKED, "registry", "Issued in error.")]


def test_revoking_twice_keeps_the_first_reason_and_moment(certificates: Certificates) -> None:
    certificate_id = certificates.issue()

    for reason, now in (("Issued in error.", TUESDAY), ("Second thoughts.", WEDNESDAY)):
        certificates.revoke(certificate_id, reason, actor="registry", now=now)

    row = certificates.look(certificate_id)
    assert (row.revoked_at, row.revocation_reason, row.updated_at) == (TUESDAY, "Issued in error.", TUESDAY)
    assert len(told(certificates, certificate_id)) == 1


def test_a_revoked_certificate_cannot_be_suspended_or_reinstated(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.suspend(certificate_id, "In question.", now=MONDAY)
    certificates.revoke(certificate_id, "Proven.", now=TUESDAY)

    with pytest.raises(CertificateRevoked):
        certificates.suspend(certificate_id, "Again.", now=WEDNESDAY)
    with pytest.raises(CertificateRevoked):
        certificates.reinstate(certificate_id, now=WEDNESDAY)

    assert [kind for kind, _, _ in told(certificates, certificate_id)] == [SUSPENDED, REVOKED]


def test_a_replaced_certificate_names_its_successor_instead(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.set(certificate_id, successor_id=7, replaced_at=MONDAY)

    with pytest.raises(CertificateReplaced) as refusal:
        certificates.revoke(certificate_id, "Too late.", now=TUESDAY)
    assert refusal.value.successor_id == 7
    with pytest.raises(CertificateReplaced):
        certificates.suspend(certificate_id, "Too late.", now=TUESDAY)
    with pytest.raises(CertificateReplaced):
        certificates.reinstate(certificate_id, now=TUESDAY)
    assert told(certificates, certificate_id) == []


def test_an_erased_certificate_can_be_revoked_and_reinstated_but_not_suspended(
    certificates: Certificates,
) -> None:
    certificate_id = certificates.issue()
    certificates.set(certificate_id, suspended_at=MONDAY, erased_at=MONDAY, state="erased")

    certificates.reinstate(certificate_id, now=TUESDAY)
    with pytest.raises(CertificateErased):
        certificates.suspend(certificate_id, "Whose?", now=TUESDAY)
    certificates.revoke(certificate_id, "Never earned.", now=WEDNESDAY)

    row = certificates.look(certificate_id)
    assert (row.suspended_at, row.revoked_at) == (None, WEDNESDAY)
    assert standing_of(row, WEDNESDAY) == "erased"


def test_a_suspension_is_lifted_without_a_trace_but_in_the_history(certificates: Certificates) -> None:
    certificate_id = certificates.issue()

    certificates.suspend(certificate_id, "In question.", actor="registry", now=MONDAY)
    during = certificates.look(certificate_id)
    certificates.reinstate(certificate_id, actor="dean", now=TUESDAY)
    after = certificates.look(certificate_id)

    assert (during.suspended_at, during.suspension_reason) == (MONDAY, "In question.")
    assert (after.suspended_at, after.suspension_reason, after.updated_at) == (None, None, TUESDAY)
    assert told(certificates, certificate_id) == [
        (SUSPENDED, "registry", "In question."),
        (REINSTATED, "dean", None),
    ]


def test_suspending_and_lifting_again_change_nothing(certificates: Certificates) -> None:
    certificate_id = certificates.issue()

    certificates.reinstate(certificate_id, now=MONDAY)
    assert told(certificates, certificate_id) == []
    for reason, now in (("In question.", MONDAY), ("Still.", TUESDAY)):
        certificates.suspend(certificate_id, reason, now=now)

    row = certificates.look(certificate_id)
    assert (row.suspended_at, row.suspension_reason, row.updated_at) == (MONDAY, "In question.", MONDAY)
    assert len(told(certificates, certificate_id)) == 1


def test_one_may_be_suspended_again_after_it_was_lifted(certificates: Certificates) -> None:
    certificate_id = certificates.issue()

    for reason, now in (("First.", MONDAY), ("Second.", TUESDAY)):
        certificates.suspend(certificate_id, reason, now=now)
        if now == MONDAY:
            certificates.reinstate(certificate_id, now=now)

    assert [kind for kind, _, _ in told(certificates, certificate_id)] == [SUSPENDED, REINSTATED, SUSPENDED]
    assert certificates.look(certificate_id).suspension_reason == "Second."


def test_what_has_not_been_mailed_of_a_revoked_certificate_stays_here(certificates: Certificates) -> None:
    waiting, gone = (certificates.issue(address=ADAS_ADDRESS) for _ in range(2))

    def deliver(db: TenantDB, _: Certificate) -> None:
        [email] = db.find(Email, Email.certificate_id == gone)
        email.status, email.reason = SENT, None

    certificates.change(gone, deliver)
    assert [
        email.status
        for email in certificates.read(lambda db: db.find(Email, Email.certificate_id == waiting))
    ] == [HELD]

    for certificate_id in (waiting, gone):
        certificates.revoke(certificate_id, "In error.", now=TUESDAY)

    emails = certificates.read(lambda db: {email.certificate_id: email for email in db.find(Email)})
    assert (emails[waiting].status, emails[waiting].reason) == (SKIPPED, UNSENT_REASON)
    assert (emails[gone].status, emails[gone].reason) == (SENT, None)


def test_a_revoked_certificate_is_not_mailed_again(certificates: Certificates) -> None:
    certificate_id = certificates.issue(address=ADAS_ADDRESS)
    certificates.revoke(certificate_id, "In error.", now=TUESDAY)

    with pytest.raises(CertificateRevoked):
        certificates.change(
            certificate_id, lambda db, row: mail_again(db, row, to=None, mail_configured=True, now=TUESDAY)
        )


def test_of_many_revocations_at_once_one_counts(database_url: str, certificates: Certificates) -> None:
    """From two processes, as on PostgreSQL they may be: each with a writer of its own."""
    certificate_id = certificates.issue()
    others = [Database(database_url) for _ in range(2)]
    start = threading.Barrier(8)

    def call(number: int) -> None:
        def work(db: TenantDB) -> None:
            row = get_certificate_to_change(db, str(certificate_id))
            revoke(db, row, reason=f"Reason {number}.", actor=None, now=TUESDAY)

        start.wait()
        others[number % 2].write(certificates.tenant_id, work).result()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))
    for other in others:
        other.close()

    [event] = certificates.read(lambda db: db.find(CertificateEvent))
    assert event.reason == certificates.look(certificate_id).revocation_reason
