"""The server for AI clients: how to connect, and every tool, resource and prompt that it offers.

What it offers is written down by ``tools/describe_mcp.py``, since that door lies beside this one; a test holds the
file against it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from certifly.handbook.facts import Installation
from certifly.handbook.page import Page
from certifly.handbook.reference.operation_page import REQUIRED, field_table
from certifly.handbook.reference.schema_words import Reader
from certifly.handbook.reference.tables import code, fence, one_line, table

FILE = Path(__file__).with_name("mcp_tools.json")
DESCRIBED_ADDRESS = "https://certificates.example.org"
"""What the listing calls the installation."""

_ABOUT = """\
# Server for AI clients

This installation speaks the Model Context Protocol at `{address}`: streamable HTTP, without sessions. A client such as
Claude Code, Cursor or VS Code connects to it and gets the [tools](#tools), [resources](#resources) and
[prompts](#prompts) below. Without a token it can read this handbook and check certificates; with a token it can do
what the [scopes](/docs/reference/scopes) of the token allow, for the tenant of the token and no other.

Every tool calls the HTTP API, so its rules, errors and limits are those of the call behind it. How to work with it is
told in [the guide](/docs/guides/ai-clients).

## Connect

The token goes into the settings of the client, never into a conversation. Leave the header out to connect without one.

### Claude Code

{claude_code}
### Cursor

In `.cursor/mcp.json` of a project, or `~/.cursor/mcp.json`:

{cursor}
### VS Code

In `.vscode/mcp.json` of a workspace:

{vscode}
### Claude Desktop, and other clients that start a program

[`certifly mcp`](/docs/reference/commands#certifly-mcp) serves the same over standard input and output, for this address
or, without `--server`, for the installation of the machine. In `claude_desktop_config.json`:

{desktop}
The file holds the token and nothing else. `CERTIFLY_TOKEN` can hold it instead.
"""

_REFUSALS = """\
## What a refusal looks like

A tool that cannot do what it was asked answers with `isError: true` and a text that says why, field by field, how to
go on, and the [error code](/docs/reference/errors) of the call behind it:

```text
Refused: This token lacks the scope certificates.write. Use a token that has it.
Missing scope: certificates.write. The scopes of a token never change; an operator of the installation makes another: …
Error code: scope_missing (HTTP 403). Request id: 5f0c8f3f4b7a4a2d9d6b0f8e7c1a2b3c.
```

A message that is turned away before a tool is chosen (too large, too many, from a foreign page) gets an HTTP status
and an error of JSON-RPC, whose `data` holds the same `code` and `request_id` as every error. How much is taken is told
under [limits](/docs/reference/limits#ai-clients).
"""


@cache
def listing() -> dict[str, Any]:
    """What the tool wrote down."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def mcp_page(installation: Installation) -> Page:
    """The page of the server for AI clients."""
    address = f"{installation.public_url}/_mcp/server"
    parts = [_about(address, installation), "## Tools\n"]
    rows = [[f"[{code(tool['name'])}](#{tool['name']})", tool["title"], _needs(tool)] for tool in _tools()]
    parts.append(table(["Tool", "What it does", "Needs"], rows))
    for tool in _tools():
        parts += _tool(tool)
    parts += [_REFUSALS, *_resources(), *_prompts()]
    body = "\n".join(parts).replace(DESCRIBED_ADDRESS, installation.public_url)
    return Page(
        "reference/mcp",
        "Server for AI clients",
        "How to connect an AI client (MCP), and every tool, resource and prompt that it gets.",
        body,
    )


def _tools() -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = listing()["tools"]
    return tools


def _about(address: str, installation: Installation) -> str:
    headers = {"Authorization": "Bearer <token>"}
    program = {
        "command": "certifly",
        "args": ["mcp", "--server", installation.public_url],
        "env": {"CERTIFLY_TOKEN_FILE": "/path/to/token"},
    }
    return _ABOUT.format(
        address=address,
        claude_code=fence(
            f'claude mcp add --transport http certifly {address} \\\n  --header "Authorization: Bearer <token>"',
            "sh",
        ),
        cursor=_json({"mcpServers": {"certifly": {"url": address, "headers": headers}}}),
        vscode=_json({"servers": {"certifly": {"type": "http", "url": address, "headers": headers}}}),
        desktop=_json({"mcpServers": {"certifly": program}}),
    )


def _needs(tool: dict[str, Any]) -> str:
    if tool["scope"]:
        return code(tool["scope"])
    return "any token" if tool["needs_token"] else "nothing"


def _tool(tool: dict[str, Any]) -> list[str]:
    effect = "It changes nothing." if tool["read_only"] else "It changes something."
    return [
        f"### {code(tool['name'])}\n",
        f"{one_line(tool['description'])}\n",
        f"Needs: {_needs(tool)}. {effect}\n",
        field_table(Reader(tool["arguments"]).fields(tool["arguments"]), with_required=True),
    ]


def _resources() -> list[str]:
    rows = [
        [code(one["uri"]), code(one["media_type"]), one_line(one["description"])]
        for one in listing()["resources"]
    ]
    return ["## Resources\n", table(["Address", "Type", "What it is"], rows)]


def _prompts() -> list[str]:
    parts = ["## Prompts\n"]
    for prompt in listing()["prompts"]:
        parts.append(f"### {code(prompt['name'])}\n\n{one_line(prompt['description'])}\n")
        rows = [
            [code(one["name"]), f"{REQUIRED} " * one["required"] + one_line(one["description"])]
            for one in prompt["arguments"]
        ]
        parts.append(table(["Argument", "Meaning"], rows))
    return parts


def _json(value: object) -> str:
    return fence(json.dumps(value, indent=2), "json")
