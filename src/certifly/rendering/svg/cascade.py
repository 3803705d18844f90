"""The style of each element: attributes, rules, style attribute and what is inherited, made into one set of values.

CSS Cascading Level 4: the strongest declaration that is understood holds; one that is not counts as not written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import tinycss2

from certifly.rendering.svg.colours import Rgb
from certifly.rendering.svg.properties import (
    GUARDED,
    GUARDED_ON_ROOT,
    PROPERTIES,
    SHORTHANDS,
    VALUE_CHARACTERS_MAX,
    Elsewhere,
    read_value,
)
from certifly.rendering.svg.quantities import NotUnderstood, Surroundings, Token, check_brackets
from certifly.rendering.svg.reading import Node
from certifly.rendering.svg.refusals import value_not_supported
from certifly.rendering.svg.stylesheet import StyleSheet
from certifly.rendering.svg.values import CURRENT, Colour, Context
from certifly.rendering.svg.variables import uses_variables

VARIABLES_DEPTH_MAX = 10

GEOMETRY: Mapping[str, frozenset[str]] = {
    "rect": frozenset({"x", "y", "width", "height", "rx", "ry"}),
    "circle": frozenset({"cx", "cy", "r"}),
    "ellipse": frozenset({"cx", "cy", "rx", "ry"}),
    "path": frozenset({"d"}),
} | dict.fromkeys(
    ("image", "svg", "symbol", "use", "foreignObject"), frozenset({"x", "y", "width", "height"})
)
"""The properties of geometry that an element has; all others are attributes only."""

_ALL_GEOMETRY = frozenset().union(*GEOMETRY.values())
_TRANSFORM_ATTRIBUTES = {
    "linearGradient": "gradientTransform", "radialGradient": "gradientTransform", "pattern": "patternTransform",
}  # fmt: skip
"""The attribute that gives the property ``transform``; with all others it has the name of the property."""

_FIRST = ("font-size", "color")
"""Properties that others are relative to."""


@dataclass(frozen=True, eq=False)
class Style:
    """The values of an element. What is not written has its initial value."""

    values: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    around: Surroundings = field(default_factory=Surroundings)
    scope: Node | None = None
    """The element that ``use`` shows, inside of it: selectors do not see what is around that (SVG 2, 5.6.2)."""

    def __getitem__(self, name: str) -> Any:
        return self.values[name] if name in self.values else PROPERTIES[name].initial

    def colour(self, given: Colour) -> Rgb:
        """Return a colour, where ``currentcolor`` is this element's."""
        current: Rgb = self["color"]
        return current if given == CURRENT else given

    @cached_property
    def inheritance(self) -> tuple[Any, ...]:
        """What children get from this element, for comparing."""
        inherited = [(name, value) for name, value in self.values.items() if PROPERTIES[name].inherited]
        return (
            tuple(sorted(inherited, key=lambda pair: pair[0])),
            tuple(sorted(self.variables.items())),
            self.around,
        )

    def within(self, width: float, height: float) -> "Style":
        """Return the style for the content of another viewport."""
        return replace(self, around=replace(self.around, viewport=(width, height)))

    def shown_by_use(self, target: Node) -> "Style":
        """Return the style of a ``use`` element for what it shows."""
        return replace(self, scope=target)


@dataclass(frozen=True, slots=True)
class _Written:
    """A declaration as the file writes it."""

    value: str
    attribute: bool = False
    inline: bool = False


@dataclass
class Cascade:
    sheet: StyleSheet
    _declared: dict[tuple[Node, Node | None], tuple[dict[str, list[_Written]], dict[str, str]]] = field(
        default_factory=dict
    )

    def style_of(self, node: Node, parent: Style) -> Style:
        """Return the values of an element inside ``parent``. Raises PictureNotSupported, PictureTooLarge."""
        declared, _ = self._declarations(node, parent.scope)
        self.sheet.count(len(declared) + len(parent.variables))
        inherited = {name: value for name, value in parent.values.items() if PROPERTIES[name].inherited}
        if not declared:
            return Style(inherited, parent.variables, parent.around, parent.scope)
        reader = _Values(declared, parent, inherited, _variables(declared, parent.variables))
        for name in (*_FIRST, *declared):
            if name in declared and name in PROPERTIES:
                reader.read(name)
        around = parent.around
        if around.font_size != reader.font_size:
            around = replace(around, font_size=reader.font_size)
        if node.parent is None:
            around = replace(around, root_font_size=reader.font_size)
        return Style(reader.values, reader.variables, around, parent.scope)

    def check(self, node: Node, scope: Node | None = None) -> None:
        """Refuse what the element's style does beside the values that are drawn. Raises PictureNotSupported."""
        for name, value in self._declarations(node, scope)[1].items():
            harmless = GUARDED[name] if name in GUARDED else GUARDED_ON_ROOT[name]
            if value.lower() in harmless or (
                name != "all" and value.lower() in ("initial", "unset", "revert")
            ):
                continue
            if "animation" in name and not self.sheet.animations & set(value.replace(",", " ").split()):
                continue
            raise value_not_supported(name, value)

    def sized_by_css(self, node: Node, scope: Node | None = None) -> bool:
        """Tell whether a rule or a style attribute gives the element's width or height."""
        declared, _ = self._declarations(node, scope)
        return any(
            not written.attribute for name in ("width", "height") for written in declared.get(name, ())
        )

    def _declarations(
        self, node: Node, scope: Node | None
    ) -> tuple[dict[str, list[_Written]], dict[str, str]]:
        """Return what is declared, the weakest first, and the guarded properties with their last value."""
        if (node, scope) not in self._declared:
            declared: dict[str, list[_Written]] = {}
            guarded: dict[str, str] = {}
            geometry = GEOMETRY.get(node.name or "", frozenset())
            for name, written in self._written(node, scope):
                if name in GUARDED or (node.parent is None and name in GUARDED_ON_ROOT):
                    guarded[name] = written.value
                for longhand in SHORTHANDS.get(name, (name,)):
                    if longhand.startswith("--") or (
                        longhand in PROPERTIES and (longhand in geometry or longhand not in _ALL_GEOMETRY)
                    ):
                        declared.setdefault(longhand, []).append(written)
            self._declared[node, scope] = declared, guarded
        return self._declared[node, scope]

    def _written(self, node: Node, scope: Node | None) -> Iterator[tuple[str, _Written]]:
        for name, value in node.element.attrib.items():
            if name == _TRANSFORM_ATTRIBUTES.get(node.name or "", "transform"):
                yield "transform", _Written(value, attribute=True)
            elif name != "transform" and name in PROPERTIES and PROPERTIES[name].attribute:
                yield name, _Written(value, attribute=True)
        ruled = [
            declaration for rule in self.sheet.rules_for(node, scope) for declaration in rule.declarations
        ]
        own = self.sheet.attribute(node.get("style") or "")
        for important in (False, True):
            for inline, declarations in ((False, ruled), (True, own)):
                for declaration in declarations:
                    if declaration.important is important:
                        yield declaration.name, _Written(declaration.value, inline=inline)


class _Values:
    """Reads the declared values of one element."""

    def __init__(
        self,
        declared: Mapping[str, list[_Written]],
        parent: Style,
        inherited: dict[str, Any],
        variables: Mapping[str, str],
    ) -> None:
        self._declared = declared
        self._parent = parent
        self.values = inherited
        self._contexts: dict[tuple[bool, bool], Context] = {}
        self.variables = variables

    @property
    def font_size(self) -> float:
        size: float = self.values.get("font-size", 16.0)
        return size

    def read(self, name: str) -> None:
        """Put the strongest declaration that is understood among the values."""
        for written in reversed(self._declared[name]):
            try:
                self._set(name, self._value(name, written))
            except NotUnderstood:
                # With a variable in it, it is known too late that a value means nothing: weaker ones are gone by then.
                if not uses_variables(written.value):
                    continue
                self._set(name, Elsewhere("unset"))
            return

    def _value(self, name: str, written: _Written) -> Any:
        value = written.value
        if uses_variables(value):
            value = substitute(value, self.variables)
        if name not in _FIRST:
            kind = (written.attribute, written.inline)
            if kind not in self._contexts:
                self._contexts[kind] = self._context(self.values, self.font_size, written)
            return read_value(name, value, self._contexts[kind])
        size = self.font_size if name == "color" else self._parent.around.font_size
        return read_value(name, value, self._context(self._parent.values, size, written))

    def _context(self, values: Mapping[str, Any], size: float, written: _Written) -> Context:
        around = self._parent.around
        if around.font_size != size:
            around = replace(around, font_size=size)
        return Context(
            around, values.get("color", PROPERTIES["color"].initial), written.attribute, written.inline
        )

    def _set(self, name: str, value: Any) -> None:
        if not isinstance(value, Elsewhere):
            if name == "color" and value == CURRENT:
                value = self._parent["color"]
            self.values[name] = value
            return
        if value.word == "revert-layer" or (value.word == "inherit" and name in _ALL_GEOMETRY):
            raise value_not_supported(name, value.word)
        if value.word == "inherit" or (PROPERTIES[name].inherited and value.word != "initial"):
            self.values[name] = self._parent[name]
        else:
            self.values[name] = PROPERTIES[name].initial


def _variables(declared: Mapping[str, list[_Written]], inherited: Mapping[str, str]) -> Mapping[str, str]:
    """Return the custom properties that hold for an element, with the variables in them replaced."""
    own = {name: written[-1].value for name, written in declared.items() if name.startswith("--")}
    if not own:
        return inherited
    values = dict(inherited)
    for name, value in own.items():
        if value.lower() == "initial":
            values.pop(name, None)
        elif value.lower() not in ("inherit", "unset", "revert", "revert-layer"):
            values[name] = value
    resolved = dict(values)
    for name in own:
        if name in values and "var(" in values[name].lower():
            try:
                resolved[name] = substitute(values[name], values)
            except NotUnderstood:
                del resolved[name]
    return resolved


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """Replace each ``var(--name, fallback)``. Raises NotUnderstood, PictureNotSupported for what grows too long."""
    if len(text) > VALUE_CHARACTERS_MAX:
        raise value_not_supported("var()", text)
    check_brackets(text)
    return tinycss2.serialize(_Substitution(variables).of(tinycss2.parse_component_value_list(text), 0))


@dataclass
class _Substitution:
    variables: Mapping[str, str]
    _grown: int = 0

    def of(self, tokens: list[Token], depth: int) -> list[Token]:
        if depth > VARIABLES_DEPTH_MAX:  # also variables that name each other in a circle
            raise NotUnderstood
        result: list[Token] = []
        for token in tokens:
            if token.type == "function" and token.lower_name == "var":
                result += self._value(token.arguments, depth)
                continue
            if token.type == "function":
                token.arguments = self.of(token.arguments, depth + 1)
            elif token.type.endswith("block"):
                token.content = self.of(token.content, depth + 1)
            result.append(token)
        return result

    def _value(self, arguments: list[Token], depth: int) -> list[Token]:
        place = next((place for place, part in enumerate(arguments) if part == ","), len(arguments))
        names = [part.value for part in arguments[:place] if part.type not in ("whitespace", "comment")]
        name = names[0] if len(names) == 1 else ""
        if name in self.variables:
            value = tinycss2.parse_component_value_list(self.variables[name])
        elif name and place < len(arguments):
            value = arguments[place + 1 :]
        else:
            raise NotUnderstood
        self._grown += 1 + len(tinycss2.serialize(value))
        if self._grown > VALUE_CHARACTERS_MAX:
            raise value_not_supported("var()", name)
        return self.of(value, depth + 1)
