"""Check the data of one certificate against its template, strictly, and tell every fault at once.

What each type takes, after cleaning:

- *text*: a JSON string. A number is not a text: whoever sends 42 for a name has mixed up the columns. It is on one
  line, unless its field is ``multiline``.
- *email*: one address without a display name, by its syntax; nothing is asked of the network.
- *date*: a day of the calendar as ``2026-11-23`` (ISO 8601). No time, no week, no slashes.
- *number*: a JSON number, or the same as a string (``"87.50"``), kept as it was sent: a string keeps its
  zeros. At most 15 digits, which every JSON reader keeps exact. No exponent, no thousands separator.
- *url*: an ``http`` or ``https`` address with a host and without credentials, kept as it was sent.

``null`` and what is blank after cleaning count as not sent. Booleans, lists and objects are never values.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from email_validator import EmailNotValidError, validate_email

from certifly.core.errors import Invalid
from certifly.core.limits import DATA_KEYS_MAX
from certifly.templates.document import (
    FIELD_NAME_CHARACTERS_MAX,
    VALUE_LINES_MAX,
    FieldDefinition,
    TemplateDocument,
)
from certifly.templates.errors import UnacceptableText
from certifly.templates.faults import Faults, shown
from certifly.templates.near import only_near
from certifly.templates.sanitise import sanitise
from certifly.templates.texts import web_address_fault

Value = str | int | float

SENT_CHARACTERS_MAX = 20_000
"""Longest string that is looked at: four times the longest value, so that markup may be cleaned away."""

KEY_CHARACTERS_MAX = 6 * FIELD_NAME_CHARACTERS_MAX
"""A longer key is no name even when its accents are written apart; and normalising is not for free."""

EMAIL_CHARACTERS_MAX = 254
DIGITS_MAX = 15
DAY_CHARACTERS = len("2026-11-23")
SUGGESTIONS_MAX = 10
"""Unknown keys for which a near name is looked for."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


class _Wrong(Exception):
    """What is wrong with one value, as the end of a sentence that begins with the field's name."""


class DataInvalid(Invalid):
    """Some values are wrong. ``clean`` holds the others, so that their faults of other kinds can be told too."""

    def __init__(self, errors: Mapping[str, Sequence[str]], *, clean: Mapping[str, Value]) -> None:
        super().__init__(errors)
        self.clean = clean


def check_data(
    document: TemplateDocument, raw: object, *, kept: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """The clean values by field name, in the template's order, without those that are blank.

    ``kept`` are values that an earlier certificate of this template version has, and that ``raw`` does not name.
    They were cleaned when they were sent, and are not cleaned again: that would decode ``&lt;`` a second time.

    Raises Invalid with every fault under ``data.<key>``, the template's own fields first: DataInvalid when some
    values may be right all the same. An empty list is an empty map: PHP writes one for the other.
    """
    kept = kept or {}
    sent = _map_of(raw)
    faults = Faults(subject="data")
    by_name, unknown = _by_name(document, sent, faults)

    data: dict[str, Value] = {}
    for name, field in document.fields.items():
        if name in kept and name not in by_name:
            data[name] = kept[name]
            continue
        try:
            value = _checked(field, by_name.get(name))
        except (_Wrong, UnacceptableText) as wrong:
            faults.add(f"data.{name}", f"{name} {_sentence_end(str(wrong))}")
            continue
        if value is not None:
            data[name] = value
        elif field.required:
            faults.add(f"data.{name}", f"{name} is required and must not be blank.")

    _tell_unknown(document, unknown, faults)
    try:
        faults.raise_if_any()
    except Invalid as error:
        raise DataInvalid(error.errors, clean=data) from None

    return data


def _map_of(raw: object) -> Mapping[str, object]:
    faults = Faults(subject="data")
    if raw is None:
        faults.add("data", 'data is required: an object such as {"Student Name": "Ada Lovelace"}.')
    elif raw == [] and isinstance(raw, list):
        return {}
    elif not isinstance(raw, dict):
        faults.add("data", f"data must be an object of labels and their values, not {_kind_of(raw)}.")
    elif len(raw) > DATA_KEYS_MAX:
        faults.add("data", f"data has {len(raw)} keys; at most {DATA_KEYS_MAX} are accepted.")
    faults.raise_if_any()
    assert isinstance(raw, dict)
    return raw


def _by_name(
    document: TemplateDocument, sent: Mapping[str, object], faults: Faults
) -> tuple[dict[str, object], list[str]]:
    """The values by the template's own names, and the keys that are none of them."""
    found: dict[str, object] = {}
    unknown: list[str] = []
    for key, value in sent.items():
        name = unicodedata.normalize("NFC", key) if len(key) <= KEY_CHARACTERS_MAX else key
        if name not in document.fields:
            unknown.append(key)
        elif name in found:
            faults.add(
                f"data.{name}", f"{name} was sent twice, spelt with different code points. Send it once."
            )
        else:
            found[name] = value
    return found, unknown


def _tell_unknown(document: TemplateDocument, unknown: list[str], faults: Faults) -> None:
    for index, key in enumerate(unknown):
        name = shown(key)
        near = only_near(name, document.fields) if index < SUGGESTIONS_MAX else None
        remedy = f"Did you mean {near}?" if near else "Leave it out, or add it to the template."
        faults.add(f"data.{name}", f"{name or 'An empty key'} is not a field of this template. {remedy}")


def _checked(field: FieldDefinition, value: object) -> Value | None:
    """The clean value, or None when there is nothing in it."""
    if value is None:
        return None
    if field.type == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return _json_number(value)
    if not isinstance(value, str):
        wanted = "a number" if field.type == "number" else "text in double quotes"
        raise _Wrong(f"must be {wanted}, not {_kind_of(value)}")
    if len(value) > SENT_CHARACTERS_MAX:
        raise _Wrong(f"is too long: {len(value)} characters. At most {field.max_length} are accepted")

    text = sanitise(value, multiline=field.multiline)
    if not text:
        return None
    if (lines := text.count("\n") + 1) > VALUE_LINES_MAX:
        raise _Wrong(f"has {lines} lines. At most {VALUE_LINES_MAX} are accepted")
    if len(text) > field.max_length:
        raise _Wrong(f"is too long: {len(text)} characters. At most {field.max_length} are accepted")
    return _CHECKS[field.type](text)


def _text(text: str) -> str:
    return text


def _email(text: str) -> str:
    if len(text) > EMAIL_CHARACTERS_MAX:
        raise _Wrong(f"is longer than an e-mail address can be, {EMAIL_CHARACTERS_MAX} characters")
    try:
        # Names under .test are nobody's: people try an installation with them, so they are let through.
        return validate_email(text, check_deliverability=False, strict=True, test_environment=True).normalized
    except EmailNotValidError as error:
        raise _Wrong(f"is not an e-mail address such as ada@example.org. {error}") from None


def _date(text: str) -> str:
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError:
        raise _Wrong(f"is {text}, a day that no calendar has") from None
    raise _Wrong("must be a date written as year, month and day: 2026-11-23")


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise _Wrong("must be a number such as 87.5: a decimal point, no separators, units or leading zeros")
    _refuse_many_digits(Decimal(text) if len(text) <= 2 * DIGITS_MAX else None)
    return text


def _json_number(number: float) -> int | float:
    if not abs(number) < 10**DIGITS_MAX:  # nor is NaN
        raise _Wrong(f"must be a number of at most {DIGITS_MAX} digits")
    _refuse_many_digits(Decimal(repr(number)))
    return abs(number) if number == 0 else number  # no certificate says -0.0


def _refuse_many_digits(number: Decimal | None) -> None:
    """At most so many digits, counting the zeros before and after the point that would be printed."""
    if number is not None:
        digits, exponent = number.as_tuple()[1:]
        assert isinstance(exponent, int)
        if max(len(digits), len(digits) + exponent, -exponent) <= DIGITS_MAX:
            return
    raise _Wrong(f"must be a number of at most {DIGITS_MAX} digits. Round it")


def _url(text: str) -> str:
    if wrong := web_address_fault(text):
        raise _Wrong(wrong)
    return text


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "text": _text,
    "email": _email,
    "date": _date,
    "number": _number,
    "url": _url,
}


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds[type(value)]


def _sentence_end(text: str) -> str:
    text = text[0].lower() + text[1:]
    return text if text.endswith(".") else f"{text}."
