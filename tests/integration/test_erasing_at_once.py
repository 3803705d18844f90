"""An erasure in one process while another writes about the same certificate: whatever the order, the person goes.

On PostgreSQL two processes may read the same row before either has committed. Each test holds one of them back
between its last word and its commit, and lets the other run into it.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from certifly.certificates.erase import erase
from certifly.certificates.errors import CertificateErased
from certifly.certificates.mail_again import mail_again
from certifly.certificates.models import ERASED, Edition
from certifly.certificates.produce import (
    Files,
    keep_picture,
    record_failure,
    record_files,
)
from certifly.certificates.queries import get_certificate_to_change
from certifly.certificates.sign_anew import order_signing_anew
from certifly.db.database import Database
from certifly.db.tenant import TenantDB
from certifly.delivery.email.models import Email
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates, digest_of, signed_edition

HELD_BACK_SECONDS = 0.3
Work = Callable[[TenantDB], Any]


@pytest.fixture
def other(database_url: str) -> Iterator[Database]:
    """The same database, as another process has it open."""
    opened = Database(database_url)
    yield opened
    opened.close()


def erasure(certificate_id: int) -> Work:
    def work(db: TenantDB) -> None:
        erase(db, get_certificate_to_change(db, str(certificate_id)), reason=None, actor=None, now=TUESDAY)

    return work


def rendering(certificate_id: int) -> Work:
    signed = signed_edition(certificate_id)
    files = Files(digest_of(certificate_id, 1, "pdf"), digest_of(certificate_id, 1, "png"))
    return lambda db: record_files(db, certificate_id, signed, files, mail_configured=False, now=MONDAY)


def failure(certificate_id: int) -> Work:
    return lambda db: record_failure(db, certificate_id, reason="Ada does not fit.", now=MONDAY)


def picture(certificate_id: int) -> Work:
    digest = digest_of(certificate_id, 1, "svg")
    return lambda db: keep_picture(db, certificate_id, digest, format="svg", edition=1)


def signing_anew(certificate_id: int) -> Work:
    return lambda db: order_signing_anew(db, ["proof-1"], after=0, now=MONDAY)


def mailing(certificate_id: int) -> Work:
    def work(db: TenantDB) -> None:
        certificate = get_certificate_to_change(db, str(certificate_id))
        with contextlib.suppress(CertificateErased):
            mail_again(db, certificate, to=ADAS_ADDRESS, mail_configured=False, now=MONDAY)

    return work


def run_into_each_other(certificates: Certificates, other: Database, first: Work, second: Work) -> None:
    """Begin ``second`` while ``first`` has done everything but commit."""
    has_written = threading.Event()

    def held_back(db: TenantDB) -> None:
        first(db)
        db.flush()
        has_written.set()
        threading.Event().wait(HELD_BACK_SECONDS)

    ahead: Future[None] = certificates.database.write(certificates.tenant_id, held_back)
    assert has_written.wait(10)
    other.write(certificates.tenant_id, second).result()
    ahead.result()


@pytest.mark.parametrize("is_erased_first", [True, False])
@pytest.mark.parametrize("writing", [rendering, failure, picture, signing_anew])
def test_nothing_is_written_over_an_erasure(
    certificates: Certificates, other: Database, writing: Callable[[int], Work], is_erased_first: bool
) -> None:
    certificate_id = certificates.issue()
    if writing in (picture, signing_anew):
        certificates.sign(certificate_id)
    works = [erasure(certificate_id), writing(certificate_id)]

    run_into_each_other(certificates, other, *(works if is_erased_first else reversed(works)))

    row = certificates.look(certificate_id)
    assert (row.state, row.data, row.drawing, row.failure) == (ERASED, {}, {}, None)
    assert (row.pdf_digest, row.png_digest, row.svg_digest) == (None, None, None)
    for edition in certificates.read(lambda db: db.find(Edition)):
        assert (edition.credential, edition.credential_jwt, edition.pdf_digest) == (None, None, None)
        assert edition.pdf_salted is not None


@pytest.mark.parametrize("is_erased_first", [True, False])
def test_no_address_is_written_down_for_an_erased_certificate(
    certificates: Certificates, other: Database, is_erased_first: bool
) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)
    works = [erasure(certificate_id), mailing(certificate_id)]

    run_into_each_other(certificates, other, *(works if is_erased_first else reversed(works)))

    emails = certificates.read(lambda db: db.find(Email))
    assert [email.recipient for email in emails] == ([] if is_erased_first else [None])
