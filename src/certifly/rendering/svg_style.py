"""The style of an SVG's elements: attributes, style sheet and style attribute made into one.

Of CSS, what drawing programs write is understood: rules for elements, classes and ids, in the order of
their weight. The result is one list of checked declarations for each element, so no style sheet remains for
the renderer to interpret. A value that does not have the form its property wants is dropped, as CSS itself
prescribes; a style sheet that needs more than this is refused rather than half obeyed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge

RULES_MAX = 2_000
DECLARATIONS_MAX = 200_000
"""Rules looked at and declarations given, for all elements together."""

VALUE_CHARACTERS_MAX = 1_000
"""Longest value of a property; what is longer is no value that a property knows."""

PAINTS = frozenset({"fill", "stroke"})
REFERENCES = frozenset({"clip-path", "mask"})
EFFECTS = frozenset({"filter", "marker", "marker-start", "marker-mid", "marker-end", "transform-origin"})
GEOMETRY = frozenset({"transform", "d"})
"""Read as attributes only; as style, few renderers know them."""

PROPERTIES = (
    PAINTS
    | REFERENCES
    | frozenset(
        {
            "clip-rule", "color", "display", "fill-opacity", "fill-rule", "isolation", "mask-type",
            "mix-blend-mode", "opacity", "overflow", "paint-order", "stop-color", "stop-opacity",
            "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
            "stroke-miterlimit", "stroke-opacity", "stroke-width", "visibility",
        }
    )
)  # fmt: skip

LINK = re.compile(r"""url\(\s*(["']?)#([^"')]+)\1\s*\)""", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9#.,%+\-\s]+(?:\([A-Za-z0-9.,%+\-\s/]{1,100}\))?", re.ASCII)
_SELECTOR = re.compile(r"(\*|[A-Za-z][A-Za-z0-9]*)?((?:[.#][\w-]+)*)")
_PART = re.compile(r"([.#])([\w-]+)")

Declarations = dict[str, str]
Weight = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Rule:
    weight: Weight
    element: str
    classes: frozenset[str]
    ids: frozenset[str]
    declarations: Declarations


@dataclass
class StyleSheet:
    """The rules of all the document's ``style`` elements."""

    _rules: dict[str, list[_Rule]] = field(default_factory=dict)
    _count: int = 0
    _given: int = 0

    def add(self, text: str) -> None:
        """Take in the content of a style element. Raises PictureNotSupported."""
        text = _without_comments(text).replace("<!--", "").replace("-->", "")
        if "@" in text or "\\" in text:
            raise _too_elaborate()
        *rules, rest = text.split("}")
        if rest.strip():
            raise _too_elaborate()
        for rule in rules:
            selectors, _, body = rule.partition("{")
            declarations = read_declarations(body)
            for selector in selectors.split(","):
                self._add_rule(selector.strip(), declarations)

    def style_of(self, element: str, attributes: Mapping[str, str]) -> Declarations:
        """Return the element's checked declarations; links still carry the document's own ids."""
        merged = {name: value for name, value in attributes.items() if name in PROPERTIES | EFFECTS}
        for rule in self._rules_for(element, attributes):
            self._count_work(len(rule.declarations))
            merged |= rule.declarations
        merged |= read_declarations(attributes.get("style", ""))
        return {name: value.strip() for name, value in merged.items() if _is_sound(name, value.strip())}

    def _add_rule(self, selector: str, declarations: Declarations) -> None:
        match = _SELECTOR.fullmatch(selector)
        if match is None or not selector:
            raise _too_elaborate()
        self._count += 1
        if self._count > RULES_MAX:
            raise PictureTooLarge(f"The SVG has more than {RULES_MAX:,} style rules. Simplify the drawing.")
        parts = _PART.findall(match[2])
        classes = frozenset(name for sign, name in parts if sign == ".")
        ids = frozenset(name for sign, name in parts if sign == "#")
        element = "" if match[1] in (None, "*") else match[1]
        weight = (len(ids), len(classes), int(bool(element)), self._count)
        key = next((sign + name for sign, name in sorted(parts)), element)
        rule = _Rule(weight, element, classes, ids, declarations)
        self._rules.setdefault(key, []).append(rule)

    def _rules_for(self, element: str, attributes: Mapping[str, str]) -> list[_Rule]:
        classes = frozenset(attributes.get("class", "").split())
        ids = frozenset([attributes["id"]] if "id" in attributes else [])
        keys = ["", element, *(f".{name}" for name in classes), *(f"#{name}" for name in ids)]
        candidates = [rule for key in keys for rule in self._rules.get(key, ())]
        self._count_work(len(candidates))
        matching = [
            rule
            for rule in candidates
            if rule.element in ("", element) and rule.classes <= classes and rule.ids <= ids
        ]
        return sorted(matching, key=lambda rule: rule.weight)

    def _count_work(self, amount: int) -> None:
        self._given += amount
        if self._given > DECLARATIONS_MAX:
            raise PictureTooLarge("The SVG's style sheet gives too many properties. Simplify the drawing.")


def read_declarations(text: str) -> Declarations:
    """Read ``name: value; name: value``. Only names that bear on the drawing are kept."""
    declarations = {}
    for part in _without_comments(text).split(";"):
        name, colon, value = part.partition(":")
        name = name.strip().lower()
        if colon and name in PROPERTIES | EFFECTS | GEOMETRY:
            # "!important" is taken off and not weighed: drawing programs do not let rules compete.
            declarations[name] = value.partition("!")[0].strip()
    return declarations


def _without_comments(text: str) -> str:
    """Leave out ``/* … */``, in one pass; a comment that never ends reaches to the end."""
    before, *commented = text.split("/*")
    return before + " ".join(part.partition("*/")[2] for part in commented)


def _is_sound(name: str, value: str) -> bool:
    """Whether the declaration is kept. Raises PictureNotSupported where leaving it out would show."""
    if name in EFFECTS | GEOMETRY:
        if value.lower() in ("", "none", "inherit"):
            return False
        raise PictureNotSupported(
            f'The SVG uses "{name}" as a style, which certificates cannot show. Expand or flatten the '
            "effect in your drawing program."
        )
    if len(value) > VALUE_CHARACTERS_MAX:
        return False
    if "url(" not in value.lower():
        return _PLAIN.fullmatch(value) is not None
    if name not in PAINTS | REFERENCES:
        return False
    link = LINK.match(value)
    if link is None:
        raise PictureNotSupported(
            f'The SVG\'s "{name}" refers to something outside the file. Embed everything it shows.'
        )
    fallback = value[link.end() :].strip()
    return not fallback or (name in PAINTS and _PLAIN.fullmatch(fallback) is not None)


def _too_elaborate() -> PictureNotSupported:
    return PictureNotSupported(
        "The SVG's style sheet uses more than rules for elements, classes and ids. Export it again with "
        '"presentation attributes" instead of a style sheet.'
    )
