"""The pages that people write: files in ``pages/``, whose place is their address.

A file begins with ``# Title`` and one paragraph that says in a sentence or two what the page is for. Links
between these files are relative, so that they work where code is read; ``http://localhost:8000`` stands for the
address of the installation, so that every command can be copied as it is.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from certifly.handbook.facts import Installation
from certifly.handbook.page import Page

FOLDER = Path(__file__).parent / "pages"
FRONT = "index"
PLACEHOLDER = "http://localhost:8000"

_FOR_TESTS = re.compile(r"^\[not run\]: # \(.*\)\n\n?", re.MULTILINE)
"""Why a test does not run the commands that follow (CONTRIBUTING.md): of no use to readers."""
_RELATIVE_LINK = re.compile(r"\]\((?!/|#|[a-z]+:)(?P<file>[^)#\s]+)\.md(?P<anchor>#[^)\s]*)?\)")


def read_prose(installation: Installation) -> Iterator[Page]:
    """Every page that people wrote, in no order that means anything."""
    for file in sorted(FOLDER.rglob("*.md")):
        place = file.relative_to(FOLDER).with_suffix("").as_posix()
        yield read_page(place, file.read_text(encoding="utf-8"), installation)


def read_page(place: str, text: str, installation: Installation) -> Page:
    """The page in the file at ``place``, a path below ``pages/`` without its ending."""
    title, _, rest = text.strip().partition("\n")
    assert title.startswith("# "), f"{place} begins with its title"
    summary = " ".join(rest.strip().partition("\n\n")[0].split())
    assert summary and summary[0] not in "#>`|-", f"{place} says what it is for, below its title"

    for_readers = _FOR_TESTS.sub("", text.strip())
    body = _RELATIVE_LINK.sub(lambda link: f"](/docs/{_resolve(place, link)})", for_readers)
    return Page(
        path="" if place == FRONT else place,
        title=title.removeprefix("# ").strip(),
        summary=plain(summary).replace(PLACEHOLDER, installation.public_url),
        body=body.replace(PLACEHOLDER, installation.public_url) + "\n",
    )


def plain(text: str) -> str:
    """A line of Markdown without its marks: links become their text."""
    return re.sub(r"[`*]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text))


def _resolve(place: str, link: re.Match[str]) -> str:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(place), link["file"]))
    return ("" if path == FRONT else path) + (link["anchor"] or "")
