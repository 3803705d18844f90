"""From the API's answers to the facts of a tool: the same keys and values, one level less deep.

The API wraps every resource in ``{"data": {"id", "type", "data": {...}}, "meta"}``. A model has no use for that; what
is inside keeps its names, so that the handbook of the API explains the facts of the tools too.
"""

from collections.abc import Mapping
from typing import Any

from certifly.mcp.asking import Answer

Schema = Mapping[str, Any]


def facts_of(answer: Answer) -> dict[str, Any]:
    """One resource, with what its ``meta`` says beside it."""
    content = answer.json()
    meta = content["meta"]
    return _flat(content["data"]) | (dict(meta) if isinstance(meta, dict) else {})


def page_of(answer: Answer, name: str) -> dict[str, Any]:
    """A page of resources under ``name``, with the cursor of the next page or null."""
    content = answer.json()
    return {name: [_flat(item) for item in content["data"]], "next_cursor": content["meta"]["next_cursor"]}


def counted(page: Mapping[str, Any], name: str) -> str:
    """How many the page holds, and whether there are more."""
    more = " There are more: read on with the cursor." if page["next_cursor"] else ""
    return f"{len(page[name])}, the newest first.{more}"


def object_schema(properties: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    """A JSON Schema of facts: what is worth knowing; further keys may come with later versions."""
    return {"type": "object", "properties": dict(properties), "required": list(required)}


def page_schema(name: str, item: Schema) -> Schema:
    """The JSON Schema of ``page_of``."""
    cursor = {"type": ["string", "null"], "description": "Give it as `cursor` to read on; null at the end."}
    return object_schema(
        {name: {"type": "array", "items": item}, "next_cursor": cursor}, required=(name, "next_cursor")
    )


def _flat(item: Mapping[str, Any]) -> dict[str, Any]:
    identity = {"id": item["id"]} if item["id"] is not None else {}  # what is not stored has none
    return {**identity, **item["data"]}
