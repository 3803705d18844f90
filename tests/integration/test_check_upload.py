"""A file is handed in over real HTTP: what was issued is valid, what was touched is not, and nothing is kept."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.formparsers import MultiPartParser

from certifly.certificates.editions import find_edition
from certifly.certificates.erase import erase
from certifly.certificates.models import Certificate
from certifly.credentials.models import ACTIVE, WITHDRAWN, SigningKey
from certifly.db.tenant import TenantDB
from certifly.public import check_upload
from certifly.public.check_upload import (
    BYTES_HELD_MAX,
    BYTES_HELD_SHARE,
    CHECKS_SHARE,
    CHECKS_WAITING_SHARE,
    Uploads,
)
from certifly.verification.inspect import UPLOAD_BYTES_MAX
from certifly.verification.inspector import Inspector
from certifly.web.admission import Places
from tests.cast import MONDAY, TUESDAY
from tests.public_site import PublicSite
from tests.unit.public.pages import ReadPage, words_of
from tests.unit.verification.test_pdf_facts import updated, with_attachments

AS_JSON = {"Accept": "application/json"}
TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".json": "application/vc+ld+json",
    ".jwt": "application/jwt",
}


@pytest.fixture
def code(public_site: PublicSite) -> str:
    """Ada's certificate, with its files."""
    return public_site.issue(public_site.publish())


def download(site: PublicSite, code: str, suffix: str) -> bytes:
    answer = site.http.get(f"/download/{code}{suffix}")
    assert answer.status_code == 200, answer.text
    return answer.content


def check(site: PublicSite, content: bytes, media_type: str = "application/octet-stream") -> dict[str, Any]:
    answer = site.http.post("/check", content=content, headers=AS_JSON | {"Content-Type": media_type})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["data"]["type"] == "reports"
    report: dict[str, Any] = body["data"]["data"]
    assert body["data"]["id"] == report["file"]["digest"]
    return report


STALLED_BYTES_MISSING = 996


@contextmanager
def stalled(site: PublicSite) -> Iterator[socket.socket]:
    """A client that has begun to send a file, and the server has seen it."""
    uploads: Uploads = site.app.state.uploads
    before, give_up_at = uploads.bodies.held, time.monotonic() + 10
    address = urlsplit(site.base_url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as client:
        client.sendall(
            b"POST /check HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\nAccept: application/json\r\n"
            b"Content-Length: 1000\r\n\r\n%PDF"
        )
        while uploads.bodies.held != before + 4 and time.monotonic() < give_up_at:
            time.sleep(0.02)
        assert uploads.bodies.held == before + 4
        yield client


def told(report: dict[str, Any]) -> dict[str, str]:
    """What did not pass, and why."""
    return {c["name"]: c["reason_code"] for c in report["checks"] if c["outcome"] != "passed"}


def change(site: PublicSite, code: str, work: Any) -> None:
    place = site.place_of(code)

    def with_row(db: TenantDB) -> None:
        certificate = db.get(Certificate, place.certificate_id)
        assert certificate is not None
        work(db, certificate)

    site.parts.database.write(place.tenant_id, with_row).result()


# What was issued


@pytest.mark.parametrize("suffix", list(TYPES))
def test_every_file_of_a_certificate_is_valid(public_site: PublicSite, code: str, suffix: str) -> None:
    report = check(public_site, download(public_site, code, suffix), TYPES[suffix])

    assert (report["verdict"], told(report)) == ("valid", {})
    assert report["certificate"]["code"] == code
    assert report["certificate"]["address"] == f"{public_site.base_url}/check/{code}"
    assert report["trusted"]["scope"] == "whole_file"
    assert report["claims"]["recipient"] == "Ada Lovelace"


def test_a_form_works_without_a_script_and_answers_with_a_page(public_site: PublicSite, code: str) -> None:
    pdf = download(public_site, code, ".pdf")
    answer = public_site.http.post("/check", files={"file": ("certificate.pdf", pdf, "application/pdf")})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    assert f"/check/{code}" in answer.text


@pytest.mark.parametrize("path", ["/", "/check/nobody"])
def test_the_form_is_where_people_come_in(public_site: PublicSite, path: str) -> None:
    page = ReadPage(public_site.http.get(path).text)
    form = next(form for form in page.all("form") if form.attributes.get("method") == "post")

    assert form.attributes["enctype"] == "multipart/form-data"
    assert form.attributes["action"] == "/check"
    assert any(field.attributes.get("type") == "file" for field in page.all("input"))


# What was touched


def test_one_changed_byte_of_the_pdf_is_seen(public_site: PublicSite, code: str) -> None:
    pdf = download(public_site, code, ".pdf")
    at = pdf.index(b"/Lang")
    report = check(public_site, pdf[:at] + b"/Lung" + pdf[at + 5 :])

    assert report["verdict"] == "invalid"
    assert told(report) == {"signature": "signature_wrong", "unaltered": "altered"}
    assert report["trusted"]["scope"] == "nothing"


def test_what_was_written_behind_the_seal_is_named(public_site: PublicSite, code: str) -> None:
    pdf = download(public_site, code, ".pdf")
    changed = updated(pdf)
    report = check(public_site, changed)

    assert told(report) == {"unaltered": "changed_after_signing"}
    assert report["trusted"] == {"scope": "beginning", "covered_bytes": len(pdf), "file_bytes": len(changed)}


def test_one_changed_member_of_the_credential_is_seen(public_site: PublicSite, code: str) -> None:
    document = json.loads(download(public_site, code, ".json"))
    report = check(public_site, json.dumps({**document, "name": "Another"}).encode())

    assert report["verdict"] == "invalid"
    assert told(report)["signature"] == "signature_wrong"


def test_a_picture_that_was_painted_over_is_not_vouched_for(public_site: PublicSite, code: str) -> None:
    svg = download(public_site, code, ".svg")
    report = check(public_site, svg.replace(b"</svg>", b"<path d='M0 0h9'/></svg>"))

    assert report["verdict"] == "unknown"
    assert told(report) == {"unaltered": "picture_not_signed"}
    assert report["trusted"]["scope"] == "credential"


def test_a_credential_of_a_certificate_that_never_was_is_a_forgery(
    public_site: PublicSite, code: str
) -> None:
    document = json.loads(download(public_site, code, ".json"))
    forged = {**document, "id": "urn:uuid:0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"}
    report = check(public_site, json.dumps(forged).encode())

    assert told(report)["issuer"] == "no_such_certificate"
    assert report["verdict"] == "invalid"


# What became of it


def test_what_the_record_says_counts_also_for_a_file_from_before(public_site: PublicSite, code: str) -> None:
    pdf = download(public_site, code, ".pdf")
    public_site.change(code, revoked_at=TUESDAY, revocation_reason="Issued in error", suspended_at=TUESDAY)
    report = check(public_site, pdf)
    revoked = next(c for c in report["checks"] if c["name"] == "not_revoked")

    assert told(report) == {"not_revoked": "revoked", "not_suspended": "suspended"}
    assert revoked["facts"] == {"since": "2026-11-24T09:00:00.000000Z", "reason": "Issued in error"}


def test_a_withdrawn_key_fails_and_says_that_it_was_genuine(public_site: PublicSite) -> None:
    site = public_site
    code = site.issue(site.publish())
    files = {suffix: download(site, code, suffix) for suffix in (".pdf", ".json")}
    withdrawn = {"state": WITHDRAWN, "withdrawn_at": TUESDAY, "reason": "Left in a café."}
    change_key(site, code, **withdrawn)
    try:
        reports = [check(site, content) for content in files.values()]
    finally:
        change_key(site, code, state=ACTIVE, withdrawn_at=None, reason=None)

    for report in reports:
        assert told(report)["signature"] == "key_withdrawn"
        signature = next(c for c in report["checks"] if c["name"] == "signature")
        assert signature["facts"]["address"] == f"{site.base_url}/check/{code}"
        assert signature["facts"]["since"] == "2026-11-24T09:00:00.000000Z"


def change_key(site: PublicSite, code: str, **values: Any) -> None:
    """Overwrite the row of the key that signed a certificate: the site has other certificates to sign."""

    def work(db: TenantDB, row: Certificate) -> None:
        edition = find_edition(db, row.id, 1)
        assert edition is not None
        key = db.get(SigningKey, edition.proof_key)
        for name, value in values.items():
            setattr(key, name, value)

    change(site, code, work)


def test_the_holder_of_an_erased_certificate_can_still_have_it_checked(
    public_site: PublicSite, code: str
) -> None:
    files = {suffix: download(public_site, code, suffix) for suffix in (".pdf", ".json")}
    change(
        public_site, code, lambda db, row: erase(db, row, reason="Asked for it", actor="tests", now=MONDAY)
    )
    for content in files.values():
        report = check(public_site, content)
        assert (report["verdict"], told(report)) == ("valid", {})
        assert report["certificate"]["is_erased"] is True


# Hostile files


def test_a_thousand_attachments_are_more_than_a_certificate_needs(public_site: PublicSite) -> None:
    report = check(public_site, with_attachments(1_000))

    assert set(told(report).values()) == {"beyond_limits"}


def test_a_poison_graph_is_given_up(public_site: PublicSite, code: str) -> None:
    document = json.loads(download(public_site, code, ".json"))
    others = [[{"id": f"_:n{other}"} for other in range(12) if other != one] for one in range(12)]
    document["evidence"] = [{"id": f"_:n{one}", "knows": known} for one, known in enumerate(others)]
    document["@context"].append({"knows": {"@id": "urn:knows", "@type": "@id"}})
    report = check(public_site, json.dumps(document).encode())

    assert report["verdict"] == "invalid"
    assert told(report)["signature"] == "signature_wrong"


@contextmanager
def inspecting(site: PublicSite, inspector: Inspector) -> Iterator[None]:
    """The site, with another program that looks into files."""
    uploads: Uploads = site.app.state.uploads
    site.app.state.uploads = Uploads(inspector=inspector)
    try:
        yield
    finally:
        site.app.state.uploads = uploads


def test_a_process_that_used_up_its_processor_time_is_an_answer(public_site: PublicSite) -> None:
    with inspecting(public_site, Inspector(60.0, 1, child="tests.inspections.spins")):
        report = check(public_site, b"%PDF-1.7")

    assert set(told(report).values()) == {"beyond_limits"}
    assert report["verdict"] == "unknown"


def test_a_busy_server_asks_to_come_back_and_says_nothing_of_the_file(public_site: PublicSite) -> None:
    with inspecting(public_site, Inspector(1.0, child="tests.inspections.sleeps")):
        sent = [
            public_site.http.post("/check", files={"file": ("x.pdf", b"%PDF-1.7")}, headers=headers)
            for headers in (AS_JSON, {})
        ]

    for answer in sent:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    as_json, page = sent
    assert as_json.json()["code"] == "overloaded"
    assert "This says nothing about the file." in as_json.json()["message"]
    assert "This says nothing about the file." in page.text
    assert 'type="file"' in page.text


# The request


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(public_site: PublicSite) -> None:
    largest = bytes(UPLOAD_BYTES_MAX)

    assert check(public_site, largest)["file"]["size_bytes"] == UPLOAD_BYTES_MAX
    in_a_form = public_site.http.post("/check", files={"file": ("x", largest)}, headers=AS_JSON)
    assert in_a_form.json()["data"]["data"]["file"]["size_bytes"] == UPLOAD_BYTES_MAX
    for request in (
        {"content": largest + b"x", "headers": AS_JSON | {"Content-Type": "application/pdf"}},
        {"files": {"file": ("x", largest + b"x")}, "headers": AS_JSON},
    ):
        answer = public_site.http.post("/check", **request)
        assert answer.status_code == 413
        assert answer.json()["code"] == "body_too_large"


def test_a_hundred_megabytes_are_refused_without_reading_them(public_site: PublicSite) -> None:
    address = urlsplit(public_site.base_url)
    assert address.hostname is not None and address.port is not None
    head = (
        "POST /check HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\nAccept: application/json\r\n"
        f"Content-Length: {100 * 1024 * 1024}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413")


def test_a_stream_without_a_length_is_cut_off_at_the_limit(public_site: PublicSite) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 5 * UPLOAD_BYTES_MAX:
            sent += 1024 * 1024
            yield bytes(1024 * 1024)

    headers = AS_JSON | {"Content-Type": "application/pdf"}
    try:
        status = public_site.http.post("/check", content=endless(), headers=headers).status_code
    except httpx.WriteError:
        status = 413  # the connection was closed while we were still talking
    assert status == 413


def test_people_are_told_on_a_page_what_went_wrong(public_site: PublicSite) -> None:
    too_large = public_site.http.post("/check", files={"file": ("x", bytes(UPLOAD_BYTES_MAX + 1))})
    nothing = public_site.http.post("/check", files={"file": ("", b"")})

    assert (too_large.status_code, nothing.status_code) == (413, 422)
    assert "20" in words_of(ReadPage(too_large.text).one("h1").text + too_large.text)
    for answer in (too_large, nothing):
        assert answer.headers["Content-Type"].startswith("text/html")
        assert 'type="file"' in answer.text


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\ntext\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n' * 2
            + b"--x--\r\n",
            "multipart/form-data; boundary=x",
        ),
        (b"--x\r\n\r\nno name\r\n--x--\r\n", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_form_without_its_one_file_is_refused(
    public_site: PublicSite, content: bytes, content_type: str
) -> None:
    answer = public_site.http.post(
        "/check", content=content, headers=AS_JSON | {"Content-Type": content_type}
    )

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["file"]


@pytest.mark.parametrize(
    "content_type", ["", "text/html", "application/x-www-form-urlencoded", "multipart/mixed"]
)
def test_other_kinds_of_bodies_are_refused(public_site: PublicSite, content_type: str) -> None:
    headers = AS_JSON | ({"Content-Type": content_type} if content_type else {})
    answer = public_site.http.post("/check", content=b"x", headers=headers)

    assert answer.status_code == 415


@pytest.mark.parametrize(
    "request_of",
    [
        {"content": b"", "headers": {"Content-Type": "application/pdf"}},
        {"content": b"", "headers": {"Content-Type": "application/octet-stream"}},
        {"files": {"file": ("certificate.pdf", b"", "application/pdf")}},
    ],
)
def test_an_empty_file_is_named_as_such(public_site: PublicSite, request_of: dict[str, Any]) -> None:
    request = request_of | {"headers": AS_JSON | request_of.get("headers", {})}
    answer = public_site.http.post("/check", **request)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert answer.json()["errors"] == {
        "file": ["This file is empty. Send the file itself, with its content."]
    }


@pytest.mark.parametrize(
    ("name", "language", "sentence"),
    [
        ("certificate.pdf", "en", "This file is empty."),
        ("certificate.pdf", "de", "Diese Datei ist leer."),
        ("", "en", "Choose a file first."),
        ("", "fr", "Choisissez d’abord un fichier."),
    ],
)
def test_people_read_whether_the_file_is_empty_or_none_was_chosen(
    public_site: PublicSite, name: str, language: str, sentence: str
) -> None:
    """As browsers send it: without a choice, one part without a name and without content."""
    body = (
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept-Language": language}
    answer = public_site.http.post("/check", content=body, headers=headers)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'type="file"' in answer.text


def test_a_file_of_one_byte_is_not_empty(public_site: PublicSite) -> None:
    assert set(told(check(public_site, b" ")).values()) == {"nothing_to_check"}


# Sharing with others

HOSTILE, HONEST, THIRD = ({"X-Forwarded-For": f"198.51.100.{number}"} for number in (1, 2, 3))
"""As a proxy on this machine says who called."""


@contextmanager
def checks_of(
    site: PublicSite, count: int, sender: dict[str, str], **headers: str
) -> Iterator[list[httpx.Response]]:
    """So many clients that have each sent a file; what they got is known after the block."""
    answers: list[httpx.Response] = []

    def send() -> None:
        with httpx.Client(base_url=site.base_url, timeout=60) as client:
            answers.append(client.post("/check", files={"file": ("x", b"%PDF-")}, headers=headers | sender))

    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        for thread in threads:
            thread.join()


def eventually(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def test_twelve_open_connections_of_one_visitor_keep_nobody_out(public_site: PublicSite) -> None:
    with inspecting(public_site, Inspector(4.0, child="tests.inspections.slow")):
        uploads: Uploads = public_site.app.state.uploads
        with checks_of(public_site, 12, HOSTILE) as hostile:
            eventually(lambda: uploads.checks.waiting == CHECKS_WAITING_SHARE)
            eventually(lambda: len(hostile) == 12 - CHECKS_SHARE - CHECKS_WAITING_SHARE)
            began = time.monotonic()
            honest = public_site.http.post(
                "/check", content=b"quick", headers=AS_JSON | HONEST | {"Content-Type": "text/plain"}
            )
            took = time.monotonic() - began
            refused = public_site.http.post("/check", files={"file": ("x", b"x")}, headers=AS_JSON | HOSTILE)
            page = public_site.http.post("/check", files={"file": ("x", b"x")}, headers=HOSTILE)
            assert uploads.checks.held >= 1 and uploads.checks.waiting == CHECKS_WAITING_SHARE, (
                "all of it meanwhile"
            )

    assert honest.status_code == 200
    assert took < 4.0, "it waited for no file of the other"
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert refused.json()["code"] == "too_many_at_once"
    assert page.status_code == 429 and int(page.headers["Retry-After"]) > 0
    assert "Several files from your network are being checked already" in page.text
    assert Counter(answer.status_code for answer in hostile)[429] >= 12 - CHECKS_SHARE - CHECKS_WAITING_SHARE
    assert (uploads.checks.held, uploads.checks.waiting, uploads.bodies.held) == (0, 0, 0)


def test_who_waits_for_others_too_long_is_asked_to_come_back(public_site: PublicSite) -> None:
    with inspecting(public_site, Inspector(4.0, child="tests.inspections.slow")):
        uploads: Uploads = public_site.app.state.uploads
        uploads.checks = Places(
            2, share=1, waiting_max=1, waiting_share=1, wait_seconds=0.2, what="checks of files"
        )
        with checks_of(public_site, 1, HOSTILE), checks_of(public_site, 1, HONEST):
            eventually(lambda: uploads.checks.held == 2)
            waited = public_site.http.post("/check", files={"file": ("x", b"x")}, headers=AS_JSON | THIRD)

    assert waited.status_code == 503 and int(waited.headers["Retry-After"]) > 0
    assert waited.json()["code"] == "overloaded"


def test_a_client_that_goes_away_leaves_the_queue(public_site: PublicSite) -> None:
    with inspecting(public_site, Inspector(4.0, child="tests.inspections.slow")):
        uploads: Uploads = public_site.app.state.uploads
        with checks_of(public_site, 1, HOSTILE):
            eventually(lambda: uploads.checks.held == 1)
            address = urlsplit(public_site.base_url)
            with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as client:
                client.sendall(
                    b"POST /check HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\n"
                    b"Content-Type: application/pdf\r\nContent-Length: 5\r\n\r\n%PDF-"
                )
                eventually(lambda: uploads.checks.waiting == 1)
            eventually(lambda: uploads.checks.waiting == 0)
            assert uploads.checks.held == 1

    eventually(lambda: uploads.bodies.held == 0)


def test_files_together_are_held_up_to_a_limit(public_site: PublicSite) -> None:
    uploads: Uploads = public_site.app.state.uploads
    text = AS_JSON | {"Content-Type": "text/plain"}
    with ExitStack() as others:
        for number in range(BYTES_HELD_MAX // BYTES_HELD_SHARE):
            others.enter_context(uploads.bodies.holding(number))(
                BYTES_HELD_SHARE - (10 if number == 0 else 0)
            )
        statuses = [
            public_site.http.post("/check", content=content, headers=text)
            for content in (b"1" * 10, b"1" * 11)
        ]
        assert [answer.status_code for answer in statuses] == [200, 503]
        assert int(statuses[1].headers["Retry-After"]) > 0
        assert uploads.bodies.held == BYTES_HELD_MAX - 10
    assert uploads.bodies.held == 0


def test_files_of_one_visitor_are_held_up_to_its_share(public_site: PublicSite) -> None:
    uploads: Uploads = public_site.app.state.uploads
    text = AS_JSON | {"Content-Type": "text/plain"}
    with uploads.bodies.holding("198.51.100.1") as hold:
        hold(BYTES_HELD_SHARE - 10)
        answers = [
            public_site.http.post("/check", content=content, headers=text | sender)
            for content, sender in [(b"1" * 10, HOSTILE), (b"1" * 11, HOSTILE), (b"1" * 11, HONEST)]
        ]

    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].json()["code"] == "too_many_at_once"


def test_room_that_was_taken_while_a_file_arrived_is_missed(public_site: PublicSite) -> None:
    with inspecting(public_site, Inspector(4.0, child="tests.inspections.slow")):
        uploads: Uploads = public_site.app.state.uploads
        uploads.checks = Places(
            1, share=1, waiting_max=0, waiting_share=0, wait_seconds=0.2, what="checks of files"
        )
        with stalled(public_site) as client, checks_of(public_site, 1, HOSTILE):
            eventually(lambda: uploads.checks.held == 1)
            client.sendall(b" " * STALLED_BYTES_MISSING)
            assert client.recv(4096).startswith(b"HTTP/1.1 503")
    eventually(lambda: uploads.bodies.held == 0)


def test_clients_that_send_nothing_keep_nobody_out(public_site: PublicSite) -> None:
    uploads: Uploads = public_site.app.state.uploads
    with ExitStack() as clients:
        for _ in range(16):
            clients.enter_context(stalled(public_site))
        assert told(check(public_site, b"nothing"))["issuer"] == "nothing_to_check"

    eventually(lambda: (uploads.bodies.held, uploads.checks.held) == (0, 0))


def test_many_at_once_are_all_answered(public_site: PublicSite) -> None:
    statuses = []

    def hand_in() -> None:
        with httpx.Client(base_url=public_site.base_url, timeout=60) as client:
            statuses.append(client.post("/check", files={"file": ("x", b"{}")}).status_code)

    threads = [threading.Thread(target=hand_in) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(statuses) <= {200, 429}
    assert statuses.count(200) >= CHECKS_SHARE + CHECKS_WAITING_SHARE
    uploads = public_site.app.state.uploads
    assert (uploads.checks.held, uploads.bodies.held) == (0, 0)


def test_no_upload_touches_a_disk(
    public_site: PublicSite, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rolled: list[object] = []
    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", rolled.append)
    marked = download(public_site, code, ".png") + b"\nhanded in" * 500_000
    answer = public_site.http.post("/check", files={"file": ("x", marked)}, headers=AS_JSON)

    assert answer.status_code == 200
    assert (rolled, list(tmp_path.iterdir())) == ([], [])
    assert MultiPartParser.spool_max_size < check_upload.FORM_BYTES_MAX


def test_a_body_that_stops_half_way_is_given_up(
    public_site: PublicSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_upload, "UPLOAD_SECONDS_MAX", 0.5)
    began = time.monotonic()
    with stalled(public_site) as connection:
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < 15
    assert public_site.app.state.uploads.bodies.held == 0
