"""Every address of an installation: the calls, and what browsers, readers and AI clients ask for.

Calls are those of the OpenAPI document. A test compares the rest with the routes of the application.
"""

from collections.abc import Mapping

from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.reference.operation_page import operations_in
from certifly.handbook.reference.tables import code, table

OTHERS: Mapping[str, Mapping[str, str]] = {
    "For people": {
        "/": "The front page, where a code can be typed in and a file be dropped.",
        "/docs": "This handbook. `.md` behind the address of a page, or `Accept: text/markdown`, makes it Markdown.",
        "/docs.md": "Its front page as Markdown.",
        "/docs/{path}": "A page of it.",
        "/docs/try": "Every call of this installation, to be sent from the browser.",
        "/t/{slug}": "Short for `/t/{slug}/profile.json`: who an issuer is.",
    },
    "For AI clients and language models": {
        "/_mcp/server": "[The server for AI clients](/docs/reference/mcp) (Model Context Protocol). POST only.",
        "/llms.txt": "Every page of this handbook in one line each.",
        "/llms-full.txt": "Every page of this handbook in full.",
    },
    "What pages are made of": {
        "/docs/search-index.json": "The index that pages of this handbook search by themselves.",
        "/static/handbook/{digest}/{name}": "Style, scripts and fonts of this handbook. They never change.",
        "/static/public/{digest}/{name}": "Style, script and fonts of the public pages. They never change.",
        "/favicon.svg": "The icon.",
        "/favicon.ico": "The same, where browsers look for it unasked.",
        "/robots.txt": "Keeps search engines away from people's names.",
    },
}
"""The addresses that no program calls, by who asks for them. They take GET and HEAD where nothing else is said."""

_INTRODUCTION = """\
# Addresses

Everything below `{url}`. A path that is not listed here answers 404, a method that is not listed 405 with `Allow`.
Addresses that take GET take HEAD too, unless they are below `/api/`.
"""


def addresses_page(installation: Installation) -> Page:
    """The page of every address."""
    parts = [_INTRODUCTION.format(url=installation.public_url), "## For programs\n"]
    calls = [
        [
            f"{operation.method.upper()} {code(operation.path)}",
            f"[{operation.told['summary']}](/docs/{operation.page_path})",
        ]
        for operation in operations_in(installation.openapi)
    ]
    parts.append(table(["Call", "What it does"], calls))
    for title, addresses in OTHERS.items():
        parts.append(f"## {title}\n")
        parts.append(
            table(["Address", "What it is"], ([code(path), what] for path, what in addresses.items()))
        )
    return Page(
        "reference/addresses",
        "Addresses",
        "Every address of an installation, for programs, people, AI clients and browsers.",
        "\n".join(parts),
    )
