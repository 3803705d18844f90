"""What a program asks for when it issues a certificate: the published call's body, read strictly."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from certifly.core.ids import parse_id
from certifly.core.limits import IDS_MAX

FIELDS = ("template_id", "data", "send_email", "expires_at")
UNKNOWN_KEYS_NAMED_MAX = 20
"""A body has room for ten thousand keys; to say of each what it might have meant would take a second."""

PLACEHOLDER_FAULT = "Replace the placeholder {{template_id}} by the id of a published template, such as 1."
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
"""RFC 3339: what JSON Schema calls ``date-time``."""
_TEMPLATE_ID_FAULT = "template_id must be the id of a published template: a whole number, such as 1."
BARE_ID_FAULT = f"{_TEMPLATE_ID_FAULT} The value that was sent there is not valid JSON."


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """A request whose own fields are understood; its data is not yet held against a template."""

    template_id: int | None
    data: Mapping[str, Any] | None
    send_email: bool
    expires_at: datetime | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Values that the certificate keeps from the one that it replaces."""


def read_request(body: Mapping[str, Any]) -> tuple[IssueRequest, dict[str, list[str]]]:
    """The request, and the faults of its fields by name; a field with a fault is None in the request."""
    faults: dict[str, list[str]] = {}
    template_id = _read_template_id(body, faults)
    data = read_data(body, faults)
    send_email = read_send_email(body, faults)
    expires_at = read_moment(body, "expires_at", faults)
    refuse_unknown(body, FIELDS, faults)
    return IssueRequest(template_id, data, send_email, expires_at), faults


def _read_template_id(body: Mapping[str, Any], faults: dict[str, list[str]]) -> int | None:
    value = body.get("template_id")
    if value is None:
        faults["template_id"] = ["template_id is required: the id of a published template, such as 1."]
        return None
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("{{"):
            faults["template_id"] = [PLACEHOLDER_FAULT]
            return None
        value = parse_id(text)
    # type() and not isinstance(): true is an int to Python, and not an id to anybody.
    if type(value) is not int or not 1 <= value <= IDS_MAX:
        faults["template_id"] = [_TEMPLATE_ID_FAULT]
        return None
    return value


def read_data(body: Mapping[str, Any], faults: dict[str, list[str]]) -> Mapping[str, Any] | None:
    """The values by label as they were sent; None with a fault of ``data``."""
    value = body.get("data")
    if value is None:
        faults["data"] = [
            'data is required: an object with the template\'s labels, such as {"Student Name": "Ada"}.'
        ]
        return None
    if value == [] and isinstance(value, list):
        return {}  # how PHP encodes a map without entries
    if not isinstance(value, dict):
        faults["data"] = ["data must be an object that maps labels to values."]
        return None
    return value


def read_send_email(body: Mapping[str, Any], faults: dict[str, list[str]]) -> bool:
    """Whether an e-mail is asked for."""
    value = body.get("send_email")
    if not isinstance(value, bool | None):
        faults["send_email"] = ["send_email must be true or false."]
    return value is True


def read_moment(body: Mapping[str, Any], name: str, faults: dict[str, list[str]]) -> datetime | None:
    """A moment with its zone, in UTC; None with a fault of ``name``, or where there is none."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # a day that no calendar has, or beyond the last year: told in the same words
    faults[name] = [f"{name} must be a moment with its zone, such as 2026-11-23T16:00:00Z."]
    return None


def refuse_unknown(body: Mapping[str, Any], known: Sequence[str], faults: dict[str, list[str]]) -> None:
    """A fault for each key that the call does not know."""
    unknown = [name for name in body if name not in known]
    for name in unknown[:UNKNOWN_KEYS_NAMED_MAX]:
        shown = name.encode("utf-8", "replace").decode()[:80]
        near = difflib.get_close_matches(shown, known, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(known)}."
        faults[shown] = [f"Unknown key.{hint}"]
