"""The handbook over HTTP: in the form that was asked for, kept by who may keep it, and found by its words."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from certifly.handbook.search import QUERY_CHARACTERS_MAX, RESULTS_DEFAULT, RESULTS_MAX
from certifly.handbook.shelf import Shelf
from certifly.handbook.static_files import digest
from tests.public_site import PublicSite, serving

PAGE = "/docs/gateway-api/certificates/create-certificate"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy_of(answer: httpx.Response) -> dict[str, str]:
    said = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in said}


def get(site: PublicSite, path: str, accept: str = BROWSER, **headers: str) -> httpx.Response:
    return site.http.get(path, headers={"Accept": accept, **headers})


def test_every_page_is_html_and_markdown(public_sqlite: PublicSite) -> None:
    shelf: Shelf = public_sqlite.app.state.handbook
    for page in shelf.handbook.pages.values():
        html = get(public_sqlite, page.address)
        markdown = get(public_sqlite, page.markdown_address)
        assert html.status_code == markdown.status_code == 200, page.path
        assert html.headers["Content-Type"] == "text/html; charset=utf-8"
        assert markdown.headers["Content-Type"] == "text/markdown; charset=utf-8"
        assert f"# {page.title}" in markdown.text.replace("`", "")


@pytest.mark.parametrize("path", ["/docs", PAGE])
@pytest.mark.parametrize(
    "accept", ["text/markdown", "text/markdown, text/html, */*", "text/html;q=0.8, text/markdown"]
)
def test_who_asks_for_markdown_by_name_gets_it(public_sqlite: PublicSite, path: str, accept: str) -> None:
    answer = get(public_sqlite, path, accept)

    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.text == get(public_sqlite, f"{path}.md").text
    assert "Accept" in answer.headers["Vary"].split(", ")


@pytest.mark.parametrize(
    "accept", [BROWSER, "*/*", "text/*", "text/markdown;q=0", "text/html, text/markdown;q=0.5", "image/png"]
)
def test_everybody_else_gets_the_page(public_sqlite: PublicSite, accept: str) -> None:
    assert get(public_sqlite, PAGE, accept).headers["Content-Type"] == "text/html; charset=utf-8"


def test_each_form_names_the_other(public_sqlite: PublicSite) -> None:
    address = public_sqlite.base_url + PAGE

    assert (
        get(public_sqlite, PAGE).headers["Link"] == f'<{address}.md>; rel="alternate"; type="text/markdown"'
    )
    assert get(public_sqlite, f"{PAGE}.md").headers["Link"] == f'<{address}>; rel="canonical"'


def test_the_front_page_has_every_address_that_tools_try(public_sqlite: PublicSite) -> None:
    assert get(public_sqlite, "/docs.md").text == get(public_sqlite, "/docs/index.md").text
    assert "<h1" in get(public_sqlite, "/docs").text


@pytest.mark.parametrize(("asked", "page"), [("/docs/", "/docs"), ("/docs//", "/docs"), (f"{PAGE}/", PAGE)])
def test_a_slash_at_the_end_leads_to_the_page(public_sqlite: PublicSite, asked: str, page: str) -> None:
    answer = get(public_sqlite, asked)

    assert (answer.status_code, answer.headers["Location"]) == (308, page)


@pytest.mark.parametrize(
    "path", ["/docs", PAGE, f"{PAGE}.md", "/docs/nothing", "/docs/search?q=seal", "/llms.txt"]
)
def test_head_says_what_get_says(public_sqlite: PublicSite, path: str) -> None:
    asked = {"Accept": BROWSER, "X-Request-Id": "head"}

    head = public_sqlite.http.head(path, headers=asked)
    found = public_sqlite.http.get(path, headers=asked)

    assert head.content == b"" and head.status_code == found.status_code
    ignored = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {
        k: v for k, v in found.headers.items() if k not in ignored
    }


@pytest.mark.parametrize("path", ["/docs", PAGE, "/docs/search?q=seal", "/docs/nothing"])
def test_a_page_may_load_from_its_own_origin_alone(public_sqlite: PublicSite, path: str) -> None:
    answer = get(public_sqlite, path)

    assert policy_of(answer) == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "set-cookie" not in answer.headers


def test_where_calls_are_tried_drawings_may_lie_in_the_style_sheet(public_sqlite: PublicSite) -> None:
    assert policy_of(get(public_sqlite, "/docs/try")) == POLICY | {"img-src": "'self' data:"}


def test_search_engines_may_read_that_they_shall_not_list(public_sqlite: PublicSite) -> None:
    assert "/docs" not in get(public_sqlite, "/robots.txt").text


@pytest.mark.parametrize("path", ["/docs", f"{PAGE}.md", "/llms.txt", "/docs/search-index.json", "/docs/try"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_what_a_client_has_is_not_sent_again(public_sqlite: PublicSite, path: str, encoding: str) -> None:
    first = get(public_sqlite, path, **{"Accept-Encoding": encoding})

    again = get(public_sqlite, path, **{"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert "Accept-Encoding" in first.headers["Vary"]
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("mark", ['W/"{}"', '"x", "{}"', "*"])
def test_a_mark_is_known_in_every_form(public_sqlite: PublicSite, mark: str) -> None:
    etag = get(public_sqlite, PAGE, **{"Accept-Encoding": "identity"}).headers["ETag"].strip('"')

    assert get(public_sqlite, PAGE, **{"If-None-Match": mark.format(etag)}).status_code == 304


def test_another_mark_gets_the_page(public_sqlite: PublicSite) -> None:
    assert get(public_sqlite, PAGE, **{"If-None-Match": '"x"'}).status_code == 200


def test_the_compressed_page_is_the_same_page(public_sqlite: PublicSite) -> None:
    plain = get(public_sqlite, PAGE, **{"Accept-Encoding": "identity"})
    with public_sqlite.http.stream("GET", PAGE, headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())

    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert answer.headers["ETag"] != plain.headers["ETag"]
    assert "Content-Encoding" not in plain.headers


def test_the_files_of_the_pages_are_kept_for_ever(public_sqlite: PublicSite) -> None:
    html = get(public_sqlite, "/docs").text + get(public_sqlite, "/docs/try").text
    for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html)):
        answer = get(public_sqlite, path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name", ["handbook.cs", "../page.py", "%2e%2e/page.py", "swagger-ui/README.md", "swagger-ui/LICENSE"]
)
def test_only_the_files_of_the_pages_are_served(public_sqlite: PublicSite, name: str) -> None:
    assert get(public_sqlite, f"/static/handbook/{digest()}/{name}").status_code == 404


def test_a_file_of_another_release_is_not_there(public_sqlite: PublicSite) -> None:
    assert get(public_sqlite, f"/static/handbook/{'0' * 16}/handbook.css").status_code == 404


@pytest.mark.parametrize("path", ["/docs/nothing", "/docs/guides", "/docs/guides/", "/docs/INDEX"])
def test_an_unknown_address_is_a_page_with_a_search_for_browsers(
    public_sqlite: PublicSite, path: str
) -> None:
    answer = get(public_sqlite, path)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text and 'action="/docs/search"' in answer.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/docs/nothing.md", "*/*"), ("/docs/nothing", "text/markdown"), ("/docs/x.md", BROWSER)],
)
def test_an_unknown_address_is_markdown_for_who_asks_for_it(
    public_sqlite: PublicSite, path: str, accept: str
) -> None:
    answer = get(public_sqlite, path, accept)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert f"{public_sqlite.base_url}/llms.txt" in answer.text


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        ("/docs/nothing", "*/*", "application/json"),
        ("/docs/nothing", "application/json", "application/json"),
        ("/docs/nothing.md", "application/json", "application/json"),
        ("/docs/nothing", "application/problem+json", "application/problem+json"),
    ],
)
def test_an_unknown_address_is_the_one_error_for_programs(
    public_sqlite: PublicSite, path: str, accept: str, media_type: str
) -> None:
    answer = get(public_sqlite, path, accept)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, media_type)
    assert answer.json()["code"] == "not_found"
    assert "llms.txt" in answer.json()["message"]


def test_models_find_every_page(public_sqlite: PublicSite) -> None:
    index = get(public_sqlite, "/llms.txt", "*/*")
    full = get(public_sqlite, "/llms-full.txt", "*/*")

    addresses = re.findall(r"\((http\S+)\)", index.text)
    assert index.headers["Content-Type"] == full.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert addresses and all(address.startswith(f"{public_sqlite.base_url}/docs") for address in addresses)
    assert get(public_sqlite, addresses[-1].removeprefix(public_sqlite.base_url)).status_code == 200
    assert f"Source: {public_sqlite.base_url}{PAGE}" in full.text


@pytest.mark.parametrize("path", [f"{PAGE}.md", "/llms.txt", "/llms-full.txt"])
def test_scripts_of_others_may_read_the_texts(public_sqlite: PublicSite, path: str) -> None:
    answer = get(public_sqlite, path)

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_the_search_answers_programs_with_addresses(public_sqlite: PublicSite) -> None:
    answer = get(public_sqlite, "/docs/search?q=revoke%20a%20certificate&limit=3", "application/json").json()

    first = answer["data"][0]
    address = f"{public_sqlite.base_url}/docs/gateway-api/certificates/revoke-certificate"
    assert answer["meta"] == {"query": "revoke a certificate", "found": 3}
    assert set(first) == {"path", "title", "heading", "url", "markdown_url", "excerpt"}
    assert (first["url"], first["markdown_url"]) == (address, f"{address}.md")
    assert (first["title"], first["heading"]) == ("Revoke a certificate", "")


def test_the_search_answers_people_with_a_page(public_sqlite: PublicSite) -> None:
    found = get(public_sqlite, "/docs/search?q=template_archived").text
    nothing = get(public_sqlite, "/docs/search?q=%3Cb%3Ezzyzx%3C/b%3E").text
    asked = get(public_sqlite, "/docs/search").text

    assert '<a href="/docs/reference/errors#template_archived">' in found
    assert "Nothing was found for “&lt;b&gt;zzyzx&lt;/b&gt;”" in nothing
    assert "<ol" not in asked and 'name="q"' in asked


def test_the_search_takes_a_form_that_names_both(public_sqlite: PublicSite) -> None:
    answer = get(public_sqlite, "/docs/search?q=", "application/json, text/html")

    assert answer.json() == {"data": [], "meta": {"query": "", "found": 0}}


@pytest.mark.parametrize(("length", "status"), [(QUERY_CHARACTERS_MAX, 200), (QUERY_CHARACTERS_MAX + 1, 422)])
def test_a_query_has_a_longest_length(public_sqlite: PublicSite, length: int, status: int) -> None:
    answer = get(public_sqlite, f"/docs/search?q={'a' * length}", "application/json")

    assert answer.status_code == status
    assert status == 200 or set(answer.json()["errors"]) == {"q"}


@pytest.mark.parametrize(
    ("limit", "status"),
    [("1", 200), (str(RESULTS_MAX), 200), (str(RESULTS_MAX + 1), 422), ("0", 422), ("x", 422)],
)
def test_a_list_of_places_has_a_longest_length(public_sqlite: PublicSite, limit: str, status: int) -> None:
    answer = get(public_sqlite, f"/docs/search?q=certificate&limit={limit}", "application/json")

    assert answer.status_code == status
    assert status == 422 or len(answer.json()["data"]) <= int(limit)


def test_without_a_limit_the_search_finds_a_handful(public_sqlite: PublicSite) -> None:
    answer = get(public_sqlite, "/docs/search?q=certificate", "application/json").json()

    assert len(answer["data"]) == RESULTS_DEFAULT


@pytest.mark.parametrize("query", ["q=a&q=b", "page=2"])
def test_parameters_that_mean_nothing_are_refused(public_sqlite: PublicSite, query: str) -> None:
    assert get(public_sqlite, f"/docs/search?{query}", "application/json").status_code == 422


def test_the_index_of_the_search_holds_the_places_of_every_page(public_sqlite: PublicSite) -> None:
    shelf: Shelf = public_sqlite.app.state.handbook
    answer = get(public_sqlite, "/docs/search-index.json", "*/*")

    assert answer.headers["Content-Type"] == "application/json"
    addresses = [address for address, _, _ in json.loads(answer.content)["pages"]]
    assert addresses == [page.address for page in shelf.handbook.pages.values()]


@pytest.fixture(scope="module")
def below_a_path(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    """An installation behind a proxy that serves it below a path."""
    folder = tmp_path_factory.mktemp("below")
    shutil.copyfile(migrated_file, folder / "certifly.db")
    url = "https://example.org/gateway"
    with serving(folder, f"sqlite:///{folder}/certifly.db", with_tenant=False, public_url=url) as site:
        yield site


def test_below_a_path_every_address_has_it(below_a_path: PublicSite) -> None:
    html = get(below_a_path, PAGE).text
    search = get(below_a_path, "/docs/search?q=revoke").text
    slash = get(below_a_path, f"{PAGE}/")

    local = re.findall(r'(?:href|src|action|data-[a-z]+)="(/[^"]*)"', html + search)
    assert local and all(address.startswith("/gateway/") for address in local)
    assert slash.headers["Location"] == f"/gateway{PAGE}"
    assert "POST https://example.org/gateway/api/v1/certificates" in get(below_a_path, f"{PAGE}.md").text
