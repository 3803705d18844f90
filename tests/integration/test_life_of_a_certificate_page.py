"""The page on the life of a certificate: its tables are held against what certificates do."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from certifly.certificates.history import KINDS
from certifly.certificates.mail_again import mail_again
from certifly.certificates.replace import require_replaceable
from certifly.certificates.standing import STANDINGS
from certifly.core.errors import DomainError
from certifly.delivery.email import models as emails
from certifly.delivery.email.models import Email
from certifly.web.errors import classify
from tests.cast import ADAS_ADDRESS, MONDAY, TUESDAY
from tests.certificates_at_hand import Certificates
from tests.handbook_commands import PAGES

PAGE = (PAGES / "explanation" / "life-of-a-certificate.md").read_text()
WEDNESDAY = TUESDAY + timedelta(days=1)


def table_under(first_cell: str) -> list[list[str]]:
    """The rows below the head of the table that begins with this cell."""
    [found] = re.findall(
        rf"^\| {re.escape(first_cell)} \|.*\n\|(?: -+ \|)+\n((?:\|.*\n)+)", PAGE, re.MULTILINE
    )
    return [[cell.strip() for cell in row.strip("|").split(" |")] for row in found.splitlines()]


def codes_in(text: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", text)


def test_every_standing_is_told_in_its_order() -> None:
    told, _ = re.split(r"^`expires_at` comes from", PAGE, maxsplit=1, flags=re.MULTILINE)
    rows = re.findall(r"^\| (`.*?) \|", told, re.MULTILINE)

    ordered = [code for row in rows for code in codes_in(row)]
    assert sorted(ordered) == sorted(STANDINGS)
    assert ordered[:5] == list(STANDINGS[:5])


def test_every_status_of_an_email_is_told() -> None:
    _, about_emails = PAGE.split("## Its e-mails")
    rows = re.findall(r"^\| `([a-z]+)` \|", about_emails.partition("\n## ")[0], re.MULTILINE)

    names = ("QUEUED", "HELD", "SENDING", "SENT", "FAILED", "BOUNCED", "SKIPPED")
    assert rows == [getattr(emails, name) for name in names]


def test_every_kind_of_event_is_told() -> None:
    _, history = PAGE.split("## Its history")

    assert [code for code in codes_in(history) if code in KINDS] == list(KINDS)


def expire(certificates: Certificates, one: int) -> None:
    certificates.set(one, expires_at=MONDAY + timedelta(hours=1))


def erase_while_suspended(certificates: Certificates, one: int) -> None:
    certificates.suspend(one, "In question.", now=MONDAY)
    certificates.erase(one, now=MONDAY)


def correct(certificates: Certificates, one: int) -> None:
    require_replaceable(certificates.look(one))  # as the door does, before it looks at what was sent
    certificates.replace(one, {"Course": "Bernoulli numbers"}, expires_at=WEDNESDAY, now=TUESDAY)


BRINGING: dict[str, Callable[[Certificates, int], object]] = {
    "holding": lambda _certificates, _one: None,
    "expired": expire,
    "suspended": lambda certificates, one: certificates.suspend(one, "In question.", now=MONDAY),
    "revoked": lambda certificates, one: certificates.revoke(one, "Issued in error.", now=MONDAY),
    "replaced": lambda certificates, one: certificates.replace(one, {"Course": "Engines"}, now=MONDAY),
    "erased": erase_while_suspended,
}
"""How a certificate comes into each state of the table."""

DOING: dict[str, Callable[[Certificates, int], object]] = {
    "revoke": lambda certificates, one: certificates.revoke(one, "Found out.", now=TUESDAY),
    "suspend": lambda certificates, one: certificates.suspend(one, "Found out.", now=TUESDAY),
    "lift": lambda certificates, one: certificates.reinstate(one, now=TUESDAY),
    "replace": correct,
    "erase": lambda certificates, one: certificates.erase(one, now=TUESDAY),
    "send again": lambda certificates, one: certificates.change(
        one, lambda db, row: mail_again(db, row, to=ADAS_ADDRESS, mail_configured=False, now=TUESDAY).id
    ),
}

FOLLOWING = [
    (state, what, said)
    for row in table_under("it is …")
    for state in row[0].split(", or ")
    for what, said in zip(DOING, row[1:], strict=True)
]


@pytest.mark.parametrize(("state", "what", "said"), FOLLOWING)
def test_what_may_follow_on_what_is_as_the_table_says(
    certificates: Certificates, state: str, what: str, said: str
) -> None:
    one = certificates.issue(address=ADAS_ADDRESS)
    BRINGING[state](certificates, one)
    before = traces(certificates, one)

    came = outcome_of(lambda: DOING[what](certificates, one))

    if came == "yes" and traces(certificates, one) == before:
        came = "no effect"
    assert came == said


def test_the_table_names_every_state_and_every_act() -> None:
    assert {(state, what) for state, what, _ in FOLLOWING} == {(s, w) for s in BRINGING for w in DOING}


def outcome_of(act: Callable[[], object]) -> str:
    try:
        act()
    except DomainError as refused:
        status, code = classify(refused)
        return "no" if status == 409 else code
    return "yes"


def traces(certificates: Certificates, one: int) -> object:
    """Everything that an act could change of a certificate."""
    row = certificates.look(one)
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    sent = certificates.read(lambda db: len(db.find(Email, Email.certificate_id == one)))
    return columns, len(certificates.history(one)), sent
