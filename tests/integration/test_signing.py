"""Editions: signed once, made again alike, and signed anew when a key was withdrawn."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from certifly.certificates.editions import find_edition
from certifly.certificates.history import SIGNED_ANEW, list_history
from certifly.certificates.models import ERASED, RECORDED, RENDERED, Certificate, Edition
from certifly.certificates.produce import KeysUnsettled, keep_picture
from certifly.certificates.shred import SHRED
from certifly.certificates.sign_anew import ORDERED_AT_ONCE, RENEW, announce_renewal, renew
from certifly.certificates.tasks import fail_renew, run_renew
from certifly.credentials.errors import TimeStampUnavailable
from certifly.credentials.models import SigningKey
from certifly.credentials.recheck import RecheckFailed
from certifly.credentials.rotate import rotate, withdraw
from certifly.credentials.timestamps import TimeStamps
from certifly.db.tenant import TenantDB
from certifly.delivery.email.queue import SEND
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.issued import issue_certificates
from tests.workshop import Workshop

WEDNESDAY = TUESDAY + timedelta(days=1)


def edition_of(workshop: Workshop, certificate_id: int, number: int = 1) -> Edition:
    found = workshop.database.read(
        workshop.tenant_id, lambda db: find_edition(db, certificate_id, number)
    ).result()
    assert found is not None
    return found


def on_rows(workshop: Workshop, work: Callable[[TenantDB], Any]) -> Any:
    return workshop.database.write(workshop.tenant_id, work).result()


def withdraw_key(workshop: Workshop, key_id: str) -> list[str]:
    def work(db: TenantDB) -> list[str]:
        fallen = withdraw(
            db,
            workshop.keyring,
            key_id,
            reason="It was left in a café.",
            issuer_name="Lovelace",
            slug="lovelace",
            now=TUESDAY,
        )
        announce_renewal(db)
        return fallen

    found: list[str] = on_rows(workshop, work)
    return found


def pdfs_in(folder: Path) -> list[Path]:
    return list((folder / "files").rglob("*.pdf"))


@contextmanager
def meanwhile(work: Callable[[], object], *, after_seconds: float) -> Iterator[None]:
    """Do something from elsewhere while the block runs."""

    def wait_and_work() -> None:
        time.sleep(after_seconds)
        work()

    thread = threading.Thread(target=wait_and_work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_an_edition_says_what_was_signed_when_and_by_which_keys(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    row = workshop.produce(certificate_id)

    edition = edition_of(workshop, certificate_id)

    assert (edition.proof_key, edition.token_key, edition.seal_key) == ("proof-1", "token-1", "seal-1")
    assert edition.signed_at == MONDAY
    assert edition.pdf_digest == row.pdf_digest
    assert edition.credential is not None and str(row.code) in edition.credential
    assert edition.superseded_at is None


def test_signatures_state_the_moment_of_issue_when_the_keys_are_older(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")

    workshop.produce(certificate_id, now=WEDNESDAY)

    assert edition_of(workshop, certificate_id).signed_at == MONDAY


def test_signatures_state_the_moment_of_the_keys_when_these_are_younger(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    on_rows(
        workshop,
        lambda db: rotate(db, workshop.keyring, issuer_name="Lovelace", slug="lovelace", now=TUESDAY),
    )

    workshop.produce(certificate_id, now=WEDNESDAY)

    assert edition_of(workshop, certificate_id).signed_at == TUESDAY


def test_a_run_that_was_killed_before_it_was_recorded_makes_the_same_file_again(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    first = workshop.produce(certificate_id)

    def forget(db: TenantDB, row: Certificate) -> None:
        db.remove(Edition, Edition.certificate_id == row.id)
        row.state, row.pdf_digest = RECORDED, None

    workshop.change(certificate_id, forget)

    assert workshop.produce(certificate_id, now=WEDNESDAY).pdf_digest == first.pdf_digest


def test_a_lost_file_is_made_again_with_the_keys_that_signed_it(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    first = workshop.produce(certificate_id)
    on_rows(
        workshop,
        lambda db: rotate(db, workshop.keyring, issuer_name="Lovelace", slug="lovelace", now=WEDNESDAY),
    )

    def lose(_db: TenantDB, row: Certificate) -> None:
        row.state = RECORDED

    workshop.change(certificate_id, lose)

    assert workshop.produce(certificate_id, now=WEDNESDAY).pdf_digest == first.pdf_digest
    assert edition_of(workshop, certificate_id).proof_key == "proof-1"
    another = workshop.issue(title="echo")
    workshop.produce(another, now=WEDNESDAY)
    assert edition_of(workshop, another).proof_key == "proof-2"


def test_one_that_is_erased_while_it_is_drawn_does_not_come_back(workshop: Workshop, tmp_path: Path) -> None:
    certificate_id = workshop.issue(title="sleep:1")

    def erase() -> None:
        def work(_db: TenantDB, row: Certificate) -> None:
            row.state, row.data, row.drawing = ERASED, {}, {}

        workshop.change(certificate_id, work)

    with meanwhile(erase, after_seconds=0.3):
        row = workshop.produce(certificate_id, png_at_once=True)

    assert (row.state, row.pdf_digest, row.png_digest) == (ERASED, None, None)
    assert pdfs_in(tmp_path) == []
    assert list((tmp_path / "files").rglob("*.png")) == []


def test_one_whose_key_is_withdrawn_while_it_is_drawn_is_signed_with_the_next(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.produce(workshop.issue(title="echo"))
    [before] = pdfs_in(tmp_path)
    certificate_id = workshop.issue(title="sleep:1")

    with meanwhile(lambda: withdraw_key(workshop, "proof-1"), after_seconds=0.3):
        row = workshop.produce(certificate_id)

    assert row.state == RENDERED
    assert edition_of(workshop, certificate_id).proof_key == "proof-2"
    assert len(pdfs_in(tmp_path)) == 2, "what was sealed for nothing is not kept"
    assert before in pdfs_in(tmp_path)


def test_of_two_runs_with_different_seals_the_picture_that_both_made_stays(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.produce(workshop.issue(title="echo"))
    certificate_id = workshop.issue(title="sleep:1")

    def run_with_another_seal() -> None:
        made = partial(
            rotate, keyring=workshop.keyring, roles=["seal"], issuer_name="Lovelace", slug="lovelace"
        )
        on_rows(workshop, lambda db: made(db, now=MONDAY))
        workshop.produce(certificate_id, png_at_once=True)

    with meanwhile(run_with_another_seal, after_seconds=0.3):
        workshop.produce(certificate_id, png_at_once=True)

    row = workshop.look(certificate_id)
    assert workshop.read(row.pdf_digest, ".pdf") and workshop.read(row.png_digest, ".png")
    assert len(pdfs_in(tmp_path)) == 2, "that of the slower run is not kept"


def test_keys_that_are_withdrawn_again_and_again_make_the_job_come_back_later(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="sleep:0.6")
    workshop.renderers.start()
    workshop.produce(workshop.issue(title="echo"))
    ended = threading.Event()

    def withdraw_each() -> None:
        number = 1
        while not ended.wait(0.25):
            withdraw_key(workshop, f"proof-{number}")
            number += 1

    thread = threading.Thread(target=withdraw_each)
    thread.start()
    try:
        with pytest.raises(KeysUnsettled):
            workshop.produce(certificate_id)
    finally:
        ended.set()
        thread.join()

    assert workshop.look(certificate_id).state == RECORDED


def test_after_a_compromise_everything_the_key_signed_is_signed_anew(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo", address=ADAS_ADDRESS)
    first = workshop.produce(certificate_id, png_at_once=True)
    workshop.change(
        certificate_id,
        lambda db, row: keep_picture(db, row.id, "sha256:" + "5" * 64, format="svg", edition=1),
    )

    assert withdraw_key(workshop, "seal-1") == ["seal-1"]
    assert workshop.jobs(RENEW) == [1]
    run_renew(workshop, workshop.tenant_id, attempt=1)

    ordered = workshop.look(certificate_id)
    assert (ordered.state, ordered.edition, ordered.pdf_digest) == (RECORDED, 2, None)
    assert len(workshop.jobs(SHRED)) == 3, "the PDF, the PNG and the SVG of before"
    old = edition_of(workshop, certificate_id)
    assert old.superseded_at is not None
    assert old.pdf_digest == first.pdf_digest, "a file of it can still be recognised"

    row = workshop.produce(certificate_id, now=WEDNESDAY)
    new = edition_of(workshop, certificate_id, 2)
    assert (row.state, row.edition, new.seal_key) == (RENDERED, 2, "seal-2")
    assert new.signed_at == old.superseded_at.replace(microsecond=0)
    assert row.pdf_digest not in (None, first.pdf_digest)
    assert workshop.jobs(SEND) == [1], "nobody is mailed again"
    events = workshop.database.read(
        workshop.tenant_id, lambda db: list_history(db, row, after=None, limit=10)
    ).result()
    assert [event.kind for event in events] == ["issued", SIGNED_ANEW]


def test_renewing_twice_changes_nothing(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    workshop.produce(certificate_id)
    withdraw_key(workshop, "proof-1")

    counts = [renew(workshop.database, tenant_id=workshop.tenant_id, now=TUESDAY) for _ in range(2)]

    assert counts == [1, 0]
    assert workshop.look(certificate_id).edition == 2


def test_a_failed_renewal_is_told_to_the_operator(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    fail_renew(workshop, workshop.tenant_id, attempt=1, reason="Unexpected error (KeyError).")

    assert [record.message for record in caplog.records] == ["renewal_failed"]


def test_an_erased_certificate_is_not_signed_anew(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    workshop.produce(certificate_id)

    def erase(_db: TenantDB, row: Certificate) -> None:
        row.state = ERASED

    workshop.change(certificate_id, erase)
    withdraw_key(workshop, "proof-1")
    renew(workshop.database, tenant_id=workshop.tenant_id, now=TUESDAY)

    row = workshop.look(certificate_id)
    assert (row.state, row.edition) == (ERASED, 1)
    assert edition_of(workshop, certificate_id).superseded_at == TUESDAY


@pytest.mark.parametrize("count", [ORDERED_AT_ONCE, ORDERED_AT_ONCE + 1])
def test_all_are_signed_anew_however_many_there_are(workshop: Workshop, count: int) -> None:
    first = workshop.issue(title="echo")
    workshop.produce(first)
    template_id = workshop.look(first).template_id
    others = issue_certificates(workshop.database, workshop.tenant_id, template_id, count=count - 1)
    signed = edition_of(workshop, first)

    def sign_all(db: TenantDB) -> None:
        for certificate_id in others:
            facts = {"proof_key": "proof-1", "token_key": "token-1", "seal_key": "seal-1"}
            db.insert(Edition, certificate_id=certificate_id, number=1, signed_at=signed.signed_at, **facts)

    on_rows(workshop, sign_all)
    withdraw_key(workshop, "token-1")

    assert renew(workshop.database, tenant_id=workshop.tenant_id, now=TUESDAY) == count


def test_a_lost_file_of_a_withdrawn_key_waits_for_the_new_edition(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    workshop.produce(certificate_id)

    def lose(_db: TenantDB, row: Certificate) -> None:
        row.state = RECORDED

    workshop.change(certificate_id, lose)
    withdraw_key(workshop, "proof-1")

    assert workshop.produce(certificate_id).state == RECORDED
    renew(workshop.database, tenant_id=workshop.tenant_id, now=TUESDAY)
    assert workshop.produce(certificate_id).state == RENDERED


def test_a_certificate_that_the_second_opinion_refuses_is_not_published(workshop: Workshop) -> None:
    workshop.produce(workshop.issue(title="echo"))
    certificate_id = workshop.issue(title="echo")

    def swap_public_keys(db: TenantDB) -> None:
        keys = {key.id: key for key in db.find(SigningKey)}
        keys["proof-1"].public_key = keys["token-1"].public_key

    on_rows(workshop, swap_public_keys)

    with pytest.raises(RecheckFailed):
        workshop.produce(certificate_id, recheck_one_in=1)
    assert workshop.look(certificate_id).state == RECORDED
    assert workshop.produce(certificate_id, recheck_one_in=0).state == RENDERED


@pytest.mark.parametrize(
    ("certificate_id", "one_in", "is_checked"), [(1, 100, True), (2, 100, False), (2, 1, True)]
)
def test_one_in_so_many_is_checked_beginning_with_the_first(
    workshop: Workshop, certificate_id: int, one_in: int, is_checked: bool
) -> None:
    while workshop.issue(title="echo") < certificate_id:
        pass

    def spoil(db: TenantDB) -> None:
        db.find(SigningKey, SigningKey.id == "proof-1")[0].public_key = None

    on_rows(workshop, spoil)

    if is_checked:
        with pytest.raises(RecheckFailed):
            workshop.produce(certificate_id, recheck_one_in=one_in)
    else:
        assert workshop.produce(certificate_id, recheck_one_in=one_in).state == RENDERED


def test_without_its_time_stamp_a_certificate_is_not_published(workshop: Workshop) -> None:
    workshop.timestamps = TimeStamps.from_settings("http://127.0.0.1:9/", "B-T")
    certificate_id = workshop.issue(title="echo")

    with pytest.raises(TimeStampUnavailable):
        workshop.produce(certificate_id)

    assert workshop.look(certificate_id).state == RECORDED, "the job runs again later"
