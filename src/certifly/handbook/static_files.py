"""The style sheet, scripts and fonts of the handbook, from our own origin, cached for ever.

The path carries a digest of all the files, so a new release has new addresses and an old page keeps its own. Only
the files found at the start are served; a path is never turned into a file name.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from certifly.handbook.served import Served

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
FOLDER = Path(__file__).parent / "static"


@cache
def files() -> Mapping[str, Served]:
    """The files by their name below ``static/``."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES)
    return {
        path.relative_to(FOLDER).as_posix(): Served.of(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in paths
    }


@cache
def digest() -> str:
    """The part of their address that changes with them."""
    return digest_of(files())


def digest_of(files: Mapping[str, Served]) -> str:
    """A short digest of names and contents."""
    found = hashlib.sha256()
    for name, file in files.items():
        found.update(f"{name} {len(file.content)} ".encode())
        found.update(file.content)
    return found.hexdigest()[:16]
