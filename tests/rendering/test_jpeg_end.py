"""A JPEG that lacks its end mark alone is whole; one that lacks pixels is refused."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from certifly.rendering.errors import PictureUnreadable
from certifly.rendering.images import inspect_image

CODINGS: list[dict[str, Any]] = [
    {},
    {"subsampling": 0},
    {"optimize": True},
    {"progressive": True},
    {"restart_marker_blocks": 7},
    {"restart_marker_rows": 1},
    {"progressive": True, "restart_marker_rows": 1},
]


def picture() -> Image.Image:
    """Noise above, white below, as a logo on paper has it."""
    image = Image.new("RGB", (131, 77), "white")
    noise = np.random.default_rng(1).integers(0, 256, (5, 17, 3), dtype=np.uint8)
    image.paste(Image.fromarray(noise).resize((131, 40)))
    return image


def jpeg(mode: str = "RGB", **coding: Any) -> bytes:
    buffer = io.BytesIO()
    picture().convert(mode).save(buffer, "JPEG", **{"quality": 80, **coding})
    return buffer.getvalue()


def pixels(content: bytes) -> "np.ndarray[Any, Any]":
    return np.asarray(Image.open(io.BytesIO(inspect_image(content).content)))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("coding", CODINGS)
def test_a_missing_end_mark_changes_nothing(coding: dict[str, Any], mode: str) -> None:
    whole = jpeg(mode, **coding)

    assert np.array_equal(pixels(whole[:-2]), pixels(whole))
    assert np.array_equal(pixels(whole[:-1]), pixels(whole))


@pytest.mark.parametrize("coding", CODINGS)
def test_a_cut_through_the_pixels_is_refused_wherever_it_is(coding: dict[str, Any]) -> None:
    whole = jpeg(**coding)

    for missing in [*range(4, 20), *range(20, len(whole) - 20, 211)]:
        with pytest.raises(PictureUnreadable):
            inspect_image(whole[:-missing])


@pytest.mark.parametrize("coding", CODINGS)
def test_a_cut_at_a_restart_mark_or_between_scans_is_refused(coding: dict[str, Any]) -> None:
    whole = jpeg(**coding)
    marks = [at for at in range(20, len(whole) - 2) if whole[at] == 0xFF and whole[at + 1] not in (0, 0xFF)]

    for at in [*marks[:9], *marks[9::5]]:
        for end in (at, at + 1, at + 2):
            with pytest.raises(PictureUnreadable):
                inspect_image(whole[:end])


def test_what_lies_behind_the_end_mark_does_not_matter() -> None:
    whole = jpeg()

    assert np.array_equal(pixels(whole + b"\0" * 500), pixels(whole))
    assert np.array_equal(pixels(whole + jpeg(mode="L")), pixels(whole))


def test_frame_headers_that_make_no_sense_are_refused() -> None:
    whole = jpeg()[:-2]
    frame = whole.index(b"\xff\xc0")

    for at in range(frame, frame + 19):
        broken = whole[:at] + b"\0" + whole[at + 1 : -20]
        with pytest.raises(PictureUnreadable):
            inspect_image(broken)


def noise(width: int, height: int) -> Image.Image:
    values = np.random.default_rng(2).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


@pytest.mark.parametrize(
    ("source", "mode", "coding"),
    [
        # Codes made for this very picture: two of them, of which most data behind a cut is the first.
        (Image.new("RGB", (15, 124), "white"), "L", {"optimize": True, "restart_marker_blocks": 3}),
        (
            Image.new("RGB", (15, 6), "white"),
            "RGB",
            {"optimize": True, "quality": 30, "restart_marker_blocks": 3},
        ),
        (Image.new("RGB", (97, 61), "black"), "RGB", {"optimize": True}),
        (Image.linear_gradient("L").resize((133, 105)), "CMYK", {"optimize": True}),
        (Image.linear_gradient("L").resize((133, 105)), "RGB", {"progressive": True}),
        (noise(3, 2), "RGB", {}),
        (noise(8, 8), "L", {"quality": 100}),
        (noise(19, 33), "CMYK", {"progressive": True, "restart_marker_blocks": 1}),
    ],
)
def test_a_cut_at_any_byte_never_gives_another_picture(
    source: Image.Image, mode: str, coding: dict[str, Any]
) -> None:
    buffer = io.BytesIO()
    source.convert(mode).save(buffer, "JPEG", **coding)
    whole = buffer.getvalue()
    meant = pixels(whole)

    assert np.array_equal(pixels(whole[:-2]), meant)
    for missing in range(3, min(len(whole), 60)):
        try:
            found = pixels(whole[:-missing])
        except PictureUnreadable:
            continue
        assert np.array_equal(found, meant), missing
