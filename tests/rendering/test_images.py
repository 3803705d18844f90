"""Uploaded pictures: what is kept, what is refused, and that what is kept can be drawn."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from certifly.rendering import bitmaps, images
from certifly.rendering.engine import Engine
from certifly.rendering.errors import PictureNotSupported, PictureTooLarge, PictureUnreadable
from certifly.rendering.images import Picture, inspect_image
from certifly.rendering.raster import draw_page
from tests.rendering.test_pool import job_that

RED = (200, 30, 40)


def png(image: Image.Image, **options: object) -> bytes:
    return saved(image, "PNG", **options)


def jpeg(image: Image.Image, **options: object) -> bytes:
    return saved(image, "JPEG", **{"quality": 95, "subsampling": 0, **options})


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return image


def colours_at(picture: Picture, *places: tuple[int, int]) -> list[tuple[int, ...]]:
    pixels = np.asarray(opened(picture).convert("RGBA"))
    return [tuple(int(value) for value in pixels[y, x]) for x, y in places]


def distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def two_halves(mode: str = "RGB") -> Image.Image:
    """Left red, right white, wider than high."""
    image = Image.new("RGB", (40, 20), "white")
    image.paste(RED, (0, 0, 20, 20))
    return image.convert(mode)


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 8
    while position < len(content):
        (length,) = struct.unpack(">I", content[position : position + 4])
        yield content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        position += 12 + length


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def header(width: int, height: int, *, depth: int = 8, colour: int = 2) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    )


class TestPNG:
    @pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1"])
    def test_pixels_survive_in_every_mode(self, mode: str) -> None:
        source = two_halves(mode)
        picture = inspect_image(png(source))

        assert (picture.media_type, picture.width, picture.height) == ("image/png", 40, 20)
        assert list(opened(picture).convert("RGBA").get_flattened_data()) == list(
            source.convert("RGBA").get_flattened_data()
        )

    def test_transparency_is_kept(self) -> None:
        source = two_halves("RGBA")
        source.putalpha(Image.linear_gradient("L").resize((40, 20)))
        picture = inspect_image(png(source))

        assert opened(picture).mode == "RGBA"
        assert opened(picture).tobytes() == source.tobytes()

    def test_an_alpha_channel_that_hides_nothing_is_dropped(self) -> None:
        assert opened(inspect_image(png(two_halves("RGBA")))).mode == "RGB"
        assert opened(inspect_image(png(two_halves("LA")))).mode == "L"

    def test_a_transparent_colour_becomes_alpha(self) -> None:
        picture = inspect_image(png(two_halves(), transparency=RED))

        assert colours_at(picture, (5, 5), (35, 5)) == [(*RED, 0), (255, 255, 255, 255)]

    def test_a_transparent_palette_entry_becomes_alpha(self) -> None:
        palette = two_halves("P")
        entry = palette.getpixel((5, 5))
        picture = inspect_image(png(palette, transparency=entry))

        assert [colour[3] for colour in colours_at(picture, (5, 5), (35, 5))] == [0, 255]

    def test_sixteen_bits_of_grey_keep_their_upper_half(self) -> None:
        wide = np.linspace(0, 65535, 800, dtype=np.uint16).reshape(20, 40)
        picture = inspect_image(png(Image.fromarray(wide)))

        assert np.array_equal(np.asarray(opened(picture)), (wide >> 8).astype(np.uint8))

    def test_a_transparent_grey_of_sixteen_bits_becomes_alpha(self) -> None:
        rows = b"".join(b"\x00" + struct.pack(">4H", 0, 513, 514, 65535) for _ in range(4))
        source = (
            header(4, 4, depth=16, colour=0)
            + chunk(b"tRNS", struct.pack(">H", 513))
            + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b"")
        )
        picture = inspect_image(source)

        assert np.asarray(opened(picture))[0].tolist() == [[0, 255], [2, 0], [2, 255], [255, 255]]

    def test_sixteen_bits_of_colour_keep_their_upper_half(self) -> None:
        rows = b"".join(b"\x00" + struct.pack(">6H", 0x1234, 0x5678, 0x9ABC, 1, 0xFFFF, 0) for _ in range(2))
        source = header(2, 2, depth=16) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

        assert np.asarray(opened(inspect_image(source)))[0].tolist() == [[0x12, 0x56, 0x9A], [0, 255, 0]]

    def test_interlaced_pictures_are_read(self) -> None:
        rows = b"\x00" + bytes(RED)
        source = (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 1))
            + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b"")
        )

        assert colours_at(inspect_image(source), (0, 0)) == [(*RED, 255)]

    def test_nothing_but_pixels_is_kept(self) -> None:
        notes = PngInfo()
        notes.add_text("Author", "Ada Lovelace")
        notes.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>Ada</x:xmpmeta>")
        exif = Image.Exif()
        exif[0x010E] = "Ada"
        source = png(two_halves(), pnginfo=notes, exif=exif, dpi=(72, 72)) + b"<script>Ada</script>"
        picture = inspect_image(source)

        assert b"Ada" in source
        assert b"Ada" not in picture.content
        assert [kind for kind, _ in chunks(picture.content)] == [b"IHDR", b"sRGB", b"IDAT", b"IEND"]

    def test_a_note_that_cannot_be_read_turns_nothing(self) -> None:
        notes = PngInfo()
        notes.add_text("Raw profile type exif", "\nexif\n 3\nnot hexadecimal")

        assert inspect_image(png(two_halves(), pnginfo=notes)).width == 40

    def test_an_animation_is_refused(self) -> None:
        source = png(two_halves(), save_all=True, append_images=[Image.new("RGB", (40, 20))])
        with pytest.raises(PictureNotSupported, match="animated"):
            inspect_image(source)

    def test_the_same_upload_is_kept_as_the_same_bytes(self) -> None:
        source = png(two_halves())

        assert inspect_image(source) == inspect_image(source)


class TestJPEG:
    def test_pixels_survive_closely(self) -> None:
        picture = inspect_image(jpeg(two_halves()))

        assert (picture.media_type, picture.width, picture.height) == ("image/jpeg", 40, 20)
        red, white = colours_at(picture, (5, 5), (35, 5))
        assert distance(red, (*RED, 255)) <= 4
        assert distance(white, (255, 255, 255, 255)) <= 4

    def test_grey_stays_grey(self) -> None:
        assert opened(inspect_image(jpeg(two_halves("L")))).mode == "L"

    @pytest.mark.parametrize(
        ("orientation", "size", "red_at"),
        [
            (1, (40, 20), (2, 2)),
            (2, (40, 20), (37, 2)),
            (3, (40, 20), (37, 17)),
            (4, (40, 20), (2, 17)),
            (5, (20, 40), (2, 2)),
            (6, (20, 40), (17, 2)),
            (7, (20, 40), (17, 37)),
            (8, (20, 40), (2, 37)),
        ],
    )
    def test_a_turned_camera_is_turned_back(
        self, orientation: int, size: tuple[int, int], red_at: tuple[int, int]
    ) -> None:
        corner = Image.new("RGB", (40, 20), "white")
        corner.paste(RED, (0, 0, 8, 8))
        exif = Image.Exif()
        exif[0x0112] = orientation
        picture = inspect_image(jpeg(corner, exif=exif))

        assert (picture.width, picture.height) == size == opened(picture).size
        (found,) = colours_at(picture, red_at)
        assert distance(found, (*RED, 255)) <= 12
        assert not opened(picture).getexif()

    @pytest.mark.filterwarnings("ignore::UserWarning:PIL")
    def test_a_broken_orientation_turns_nothing(self) -> None:
        picture = inspect_image(
            jpeg(two_halves(), exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12")
        )

        assert (picture.width, picture.height) == (40, 20)

    def test_printers_colours_become_screen_colours(self) -> None:
        picture = inspect_image(jpeg(two_halves("CMYK")))

        assert opened(picture).mode == "RGB"
        red, _ = colours_at(picture, (5, 5), (35, 5))
        assert distance(red, (*RED, 255)) <= 6

    def test_progressive_pictures_are_read(self) -> None:
        assert inspect_image(jpeg(two_halves(), progressive=True)).width == 40

    def test_metadata_is_dropped(self) -> None:
        source = jpeg(two_halves(), comment=b"Ada was here") + b"trailing Ada"
        picture = inspect_image(source)

        assert b"Ada" not in picture.content
        assert "icc_profile" not in opened(picture).info


class TestColourProfiles:
    @staticmethod
    def swapped_profile() -> bytes:
        """A profile whose red is blue and whose blue is red."""
        profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
        profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
        return bytes(profile)

    @pytest.mark.parametrize("mode", ["RGB", "RGBA"])
    def test_a_profile_is_applied_and_dropped(self, mode: str) -> None:
        source = two_halves(mode)
        if mode == "RGBA":
            source.putalpha(128)
        picture = inspect_image(png(source, icc_profile=self.swapped_profile()))

        (colour,) = colours_at(picture, (5, 5))
        assert colour[0] < 80 < 180 < colour[2]
        assert colour[3] == (128 if mode == "RGBA" else 255)
        assert "icc_profile" not in opened(picture).info

    @pytest.mark.parametrize("profile", [b"not a profile", b"\x00" * 200])
    def test_a_broken_profile_is_left_aside(self, profile: bytes) -> None:
        picture = inspect_image(png(two_halves(), icc_profile=profile))

        assert colours_at(picture, (5, 5)) == [(*RED, 255)]

    def test_a_profile_for_another_kind_of_picture_is_left_aside(self) -> None:
        picture = inspect_image(png(two_halves("L"), icc_profile=self.swapped_profile()))

        assert opened(picture).mode == "L"


class TestBounds:
    def test_bytes(self) -> None:
        source = png(two_halves())
        largest = source + bytes(images.BYTES_MAX - len(source))

        assert inspect_image(largest).width == 40
        with pytest.raises(PictureTooLarge, match="10,485,760"):
            inspect_image(largest + b"\x00")

    @pytest.mark.parametrize("format", ["PNG", "JPEG"])
    def test_pixels(self, format: str) -> None:
        within, beyond = two_halves(), Image.new("RGB", (40, 21))

        assert bitmaps.reencode(saved(within, format), pixels_max=800)[1:3] == (40, 20)
        with pytest.raises(PictureTooLarge, match="40 x 21 pixels"):
            bitmaps.reencode(saved(beyond, format), pixels_max=800)

    @pytest.mark.parametrize("size", [(65_000, 65_000), (2**31 - 1, 2**31 - 1), (40_000_001, 1)])
    def test_a_bomb_is_refused_before_it_is_decoded(self, size: tuple[int, int]) -> None:
        bomb = header(*size) + chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")
        tracemalloc.start()
        try:
            with pytest.raises(PictureTooLarge):
                inspect_image(bomb)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert peak < 1_000_000

    def test_a_second_header_cannot_contradict_the_first(self) -> None:
        small, large = jpeg(Image.new("RGB", (8, 8))), bytearray(jpeg(Image.new("RGB", (8, 8))))
        frame = large.index(b"\xff\xc0")
        large[frame + 5 : frame + 9] = struct.pack(">HH", 9000, 9000)
        two_frames = small[: small.index(b"\xff\xda")] + bytes(large[frame:])
        with pytest.raises(PictureUnreadable):
            inspect_image(two_frames)

    def test_larger_than_print_is_scaled_down_and_no_further(self) -> None:
        kept = inspect_image(png(Image.new("L", (bitmaps.SIDE_PIXELS_KEPT_MAX, 10))))
        scaled = inspect_image(png(Image.new("L", (bitmaps.SIDE_PIXELS_KEPT_MAX * 2, 20))))

        assert (kept.width, kept.height) == (scaled.width, scaled.height) == (4961, 10)


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"GIF89a...", "a GIF"),
            (b"RIFF\x00\x00\x00\x00WEBP", "a WebP"),
            (b"%PDF-1.7", "a PDF"),
            (b"\x00\x00\x00\x20ftypavif", "an AVIF"),
            (b"\x00\x00\x00\x20ftypmp42", "a video"),
            (b"\x1f\x8b\x08 svgz", "compressed"),
            (b"hello", "not a picture"),
        ],
    )
    def test_other_files_are_named(self, content: bytes, words: str) -> None:
        with pytest.raises(PictureNotSupported, match=words):
            inspect_image(content)

    def test_nothing_is_not_a_picture(self) -> None:
        with pytest.raises(PictureUnreadable, match="empty"):
            inspect_image(b"")

    @pytest.mark.parametrize("format", ["PNG", "JPEG"])
    def test_a_picture_cut_off_anywhere_is_unreadable(self, format: str) -> None:
        noise = np.random.default_rng(7).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        whole = saved(Image.fromarray(noise), format)
        for length in range(8, len(whole) - 20, 97):
            with pytest.raises((PictureUnreadable, PictureNotSupported)):
                inspect_image(whole[:length])

    def test_a_jpeg_without_a_frame_is_unreadable(self) -> None:
        with pytest.raises(PictureUnreadable):
            inspect_image(b"\xff\xd8\xff\xff\xe0\x00\x04ab\xff\xc4\x00\x04ab" + b"\x00" * 20)


class TestDrawing:
    @pytest.mark.parametrize(
        "source",
        [
            png(two_halves()),
            png(two_halves("L")),
            png(two_halves("P"), transparency=0),
            png(two_halves("LA")),
            jpeg(two_halves()),
            jpeg(two_halves("L")),
            jpeg(two_halves("CMYK")),
        ],
        ids=["png", "png-grey", "png-palette", "png-grey-alpha", "jpeg", "jpeg-grey", "jpeg-cmyk"],
    )
    def test_what_is_kept_can_stand_in_an_archival_pdf(self, source: bytes, tmp_path: Path) -> None:
        picture = inspect_image(source)
        pdf = Engine(tmp_path).pdf(job_that("Ada", pictures={f"sha256:{7:064}": picture.content}))
        pixels, _ = draw_page(pdf)

        left, right = pixels[30, 15].astype(int), pixels[30, 45].astype(int)
        assert left.min() < 120  # the dark half
        assert right.min() > 200  # the white half
