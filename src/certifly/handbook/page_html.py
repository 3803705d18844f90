"""Pages in, HTML out. Pure: no request, no clock.

Jinja escapes every title; the inside of a page comes from ``markdown.py``, which lets no HTML of its source
through. The pages carry no inline style and no inline script: the content security policy allows neither.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from certifly.handbook.facts import Installation
from certifly.handbook.markdown import Rendered
from certifly.handbook.navigation import Group, navigation
from certifly.handbook.page import Page, Section
from certifly.handbook.search import Found
from certifly.handbook.static_files import digest

DEEPEST_HEADING_LISTED = 3
HEADINGS_LISTED_MAX = 40
"""A page with more of them lists the headings of its second level only."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page_html(
    page: Page, rendered: Rendered, sections: Sequence[Section], installation: Installation
) -> bytes:
    """One page of the handbook with everything around it."""
    ordered = [(section.title, other) for section in sections for other in section.pages]
    place = next(place for place, (_, other) in enumerate(ordered) if other is page)
    return _render(
        "page.html",
        installation,
        navigation(sections, page),
        page=page,
        title=page.title,
        section=ordered[place][0],
        inside=Markup(rendered.html),  # noqa: S704 - our own renderer wrote it
        headings=_listed(rendered),
        previous=ordered[place - 1][1] if place > 0 else None,
        following=ordered[place + 1][1] if place + 1 < len(ordered) else None,
    )


def missing_html(sections: Sequence[Section], installation: Installation) -> bytes:
    """There is no such page: a place to search from."""
    return _render(
        "missing.html", installation, navigation(sections, None), page=None, title="There is no such page"
    )


def search_html(
    query: str,
    found: Sequence[Found],
    sections: Sequence[Section],
    installation: Installation,
    *,
    is_static: bool = False,
) -> bytes:
    """What was found for ``query``. On a site of files (``is_static``) the browser finds it."""
    return _render(
        "search.html",
        installation,
        navigation(sections, None),
        page=None,
        title=f"{query} · Search" if query else "Search",
        query=query,
        found=found,
        is_static=is_static,
    )


def try_html(sections: Sequence[Section], installation: Installation) -> bytes:
    """The page from which every call can be sent."""
    return _render(
        "try.html", installation, navigation(sections, None), page=None, title="Try it", is_try=True
    )


def _listed(rendered: Rendered) -> list[object]:
    listed = [heading for heading in rendered.headings if 2 <= heading.level <= DEEPEST_HEADING_LISTED]
    if len(listed) > HEADINGS_LISTED_MAX:
        listed = [heading for heading in listed if heading.level == 2]
    return list(listed)


def _render(template: str, installation: Installation, groups: Sequence[Group], **values: object) -> bytes:
    root = installation.root
    known = {"query": "", "is_try": False} | values
    return (
        _environment()
        .get_template(template)
        .render(
            root=root,
            public_url=installation.public_url,
            static=f"{root}/static/handbook/{digest()}",
            groups=groups,
            **known,
        )
        .encode()
    )
