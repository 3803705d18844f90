"""Angle brackets, ampersands and lines in the data of a certificate, in everything that shows it."""

import html
import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlsplit

import pypdfium2
import pytest

from certifly.certificates.mail_facts import read_facts
from certifly.delivery.email.compose import compose
from tests.cast import ADA, MONDAY, template_document, text_element
from tests.public_site import PublicSite

NAME = 'Brian <B1> O\'Conner & "Sons"'
COURSE = "List<String>, the <video> element, 1 < 2 > 0, &lt;b&gt; <ada@example.org>"
SENT_COURSE = html.escape(COURSE)
LINES = ["- Modul <A>", "- R&D; Testing", "- Ende"]


@pytest.fixture
def code(public_site: PublicSite) -> str:
    """A certificate of such data, with its files."""
    labels = [
        {"name": "Student Name", "type": "text", "required": True},
        {"name": "Course", "type": "text"},
        {"name": "Modules", "type": "text", "multiline": True},
    ]
    elements = [
        text_element("{Student Name}"),
        text_element("{Course}", y=95, size=14, size_min=8, height=14),
        text_element("{Modules}", y=115, size=12, size_min=8, lines_max=5, height=40, align="left"),
    ]
    layout = {"page": {"width": 297, "height": 210}, "elements": elements}
    achievement = {"name": "Generics with List<T>"}
    template_id = public_site.publish(
        labels=labels, layout=layout, title="{Student Name}: {Course}", achievement=achievement
    )
    return public_site.issue(
        template_id, {"Student Name": NAME, "Course": SENT_COURSE, "Modules": "\r\n".join(LINES)}
    )


class Page(HTMLParser):
    """The tags and the text of a page, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.metas: dict[str, str] = {}
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.links.append(given.get("href") or "")
        if tag == "meta":
            self.metas[given.get("property") or given.get("name") or ""] = given.get("content") or ""

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_check_page_shows_them_as_text(public_site: PublicSite, code: str) -> None:
    page = Page(public_site.http.get(f"/check/{code}").text)

    assert not page.tags & {"b1", "string", "video", "a1", "ada@example.org"}
    assert NAME in page.text
    assert COURSE in page.text
    assert "\n".join(LINES) in page.text
    assert page.metas["og:title"] == f"{NAME}: {COURSE}"
    [profile] = [link for link in page.links if link.startswith("https://www.linkedin.com/")]
    assert parse_qs(urlsplit(profile).query)["name"] == ["Generics with List<T>"]


def test_programs_get_the_values_themselves(public_site: PublicSite, code: str) -> None:
    labels = public_site.http.get(f"/check/{code}.json").json()["data"]["data"]["labels"]

    assert labels == {"Student Name": NAME, "Course": COURSE, "Modules": "\n".join(LINES)}


def test_the_pdf_prints_them_and_has_them_in_its_title(public_site: PublicSite, code: str) -> None:
    content = public_site.http.get(f"/download/{code}.pdf").content

    with pypdfium2.PdfDocument(content) as document:
        text = document[0].get_textpage().get_text_bounded()
        title = document.get_metadata_value("Title")
    assert [line for line in text.splitlines() if line] == [NAME, COURSE, *LINES]
    assert title == f"{NAME}: {COURSE}"


def test_the_credential_and_the_picture_around_it_hold_them(public_site: PublicSite, code: str) -> None:
    credential = public_site.http.get(f"/download/{code}.json").json()
    drawing = ET.fromstring(public_site.http.get(f"/download/{code}.svg").content)

    assert credential["name"] == f"{NAME}: {COURSE}"
    assert f'"{"identityHash"}": {json.dumps(NAME)}' in json.dumps(credential)
    assert "- Modul \\<A>  \n- R\\&D; Testing" in credential["credentialSubject"]["narrative"]
    baked = next(element for element in drawing.iter() if element.tag.endswith("}credential"))
    assert json.loads(baked.text or "")["name"] == credential["name"]


def test_the_file_name_has_none_of_what_file_systems_refuse(public_site: PublicSite, code: str) -> None:
    header = public_site.http.get(f"/download/{code}.pdf").headers["Content-Disposition"]

    assert unquote(header) == 'attachment; filename="Certificate - Brian B1 O\'Conner & Sons.pdf"'


def test_the_e_mail_shows_them_as_text(public_site: PublicSite, code: str) -> None:
    place = public_site.place_of(code)
    facts = public_site.parts.database.read(
        place.tenant_id, lambda db: read_facts(db, place.certificate_id)
    ).result()
    assert facts is not None
    message = compose(
        facts,
        email_id=code,
        message_id=f"<{code}@example.org>",
        recipient="ada@example.org",
        sender="certificates@example.org",
        pdf=b"%PDF-",
        now=MONDAY,
    )
    plain, rich = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and rich is not None

    assert message["To"].addresses[0].display_name == NAME
    assert f"{NAME}: {COURSE}" in plain.get_content()
    page = Page(rich.get_content())
    assert not page.tags & {"b1", "string", "video"}
    assert f"{NAME}: {COURSE}" in page.text


def test_a_name_on_two_lines_is_not_a_name(public_site: PublicSite) -> None:
    labels = [{"name": "Student Name", "type": "text", "multiline": True}]
    answer = public_site.http.post(
        "/api/v1/templates",
        json=template_document(labels=labels, recipient={"name": "Student Name"}, title=ADA),
        headers={"Authorization": f"Bearer {public_site.token}"},
    )

    assert answer.status_code == 422
    assert "recipient.name" in answer.json()["errors"]
