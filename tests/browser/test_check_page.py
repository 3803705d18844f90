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
from playwright.sync_api import Browser, Page, Request, sync_playwright

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

    assert seen.page.evaluate("document.querySelector('img').naturalWidth") == 1754
    assert seen.page.evaluate("document.fonts.check('19px \"EB Garamond\"')")
    assert seen.page.evaluate("[...document.fonts].some(font => font.status === 'loaded')")
    seen.page.context.close()


def test_the_keyboard_reaches_everything_in_the_order_one_reads(
    browser: Browser, public_sqlite: PublicSite, addresses: dict[str, str]
) -> None:
    page = visit(browser, public_sqlite, addresses["rendered"]).page
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append((focused.inner_text() or str(focused.locator("img").get_attribute("alt"))).strip())
        outline = focused.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline == "solid", f"one cannot see that {reached[-1]} has the focus"

    assert reached == [
        "Skip to the certificate",
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
    assert page.get_by_text("The picture and the PDF are being made.").is_visible()

    public_sqlite.produce(code)

    page.get_by_role("img", name="The certificate as issued").wait_for(timeout=15_000)
    assert page.get_by_role("link", name="Download PDF").is_visible()
    context.close()


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
