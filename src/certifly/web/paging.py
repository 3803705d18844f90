"""Lists by cursor: where the last page ended, signed, so that nobody can make one up.

The parameters of a list are read strictly: unknown ones, and one sent twice, are refused.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certifly.core.errors import Invalid
from certifly.core.ids import parse_id
from certifly.core.limits import PAGE_DEFAULT, PAGE_MAX
from certifly.web.decoding import printable

CURSOR_LENGTH_MAX = 512
PARAMETERS_NAMED_MAX = 20
"""Unknown parameters that an answer names; it only counts further ones."""

_SIGNATURE_BYTES = 16
_CURSOR_FAULT = (
    "This cursor is not valid here. Use meta.next_cursor of the same list with the same filters, or none."
)


@dataclass(frozen=True, slots=True)
class Page:
    """How many items, and after which."""

    limit: int
    after: int | None


def read_page(
    parameters: Mapping[str, str], *, list_name: str, tenant_id: int, key: str
) -> tuple[Page | None, dict[str, list[str]]]:
    """The page asked for by ``cursor`` and ``limit``, or the faults of these parameters.

    ``list_name`` holds the list and its filters: a cursor is valid for that list of that tenant only.
    """
    faults: dict[str, list[str]] = {}
    limit = PAGE_DEFAULT
    text = parameters.get("limit")
    if text is not None:
        limit = parse_id(text) or 0
        if not 1 <= limit <= PAGE_MAX:
            faults["limit"] = [f"limit must be a whole number from 1 to {PAGE_MAX}."]
    after = None
    cursor = parameters.get("cursor")
    if cursor is not None:
        after = _open(cursor, _mark(list_name, tenant_id, key))
        if after is None:
            faults["cursor"] = [_CURSOR_FAULT]
    return (None, faults) if faults else (Page(limit, after), {})


def make_cursor(after: int, *, list_name: str, tenant_id: int, key: str) -> str:
    """The cursor of the page that follows the row ``after``."""
    payload = str(after).encode()
    signature = hmac.digest(_mark(list_name, tenant_id, key), payload, hashlib.sha256)[:_SIGNATURE_BYTES]
    return _in_text(signature + payload)


def read_parameters(
    pairs: Iterable[tuple[str, str]], allowed: set[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The parameters of a list by name, and a fault for each that it does not know or that is sent twice."""
    parameters: dict[str, str] = {}
    faults: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in allowed:
            if len(faults) < PARAMETERS_NAMED_MAX:
                faults[printable(name)] = [f"Unknown parameter. There are: {', '.join(sorted(allowed))}."]
        elif name in parameters:
            faults[name] = [f"{name} stands twice. Send it once."]
        else:
            parameters[name] = value
    return parameters, faults


def raise_faults(*parts: dict[str, list[str]]) -> None:
    """Raise one Invalid with every fault, if there is any."""
    faults: dict[str, list[str]] = {}
    for part in parts:
        for name, messages in part.items():
            faults.setdefault(name, []).extend(messages)
    if faults:
        raise Invalid(faults)


def _mark(list_name: str, tenant_id: int, key: str) -> bytes:
    return hmac.digest(key.encode(), json.dumps(["cursor", tenant_id, list_name]).encode(), hashlib.sha256)


def _in_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _open(cursor: str, mark: bytes) -> int | None:
    if len(cursor) > CURSOR_LENGTH_MAX or not cursor.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        return None
    signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    expected = hmac.digest(mark, payload, hashlib.sha256)[:_SIGNATURE_BYTES]
    if not hmac.compare_digest(signature, expected) or _in_text(raw) != cursor:
        return None
    return int(payload)
