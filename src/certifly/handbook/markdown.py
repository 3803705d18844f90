"""Markdown to HTML: headings one can link to, code with its colours, samples side by side.

HTML in the source stays text: what stands in a page may come from an OpenAPI description. Nothing here writes a
style or a script into the page, so its content security policy can refuse both. Anchors are made as code browsers
make them, so a link to a heading works in both places.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from certifly.handbook.samples import LANGUAGES

LANGUAGE_NAMES = {
    **LANGUAGES,
    "sh": "Shell",
    "json": "JSON",
    "yaml": "YAML",
    "toml": "TOML",
    "http": "HTTP",
    "ini": "Configuration",
    "nginx": "nginx",
    "sql": "SQL",
    "text": "Text",
}
"""What a block in this language is called: those of samples, and the others."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The inside of a page."""

    html: str
    headings: tuple[Heading, ...]


def render(body: str, *, root: str) -> Rendered:
    """A page's Markdown as HTML. Links to addresses of this installation get ``root`` before them."""
    tokens = parse(body)
    headings = tuple(headings_in(tokens))
    for token in tokens:
        for child in token.children or ():
            target = child.attrGet("href")
            if isinstance(target, str) and target.startswith("/"):
                child.attrSet("href", root + target)
    written = list(_written(list(_grouped(tokens))))
    return Rendered(_MARKDOWN.renderer.render(written, _MARKDOWN.options, {}), headings)


def parse(body: str) -> list[Token]:
    """The tokens of a page; its headings, and rows that begin with a word of code, have anchors."""
    tokens = _MARKDOWN.parse(body)
    taken: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _unique(slug(text_of(inline)), taken))
    for row, cell, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if row.type == "tr_open" and cell.type == "td_open" and _is_one_word_of_code(inline):
            anchor = slug(text_of(inline))
            if anchor not in taken:
                taken[anchor] = 1
                row.attrSet("id", anchor)
    return tokens


def headings_in(tokens: Sequence[Token]) -> Iterator[Heading]:
    """The headings among the tokens of a page, in their order."""
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            yield Heading(int(token.tag[1]), text_of(inline), str(token.attrGet("id")))


def text_of(inline: Token) -> str:
    """What a line of Markdown says, without its marks."""
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts)


def slug(text: str) -> str:
    """The anchor of a heading, as code browsers make it."""
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def fence_words(token: Token) -> tuple[str, str]:
    """The language of a fence and its title, from the line it opens with."""
    language, _, title = token.info.strip().partition(" ")
    return language, title.strip()


def links_made_absolute(body: str, public_url: str) -> str:
    """The Markdown with whole addresses in place of those that begin at this installation's root."""
    lines = []
    fence = ""
    for line in body.split("\n"):
        opened = re.match(r"\s*(`{3,}|~{3,})", line)
        if opened and not fence:
            fence = opened[1]
        elif opened and line.strip() == fence:
            fence = ""
        elif not fence:
            line = re.sub(r"\]\(/(?!/)", f"]({public_url}/", line)
        lines.append(line)
    return "\n".join(lines)


def _unique(anchor: str, taken: dict[str, int]) -> str:
    number = taken.get(anchor, 0)
    taken[anchor] = number + 1
    return f"{anchor}-{number}" if number else anchor


def _is_one_word_of_code(inline: Token) -> bool:
    children = [child for child in inline.children or () if child.type != "text" or child.content]
    return len(children) == 1 and children[0].type == "code_inline"


def _grouped(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, with neighbouring fences of one title and different languages put into one token."""
    group: list[Token] = []
    for token in tokens:
        if group and not _belongs(token, group):
            yield from _closed(group)
            group = []
        if token.type == "fence" and fence_words(token)[1]:
            group.append(token)
        else:
            yield token
    yield from _closed(group)


def _belongs(token: Token, group: Sequence[Token]) -> bool:
    if token.type != "fence":
        return False
    language, title = fence_words(token)
    known = [fence_words(other) for other in group]
    return title == known[0][1] and language not in [name for name, _ in known]


def _closed(group: list[Token]) -> Iterator[Token]:
    if len(group) > 1:
        tabs = Token("tabs", "", 0)
        tabs.children = group
        yield tabs
    else:
        yield from group


def _written(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, with HTML of ours in place of what Markdown's own would not do."""
    notes: list[bool] = []
    for index, token in enumerate(tokens):
        match token.type:
            case "heading_open" if not _holds_link(tokens[index + 1]):
                yield token
                yield _html(f'<a class="here" href="#{token.attrGet("id")}">')
            case "heading_close" if not _holds_link(tokens[index - 1]):
                yield _html("</a>")
                yield token
            case "paragraph_open" if _ADDRESS.match(tokens[index + 1].content):
                token.attrSet("class", "call")
                yield token
            case "th_open" | "td_open" if "style" in token.attrs:
                token.attrs = {"class": str(token.attrs["style"]).replace("text-align:", "to-")}
                yield token
            case "table_open":
                yield _html('<div class="table" tabindex="0" role="group" aria-label="Table">')
                yield token
            case "table_close":
                yield token
                yield _html("</div>\n")
            case "blockquote_open":
                kind = _kind_of_note(tokens, index)
                notes.append(bool(kind))
                yield _html(f'<div class="note {kind}" role="note">\n') if kind else token
            case "blockquote_close":
                yield _html("</div>\n") if notes.pop() else token
            case "fence":
                yield _html(_fence(token))
            case "tabs":
                yield _html(_tabs(token.children or []))
            case _:
                yield token


def _html(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


def _fence(token: Token) -> str:
    language, title = fence_words(token)
    caption = f'<p class="code-title">{escape(title)}</p>' if title else ""
    return f'<div class="code">{caption}{_code(token.content, language)}</div>\n'


def _tabs(fences: Sequence[Token]) -> str:
    title = escape(fence_words(fences[0])[1])
    blocks = [f'<div class="tabs"><p class="tabs-title">{title}</p>\n']
    for token in fences:
        language, _ = fence_words(token)
        blocks.append(f'<div class="code tab" data-language="{escape(language)}">')
        blocks.append(f'<p class="code-title">{escape(name_of(language))}</p>')
        blocks.append(f"{_code(token.content, language)}</div>\n")
    return "".join([*blocks, "</div>\n"])


def _code(content: str, language: str) -> str:
    label = escape(f"Code, {name_of(language)}" if language else "Code")
    inside = highlight(content, _lexer(language), _FORMATTER) if language else escape(content)
    return f'<pre tabindex="0" role="group" aria-label="{label}"><code>{inside}</code></pre>'


def name_of(language: str) -> str:
    """What readers call the language of a fence."""
    return LANGUAGE_NAMES.get(language, language)


def _holds_link(inline: Token) -> bool:
    return any(child.type == "link_open" for child in inline.children or ())


def _kind_of_note(tokens: Sequence[Token], index: int) -> str:
    """The kind of a block quote that begins with a word in bold (``note``, ``warning``), or nothing."""
    inline = next((token for token in tokens[index + 1 : index + 3] if token.type == "inline"), None)
    children = [
        child
        for child in (inline.children if inline else None) or ()
        if child.type != "text" or child.content
    ]
    if len(children) < 2 or children[0].type != "strong_open":
        return ""
    return slug(children[1].content)


@cache
def _lexer(language: str) -> Lexer:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return get_lexer_by_name("text", stripnl=False)


_ADDRESS = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE) https?://\S+\s*(?:\n|$)")
"""A line that says which call a page is about."""
_FORMATTER = HtmlFormatter(nowrap=True)
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
