"""Selectors of CSS: read, weighed, and matched with a count of the steps.

Selectors Level 4, as far as a still picture can have them. A selector that no browser understands makes its rule count
as not written; one that browsers know and this module does not is refused by name.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tinycss2.nth import parse_nth

from certifly.rendering.svg.quantities import NotUnderstood, Token, significant, split_tokens
from certifly.rendering.svg.reading import SVG, Node
from certifly.rendering.svg.refusals import style_sheet_not_supported

Specificity = tuple[int, int, int]
Combinator = Literal[" ", ">", "+", "~"]

COMPOUNDS_MAX = 20
"""Most elements that one selector names."""

NESTING_MAX = 5
"""Selectors inside ``:is()`` and ``:not()``."""

NEVER = frozenset(
    {
        "hover", "active", "focus", "focus-within", "focus-visible", "target", "target-within", "visited",
        "checked", "disabled", "indeterminate", "fullscreen", "modal", "popover-open", "playing", "paused",
        "open", "user-valid", "user-invalid", "autofill", "-webkit-autofill", "current", "past", "future",
        "host", "defined-not", "placeholder-shown", "default", "in-range", "out-of-range", "required", "invalid",
    }
)  # fmt: skip
"""Pseudo-classes that no element of a still picture has."""

ELEMENTS_BESIDE = frozenset(
    {
        "before", "after", "first-line", "first-letter", "selection", "marker", "placeholder", "backdrop",
        "cue", "file-selector-button", "target-text", "spelling-error", "grammar-error", "highlight",
    }
)  # fmt: skip
"""Pseudo-elements: SVG elements have none that are drawn."""


@dataclass(frozen=True, slots=True)
class Matching:
    """One search for the rules of an element."""

    count: Callable[[int], None]
    """Counts steps of work; raises PictureTooLarge when there were too many."""
    scope: Node | None
    """Where the document ends upwards, inside what ``use`` shows."""

    def parent(self, node: Node) -> Node | None:
        return None if node is self.scope else node.parent

    def siblings(self, node: Node) -> list[Node]:
        """Return the children of the parent, the node itself among them."""
        parent = self.parent(node)
        return [node] if parent is None else parent.children

    def index(self, node: Node) -> int:
        return 0 if node is self.scope else node.index

    def alike(self, node: Node) -> list[Node]:
        """Return the siblings of the same type."""
        siblings = self.siblings(node)
        self.count(len(siblings))
        return [other for other in siblings if other.element.tag == node.element.tag]


Test = Callable[[Node, Matching], bool]


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element must be, e.g. ``path.a[fill]``."""

    key: str
    """An id (#a), class (.a) or name that the element must have, by which rules are found; "" if there is none."""
    tests: tuple[Test, ...]

    def matches(self, node: Node, matching: Matching) -> bool:
        matching.count(len(self.tests))
        return all(test(node, matching) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Selector:
    """Compounds from right to left, with the combinator on the left of each."""

    compounds: tuple[tuple[Compound, Combinator], ...]
    specificity: Specificity

    @property
    def key(self) -> str:
        return self.compounds[0][0].key

    def matches(self, node: Node, matching: Matching) -> bool:
        """Tell whether the selector names this element. Raises PictureTooLarge."""
        return self._matches_from(0, node, matching)

    def _matches_from(self, position: int, node: Node, matching: Matching) -> bool:
        compound, combinator = self.compounds[position]
        if not compound.matches(node, matching):
            return False
        if position + 1 == len(self.compounds):
            return True
        return any(
            self._matches_from(position + 1, other, matching)
            for other in _reached(node, combinator, matching)
        )


def _reached(node: Node, combinator: Combinator, matching: Matching) -> Iterator[Node]:
    parent = matching.parent(node)
    if parent is None:
        return
    if combinator == ">":
        yield parent
    elif combinator == " ":
        above: Node | None = parent
        while above is not None:
            yield above
            above = matching.parent(above)
    elif node.index and combinator == "+":
        yield parent.children[node.index - 1]
    elif combinator == "~":
        yield from reversed(parent.children[: node.index])


def read_selectors(tokens: Sequence[Token], namespaces: dict[str, str], depth: int = 0) -> list[Selector]:
    """Read a list of selectors; those that never match are left out. Raises NotUnderstood, PictureNotSupported."""
    if depth > NESTING_MAX:
        raise style_sheet_not_supported("selectors nested in selectors")
    return [
        selector
        for part in split_tokens(tokens, ",")
        if (selector := _Reader(part, namespaces, depth).selector()) is not None
    ]


class _Reader:
    def __init__(self, tokens: Sequence[Token], namespaces: dict[str, str], depth: int) -> None:
        self._tokens = [token for token in tokens if token.type != "comment"]
        self._namespaces = namespaces
        self._depth = depth
        self._weight = [0, 0, 0]
        self._possible = True
        self._place = 0

    def selector(self) -> Selector | None:
        while self._tokens and self._tokens[-1].type == "whitespace":
            self._tokens.pop()
        self._skip_space()
        compounds = [self._compound()]
        combinators: list[Combinator] = []
        while self._peek() is not None:
            combinators.append(self._combinator())
            compounds.append(self._compound())
        if len(compounds) > COMPOUNDS_MAX:
            raise style_sheet_not_supported("a selector that names too many elements")
        if not self._possible:
            return None
        pairs = zip(reversed(compounds), [*reversed(combinators), " "], strict=True)
        first, second, third = self._weight
        return Selector(tuple(pairs), (first, second, third))

    def _peek(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _next(self) -> Token:
        token = self._peek()
        if token is None:
            raise NotUnderstood
        self._place += 1
        return token

    def _skip_space(self) -> bool:
        start = self._place
        while (token := self._peek()) is not None and token.type == "whitespace":
            self._place += 1
        return self._place > start

    def _combinator(self) -> Combinator:
        spaced = self._skip_space()
        for sign in (">", "+", "~"):
            if self._peek() == sign:
                self._place += 1
                self._skip_space()
                return sign
        if not spaced:
            raise NotUnderstood
        return " "

    def _compound(self) -> Compound:
        start = self._place
        tests: list[Test] = []
        keys: list[str] = []
        self._type(tests, keys)
        while (token := self._peek()) is not None:
            if token.type == "hash":
                if not token.is_identifier:
                    raise NotUnderstood
                self._place += 1
                self._add_id(token.value, tests, keys)
            elif token.type == "literal" and token.value == ".":
                self._place += 1
                self._add_class(self._ident(), tests, keys)
            elif token.type == "[] block":
                self._place += 1
                self._weight[1] += 1
                tests.append(_attribute_test(significant(token.content)))
            elif token.type == "literal" and token.value == ":":
                self._place += 1
                self._pseudo(tests)
            elif token.type == "literal" and token.value == "&":
                raise style_sheet_not_supported('the selector "&"')
            else:
                break
        if self._place == start:
            raise NotUnderstood
        return Compound(min(keys, default=""), tuple(tests))  # "#" comes before ".", and both before letters

    def _ident(self) -> str:
        token = self._next()
        if token.type != "ident":
            raise NotUnderstood
        value: str = token.value
        return value

    def _type(self, tests: list[Test], keys: list[str]) -> None:
        token = self._peek()
        if token is None or not (token.type == "ident" or token in ("*", "|")):
            return
        prefix = None if token.type == "literal" and token.value == "|" else self._next()
        if self._peek() == "|":
            self._place += 1
            space = (
                self._namespaces.get(prefix.value) if prefix is not None and prefix.type == "ident" else ""
            )
            if space is None:
                raise NotUnderstood
            self._possible &= space == SVG or prefix == "*"
            prefix = self._next()
        if prefix is not None and prefix.type == "ident":
            name = prefix.value
            self._weight[2] += 1
            keys.append(name)
            tests.append(lambda node, _: node.name == name)
        elif prefix != "*":
            raise NotUnderstood

    def _add_id(self, name: str, tests: list[Test], keys: list[str]) -> None:
        self._weight[0] += 1
        keys.append(f"#{name}")
        tests.append(lambda node, _: node.get("id") == name)

    def _add_class(self, name: str, tests: list[Test], keys: list[str]) -> None:
        self._weight[1] += 1
        keys.append(f".{name}")
        tests.append(lambda node, _: name in node.classes)

    def _pseudo(self, tests: list[Test]) -> None:
        token = self._next()
        if token.type == "literal" and token.value == ":":
            token = self._next()
            name = token.lower_value if token.type == "ident" else getattr(token, "lower_name", "")
            if name not in ELEMENTS_BESIDE and not name.startswith("-webkit-"):
                raise NotUnderstood
            self._possible = False
        elif token.type == "ident":
            self._pseudo_class(token.lower_value, tests)
        elif token.type == "function":
            self._function(token.lower_name, token.arguments, tests)
        else:
            raise NotUnderstood

    def _pseudo_class(self, name: str, tests: list[Test]) -> None:
        self._weight[1] += 1
        if name in NEVER or name in ("before", "after", "first-line", "first-letter"):
            self._possible = False
        elif name in _PLAIN:
            tests.append(_PLAIN[name])
        elif name in (
            "scope",
            "defined",
            "enabled",
            "valid",
            "optional",
            "read-only",
            "read-write",
            "host-context",
        ):
            raise style_sheet_not_supported(f'":{name}"')
        else:
            raise NotUnderstood

    def _function(self, name: str, arguments: Sequence[Token], tests: list[Test]) -> None:
        if name in ("is", "where", "not", "matches", "-webkit-any"):
            self._logical(name, arguments, tests)
        elif name in _NTH:
            self._weight[1] += 1
            formula = parse_nth(arguments)
            if formula is None:
                if any(token.type == "ident" and token.lower_value == "of" for token in arguments):
                    raise style_sheet_not_supported(f'":{name}(… of …)"')
                raise NotUnderstood
            tests.append(_nth_test(name, *formula))
        elif name in ("has", "lang", "dir", "host", "host-context", "state", "active-view-transition-type"):
            raise style_sheet_not_supported(f'":{name}()"')
        else:
            raise NotUnderstood

    def _logical(self, name: str, arguments: Sequence[Token], tests: list[Test]) -> None:
        inner: list[Selector] = []
        for part in split_tokens(arguments, ","):
            try:
                inner += read_selectors(part, self._namespaces, self._depth + 1)
            except NotUnderstood:
                if name == "not":
                    raise
        if name != "where":
            heaviest = max((selector.specificity for selector in inner), default=(0, 0, 0))
            self._weight = [own + other for own, other in zip(self._weight, heaviest, strict=True)]
        wanted = name != "not"
        tests.append(lambda node, steps: any(one.matches(node, steps) for one in inner) is wanted)


_PLAIN: dict[str, Test] = {
    "root": lambda node, _: node.parent is None,
    "first-child": lambda node, matching: matching.index(node) == 0,
    "last-child": lambda node, matching: matching.siblings(node)[-1] is node,
    "only-child": lambda node, matching: len(matching.siblings(node)) == 1,
    "first-of-type": lambda node, matching: matching.alike(node)[0] is node,
    "last-of-type": lambda node, matching: matching.alike(node)[-1] is node,
    "only-of-type": lambda node, matching: len(matching.alike(node)) == 1,
    "empty": lambda node, _: not node.children and not node.element.text,
    "link": lambda node, _: node.name == "a" and node.link is not None,
    "any-link": lambda node, _: node.name == "a" and node.link is not None,
}
_NTH = {
    "nth-child": (False, False), "nth-last-child": (False, True),
    "nth-of-type": (True, False), "nth-last-of-type": (True, True),
}  # fmt: skip


def _nth_test(name: str, step: int, offset: int) -> Test:
    of_type, from_end = _NTH[name]

    def test(node: Node, matching: Matching) -> bool:
        among = matching.alike(node) if of_type else matching.siblings(node)
        index = matching.index(node)
        if of_type:
            index = next(place for place, other in enumerate(among) if other is node)
        number = len(among) - index if from_end else index + 1
        if step == 0:
            return number == offset
        return (number - offset) % step == 0 and (number - offset) // step >= 0

    return test


def _attribute_test(tokens: Sequence[Token]) -> Test:
    """Read ``[name]``, ``[name=value]`` and its kin; names with a namespace are not matched."""
    if not tokens or tokens[0].type != "ident":
        raise NotUnderstood
    name: str = tokens[0].value
    if len(tokens) == 1:
        return lambda node, _: node.get(name) is not None
    fold = len(tokens) == 4 and tokens[3].type == "ident" and tokens[3].lower_value == "i"
    operator = getattr(tokens[1], "value", None)
    if operator == "|" or (len(tokens) > 2 and tokens[1] == "|"):
        raise style_sheet_not_supported("an attribute with a namespace")
    if len(tokens) not in (3, 4) or tokens[2].type not in ("ident", "string") or operator not in _OPERATORS:
        raise NotUnderstood
    wanted = tokens[2].value.lower() if fold else tokens[2].value
    holds = _OPERATORS[operator]

    def test(node: Node, matching: Matching) -> bool:
        value = node.get(name)
        if value is None:
            return False
        matching.count(len(value) // 100)
        return holds(value.lower() if fold else value, wanted)

    return test


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "~=": lambda value, wanted: wanted in value.split(),
    "|=": lambda value, wanted: value == wanted or value.startswith(f"{wanted}-"),
    "^=": lambda value, wanted: bool(wanted) and value.startswith(wanted),
    "$=": lambda value, wanted: bool(wanted) and value.endswith(wanted),
    "*=": lambda value, wanted: bool(wanted) and wanted in value,
}
