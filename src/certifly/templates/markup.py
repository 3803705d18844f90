"""Remove HTML markup from a text, and nothing else.

Removed are comments, document types, processing instructions and the marks around CDATA; formatting and structure
tags; tags of HTML or SVG that carry attributes, with their end tags; scripts and styles with their content. Angle
brackets that are not markup stay: ``List<String>``, ``<B1>``, ``<ada@example.org>``, ``a < b > c``. They do no harm,
because every output escapes them.
"""

import re
from collections import Counter

from certifly.templates.errors import UnacceptableText
from certifly.templates.html_names import (
    BOOLEAN_ATTRIBUTES,
    ELEMENTS,
    FORMATTING,
    IN_A_LINE,
    SEPARATING,
    WITH_CONTENT,
)

SEPARATOR = "\x1e"
"""Left where a tag stood that sets what is before it apart from what comes after. Text that was cleaned of controls
cannot have it."""

TAG_CHARACTERS_MAX = 4000
"""A longer tag is not looked for: to read on from each ``<`` to the end would take the square of the length."""

_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]*+)
        (?P<attributes>(?:[\s/]++[^\s<>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s<>]*+))?+)*+)
        [\s/]*+>""",
    re.VERBOSE,
)
_ATTRIBUTE = re.compile(r"""[\s/]++([^\s<>/=]++)(\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s<>]*+))?+""")
_DECLARATION = re.compile(r"<(?:!doctype\b[^<>]*|!\[(?:if|endif)\b[^<>]*|\?[a-z][^<>]*\?)>", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}[^<>]*>", re.IGNORECASE) for name in WITH_CONTENT}
_COMMENT, _COMMENT_END = "<!--", "-->"
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_LINE_BREAK_IN_SOURCE = re.compile(r"[ \t]*(?:\r\n?|\n)")
"""``nl2br`` of PHP and its like write a line end behind each ``<br>``: the two are one."""


def without_markup(text: str) -> str:
    """The text without markup, removed once from left to right; what is left may form markup again.

    Raises UnacceptableText for a script or a style that does not end: whether what follows is its content, or
    words, cannot be known.
    """
    if "<" not in text or ">" not in text:
        return text
    return _Remover(text).run()


class _Remover:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.kept: list[str] = []
        self.open: Counter[str] = Counter()
        """Elements whose start tag was removed for its attributes: their end tags go too."""
        self.missing: set[str] = set()
        """What was looked for up to the end, and is not there."""

    def run(self) -> str:
        position = 0
        while (start := self.text.find("<", position)) >= 0:
            self.kept.append(self.text[position:start])
            position = self._after(start)
        self.kept.append(self.text[position:])
        return "".join(self.kept)

    def _after(self, start: int) -> int:
        """Where to go on: behind the markup that begins here, or behind a ``<`` that is kept."""
        text = self.text
        if text.startswith(_COMMENT, start):
            end = self._find(_COMMENT_END, start + len(_COMMENT))
            if end >= 0:
                return end + len(_COMMENT_END)
        elif text.startswith(_CDATA, start):
            end = self._find(_CDATA_END, start)
            if end >= 0:
                self.kept.append(text[start + len(_CDATA) : end])
                return end + len(_CDATA_END)
        elif declaration := _DECLARATION.match(text, start, start + TAG_CHARACTERS_MAX):
            return declaration.end()
        elif tag := _TAG.match(text, start, start + TAG_CHARACTERS_MAX):
            return self._after_tag(tag)
        self.kept.append("<")
        return start + 1

    def _find(self, mark: str, start: int) -> int:
        """Where ``mark`` is next, or -1; searched for in vain once at most."""
        end = -1 if mark in self.missing else self.text.find(mark, start)
        if end < 0:
            self.missing.add(mark)
        return end

    def _after_tag(self, tag: re.Match[str]) -> int:
        name = tag["name"].lower()
        if name in WITH_CONTENT and not tag["end"]:
            return self._after_content(name, tag.end())
        if not self._is_markup(name, tag):
            self.kept.append(tag[0])
        elif name == "br":
            self.kept.append("\n")
            line_end = _LINE_BREAK_IN_SOURCE.match(self.text, tag.end())
            return line_end.end() if line_end else tag.end()
        elif name not in IN_A_LINE:
            self.kept.append(SEPARATOR)
        return tag.end()

    def _is_markup(self, name: str, tag: re.Match[str]) -> bool:
        if name not in ELEMENTS:
            return False
        is_listed = name in FORMATTING or name in SEPARATING
        if tag["end"]:
            is_open = self.open[name] > 0
            self.open[name] -= is_open
            return is_open or is_listed or name in WITH_CONTENT
        if _carries_attributes(tag["attributes"]):
            self.open[name] += 1
            return True
        return is_listed and not tag["attributes"]

    def _after_content(self, name: str, content: int) -> int:
        end = _ENDS[name].search(self.text, content)
        if end is None:
            raise UnacceptableText(
                f"Contains <{name}> without </{name}>. Leave the tag out; to name it in a text, write it without "
                "angle brackets."
            )
        self.kept.append(SEPARATOR)
        return end.end()


def _carries_attributes(written: str) -> bool:
    """Whether what follows the name of a tag is attributes, not words: ``<b and c>`` is a comparison."""
    found = _ATTRIBUTE.findall(written)
    return any(value for _, value in found) or any(
        name.lower() in BOOLEAN_ATTRIBUTES or "-" in name or '"' in name for name, _ in found
    )
