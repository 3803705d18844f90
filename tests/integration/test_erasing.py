"""The person goes, from every row; the proof stays; and nothing brings the person back."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from certifly.certificates.erase import salted
from certifly.certificates.errors import CertificateErased
from certifly.certificates.history import ERASED
from certifly.certificates.mail_again import mail_again
from certifly.certificates.models import ERASED as ERASED_STATE
from certifly.certificates.models import Edition
from certifly.certificates.produce import produce_again, record_failure
from certifly.certificates.queries import get_certificate_to_change, list_failed
from certifly.certificates.shred import SHRED
from certifly.certificates.standing import standing_of
from certifly.certificates.survey import survey
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import (
    Email,
)
from certifly.storage.blobs import DIGEST_PREFIX, name_of
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates, digest_of
from tests.erasing import everything_of, give_emails

WEDNESDAY = TUESDAY + timedelta(days=1)
PERSONAL = ("Lovelace is misspelt", "Ada Lovelace", "Ada", ADAS_ADDRESS, "550 5.1.1")


@pytest.fixture
def certificate_id(certificates: Certificates) -> int:
    """A certificate that has lived: signed twice, suspended, mailed, and corrected an earlier one."""
    earlier = certificates.issue(address=ADAS_ADDRESS)
    corrected = certificates.replace(
        earlier, {"Course": "Engines"}, reason="Lovelace is misspelt", now=MONDAY
    )
    certificates.sign(corrected)
    certificates.sign(corrected, number=2)
    certificates.suspend(corrected, "Ada Lovelace is looked into.", actor="registry", now=MONDAY)
    give_emails(certificates, corrected)
    certificates.set(corrected, failure="Ada Lovelace does not fit.")
    certificates.announced.clear()
    return corrected


def test_nothing_of_the_person_is_left_in_any_table(certificates: Certificates, certificate_id: int) -> None:
    before = everything_of(certificates)
    assert all(word in before for word in PERSONAL), "else this proves nothing"

    for one in (certificate_id, certificates.look(certificate_id).replaces_id):
        assert one is not None
        certificates.erase(one, "Asked for, case 1815.", actor="registry", now=TUESDAY)

    after = everything_of(certificates)
    assert [word for word in PERSONAL if word in after] == []
    for digest in (digest_of(certificate_id, 1, "pdf"), digest_of(certificate_id, 2, "png")):
        assert digest in before and digest not in after


def test_the_proof_stays(certificates: Certificates, certificate_id: int) -> None:
    before = certificates.look(certificate_id)

    certificates.erase(certificate_id, "Asked for, case 1815.", actor="registry", now=TUESDAY)

    row = certificates.look(certificate_id)
    assert (row.state, row.erased_at, row.updated_at) == (ERASED_STATE, TUESDAY, TUESDAY)
    assert standing_of(row, TUESDAY) == "erased"
    assert (row.data, row.drawing, row.failure) == ({}, {}, None)
    assert (row.code, row.created_at, row.check_url) == (before.code, before.created_at, before.check_url)
    assert (row.issuer_name, row.template_id, row.template_version) == ("Lovelace Academy", 1, 1)
    assert (row.suspended_at, row.suspension_reason) == (MONDAY, None)
    assert (row.edition, row.replaces_id) == (2, before.replaces_id)
    entries = certificates.history(certificate_id)
    assert [one.kind for one in entries] == ["issued", "replaces", "suspended", ERASED]
    assert [one.reason for one in entries] == [None, None, None, "Asked for, case 1815."]
    assert [one.actor for one in entries] == [None, "registry", "registry", "registry"]


def test_who_holds_a_file_can_still_have_it_recognised(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    signed = [certificates.sign(certificate_id, number=number) for number in (1, 2)]

    certificates.erase(certificate_id, now=TUESDAY)

    editions = certificates.read(lambda db: db.find(Edition, order_by=[Edition.number]))
    for edition, made in zip(editions, signed, strict=True):
        assert (edition.credential, edition.credential_jwt, edition.pdf_digest) == (None, None, None)
        assert edition.salt is not None and len(edition.salt) == 64
        pdf = digest_of(certificate_id, made.number, "pdf")
        assert edition.pdf_salted == salted(edition.salt, pdf)
        assert edition.pdf_salted == hashlib.sha256(f"{edition.salt}{pdf}".encode()).hexdigest()
        assert edition.credential_salted == salted(edition.salt, name_of(made.credential.encode()))
        assert (edition.proof_key, edition.signed_at) == ("proof-1", MONDAY)
    assert editions[0].salt != editions[1].salt


def test_an_edition_whose_pdf_was_never_stored_has_no_digest_to_keep(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)

    def lose(db: TenantDB) -> None:
        [edition] = db.find(Edition)
        edition.pdf_digest = None

    certificates.write(lose)
    certificates.erase(certificate_id, now=TUESDAY)

    [edition] = certificates.read(lambda db: db.find(Edition))
    assert edition.pdf_salted is None
    assert edition.credential_salted is not None


def test_every_file_is_deleted_by_a_job_of_the_same_commit(
    certificates: Certificates, certificate_id: int
) -> None:
    certificates.erase(certificate_id, now=TUESDAY)

    expected = {
        (certificate_id, digest_of(certificate_id, number, kind).removeprefix(DIGEST_PREFIX), kind)
        for number, kind in ((1, "pdf"), (2, "pdf"), (2, "png"), (2, "svg"))
    }
    assert set(certificates.jobs(SHRED)) == expected
    assert len(certificates.jobs(SHRED)) == len(expected), "each once"


def test_erasing_again_keeps_the_first_and_takes_what_came_since(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)
    certificates.erase(certificate_id, "Asked for.", actor="registry", now=MONDAY)
    blinded = certificates.read(lambda db: db.find(Edition))[0].pdf_salted
    certificates.revoke(certificate_id, "Ada Lovelace never sat the exam.", now=TUESDAY)

    certificates.erase(certificate_id, "Again.", actor="dean", now=WEDNESDAY)

    row = certificates.look(certificate_id)
    assert (row.erased_at, row.revoked_at, row.revocation_reason) == (MONDAY, TUESDAY, None)
    assert [(one.kind, one.reason) for one in certificates.history(certificate_id)[1:]] == [
        (ERASED, "Asked for."),
        ("revoked", None),
    ]
    assert certificates.read(lambda db: db.find(Edition))[0].pdf_salted == blinded
    assert len(certificates.jobs(SHRED)) == 3


def test_one_certificate_alone_is_erased(certificates: Certificates) -> None:
    erased, other = certificates.issue(address=ADAS_ADDRESS), certificates.issue(address=ADAS_ADDRESS)
    certificates.sign(other)
    certificates.suspend(other, "In question.", now=MONDAY)
    before = certificates.look(other)

    certificates.erase(erased, now=TUESDAY)

    after = certificates.look(other)
    assert (after.data, after.drawing, after.pdf_digest) == (before.data, before.drawing, before.pdf_digest)
    assert certificates.history(other)[1].reason == "In question."
    [email] = certificates.read(lambda db: db.find(Email, Email.certificate_id == other))
    assert email.recipient == ADAS_ADDRESS


def test_both_ends_of_a_replacement_forget_the_reason_they_share(certificates: Certificates) -> None:
    old = certificates.issue()
    middle = certificates.replace(old, {"Student Name": "Ada King"}, reason="Was Ada Lovelace.", now=MONDAY)
    new = certificates.replace(middle, {"Student Name": "Ada Byron"}, reason="Is Byron.", now=TUESDAY)

    certificates.erase(old, now=WEDNESDAY)

    assert [one.reason for one in certificates.history(middle)] == [None, None, "Is Byron."]
    certificates.erase(middle, now=WEDNESDAY)
    assert [one.reason for one in certificates.history(new)] == [None, None]


def test_nothing_brings_it_back(certificates: Certificates) -> None:
    certificate_id = certificates.issue(address=ADAS_ADDRESS)
    certificates.erase(certificate_id, now=TUESDAY)

    with pytest.raises(CertificateErased):
        certificates.change(certificate_id, lambda db, row: produce_again(db, row, now=WEDNESDAY))
    with pytest.raises(CertificateErased):
        certificates.change(
            certificate_id,
            lambda db, row: mail_again(db, row, to=ADAS_ADDRESS, mail_configured=True, now=WEDNESDAY),
        )
    certificates.write(
        lambda db: record_failure(db, certificate_id, reason="Ada does not fit.", now=WEDNESDAY)
    )

    row = certificates.look(certificate_id)
    assert (row.state, row.failure) == (ERASED_STATE, None)


def test_an_operator_is_not_troubled_by_it(certificates: Certificates) -> None:
    waiting, failed = certificates.issue(), certificates.issue()
    certificates.change(failed, lambda db, _: record_failure(db, failed, reason="Too long.", now=MONDAY))
    for one in (waiting, failed):
        certificates.erase(one, now=TUESDAY)

    [printed] = certificates.read(lambda db: survey(db, recorded_before=WEDNESDAY))
    assert (printed.certificates, printed.unrendered) == (2, 0)
    assert certificates.read(lambda db: list_failed(db, limit=10)) == []


def test_of_two_erasures_at_once_one_is_the_first(database_url: str, certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)
    other = Database(database_url)
    start = threading.Barrier(2)

    def erase_in(database: Database) -> None:
        from certifly.certificates.erase import erase

        start.wait()
        database.write(
            certificates.tenant_id,
            lambda db: erase(
                db, get_certificate_to_change(db, str(certificate_id)), reason=None, actor=None, now=TUESDAY
            ),
        ).result()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(erase_in, (certificates.database, other)))
    other.close()

    assert [one.kind for one in certificates.history(certificate_id)] == ["issued", ERASED]
    [edition] = certificates.read(lambda db: db.find(Edition))
    assert edition.salt is not None
    assert edition.pdf_salted == salted(edition.salt, digest_of(certificate_id, 1, "pdf"))
