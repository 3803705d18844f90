"""The report on a file as a page: what it says of whose bytes, and what can never get into it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from certifly.public.reader import Reader
from certifly.public.report_html import not_taken_html, report_html
from certifly.public.report_words import MEMBERS_SHOWN_MAX, Speaker
from certifly.public.words import LANGUAGES
from certifly.verification.report import (
    Check,
    CheckName,
    Claims,
    FileKind,
    Note,
    NoteKind,
    Outcome,
    Reason,
    Report,
    Scope,
    TimeStamp,
    Trusted,
)
from tests.cast import MONDAY
from tests.unit.public.pages import (
    ADAS_CERTIFICATE,
    ADAS_FILE,
    ALTERED,
    CODE,
    CORRECTED,
    OTHER_CODE,
    SUCCESSOR,
    WITHDRAWN,
    ReadPage,
    failed,
    report,
    unknown,
    words_of,
)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"
CLAIMS = Claims(
    issuer_id="did:web:certificates.example:t:lovelace",
    issuer_name="Lovelace Academy",
    title="Certificate of completion for Ada Lovelace",
    recipient="Ada Lovelace",
    valid_from="2026-11-23T09:00:00Z",
    valid_until="whenever",
)


def read(found: Report, *, language: str = "en") -> ReadPage:
    return ReadPage(report_html(found, Reader(LANGUAGES[language]), public_url="https://c.example/below"))


def filed(*others: Check, **facts: Any) -> Report:
    return report(*others, **{"file": ADAS_FILE, **facts})


def links_of(page: ReadPage) -> list[str | None]:
    """Where links lead, but for those of the menu of languages."""
    return [link.attributes["href"] for link in page.all("a") if "hreflang" not in link.attributes]


def text_of(found: Report) -> str:
    return words_of(read(found).one("main").text)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_report_speaks_the_language_of_whoever_asks_and_runs_nothing(language: str) -> None:
    page = read(filed(ALTERED, claims=CLAIMS), language=language)

    assert page.one("html").attributes["lang"] == LANGUAGES[language].tag
    assert LANGUAGES[language].verdicts["refused"] in page.one("main").text
    assert page.all("script") == [] and page.all("style") == []
    assert page.one("form", method="post").attributes["action"] == "/below/check"


@pytest.mark.parametrize(
    ("trusted", "told"),
    [
        (Trusted(Scope.WHOLE_FILE, 80_002, 80_002), "The whole file: 80,002 bytes."),
        (Trusted(Scope.WHOLE_FILE), "The whole file: 80,002 bytes."),
        (
            Trusted(Scope.BEGINNING, 70_000, 80_002),
            "The first 70,000 of 80,002 bytes, which are signed.",
        ),
        (Trusted(Scope.CREDENTIAL), "Only the credential in the file, which is signed."),
        (Trusted(Scope.NOTHING), "No part of this file is confirmed."),
    ],
)
def test_a_report_says_which_bytes_are_vouched_for(trusted: Trusted, told: str) -> None:
    assert told in text_of(filed(trusted=trusted))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_a_report_rests_on_names_no_issuer_who_may_be_unknown(language: str) -> None:
    words = LANGUAGES[language]
    issuer = words.checks[CheckName.ISSUER].casefold()

    assert all(issuer not in words.scopes[scope].casefold() for scope in (Scope.WHOLE_FILE, Scope.BEGINNING))


def test_what_was_added_behind_a_signature_is_told_in_bytes() -> None:
    added = failed(CheckName.UNALTERED, Reason.CHANGED_AFTER_SIGNING, covered_bytes=80_002, file_bytes=81_920)

    assert "the signature covers 80,002 of 81,920 bytes" in text_of(filed(added))


def test_what_a_credential_says_stands_there_as_said_by_it() -> None:
    page = read(filed(claims=CLAIMS))
    names = [words_of(e.text) for e in page.all("dt")]
    values = [words_of(e.text) for e in page.all("dd")]

    assert dict(zip(names, values, strict=True)) == {
        "Title": "Certificate of completion for Ada Lovelace",
        "Recipient": "Ada Lovelace",
        "Issued by": "Lovelace Academy",
        "Valid from": "November 23, 2026",
        "Valid until": "whenever",
        "Kind": "PDF",
        "Size": "80,002 bytes",
        "SHA-256": "5a" * 32,
    }
    assert "Trust them only if every check passed." in page.one("main").text


def test_a_file_that_is_no_certificate_claims_nothing() -> None:
    page = read(filed(file=replace(ADAS_FILE, kind=FileKind.UNKNOWN), certificate=None))

    assert page.all("section", **{"aria-labelledby": "claims"}) == []
    assert [words_of(e.text) for e in page.all("dt")] == ["Kind", "Size", "SHA-256"]


def test_a_known_certificate_is_linked_and_a_successor_before_it() -> None:
    known = read(filed(ALTERED))
    corrected = read(filed(CORRECTED, certificate=replace(ADAS_CERTIFICATE, successor=SUCCESSOR)))

    assert known.one("a", href=f"/check/{CODE}").text == "See its check page"
    assert links_of(corrected) == [f"/check/{OTHER_CODE}"]


def test_an_older_edition_says_since_when_its_key_is_withdrawn_and_why() -> None:
    text = text_of(filed(WITHDRAWN))

    assert "This is an older copy, signed with a key that was withdrawn." in text
    assert "Lovelace Academy has signed this certificate again with a new key." in text
    assert "withdrawn on November 24, 2026" in text
    assert "Reason given: Lost" in text


def test_hostile_words_of_a_file_stay_words() -> None:
    claims = replace(CLAIMS, title=HOSTILE, recipient=HOSTILE)
    members = failed(CheckName.SIGNATURE, Reason.MEMBER_NOT_SIGNED, members=(HOSTILE,) * 30)
    issuer = unknown(CheckName.ISSUER, Reason.ISSUER_ELSEWHERE, issuer=HOSTILE)
    note = Note(NoteKind.SIGNATURE, HOSTILE, name=HOSTILE, time=HOSTILE, detail=HOSTILE)
    page = read(filed(members, issuer, claims=claims, certificate=None, notes=(note,)))

    assert page.all("script") == [] and page.all("img") == []
    assert len([e for e in page.all("code") if e.text == HOSTILE]) == MEMBERS_SHOWN_MAX
    assert page.one("ul", **{"class": "notes"}).text.count(HOSTILE) == 3


def test_one_reason_for_all_checks_is_said_once() -> None:
    unreadable = [
        unknown(name, Reason.FILE_UNREADABLE, detail="the table of references is broken")
        for name in CheckName
    ]
    text = text_of(filed(*unreadable, certificate=None, trusted=Trusted(Scope.NOTHING)))

    assert text.count("The file is damaged, or was made to mislead.") == 1
    assert text.count("the table of references is broken") == 1
    assert text.count("not known") == len(CheckName)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_can_be_said_without_any_of_its_facts(reason: Reason) -> None:
    found = filed(Check(CheckName.UNALTERED, Outcome.UNKNOWN, reason))

    assert "{" not in text_of(found)


def test_a_file_that_was_not_taken_is_told_why_and_can_be_chosen_again() -> None:
    page = ReadPage(
        not_taken_html("Choose a file first.", Reader(LANGUAGES["en"]), public_url="https://c.example")
    )

    assert "Choose a file first." in page.one("main").text
    assert page.one("input", name="file").attributes["type"] == "file"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_record_that_does_not_match_its_signature_is_not_called_a_file(language: str) -> None:
    words = LANGUAGES[language]
    of_record = Speaker(words=words, language=language).verdict(report(ALTERED))
    of_file = Speaker(words=words, language=language).verdict(filed(ALTERED))

    assert of_record.kind == of_file.kind == "refused"
    assert (of_record.saying, of_file.saying) == (words.record_refused, words.sayings["refused"])


def test_checks_that_all_passed_are_folded_under_one_line_and_others_are_not() -> None:
    genuine, altered = read(filed()), read(filed(ALTERED))

    assert "open" not in genuine.all("details")[1].attributes
    assert "open" in altered.all("details")[1].attributes
    assert genuine.one("h2", id="checked").text == "All 7 checks passed"
    assert altered.one("h2", id="checked").text == "6 of 7 checks passed"
    for page in (genuine, altered):
        assert "5a" * 32 in page.one("section", **{"aria-labelledby": "filed"}).text


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_notes_are_in_the_language_of_the_page(language: str) -> None:
    notes = (
        Note(NoteKind.REVISIONS, "In English", count=3_000),
        Note(NoteKind.ATTACHMENTS, "In English", count=1),
        Note(NoteKind.SIGNATURE, "In English", name="Lovelace Academy", time="2026-11-23T09:00:00Z"),
        Note(NoteKind.SIGNATURE, "In English", detail="the digest is another"),
    )
    words = LANGUAGES[language]

    page = read(filed(notes=notes), language=language)

    revisions, attachments, signed, unnamed = [words_of(e.text) for e in page.all("li")][-4:]
    assert revisions == words_of(words.notes[NoteKind.REVISIONS].format(count=words.number(3_000)))
    assert attachments == words.notes[NoteKind.ATTACHMENTS].format(count=words.number(1))
    assert "Lovelace Academy" in signed
    assert f"{words.day(date(2026, 11, 23), language)} 09:00:00 UTC" in signed
    assert "–" in unnamed and unnamed.endswith("the digest is another")
    assert "In English" not in page.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_stamp_is_a_claim_unless_it_is_confirmed(language: str) -> None:
    stamp = TimeStamp(stamped_at=MONDAY, authority=HOSTILE, signer=None, is_confirmed=False)
    claimed = report_html(
        replace(filed(), time_stamps=(stamp,)), Reader(LANGUAGES[language]), public_url="https://c.example"
    )
    confirmed = report_html(
        replace(filed(), time_stamps=(replace(stamp, is_confirmed=True),)),
        Reader(LANGUAGES[language]),
        public_url="https://c.example",
    )

    words = LANGUAGES[language]
    ends = {
        sentence: sentence.rpartition("}")[2] for sentence in (words.stamp_claimed, words.stamp_confirmed)
    }
    assert ends[words.stamp_claimed] in claimed and ends[words.stamp_claimed] not in confirmed
    assert '<time datetime="2026-11-23">' in claimed and "<script>alert" not in claimed
    assert words.stamp_confirmed.partition("{")[0] in confirmed
