"""A small sound document, and ways to spoil it."""

import copy
from typing import Any

COMPLETION: dict[str, Any] = {
    "name": "Certificate of completion",
    "language": "en",
    "timezone": "Europe/London",
    "labels": [
        {"name": "Student Name", "type": "text", "required": True, "max_length": 120},
        {"name": "Course", "type": "text"},
        {"name": "Date", "type": "date"},
        {"name": "Score", "type": "number"},
        {"name": "Link", "type": "url"},
    ],
    "extra_fields": [{"name": "Email", "type": "email"}],
    "recipient": {"name": "Student Name", "email": "Email"},
    "title": "Certificate of completion for {Student Name}",
    "layout": {
        "page": {"width": 297, "height": 210, "fill": "#fffdf7"},
        "elements": [
            {"type": "rectangle", "x": 10, "y": 10, "width": 277, "height": 190, "stroke": "#1d2b4f"},
            {
                "type": "text",
                "text": "{Student Name}",
                "x": 40,
                "y": 84,
                "width": 217,
                "height": 22,
                "size": 44,
                "size_min": 20,
                "align": "center",
            },
            {
                "type": "text",
                "text": "has completed {Course}, {Date}",
                "x": 40,
                "y": 110,
                "width": 217,
                "height": 12,
                "size": 16,
            },
            {"type": "qr", "x": 252, "y": 164, "width": 26, "height": 26, "alt": "Check this certificate"},
        ],
    },
}


def completion(**changes: Any) -> dict[str, Any]:
    """The document with top-level keys replaced; None takes a key out."""
    document = copy.deepcopy(COMPLETION) | changes
    return {key: value for key, value in document.items() if value is not None}


def with_elements(*elements: dict[str, Any]) -> dict[str, Any]:
    """The document with other elements."""
    return completion(layout={"page": {"width": 297, "height": 210}, "elements": list(elements)})


def text_element(**changes: Any) -> dict[str, Any]:
    """A text element that draws the student's name."""
    return {
        "type": "text",
        "text": "{Student Name}",
        "x": 40,
        "y": 84,
        "width": 217,
        "height": 22,
        "size": 20,
    } | changes
