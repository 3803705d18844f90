"""What the handbook knows of the installation that it describes.

Nothing here opens a database: the same facts make the static site of ``certifly docs export``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Installation:
    """An installation, as far as a handbook can tell its readers about it."""

    public_url: str
    """The address people reach it at, without a slash at the end. It may hold a path."""
    openapi: Mapping[str, Any]
    """The OpenAPI document that it serves."""

    @property
    def root(self) -> str:
        """The path under which it lives, often empty. Pages link by it, not by the address: so they also work when
        they are reached through another host name."""
        return urlsplit(self.public_url).path.rstrip("/")
