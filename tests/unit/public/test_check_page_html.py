"""The check page as HTML: what it says, in which language, and what can never get into it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from certifly.public.check_page import CheckPage, ShownLabel, headline
from certifly.public.page_html import LOOK_AGAIN_SECONDS, check_html, landing_html, missing_html
from certifly.public.reader import Reader
from certifly.public.static_files import DIGEST
from certifly.public.words import LANGUAGES, words_for
from certifly.verification.report import CheckName, Reason, Report
from tests.cast import TUESDAY
from tests.unit.public.pages import (
    ADAS,
    ADAS_CERTIFICATE,
    ALTERED,
    CODE,
    CORRECTED,
    EXPIRED,
    OTHER_CODE,
    REVOKED,
    REVOKED_BY_REPLACEMENT,
    SUCCESSOR,
    SUSPENDED,
    ReadPage,
    being_made,
    erased,
    failed,
    report,
    unknown,
    words_of,
)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"


def read(page: CheckPage, *, looks: int = 0, reader: Reader | None = None) -> ReadPage:
    """The page as its reader gets it: without another, one who speaks the certificate's language."""
    return ReadPage(check_html(page, reader or Reader(words_for(page.language)), looks=looks))


SCRIPT = f"/static/public/{DIGEST}/check.js"


def scripts_of(page: ReadPage) -> list[str | None]:
    """The addresses of the page's scripts. None is written into the page."""
    scripts = page.all("script")
    assert [script.text for script in scripts] == [""] * len(scripts)
    return [script.attributes["src"] for script in scripts]


def facts_of(page: ReadPage) -> dict[str, str]:
    names = [words_of(e.text) for e in page.all("dt")]
    values = [words_of(e.text) for e in page.all("dd")]
    return dict(zip(names, values, strict=True))


def test_the_page_says_who_what_for_by_whom_and_when() -> None:
    page = read(ADAS)

    assert words_of(page.one("h1").text) == "Certificate of completion for Ada Lovelace"
    assert "This certificate is genuine." in page.one("main").text
    assert facts_of(page) == {
        "Student Name": "Ada Lovelace",
        "Points": "87.50",
        "Date": "November 23, 2026",
        "Issued by": "Lovelace Academy",
        "Issued on": "November 23, 2026",
        "Certificate code": CODE,
        "Address of this page": f"https://certificates.example/check/{CODE}",
    }


def test_the_picture_is_described_and_has_its_size_before_it_arrives() -> None:
    page = read(ADAS)
    picture, small = page.one("img"), f"/download/{CODE}/preview"

    assert page.one("source").attributes["type"] == "image/webp"
    assert page.one("source").attributes["srcset"] == (
        f"{small}-600.webp?v=0123456789abcdef 600w, {small}-1200.webp?v=0123456789abcdef 1200w"
    )
    assert picture.attributes["src"] == f"{small}-600.jpg?v=0123456789abcdef"
    assert picture.attributes["srcset"] == (
        f"{small}-600.jpg?v=0123456789abcdef 600w, {small}-1200.jpg?v=0123456789abcdef 1200w"
    )
    assert page.one("source").attributes["sizes"] == picture.attributes["sizes"]
    assert page.all("a", href=f"/download/{CODE}.png"), "the picture leads to the one at full size"
    assert (
        picture.attributes["alt"] == "The certificate as issued: Certificate of completion for Ada Lovelace"
    )
    assert (picture.attributes["width"], picture.attributes["height"]) == ("1754", "1240")


def test_a_page_drawn_with_fewer_pixels_is_offered_at_its_own_width() -> None:
    badge = read(replace(ADAS, picture_width=1000, picture_height=1000)).one("source")
    tiny = read(replace(ADAS, picture_width=300, picture_height=300)).one("source")

    assert str(badge.attributes["srcset"]).split()[1::2] == ["600w,", "1000w"]
    assert str(tiny.attributes["srcset"]).split() == [
        f"/download/{CODE}/preview-600.webp?v=0123456789abcdef",
        "300w",
    ]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_words_lie_under_the_picture_until_it_is_drawn(language: str) -> None:
    reader = Reader(LANGUAGES[language])
    made = read(ADAS, reader=reader)
    first = read(replace(ADAS, is_preview_made=False), reader=reader)
    last = read(replace(ADAS, is_preview_made=False), reader=reader, looks=len(LOOK_AGAIN_SECONDS))

    assert words_of(made.one("div", **{"class": "under"}).text) == made.one("img").attributes["alt"]
    assert made.one("div", **{"class": "under"}).text and made.content_of_refresh() is None
    assert first.one("p", **{"class": "making"}).text == reader.words.being_made
    assert "hidden" not in first.one("p", **{"class": "making"}).attributes
    assert "hidden" in first.one("p", **{"class": "late"}).attributes
    assert first.content_of_refresh() == f"2; url=/check/{CODE}?looks=1"
    assert "hidden" in last.one("p", **{"class": "making"}).attributes
    assert "hidden" not in last.one("p", **{"class": "late"}).attributes
    assert last.content_of_refresh() is None


def test_every_file_can_be_downloaded() -> None:
    links = [e.attributes["href"] for e in read(ADAS).all("a") if "download" in e.attributes]

    assert links == [f"/download/{CODE}.{kind}" for kind in ("pdf", "png", "json", "jwt", "svg")]


def test_a_shared_link_shows_the_picture() -> None:
    page = read(ADAS)

    assert page.content("og:title") == ADAS.title
    assert page.content("og:description") == "Issued by: Lovelace Academy · Issued on: November 23, 2026"
    assert page.content("og:url") == ADAS.addresses.check
    assert page.content("og:image") == ADAS.addresses.png
    assert (page.content("og:image:width"), page.content("og:image:height")) == ("1754", "1240")
    assert page.content("og:locale") == "en_US"
    assert page.content("twitter:card") == "summary_large_image"
    assert page.one("link", rel="canonical").attributes["href"] == ADAS.addresses.check
    assert page.one("link", rel="alternate", type="application/json").attributes["href"] == (
        f"{ADAS.addresses.check}.json"
    )


def test_no_page_is_for_search_engines() -> None:
    pages = [
        check_html(ADAS, Reader(LANGUAGES["en"])),
        *(
            make(Reader(LANGUAGES["en"]), public_url="https://c.example")
            for make in (missing_html, landing_html)
        ),
    ]

    assert [ReadPage(html).content("robots") for html in pages] == ["noindex, nofollow"] * 3


def test_hostile_words_stay_words() -> None:
    page = read(
        replace(
            ADAS,
            title=f"For {HOSTILE} with honours",
            recipient=HOSTILE,
            issuer=HOSTILE,
            labels=(ShownLabel(HOSTILE, HOSTILE, HOSTILE),),
            state="rendered",
        )
    )

    assert scripts_of(page) == [SCRIPT]
    assert len(page.all("img")) == 1
    assert words_of(page.one("h1").text) == f"For {HOSTILE} with honours"
    assert facts_of(page)[HOSTILE] == HOSTILE
    assert page.one("img").attributes["alt"] == f"The certificate as issued: For {HOSTILE} with honours"


def test_braces_in_a_title_are_not_places_of_our_sentences() -> None:
    page = read(replace(ADAS, title="For {issuer} {title} {0}", issuer="{code}", state="failed"))

    assert "Ask {code} for a copy" in page.one("main").text
    assert page.one("title").text == "For {issuer} {title} {0} · {code}"


@pytest.mark.parametrize("state", ["recorded", "rendered", "failed", "erased"])
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_page_carries_an_inline_script_or_a_style_of_its_own(language: str, state: str) -> None:
    page = read(replace(ADAS, language=language, state=state))  # type: ignore[arg-type]

    assert scripts_of(page) == [SCRIPT] and page.all("style") == []
    assert [e.tag for e in page.elements if any(name in ("style", "onclick") for name in e.attributes)] == []


def test_everything_the_page_loads_is_ours() -> None:
    page = read(ADAS)
    loaded = [e.attributes["src"] for e in page.all("img") + page.all("script")]
    loaded += [
        address.split()[0]
        for e in page.all("source") + page.all("img")
        for address in str(e.attributes["srcset"]).split(", ")
    ]
    loaded += [
        e.attributes["href"]
        for e in page.all("link")
        if e.attributes["rel"] not in ("canonical", "alternate")
    ]

    assert len(loaded) == 9
    assert [address for address in loaded if not str(address).startswith("/")] == []
    assert f"/static/public/{DIGEST}/public.css" in loaded


def test_an_installation_below_a_path_links_below_it() -> None:
    below = replace(
        ADAS.addresses,
        check=f"https://example.org/certificates/check/{CODE}",
        pdf=f"https://example.org/certificates/download/{CODE}.pdf",
    )
    page = read(replace(ADAS, addresses=below))

    assert page.one("link", rel="stylesheet").attributes["href"] == (
        f"/certificates/static/public/{DIGEST}/public.css"
    )
    assert page.all("a", href=f"/certificates/download/{CODE}.pdf")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_page_speaks_the_language_of_its_reader_and_the_certificate_its_own(language: str) -> None:
    words = LANGUAGES[language]
    page = read(replace(ADAS, language="pl", title="Świadectwo dla Ada Lovelace"), reader=Reader(words))

    assert page.one("html").attributes["lang"] == words.tag
    assert page.one("html").attributes["dir"] == ("rtl" if language in ("ar", "he") else "ltr")
    assert words.verdicts["genuine"] in page.one("main").text
    assert words_of(page.one("h1").text) == "Świadectwo dla Ada Lovelace"
    assert (page.one("h1").attributes["lang"], page.one("h1").attributes["dir"]) == ("pl", "ltr")
    assert page.all("dl")[0].attributes["lang"] == "pl"
    assert facts_of(page)["Student Name"] == "Ada Lovelace"
    assert facts_of(page)[words.issued_by] == "Lovelace Academy"


@pytest.mark.parametrize(
    ("title", "recipient", "direction"),
    [
        ("شهادة إتمام Ada", "Ada", "rtl"),
        ("Ada's certificate", "Ada", "ltr"),
        ("1. שם", None, "rtl"),
        ("2026", None, "ltr"),
    ],
)
def test_a_title_reads_in_its_own_direction(title: str, recipient: str | None, direction: str) -> None:
    page = read(replace(ADAS, title=title, recipient=recipient), reader=Reader(LANGUAGES["en"]))

    assert page.one("h1").attributes["dir"] == direction


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_page_has_a_menu_of_all_languages_in_their_own_words(language: str) -> None:
    reader = Reader(LANGUAGES[language])
    pages = [read(ADAS, reader=reader), ReadPage(landing_html(reader, public_url="https://c.example"))]

    for page in pages:
        menu = page.one("nav", **{"aria-label": reader.words.language_menu})
        links = [link for link in page.all("a") if "hreflang" in link.attributes]
        assert reader.words.language_name in menu.text
        assert {str(link.attributes["href"]): link.text for link in links} == {
            f"?lang={each}": words.language_name for each, words in LANGUAGES.items()
        }
        assert all(link.attributes["lang"] == link.attributes["hreflang"] for link in links)
        (current,) = (link for link in links if "aria-current" in link.attributes)
        assert current.attributes["href"] == f"?lang={language}"


def test_a_language_from_the_menu_stays_from_page_to_page() -> None:
    correction = report(certificate=replace(ADAS_CERTIFICATE, replaces=SUCCESSOR))
    chosen = Reader(LANGUAGES["de"], is_chosen=True)
    landing = ReadPage(landing_html(chosen, public_url="https://c.example"))

    assert read(replace(ADAS, report=correction), reader=chosen).all("a", href=f"/check/{OTHER_CODE}?lang=de")
    assert read(replace(ADAS, state="recorded"), reader=chosen).content_of_refresh() == (
        f"2; url=/check/{CODE}?looks=1&lang=de"
    )
    assert landing.one("input", name="lang", type="hidden").attributes["value"] == "de"
    assert landing.one("form", method="post").attributes["action"] == "/check?lang=de"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "November 23, 2026"),
        ("en-GB", "23 November 2026"),
        ("de", "23. November 2026"),
        ("pt-BR", "23 de novembro de 2026"),
        ("ja", "2026年11月23日"),
        ("ar", "23 نوفمبر 2026"),
        ("zh-Hant-TW", "2026年11月23日"),
    ],
)
def test_the_day_is_written_as_on_the_certificate(language: str, written: str) -> None:
    days = read(replace(ADAS, language=language)).all("time", datetime="2026-11-23")

    assert {day.text for day in days} == {written}


def test_a_certificate_without_a_recipient_is_named_by_its_title() -> None:
    page = read(replace(ADAS, recipient=None, title="Winner of the Autumn Regatta"))

    assert words_of(page.one("h1").text) == "Winner of the Autumn Regatta"
    assert page.all("p", **{"class": "title"}) == []


def test_a_title_without_the_name_stands_below_it() -> None:
    page = read(replace(ADAS, title="Analytical Engines"))

    assert words_of(page.one("h1").text) == "Ada Lovelace"
    assert words_of(page.one("p", **{"class": "title"}).text) == "Analytical Engines"


def test_without_labels_there_is_no_empty_list() -> None:
    page = read(replace(ADAS, labels=()))

    assert page.all("section", **{"aria-labelledby": "printed"}) == []
    assert len(page.all("dl")) == 1


def test_a_picture_that_is_being_made_is_looked_for_again_ever_less_often() -> None:
    first = read(replace(ADAS, state="recorded")).content_of_refresh()
    last = read(replace(ADAS, state="recorded"), looks=len(LOOK_AGAIN_SECONDS) - 1).content_of_refresh()

    assert first == f"2; url=/check/{CODE}?looks=1"
    assert last == f"55; url=/check/{CODE}?looks=8"


def test_after_the_last_look_the_reader_decides() -> None:
    page = read(replace(ADAS, state="recorded"), looks=len(LOOK_AGAIN_SECONDS))

    assert page.content_of_refresh() is None
    assert page.one("a", href=f"/check/{CODE}").text == "Look again"
    assert "hidden" not in page.one("p", **{"class": "late"}).attributes


@pytest.mark.parametrize("state", ["rendered", "failed"])
def test_a_page_that_will_not_change_does_not_refresh(state: str) -> None:
    assert read(replace(ADAS, state=state)).content_of_refresh() is None  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["recorded", "failed"])
def test_what_is_not_there_is_neither_shown_nor_shared(state: str) -> None:
    page = read(replace(ADAS, state=state))  # type: ignore[arg-type]

    assert page.all("img") == []
    assert [e for e in page.all("a") if "download" in e.attributes] == []
    assert page.content("og:image") is None
    assert page.content("twitter:card") == "summary"


def test_a_certificate_whose_files_failed_is_on_record_and_not_called_proven() -> None:
    not_made = report(
        *(unknown(name, Reason.NOT_MADE) for name in (CheckName.SIGNATURE, CheckName.UNALTERED))
    )
    text = words_of(read(replace(ADAS, state="failed", report=not_made)).one("main").text)

    assert "This certificate is on record." in text and "genuine" not in text
    assert "The picture and the PDF could not be made. Ask Lovelace Academy for a copy." in text


def test_a_certificate_whose_files_failed_is_nowhere_called_valid_once_it_was_revoked() -> None:
    revoked = read(replace(ADAS, state="failed", report=report(REVOKED)))

    assert revoked.one("div", **{"class": "picture waiting"}).text.strip() == (
        "The picture and the PDF could not be made. Ask Lovelace Academy for a copy."
    )


GONE: dict[str, Any] = {
    "title": None,
    "achievement": None,
    "recipient": None,
    "labels": (),
    "state": "erased",
}
"""What a check page has of a certificate from which the person was erased."""

BECOME: dict[str, tuple[Report, dict[str, Any]]] = {
    "revoked": (report(REVOKED), {}),
    "corrected": (report(CORRECTED, REVOKED_BY_REPLACEMENT), {}),
    "suspended": (report(SUSPENDED), {}),
    "expired": (report(EXPIRED), {}),
    "refused": (report(ALTERED), {}),
    "recorded": (being_made(), {"state": "recorded"}),
    "erased": (erased(), GONE),
    "erased and revoked": (erased(REVOKED), GONE),
}


@pytest.mark.parametrize("become", list(BECOME))
def test_what_no_longer_holds_is_nowhere_called_genuine_and_its_picture_is_not_handed_on(become: str) -> None:
    found, changes = BECOME[become]
    html = check_html(replace(ADAS, report=found, **changes), Reader(LANGUAGES["en"]), looks=99)
    page = ReadPage(html)

    assert "genuine" not in html
    assert page.content("og:image") is None
    assert page.content("twitter:card") == "summary"
    assert page.all("section", **{"aria-labelledby": "share"}) == []
    assert page.all("a", **{"class": "button primary"}) == []


@pytest.mark.parametrize(
    ("become", "told"),
    [
        ("revoked", "This certificate was revoked."),
        ("corrected", "This certificate was corrected."),
        ("suspended", "This certificate is suspended."),
        ("expired", "This certificate has expired."),
        ("refused", "Do not rely on this."),
        ("erased", "The personal data of this certificate was erased."),
        ("erased and revoked", "This certificate was revoked."),
    ],
)
def test_whoever_is_sent_a_link_reads_first_what_became_of_the_certificate(become: str, told: str) -> None:
    found, changes = BECOME[become]
    page = read(replace(ADAS, report=found, **changes))

    assert page.one("title").text == f"{told} · Lovelace Academy"
    assert page.content("og:title") == page.content("description") == told
    assert page.all("strong")[0].text == told


def test_a_revoked_certificate_says_since_when_and_why() -> None:
    text = words_of(read(replace(ADAS, report=report(REVOKED))).one("main").text)

    assert "Lovelace Academy revoked it on November 24, 2026. It is no longer valid." in text
    assert "Reason given: Issued in error" in text


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_no_language_says_of_a_corrected_certificate_that_it_was_not_revoked(language: str) -> None:
    corrected = report(CORRECTED, REVOKED_BY_REPLACEMENT)
    words = LANGUAGES[language]

    text = words_of(read(replace(ADAS, report=corrected, language=language)).one("main").text)

    assert words.verdicts["corrected"] in text
    assert words.reasons[Reason.NOT_REVOKED] not in text
    day = words.day(TUESDAY.date(), language)
    assert words_of(words.reasons[Reason.REVOKED_BY_REPLACEMENT].replace("{since}", day)) in text


def test_a_reason_cannot_become_markup() -> None:
    hostile = failed(CheckName.NOT_REVOKED, Reason.REVOKED, since=TUESDAY, reason=HOSTILE)
    page = read(replace(ADAS, report=report(hostile)))

    assert scripts_of(page) == [SCRIPT]
    assert HOSTILE in page.one("div", **{"data-kind": "revoked"}).text


def test_a_corrected_certificate_leads_to_its_successor_and_that_one_back() -> None:
    corrected = report(
        CORRECTED, REVOKED_BY_REPLACEMENT, certificate=replace(ADAS_CERTIFICATE, successor=SUCCESSOR)
    )
    correction = report(certificate=replace(ADAS_CERTIFICATE, replaces=SUCCESSOR))
    old, new = read(replace(ADAS, report=corrected)), read(replace(ADAS, report=correction))

    assert [link.text for link in old.all("a", href=f"/check/{OTHER_CODE}")] == [
        "See the certificate that replaces it",
        OTHER_CODE,
    ]
    assert facts_of(old)["Replaced by"] == OTHER_CODE
    # Of the other one nothing is promised: it may have been revoked since.
    assert "replaced it with another on November 24, 2026. It is no longer valid." in words_of(
        old.one("main").text
    )
    assert "Issued on November 23, 2026, replaced on November 24, 2026." in words_of(old.one("main").text)
    assert "Counts as revoked since it was replaced, on November 24, 2026." in words_of(old.one("main").text)
    assert facts_of(new)["Replaces"] == OTHER_CODE
    assert "This certificate is genuine." in new.one("main").text


def test_an_erased_certificate_was_issued_and_was_or_was_not_revoked_and_that_is_all() -> None:
    page = read(replace(ADAS, report=erased(), **GONE))
    revoked = read(replace(ADAS, report=erased(REVOKED), **GONE))

    assert words_of(page.one("h1").text) == "A certificate of Lovelace Academy"
    assert "issued a certificate on November 23, 2026. It has not been revoked." in words_of(
        page.one("main").text
    )
    assert facts_of(page) == {
        "Issued by": "Lovelace Academy",
        "Issued on": "November 23, 2026",
        "Certificate code": CODE,
        "Address of this page": f"https://certificates.example/check/{CODE}",
    }
    assert page.all("img") == [] and page.all("a", download="") == []
    assert "revoked it on November 24, 2026" in words_of(revoked.one("main").text)
    assert "The personal data of this certificate was erased." in revoked.one("main").text


def test_checks_that_all_passed_are_folded_under_one_line() -> None:
    page = read(ADAS)
    (checked,) = (e for e in page.all("section") if e.attributes.get("aria-labelledby") == "checked")

    assert "open" not in page.all("details")[1].attributes, "the first is the menu"
    assert page.one("h2", id="checked").text == "All 7 checks passed"
    assert page.one("h2", id="checked").text in page.all("summary")[1].text
    assert checked.text.count("passed") == 1 + len(CheckName)


@pytest.mark.parametrize(
    ("found", "summary"),
    [
        (report(SUSPENDED), "6 of 7 checks passed"),
        (being_made(), "5 of 7 checks passed"),
        (report(ALTERED, REVOKED, SUSPENDED), "4 of 7 checks passed"),
    ],
)
def test_checks_of_which_one_failed_or_is_unknown_are_shown(found: Report, summary: str) -> None:
    page = read(replace(ADAS, report=found))

    assert "open" in page.all("details")[1].attributes
    assert page.one("h2", id="checked").text == summary


def test_every_check_is_told_by_word_and_sign_not_by_colour_alone() -> None:
    page = read(
        replace(ADAS, report=report(SUSPENDED, unknown(CheckName.UNALTERED, Reason.NOTHING_TO_COMPARE)))
    )
    (checked,) = (e for e in page.all("section") if e.attributes.get("aria-labelledby") == "checked")

    assert [answer.text for answer in page.all("span", **{"class": "answer"})] == [
        "passed",
        "passed",
        "not known",
        "passed",
        "failed",
        "passed",
        "passed",
    ]
    for topic in ("Issuer", "Signature", "Contents", "Revocation", "Suspension", "Expiry", "Correction"):
        assert topic in checked.text
    signs = [path.attributes["d"] for path in page.all("path")][2:]  # the first are the menu's and the seal's
    assert signs[0] == signs[1] == signs[3] and len(set(signs)) == 3


def test_the_day_it_ends_stands_in_the_register_as_it_is_where_the_issuer_is() -> None:
    late = datetime(2027, 11, 23, 22, 30, tzinfo=UTC)

    assert facts_of(read(replace(ADAS, expires_at=late)))["Valid until"] == "November 23, 2027"
    tokyo = read(replace(ADAS, expires_at=late, timezone="Asia/Tokyo"))
    assert facts_of(tokyo)["Valid until"] == "November 24, 2027"


def test_a_certificate_that_holds_can_be_added_to_a_profile() -> None:
    link = read(ADAS).one("a", rel="noopener external")

    assert link.text == "Add to LinkedIn profile"
    assert str(link.attributes["href"]).startswith("https://www.linkedin.com/profile/add?")


@pytest.mark.parametrize(
    ("title", "name", "shown"),
    [
        ("Certificate for Ada", "Ada", ("Certificate for", "Ada", "", True)),
        ("Ada has passed", "Ada", ("", "Ada", "has passed", True)),
        ("Ada", "Ada", ("", "Ada", "", True)),
        ("Ada's certificate", "Ada", ("", "Ada", "'s certificate", False)),
        ("エイダの修了証", "エイダ", ("", "エイダ", "の修了証", False)),
        ("Engines", "Ada", ("", "Ada", "", True)),
        ("Engines", None, ("", "Engines", "", True)),
        ("Engines", "", ("", "Engines", "", True)),
    ],
)
def test_a_name_has_a_line_of_its_own_where_that_tears_no_word(
    title: str, name: str | None, shown: tuple[str, str, str, bool]
) -> None:
    found = headline(title, name)

    assert (found.before, found.name, found.after, found.stands_alone) == shown


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_pages_that_ask_for_a_code_can_be_used_without_a_mouse(language: str) -> None:
    for make in (missing_html, landing_html):
        page = ReadPage(make(Reader(LANGUAGES[language]), public_url="https://example.org/certificates"))

        assert page.one("form", method="get").attributes["action"] == "/certificates/check"
        by_file = page.one("form", method="post", enctype="multipart/form-data")
        assert by_file.attributes["action"] == "/certificates/check"
        assert [label.attributes["for"] for label in page.all("label")] == ["code", "file"]
        assert [field.attributes["id"] for field in page.all("input")] == ["code", "file"]
        assert [button.text for button in page.all("button", type="submit")] == [
            LANGUAGES[language].button,
            LANGUAGES[language].check_file_button,
        ]
        assert page.one("title").text == page.one("h1").text
