"""A job survives the way to another process."""

from dataclasses import replace

from certifly.rendering.job import Attachment, RenderJob, asset_names
from tests.rendering.sheets import ada, sheet

SEAL = "sha256:" + "1" * 64
GROUND = "sha256:" + "2" * 64


def test_a_job_is_the_same_after_the_journey() -> None:
    job = replace(ada(), assets={SEAL: b"\x00\xff seal", GROUND: b""}, title="für Ada “محمد”")

    assert RenderJob.from_bytes(job.to_bytes()) == job


def test_jobs_of_one_template_share_its_layout() -> None:
    first, second = (RenderJob.from_bytes(ada().to_bytes()) for _ in range(2))

    assert first.layout is second.layout


def test_each_asset_of_a_layout_is_named_once() -> None:
    image = {"type": "image", "decorative": True, "x": 0, "y": 0, "width": 9, "height": 9}
    layout = sheet(image | {"asset": SEAL}, image | {"asset": GROUND}, image | {"asset": SEAL})

    assert asset_names(layout) == [SEAL, GROUND]
    assert asset_names(ada().layout) == []


def test_what_travels_inside_survives_too() -> None:
    job = replace(
        ada(), attachment=Attachment("credential.json", "application/json", "Für Ada", '{"a": "ä"}')
    )

    assert RenderJob.from_bytes(job.to_bytes()) == job
