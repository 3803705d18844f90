"""The table of contents: which pages there are, in which order, and what each looks like.

Building it is left until somebody reads: a process that serves no page makes none. What was built is kept, since
neither the pages nor the installation they describe change while a process lives. One thread builds (``shelf.py``):
a page belongs to one table of contents, and two threads could make two.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property

from certifly.handbook.facts import Installation
from certifly.handbook.markdown import links_made_absolute, render
from certifly.handbook.page import Page, Section
from certifly.handbook.page_html import page_html
from certifly.handbook.prose import read_prose
from certifly.handbook.reference.operations import operation_sections
from certifly.handbook.reference.pages import reference_section
from certifly.handbook.search import SearchIndex

PROSE: Mapping[str, Sequence[str]] = {
    "Start here": ("", "tutorial/first-certificate"),
    "Guides": (
        "guides/write-a-template",
        "guides/write-a-client",
        "guides/ai-clients",
        "guides/email",
        "guides/verify",
        "guides/keys",
        "guides/backup",
        "guides/upgrade",
        "guides/behind-a-proxy",
        "guides/postgresql",
    ),
    "Explanation": (
        "explanation/life-of-a-certificate",
        "explanation/proofs",
        "explanation/rendering",
        "explanation/security-model",
        "explanation/glossary",
    ),
}
"""The pages that people write, in reading order."""


class Handbook:
    """The handbook of one installation."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Every page, in reading order."""
        prose = {page.path: page for page in read_prose(self.installation)}
        start, guides, explanation = (
            Section(title, tuple(prose[path] for path in paths)) for title, paths in PROSE.items()
        )
        operations = operation_sections(self.installation)
        reference = reference_section(self.installation)
        found = (start, guides, *operations, reference, explanation)
        return tuple(section for section in found if section.pages)

    @cached_property
    def pages(self) -> Mapping[str, Page]:
        """Every page by its path, in reading order."""
        return {page.path: page for section in self.sections for page in section.pages}

    def page(self, path: str) -> Page | None:
        """The page at ``/docs/<path>``, None where there is none."""
        return self.pages.get(path)

    def markdown(self, page: Page) -> str:
        """What ``.md`` serves: where to find the rest, then the page, with whole addresses in its links."""
        return f"{self._pointers}\n{self.whole(page)}"

    def whole(self, page: Page) -> str:
        """The page's Markdown with whole addresses in its links, so that it can be read anywhere."""
        return links_made_absolute(page.body, self.installation.public_url)

    @cached_property
    def search(self) -> SearchIndex:
        """The index of all pages."""
        return SearchIndex(self.sections)

    def html(self, page: Page) -> bytes:
        """The whole page for people. Made anew each time: whoever serves it keeps it."""
        rendered = render(page.body, root=self.installation.root)
        return page_html(page, rendered, self.sections, self.installation)

    @property
    def _pointers(self) -> str:
        url = self.installation.public_url
        return (
            "> For clean Markdown of any page, append .md to the page URL.\n"
            f"> For a complete documentation index, see {url}/llms.txt.\n"
            f"> For full documentation content, see {url}/llms-full.txt.\n"
            "> For AI client integration (Claude Code, Cursor, etc.), "
            f"connect to the MCP server at {url}/_mcp/server.\n"
        )
