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
from certifly.handbook.page import Page, Section
from certifly.handbook.static_files import digest

DEEPEST_HEADING_LISTED = 3


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
    pages = [other for section in sections for other in section.pages]
    place = pages.index(page)
    listed = [heading for heading in rendered.headings if 2 <= heading.level <= DEEPEST_HEADING_LISTED]
    return _render(
        "page.html",
        installation,
        sections,
        page=page,
        title=page.title,
        inside=Markup(rendered.html),  # noqa: S704 - our own renderer wrote it
        headings=listed,
        previous=pages[place - 1] if place > 0 else None,
        following=pages[place + 1] if place + 1 < len(pages) else None,
    )


def missing_html(sections: Sequence[Section], installation: Installation) -> bytes:
    """There is no such page: a place to search from."""
    return _render("missing.html", installation, sections, page=None, title="There is no such page")


def _render(
    template: str, installation: Installation, sections: Sequence[Section], **values: object
) -> bytes:
    root = installation.root
    return (
        _environment()
        .get_template(template)
        .render(
            root=root,
            public_url=installation.public_url,
            static=f"{root}/static/handbook/{digest()}",
            sections=sections,
            query="",
            **values,
        )
        .encode()
    )
