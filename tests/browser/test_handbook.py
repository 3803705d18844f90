"""The handbook as people read it: in a browser, on a phone, by keyboard, in the dark, and without scripts."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

from certifly.handbook.export import export
from certifly.handbook.shelf import Shelf
from tests.browser.test_check_page import FLAGS, WATCH
from tests.public_site import PublicSite

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 800}
DESK: ViewportSize = {"width": 1280, "height": 900}
CREATE = "/docs/gateway-api/certificates/create-certificate"
KINDS = {
    "front": "/docs",
    "prose": "/docs/explanation/proofs",
    "call": CREATE,
    "errors": "/docs/reference/errors",
    "settings": "/docs/reference/settings",
    "results": "/docs/search?q=revoke",
    "nothing found": "/docs/search?q=zzyzx",
    "missing": "/docs/nothing",
    "try": "/docs/try",
}


@dataclass
class Reading:
    """An open page, and what was seen while it was open."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What the content security policy refused."""
        found: list[str] = self.page.evaluate("window.violations")
        return found

    def judge(self) -> list[tuple[str, list[str]]]:
        """What axe finds wrong, and what it could not decide: but for text that is scrolled half out of its box,
        whose colours are those of the text beside it."""
        judged = Axe().run(self.page).response
        told = [
            (found["id"], [node["html"] for node in found["nodes"] if not _is_half_hidden(node)])
            for found in (*judged["violations"], *judged["incomplete"])
        ]
        return [(name, nodes) for name, nodes in told if nodes]


def _is_half_hidden(node: dict[str, Any]) -> bool:
    return any(
        isinstance(check["data"], dict) and check["data"].get("messageKey") == "elmPartiallyObscured"
        for check in node["any"]
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. It ends with this file: while it runs, no other event loop can start in this thread."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


def _complaint(message: ConsoleMessage) -> list[str]:
    """What an error or a warning says; but not that a font came before a busy machine had drawn anything with it."""
    is_one = message.type in ("error", "warning") and "was preloaded using link preload" not in message.text
    return [message.text] if is_one else []


def read(browser: Browser, address: str, **context: Any) -> Reading:
    """Open a page in a browser that has never been here."""
    fresh = browser.new_context(**{"viewport": DESK, **context})
    page = fresh.new_page()
    page.set_default_timeout(15_000)
    seen = Reading(page)

    def note(request: Request) -> None:
        seen.requests.append(request.url)

    page.on("request", note)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda message: seen.complaints.extend(_complaint(message)))
    fresh.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return seen


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page_is_quiet_accessible_and_ours(
    browser: Browser, public_sqlite: PublicSite, kind: str, scheme: str, size: ViewportSize
) -> None:
    seen = read(browser, public_sqlite.base_url + KINDS[kind], viewport=size, color_scheme=scheme)

    # The browser itself notes that an unknown page is a 404; that is what it is.
    complaints = [text for text in seen.complaints if kind != "missing" or "404" not in text]
    assert complaints == []
    assert seen.violations() == []
    assert [url for url in seen.requests if not url.startswith((public_sqlite.base_url + "/", "data:"))] == []
    assert seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert seen.page.context.cookies() == []
    assert seen.judge() == []
    seen.page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_its_window(browser: Browser, public_sqlite: PublicSite, size: ViewportSize) -> None:
    shelf: Shelf = public_sqlite.app.state.handbook
    context = browser.new_context(viewport=size, base_url=public_sqlite.base_url)
    page = context.new_page()
    wide = []
    for found in shelf.handbook.pages.values():
        page.goto(found.address, wait_until="load")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(found.path)

    assert wide == []
    context.close()


def test_the_fonts_arrive(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page

    loaded = page.evaluate(
        "[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)"
    )
    assert sorted({name.strip('"') for name in loaded}) == ["EB Garamond", "Inter"]
    page.context.close()


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(
    browser: Browser, public_sqlite: PublicSite
) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(focused.evaluate("e => (e.innerText || e.getAttribute('aria-label') || e.id).trim()"))
        outline = focused.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline == "solid", f"one cannot see that {reached[-1]} has the focus"

    assert reached[0] == "Skip to the text"
    assert reached[2] == "search"
    assert {"Start here", "Copy page", "Markdown"} <= set(reached)
    page.context.close()


def test_the_skip_link_skips(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_samples_are_tabs_that_the_keyboard_moves_through(
    browser: Browser, public_sqlite: PublicSite
) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page
    group = page.locator(".tabs").first
    group.get_by_role("tab", selected=True).focus()
    names = []
    for key in ("ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home", "ArrowRight"):
        page.keyboard.press(key)
        chosen = group.get_by_role("tab", selected=True)
        assert chosen.evaluate("tab => tab === document.activeElement")
        assert group.get_by_role("tabpanel", name=chosen.inner_text(), exact=True).is_visible()
        assert group.locator(".tab:visible").count() == 1
        names.append(chosen.inner_text())

    assert names == ["JavaScript", "curl", "Python", "curl", "Python", "JavaScript"]
    page.context.close()


def test_the_language_chosen_once_is_shown_everywhere_and_next_time(
    browser: Browser, public_sqlite: PublicSite
) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page
    assert page.locator(".tabs").count() > 1
    page.locator(".tabs").last.scroll_into_view_if_needed()
    before = page.locator(".tabs").last.get_by_role("tab", name="Ruby").bounding_box()

    page.locator(".tabs").last.get_by_role("tab", name="Ruby").click()

    after = page.locator(".tabs").last.get_by_role("tab", name="Ruby").bounding_box()
    assert before and after and abs(before["y"] - after["y"]) < 2, "the page has jumped under the pointer"
    for _ in range(2):
        for group in page.locator(".tabs").all():
            assert group.get_by_role("tab", selected=True).inner_text() == "Ruby"
        page.goto(public_sqlite.base_url + "/docs/gateway-api/certificates/revoke-certificate")
    page.context.close()


def test_without_scripts_every_sample_is_there_to_be_read(
    browser: Browser, public_sqlite: PublicSite
) -> None:
    page = read(browser, public_sqlite.base_url + "/docs", java_script_enabled=False).page
    page.goto(public_sqlite.base_url + CREATE)
    group = page.locator(".tabs").first

    assert group.locator(".tab:visible").count() == 9
    for language in ("Python", "C#", "curl"):
        assert group.get_by_text(language, exact=True).is_visible()
    assert page.get_by_role("button", name="Copy").count() == 0
    page.context.close()


def test_code_is_copied_as_it_stands(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(
        browser, public_sqlite.base_url + CREATE, permissions=["clipboard-read", "clipboard-write"]
    ).page
    block = page.locator(".code:visible").first
    block.hover()
    block.get_by_role("button", name="Copy").click()

    block.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == block.locator("code").inner_text().rstrip("\n")
    page.context.close()


WHERE_CODE_AND_BUTTONS_ARE = """
() => {
  const words = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return [...range.getClientRects()];
  };
  const covered = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return [...document.querySelectorAll(".code")].filter((block) => block.checkVisibility()).map((block) => {
    const button = block.querySelector(".copy");
    const pre = block.querySelector("pre");
    pre.scrollLeft = pre.scrollWidth;
    const title = [...block.querySelectorAll(".code-title")].filter((title) => title.checkVisibility());
    const box = button.getBoundingClientRect();
    const inside = block.getBoundingClientRect();
    return {
      shown: getComputedStyle(button).opacity === "1" && box.width > 0,
      inside: inside.left <= box.left && box.right <= inside.right && inside.top <= box.top,
      over_code: covered(box, pre.getBoundingClientRect()),
      over_title: title.flatMap(words).some((word) => covered(box, word)),
    };
  });
}
"""


@pytest.mark.parametrize(
    "size", [PHONE, DESK, {"width": 320, "height": 640}], ids=["phone", "desk", "narrow"]
)
@pytest.mark.parametrize("has_touch", [True, False], ids=["touch", "mouse"])
def test_no_copy_button_covers_what_it_copies(
    browser: Browser, public_sqlite: PublicSite, size: ViewportSize, has_touch: bool
) -> None:
    page = read(browser, public_sqlite.base_url + "/docs", viewport=size, has_touch=has_touch).page
    found: list[dict[str, bool]] = []
    for path in (
        "/docs/guides/write-a-template",
        "/docs/guides/write-a-client",
        "/docs/tutorial/first-certificate",
        CREATE,
    ):
        page.goto(public_sqlite.base_url + path)
        page.wait_for_load_state("networkidle")
        found += page.evaluate(WHERE_CODE_AND_BUTTONS_ARE)
        # The longest word of the button is what it says when copying failed.
        page.evaluate(
            "for (const one of document.querySelectorAll('.copy span')) one.textContent = 'Not copied'"
        )
        found += page.evaluate(WHERE_CODE_AND_BUTTONS_ARE)

    assert len(found) > 50
    right = {"shown": True, "inside": True, "over_code": False, "over_title": False}
    assert [one for one in found if one != right] == []
    page.context.close()


def test_the_page_is_copied_as_markdown(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(
        browser, public_sqlite.base_url + CREATE, permissions=["clipboard-read", "clipboard-write"]
    ).page
    page.get_by_role("button", name="Copy page").click()

    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == public_sqlite.http.get(f"{CREATE}.md").text
    page.context.close()


def test_where_the_browser_keeps_its_clipboard_to_itself_code_is_copied_all_the_same(
    browser: Browser, public_sqlite: PublicSite
) -> None:
    context = browser.new_context(viewport=DESK, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.add_init_script("window.kept = navigator.clipboard; delete Navigator.prototype.clipboard;")
    page.goto(public_sqlite.base_url + CREATE)
    block = page.locator(".code:visible").first
    block.hover()
    block.get_by_role("button", name="Copy").click()

    block.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("kept.readText()") == block.locator("code").inner_text().rstrip("\n")
    context.close()


def test_what_does_not_scroll_is_no_stop_for_the_keyboard(
    browser: Browser, public_sqlite: PublicSite
) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page

    boxes = page.locator(".code pre:visible, .table")
    for box in boxes.all():
        scrolls, index = box.evaluate(
            "b => [b.scrollWidth > b.clientWidth || b.scrollHeight > b.clientHeight, b.tabIndex]"
        )
        assert (index == 0) == scrolls
    page.context.close()


def test_the_search_is_driven_by_the_keyboard(browser: Browser, public_sqlite: PublicSite) -> None:
    seen = read(browser, public_sqlite.base_url + "/docs/explanation/proofs")
    page = seen.page
    page.evaluate("window.scrollTo(0, 600)")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search the handbook")
    assert box.evaluate("box => box === document.activeElement")
    page.keyboard.type("revoke")
    page.get_by_role("option").first.wait_for()

    assert page.evaluate("window.scrollY") == 600, "the page moves while somebody types"
    assert box.get_attribute("aria-expanded") == "true"
    assert seen.judge() == []
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == page.get_by_role("option").last.get_attribute("id")
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    active = page.get_by_role("option", selected=True)
    assert box.get_attribute("aria-activedescendant") == active.get_attribute("id")
    assert active.inner_text().startswith("Revoke a certificate")
    page.keyboard.press("Escape")
    assert not page.get_by_role("option").first.is_visible() and box.input_value() == "revoke"
    page.keyboard.press("ArrowDown")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Revoke a certificate", level=1).wait_for()
    page.context.close()


def test_enter_without_a_choice_goes_to_the_page_of_results(
    browser: Browser, public_sqlite: PublicSite
) -> None:
    page = read(browser, public_sqlite.base_url + "/docs").page
    page.keyboard.press("/")
    page.keyboard.type("revoke")
    page.keyboard.press("Enter")

    page.wait_for_url("**/docs/search?q=revoke")
    assert page.locator(".found li").count() > 3
    page.context.close()


def test_a_search_that_finds_nothing_says_so(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + "/docs").page
    page.keyboard.press("/")
    page.keyboard.type("zzyzx")

    page.get_by_text("Nothing was found for “zzyzx”.").wait_for()
    page.context.close()


def test_a_slash_in_a_field_is_a_slash(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + "/docs/search").page
    field = page.locator("#question")
    field.focus()
    page.keyboard.type("a/b")

    assert field.input_value() == "a/b"
    page.context.close()


def test_the_browser_finds_what_the_server_finds(browser: Browser, public_sqlite: PublicSite) -> None:
    shelf: Shelf = public_sqlite.app.state.handbook
    page = read(browser, public_sqlite.base_url + "/docs").page
    queries = [found.title for found in shelf.handbook.pages.values()]
    queries += [
        "e-mail",
        "revoking",
        "CERTIFLY_",
        "POST /api/v1/certificates",
        "Élève",
        "x",
        "",
        "rotate my keys",
    ]
    script = (
        page.locator("script[type=module]").first.evaluate("s => s.src").replace("handbook.js", "search.js")
    )
    found = page.evaluate(
        """async ([script, address, queries]) => {
            const { loadIndex, search } = await import(script);
            const index = await loadIndex(address);
            return queries.map(query => search(index, query, 50));
        }""",
        [script, "/docs/search-index.json", queries],
    )

    for query, places in zip(queries, found, strict=True):
        expected = [
            {
                "address": one.address,
                "title": one.title,
                "heading": one.heading,
                "section": one.section,
                "excerpt": one.excerpt,
            }
            for one in shelf.handbook.search.search(query, limit=50)
        ]
        assert places == expected, query
    page.context.close()


def test_without_scripts_the_search_is_a_form(browser: Browser, public_sqlite: PublicSite) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(public_sqlite.base_url + "/docs")
    page.locator("#search").fill("revoke")
    page.locator("#search").press("Enter")

    page.get_by_role("link", name="Revoke a certificate").first.wait_for()
    context.close()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_on_a_phone_the_contents_open_from_a_button(
    browser: Browser, public_sqlite: PublicSite, has_scripts: bool
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=has_scripts)
    page = context.new_page()
    page.goto(public_sqlite.base_url + CREATE)
    link = page.get_by_role("link", name="List certificates GET", exact=True)
    assert not link.is_visible()

    page.get_by_text("Contents", exact=True).click()
    link.click()

    page.get_by_role("heading", name="List certificates", level=1).wait_for()
    context.close()


def test_on_a_desk_the_contents_lie_open(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page

    assert page.get_by_role("link", name="List certificates GET", exact=True).is_visible()
    assert page.locator(".on-this-page").get_by_role("link", name="Errors").is_visible()
    assert not page.get_by_text("Contents", exact=True).is_visible()
    page.context.close()


def test_the_list_of_pages_shows_the_page_that_is_open(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + "/docs/explanation/glossary").page

    link = page.locator('.contents [aria-current="page"]').bounding_box()
    assert link and link["y"] + link["height"] <= DESK["height"]
    assert page.evaluate("window.scrollY") == 0
    page.context.close()


def test_the_heading_that_is_read_is_marked(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + CREATE + "#errors").page

    page.locator('.on-this-page [aria-current="location"]', has_text="Errors").wait_for()
    page.context.close()


def test_a_link_to_a_heading_shows_it_below_the_header(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + "/docs/reference/errors#template_archived").page

    place = page.locator("#template_archived").bounding_box()
    header = page.locator(".top").bounding_box()
    assert place and header and place["y"] >= header["y"] + header["height"]
    page.context.close()


def test_printed_it_is_the_text_alone(browser: Browser, public_sqlite: PublicSite) -> None:
    page = read(browser, public_sqlite.base_url + CREATE).page
    page.emulate_media(media="print")

    for hidden in (".top", ".contents", ".on-this-page", ".neighbours", ".tab-list"):
        assert not page.locator(hidden).first.is_visible()
    assert page.get_by_role("heading", name="Create Certificate").is_visible()
    assert page.locator(".tab:visible > .code-title").first.is_visible()
    page.context.close()


def test_a_call_is_tried_from_the_page(browser: Browser, public_sqlite: PublicSite) -> None:
    seen = read(browser, public_sqlite.base_url + "/docs/try")
    page = seen.page
    page.locator(".btn.authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(public_sqlite.token)
    page.locator(".modal-ux .auth-btn-wrapper .authorize").click()
    page.locator(".modal-ux .btn-done").click()
    page.locator("#operations-tag-me").get_by_role("button").first.click()
    page.locator("#operations-me-get-me .opblock-summary-control").click()
    page.locator("#operations-me-get-me .execute").click()

    answer = page.locator("#operations-me-get-me .live-responses-table")
    answer.wait_for()
    assert "lovelace" in answer.inner_text()
    assert seen.complaints == []
    assert seen.violations() == []
    assert [url for url in seen.requests if not url.startswith((public_sqlite.base_url + "/", "data:"))] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.context.close()


def test_a_call_is_tried_without_what_may_be_left_out(browser: Browser, public_sqlite: PublicSite) -> None:
    """With the key of the example filled in, a second try would answer with the first certificate, or a 422."""
    seen = read(browser, public_sqlite.base_url + "/docs/try")
    page = seen.page
    page.locator("#operations-tag-certificates").get_by_role("button").first.click()
    page.locator("#operations-certificates-create-certificate .opblock-summary-control").click()

    key = page.locator(
        '#operations-certificates-create-certificate tr[data-param-name="Idempotency-Key"] input'
    )
    key.wait_for()
    assert key.input_value() == ""
    assert (
        "Ada Lovelace" in page.locator("#operations-certificates-create-certificate textarea").input_value()
    )
    page.context.close()


@pytest.fixture(scope="module")
def static_site(public_sqlite: PublicSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the exported handbook on a plain web server."""
    folder: Path = tmp_path_factory.mktemp("exported")
    shelf: Shelf = public_sqlite.app.state.handbook
    export(shelf.handbook, folder)
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """A plain web server that says nothing."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def test_the_exported_site_searches_and_shows_without_us(browser: Browser, static_site: str) -> None:
    seen = read(browser, f"{static_site}{CREATE}")
    page = seen.page
    assert page.locator(".tabs").first.get_by_role("tab", name="Go").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("template_archived")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/search/?q=template_archived")
    page.get_by_role("link", name="template_archived").first.click()
    page.wait_for_url("**/docs/reference/errors/#template_archived")
    page.goto(f"{static_site}/docs/search/?q=zzyzx")
    page.get_by_text("Nothing was found for “zzyzx”").wait_for()
    page.goto(f"{static_site}/docs/try/")
    page.locator("#operations-tag-certificates").wait_for()

    assert seen.complaints == []
    assert seen.violations() == []
    assert [url for url in seen.requests if not url.startswith((static_site + "/", "data:"))] == []
    page.context.close()
