"""The page's words: the same in every language, and the right language for a visitor."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pytest

from certifly.public.words import LANGUAGES, words_for

PLACES = re.compile(r"\{[a-z_]*\}")


def texts_of(words: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """Every text by its place: ``reasons.revoked``."""
    for name, text in words.items():
        if isinstance(text, str):
            yield f"{place}{name}", text
        else:
            yield from texts_of(text, f"{place}{name}.")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_every_word_and_keeps_the_places(language: str) -> None:
    english = dict(texts_of(asdict(LANGUAGES["en"])))
    texts = dict(texts_of(asdict(LANGUAGES[language])))

    assert set(texts) == set(english)
    for name, text in texts.items():
        assert text.strip() == text and text
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(english[name])), name


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_two_verdicts_and_no_two_reasons_sound_alike(language: str) -> None:
    words = LANGUAGES[language]

    for group in (words.verdicts, words.sayings, words.checks, words.outcomes, words.scopes):
        assert len(set(group.values())) == len(group)
    assert len(set(words.reasons.values())) == len(words.reasons)


def test_only_what_is_genuine_is_called_that() -> None:
    english = LANGUAGES["en"]

    said = [text for _, text in texts_of(asdict(english)) if "genuine" in text]
    assert said == [english.verdicts["genuine"]]


def test_the_page_speaks_nine_languages() -> None:
    assert set(LANGUAGES) == {"ar", "de", "en", "es", "fr", "he", "ja", "pt", "zh"}


@pytest.mark.parametrize(
    ("template", "page"),
    [("de", "de"), ("pt-BR", "pt"), ("zh-Hant", "zh"), ("iw", "he"), ("pl", "en"), ("", "en")],
)
def test_the_words_of_a_language_are_those_of_its_primary_subtag(template: str, page: str) -> None:
    assert words_for(template).language == page


def test_every_language_is_named_in_itself_and_no_two_alike() -> None:
    names = [words.language_name for words in LANGUAGES.values()]

    assert len(set(names)) == len(names)
    assert LANGUAGES["de"].language_name == "Deutsch" and LANGUAGES["ar"].language_name == "العربية"


def test_chinese_is_marked_as_simplified() -> None:
    assert LANGUAGES["zh"].tag == "zh-Hans"
    assert {words.tag for words in LANGUAGES.values()} >= set(LANGUAGES) - {"zh"}
