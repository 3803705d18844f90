"""Read the XML of an SVG into a tree of nodes, within bounds.

Nothing is ever fetched. A document type may be there, as drawing programs write it; of an internal subset, short
entities of plain text are replaced (older Illustrator files name namespaces with them). Entities inside entities,
external entities, parameter entities and attribute defaults are refused: they could grow without bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException, EntitiesForbidden
from defusedxml.ElementTree import DefusedXMLParser

from certifly.rendering.errors import PictureNotSupported, PictureTooLarge, PictureUnreadable
from certifly.rendering.svg.refusals import style_sheet_not_supported

ELEMENTS_MAX = 20_000
DEPTH_MAX = 50
ENTITIES_MAX = 50
ENTITY_CHARACTERS_MAX = 500
"""Longest text of one entity."""

ENTITY_TEXT_MAX = 100_000
"""Characters that all uses of entities become together."""

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(eq=False, slots=True)
class Node:
    """An element of the document. ``name`` is None for one of another vocabulary, which draws nothing."""

    name: str | None
    element: Element
    parent: "Node | None"
    index: int
    children: "list[Node]" = field(default_factory=list)
    classes: frozenset[str] = frozenset()

    def get(self, name: str) -> str | None:
        """Return the value of an attribute that has no namespace."""
        return self.element.get(name)

    @property
    def link(self) -> str | None:
        """What ``href`` names; ``xlink:href`` counts where there is no other."""
        return self.element.get("href", self.element.get(XLINK_HREF))

    def __iter__(self) -> "Iterator[Node]":
        """Every node of this subtree, in the order of the document."""
        yield self
        for child in self.children:
            yield from child


def read_svg(content: bytes) -> Node:
    """Return the root of the document. Raises PictureRefused or one of its kinds."""
    parser = _Parser(content)
    try:
        parser.feed(content)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise PictureNotSupported(
            "The SVG's <!DOCTYPE> declares entities or attributes that are not allowed. Delete the lines between "
            "[ and ], or export the file again as plain SVG."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise PictureUnreadable(f"The SVG is not well-formed XML ({error}). Export it again.") from error
    if root.tag == "svg":
        raise PictureNotSupported(
            f'The SVG does not say that it is one, so browsers do not show it. Add xmlns="{SVG}" to its <svg> element.'
        )
    if _svg_name(root) != "svg":
        raise PictureNotSupported(
            "This is XML or HTML, but not an SVG. Save the picture as PNG, JPEG or SVG."
        )
    return _nodes(root, None, 0)


def _nodes(element: Element, parent: Node | None, index: int) -> Node:
    classes = frozenset(element.get("class", "").split())
    node = Node(_svg_name(element), element, parent, index, classes=classes)
    node.children = [_nodes(child, node, number) for number, child in enumerate(element)]
    return node


def _svg_name(element: Element) -> str | None:
    """Return the name of an SVG element, or None for one of another vocabulary."""
    namespace, _, name = element.tag.rpartition("}")
    return name if namespace == f"{{{SVG}" else None


class _Parser(DefusedXMLParser):
    """The parser of defusedxml, which also lets through harmless declarations of entities."""

    def __init__(self, content: bytes) -> None:
        super().__init__(target=_BoundedTree())
        self._content = content
        self._entities = 0
        self._text = 0
        self.parser.AttlistDeclHandler = _refuse_declaration
        self.parser.ElementDeclHandler = _refuse_declaration
        self.parser.NotationDeclHandler = _refuse_declaration

    def defused_entity_decl(
        self,
        name: str,
        is_parameter_entity: bool,
        value: str | None,
        base: Any,
        sysid: Any,
        pubid: Any,
        notation: Any,
    ) -> None:
        self._entities += 1
        plain = (
            not is_parameter_entity
            and value is not None
            and len(value) <= ENTITY_CHARACTERS_MAX
            and not set(value) & set("&%<")
            and b"\0" not in self._content
        )
        if plain:
            self._text += self._content.count(f"&{name};".encode()) * len(value or "")
        if not plain or self._entities > ENTITIES_MAX or self._text > ENTITY_TEXT_MAX:
            raise EntitiesForbidden(name, value, base, sysid, pubid, notation)


def _refuse_declaration(*declared: Any) -> None:
    raise EntitiesForbidden(str(declared[0]), None, None, None, None, None)


class _BoundedTree(TreeBuilder):
    """Builds the tree, and stops before it grows too large or too deep."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = 0
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._elements += 1
        self._depth += 1
        if self._elements > ELEMENTS_MAX:
            raise PictureTooLarge(
                f"The SVG has more than {ELEMENTS_MAX:,} elements. Simplify it, or save it as PNG."
            )
        if self._depth > DEPTH_MAX:
            raise PictureTooLarge(
                f"The SVG's groups are nested deeper than {DEPTH_MAX} levels. Ungroup them."
            )
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)

    def pi(self, target: str, text: str | None = None, /) -> Any:
        """Pass over a processing instruction, but not over a style sheet that the file itself contains."""
        if target == "xml-stylesheet" and ("data:" in (text or "") or "#" in (text or "")):
            raise style_sheet_not_supported("<?xml-stylesheet?>")
        return super().pi(target, text)
