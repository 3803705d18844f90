"""The page's own words, in the languages it speaks, from one file each in ``languages/``.

Every file has the same keys, and a sentence keeps its ``{places}``; a language the page does not speak
falls back to English. What stands on the certificate is never translated. The words of reports hang together in
groups, by verdict, check, outcome, reason and scope; a name without its words fails when the files are read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import get_args

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from certifly.public.verdict import Kind
from certifly.verification.report import CheckName, Outcome, Reason, Scope

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
    checked: str
    reason_given: str
    see_successor: str
    see_record: str
    erased_note: str
    expires_on: str
    corrects: str
    corrected_by: str
    more_formats: str
    download_svg: str
    download_json: str
    download_jwt: str
    share: str
    share_linkedin: str
    a_certificate: str
    file_check: str
    rests_on: str
    claims: str
    claims_caution: str
    claim_title: str
    claim_recipient: str
    claim_from: str
    file: str
    file_kind: str
    file_size: str
    byte_count: str
    not_kept: str
    check_file: str
    check_file_button: str
    no_file: str
    file_too_large: str
    file_busy: str
    verdicts: Mapping[Kind, str]
    sayings: Mapping[Kind, str]
    checks: Mapping[CheckName, str]
    outcomes: Mapping[Outcome, str]
    reasons: Mapping[Reason, str]
    scopes: Mapping[Scope, str]

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, for the page as a whole."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def day(self, day: date, language: str) -> str:
        """A date in words, as the certificate itself writes it where the page speaks the template's language."""
        tag = language if _base(language) == self.language else self.language
        return format_date(day, format="long", locale=Locale.parse(tag, sep="-"))

    def number(self, number: int) -> str:
        """A whole number with the language's separators."""
        return str(format_decimal(number, locale=Locale.parse(self.language)))


_GROUPS: Mapping[str, frozenset[str]] = {
    "verdicts": frozenset(get_args(Kind)),
    "sayings": frozenset(get_args(Kind)),
    "checks": frozenset(CheckName),
    "outcomes": frozenset(Outcome),
    "reasons": frozenset(Reason),
    "scopes": frozenset(Scope),
}
"""What the words of a group are about."""


def _read_languages() -> Mapping[str, Words]:
    wanted = {field.name for field in fields(Words)} - {"language"}
    found: dict[str, Words] = {}
    for path in sorted((Path(__file__).parent / "languages").glob("*.json")):
        texts = json.loads(path.read_text(encoding="utf-8"))
        assert set(texts) == wanted, f"{path.name} lacks or invents words: {set(texts) ^ wanted}"
        for group, names in _GROUPS.items():
            assert set(texts[group]) == names, f"{group} in {path.name}: {set(texts[group]) ^ names}"
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
