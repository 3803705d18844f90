"""The standing cast: Ada receives, Lovelace Academy issues, and it is Monday."""

from datetime import UTC, datetime, timedelta
from typing import Any

from certifly.credentials.keyring import Keyring, MasterKey

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)

ADA = "Ada Lovelace"
ADAS_ADDRESS = "ada@example.org"

SECRET_KEY = "k" * 32
KEYRING = Keyring(MasterKey.from_settings(None, SECRET_KEY))
"""Opens the keys of an installation that has this secret key and no master key."""


def text_element(text: str, **changes: Any) -> dict[str, Any]:
    """A text element of a layout."""
    element = {
        "type": "text",
        "text": text,
        "x": 20,
        "y": 60,
        "width": 257,
        "height": 30,
        "font": "EB Garamond",
    }
    element |= {"size": 40, "size_min": 14, "lines_max": 1, "align": "center", "color": "#1d2b4f"}
    return element | changes


def template_document(**changes: Any) -> dict[str, Any]:
    """A small template: a name in large type, a course below it, and the code to check it by."""
    document: dict[str, Any] = {
        "name": "Certificate of completion",
        "language": "en",
        "timezone": "Europe/London",
        "labels": [
            {"name": "Student Name", "type": "text", "required": True, "max_length": 120},
            {"name": "Course", "type": "text"},
            {"name": "Date", "type": "date"},
        ],
        "extra_fields": [{"name": "Email", "type": "email"}],
        "recipient": {"name": "Student Name", "email": "Email"},
        "title": "Certificate of completion for {Student Name}",
        "layout": {
            "page": {"width": 297, "height": 210, "fill": "#fffdf7"},
            "elements": [
                text_element("{Student Name}"),
                text_element("{Course}", y=100, size=20, size_min=10, lines_max=2),
                text_element("{Date} {certificate.issued_on}", y=140, height=12, size=12, size_min=8),
                text_element("{certificate.code}", y=190, height=8, size=8, size_min=6),
                {
                    "type": "qr",
                    "x": 252,
                    "y": 164,
                    "width": 26,
                    "height": 26,
                    "alt": "Check this certificate",
                },
            ],
        },
    }
    return document | changes
