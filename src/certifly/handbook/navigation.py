"""The list of all pages beside every page: sections that open, the one of this page open already.

Sections that share what stands before the colon of their titles ("Gateway API: certificates") stand together
under it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from certifly.handbook.page import Page, Section

ALWAYS_OPEN = ("Start here", "Guides")

_METHOD = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) \S+ *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the list."""

    page: Page
    method: str
    """Of the call that the page describes; empty for other pages."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A section in the list."""

    title: str
    is_open: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Sections under one heading, or without one."""

    title: str
    sections: tuple[Listed, ...]


def navigation(sections: Sequence[Section], current: Page | None) -> list[Group]:
    """The list as it stands beside ``current``, or beside a page that is none of the handbook's."""
    return [
        Group(title, tuple(_listed(members, current)))
        for title, members in groupby(sections, key=lambda section: _split(section.title)[0])
    ]


def method_of(page: Page) -> str:
    """The method of the call that a page describes; empty for other pages."""
    found = _METHOD.search(page.body) if page.path.startswith("gateway-api/") else None
    return found[1] if found else ""


def _listed(sections: Iterator[Section], current: Page | None) -> Iterator[Listed]:
    for section in sections:
        is_open = section.title in ALWAYS_OPEN or any(page is current for page in section.pages)
        entries = tuple(Entry(page, method_of(page)) for page in section.pages)
        title = _split(section.title)[1]
        yield Listed(title[:1].upper() + title[1:], is_open, entries)


def _split(title: str) -> tuple[str, str]:
    group, colon, name = title.partition(": ")
    return (group, name) if colon else ("", title)
