"""The page's own words, in the languages it speaks, from one file each in ``languages/``.

Every file has the same keys, and a sentence keeps its ``{places}``; a language the page does not speak
falls back to English. What stands on the certificate is never translated.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from babel import Locale
from babel.dates import format_date

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar", "he"})
ACCEPT_LANGUAGE_CHARACTERS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language of the page. ``language`` is its tag; the rest are the texts of its file."""

    language: str
    og_locale: str
    check: str
    skip: str
    genuine: str
    on_record: str
    compare: str
    being_made: str
    look_again: str
    not_made: str
    picture: str
    issued_by: str
    issued_on: str
    code: str
    address: str
    record: str
    printed: str
    download_pdf: str
    download_png: str
    missing_title: str
    missing_body: str
    button: str
    landing_title: str
    landing_body: str

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, for the page as a whole."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def day(self, day: date, language: str) -> str:
        """A date in words, as the certificate itself writes it where the page speaks the template's language."""
        tag = language if _base(language) == self.language else self.language
        return format_date(day, format="long", locale=Locale.parse(tag, sep="-"))


def _read_languages() -> Mapping[str, Words]:
    wanted = {field.name for field in fields(Words)} - {"language"}
    found: dict[str, Words] = {}
    for path in sorted((Path(__file__).parent / "languages").glob("*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        assert set(texts) == wanted, f"{path.name} lacks or invents words: {set(texts) ^ wanted}"
        found[path.stem] = Words(language=path.stem, **texts)
    return found


LANGUAGES = _read_languages()


def words_for(language: str) -> Words:
    """The page's words for a certificate written in ``language`` (``de``, ``pt-BR``); English otherwise."""
    return LANGUAGES.get(_base(language), LANGUAGES[FALLBACK])


def words_for_visitor(accept_language: str) -> Words:
    """The best language of the visitor's browser that the page speaks; for pages without a certificate."""
    return next(
        (LANGUAGES[tag] for tag in _preferred(accept_language) if tag in LANGUAGES), LANGUAGES[FALLBACK]
    )


def _base(tag: str) -> str:
    base = tag.replace("_", "-").partition("-")[0].strip().lower()
    return {"iw": "he"}.get(base, base)


def _preferred(accept_language: str) -> Sequence[str]:
    ranked: list[tuple[float, str]] = []
    for part in accept_language[:ACCEPT_LANGUAGE_CHARACTERS_MAX].split(","):
        tag, _, parameter = part.partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            ranked.append((-quality, _base(tag)))
    # The sort is stable: of equals, the one named first wins.
    return [tag for _, tag in sorted(ranked, key=lambda item: item[0])]
