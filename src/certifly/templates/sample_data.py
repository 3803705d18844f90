"""Values that a certificate of a template could have, made up: for previews, and for examples in its schema."""

from collections.abc import Mapping
from datetime import date

from certifly.templates.document import FieldDefinition, TemplateDocument
from certifly.templates.fields import Value

SAMPLE_NAME = "Ada Lovelace"
SAMPLE_NAMES = {
    "ar": "محمد بن عبد الله",
    "el": "Υπατία Αλεξανδρινή",
    "fa": "مریم میرزاخانی",
    "he": "חנה ארנדט",
    "hi": "अनुष्का शर्मा",
    "ja": "山田 太郎",
    "ko": "김민준",
    "ru": "Софья Ковалевская",
    "th": "สมชาย ใจดี",
    "uk": "Леся Українка",
    "zh": "王小明",
}
"""A name as long as names are, in the scripts of languages that do not use Latin letters."""


def sample_data(document: TemplateDocument, *, day: date) -> dict[str, Value]:
    """A value for every field: a person's name for the recipient, for other texts the name of the field."""
    name = SAMPLE_NAMES.get(document.language.partition("-")[0], SAMPLE_NAME)
    return {
        field.name: _sample(field, person=name if field.name == document.recipient.name else None, day=day)
        for field in document.fields.values()
    }


def _sample(field: FieldDefinition, *, person: str | None, day: date) -> Value:
    samples: Mapping[str, Value] = {
        "text": (person or field.name)[: field.max_length].strip(),
        "email": "ada@example.org",
        "date": day.isoformat(),
        "number": 42,
        "url": "https://example.org/",
    }
    return samples[field.type]
