"""An installation for the handbook to describe, from the OpenAPI document that was looked at."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from certifly.handbook.facts import Installation

PUBLIC_URL = "https://certificates.example.org"


@cache
def installation(public_url: str = PUBLIC_URL) -> Installation:
    """The installation at an address."""
    return Installation(public_url=public_url, openapi=openapi())


@cache
def openapi() -> dict[str, Any]:
    """The document in ``tests/snapshots``, which a contract test holds against the application's."""
    text = (Path(__file__).parent / "snapshots" / "openapi.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
