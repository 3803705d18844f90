"""Ada's certificate as the check page gets it, and a reader for the pages that come out."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from certifly.public.check_page import Addresses, CheckPage, ShownLabel
from certifly.rendering.formats import PREVIEWS
from certifly.verification.report import (
    Check,
    CheckedFile,
    CheckFacts,
    CheckName,
    Claims,
    FileKind,
    KnownCertificate,
    Note,
    Outcome,
    Reason,
    Report,
    Scope,
    Sibling,
    Trusted,
    report_of,
)
from tests.cast import MONDAY, TUESDAY

CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
OTHER_CODE = "1b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
SITE = "https://certificates.example"
VOID = {"meta", "link", "img", "input", "br", "ellipse", "circle", "path", "source"}

ADAS_CERTIFICATE = KnownCertificate(
    code=CODE,
    address=f"{SITE}/check/{CODE}",
    issuer="Lovelace Academy",
    issued_at=MONDAY,
    is_erased=False,
)
SUCCESSOR = Sibling(OTHER_CODE, f"{SITE}/check/{OTHER_CODE}", TUESDAY)

PASSED = {
    CheckName.ISSUER: Check(
        CheckName.ISSUER,
        Outcome.PASSED,
        Reason.ISSUED_HERE,
        CheckFacts(issuer="Lovelace Academy", since=MONDAY),
    ),
    CheckName.SIGNATURE: Check(
        CheckName.SIGNATURE, Outcome.PASSED, Reason.SIGNED, CheckFacts(key="proof-1", since=MONDAY)
    ),
    CheckName.UNALTERED: Check(CheckName.UNALTERED, Outcome.PASSED, Reason.RECORD_INTACT),
    CheckName.NOT_REVOKED: Check(CheckName.NOT_REVOKED, Outcome.PASSED, Reason.NOT_REVOKED),
    CheckName.NOT_SUSPENDED: Check(CheckName.NOT_SUSPENDED, Outcome.PASSED, Reason.NOT_SUSPENDED),
    CheckName.NOT_EXPIRED: Check(CheckName.NOT_EXPIRED, Outcome.PASSED, Reason.NEVER_EXPIRES),
    CheckName.NOT_CORRECTED: Check(CheckName.NOT_CORRECTED, Outcome.PASSED, Reason.NOT_CORRECTED),
}
ADAS_FILE = CheckedFile(FileKind.PDF, 80_002, "sha256:" + "5a" * 32)


def failed(name: CheckName, code: Reason, /, **facts: object) -> Check:
    return Check(name, Outcome.FAILED, code, CheckFacts(**facts))  # type: ignore[arg-type]


def unknown(name: CheckName, code: Reason, /, **facts: object) -> Check:
    return Check(name, Outcome.UNKNOWN, code, CheckFacts(**facts))  # type: ignore[arg-type]


REVOKED = failed(CheckName.NOT_REVOKED, Reason.REVOKED, since=TUESDAY, reason="Issued in error")
SUSPENDED = failed(CheckName.NOT_SUSPENDED, Reason.SUSPENDED, since=TUESDAY, reason="Under review")
EXPIRED = failed(CheckName.NOT_EXPIRED, Reason.EXPIRED, since=TUESDAY)
EARLY = failed(CheckName.NOT_EXPIRED, Reason.NOT_YET_VALID, since=TUESDAY)
CORRECTED = failed(
    CheckName.NOT_CORRECTED, Reason.CORRECTED, since=TUESDAY, issued_at=MONDAY, address=SUCCESSOR.address
)
REVOKED_BY_REPLACEMENT = failed(CheckName.NOT_REVOKED, Reason.REVOKED_BY_REPLACEMENT, since=TUESDAY)
"""What comes with CORRECTED: whoever asks wallets and status lists is told the same."""
ALTERED = failed(CheckName.UNALTERED, Reason.ALTERED)
WITHDRAWN = failed(
    CheckName.SIGNATURE,
    Reason.KEY_WITHDRAWN,
    key="proof-1",
    since=TUESDAY,
    reason="Lost",
    address=ADAS_CERTIFICATE.address,
)


def report(
    *others: Check,
    certificate: KnownCertificate | None = ADAS_CERTIFICATE,
    file: CheckedFile | None = None,
    trusted: Trusted | None = None,
    claims: Claims | None = None,
    notes: tuple[Note, ...] = (),
) -> Report:
    """A report on Ada's certificate, or on a file of it, in which all passed but these."""
    checks = PASSED | {check.name: check for check in others}
    trusted = trusted or Trusted(Scope.RECORD if file is None else Scope.WHOLE_FILE)
    return report_of(
        checks.values(), trusted=trusted, file=file, certificate=certificate, claims=claims, notes=notes
    )


def being_made() -> Report:
    """The report on a certificate whose files are being made."""
    return report(*(unknown(name, Reason.BEING_MADE) for name in (CheckName.SIGNATURE, CheckName.UNALTERED)))


def erased(*others: Check) -> Report:
    """The report on a certificate from which the person was erased."""
    blind = (unknown(name, Reason.RECORD_ERASED) for name in (CheckName.SIGNATURE, CheckName.UNALTERED))
    return report(*blind, *others, certificate=replace(ADAS_CERTIFICATE, is_erased=True))


ADAS = CheckPage(
    code=CODE,
    state="rendered",
    standing="rendered",
    report=report(),
    achievement="Completion of a course",
    timezone="Europe/London",
    title="Certificate of completion for Ada Lovelace",
    recipient="Ada Lovelace",
    issuer="Lovelace Academy",
    issued_on=MONDAY.date(),
    labels=(
        ShownLabel("Student Name", "Ada Lovelace", "Ada Lovelace"),
        ShownLabel("Points", "87.50", "87.50"),
        ShownLabel("Date", "November 23, 2026", "2026-11-23"),
    ),
    language="en",
    picture_width=1754,
    picture_height=1240,
    previews={name: f"{SITE}/download/{CODE}/{name}?v=0123456789abcdef" for name in PREVIEWS},
    is_preview_made=True,
    addresses=Addresses(
        check=f"{SITE}/check/{CODE}",
        pdf=f"{SITE}/download/{CODE}.pdf",
        png=f"{SITE}/download/{CODE}.png",
        svg=f"{SITE}/download/{CODE}.svg",
        json=f"{SITE}/download/{CODE}.json",
        jwt=f"{SITE}/download/{CODE}.jwt",
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
