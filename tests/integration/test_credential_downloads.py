"""A credential as everyone gets it: alone, in the PDF, in the pictures; and what there is where it is not."""

import asyncio
import hashlib
import io
import re
import zlib
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest

from certifly.certificates.models import ERASED
from certifly.public.pictures import NotSigned, Pictures
from certifly.rendering.pool import RenderPool
from tests.public_site import PublicSite

FILES = ("pdf", "png", "svg", "json", "jwt")


@pytest.fixture
def code(public_site: PublicSite) -> str:
    """A certificate with its files."""
    return public_site.issue(public_site.publish())


def get(site: PublicSite, code: str, suffix: str, **headers: str) -> Any:
    return site.http.get(f"/download/{code}.{suffix}", headers=headers)


def baked_into_png(png: bytes) -> str:
    """The credential in the first chunk behind the header."""
    length = int.from_bytes(png[33:37])
    assert png[37:41] == b"iTXt"
    content = png[41 : 41 + length]
    assert int.from_bytes(png[41 + length : 45 + length]) == zlib.crc32(b"iTXt" + content)
    keyword, rest = content.split(b"\0", 1)
    assert keyword == b"openbadgecredential"
    assert rest[:4] == b"\0\0\0\0", "not compressed, in no language, under its own name"
    return rest[4:].decode("ascii")


def test_the_same_text_stands_in_every_file(public_site: PublicSite, code: str) -> None:
    credential = get(public_site, code, "json")

    pdf = pypdfium2.PdfDocument(io.BytesIO(get(public_site, code, "pdf").content))
    svg = ElementTree.fromstring(get(public_site, code, "svg").text)
    baked = svg.find("{https://purl.imsglobal.org/ob/v3p0}credential")

    assert credential.headers["content-type"] == "application/vc+ld+json"
    assert credential.text.isascii()
    assert bytes(pdf.get_attachment(0).get_data()).decode() == credential.text
    assert baked_into_png(get(public_site, code, "png").content) == credential.text
    assert baked is not None and baked.text is not None and baked.text.strip() == credential.text


def test_the_token_is_a_compact_jws(public_site: PublicSite, code: str) -> None:
    answer = get(public_site, code, "jwt")

    assert answer.headers["content-type"] == "application/jwt"
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", answer.text)


@pytest.mark.parametrize("suffix", FILES)
def test_a_file_that_one_has_is_not_sent_again(public_site: PublicSite, code: str, suffix: str) -> None:
    first = get(public_site, code, suffix)
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'

    again = get(public_site, code, suffix, **{"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("suffix", ["json", "jwt"])
def test_wallets_of_any_origin_may_read_it(public_site: PublicSite, code: str, suffix: str) -> None:
    assert get(public_site, code, suffix).headers["access-control-allow-origin"] == "*"


def test_an_svg_opened_on_our_origin_runs_and_loads_nothing(public_site: PublicSite, code: str) -> None:
    assert "sandbox" in get(public_site, code, "svg").headers["content-security-policy"]


@pytest.mark.parametrize("suffix", FILES)
def test_the_files_of_an_erased_certificate_are_gone(public_site: PublicSite, code: str, suffix: str) -> None:
    public_site.change(code, state=ERASED, drawing={}, data={})

    answer = get(public_site, code, suffix)

    assert (answer.status_code, answer.json()["code"]) == (410, "certificate_erased")


@pytest.mark.parametrize("suffix", ["json", "jwt"])
def test_a_code_that_nobody_has_is_not_found(public_site: PublicSite, suffix: str) -> None:
    assert get(public_site, "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55", suffix).status_code == 404
    assert get(public_site, "none", suffix).status_code == 404


@pytest.mark.parametrize("suffix", ["json", "jwt"])
def test_a_certificate_that_failed_has_no_credential(public_site: PublicSite, suffix: str) -> None:
    code = public_site.issue(public_site.publish(), is_produced=False)
    public_site.fail(code)

    assert get(public_site, code, suffix).status_code == 409


def test_a_picture_drawn_while_the_certificate_was_erased_is_not_kept(
    public_site: PublicSite, code: str
) -> None:
    public_site.change(code, state=ERASED, drawing={}, data={})

    with pytest.raises(NotSigned):
        asyncio.run(Pictures().get(public_site.parts, public_site.place_of(code), "png", None, network="a"))


def test_a_picture_of_a_certificate_erased_while_it_is_drawn_is_not_kept(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish(title="sleep:1"))
    place = public_site.place_of(code)

    async def draw_and_erase(pool: RenderPool) -> None:
        drawing = asyncio.create_task(
            Pictures().get(replace(public_site.parts, renderers=pool), place, "png", None, network="a")
        )
        await asyncio.sleep(0.3)
        await asyncio.to_thread(public_site.change, code, state=ERASED, drawing={}, data={})
        with pytest.raises(NotSigned):
            await drawing

    with RenderPool(1, 20, 512, handler="tests.rendering.handlers:make_obedient_pages") as pool:
        pool.start()
        asyncio.run(draw_and_erase(pool))

    assert public_site.row(code).png_digest is None
