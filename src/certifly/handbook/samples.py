"""Samples of every call in nine languages, with this installation's address in them.

They are made by ``python -m tools.samples`` from the OpenAPI document and committed in ``samples/``, a file for each
operation. Tests hold them against today's document and run them. In the files the address is a placeholder, which
stands between quotes of some kind in every language: what is put there must need no escape in any of them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

FOLDER = Path(__file__).parent / "samples"
PLACEHOLDER = "https://certifly.invalid"
"""Stands in the files where this installation's address will be."""

LANGUAGES: Mapping[str, str] = {
    "python": "Python",
    "javascript": "JavaScript",
    "go": "Go",
    "ruby": "Ruby",
    "java": "Java",
    "php": "PHP",
    "csharp": "C#",
    "swift": "Swift",
    "shell": "curl",
}
"""The language of a fence, and the name that readers see; in the order of the published page."""

_NEED_NO_ESCAPE = ":/[]%-._~+,;=@"


@dataclass(frozen=True, slots=True)
class Sample:
    """One piece of code that runs as it is, but for the token."""

    title: str
    """What the call answers, such as ``201 Created (send_email=true)``."""
    language: str
    code: str


def samples_of(operation_id: str, *, public_url: str) -> tuple[Sample, ...]:
    """All samples of an operation: every language under one title, then the next title. None of one that has none."""
    address = quote(public_url, safe=_NEED_NO_ESCAPE)
    return tuple(
        Sample(request["title"], language, "\n".join(request["code"][language]).replace(PLACEHOLDER, address))
        for request in _requests(operation_id)
        for language in LANGUAGES
    )


@cache
def _requests(operation_id: str) -> list[dict[str, Any]]:
    path = FOLDER / f"{operation_id}.json"
    if not path.exists():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
