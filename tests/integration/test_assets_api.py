"""Pictures, over HTTP."""

import io

import httpx
import pytest
from PIL import Image

from certifly.api.v1.assets import FORM_BYTES_MAX
from certifly.rendering.images import BYTES_MAX
from tests.live import Caller, Installation

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">
<rect width="40" height="20" fill="#1d2b4f"/></svg>"""
UNKNOWN = "sha256:" + "0" * 64


def png(width: int = 30, height: int = 20, *, format: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "#1d2b4f").save(content, format)
    return content.getvalue()


def upload(caller: Caller, content: bytes, content_type: str = "application/octet-stream") -> httpx.Response:
    return caller.http.post("/api/v1/assets", content=content, headers={"Content-Type": content_type})


def errors_of(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 422, answer.text
    found: dict[str, list[str]] = answer.json()["errors"]
    return found


@pytest.mark.parametrize(
    ("content", "media_type", "size"),
    [
        (png(), "image/png", (30, 20)),
        (png(format="JPEG"), "image/jpeg", (30, 20)),
        (SVG, "image/svg+xml", (40, 20)),
    ],
    ids=["png", "jpeg", "svg"],
)
def test_a_picture_is_kept_by_digest_and_can_be_read_back(
    tenant: Caller, content: bytes, media_type: str, size: tuple[int, int]
) -> None:
    created = upload(tenant, content)

    assert created.status_code == 201, created.text
    body = created.json()
    facts = body["data"]["data"]
    assert body["data"]["type"] == "assets"
    assert body["meta"] == []
    assert facts["digest"] == body["data"]["id"]
    assert (facts["media_type"], (facts["width"], facts["height"])) == (media_type, size)
    address = f"/api/v1/assets/{facts['digest']}"
    assert tenant.http.get(address).json() == body
    picture = tenant.http.get(address, headers={"Accept": "image/*"})
    assert picture.headers["content-type"].partition(";")[0] == media_type
    assert len(picture.content) == facts["bytes"]
    assert picture.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_same_picture_sent_again_or_as_a_form_is_the_same_picture(tenant: Caller) -> None:
    first = upload(tenant, SVG).json()

    again = upload(tenant, SVG, "image/svg+xml").json()
    form = tenant.http.post("/api/v1/assets", files={"file": ("ground.svg", SVG, "text/html")})

    assert again == first
    assert (form.status_code, form.json()) == (201, first)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a....", b"<html></html>", b"%PDF-1.7", b"\x89PNG\r\n\x1a\nbroken"]
)
def test_what_is_no_picture_is_refused_by_its_content(tenant: Caller, content: bytes) -> None:
    answer = upload(tenant, content, "image/png")

    assert answer.status_code == 422
    assert answer.json()["code"] == "picture_refused"


@pytest.mark.parametrize(
    "files",
    [
        {"picture": ("x.svg", SVG)},
        {"file": (None, SVG)},
        [("file", ("a.svg", SVG)), ("file", ("b.svg", SVG))],
    ],
    ids=["another name", "a value, no file", "two files"],
)
def test_a_form_holds_one_file_named_file(tenant: Caller, files: object) -> None:
    answer = tenant.http.post("/api/v1/assets", files=files)  # type: ignore[arg-type]

    assert list(errors_of(answer)) == ["file"]


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/mixed"]
)
def test_a_form_that_cannot_be_read_is_refused(tenant: Caller, content_type: str) -> None:
    assert list(errors_of(upload(tenant, b"--y\r\nnonsense", content_type))) == ["file"]


def test_an_upload_is_bounded_in_bytes(tenant: Caller) -> None:
    assert upload(tenant, b"x" * BYTES_MAX).status_code == 422
    assert upload(tenant, b"x" * (BYTES_MAX + 1)).status_code == 413
    assert upload(tenant, b"x" * (FORM_BYTES_MAX + 1), "multipart/form-data; boundary=x").status_code == 413


@pytest.mark.parametrize("digest", [UNKNOWN, "1", "sha256:x", "x" * 300])
def test_a_picture_nobody_has_is_not_found(tenant: Caller, digest: str) -> None:
    answer = tenant.http.get(f"/api/v1/assets/{digest}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_another_tenants_picture_is_as_unknown_as_one_nobody_has(tenant: Caller, live: Installation) -> None:
    digest = upload(tenant, SVG).json()["data"]["id"]
    other = live.new_tenant()

    theirs, nobodys = (other.http.get(f"/api/v1/assets/{name}") for name in (digest, UNKNOWN))

    assert theirs.status_code == 404
    assert theirs.json() | {"request_id": ""} == nobodys.json() | {"request_id": ""}
    assert tenant.http.get(f"/api/v1/assets/{digest}").status_code == 200


def test_a_picture_is_not_to_be_had_as_something_else(tenant: Caller) -> None:
    digest = upload(tenant, SVG).json()["data"]["id"]

    assert tenant.http.get(f"/api/v1/assets/{digest}", headers={"Accept": "image/png"}).status_code == 406


def test_a_picture_whose_bytes_are_lost_is_not_found_until_it_is_uploaded_again(
    tenant: Caller, live: Installation
) -> None:
    content = png(31, 21)
    digest = upload(tenant, content).json()["data"]["id"]
    (lost,) = live.log.parent.glob(f"files/{tenant.tenant_id}/*/{digest.removeprefix('sha256:')}")
    lost.unlink()
    address, wish = f"/api/v1/assets/{digest}", {"Accept": "image/png"}

    assert tenant.http.get(address, headers=wish).status_code == 404
    upload(tenant, content)
    assert tenant.http.get(address, headers=wish).status_code == 200


def test_uploading_needs_the_scope_to_write_and_reading_the_scope_to_read(live: Installation) -> None:
    reader, writer = live.new_tenant(scopes=["templates.read"]), live.new_tenant(scopes=["templates.write"])

    assert upload(reader, SVG).status_code == 403
    assert upload(writer, SVG).status_code == 201
    assert "templates.read" in writer.http.get(f"/api/v1/assets/{UNKNOWN}").json()["message"]
