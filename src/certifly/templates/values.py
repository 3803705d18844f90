"""What is drawn for each placeholder, as text in the template's language.

One function decides for issuing and for previews, so that both show the same. Dates are written out in the
template's language; numbers keep their digits and get its decimal sign, without grouping: a number may be a
year. Extra fields are never drawn and never in the result.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import get_decimal_symbol

from certifly.rendering.placeholders import (
    CERTIFICATE_CHECK_URL,
    CERTIFICATE_CODE,
    CERTIFICATE_EXPIRES_ON,
    CERTIFICATE_ISSUED_ON,
    ISSUER_NAME,
    fill,
)
from certifly.templates.document import TemplateDocument
from certifly.templates.fields import Value
from certifly.templates.validity import last_valid_day

DAYS_KEPT_MAX = 4096


def drawing_values(
    document: TemplateDocument,
    data: Mapping[str, Value],
    *,
    code: str,
    issued_at: datetime,
    check_url: str,
    issuer_name: str,
    expires_at: datetime | None = None,
) -> dict[str, str]:
    """The text of every placeholder that has one. ``data`` is clean; the moments are aware."""
    values = {
        label.name: _written(label.type, data[label.name], document.language)
        for label in document.labels
        if label.name in data
    }
    values[CERTIFICATE_CODE] = code
    values[CERTIFICATE_ISSUED_ON] = written_day(day_of(issued_at, document), document.language)
    if expires_at is not None:
        values[CERTIFICATE_EXPIRES_ON] = written_day(
            last_valid_day(expires_at, document.timezone), document.language
        )
    values[CERTIFICATE_CHECK_URL] = check_url
    values[ISSUER_NAME] = issuer_name
    return values


def day_of(moment: datetime, document: TemplateDocument) -> date:
    """The day that an aware moment falls on where the issuer is."""
    return moment.astimezone(ZoneInfo(document.timezone)).date()


def title_of(document: TemplateDocument, values: Mapping[str, str]) -> str:
    """The title of one certificate, never blank: an accessible PDF must have one."""
    return " ".join(fill(document.title, values).split()) or document.name


@lru_cache(maxsize=DAYS_KEPT_MAX)
def written_day(day: date, language: str) -> str:
    """A day in words: 23 November 2026."""
    return format_date(day, format="long", locale=Locale.parse(language, sep="-"))


def _written(kind: str, value: Value, language: str) -> str:
    if kind == "date":
        return written_day(date.fromisoformat(str(value)), language)
    if kind == "number":
        digits = value if isinstance(value, str) else format(Decimal(repr(value)), "f")
        return digits.replace(".", _decimal_sign(language))
    return str(value)


@lru_cache
def _decimal_sign(language: str) -> str:
    return get_decimal_symbol(Locale.parse(language, sep="-"))
