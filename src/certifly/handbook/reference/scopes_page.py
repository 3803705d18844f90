"""Every scope, and what a token with it may do."""

from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.reference.mcp_page import listing
from certifly.handbook.reference.operation_page import Operation, operations_in
from certifly.handbook.reference.tables import code
from certifly.tenants.scopes import SCOPES

_INTRODUCTION = """\
# Scopes

A token may do what its scopes say, and nothing else. An operator chooses them when
[making the token](/docs/reference/commands#certifly-token-create); give a program only those that it uses. A call
without the scope it needs is answered with 403 [`scope_missing`](/docs/reference/errors#scope_missing), which names
it. [`GET /api/v1/me`](/docs/gateway-api/me/get-me) tells a program which scopes its token has.

A token belongs to one tenant: no scope reaches what another tenant owns. Checking a certificate and downloading its
files need no token at all.
"""


def scopes_page(installation: Installation) -> Page:
    """The page of every scope."""
    operations = operations_in(installation.openapi)
    parts = [_INTRODUCTION]
    for scope, meaning in SCOPES.items():
        parts.append(f"## {code(scope)}\n\n{meaning}\n")
        calls = [one for one in operations if scope in _scopes_of(one)]
        parts.append("\n".join(f"- [{one.told['summary']}](/docs/{one.page_path})" for one in calls) + "\n")
        tools = [code(tool["name"]) for tool in listing()["tools"] if tool["scope"] == scope]
        if tools:
            parts.append(f"AI clients: {', '.join(tools)}. See [tools](/docs/reference/mcp#tools).\n")
    return Page(
        "reference/scopes",
        "Scopes",
        "What a token may do: every scope, and the calls and tools that need it.",
        "\n".join(parts),
    )


def _scopes_of(operation: Operation) -> list[str]:
    return [scope for one in operation.told["security"] for scopes in one.values() for scope in scopes]
