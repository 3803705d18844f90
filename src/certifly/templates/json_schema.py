"""What a template's data may be, as a JSON Schema (draft 2020-12): for forms, for clients, for language models.

The schema describes data as it is kept: whatever ``check_data`` returns is valid. It refuses nothing else than
``check_data`` does, and takes nothing else, but for the rules below, which no schema can say. A property test
holds the two against each other.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from certifly.templates.document import (
    VALUE_CHARACTERS_MAX,
    VALUE_LINES_MAX,
    FieldDefinition,
    TemplateDocument,
)
from certifly.templates.fields import (
    DAY_CHARACTERS,
    DIGITS_MAX,
    EMAIL_CHARACTERS_MAX,
    DataInvalid,
    Value,
    check_data,
)
from certifly.templates.sample_data import sample_data
from certifly.templates.sanitise import MARKS_IN_A_ROW_MAX
from certifly.templates.texts import URL_CHARACTERS_MAX

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MEDIA_TYPE = "application/schema+json"

REFUSED_BEYOND_THE_SCHEMA = (
    "a text of which nothing is left after cleaning, where it is required: blanks, tags, what draws nothing",
    "a text that cannot be cleaned: with U+FFFD or half a surrogate pair, with more than "
    f"{MARKS_IN_A_ROW_MAX} accents on one letter, with a script that does not end or tags inside of tags, with a "
    "character reference that stands for no character; and one that is too long once it is in Unicode's NFC",
    "a day that no calendar has, such as 2026-02-30, by validators that do not look at `format`",
    "an e-mail address or a web address that looks right, and of which a part cannot be",
    f"a JSON number of more than {DIGITS_MAX} digits",
    "a key sent twice, spelt with different code points",
    "a label that no font can draw, or that finds no room on the page: see `validate-certificate`",
)
"""What is refused all the same: the schema takes it."""

TAKEN_BEYOND_THE_SCHEMA = (
    "what cleaning makes right: blanks around and between words, HTML tags, character references such as `&amp;`, "
    "controls; lengths count what is left",
    "`null`, and what is blank after cleaning, for a field that is not required: it counts as not sent",
    "keys and texts whose accents are written apart",
    "`[]` for an object without keys, as PHP writes it",
)
"""What is taken all the same: the schema refuses it."""

DESCRIPTION = (
    "What `data` takes when a certificate is issued from this template. Labels are printed on the certificate, and "
    "public on its check page; extra fields are kept with it, and neither printed nor public."
)
EXAMPLE_DAY = date(2026, 11, 23)

_LABEL = "Label: printed on the certificate, and public on its check page."
_EXTRA_FIELD = "Extra field: kept with the certificate, neither printed nor public."
_SEVERAL_LINES = f"Text of up to {VALUE_LINES_MAX} lines; line ends are kept."
_LINES = f"^[^\\n]*(?:\\n[^\\n]*){{0,{VALUE_LINES_MAX - 1}}}$"
_WRITTEN: Mapping[str, str] = {
    "text": "Text on one line.",
    "email": "One e-mail address, without a name.",
    "date": "A day as year, month and day: 2026-11-23.",
    "number": f"A number of at most {DIGITS_MAX} digits; as text it keeps its zeros: 87.50.",
    "url": "A web address that begins with https:// or http://.",
}

_DIGITS_BEFORE_AND_AFTER = f"(?=[0-9.]{{3,{DIGITS_MAX + 1}}}$)[1-9][0-9]*\\.[0-9]+"
_NUMBER = (
    rf"^-?(?:0(?:\.[0-9]{{1,{DIGITS_MAX}}})?|[1-9][0-9]{{0,{DIGITS_MAX - 1}}}|{_DIGITS_BEFORE_AND_AFTER})$"
)
_NUMBER_CHARACTERS_MAX = len("-0.") + DIGITS_MAX

_TYPES: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": "string", "minLength": 1, "maxLength": VALUE_CHARACTERS_MAX},
    # Not "email", which is for ASCII alone.
    "email": {"type": "string", "format": "idn-email", "minLength": 1, "maxLength": EMAIL_CHARACTERS_MAX},
    "date": {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "maxLength": DAY_CHARACTERS,
    },
    "number": {
        "type": ["number", "string"],
        "exclusiveMinimum": -(10**DIGITS_MAX),
        "exclusiveMaximum": 10**DIGITS_MAX,
        "pattern": _NUMBER,
        "maxLength": _NUMBER_CHARACTERS_MAX,
    },
    # No format: what people paste as a web address is often neither a "uri" nor an "iri" to the letter.
    "url": {
        "type": "string",
        "pattern": r'^[Hh][Tt][Tt][Pp][Ss]?://[^ "<>\\^`{|}]+$',
        "maxLength": URL_CHARACTERS_MAX,
    },
}


def data_schema(document: TemplateDocument, *, address: str) -> dict[str, Any]:
    """The schema of the ``data`` that a certificate of this document takes; ``address`` is where it can be had."""
    examples = _examples(document)
    required = [field.name for field in document.fields.values() if field.required]
    schema = {
        "$schema": DIALECT,
        "$id": address,
        "title": document.name,
        "description": DESCRIPTION,
        "type": "object",
        "properties": {
            field.name: _property(field, document, examples.get(field.name))
            for field in document.fields.values()
        },
        "required": required,
        "additionalProperties": False,
    }
    if set(required) <= set(examples):
        schema["examples"] = [examples]
    return schema


def _property(field: FieldDefinition, document: TemplateDocument, example: Value | None) -> dict[str, Any]:
    described = dict(_TYPES[field.type])
    described["maxLength"] = min(described["maxLength"], field.max_length)
    if field.multiline:
        described["pattern"] = _LINES
    described["description"] = " ".join(_sentences(field, document))
    if example is not None:
        described["examples"] = [example]
    return described


def _sentences(field: FieldDefinition, document: TemplateDocument) -> list[str]:
    told = [_LABEL if field.name in document.label_names else _EXTRA_FIELD]
    told.append(_SEVERAL_LINES if field.multiline else _WRITTEN[field.type])
    if field.name == document.recipient.name:
        told.append("Names the recipient.")
    if field.name == document.recipient.email:
        told.append("The recipient's address, which e-mail goes to.")
    return told


def _examples(document: TemplateDocument) -> dict[str, Value]:
    """Sample values by name, without those that the field has no room for."""
    try:
        return check_data(document, sample_data(document, day=EXAMPLE_DAY))
    except DataInvalid as error:
        return dict(error.clean)
