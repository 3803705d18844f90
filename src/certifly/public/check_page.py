"""The facts that a check page shows, and nothing else.

Whoever fills a ``CheckPage`` decides what becomes public; the page and its JSON can only show what is
here. There is no place for extra fields, on purpose.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["recorded", "rendered", "failed"]


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """One label that has a value: as it is printed, and as it was given."""

    name: str
    printed: str
    value: str | int | float


@dataclass(frozen=True, slots=True)
class Addresses:
    """Absolute addresses, as printed and shared: ``https://…/check/<code>``."""

    check: str
    pdf: str
    png: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """One certificate as everyone may see it."""

    code: str
    state: State
    title: str
    recipient: str | None
    issuer: str
    issued_on: date
    labels: tuple[ShownLabel, ...]
    """In the template's order."""
    language: str
    """The template's language: that of the title and the labels, and the page's own where it speaks it."""
    picture_width: int
    picture_height: int
    """Size of the PNG in pixels, so that nothing moves when it arrives."""
    addresses: Addresses


@dataclass(frozen=True, slots=True)
class Headline:
    """A title cut around the recipient's name, so that the name can be set larger.

    ``stands_alone`` says that the name may have a line of its own: true for "Certificate for Ada
    Lovelace", false for "Ada Lovelace's certificate", which must not be torn.
    """

    before: str
    name: str
    after: str
    stands_alone: bool


def headline(title: str, recipient: str | None) -> Headline:
    """Find the recipient's name in the title; without one, the whole title is the name of the page."""
    if not recipient:
        return Headline("", title, "", stands_alone=True)
    before, found, after = title.partition(recipient)
    if not found:
        return Headline("", recipient, "", stands_alone=True)

    if (before and not before[-1].isspace()) or (after and not after[0].isspace()):
        return Headline(before, recipient, after, stands_alone=False)
    return Headline(before.strip(), recipient, after.strip(), stands_alone=True)


def as_json(page: CheckPage) -> dict[str, object]:
    """The same facts for programs: the inner part of a ``checks`` resource."""
    return {
        "code": page.code,
        "state": page.state,
        "is_rendered": page.state == "rendered",
        "recipient": page.recipient,
        "title": page.title,
        "issuer": {"name": page.issuer},
        "issued_on": page.issued_on.isoformat(),
        "language": page.language,
        "labels": {label.name: label.value for label in page.labels},
        "routes": {
            "check": page.addresses.check,
            "download_pdf": page.addresses.pdf,
            "download_png": page.addresses.png,
        },
    }
