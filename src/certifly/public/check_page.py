"""The facts that a check page shows, and nothing else.

Whoever fills a ``CheckPage`` decides what becomes public; the page and its JSON can only show what is
here. There is no place for extra fields, on purpose.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from certifly.certificates.standing import Standing
from certifly.core.clock import isoformat
from certifly.public.report_json import checks_as_json
from certifly.public.sharing import linkedin_address
from certifly.public.verdict import Kind, kind_of
from certifly.rendering.formats import PreviewName
from certifly.templates.validity import last_valid_day
from certifly.verification.report import Report, Sibling

State = Literal["recorded", "rendered", "failed", "erased"]


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """One label that has a value: as it is printed, and as it was given."""

    name: str
    printed: str
    value: str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Absolute addresses, as printed and shared: ``https://…/check/<code>``."""

    check: str
    pdf: str
    png: str
    svg: str
    json: str
    jwt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """One certificate as everyone may see it."""

    code: str
    state: State
    """What became of its files."""
    standing: Standing
    report: Report
    title: str | None
    """None, like all that tells of the person, when that person was erased."""
    achievement: str | None
    recipient: str | None
    issuer: str
    issued_on: date
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    reason: str | None = None
    """Why it was revoked or suspended, in the issuer's words."""
    labels: tuple[ShownLabel, ...]
    """In the template's order."""
    language: str
    """The template's language: that of the title and the labels, and the page's own where it speaks it."""
    timezone: str
    """Where the issuer is: days are told as they were there."""
    picture_width: int
    picture_height: int
    """Size of the PNG in pixels, so that nothing moves when it arrives."""
    previews: Mapping[PreviewName, str]
    """The addresses of small pictures for screens; none before there is a PDF."""
    is_preview_made: bool
    """Whether one was asked for before, so that it comes without having to be drawn."""
    addresses: Addresses

    @property
    def expires_on(self) -> date | None:
        """The last day on which it is valid, in the template's time zone."""
        return last_valid_day(self.expires_at, self.timezone) if self.expires_at else None

    @property
    def kind(self) -> Kind:
        """What the page says first."""
        return kind_of(self.report)

    @property
    def replaced_by(self) -> Sibling | None:
        """The certificate that replaced it."""
        return self.report.certificate.successor if self.report.certificate else None

    @property
    def replaces(self) -> Sibling | None:
        """The certificate in whose place this one came."""
        return self.report.certificate.replaces if self.report.certificate else None

    @property
    def linkedin(self) -> str | None:
        """Where its holder can add it to a profile; None for one that does not hold."""
        if self.kind != "genuine" or self.achievement is None:
            return None
        return linkedin_address(
            name=self.achievement,
            issuer=self.issuer,
            issued_on=self.issued_on,
            expires_on=self.expires_on,
            address=self.addresses.check,
            code=self.code,
        )


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

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``: that of the first letter that has one, whichever way the page around it reads."""
        kinds = map(unicodedata.bidirectional, f"{self.before} {self.name} {self.after}")
        return "rtl" if next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L" else "ltr"


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
        "status": page.standing,
        "verdict": page.report.verdict,
        "recipient": page.recipient,
        "title": page.title,
        "issuer": {"name": page.issuer},
        "issued_on": page.issued_on.isoformat(),
        "expires_at": isoformat(page.expires_at) if page.expires_at else None,
        "revoked_at": isoformat(page.revoked_at) if page.revoked_at else None,
        "reason": page.reason,
        "replaces": page.replaces.address if page.replaces else None,
        "replaced_by": page.replaced_by.address if page.replaced_by else None,
        "language": page.language,
        "labels": {label.name: label.value for label in page.labels},
        "checks": checks_as_json(page.report),
        "share": {"linkedin": page.linkedin},
        "routes": {
            "check": page.addresses.check,
            "download_pdf": page.addresses.pdf,
            "download_png": page.addresses.png,
            "download_svg": page.addresses.svg,
            "download_json": page.addresses.json,
            "download_jwt": page.addresses.jwt,
        },
    }
