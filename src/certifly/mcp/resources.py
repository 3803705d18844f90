"""Resources: what a client can put before its model without a call of a tool.

Templates and certificates are those of the caller's token; the handbook is everybody's. What cannot be read is an
error of the protocol, which has no other way to say so here; its words are those that a tool would answer.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from certifly.mcp.asking import API, Refused

MARKDOWN = "text/markdown"
JSON = "application/json"

HANDBOOK = "certifly://handbook"
TEMPLATES = "certifly://templates"
URI_LENGTH_MAX = 500

LISTED_MAX = 100
"""Templates of one page of the list of resources."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with an address of its own."""

    uri: str
    name: str
    title: str
    description: str
    media_type: str


@dataclass(frozen=True, slots=True)
class ResourceTemplate:
    """Resources whose addresses are made by filling in a place."""

    uri_template: str
    name: str
    title: str
    description: str
    media_type: str
    pattern: re.Pattern[str]
    read: Callable[[API, str], Awaitable[str]]


class ResourceUnknown(Exception):
    """No resource has this address."""


FIXED = (
    Resource(
        HANDBOOK,
        "handbook",
        "Contents of the handbook",
        "Every page of the handbook of this installation, with a sentence on each.",
        MARKDOWN,
    ),
    Resource(
        TEMPLATES,
        "templates",
        "Templates of this organisation",
        "The newest templates of the organisation whose token this connection has. Needs templates.read.",
        JSON,
    ),
)


async def _template(api: API, template_id: str) -> str:
    answer = await api.get(f"/api/v1/templates/{template_id}")
    return _indented(answer.json()["data"])


async def _certificate(api: API, code: str) -> str:
    answer = await api.get(f"/api/v1/certificates/{code}")
    return _indented(answer.json()["data"])


async def _page(api: API, path: str) -> str:
    answer = await api.get(f"/docs/{path}.md")
    return answer.body.decode()


FILLED_IN = (
    ResourceTemplate(
        "certifly://templates/{id}",
        "template",
        "A template",
        "One template with its draft document: labels, extra fields, layout. Needs templates.read.",
        JSON,
        re.compile(r"certifly://templates/([1-9][0-9]{0,15})"),
        _template,
    ),
    ResourceTemplate(
        "certifly://certificates/{code}",
        "certificate",
        "A certificate",
        "One certificate of this organisation in full, by its code or its id. Needs certificates.read.",
        JSON,
        re.compile(
            r"certifly://certificates/([1-9][0-9]{0,15}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
        ),
        _certificate,
    ),
    ResourceTemplate(
        "certifly://handbook/{+path}",
        "handbook_page",
        "A page of the handbook",
        "One page of the handbook as Markdown, such as certifly://handbook/guides/email. Needs no token.",
        MARKDOWN,
        re.compile(r"certifly://handbook/([A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*)"),
        _page,
    ),
)


async def read_resource(api: API, uri: str) -> tuple[str, str]:
    """The text at ``uri``, and its media type. Raises ResourceUnknown and what the API refuses with."""
    if uri == HANDBOOK:
        answer = await api.get("/llms.txt")
        return answer.body.decode(), MARKDOWN
    if uri == TEMPLATES:
        answer = await api.get("/api/v1/templates", limit=LISTED_MAX)
        return _indented(answer.json()), JSON
    for one in FILLED_IN:
        if len(uri) <= URI_LENGTH_MAX and (found := one.pattern.fullmatch(uri)):
            return await one.read(api, found[1]), one.media_type
    raise ResourceUnknown


async def list_resources(api: API, cursor: str | None) -> tuple[list[Resource], str | None]:
    """The fixed ones and, as far as the token reaches, the caller's templates; with the cursor of the next page.

    Who has no token, or one without that scope, has no templates: a list is no place to be refused.
    """
    listed = [] if cursor else list(FIXED)
    if not api.caller.authorization:
        return listed, None
    try:
        answer = await api.get("/api/v1/templates", limit=LISTED_MAX, cursor=cursor)
    except Refused as refusal:
        if refusal.answer.status in (401, 403):
            return listed, None
        raise
    content = answer.json()
    for item in content["data"]:
        name = item["data"]["name"]
        listed.append(
            Resource(
                f"certifly://templates/{item['id']}",
                f"template {item['id']}",
                name,
                f"Template {item['id']}, {item['data']['status']}.",
                JSON,
            )
        )
    return listed, content["meta"]["next_cursor"]


def _indented(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)
