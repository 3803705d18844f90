"""Answers of success, in the shapes of the published page."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response


def encode(content: Any) -> bytes:
    """JSON as we send it: UTF-8, characters as themselves, no blanks."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def json_response(content: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """``content`` as JSON."""
    return Response(encode(content), status, dict(headers or {}), "application/json")


def resource(
    kind: str, identifier: str | None, data: Mapping[str, Any], *, meta: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """One thing: ``{"data": {"id", "type", "data"}, "meta": [] or {...}}``. What is not stored has no id."""
    return {"data": {"id": identifier, "type": kind, "data": data}, "meta": meta or []}


def collection(items: list[dict[str, Any]], *, next_cursor: str | None) -> dict[str, Any]:
    """Several things, with the cursor of the next page or null."""
    return {"data": items, "meta": {"next_cursor": next_cursor}}
