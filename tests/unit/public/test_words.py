"""The page's words: the same in every language, and the right language for a visitor."""

import re
from dataclasses import asdict

import pytest

from certifly.public.words import LANGUAGES, words_for, words_for_visitor

PLACES = re.compile(r"\{[a-z]*\}")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_every_word_and_keeps_the_places(language: str) -> None:
    english = asdict(LANGUAGES["en"])

    for name, text in asdict(LANGUAGES[language]).items():
        assert text.strip() == text and text
        assert PLACES.findall(text) == PLACES.findall(english[name]), name


def test_the_page_speaks_nine_languages() -> None:
    assert set(LANGUAGES) == {"ar", "de", "en", "es", "fr", "he", "ja", "pt", "zh"}


@pytest.mark.parametrize(
    ("template", "page"),
    [("de", "de"), ("pt-BR", "pt"), ("zh-Hant", "zh"), ("iw", "he"), ("pl", "en"), ("", "en")],
)
def test_the_language_of_the_template_decides(template: str, page: str) -> None:
    assert words_for(template).language == page


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("pl,fr;q=0.5,en;q=0.7", "en"),
        ("fr;q=0.5, he;q=0.7", "he"),
        ("fr, de", "fr"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("fr;q=often, es", "es"),
        ("*", "en"),
        ("", "en"),
        ("x" * 10_000 + ",de", "en"),
    ],
)
def test_without_a_template_the_visitor_decides(accept: str, language: str) -> None:
    assert words_for_visitor(accept).language == language
