"""The style sheet, fonts and drawings of the public pages, from our own origin, cached for ever.

The path carries a digest of all the files, so a new release has new addresses and an old page keeps its
own. Only the files found at the start are served; a path is never turned into a file name.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A small file held in memory."""

    content: bytes
    media_type: str


def _read_files() -> Mapping[str, StaticFile]:
    paths = sorted(
        path for path in (Path(__file__).parent / "static").iterdir() if path.suffix in MEDIA_TYPES
    )
    return {path.name: StaticFile(path.read_bytes(), MEDIA_TYPES[path.suffix]) for path in paths}


def _digest(files: Mapping[str, StaticFile]) -> str:
    digest = hashlib.sha256()
    for name, file in files.items():
        digest.update(f"{name} {len(file.content)} ".encode())
        digest.update(file.content)
    return digest.hexdigest()[:16]


FILES = _read_files()
DIGEST = _digest(FILES)
