"""A copy without a proof is handed in: its QR code leads to the record, and the copy itself proves nothing."""

import io
import uuid
from typing import Any

import pytest
from PIL import Image

from certifly.certificates.erase import erase
from tests.cast import TUESDAY
from tests.integration.test_check_upload import AS_JSON, change, check, download
from tests.public_site import PublicSite
from tests.rendering.test_qr_reading import blurred, saved, sheet, tilted, turned


@pytest.fixture
def code(public_site: PublicSite) -> str:
    return public_site.issue(public_site.publish())


def picture(site: PublicSite, code: str) -> Image.Image:
    return Image.open(io.BytesIO(download(site, code, ".png"))).convert("RGB")


def reasons(report: dict[str, Any]) -> set[str]:
    return {check["reason_code"] for check in report["checks"]}


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "PDF"])
def test_a_copy_leads_to_the_certificate_and_proves_nothing(
    public_site: PublicSite, code: str, format: str
) -> None:
    report = check(
        public_site, saved(blurred(tilted(turned(picture(public_site, code), 7), 0.05), 0.7), format)
    )

    assert report["verdict"] == "unknown"
    assert reasons(report) == {"copy_of_certificate"}
    assert report["file"]["kind"] == format.lower()
    assert report["trusted"]["scope"] == "nothing"
    assert report["claims"] is None
    address = f"{public_site.base_url}/check/{code}"
    assert report["qr_codes"] == [
        {"text": address, "leads_to": "certificate", "code": code, "address": address}
    ]
    assert (report["certificate"]["code"], report["certificate"]["address"]) == (code, address)


def test_the_page_says_so_and_links_to_the_record(public_site: PublicSite, code: str) -> None:
    photograph = saved(picture(public_site, code), "JPEG")

    answer = public_site.http.post("/check", files={"file": ("photo.jpg", photograph, "image/jpeg")})

    assert answer.status_code == 200
    assert "This copy proves nothing by itself." in answer.text
    assert "Anyone can make or change a copy like this." in answer.text
    assert f'href="/check/{code}"' in answer.text


def test_an_erased_certificate_is_found_as_well(public_site: PublicSite, code: str) -> None:
    photograph = saved(picture(public_site, code), "JPEG")

    change(
        public_site, code, lambda db, row: erase(db, row, reason="Asked for it", actor="tests", now=TUESDAY)
    )
    report = check(public_site, photograph)

    assert (report["verdict"], reasons(report)) == ("unknown", {"copy_of_certificate"})
    assert (report["certificate"]["code"], report["certificate"]["is_erased"]) == (code, True)


def test_a_code_that_nobody_has_is_a_forgery(public_site: PublicSite) -> None:
    nobody = str(uuid.uuid4())
    report = check(public_site, saved(sheet(f"{public_site.base_url}/check/{nobody}"), "JPEG"))

    assert report["verdict"] == "invalid"
    assert report["checks"][0]["reason_code"] == "no_such_certificate"
    assert report["certificate"] is None
    assert (report["qr_codes"][0]["leads_to"], report["qr_codes"][0]["code"]) == ("no_certificate", nobody)


def test_an_address_elsewhere_is_shown_and_never_linked(public_site: PublicSite, code: str) -> None:
    """The code is one of ours, the server is not."""
    elsewhere = f"https://evil.example/check/{code}"
    photograph = saved(sheet(elsewhere), "JPEG")

    report = check(public_site, photograph, "image/jpeg")
    page = public_site.http.post("/check", files={"file": ("photo.jpg", photograph, "image/jpeg")}).text

    assert (report["verdict"], reasons(report), report["certificate"]) == (
        "unknown",
        {"qr_code_elsewhere"},
        None,
    )
    assert report["qr_codes"][0]["leads_to"] == "elsewhere"
    assert f"<bdi>{elsewhere}</bdi>" in page
    assert 'href="https://evil.example' not in page
    assert f'href="/check/{code}"' not in page


def test_words_in_a_code_are_escaped(public_site: PublicSite) -> None:
    photograph = saved(sheet("<script>alert(1)</script>"), "JPEG")

    page = public_site.http.post("/check", files={"file": ("photo.jpg", photograph, "image/jpeg")}).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_a_picture_without_a_code_has_nothing_to_check(public_site: PublicSite) -> None:
    report = check(public_site, saved(Image.new("RGB", (300, 200), "white"), "JPEG"))

    assert (report["verdict"], reasons(report)) == ("unknown", {"nothing_to_check"})
    assert report["qr_codes"] == []


def test_a_damaged_picture_is_unreadable(public_site: PublicSite) -> None:
    assert reasons(check(public_site, saved(sheet(), "JPEG")[:3000])) == {"file_unreadable"}


def test_a_picture_of_another_format_is_named_with_a_way_out(public_site: PublicSite) -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40

    report = check(public_site, heic)
    page = public_site.http.post("/check", files={"file": ("photo.heic", heic, "image/heic")}).text

    assert (report["file"]["kind"], reasons(report)) == ("other_picture", {"picture_format"})
    assert "Save it as PNG or JPEG" in page
    assert "OTHER_PICTURE" not in page
    assert reasons(check(public_site, saved(sheet(), "GIF"))) == {"picture_format"}
    assert reasons(check(public_site, saved(sheet(), "TIFF"))) == {"picture_format"}
    assert reasons(check(public_site, saved(sheet(), "BMP"))) == {"picture_format"}


def test_more_pixels_than_are_decoded_are_beyond_the_limits(public_site: PublicSite) -> None:
    assert reasons(check(public_site, saved(Image.new("1", (5001, 5000))))) == {"beyond_limits"}
    assert reasons(check(public_site, saved(Image.new("RGB", (4001, 3000)), "WEBP"))) == {"beyond_limits"}


@pytest.mark.parametrize(("format", "mode"), [("PNG", "RGBA"), ("WEBP", "RGBA"), ("JPEG", "CMYK")])
def test_the_largest_pictures_fit_into_the_process(public_site: PublicSite, format: str, mode: str) -> None:
    """Within its memory and its time."""
    large = Image.new(mode, (4000, 3000) if format == "WEBP" else (5000, 5000))

    assert reasons(check(public_site, saved(large, format))) == {"nothing_to_check"}


def test_the_proof_in_a_file_counts_before_its_code(public_site: PublicSite, code: str) -> None:
    report = check(public_site, download(public_site, code, ".png"))

    assert report["verdict"] == "valid"
    assert report["qr_codes"] == []


def test_programs_get_the_report_by_media_type_too(public_site: PublicSite, code: str) -> None:
    for media_type, format in (("image/jpeg", "JPEG"), ("image/webp", "WEBP")):
        answer = public_site.http.post(
            "/check",
            content=saved(picture(public_site, code), format),
            headers=AS_JSON | {"Content-Type": media_type},
        )
        assert answer.json()["data"]["data"]["certificate"]["code"] == code
