"""Which of our media types, and which of our languages, does a request ask for?"""

import pytest

from certifly.web.negotiation import (
    ACCEPT_CHARACTERS_MAX,
    ACCEPT_LANGUAGE_CHARACTERS_MAX,
    LANGUAGE_TAG_CHARACTERS_MAX,
    offered_language,
    preferred_language,
    preferred_type,
)

OFFERED = ("image/svg+xml", "image/png", "application/pdf")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "image/svg+xml"),
        ("", "image/svg+xml"),
        ("*/*", "image/svg+xml"),
        ("image/png", "image/png"),
        ("IMAGE/PNG", "image/png"),
        ("application/pdf;q=0.5, image/png;q=0.4", "application/pdf"),
        ("text/html, application/xhtml+xml, image/avif, image/png, */*;q=0.8", "image/png"),
        ("image/*;q=0.2, application/pdf", "application/pdf"),
        ("image/*, image/svg+xml;q=0", "image/png"),
        ("image/*, image/svg+xml; q=0.1 ; level=1", "image/png"),
        ("application/*", "application/pdf"),
        ("*/*;q=0.1, image/png;q=0.05", "image/svg+xml"),
        ("application/json", None),
        ("*/*;q=0", None),
        ("nonsense", None),
        ("image/png;q=nonsense", "image/png"),
        ("image/png;q=٠.٥", "image/png"),
    ],
)
def test_the_greatest_weight_wins_and_the_earlier_offer_among_equals(
    accept: str | None, chosen: str | None
) -> None:
    assert preferred_type(accept, OFFERED) == chosen


def test_a_header_is_read_up_to_its_limit_and_no_further() -> None:
    wish = "image/png"

    assert preferred_type(" " * (ACCEPT_CHARACTERS_MAX - len(wish)) + wish, OFFERED) == wish
    assert preferred_type("x," + " " * ACCEPT_CHARACTERS_MAX + wish, OFFERED) is None


LANGUAGES = {"ar", "de", "en", "es", "fr", "he", "ja", "pt", "zh"}


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "en"),
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE-at", "de"),
        ("pl,fr;q=0.5,en;q=0.7", "en"),
        ("fr;q=0.5, he;q=0.7", "he"),
        ("fr ; q = 0.5 , he ; Q=0.7", "he"),
        ("fr, de", "fr"),
        ("pt-BR", "pt"),
        ("pt-PT, en;q=0.9", "pt"),
        ("zh-Hans-CN", "zh"),
        ("zh-TW, en;q=0.5", "zh"),
        ("zh-Hant-HK", "zh"),
        ("iw-IL", "he"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de-AT;q=0, de", "de"),
        ("en;q=0", "en"),
        ("en;q=0, *", "ar"),
        ("*", "en"),
        ("*;q=0", "en"),
        ("nl, *;q=0.1", "en"),
        ("de;q=0.1, *", "en"),
        ("*;q=0.1, de;q=0.2", "de"),
        ("fr;q=often, es", "es"),
        ("fr;q=inf, es", "es"),
        ("fr;q=nan, es", "es"),
        ("fr;q=-1, es", "es"),
        ("fr;q=٠.٥, es", "es"),
        ("deutsch, es", "es"),
        ("de_AT, es", "es"),
        (",,;q=1, ;, es", "es"),
        ("\x00\xff, es", "es"),
        ("dé, es", "es"),
    ],
)
def test_the_language_with_the_greatest_weight_wins(accept: str | None, chosen: str) -> None:
    assert preferred_language(accept, LANGUAGES, fallback="en") == chosen


def test_without_a_language_of_ours_the_fallback_is_taken() -> None:
    assert preferred_language("nl, pl", LANGUAGES, fallback="ja") == "ja"
    assert preferred_language("*", LANGUAGES, fallback="ja") == "ja"


def test_a_header_of_languages_is_read_up_to_its_limit_and_no_further() -> None:
    assert (
        preferred_language(" " * (ACCEPT_LANGUAGE_CHARACTERS_MAX - 2) + "de", LANGUAGES, fallback="en")
        == "de"
    )
    assert (
        preferred_language(" " * (ACCEPT_LANGUAGE_CHARACTERS_MAX - 1) + "de", LANGUAGES, fallback="en")
        == "en"
    )
    assert preferred_language("x" * 1_000_000 + ",de", LANGUAGES, fallback="en") == "en"


def test_a_tag_is_read_up_to_its_limit_and_no_further() -> None:
    longest = "de" + "-a1" * ((LANGUAGE_TAG_CHARACTERS_MAX - 2) // 3)

    assert len(longest) == LANGUAGE_TAG_CHARACTERS_MAX
    assert offered_language(longest, LANGUAGES) == "de"
    assert offered_language(longest + "1", LANGUAGES) is None
    assert offered_language("de" + "-" * 1_000_000, LANGUAGES) is None
