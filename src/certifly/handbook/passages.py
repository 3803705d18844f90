"""Pages cut into what a search can find: a passage for each heading, and for each row that has an address.

A page that describes one call is one passage: its headings are those of every other call. Code is left out but
for commands, so that the words of a sample do not drown the words that explain it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from certifly.handbook.markdown import fence_words, parse, text_of
from certifly.handbook.page import Page

DEEPEST_HEADING = 3
EXCERPT_CHARACTERS = 150
CALLS = "gateway-api/"
"""Below it each page describes one call."""
TABLES = "reference/"
"""Below it the rows of tables are looked up by their first word."""

_COMMANDS = ("sh", "console")
_CALL = re.compile(r"(GET|POST|PUT|PATCH|DELETE) https?://[^/\s]+(/\S*)")


@dataclass(slots=True)
class Passage:
    """A place that a search can lead to."""

    page: Page
    heading: str = ""
    """Empty for the beginning of a page, whose heading is its title."""
    anchor: str = ""
    call: str = ""
    """Method and path, where it describes a call."""
    texts: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    """Commands, and cells of tables: they are found, but a passage does not begin with them."""

    @property
    def text(self) -> str:
        """All that it says."""
        return " ".join((*self.texts, *self.asides))

    @property
    def excerpt(self) -> str:
        """How it begins; a page's own summary where it is a page."""
        text = " ".join((" ".join(self.texts) if self.heading else self.page.summary).split())
        if len(text) <= EXCERPT_CHARACTERS:
            return text
        return text[:EXCERPT_CHARACTERS].rpartition(" ")[0].rstrip(".,;:") + " …"


def passages_of(page: Page) -> Iterator[Passage]:
    """The passages of a page, in its order."""
    current = Passage(page)
    tokens = parse(page.body)
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "heading_open" and int(token.tag[1]) > 1:
            heading = tokens[index + 1]
            index += 1
            if int(token.tag[1]) <= DEEPEST_HEADING and not page.path.startswith(CALLS):
                yield current
                current = Passage(page, text_of(heading), str(token.attrGet("id")))
            else:
                current.texts.append(text_of(heading))
        elif token.type == "tr_open" and token.attrGet("id") and page.path.startswith(TABLES):
            cells = _cells(tokens, index)
            yield Passage(page, cells[0], str(token.attrGet("id")), texts=cells[1:])
            index = _end_of_row(tokens, index)
        elif token.type == "inline":
            text = text_of(token)
            if page.path.startswith(CALLS) and not current.call and (call := _CALL.match(text)):
                current.call = f"{call[1]} {call[2]}"
            is_cell = tokens[index - 1].type in ("td_open", "th_open")
            (current.asides if is_cell else current.texts).append(text)
        elif token.type == "fence" and fence_words(token)[0] in _COMMANDS:
            current.asides.append(token.content)
        index += 1
    yield current


def _end_of_row(tokens: Sequence[Token], start: int) -> int:
    return next(index for index in range(start, len(tokens)) if tokens[index].type == "tr_close")


def _cells(tokens: Sequence[Token], start: int) -> list[str]:
    return [text_of(token) for token in tokens[start : _end_of_row(tokens, start)] if token.type == "inline"]
