"""The OpenAPI document of one operation: whole in itself, with nothing that it does not reach."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

Document = dict[str, Any]

_ORDER = (
    "operationId",
    "summary",
    "description",
    "tags",
    "security",
    "parameters",
    "requestBody",
    "responses",
)
"""In which a reader wants to know of a call; what else there may be comes last."""


def document_of(openapi: Mapping[str, Any], path: str, method: str, *, public_url: str) -> Document:
    """A valid document of this one operation, whose server is this installation."""
    told = openapi["paths"][path][method]
    operation = {key: told[key] for key in (*_ORDER, *told) if key in told}
    info = {key: openapi["info"][key] for key in ("title", "version", "license") if key in openapi["info"]}
    document: Document = {
        "openapi": openapi["openapi"],
        "info": info,
        "paths": {path: {method: operation}},
        "servers": [{"url": public_url}],
    }
    components: dict[str, dict[str, Any]] = {}
    for kind, name in sorted(_reached(openapi, operation)):
        components.setdefault(kind, {})[name] = openapi["components"][kind][name]
    if any(operation.get("security", [])):
        components["securitySchemes"] = openapi["components"]["securitySchemes"]
    if components:
        document["components"] = components
    return document


def as_yaml(document: Document) -> str:
    """The document as people read it: keys in their order, long texts as blocks."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def _reached(openapi: Mapping[str, Any], node: Any) -> set[tuple[str, str]]:
    """The components that a node reaches, by kind and name."""
    found: set[tuple[str, str]] = set()
    waiting = list(_references(node))
    while waiting:
        _, _, kind, name, *_ = waiting.pop().split("/")
        if (kind, name) not in found:
            found.add((kind, name))
            waiting.extend(_references(openapi["components"][kind][name]))
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


class _Dumper(yaml.CSafeDumper):
    """Writes every value out (no anchors) and texts of several lines as they are read."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library names it
        """Two equal values are two values: a reader looks for no third place."""
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
