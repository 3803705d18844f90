"""The style sheets of an SVG: their rules, in the order of their weight.

Rules for screens hold; those for print, and those that no browser understands, do not. Rules that depend on how large
the picture is shown, or on anything else outside the file, are refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import tinycss2

from certifly.rendering.errors import PictureTooLarge
from certifly.rendering.svg.properties import is_understood
from certifly.rendering.svg.quantities import NotUnderstood, Token, check_brackets, significant, split_tokens
from certifly.rendering.svg.reading import SVG, Node
from certifly.rendering.svg.refusals import style_sheet_not_supported
from certifly.rendering.svg.selectors import Matching, Selector, read_selectors
from certifly.rendering.svg.variables import is_well_formed

CSS_CHARACTERS_MAX = 300_000
"""Characters of all style sheets and style attributes together."""

RULES_MAX = 2_000
STEPS_MAX = 1_000_000
"""Comparisons of selectors with elements, and declarations given, for all elements together."""

AT_RULE_DEPTH_MAX = 5

_WITHOUT_EFFECT = frozenset(
    {"charset", "font-face", "font-feature-values", "font-palette-values", "counter-style", "page", "color-profile",
     "view-transition", "-ms-viewport", "viewport", "keyframes", "-webkit-keyframes", "-moz-keyframes", "-o-keyframes",
     "-moz-document", "position-try"}
)  # fmt: skip
"""At-rules about text, paper and movement. An animation is refused where an element names it."""


@dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    value: str
    important: bool


@dataclass(frozen=True, slots=True)
class Rule:
    selector: Selector
    order: int
    declarations: tuple[Declaration, ...]


@dataclass
class StyleSheet:
    """The rules of all the document's ``style`` elements."""

    animations: set[str] = field(default_factory=set)
    _rules: dict[str, list[Rule]] = field(default_factory=dict)
    _count: int = 0
    _steps: int = 0
    _characters: int = 0
    _namespaces: dict[str, str] = field(default_factory=dict)
    _attributes: dict[str, tuple[Declaration, ...]] = field(default_factory=dict)

    def add(self, text: str, media: str = "") -> None:
        """Add the content of a style element. Raises PictureNotSupported, PictureTooLarge."""
        self._count_characters(text)
        self._count_characters(media)
        if media and not media_matches(tinycss2.parse_component_value_list(media)):
            return
        rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
        self._namespaces = {}
        self._add_all(rules, 0)

    def rules_for(self, node: Node, scope: Node | None) -> list[Rule]:
        """Return the rules that hold for an element, the weakest first. Raises PictureTooLarge."""
        matching = Matching(self.count, scope)
        keys = ["", node.name or "", *(f".{name}" for name in node.classes)]
        if (name := node.get("id")) is not None:
            keys.append(f"#{name}")
        found = [
            rule for key in keys for rule in self._rules.get(key, ()) if rule.selector.matches(node, matching)
        ]
        for rule in found:
            self.count(len(rule.declarations))
        return sorted(found, key=lambda rule: (rule.selector.specificity, rule.order))

    def attribute(self, text: str) -> tuple[Declaration, ...]:
        """Return the declarations of a style attribute. Raises PictureNotSupported, PictureTooLarge."""
        if text not in self._attributes:
            self._count_characters(text)
            self._attributes[text] = tuple(_declarations(tinycss2.parse_blocks_contents(text), rules=False))
        self.count(len(self._attributes[text]))
        return self._attributes[text]

    def count(self, steps: int) -> None:
        """Count work done. Raises PictureTooLarge."""
        self._steps += steps + 1
        if self._steps > STEPS_MAX:
            raise PictureTooLarge("The SVG's style sheet gives too many properties. Simplify the drawing.")

    def _count_characters(self, text: str) -> None:
        check_brackets(text)
        self._characters += len(text)
        if self._characters > CSS_CHARACTERS_MAX:
            raise PictureTooLarge(
                f"The SVG has more than {CSS_CHARACTERS_MAX:,} characters of style sheets. Simplify the drawing."
            )

    def _add_all(self, rules: Sequence[Token], depth: int) -> None:
        for rule in rules:
            if rule.type == "qualified-rule":
                self._add_rule(rule)
            elif rule.type == "at-rule":
                self._add_at_rule(rule, depth)

    def _add_rule(self, rule: Token) -> None:
        try:
            selectors = read_selectors(rule.prelude, self._namespaces)
        except NotUnderstood:
            return
        declarations = tuple(_declarations(tinycss2.parse_blocks_contents(rule.content)))
        for selector in selectors:
            self._count += 1
            if self._count > RULES_MAX:
                raise PictureTooLarge(
                    f"The SVG has more than {RULES_MAX:,} style rules. Simplify the drawing."
                )
            self._rules.setdefault(selector.key, []).append(Rule(selector, self._count, declarations))

    def _add_at_rule(self, rule: Token, depth: int) -> None:
        name = rule.lower_at_keyword
        if name.endswith("keyframes"):
            self.animations.update(token.value for token in rule.prelude if token.type in ("ident", "string"))
        elif name == "namespace":
            self._add_namespace(significant(rule.prelude))
        elif name in ("media", "supports") and rule.content is not None and depth < AT_RULE_DEPTH_MAX:
            if media_matches(rule.prelude) if name == "media" else _supports(rule.prelude):
                self._add_all(tinycss2.parse_rule_list(rule.content, True, True), depth + 1)
        elif name not in _WITHOUT_EFFECT:
            raise style_sheet_not_supported(f'"@{name}"')

    def _add_namespace(self, tokens: Sequence[Token]) -> None:
        address = tokens[-1] if tokens else None
        value = getattr(address, "value", None)
        if address is not None and address.type == "function":
            value = next((part.value for part in address.arguments if part.type == "string"), None)
        if len(tokens) == 2 and tokens[0].type == "ident" and value is not None:
            self._namespaces[tokens[0].value] = value
        elif value != SVG:
            raise style_sheet_not_supported('"@namespace"')


def _declarations(parts: Sequence[Token], *, rules: bool = True) -> Iterator[Declaration]:
    """Read declarations; ``rules`` says whether rules inside them would count (in a style attribute they do not)."""
    for part in parts:
        if part.type == "declaration":
            name = part.name if part.name.startswith("--") else part.lower_name
            if not is_well_formed(name, part.value):
                continue
            yield Declaration(name, tinycss2.serialize(part.value).strip(), part.important)
        elif rules and (
            part.type == "qualified-rule" or (part.type == "at-rule" and part.content is not None)
        ):
            raise style_sheet_not_supported("rules inside rules")


_MEDIA = {"all": True, "screen": True, "print": False, "speech": False}
_FEATURES = {
    ("prefers-color-scheme", "light"): True, ("prefers-color-scheme", "dark"): False,
    ("prefers-reduced-motion", "no-preference"): True, ("prefers-reduced-motion", "reduce"): False,
    ("prefers-contrast", "no-preference"): True, ("prefers-contrast", "more"): False,
    ("forced-colors", "none"): True, ("forced-colors", "active"): False, ("scripting", "none"): True,
}  # fmt: skip


def media_matches(tokens: Sequence[Token]) -> bool:
    """Tell whether a list of media queries holds for a picture on a screen. Raises PictureNotSupported."""
    queries = [significant(part) for part in split_tokens(tokens, ",")]
    return not any(queries) or any(_query(query) for query in queries)


def _query(tokens: Sequence[Token]) -> bool:
    negated = bool(tokens) and tokens[0].type == "ident" and tokens[0].lower_value == "not"
    words = tokens[1:] if negated or _is_word(tokens[:1], "only") else tokens
    results = []
    for place, token in enumerate(words):
        if place % 2 and not _is_word([token], "and"):
            raise style_sheet_not_supported("a media query")
        if place % 2 == 0:
            results.append(_medium(token))
    if not results:
        raise style_sheet_not_supported("a media query")
    return all(results) is not negated


def _is_word(tokens: Sequence[Token], word: str) -> bool:
    return bool(tokens) and tokens[0].type == "ident" and tokens[0].lower_value == word


def _medium(token: Token) -> bool:
    if token.type == "ident":
        return _MEDIA.get(token.lower_value, False)
    inside = significant(token.content) if token.type == "() block" else []
    words = tuple(part.lower_value for part in inside if part.type == "ident")
    if len(inside) == 3 and inside[1] == ":" and words in _FEATURES:
        return _FEATURES[words]
    raise style_sheet_not_supported(f'the media query "{tinycss2.serialize([token])}"')


def _supports(tokens: Sequence[Token]) -> bool:
    """Tell whether a browser has what ``@supports`` asks for. Raises PictureNotSupported."""
    parts = significant(tokens)
    negated = _is_word(parts[:1], "not")
    answers = []
    for place, token in enumerate(parts[1:] if negated else parts):
        joined = token.type == "ident" and token.lower_value
        if place % 2:
            if joined not in ("and", "or"):
                raise style_sheet_not_supported('"@supports"')
            answers.append(joined)
            continue
        declared = tinycss2.parse_one_declaration(token.content) if token.type == "() block" else None
        if declared is None or declared.type != "declaration":
            raise style_sheet_not_supported('"@supports"')
        answers.append(is_understood(declared.lower_name, tinycss2.serialize(declared.value).strip()))
    if not answers or {"and", "or"} <= set(answers):
        raise style_sheet_not_supported('"@supports"')
    combined = any(answers[::2]) if "or" in answers else all(answers[::2])
    return combined is not negated
