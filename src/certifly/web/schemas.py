"""The schemas that answers of several doors share, and the blocks they are built from (JSON Schema 2020-12)."""

from typing import Any

from certifly.core.limits import PAGE_MAX
from certifly.web.paging import CURSOR_LENGTH_MAX

ID = {
    "type": "string",
    "pattern": "^[1-9][0-9]{0,15}$",
    "description": "A decimal number, counted per tenant.",
}
MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$",
    "description": "UTC, ISO 8601, microseconds, `Z`.",
}
CODE = {"type": "string", "format": "uuid", "description": "The public code: a UUID v4."}
EXAMPLE_CODE = "0b6f1d0a-5c39-4b1e-9c2a-7f3f0d9a1e55"
ADDRESS = {"type": "string", "format": "uri"}
BYTES: dict[str, Any] = {}
"""A body that is no text: since OpenAPI 3.1 its media type alone says what it is."""


def told(schema: dict[str, Any], meaning: str) -> dict[str, Any]:
    """The schema, saying what a value of it means in this place."""
    return {**schema, "description": meaning}


def ref(name: str) -> dict[str, Any]:
    """A reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What the schema takes, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def closed(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object with exactly these members."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def resource_of(
    kind: str, data: dict[str, Any], *, identifier: dict[str, Any] = ID, meta: Any = None
) -> dict[str, Any]:
    """The answer that holds one thing."""
    return closed({"data": item_of(kind, data, identifier=identifier), "meta": meta or ref("EmptyMeta")})


def item_of(kind: str, data: dict[str, Any], *, identifier: dict[str, Any] = ID) -> dict[str, Any]:
    """One thing inside an answer."""
    return closed({"id": identifier, "type": {"type": "string", "const": kind}, "data": data})


def list_of(item: dict[str, Any]) -> dict[str, Any]:
    """The answer that holds several things."""
    cursor = {
        "type": ["string", "null"],
        "maxLength": CURSOR_LENGTH_MAX,
        "description": "What `cursor` of the call for the next page is; null on the last page.",
    }
    return closed(
        {
            "data": {"type": "array", "maxItems": PAGE_MAX, "items": item},
            "meta": closed({"next_cursor": cursor}),
        }
    )
