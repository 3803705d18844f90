"""The check page over real HTTP: who holds the code sees the labels, and nobody sees more."""

import http.client
import threading
import uuid
from urllib.parse import quote, urlsplit

import pytest

from certifly.public.static_files import DIGEST
from certifly.verification.report import CheckName
from tests.cast import ADA, ADAS_ADDRESS
from tests.public_site import PublicSite
from tests.unit.public.pages import ReadPage, words_of

NOBODYS_CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
NO_CODES = [
    "x",
    "",
    "1",
    NOBODYS_CODE.replace("-", ""),
    "{" + NOBODYS_CODE + "}",
    NOBODYS_CODE + "0",
    NOBODYS_CODE[:-1] + "g",
    NOBODYS_CODE + "/",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff",
    "٣" * 36,
    "a" * 5000,
    "<script>",
]


@pytest.fixture
def code(public_site: PublicSite) -> str:
    """Ada's certificate, with its files."""
    return public_site.issue(public_site.publish())


def test_who_holds_the_code_sees_the_certificate(public_site: PublicSite, code: str) -> None:
    answer = public_site.http.get(f"/check/{code}")
    page = ReadPage(answer.text)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert words_of(page.one("h1").text) == f"Certificate of completion for {ADA}"
    assert [words_of(e.text) for e in page.all("dt")][:2] == ["Student Name", "Course"]
    assert page.content("og:image") == f"{public_site.base_url}/download/{code}.png"


def test_programs_get_the_same_facts(public_site: PublicSite, code: str) -> None:
    answer = public_site.http.get(f"/check/{code}", headers={"Accept": "application/json"})
    day = public_site.row(code).created_at.date().isoformat()
    told = answer.json()
    checks, share = (told["data"]["data"].pop(name) for name in ("checks", "share"))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert [(check["name"], check["outcome"]) for check in checks] == [
        (name.value, "passed") for name in CheckName
    ]
    assert share["linkedin"].startswith("https://www.linkedin.com/profile/add?")
    assert told == {
        "data": {
            "id": code,
            "type": "checks",
            "data": {
                "code": code,
                "state": "rendered",
                "is_rendered": True,
                "status": "rendered",
                "verdict": "valid",
                "recipient": ADA,
                "title": f"Certificate of completion for {ADA}",
                "issuer": {"name": "Lovelace Academy"},
                "issued_on": day,
                "expires_at": None,
                "revoked_at": None,
                "reason": None,
                "replaces": None,
                "replaced_by": None,
                "language": "en",
                "labels": {"Student Name": ADA, "Course": "Analytical Engines"},
                "routes": {
                    "check": f"{public_site.base_url}/check/{code}",
                    **{
                        f"download_{kind}": f"{public_site.base_url}/download/{code}.{kind}"
                        for kind in ("pdf", "png", "svg", "json", "jwt")
                    },
                },
            },
        },
        "meta": [],
    }


def test_a_link_to_the_json_needs_no_header(public_site: PublicSite, code: str) -> None:
    by_header = public_site.http.get(f"/check/{code}", headers={"Accept": "application/json"})
    by_address = public_site.http.get(f"/check/{code}.json", headers={"Accept": "text/html"})

    assert by_address.json() == by_header.json()


def test_labels_are_public_and_extra_fields_never(public_site: PublicSite, code: str) -> None:
    assert public_site.row(code).data["Email"] == ADAS_ADDRESS
    for accept in ("text/html", "application/json"):
        answer = public_site.http.get(f"/check/{code}", headers={"Accept": accept})

        assert ADA in answer.text
        assert "ada@" not in answer.text and "Email" not in answer.text


def test_the_typed_value_and_the_printed_one_are_both_told(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish(), {"Date": "2026-11-23"})

    assert "November 23, 2026" in public_site.http.get(f"/check/{code}").text
    assert (
        public_site.http.get(f"/check/{code}.json").json()["data"]["data"]["labels"]["Date"] == "2026-11-23"
    )


def test_a_label_that_was_left_empty_is_not_shown(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish(), {"Course": ""})

    assert "Course" not in public_site.http.get(f"/check/{code}").text
    assert public_site.http.get(f"/check/{code}.json").json()["data"]["data"]["labels"] == {
        "Student Name": ADA
    }


def test_a_template_that_names_no_recipient_has_a_page(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish(recipient={"email": "Email"}, title="Autumn Regatta"))
    page = ReadPage(public_site.http.get(f"/check/{code}").text)

    assert words_of(page.one("h1").text) == "Autumn Regatta"
    assert public_site.http.get(f"/check/{code}.json").json()["data"]["data"]["recipient"] is None


def test_a_certificate_keeps_its_page_when_its_template_changes(public_site: PublicSite, code: str) -> None:
    public_site.publish(title="Something else for {Student Name}")

    assert f"Certificate of completion for {ADA}" in public_site.http.get(f"/check/{code}").text


def test_a_code_is_found_in_any_letter_case(public_site: PublicSite, code: str) -> None:
    answer = public_site.http.get(f"/check/{code.upper()}")

    assert answer.status_code == 200
    assert ReadPage(answer.text).one("link", rel="canonical").attributes["href"] == (
        f"{public_site.base_url}/check/{code}"
    )


def test_what_finds_no_certificate_gets_one_and_the_same_page(public_site: PublicSite) -> None:
    unknown = public_site.http.get(f"/check/{NOBODYS_CODE}")

    assert unknown.status_code == 404
    assert "No certificate has this code" in unknown.text
    for text in NO_CODES:
        path = f"/check/{text if '%' in text else quote(text)}"
        answer = public_site.http.get(path)

        assert (answer.status_code, answer.text) == (404, unknown.text), path


def test_what_finds_no_certificate_gets_one_and_the_same_json(public_site: PublicSite) -> None:
    headers = {"Accept": "application/json", "X-Request-Id": "monday"}
    unknown = public_site.http.get(f"/check/{NOBODYS_CODE}", headers=headers)

    assert unknown.status_code == 404
    assert unknown.json() == {
        "message": "No certificate has this code.",
        "errors": {},
        "code": "not_found",
        "request_id": "monday",
    }
    for text in NO_CODES:
        path = f"/check/{text if '%' in text else quote(text)}"
        answer = public_site.http.get(path, headers=headers)

        assert (answer.status_code, answer.content) == (404, unknown.content), path


def test_problems_come_as_problem_json_to_who_asks(public_site: PublicSite) -> None:
    answer = public_site.http.get("/check/x", headers={"Accept": "application/problem+json"})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "No certificate has this code."


def test_the_page_of_a_wrong_code_speaks_the_language_of_the_visitor(public_site: PublicSite) -> None:
    answer = public_site.http.get("/check/x", headers={"Accept-Language": "he, en;q=0.5"})

    assert 'lang="he" dir="rtl"' in answer.text
    assert answer.headers["Vary"] == "Accept, Accept-Language"


def test_the_page_follows_its_reader_and_the_certificate_keeps_its_language(
    public_site: PublicSite, code: str
) -> None:
    by_header = public_site.http.get(f"/check/{code}", headers={"Accept-Language": "de-AT, en;q=0.5"})
    by_menu = public_site.http.get(f"/check/{code}?lang=ar", headers={"Accept-Language": "de"})
    nothing_said = public_site.http.get(f"/check/{code}")

    assert "Dieses Zertifikat ist echt." in by_header.text and by_header.headers["Content-Language"] == "de"
    assert 'lang="ar" dir="rtl"' in by_menu.text and by_menu.headers["Content-Language"] == "ar"
    assert nothing_said.headers["Content-Language"] == "en"
    for answer in (by_header, by_menu, nothing_said):
        page = ReadPage(answer.text)
        assert words_of(page.one("h1").text) == f"Certificate of completion for {ADA}"
        assert (page.one("h1").attributes["lang"], page.one("h1").attributes["dir"]) == ("en", "ltr")
        assert answer.headers["Vary"] == "Accept, Accept-Language"


def test_a_certificate_in_german_is_shown_in_german_to_a_reader_who_names_no_language(
    public_site: PublicSite,
) -> None:
    code = public_site.issue(public_site.publish(language="de"))

    assert public_site.http.get(f"/check/{code}").headers["Content-Language"] == "de"
    assert (
        public_site.http.get(f"/check/{code}", headers={"Accept-Language": "en"}).headers["Content-Language"]
        == "en"
    )


def test_the_menu_works_on_every_page_and_the_choice_survives_the_forms(
    public_site: PublicSite, code: str
) -> None:
    typed = public_site.http.get("/check", params={"code": code, "lang": "fr"})
    without = public_site.http.get("/check?lang=fr")
    wrong = public_site.http.get("/check", params={"code": "x", "lang": "fr"})
    uploaded = public_site.http.post("/check?lang=fr", files={"file": ("certificate", b"no certificate")})

    assert typed.headers["Location"] == f"/check/{code}?lang=fr"
    assert (without.status_code, without.headers["Location"]) == (303, "/?lang=fr")
    for answer in (wrong, uploaded, public_site.http.get("/?lang=fr")):
        assert answer.headers["Content-Language"] == "fr" and '<html lang="fr"' in answer.text


@pytest.mark.parametrize(
    "typed", ["{code}", "  {code} ", "https://example.org/check/{code}?x=1", "Code: {CODE}"]
)
def test_a_typed_code_or_address_leads_to_its_page(public_site: PublicSite, typed: str) -> None:
    text = typed.format(code=NOBODYS_CODE, CODE=NOBODYS_CODE.upper())
    answer = public_site.http.get("/check", params={"code": text})

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/check/{NOBODYS_CODE}"


@pytest.mark.parametrize("typed", ["", "hello", "//evil.example", "x" * 2000])
def test_anything_else_that_is_typed_leads_to_no_certificate(public_site: PublicSite, typed: str) -> None:
    answer = public_site.http.get("/check", params={"code": typed})

    assert answer.status_code == 404
    assert answer.text == public_site.http.get(f"/check/{NOBODYS_CODE}").text


def test_a_certificate_that_is_being_made_says_so_and_looks_again(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish(), is_produced=False)
    first, last = (public_site.http.get(f"/check/{code}?looks={n}").text for n in ("0", "99"))

    assert "The picture is being made. It appears here within a few seconds." in first
    assert ReadPage(first).content_of_refresh() == f"2; url=/check/{code}?looks=1"
    assert ReadPage(last).content_of_refresh() is None
    assert public_site.http.get(f"/check/{code}?looks=-1").text == last
    assert public_site.http.get(f"/check/{code}.json").json()["data"]["data"]["state"] == "recorded"


def test_a_certificate_whose_files_failed_is_on_record(public_site: PublicSite) -> None:
    code = public_site.issue(public_site.publish(), is_produced=False)
    public_site.fail(code)
    text = public_site.http.get(f"/check/{code}").text

    assert "This certificate is on record." in text and "genuine" not in text
    assert "could not be made" in text and "The test said so" not in text


def test_every_public_answer_is_guarded(public_site: PublicSite, code: str) -> None:
    paths = ["/", f"/check/{code}", f"/check/{code}.json", "/check/x", f"/download/{code}.pdf"]
    paths += [
        f"/download/{code}.png",
        "/download/x.pdf",
        "/robots.txt",
        f"/static/public/{DIGEST}/public.css",
    ]
    for path in paths:
        headers = public_site.http.get(path).headers

        assert headers["X-Robots-Tag"] == "noindex, nofollow", path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert headers["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin"), path
        assert "Set-Cookie" not in headers, path


def test_no_policy_allows_what_is_inline_or_from_elsewhere(public_site: PublicSite, code: str) -> None:
    for path in ("/", f"/check/{code}", "/check/x"):
        policy = public_site.http.get(path).headers["Content-Security-Policy"]

        assert "unsafe" not in policy and "http" not in policy and "*" not in policy


def test_asking_for_the_headers_alone_answers_without_a_body(public_site: PublicSite, code: str) -> None:
    host = urlsplit(public_site.base_url).netloc
    for path in (
        "/",
        f"/check/{code}",
        "/check/x",
        f"/download/{code}.pdf",
        f"/download/{code}.png",
        "/robots.txt",
    ):
        got = public_site.http.get(path)
        connection = http.client.HTTPConnection(host)
        connection.request("HEAD", path)
        answer = connection.getresponse()

        assert (answer.status, answer.getheader("Content-Length")) == (
            got.status_code,
            got.headers["Content-Length"],
        )
        assert answer.getheader("Content-Type") == got.headers["Content-Type"]
        assert answer.read() == b""
        connection.close()


def test_nothing_can_be_changed_here(public_site: PublicSite, code: str) -> None:
    for path in ("/", f"/check/{code}", f"/download/{code}.pdf", "/robots.txt"):
        answer = public_site.http.post(path)

        assert answer.status_code == 405
        assert answer.json()["code"] == "method_not_allowed"


def test_the_front_page_says_what_this_server_is(public_site: PublicSite) -> None:
    answer = public_site.http.get("/", headers={"Accept-Language": "de"})

    assert answer.status_code == 200
    assert "Hier werden Zertifikate ausgestellt und geprüft" in answer.text
    assert answer.headers["Vary"] == "Accept-Language"


def test_robots_stay_away_and_shared_links_show_their_picture(public_site: PublicSite) -> None:
    everyone = public_site.http.get("/robots.txt").text.split("User-agent: *")[1]

    assert "Disallow: /check\n" in everyone and "Disallow: /download\n" in everyone


def test_files_of_the_page_are_kept_for_ever(public_site: PublicSite) -> None:
    answer = public_site.http.get(f"/static/public/{DIGEST}/public.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for icon in ("/favicon.svg", "/favicon.ico"):
        assert public_site.http.get(icon).headers["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path", [f"/static/public/{'0' * 16}/public.css", f"/static/public/{DIGEST}/..%2fcheck.py"]
)
def test_nothing_but_the_files_of_the_page_is_served(public_site: PublicSite, path: str) -> None:
    answer = public_site.http.get(path)

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_supervisors_learn_that_all_is_well(public_site: PublicSite) -> None:
    assert public_site.http.get("/healthz").json() == {"status": "ok"}
    assert public_site.http.get("/readyz").json() == {"status": "ready"}


def test_a_server_whose_database_does_not_answer_lives_but_is_not_ready(public_sqlite: PublicSite) -> None:
    release = threading.Event()
    database = public_sqlite.parts.database
    held = [database.read_directory(lambda _: release.wait(30)) for _ in range(16)]
    try:
        alive, ready = public_sqlite.http.get("/healthz"), public_sqlite.http.get("/readyz")
    finally:
        release.set()

    assert alive.status_code == 200
    assert ready.status_code == 503
    assert ready.json()["code"] == "not_ready" and ready.headers["Retry-After"]
    assert all(future.result(10) for future in held)


def test_a_code_is_not_written_into_the_answer_for_another(public_site: PublicSite) -> None:
    guess = str(uuid.uuid4())

    assert guess not in public_site.http.get(f"/check/{guess}").text
