"""What a handbook is made of: pages in Markdown, and the sections that order them.

A page is plain text in Markdown, whoever wrote it: a person (``pages/``) or a program that describes what is
there (``reference/``). Everything that readers get, HTML as well, is made from it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the handbook."""

    path: str
    """Its address below ``/docs/``, without a slash at either end: ``guides/email``. The front page has ``""``."""
    title: str
    """Plain text."""
    summary: str
    """One plain sentence: for ``/llms.txt``, the search, and the description in a page's head."""
    body: str
    """Markdown that begins with ``# <title>``. Links to other pages are ``/docs/<path>[#anchor]``; addresses are
    those of this installation."""

    @property
    def address(self) -> str:
        """Where it is, from the root of the installation."""
        return f"/docs/{self.path}" if self.path else "/docs"

    @property
    def markdown_address(self) -> str:
        """Where its Markdown is."""
        return f"{self.address}.md"


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that stand together in the table of contents, in reading order."""

    title: str
    pages: tuple[Page, ...]
