"""Ada's certificate as the check page gets it, and a reader for the pages that come out."""

from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser

from certifly.public.check_page import Addresses, CheckPage, ShownLabel

CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
MONDAY = date(2026, 11, 23)
VOID = {"meta", "link", "img", "input", "br", "ellipse", "circle", "path"}

ADAS = CheckPage(
    code=CODE,
    state="rendered",
    title="Certificate of completion for Ada Lovelace",
    recipient="Ada Lovelace",
    issuer="Lovelace Academy",
    issued_on=MONDAY,
    labels=(
        ShownLabel("Student Name", "Ada Lovelace", "Ada Lovelace"),
        ShownLabel("Points", "87.50", "87.50"),
        ShownLabel("Date", "November 23, 2026", "2026-11-23"),
    ),
    language="en",
    picture_width=1754,
    picture_height=1240,
    addresses=Addresses(
        f"https://certificates.example/check/{CODE}",
        f"https://certificates.example/download/{CODE}.pdf",
        f"https://certificates.example/download/{CODE}.png",
    ),
)


@dataclass
class Element:
    """A start tag and the text up to its end tag."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class ReadPage(HTMLParser):
    """The elements of a page in order; a page that is not well nested cannot be read."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.feed(self.html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), f"an attribute of {tag} stands twice"
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of this kind that has these attributes (``property_`` for ``property``)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.elements if e.tag == tag and wanted.items() <= e.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        (element,) = self.all(tag, **attributes)
        return element

    def content(self, name: str) -> str | None:
        """The content of a ``meta`` element by its name or property."""
        found = self.all("meta", name=name) + self.all("meta", property=name)
        assert len(found) <= 1
        return found[0].attributes["content"] if found else None

    def content_of_refresh(self) -> str | None:
        """When and where the page goes by itself, if it does."""
        found = self.all("meta", http_equiv="refresh")
        return found[0].attributes["content"] if found else None


def words_of(text: str) -> str:
    """The text with its blanks made single, as a reader sees it."""
    return " ".join(text.split())
