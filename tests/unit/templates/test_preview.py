"""What a preview draws, without drawing it."""

from pathlib import Path
from typing import Any

import pytest

from certifly.core.errors import Invalid
from certifly.rendering.errors import RenderFailed
from certifly.rendering.job import RenderJob
from certifly.storage.blobs import BlobStore, open_store
from certifly.templates.document import TemplateDocument, parse_document
from certifly.templates.fields import check_data
from certifly.templates.preview import preview_job
from certifly.templates.sample_data import sample_data
from tests.cast import ADA, MONDAY, template_document, text_element

LOVELACE = 1


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_store(str(tmp_path))


def job_of(document: TemplateDocument, data: object | None, blobs: BlobStore) -> RenderJob:
    return preview_job(
        document,
        data,
        tenant_id=LOVELACE,
        blobs=blobs,
        check_url="https://example.org/check/0",
        issuer_name="Lovelace Academy",
        now=MONDAY,
    )


def lines_of(job: RenderJob) -> list[str]:
    return [" ".join(text.lines) for text in job.fitting.texts.values()]


def with_layout(*elements: dict[str, Any], **changes: Any) -> TemplateDocument:
    layout = {"page": {"width": 297, "height": 210}, "elements": list(elements)}
    return parse_document(template_document(layout=layout, **changes))


def test_without_data_every_field_has_a_sample(blobs: BlobStore) -> None:
    job = job_of(parse_document(template_document()), None, blobs)

    assert lines_of(job)[:3] == ["Ada Lovelace", "Course", "November 23, 2026 November 23, 2026"]
    assert job.title == "Certificate of completion for Ada Lovelace"
    assert job.author == "Lovelace Academy"


@pytest.mark.parametrize(
    ("validity", "data", "day"),
    [
        ({"months": 1}, None, "December 23, 2026"),
        ({"months": 1}, {"Student Name": ADA}, "December 23, 2026"),
        (None, None, "November 23, 2027"),
        (None, {"Student Name": ADA}, None),
    ],
)
def test_a_sample_expires_and_given_data_does_when_its_certificate_would(
    validity: object, data: object, day: str | None, blobs: BlobStore
) -> None:
    document = with_layout(text_element("until {certificate.expires_on}"), validity=validity)

    assert lines_of(job_of(document, data, blobs)) == ([f"until {day}"] if day else [])


@pytest.mark.parametrize("language", ["ar", "he", "hi", "ja", "ko", "ru", "th", "zh-Hant", "el", "fa", "uk"])
def test_the_sample_name_is_written_as_the_language_is(language: str, blobs: BlobStore) -> None:
    document = parse_document(template_document(language=language))

    job = job_of(document, None, blobs)

    sample = sample_data(document, day=MONDAY.date())
    assert sample["Student Name"] != ADA
    assert check_data(document, sample) == sample
    assert job.language == language


def test_samples_pass_the_same_check_as_data(blobs: BlobStore) -> None:
    labels = [
        {"name": "Student Name", "type": "text", "max_length": 3},
        *({"name": kind, "type": kind} for kind in ("number", "date", "url")),
    ]
    document = with_layout(
        text_element("{Student Name} {number} {date} {url}", size=10, size_min=5), labels=labels
    )

    sample = sample_data(document, day=MONDAY.date())

    assert check_data(document, sample) == sample
    assert sample["Student Name"] == "Ada"


def test_given_data_is_judged_as_strictly_as_when_issuing(blobs: BlobStore) -> None:
    document = parse_document(template_document())

    assert lines_of(job_of(document, {"Student Name": ADA}, blobs))[0] == ADA
    with pytest.raises(Invalid) as refused:
        job_of(document, {"Name": ADA}, blobs)
    assert list(refused.value.errors) == ["data.Student Name", "data.Name"]


def test_given_text_that_finds_no_room_is_a_fault_of_the_data(blobs: BlobStore) -> None:
    document = with_layout(
        text_element("{Student Name}", width=40, size=30, size_min=30),
        text_element("{Student Name} again", width=40),
    )

    with pytest.raises(Invalid) as refused:
        job_of(document, {"Student Name": "Ada Augusta King, Countess of Lovelace" * 3}, blobs)

    assert set(refused.value.errors) == {"data.Student Name"}


def test_a_sample_that_finds_no_room_is_a_fault_of_the_layout(blobs: BlobStore) -> None:
    document = with_layout(text_element("{Student Name}", width=12, size=30, size_min=30))

    with pytest.raises(Invalid) as refused:
        job_of(document, None, blobs)

    assert list(refused.value.errors) == ["layout.elements.0.text"]


def test_the_pictures_of_a_layout_come_along(blobs: BlobStore) -> None:
    name = blobs.put(LOVELACE, b"a picture")
    image = {"type": "image", "asset": name, "decorative": True, "x": 0, "y": 0, "width": 20, "height": 20}
    document = with_layout(text_element("{Student Name}"), image)

    assert job_of(document, None, blobs).assets == {name: b"a picture"}


def test_a_picture_that_is_lost_is_named(blobs: BlobStore) -> None:
    name = "sha256:" + "0" * 64
    image = {"type": "image", "asset": name, "decorative": True, "x": 0, "y": 0, "width": 20, "height": 20}
    document = with_layout(text_element("{Student Name}"), image)

    with pytest.raises(RenderFailed, match=r"is lost\. Upload it again"):
        job_of(document, None, blobs)
