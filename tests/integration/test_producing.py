"""From a recorded certificate to its files: made once, failed with a reason, made again, and again without harm."""

import logging
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certifly.certificates.draw import INTERRUPTIONS_MAX
from certifly.certificates.issue import PRODUCE
from certifly.certificates.models import FAILED, RECORDED, RENDERED, Certificate
from certifly.certificates.produce import (
    Files,
    keep_picture,
    picture_digest,
    produce_again,
    record_failure,
    record_files,
)
from certifly.certificates.shred import SHRED
from certifly.certificates.tasks import fail_produce, run_produce
from certifly.db.tenant import TenantDB
from certifly.delivery.email.queries import list_emails
from certifly.delivery.email.queue import SEND
from certifly.rendering.errors import RenderDelayed, RenderInterrupted
from certifly.rendering.formats import PREVIEWS, PictureFormat
from certifly.rendering.png import encode_png
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import DIGEST_PREFIX, BlobMissing, StorageUnavailable, place_of
from certifly.templates.assets import record_asset, store_picture
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY, template_document
from tests.workshop import OBEDIENT, Workshop, signed_of

PICTURE = encode_png(np.full((4, 4, 3), 128, np.uint8))


def test_a_certificate_is_rendered_and_its_file_is_stored(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")

    row = workshop.produce(certificate_id)

    assert (row.state, row.failure, row.png_digest, row.updated_at) == (RENDERED, None, None, TUESDAY)
    assert b"pdf\nhttps://certificates.example.org/check/" in workshop.read(row.pdf_digest, ".pdf")


def test_the_png_can_be_made_at_once(workshop: Workshop) -> None:
    row = workshop.produce(workshop.issue(title="echo"), png_at_once=True)

    assert workshop.read(row.png_digest, ".png").startswith(b"\x89PNG")


def test_producing_twice_changes_nothing(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo", address=ADAS_ADDRESS)
    first = workshop.produce(certificate_id)
    workshop.renderers.close()  # a second drawing would fail

    second = workshop.produce(certificate_id, png_at_once=True, now=MONDAY)

    assert (second.state, second.pdf_digest, second.updated_at) == (RENDERED, first.pdf_digest, TUESDAY)
    assert workshop.jobs(SEND) == [1], "the e-mail is let go once"


def test_an_outcome_recorded_twice_counts_once(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo", address=ADAS_ADDRESS)
    first = workshop.produce(certificate_id)

    def again(db: TenantDB, row: Certificate) -> None:
        other = Files("sha256:other", None)
        assert not record_files(
            db, certificate_id, signed_of(db, row), other, mail_configured=True, now=MONDAY
        )
        record_failure(db, certificate_id, reason="too late", now=MONDAY)

    workshop.change(certificate_id, again)

    row = workshop.look(certificate_id)
    assert (row.state, row.failure, row.pdf_digest) == (RENDERED, None, first.pdf_digest)
    assert workshop.jobs(SEND) == [1]


def test_one_that_cannot_be_drawn_has_failed_with_its_reason(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="certifly.certificates")
    certificate_id = workshop.issue(title="refuse:the seal is upside down", address=ADAS_ADDRESS)

    row = workshop.produce(certificate_id)

    assert (row.state, row.pdf_digest, row.updated_at) == (FAILED, None, TUESDAY)
    assert row.failure is not None and "the seal is upside down" in row.failure
    assert workshop.jobs(SEND) == []
    [record] = caplog.records
    assert record.message == "certificate_failed"
    assert record.__dict__["facts"] == {
        "tenant_id": workshop.tenant_id,
        "certificate_id": certificate_id,
        "error": "RenderFailed",
    }


def test_one_that_uses_too_much_processor_time_has_failed(workshop: Workshop) -> None:
    workshop.renderers.close()
    with RenderPool(1, 0.2, 512, handler=OBEDIENT) as workshop.renderers:
        row = workshop.produce(workshop.issue(title="spin"))

    assert row.state == FAILED
    assert "CERTIFLY_RENDER_TIMEOUT_SECONDS" in (row.failure or "")


def test_one_that_a_busy_server_did_not_finish_has_not_failed(workshop: Workshop) -> None:
    workshop.renderers.close()
    certificate_id = workshop.issue(title="sleep:60")
    with (
        RenderPool(1, 10, 512, handler=OBEDIENT, clock_seconds=0.3) as workshop.renderers,
        pytest.raises(RenderDelayed),
    ):
        workshop.produce(certificate_id)

    row = workshop.look(certificate_id)
    assert (row.state, row.failure) == (RECORDED, None)


def test_one_that_failed_can_be_made_again(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo", address=ADAS_ADDRESS)
    workshop.change(
        certificate_id, lambda db, row: record_failure(db, row.id, reason="The disk was full.", now=MONDAY)
    )
    assert workshop.look(certificate_id).failure == "The disk was full."

    workshop.change(certificate_id, lambda db, row: produce_again(db, row, now=TUESDAY))
    queued = workshop.look(certificate_id)
    assert (queued.state, queued.failure, queued.updated_at) == (RECORDED, None, TUESDAY)
    assert workshop.jobs(PRODUCE) == [0, 1]

    workshop.change(certificate_id, lambda db, row: produce_again(db, row, now=TUESDAY))
    assert workshop.jobs(PRODUCE) == [0, 1, 2], "its job may have been lost, so it can be asked for again"

    assert workshop.produce(certificate_id).state == RENDERED
    workshop.change(certificate_id, lambda db, row: produce_again(db, row, now=MONDAY))
    assert workshop.jobs(PRODUCE) == [0, 1, 2]
    assert workshop.look(certificate_id).updated_at == TUESDAY
    assert [one.status for one in emails_of(workshop, certificate_id)] == ["queued"]


def emails_of(workshop: Workshop, certificate_id: int) -> Any:
    return workshop.database.read(workshop.tenant_id, lambda db: list_emails(db, certificate_id)).result()


@pytest.mark.parametrize("kills", [INTERRUPTIONS_MAX - 1, INTERRUPTIONS_MAX])
def test_a_renderer_that_is_killed_says_nothing_of_the_certificate(workshop: Workshop, kills: int) -> None:
    certificate_id = workshop.issue(title="sleep:0.3")
    killed: list[object] = []

    def kill() -> None:
        deadline = time.monotonic() + 30
        while len(killed) < kills and time.monotonic() < deadline:
            for process in list(workshop.renderers._busy):
                if process not in killed:
                    process.kill()
                    killed.append(process)
            time.sleep(0.005)

    killer = threading.Thread(target=kill)
    killer.start()
    if kills < INTERRUPTIONS_MAX:
        assert workshop.produce(certificate_id).state == RENDERED
    else:
        with pytest.raises(RenderInterrupted, match="Nothing is known to be wrong with the certificate"):
            workshop.produce(certificate_id)
        row = workshop.look(certificate_id)
        assert (row.state, row.failure) == (RECORDED, None), "its job runs again later"
    killer.join()


def with_picture(workshop: Workshop) -> tuple[int, str]:
    """A certificate whose template shows a picture, and the picture's name."""
    stored = store_picture(workshop.blobs, workshop.tenant_id, PICTURE)
    workshop.database.write(workshop.tenant_id, lambda db: record_asset(db, stored, now=MONDAY)).result()
    layout = template_document()["layout"]
    picture = {"asset": stored.digest, "decorative": True, "x": 1, "y": 1, "width": 9, "height": 9}
    layout["elements"].append({"type": "image", **picture})
    return workshop.issue(title="echo", layout=layout), stored.digest


@pytest.mark.parametrize("is_damaged", [False, True])
def test_one_whose_picture_is_lost_says_how_to_bring_it_back(
    workshop: Workshop, tmp_path: Path, is_damaged: bool
) -> None:
    certificate_id, name = with_picture(workshop)
    file = tmp_path / "files" / place_of(workshop.tenant_id, name, "")
    content = file.read_bytes()
    file.unlink()
    if is_damaged:
        file.write_bytes(content[:-1])

    row = workshop.produce(certificate_id)
    assert row.state == FAILED
    assert name in (row.failure or "") and "POST /api/v1/assets" in (row.failure or "")

    assert store_picture(workshop.blobs, workshop.tenant_id, PICTURE).digest == name
    workshop.change(certificate_id, lambda db, row: produce_again(db, row, now=TUESDAY))
    restored = workshop.produce(certificate_id)
    assert f"{name}={len(content)}".encode() in workshop.read(restored.pdf_digest, ".pdf")


def test_files_that_are_out_of_reach_are_no_failure_of_the_certificate(
    workshop: Workshop, tmp_path: Path
) -> None:
    certificate_id, name = with_picture(workshop)
    file = tmp_path / "files" / place_of(workshop.tenant_id, name, "")
    file.unlink()
    file.mkdir()

    with pytest.raises(StorageUnavailable):  # the worker tries the job again
        workshop.produce(certificate_id)

    assert workshop.look(certificate_id).state == RECORDED


def test_a_restored_pdf_keeps_its_picture_and_another_pdf_does_not(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    first = workshop.produce(certificate_id, png_at_once=True)

    def unrender(_db: TenantDB, row: Certificate) -> None:
        row.state = RECORDED

    workshop.change(certificate_id, unrender)
    same = workshop.produce(certificate_id)
    assert (same.pdf_digest, same.png_digest) == (first.pdf_digest, first.png_digest)

    workshop.change(certificate_id, unrender)

    def record_another(db: TenantDB, row: Certificate) -> None:
        other = Files("sha256:other", None)
        assert record_files(db, certificate_id, signed_of(db, row), other, mail_configured=True, now=TUESDAY)

    workshop.change(certificate_id, record_another)
    assert workshop.look(certificate_id).png_digest is None, "it would show what the PDF shows no more"
    let_go = {one.arguments[1:] for one in workshop.announced if one.task == SHRED}
    assert first.pdf_digest is not None and first.png_digest is not None
    assert let_go == {
        (first.pdf_digest.removeprefix(DIGEST_PREFIX), "pdf"),
        (first.png_digest.removeprefix(DIGEST_PREFIX), "png"),
    }, "an erasure would not find them any more"


def test_a_picture_made_on_request_is_kept(workshop: Workshop) -> None:
    certificate_id = workshop.issue(title="echo")
    workshop.produce(certificate_id)
    formats: tuple[PictureFormat, ...] = ("png", "svg", *PREVIEWS)
    for format in formats:
        workshop.change(
            certificate_id,
            lambda db, row, format=format: keep_picture(
                db, row.id, f"sha256:{format}", format=format, edition=1
            ),
        )

    row = workshop.look(certificate_id)
    assert (row.png_digest, row.svg_digest) == ("sha256:png", "sha256:svg")
    assert {format: picture_digest(row, format) for format in formats} == {
        format: f"sha256:{format}" for format in formats
    }
    with pytest.raises(BlobMissing):
        workshop.read("sha256:" + "0" * 64, ".png")


def test_the_job_of_the_worker_does_all_of_it(workshop: Workshop) -> None:
    done, undone = workshop.issue(title="echo"), workshop.issue(title="echo")

    run_produce(workshop, workshop.tenant_id, done, attempt=0)
    fail_produce(workshop, workshop.tenant_id, done, attempt=0, reason="too late")
    fail_produce(workshop, workshop.tenant_id, undone, attempt=0, reason="Unexpected error (KeyError).")

    assert workshop.look(done).state == RENDERED
    assert workshop.look(done).png_digest is not None, "as the setting says"
    row = workshop.look(undone)
    assert (row.state, row.failure) == (FAILED, "Unexpected error (KeyError).")
