"""The page's own words, in the languages it speaks, from one file each in ``languages/``.

Every file has the same keys, and a sentence keeps its ``{places}``. ``reader.py`` says which language a reader gets.
What is written on the certificate is never translated. The words of reports form groups, by verdict, check, outcome,
reason and scope; a name without its words fails when the files are read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from certifly.public.verdict import Kind
from certifly.verification.report import CheckName, NoteKind, Outcome, Reason, Scope
from certifly.web.negotiation import offered_language

FALLBACK = "en"

ErrorKind = Literal["not_found", "gone", "being_made", "not_made", "method", "busy", "failed", "refused"]
"""What a page says where there is nothing else to show."""

RIGHT_TO_LEFT = frozenset({"ar", "he"})
TAGS = {"zh": "zh-Hans"}
"""Where the tag for browsers says more than the name of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language of the page. ``language`` is its primary subtag (``de``); the rest are the texts of its file."""

    language: str
    og_locale: str
    language_name: str
    language_menu: str
    check: str
    skip: str
    compare: str
    being_made: str
    not_yet_made: str
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
    all_passed: str
    some_passed: str
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
    record_refused: str
    rests_on: str
    stamp_confirmed: str
    stamp_claimed: str
    claims: str
    claims_caution: str
    qr_code_says: str
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
    file_empty: str
    file_too_large: str
    file_busy: str
    home: str
    handbook: str
    request_number: str
    error_titles: Mapping[ErrorKind, str]
    error_sayings: Mapping[ErrorKind, str]
    file_too_many: str
    verdicts: Mapping[Kind, str]
    sayings: Mapping[Kind, str]
    checks: Mapping[CheckName, str]
    outcomes: Mapping[Outcome, str]
    reasons: Mapping[Reason, str]
    scopes: Mapping[Scope, str]
    notes: Mapping[NoteKind, str]

    @property
    def tag(self) -> str:
        """The language for ``lang`` attributes and ``Content-Language``."""
        return TAGS.get(self.language, self.language)

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, for the page as a whole."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def day(self, day: date, language: str) -> str:
        """A date in words, as the certificate itself writes it where the page speaks the template's language."""
        tag = language if offered_language(language, LANGUAGES) == self.language else self.language
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
    "notes": frozenset(NoteKind),
    "error_titles": frozenset(get_args(ErrorKind)),
    "error_sayings": frozenset(get_args(ErrorKind)),
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
    """The words in ``language`` (``de``, ``pt-BR``); English otherwise."""
    return LANGUAGES[offered_language(language, LANGUAGES) or FALLBACK]
