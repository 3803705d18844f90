"""The public pages as people meet them: in a browser, on a phone, by keyboard, in the dark, in every direction."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

from certifly.public.page_html import LOOK_AGAIN_SECONDS
from tests.cast import text_element
from tests.public_site import PublicSite

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
FLAGS += ["--disable-component-update", "--disable-sync"]

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PAGE_BYTES_MAX = 170_000
"""Everything that a visit loads. The starter's page took 925 kB with the PNG, 114 kB with a preview."""
LONG_NAME = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Featherstonehaugh de la Cruz"
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => violations.push(event.violatedDirective));
"""


@dataclass
class Visit:
    """An open page, and what was seen while it opened."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """What the content security policy refused."""
        found: list[str] = self.page.evaluate("window.violations")
        return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. It ends with this file: while it runs, no other event loop can start in this thread."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def template(public_sqlite: PublicSite) -> int:
    """A template in English."""
    return public_sqlite.publish(suspendable=True)


@pytest.fixture(scope="module")
def addresses(public_sqlite: PublicSite, template: int) -> dict[str, str]:
    """A page of each kind."""
    site = public_sqlite
    failed = site.issue(template, is_produced=False)
    site.fail(failed)
    arabic = site.publish(language="ar", title="شهادة إتمام {Student Name}")
    portrait = {
        "page": {"width": 210, "height": 297},
        "elements": [text_element("{Student Name}", width=170)],
    }
    become = {}
    for event, body in (
        ("revocation", {"reason": "Issued in error"}),
        ("suspension", {"reason": "Under review"}),
        ("replacement", {"data": {"Student Name": "Ada King"}, "reason": "Married"}),
        ("erasure", {}),
    ):
        code = site.issue(template)
        headers = {"Authorization": f"Bearer {site.token}"}
        answer = site.http.post(f"/api/v1/certificates/{code}/{event}", json=body, headers=headers)
        assert answer.is_success, answer.text
        become[event] = f"/check/{code}"
    return {
        **become,
        "rendered": f"/check/{site.issue(template, {'Date': '2026-11-23'})}",
        "long": f"/check/{site.issue(template, {'Student Name': LONG_NAME, 'Course': 'Engines ' * 12})}",
        "arabic": f"/check/{site.issue(arabic, {'Student Name': 'آدا لوفلايس', 'Course': 'Analytical Engine 2.0'})}",
        "portrait": f"/check/{site.issue(site.publish(layout=portrait))}",
        # After the last look: a page that reloads while it is judged cannot be judged.
        "recorded": f"/check/{site.issue(template, is_produced=False)}?looks=8",
        "failed": f"/check/{failed}",
        "missing": "/check/0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55",
        "landing": "/",
        "unknown address": "/nothing",
    }


def version_in(seen: Visit) -> str:
    """The version of the picture that the page names."""
    address: str = seen.page.evaluate("document.querySelector('source').srcset.split(' ')[0]")
    return address.partition("?v=")[2]


def visit(browser: Browser, site: PublicSite, path: str, **context: Any) -> Visit:
    """Open a page in a browser that has never been here."""
    fresh = browser.new_context(**{"viewport": DESK, "base_url": site.base_url, **context})
    page = fresh.new_page()
    page.set_default_timeout(15_000)
    seen = Visit(page)

    def note(request: Request) -> None:
        seen.requests.append(request.url)

    page.on("request", note)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            seen.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    fresh.add_init_script(WATCH)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return seen


@contextmanager
def elsewhere(html: str) -> Iterator[str]:
    """The address of somebody else's page, which takes only what may be taken across origins."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "kind",
    [
        "rendered",
        "long",
        "arabic",
        "portrait",
        "recorded",
        "failed",
        "missing",
        "landing",
        "unknown address",
        "revocation",
        "suspension",
        "replacement",
        "erasure",
    ],
)
def test_every_page_is_quiet_accessible_and_ours(
    browser: Browser,
    public_sqlite: PublicSite,
    addresses: dict[str, str],
    kind: str,
    scheme: str,
    size: dict[str, int],
) -> None:
    seen = visit(browser, public_sqlite, addresses[kind], viewport=size, color_scheme=scheme)

    # The browser itself notes that the page of an unknown code, or address, is a 404; that is what it is.
    is_unknown = kind in ("missing", "unknown address")
    complaints = [text for text in seen.complaints if not is_unknown or "404" not in text]
    assert complaints == []
    assert seen.violations() == []
    assert [url for url in seen.requests if not url.startswith(public_sqlite.base_url + "/")] == []
    assert seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert seen.page.context.cookies() == []
    judged = Axe().run(seen.page).response
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in judged["violations"]] == []
    assert [found["id"] for found in judged["incomplete"]] == [], "axe could not decide"
    seen.page.context.close()


def test_the_picture_and_the_fonts_arrive(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    seen = visit(browser, public_sqlite, addresses["rendered"])

    assert seen.page.evaluate("document.querySelector('img').currentSrc").endswith(
        ".webp?v=" + version_in(seen)
    )
    assert seen.page.evaluate("document.fonts.check('19px \"EB Garamond\"')")
    assert seen.page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")
    seen.page.context.close()


@pytest.mark.parametrize(
    ("size", "density", "width"), [(DESK, 1, 600), (DESK, 2, 1200), (PHONE, 1, 600), (PHONE, 3, 1200)]
)
def test_a_screen_loads_the_picture_that_suits_it_and_little_else(
    browser: Browser,
    public_sqlite: PublicSite,
    addresses: dict[str, str],
    size: dict[str, int],
    density: int,
    width: int,
) -> None:
    seen = visit(browser, public_sqlite, addresses["rendered"], viewport=size, device_scale_factor=density)
    pictures = [url for url in seen.requests if "/download/" in url]

    assert len(pictures) == 1
    assert f"/preview-{width}.webp?v=" in pictures[0]
    loaded = [public_sqlite.http.get(url).content for url in seen.requests]
    assert sum(len(content) for content in loaded) < PAGE_BYTES_MAX
    seen.page.context.close()


def test_words_are_seen_where_the_picture_will_be_until_it_is_there(
    browser: Browser, public_sqlite: PublicSite, template: int
) -> None:
    code = public_sqlite.issue(template)
    context = browser.new_context(base_url=public_sqlite.base_url)
    page = context.new_page()
    held: list[Route] = []
    page.route("**/preview-*", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks the function
    page.goto(f"/check/{code}", wait_until="domcontentloaded")
    words = page.get_by_text("The picture is being made. It appears here within a few seconds.")
    words.wait_for()
    frame, box = page.locator("figure.picture").bounding_box(), words.bounding_box()
    assert frame is not None and box is not None
    assert frame["x"] < box["x"] and frame["y"] < box["y"] and box["y"] < frame["y"] + frame["height"]

    held[0].continue_()

    words.wait_for(state="hidden")
    after = page.locator("figure.picture").bounding_box()
    assert after is not None
    assert round(after["height"]) == round(frame["height"]) and after["y"] == frame["y"], "nothing moved"
    context.close()


def test_a_picture_that_does_not_load_is_asked_for_again(
    browser: Browser, public_sqlite: PublicSite, template: int
) -> None:
    code = public_sqlite.issue(template)
    context = browser.new_context(base_url=public_sqlite.base_url)
    page = context.new_page()
    refused: list[Route] = []

    def refuse_once(route: Route) -> None:
        refused.append(route)
        if len(refused) == 1:
            route.fulfill(status=503, headers={"Retry-After": "2"})
        else:
            route.continue_()

    page.route("**/preview-*", refuse_once)
    page.goto(f"/check/{code}")
    words = page.get_by_text("The picture is being made.")
    assert words.is_visible() and not page.locator("figure img").is_visible()

    words.wait_for(state="hidden")

    assert page.locator("figure img").is_visible() and len(refused) == 2
    assert page.evaluate("document.querySelector('img').naturalWidth") > 0
    context.close()


def test_a_picture_that_never_loads_is_asked_for_a_few_times_and_then_by_the_reader(
    browser: Browser, public_sqlite: PublicSite, template: int
) -> None:
    code = public_sqlite.issue(template)
    context = browser.new_context(base_url=public_sqlite.base_url)
    page = context.new_page()
    refused: list[Route] = []

    def refuse(route: Route) -> None:
        refused.append(route)
        route.fulfill(status=503)

    page.route("**/preview-*", refuse)
    page.clock.install()
    page.goto(f"/check/{code}")
    for _ in range(len(LOOK_AGAIN_SECONDS)):
        page.wait_for_timeout(100)
        page.clock.fast_forward(60_000)
    page.get_by_role("link", name="Look again").wait_for()
    page.clock.fast_forward(600_000)

    assert page.get_by_text("The picture is not ready yet.").is_visible()
    assert not page.get_by_text("The picture is being made.").is_visible()
    assert len(refused) == 1 + len(LOOK_AGAIN_SECONDS)
    context.close()


def test_the_keyboard_reaches_everything_in_the_order_one_reads(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    page = visit(browser, public_sqlite, addresses["rendered"]).page
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(
            (focused.inner_text().strip() or str(focused.locator("img").get_attribute("alt"))).strip()
        )
        outline = focused.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline == "solid", f"one cannot see that {reached[-1]} has the focus"

    assert reached == [
        "Skip to the certificate",
        "English",
        "All 7 checks passed",
        "The certificate as issued: Certificate of completion for Ada Lovelace",
        "Download PDF",
        "Download picture",
        "Credential (JSON)",
        "Credential (JWT)",
        "Picture (SVG)",
        "Add to LinkedIn profile",
        "JSON",
    ]
    page.context.close()


def test_the_skip_link_skips(browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]) -> None:
    page = visit(browser, public_sqlite, addresses["rendered"]).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_the_pdf_is_saved_under_a_readable_name(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    page = visit(browser, public_sqlite, addresses["rendered"]).page
    names = []
    for button in ("Download PDF", "Download picture"):
        with page.expect_download() as download:
            page.get_by_role("link", name=button).click()
        names.append(download.value.suggested_filename)

    assert names == ["Certificate - Ada Lovelace.pdf", "Certificate - Ada Lovelace.png"]
    page.context.close()


def test_without_a_script_the_picture_appears_once_it_is_made(
    browser: Browser, public_sqlite: PublicSite, template: int
) -> None:
    code = public_sqlite.issue(template, is_produced=False)
    context = browser.new_context(base_url=public_sqlite.base_url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/check/{code}")
    assert page.get_by_text("The picture is being made.").is_visible()

    public_sqlite.produce(code)

    page.get_by_role("img", name="The certificate as issued").wait_for(timeout=15_000)
    assert page.get_by_role("link", name="Download PDF").is_visible()
    context.close()


def test_the_page_brings_the_picture_without_reloading_once_it_is_made(
    browser: Browser, public_sqlite: PublicSite, template: int
) -> None:
    code = public_sqlite.issue(template, is_produced=False)
    seen = visit(browser, public_sqlite, f"/check/{code}")
    page = seen.page
    page.evaluate("window.isThisPage = true")
    assert page.get_by_text("The picture is being made.").is_visible()
    assert page.get_by_text("This certificate is on record.").is_visible()

    public_sqlite.produce(code)

    page.get_by_role("img", name="The certificate as issued").wait_for()
    assert page.get_by_text("This certificate is genuine.").is_visible()
    assert page.get_by_role("link", name="Download PDF").is_visible()
    assert page.evaluate("window.isThisPage"), "it was not reloaded"
    assert page.locator("#announcement").inner_text().startswith("The certificate as issued")
    page.wait_for_function("document.querySelector('figure img').naturalWidth > 0")
    assert seen.complaints == [] and seen.violations() == []
    page.context.close()


@pytest.mark.parametrize("is_scripted", [True, False])
def test_the_menu_changes_the_language_and_keeps_it(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str], is_scripted: bool
) -> None:
    context = browser.new_context(
        base_url=public_sqlite.base_url, java_script_enabled=is_scripted, locale="en-GB"
    )
    page = context.new_page()
    page.goto(addresses["replacement"])
    page.locator("nav summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("Dieses Zertifikat wurde berichtigt.").wait_for()
    assert page.get_by_role("heading", name="Certificate of completion for Ada Lovelace").is_visible()
    page.locator(".onward a").click()
    page.get_by_text("Sprache").or_(page.get_by_text("Deutsch")).first.wait_for()
    assert page.url.endswith("?lang=de")
    assert page.locator("html").get_attribute("lang") == "de"
    context.close()


@pytest.mark.parametrize("language", ["ar", "he"])
def test_a_page_from_right_to_left_shows_a_title_from_left_to_right(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str], language: str
) -> None:
    seen = visit(browser, public_sqlite, addresses["rendered"], locale=language)
    heading, opening = (seen.page.locator(name).bounding_box() for name in ("h1 .name bdi", ".opening"))

    assert heading is not None and opening is not None
    assert abs(heading["x"] + heading["width"] - opening["x"] - opening["width"]) < 2, (
        "it begins at the right"
    )
    assert seen.page.locator("h1").get_attribute("dir") == "ltr"
    seen.page.context.close()


def test_the_values_of_the_certificate_and_of_the_register_begin_in_one_line(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    page = visit(browser, public_sqlite, addresses["rendered"]).page
    of_certificate, of_register = (
        page.locator(f"{section} dd").first.bounding_box() for section in (".printed", ".record")
    )

    assert of_certificate is not None and of_register is not None
    assert of_certificate["x"] == of_register["x"]
    page.context.close()


def test_checks_are_unfolded_by_the_keyboard_and_on_paper(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    page = visit(browser, public_sqlite, addresses["rendered"]).page
    sentence = page.get_by_text("It has not been revoked.")
    assert not sentence.is_visible()

    page.emulate_media(media="print")
    assert sentence.bounding_box() is not None
    height_on_paper = page.locator(".checked ul").evaluate("list => list.getBoundingClientRect().height")
    assert height_on_paper > 100
    page.emulate_media(media="screen")
    assert not sentence.is_visible()

    page.locator(".checked summary").focus()
    page.keyboard.press("Space")
    assert sentence.is_visible()
    page.context.close()


def test_a_code_can_be_typed_in(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    page = visit(browser, public_sqlite, "/").page
    page.get_by_label("Certificate code").fill(addresses["rendered"].rpartition("/")[2].upper())
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Certificate of completion for Ada Lovelace").wait_for()
    assert page.url == public_sqlite.base_url + addresses["rendered"]
    page.context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("added", [b"", b"\n% more\n"], ids=["as issued", "altered"])
def test_the_report_on_a_file_is_quiet_accessible_and_ours(
    browser: Browser,
    public_sqlite: PublicSite,
    addresses: dict[str, str],
    added: bytes,
    language: str,
    scheme: str,
    size: dict[str, int],
) -> None:
    code = addresses["rendered"].rpartition("/")[2]
    pdf = public_sqlite.http.get(f"/download/{code}.pdf").content + added
    context = {"viewport": size, "color_scheme": scheme, "locale": language}
    seen = visit(browser, public_sqlite, "/", **context)
    seen.page.locator("input[type=file]").set_input_files(
        {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": pdf}
    )
    seen.page.locator("form[method=post] button").click()
    seen.page.wait_for_load_state("networkidle")

    kind = seen.page.locator("main").get_attribute("data-kind")
    assert kind == ("refused" if added else "genuine")
    assert seen.complaints == []
    assert seen.violations() == []
    assert seen.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    judged = Axe().run(seen.page).response
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in judged["violations"]] == []
    assert [found["id"] for found in judged["incomplete"]] == [], "axe could not decide"
    seen.page.context.close()


def test_printed_it_names_its_address_instead_of_offering_buttons(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    page = visit(browser, public_sqlite, addresses["rendered"]).page
    address = page.get_by_text(public_sqlite.base_url + addresses["rendered"], exact=True)
    assert not address.is_visible()

    page.emulate_media(media="print")

    assert address.is_visible()
    assert not page.get_by_role("link", name="Download PDF").is_visible()
    page.context.close()


def test_a_page_of_somebody_else_may_show_the_picture_but_not_frame_the_page(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    code = addresses["rendered"].rpartition("/")[2]
    html = f'<img src="{public_sqlite.base_url}/download/{code}.png">'
    html += f'<iframe src="{public_sqlite.base_url}/check/{code}"></iframe>'
    context = browser.new_context()
    page = context.new_page()
    with elsewhere(html) as address:
        page.goto(address)
        page.wait_for_load_state("networkidle")

    assert page.evaluate("document.querySelector('img').naturalWidth") == 1754
    assert all("genuine" not in frame.content() for frame in page.frames)
    context.close()
