"""The search: what people type leads where they meant to go."""

import json

import pytest

from certifly.handbook.contents import Handbook
from certifly.handbook.page import Page, Section
from certifly.handbook.passages import EXCERPT_CHARACTERS
from certifly.handbook.search import (
    ALSO_CALLED,
    INDEX_BYTES_MAX,
    PER_PAGE_MAX,
    QUERY_CHARACTERS_MAX,
    QUERY_WORDS_MAX,
    SearchIndex,
    folded,
    query_words,
    stem,
    text_words,
)


def index_of(*pages: tuple[str, str, str]) -> SearchIndex:
    """An index of pages: path, title, and what follows the title."""
    made = tuple(
        Page(path, title, f"About {title}.", f"# {title}\n\n{body}\n") for path, title, body in pages
    )
    return SearchIndex((Section("Guides", made),))


def addresses(index: SearchIndex, query: str, limit: int = 10) -> list[str]:
    return [found.address for found in index.search(query, limit=limit)]


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("revoke", "/docs/gateway-api/certificates/revoke-certificate"),
        ("how do I revoke a certificate?", "/docs/gateway-api/certificates/revoke-certificate"),
        ("create certificate", "/docs/gateway-api/certificates/create-certificate"),
        ("POST /api/v1/certificates", "/docs/gateway-api/certificates/create-certificate"),
        ("/api/v1/certificates/{id}/revocation", "/docs/gateway-api/certificates/revoke-certificate"),
        ("template_archived", "/docs/reference/errors#template_archived"),
        ("TEMPLATE_ARCH", "/docs/reference/errors#template_archived"),
        ("CERTIFLY_PUBLIC_URL", "/docs/reference/settings#certifly_public_url"),
        ("certifly_mail_f", "/docs/reference/settings#certifly_mail_from"),
        ("email", "/docs/guides/email"),
        ("E-mail", "/docs/guides/email"),
        ("backup", "/docs/guides/backup"),
        ("expiry", "/docs/guides/write-a-template#expiry-how-long-it-holds"),
        ("how do I issue a certificate?", "/docs/gateway-api/certificates/create-certificate"),
        ("delete a certificate", "/docs/gateway-api/certificates/erase-certificate"),
        ("resend", "/docs/gateway-api/emails/send-certificate-email"),
        ("certifly tenant create", "/docs/reference/commands#certifly-tenant-create"),
    ],
)
def test_what_people_look_for_comes_first(handbook: Handbook, query: str, address: str) -> None:
    assert addresses(handbook.search, query)[0] == address


def test_every_page_that_has_another_name_is_there(handbook: Handbook) -> None:
    assert set(ALSO_CALLED) <= set(handbook.pages)


def test_every_page_is_found_by_its_title(handbook: Handbook) -> None:
    missed = [
        page.path
        for page in handbook.pages.values()
        if page.path not in [found.path for found in handbook.search.search(page.title, limit=5)]
    ]

    assert missed == []


def test_the_index_is_small_enough_for_a_phone(handbook: Handbook) -> None:
    content = handbook.search.as_json(root=handbook.installation.root)

    assert len(content) < INDEX_BYTES_MAX == 300_000


def test_a_title_counts_more_than_a_heading_and_a_heading_more_than_the_text() -> None:
    index = index_of(
        ("text", "One", "Nothing but a seal in passing."),
        ("heading", "Two", "Words.\n\n## The seal\n\nMore."),
        ("title", "Seal", "Words."),
    )

    assert addresses(index, "seal") == ["/docs/title", "/docs/heading#the-seal", "/docs/text"]


def test_the_beginning_of_a_word_finds_it_but_the_word_itself_comes_first() -> None:
    index = index_of(("longer", "Sealing", "x"), ("exact", "Seal", "x"))

    assert addresses(index, "seal") == ["/docs/exact", "/docs/longer"]


def test_passages_that_hold_every_word_come_first() -> None:
    index = index_of(
        ("one", "Rotation", "x"), ("both", "Guide", "Of the rotation of keys."), ("other", "Keys", "x")
    )

    assert addresses(index, "rotation keys")[0] == "/docs/both"


@pytest.mark.parametrize("query", ["e-mail", "email", "E-Mails", "emails"])
def test_a_compound_is_found_however_it_is_written(query: str) -> None:
    assert addresses(index_of(("mail", "Set up e-mail", "x")), query) == ["/docs/mail"]


def test_a_form_of_a_word_that_is_nowhere_finds_its_relatives() -> None:
    assert addresses(index_of(("a", "Revoke it", "x")), "revoking") == ["/docs/a"]


def test_a_word_is_not_shortened_to_nothing() -> None:
    assert addresses(index_of(("a", "Revoke it", "x")), "rexyzzyabc") == []


@pytest.mark.parametrize("query", ["", "  ", "?!", "the of and", "x"])
def test_a_query_that_says_nothing_finds_nothing(handbook: Handbook, query: str) -> None:
    assert addresses(handbook.search, query) == []


def test_an_empty_handbook_finds_nothing() -> None:
    assert addresses(SearchIndex(()), "seal") == []


@pytest.mark.parametrize("headings", [PER_PAGE_MAX - 1, PER_PAGE_MAX, PER_PAGE_MAX + 1])
def test_a_page_does_not_fill_the_list(headings: int) -> None:
    body = "".join(f"## Seal {number}\n\nx\n\n" for number in range(headings))

    assert len(addresses(index_of(("a", "Page", body)), "seal")) == min(headings, PER_PAGE_MAX)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_more_is_found_than_wanted(limit: int) -> None:
    index = index_of(("a", "Seal a", "x"), ("b", "Seal b", "x"))

    assert len(addresses(index, "seal", limit=limit)) == min(limit, 2)


def test_a_row_of_the_reference_is_a_place_of_its_own() -> None:
    table = "| code | meaning |\n|---|---|\n| `too_late` | It came too late. |\n"

    [found] = index_of(("reference/errors", "Errors", table)).search("too_late")

    assert (found.heading, found.address) == ("too_late", "/docs/reference/errors#too_late")
    assert found.markdown_address == "/docs/reference/errors.md#too_late"
    assert found.excerpt == "It came too late."


def test_commands_are_found_and_samples_are_not() -> None:
    body = "Words.\n\n```sh\ncertifly frobnicate\n```\n\n```python\nquux()\n```\n"
    index = index_of(("a", "Page", body))

    assert addresses(index, "frobnicate") == ["/docs/a"]
    assert addresses(index, "quux") == []


def test_an_excerpt_ends_with_a_whole_word() -> None:
    index = index_of(("a", "Page", "Words.\n\n## Long\n\n" + "heather " * 100))

    [found] = index.search("long", limit=1)

    assert found.excerpt.endswith("heather …")
    assert len(found.excerpt) <= EXCERPT_CHARACTERS + len(" …")


@pytest.mark.parametrize(
    ("length", "is_whole"), [(EXCERPT_CHARACTERS, True), (EXCERPT_CHARACTERS + 1, False)]
)
def test_an_excerpt_has_a_longest_length(length: int, is_whole: bool) -> None:
    text = "heather " + "x" * (length - len("heather "))

    [found] = index_of(("a", "Page", f"Words.\n\n## Long\n\n{text}")).search("long", limit=1)

    assert found.excerpt == (text if is_whole else "heather …")


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        ("certificates", "certificate"),
        ("copies", "copy"),
        ("addresses", "address"),
        ("status", "status"),
        ("address", "address"),
        ("basis", "basis"),
        ("has", "has"),
        ("too_many_requests", "too_many_requests"),
    ],
)
def test_the_plural_is_the_same_word(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_accents_and_case_are_no_difference() -> None:
    assert folded("Élève ﬁn ①") == "eleve fin 1"


def test_a_compound_has_its_parts_and_its_whole() -> None:
    assert list(text_words("certifly_mail_url time-stamp")) == [
        "certifly",
        "mail",
        "url",
        "certifly_mail_url",
        "time",
        "stamp",
        "timestamp",
    ]


def test_a_query_has_an_end() -> None:
    words = " ".join(f"word{number}" for number in range(QUERY_WORDS_MAX + 1))

    assert len(query_words(words)) == QUERY_WORDS_MAX
    assert query_words("a" * (QUERY_CHARACTERS_MAX + 1)) == ["a" * QUERY_CHARACTERS_MAX]


def test_the_browser_gets_addresses_with_the_path_of_the_installation(handbook: Handbook) -> None:
    content = json.loads(handbook.search.as_json(root="/gateway"))

    assert all(address.startswith("/gateway/docs") for address, _, _ in content["pages"])
    assert len(content["terms"].split(" ")) == len(content["postings"])
