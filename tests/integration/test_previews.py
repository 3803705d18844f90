"""The small pictures of the check page over HTTP: who gets them, how long browsers keep them, and when they go."""

import io
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from PIL import Image

from certifly.certificates.erase import erase
from certifly.certificates.models import Certificate
from certifly.certificates.shred import SHRED, let_go_of_files
from certifly.db.tenant import TenantDB
from certifly.public.pictures import Pictures
from certifly.public.waiting import WaitingRoom
from certifly.rendering.formats import PREVIEWS
from tests.cast import ADA, TUESDAY
from tests.certificates_at_hand import Certificates
from tests.public_site import PublicSite
from tests.unit.public.pages import ReadPage

NOBODYS_CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
IMMUTABLE = "private, max-age=31536000, immutable"
WITHIN_SECONDS = 5.0


@pytest.fixture
def code(public_site: PublicSite) -> str:
    """Ada's certificate, with its PDF."""
    return public_site.issue(public_site.publish())


def addresses_on(site: PublicSite, code: str) -> list[str]:
    """The addresses of all previews, as the check page links them."""
    page = ReadPage(site.http.get(f"/check/{code}").text)
    sets = [str(e.attributes["srcset"]) for e in page.all("source") + page.all("img")]
    return [address.split()[0] for each in sets for address in each.split(", ")]


def test_the_check_page_shows_previews_that_browsers_keep(public_site: PublicSite, code: str) -> None:
    addresses = addresses_on(public_site, code)

    assert len(addresses) == len(PREVIEWS)
    for address in addresses:
        name = address.partition("?")[0].rpartition("/")[2]
        answer = public_site.http.get(address)
        again = public_site.http.get(address, headers={"If-None-Match": answer.headers["ETag"]})

        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == PREVIEWS[name].media_type  # type: ignore[index]
        assert answer.headers["Cache-Control"] == IMMUTABLE
        assert answer.headers["ETag"] == f'"{public_site.row(code).preview_digests[name][7:]}"'  # type: ignore[index]
        assert answer.headers["Content-Disposition"].startswith(f'inline; filename="Certificate - {ADA}.')
        assert f"preview-{Image.open(io.BytesIO(answer.content)).width}" in name
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == IMMUTABLE


@pytest.mark.parametrize("version", ["", "?v=", "?v=0123456789abcdef", "?download"])
def test_without_the_current_version_a_preview_is_asked_for_again(
    public_site: PublicSite, code: str, version: str
) -> None:
    answer = public_site.http.get(f"/download/{code}/preview-600.webp{version}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Disposition"].startswith("inline; ")


def test_a_preview_is_drawn_once_however_many_ask(public_site: PublicSite, code: str) -> None:
    def drawn() -> int:
        return sum(process.jobs_done for process in public_site.parts.renderers._idle)

    before = drawn()
    address = f"{public_site.base_url}/download/{code}/preview-600.webp"
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(lambda _: httpx.get(address, timeout=30), range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert drawn() == before + 1


def test_a_preview_that_was_lost_is_drawn_again(public_site: PublicSite, code: str) -> None:
    address = f"/download/{code}/preview-600.webp"
    first = public_site.http.get(address)
    digest = public_site.row(code).preview_digests["preview-600.webp"]  # type: ignore[index]
    public_site.parts.blobs.delete(public_site.tenant_id, digest, ".webp")

    assert public_site.http.get(address).content == first.content


def test_the_page_says_that_the_picture_is_being_made_until_it_was_asked_for(
    public_site: PublicSite, code: str
) -> None:
    before = public_site.http.get(f"/check/{code}").text
    public_site.http.get(addresses_on(public_site, code)[0])
    after = public_site.http.get(f"/check/{code}").text

    assert "The picture is being made. It appears here within a few seconds." in before
    assert ReadPage(before).content_of_refresh() == f"2; url=/check/{code}?looks=1"
    assert "being made" not in after and ReadPage(after).content_of_refresh() is None


@pytest.mark.parametrize("name", PREVIEWS)
def test_a_preview_has_the_rules_of_the_other_files(public_site: PublicSite, name: str) -> None:
    unmade = public_site.issue(public_site.publish(), is_produced=False)
    room = public_site.app.state.waiting_room
    public_site.app.state.waiting_room = WaitingRoom(wait_seconds=0.1)
    try:
        being_made = public_site.http.get(f"/download/{unmade}/{name}")
    finally:
        public_site.app.state.waiting_room = room
    public_site.fail(unmade)
    failed = public_site.http.get(f"/download/{unmade}/{name}")
    unknown = public_site.http.get(f"/download/{NOBODYS_CODE}/{name}")
    malformed = public_site.http.get(f"/download/1/{name}")

    assert (being_made.status_code, being_made.headers["Retry-After"]) == (202, "2")
    assert being_made.headers["Cache-Control"] == "no-store"
    assert (failed.status_code, failed.json()["code"]) == (409, "certificate_failed")
    assert unknown.status_code == malformed.status_code == 404
    assert unknown.json()["message"] == malformed.json()["message"] == "No certificate has this code."


@pytest.mark.parametrize(
    "name", ["preview", "preview-601.webp", "preview-600.png", "PREVIEW-600.WEBP", "pdf"]
)
def test_no_other_size_or_format_is_made(public_site: PublicSite, code: str, name: str) -> None:
    answer = public_site.http.get(f"/download/{code}/{name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_crowd_of_previews_is_asked_to_come_back(public_site: PublicSite, code: str) -> None:
    pictures = public_site.app.state.pictures
    public_site.app.state.pictures = Pictures(waiting_max=0)
    public_site.app.state.pictures._places._take("198.51.100.1")
    try:
        answer = public_site.http.get(f"/download/{code}/preview-600.webp")
    finally:
        public_site.app.state.pictures = pictures

    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")


def test_what_is_finished_is_read_while_many_previews_wait_to_be_made(public_site: PublicSite) -> None:
    template = public_site.publish()
    finished = public_site.issue(template)
    codes = [public_site.issue(template) for _ in range(12)]
    assert public_site.http.get(f"/download/{finished}/preview-600.webp").status_code == 200
    (process,) = public_site.parts.renderers._idle
    os.kill(process.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(len(codes)) as visitors:
            waiting = [
                visitors.submit(
                    httpx.get, f"{public_site.base_url}/download/{code}/preview-600.webp", timeout=60
                )
                for code in codes
            ]
            time.sleep(1)
            started = time.monotonic()
            read = [
                public_site.http.get(f"/download/{finished}{file}").status_code
                for file in (".pdf", "/preview-600.webp")
            ]
            seconds = time.monotonic() - started
            assert not any(future.done() for future in waiting)
            os.kill(process.pid, signal.SIGCONT)
            assert {future.result(60).status_code for future in waiting} == {200}
    finally:
        os.kill(process.pid, signal.SIGCONT)

    assert read == [200, 200]
    assert seconds < WITHIN_SECONDS


def test_an_erasure_takes_every_preview_along(public_site: PublicSite, code: str) -> None:
    for name in PREVIEWS:
        assert public_site.http.get(f"/download/{code}/{name}").status_code == 200
    digests = dict(public_site.row(code).preview_digests or {})
    headers = {"Authorization": f"Bearer {public_site.token}"}

    public_site.http.post(f"/api/v1/certificates/{code}/erasure", headers=headers)

    assert set(digests) == set(PREVIEWS)
    assert public_site.row(code).preview_digests is None
    assert "preview" not in public_site.http.get(f"/check/{code}").text
    for name in PREVIEWS:
        digest = digests[name]
        answer = public_site.http.get(
            f"/download/{code}/{name}", headers={"If-None-Match": f'"{digest[7:]}"'}
        )
        assert (answer.status_code, answer.json()["code"]) == (410, "certificate_erased")


def test_a_preview_that_is_made_while_the_person_is_erased_is_not_kept(
    public_site: PublicSite, code: str
) -> None:
    place = public_site.place_of(code)
    assert (
        public_site.http.get(f"/download/{public_site.issue(public_site.publish())}.png").status_code == 200
    )
    (process,) = public_site.parts.renderers._idle
    os.kill(process.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(1) as visitor:
            waiting = visitor.submit(
                httpx.get, f"{public_site.base_url}/download/{code}/preview-600.webp", timeout=60
            )
            time.sleep(1)

            def work(db: TenantDB) -> None:
                db.lock()
                certificate = db.get(Certificate, place.certificate_id)
                assert certificate is not None
                erase(db, certificate, reason=None, actor=None, now=TUESDAY)

            public_site.parts.database.write(place.tenant_id, work).result()
            os.kill(process.pid, signal.SIGCONT)
            answer = waiting.result(60)
    finally:
        os.kill(process.pid, signal.SIGCONT)

    assert answer.status_code == 202
    assert public_site.row(code).preview_digests is None
    assert public_site.http.get(f"/download/{code}/preview-600.webp").status_code == 410


def test_files_that_are_let_go_of_are_shredded_with_all_previews(certificates: Certificates) -> None:
    certificate_id = certificates.issue()
    certificates.sign(certificate_id)
    digests = {name: f"sha256:{number:064}" for number, name in enumerate(PREVIEWS)}
    certificates.set(certificate_id, preview_digests=digests)

    certificates.change(certificate_id, let_go_of_files)

    assert certificates.look(certificate_id).preview_digests is None
    shredded = {arguments[1:] for arguments in certificates.jobs(SHRED)}
    assert shredded >= {
        (digest.removeprefix("sha256:"), name.rpartition(".")[2]) for name, digest in digests.items()
    }
