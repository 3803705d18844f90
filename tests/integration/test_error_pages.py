"""Errors as people see them: a page in their language where a browser asks, and JSON for everything else."""

import re

import pytest
from starlette.requests import Request

from certifly.core.errors import Overloaded
from certifly.public.words import LANGUAGES
from certifly.web.errors import answer
from tests.public_site import PublicSite

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
PAGE = "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "path", ["/login", "/nothing", "/api", "/t/nobody/did.json", "/static/public/x/y", "/_mcp/x"]
)
def test_an_unknown_address_is_a_page_with_ways_on(public_sqlite: PublicSite, path: str) -> None:
    shown = public_sqlite.http.get(path, headers={"Accept": BROWSER})

    assert (shown.status_code, shown.headers["Content-Type"]) == (404, PAGE)
    assert "<h1>There is no page at this address</h1>" in shown.text
    assert 'href="/"' in shown.text and 'href="/docs"' in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Vary"] == "Accept, Accept-Language"
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/json", "application/json, text/html;q=0.9", "image/avif,*/*", "text/*"],
)
def test_who_does_not_ask_for_a_page_gets_json(public_sqlite: PublicSite, accept: str | None) -> None:
    request = public_sqlite.http.build_request("GET", "/nothing", headers={"Accept": accept or "*/*"})
    if accept is None:
        del request.headers["Accept"]

    answered = public_sqlite.http.send(request)

    assert answered.headers["Content-Type"] == "application/json"
    assert list(answered.json()) == ["message", "errors", "code", "request_id"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/me", 401),
        ("DELETE", "/api/v1/certificates", 405),
        ("GET", "/api/nothing", 404),
    ],
)
def test_the_api_answers_a_browser_with_json_too(
    public_sqlite: PublicSite, method: str, path: str, status: int
) -> None:
    answered = public_sqlite.http.request(method, path, headers={"Accept": BROWSER})

    assert (answered.status_code, answered.headers["Content-Type"]) == (status, "application/json")


def test_problem_json_is_for_who_prefers_it_to_a_page(public_sqlite: PublicSite) -> None:
    accept = "application/problem+json, text/html;q=0.5"

    assert public_sqlite.http.get("/nothing", headers={"Accept": accept}).headers["Content-Type"] == (
        "application/problem+json"
    )


def test_a_method_that_is_not_taken_is_a_page_that_keeps_the_allow_header(public_sqlite: PublicSite) -> None:
    shown = public_sqlite.http.post("/", headers={"Accept": BROWSER})

    assert (shown.status_code, shown.headers["Content-Type"]) == (405, PAGE)
    assert shown.headers["Allow"] == "GET, HEAD"
    assert "does not accept this kind of request" in shown.text


def test_a_server_that_failed_names_the_number_of_the_request(public_sqlite: PublicSite) -> None:
    @public_sqlite.app.get("/fails")
    def fails() -> None:
        raise RuntimeError("the password is swordfish")

    try:
        shown = public_sqlite.http.get("/fails", headers={"Accept": BROWSER})
    finally:
        public_sqlite.app.router.routes.pop()

    assert (shown.status_code, shown.headers["Content-Type"]) == (500, PAGE)
    assert "swordfish" not in shown.text
    assert f'<code dir="ltr" translate="no">{shown.headers["X-Request-Id"]}</code>' in shown.text


def test_a_server_that_is_busy_says_when_to_come_back(public_sqlite: PublicSite) -> None:
    headers = [(b"accept", BROWSER.encode())]
    scope = {"type": "http", "method": "GET", "path": "/check", "headers": headers, "query_string": b""}

    shown = answer(Request(scope | {"app": public_sqlite.app}), Overloaded("Full.", retry_after_seconds=7))

    assert (shown.status_code, shown.media_type) == (503, "text/html")
    assert shown.headers["Retry-After"] == "7"
    assert b"Too many requests at this moment" in shown.body


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_page_is_in_the_language_of_its_reader(public_sqlite: PublicSite, language: str) -> None:
    words = LANGUAGES[language]

    by_browser = public_sqlite.http.get("/nothing", headers={"Accept": BROWSER, "Accept-Language": language})
    by_menu = public_sqlite.http.get(
        f"/nothing?lang={language}", headers={"Accept": BROWSER, "Accept-Language": "tlh"}
    )

    for shown in (by_browser, by_menu):
        assert f'<html lang="{words.tag}" dir="{words.direction}">' in shown.text
        assert words.error_titles["not_found"] in shown.text
        assert words.handbook in shown.text
    assert f'href="/?lang={language}"' in by_menu.text


def test_no_two_kinds_of_error_have_the_same_words() -> None:
    for words in LANGUAGES.values():
        assert len(set(words.error_titles.values())) == len(words.error_titles)
        assert all(words.error_sayings.values())


@pytest.mark.parametrize("suffix", ["pdf", "png", "svg", "json", "jwt"])
def test_a_download_that_is_not_there_is_a_page_for_browsers(public_sqlite: PublicSite, suffix: str) -> None:
    site = public_sqlite
    code = site.issue(site.publish(), is_produced=False)
    unknown = f"/download/0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55.{suffix}"

    missing = site.http.get(unknown, headers={"Accept": BROWSER})
    being_made = site.http.get(f"/download/{code}.{suffix}", headers={"Accept": BROWSER})
    site.fail(code)
    not_made = site.http.get(f"/download/{code}.{suffix}", headers={"Accept": BROWSER})
    headers = {"Authorization": f"Bearer {site.token}"}
    site.http.post(f"/api/v1/certificates/{code}/erasure", json={}, headers=headers).raise_for_status()
    gone = site.http.get(f"/download/{code}.{suffix}", headers={"Accept": BROWSER})

    seen = [missing, being_made, not_made, gone]
    assert [one.status_code for one in seen] == [404, 202, 409, 410]
    assert [one.headers["Content-Type"] for one in seen] == [PAGE] * 4
    assert [re.findall("<h1>(.+?)</h1>", one.text)[0] for one in seen] == [
        "No certificate has this code",
        "This file is being made",
        "This file could not be made",
        "This file no longer exists",
    ]
    assert being_made.headers["Retry-After"] == "2"


def test_the_front_page_leads_to_the_handbook(public_sqlite: PublicSite) -> None:
    shown = public_sqlite.http.get("/", headers={"Accept-Language": "de"})

    assert re.search(r'<footer class="foot">.*<a href="/docs">Handbuch</a>', shown.text, re.DOTALL)
