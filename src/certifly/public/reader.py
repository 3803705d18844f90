"""Who reads a page: in which of our languages its own words are.

``?lang=de``, as the menu of languages links it, decides; otherwise ``Accept-Language`` does. The choice travels in the
links of the pages, since a visitor gets no cookie.
"""

from dataclasses import dataclass

from starlette.requests import Request

from certifly.public.words import FALLBACK, LANGUAGES, Words, words_for
from certifly.web.headers import list_header
from certifly.web.negotiation import offered_language, preferred_language

LANGUAGE_PARAMETER = "lang"


@dataclass(frozen=True, slots=True)
class Reader:
    """The language of one reader. ``is_chosen``: taken from the menu of languages, not from the browser."""

    words: Words
    is_chosen: bool = False

    @property
    def query(self) -> str:
        """What links to other pages of ours end with, so that the choice is kept: ``?lang=de``, or nothing."""
        return f"?{LANGUAGE_PARAMETER}={self.words.language}" if self.is_chosen else ""


def reader_of(request: Request) -> Reader:
    """The reader of a page that belongs to no certificate: English where none of their languages is spoken."""
    return reader_with_fallback(request, FALLBACK)


def reader_with_fallback(request: Request, language: str) -> Reader:
    """The reader of a page about a certificate, whose language is taken where none of theirs is spoken."""
    chosen = offered_language(request.query_params.get(LANGUAGE_PARAMETER, ""), LANGUAGES)
    if chosen is not None:
        return Reader(LANGUAGES[chosen], is_chosen=True)
    accepted = list_header(request, "Accept-Language")
    fallback = words_for(language).language
    return Reader(LANGUAGES[preferred_language(accepted, LANGUAGES, fallback=fallback)])
