"""Why somebody revokes, suspends, replaces or erases: a sentence of theirs, which others will read."""

from collections.abc import Mapping
from typing import Any

from certifly.certificates.models import REASON_CHARACTERS_MAX
from certifly.templates.errors import UnacceptableText
from certifly.templates.sanitise import sanitise

REQUIRED_FAULT = 'reason is required: in a sentence, such as "Issued in error.".'


def read_reason(body: Mapping[str, Any], faults: dict[str, list[str]], *, required: bool) -> str | None:
    """The clean reason of a request; None with a fault of ``reason``, or where none is given and none needed."""
    value = body.get("reason")
    if isinstance(value, str):
        if len(value) > REASON_CHARACTERS_MAX:
            faults["reason"] = [_too_long(value)]
            return None
        try:
            value = sanitise(value)
        except UnacceptableText as error:
            faults["reason"] = [f"reason cannot be kept. {error}"]
            return None
        if len(value) > REASON_CHARACTERS_MAX:
            faults["reason"] = [_too_long(value)]  # some characters are written as two in NFC
            return None
        if value:
            return value
    elif value is not None:
        faults["reason"] = ["reason must be text in double quotes."]
        return None
    if required:
        faults["reason"] = [REQUIRED_FAULT]
    return None


def _too_long(text: str) -> str:
    return f"reason is too long: {len(text)} characters. At most {REASON_CHARACTERS_MAX} are accepted."
