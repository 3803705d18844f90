"""The files of a certificate over real HTTP: waited for, named, revalidated, and drawn only once."""

import asyncio
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from certifly.public.pictures import Pictures
from certifly.public.waiting import WaitingRoom
from certifly.rendering.pool import RenderPool
from certifly.web.admission import ShareExceeded
from certifly.web.parts import Parts
from tests.cast import ADAS_ADDRESS, template_document
from tests.public_site import PublicSite, serving

NOBODYS_CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"


@pytest.fixture
def code(public_site: PublicSite) -> str:
    """Ada's certificate, with its PDF."""
    return public_site.issue(public_site.publish())


@pytest.fixture
def unmade(public_site: PublicSite) -> str:
    """Ada's certificate, whose job has not run."""
    return public_site.issue(public_site.publish(), is_produced=False)


@pytest.fixture
def impatient(public_site: PublicSite) -> Iterator[None]:
    """Nobody waits for more than a blink."""
    room = public_site.app.state.waiting_room
    public_site.app.state.waiting_room = WaitingRoom(wait_seconds=0.1)
    yield
    public_site.app.state.waiting_room = room


def jobs_drawn(site: PublicSite) -> int:
    """Drawings done by the render process that is alive."""
    return sum(process.jobs_done for process in site.parts.renderers._idle)


def test_the_pdf_is_saved_under_the_name_of_its_recipient(public_site: PublicSite, code: str) -> None:
    answer = public_site.http.get(f"/download/{code}.pdf")

    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Certificate - Ada Lovelace.pdf"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Accept-Ranges"] == "none"
    assert answer.headers["ETag"] == f'"{public_site.row(code).pdf_digest[7:]}"'  # type: ignore[index]


def test_the_pdf_can_be_looked_at_instead(public_site: PublicSite, code: str) -> None:
    answer = public_site.http.get(f"/download/{code}.pdf?inline")

    assert answer.headers["Content-Disposition"].startswith("inline; ")


def test_a_part_of_a_file_is_not_to_be_had(public_site: PublicSite, code: str) -> None:
    answer = public_site.http.get(f"/download/{code}.pdf", headers={"Range": "bytes=0-3"})

    assert answer.status_code == 200
    assert len(answer.content) > 1000


def test_the_picture_is_shown_at_the_size_the_page_announces(public_site: PublicSite, code: str) -> None:
    answer = public_site.http.get(f"/download/{code}.png")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == 'inline; filename="Certificate - Ada Lovelace.png"'
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert struct.unpack(">II", answer.content[16:24]) == (1754, 1240)
    saved = public_site.http.get(f"/download/{code}.png?download")
    assert saved.headers["Content-Disposition"].startswith("attachment; ")


def test_a_name_in_another_script_reaches_the_folder_of_downloads(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish(), {"Student Name": "José Núñez"})
    header = public_site.http.get(f"/download/{code}.pdf").headers["Content-Disposition"]

    assert 'filename="Certificate - Jose Nunez.pdf"' in header
    assert unquote(header.partition("filename*=UTF-8''")[2]) == "Certificate - José Núñez.pdf"


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_who_has_the_file_is_not_sent_it_again(public_site: PublicSite, code: str, suffix: str) -> None:
    path = f"/download/{code}.{suffix}"
    etag = public_site.http.get(path).headers["ETag"]
    for said in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = public_site.http.get(path, headers={"If-None-Match": said})

        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert public_site.http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_picture_is_drawn_once_and_kept(public_site: PublicSite, code: str) -> None:
    assert public_site.row(code).png_digest is None
    before = jobs_drawn(public_site)
    with ThreadPoolExecutor(8) as crowd:
        answers = list(
            crowd.map(lambda _: httpx.get(f"{public_site.base_url}/download/{code}.png"), range(8))
        )
    later = public_site.http.get(f"/download/{code}.png")

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.content for answer in answers} == {later.content}
    assert jobs_drawn(public_site) == before + 1
    assert later.headers["ETag"] == f'"{public_site.row(code).png_digest[7:]}"'  # type: ignore[index]


def test_who_looked_before_the_picture_was_kept_does_not_have_it_drawn_again(
    public_site: PublicSite, code: str
) -> None:
    first = public_site.http.get(f"/download/{code}.png")
    before = jobs_drawn(public_site)

    content = asyncio.run(
        Pictures().get(public_site.parts, public_site.place_of(code), "png", None, network="a")
    )

    assert content == first.content
    assert jobs_drawn(public_site) == before


def test_a_picture_whose_file_is_lost_is_drawn_again(public_site: PublicSite, code: str) -> None:
    first = public_site.http.get(f"/download/{code}.png")
    digest = public_site.row(code).png_digest
    assert digest is not None
    public_site.parts.blobs.delete(public_site.tenant_id, digest, ".png")
    again = public_site.http.get(f"/download/{code}.png")

    assert again.content == first.content
    assert public_site.parts.blobs.exists(public_site.tenant_id, digest, ".png")


def test_who_knows_a_picture_that_was_never_kept_is_told_so(public_site: PublicSite, code: str) -> None:
    etag = public_site.http.get(f"/download/{code}.png").headers["ETag"]
    public_site.change(code, png_digest=None)

    answer = public_site.http.get(f"/download/{code}.png", headers={"If-None-Match": etag})

    assert answer.status_code == 304


def test_a_renderer_that_is_killed_costs_nothing_but_time(public_site: PublicSite, code: str) -> None:
    renderers = public_site.parts.renderers
    killed: list[int] = []

    def kill_the_first() -> None:
        deadline = time.monotonic() + 10
        while not killed and time.monotonic() < deadline:
            for process in list(renderers._busy):
                process.kill()
                killed.append(1)

    killer = threading.Thread(target=kill_the_first)
    killer.start()
    answer = public_site.http.get(f"/download/{code}.png")
    killer.join()

    assert killed == [1]
    assert answer.status_code == 200


def test_one_visitor_who_asks_for_many_pictures_keeps_nobody_waiting(public_site: PublicSite) -> None:
    """The hostile one has one picture drawn and two waiting; the honest one comes after the first of them."""
    slow, quick = (public_site.publish(title=title) for title in ("sleep:0.5", "echo"))
    codes = [public_site.issue(slow) for _ in range(6)]
    honest_code = public_site.issue(quick)
    ended: list[str] = []

    async def get(parts: Parts, pictures: Pictures, code: str, network: str) -> str:
        try:
            await pictures.get(parts, public_site.place_of(code), "png", None, network=network)
        except ShareExceeded:
            return "share exceeded"
        ended.append(network)
        return "drawn"

    async def crowd(pool: RenderPool) -> tuple[list[str], str]:
        parts, pictures = replace(public_site.parts, renderers=pool), Pictures(1, waiting_share=2)
        hostile = [asyncio.create_task(get(parts, pictures, code, "hostile")) for code in codes]
        await asyncio.sleep(0.2)
        # It asks for one of the hostile visitor's pictures as well, and must not depend on that one's turn.
        honest = asyncio.create_task(get(parts, pictures, honest_code, "honest"))
        refused_before = asyncio.create_task(get(parts, pictures, codes[-1], "third"))
        return list(await asyncio.gather(*hostile)), f"{await honest}, {await refused_before}"

    with RenderPool(1, 20, 512, handler="tests.rendering.handlers:make_obedient_pages") as pool:
        pool.start()
        hostile, others = asyncio.run(crowd(pool))

    assert sorted(hostile) == ["drawn"] * 3 + ["share exceeded"] * 3
    assert others == "drawn, drawn"
    assert ended.index("honest") <= 2 and ended[-1] == "hostile"


def test_a_picture_that_waited_in_a_turn_of_another_is_drawn_in_ours(public_site: PublicSite) -> None:
    slow, wanted = (public_site.issue(public_site.publish(title=title)) for title in ("sleep:1", "echo"))

    async def scenario(pool: RenderPool) -> bytes:
        parts, pictures = replace(public_site.parts, renderers=pool), Pictures(2)
        pictures._places._wait_seconds = 0.3

        def get(code: str, network: str) -> asyncio.Task[bytes]:
            return asyncio.create_task(
                pictures.get(parts, public_site.place_of(code), "png", None, network=network)
            )

        first = get(slow, "hostile")
        await asyncio.sleep(0.2)
        waits, joins = get(wanted, "hostile"), get(wanted, "honest")
        with pytest.raises(ShareExceeded):
            await waits
        found = await joins
        await first
        return found

    with RenderPool(2, 20, 512, handler="tests.rendering.handlers:make_obedient_pages") as pool:
        pool.start()
        assert asyncio.run(scenario(pool)).startswith(b"\x89PNG")


def test_a_crowd_of_pictures_is_asked_to_come_back(public_site: PublicSite, code: str) -> None:
    pictures = public_site.app.state.pictures
    others = public_site.app.state.pictures = Pictures(waiting_max=0)
    others._places._take("198.51.100.1")
    try:
        answers = [
            public_site.http.get(f"/download/{code}.png", headers={"X-Forwarded-For": f"198.51.100.{number}"})
            for number in (1, 2)
        ]
    finally:
        public_site.app.state.pictures = pictures

    own, others_ = answers
    assert (own.status_code, own.json()["code"]) == (429, "too_many_at_once") and own.headers["Retry-After"]
    assert (others_.status_code, others_.json()["code"]) == (503, "overloaded") and others_.headers[
        "Retry-After"
    ]


def test_a_picture_that_cannot_be_drawn_is_told_from_one_that_is_not_ready(
    public_sqlite: PublicSite, tmp_path: Path
) -> None:
    code = public_sqlite.issue(public_sqlite.publish())
    settings = public_sqlite.parts.settings
    too_strict = {"files_url": settings.files_url, "render_timeout_seconds": 0.001}
    with serving(tmp_path, settings.database_url, with_tenant=False, **too_strict) as site:
        answer = site.http.get(f"/download/{code}.png")

        assert site.http.get(f"/download/{code}.pdf").status_code == 200
    assert answer.status_code == 409
    assert answer.json()["code"] == "certificate_failed"


def test_a_picture_that_lacks_a_part_is_not_promised(public_site: PublicSite) -> None:
    logo = public_site.add_picture()
    layout = template_document()["layout"]
    layout["elements"].append(
        {"type": "image", "asset": logo, "decorative": True, "x": 10, "y": 10, "width": 20, "height": 20}
    )
    code = public_site.issue(public_site.publish(layout=layout))
    public_site.parts.blobs.delete(public_site.tenant_id, logo)

    answer = public_site.http.get(f"/download/{code}.png")

    assert answer.status_code == 409
    assert public_site.http.get(f"/download/{code}.pdf").status_code == 200


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_a_file_that_is_made_within_the_wait_is_sent(
    public_site: PublicSite, unmade: str, suffix: str
) -> None:
    with ThreadPoolExecutor(1) as visitor:
        waiting = visitor.submit(httpx.get, f"{public_site.base_url}/download/{unmade}.{suffix}", timeout=30)
        time.sleep(0.3)
        assert not waiting.done()
        public_site.produce(unmade)
        answer = waiting.result(30)

    assert answer.status_code == 200
    assert len(answer.content) > 1000


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_a_file_that_takes_longer_is_promised(public_site: PublicSite, unmade: str, suffix: str) -> None:
    answer = public_site.http.get(f"/download/{unmade}.{suffix}", headers={"X-Request-Id": "monday"})

    assert answer.status_code == 202
    assert answer.headers["Retry-After"] == "2"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "message": "This file is being made. Ask again in 2 seconds.",
        "code": "being_made",
        "request_id": "monday",
    }
    assert public_site.row(unmade).pdf_digest is None, "a download never makes a PDF"


def test_who_finds_no_place_to_wait_is_answered_at_once(public_site: PublicSite, unmade: str) -> None:
    room = public_site.app.state.waiting_room
    public_site.app.state.waiting_room = WaitingRoom(waiters_max=0, wait_seconds=60)
    try:
        answer = public_site.http.get(f"/download/{unmade}.pdf")
    finally:
        public_site.app.state.waiting_room = room

    assert answer.status_code == 202


def test_others_are_served_while_somebody_waits(public_site: PublicSite, unmade: str, code: str) -> None:
    with ThreadPoolExecutor(8) as visitors:
        waiting = [
            visitors.submit(httpx.get, f"{public_site.base_url}/download/{unmade}.pdf", timeout=30)
            for _ in range(8)
        ]
        time.sleep(0.2)
        answer = public_site.http.get(f"/download/{code}.pdf")
        assert not any(future.done() for future in waiting)
        public_site.produce(unmade)

        assert {future.result(30).status_code for future in waiting} == {200}
    assert answer.status_code == 200


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_a_file_that_could_not_be_made_is_not_promised(
    public_site: PublicSite, unmade: str, suffix: str
) -> None:
    public_site.fail(unmade)
    answer = public_site.http.get(f"/download/{unmade}.{suffix}")

    assert answer.status_code == 409
    assert answer.json()["code"] == "certificate_failed"
    assert "Retry-After" not in answer.headers
    assert "The test said so" not in answer.text


@pytest.mark.parametrize("suffix", ["pdf", "png"])
def test_what_finds_no_certificate_gets_one_and_the_same_answer(public_site: PublicSite, suffix: str) -> None:
    headers = {"X-Request-Id": "monday"}
    unknown = public_site.http.get(f"/download/{NOBODYS_CODE}.{suffix}", headers=headers)
    malformed = public_site.http.get(f"/download/1.{suffix}", headers=headers)

    assert unknown.status_code == malformed.status_code == 404
    assert unknown.content == malformed.content
    assert unknown.json()["message"] == "No certificate has this code."


def test_a_code_is_found_in_any_letter_case(public_site: PublicSite, code: str) -> None:
    assert public_site.http.get(f"/download/{code.upper()}.pdf").status_code == 200


def test_the_recipients_address_is_in_no_file(public_site: PublicSite, code: str) -> None:
    for suffix in ("pdf", "png"):
        answer = public_site.http.get(f"/download/{code}.{suffix}")

        assert ADAS_ADDRESS.encode() not in answer.content
        assert ADAS_ADDRESS not in str(answer.headers)
