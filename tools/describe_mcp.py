"""Write down what the door for AI clients offers: every tool, resource and prompt, as a client sees them listed.

The handbook shows it (``src/certifly/handbook/reference/mcp_tools.json``), which may not know the door itself. A test
asks the door again and compares. Run it after changing a tool: ``python -m tools.describe_mcp``.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from mcp.client import Client

from certifly.mcp.asking import Answer, Caller, Question
from certifly.mcp.catalogue import TOOLS
from certifly.mcp.server import build_server

TARGET = Path(__file__).parents[1] / "src/certifly/handbook/reference/mcp_tools.json"


class Nowhere:
    """A gateway that nobody asks: what is listed is the same everywhere."""

    public_url = "https://certificates.example.org"

    async def ask(self, question: Question, caller: Caller) -> Answer:
        """Never called."""
        raise AssertionError(f"{caller} asked for {question.path}")


def describe() -> str:
    """The listing of a server, as JSON."""
    return json.dumps(asyncio.run(_listed()), ensure_ascii=False, indent=2) + "\n"


async def _listed() -> dict[str, Any]:
    async with Client(build_server(Nowhere(), lambda _: Caller("0"))) as client:
        tools = (await client.list_tools()).tools
        resources = (await client.list_resources()).resources
        filled_in = (await client.list_resource_templates()).resource_templates
        prompts = (await client.list_prompts()).prompts
    return {
        "tools": [
            {
                "name": tool.name,
                "title": tool.title,
                "description": TOOLS[tool.name].description,
                "needs_token": TOOLS[tool.name].needs_token,
                "scope": TOOLS[tool.name].scope,
                "arguments": tool.input_schema,
                "read_only": tool.annotations.read_only_hint if tool.annotations else None,
            }
            for tool in tools
        ],
        "resources": [
            {"uri": one.uri, "title": one.title, "description": one.description, "media_type": one.mime_type}
            for one in resources
        ]
        + [
            {
                "uri": one.uri_template,
                "title": one.title,
                "description": one.description,
                "media_type": one.mime_type,
            }
            for one in filled_in
        ],
        "prompts": [
            {
                "name": one.name,
                "title": one.title,
                "description": one.description,
                "arguments": [
                    {
                        "name": argument.name,
                        "description": argument.description,
                        "required": argument.required,
                    }
                    for argument in one.arguments or []
                ],
            }
            for one in prompts
        ],
    }


if __name__ == "__main__":
    TARGET.write_text(describe(), encoding="utf-8")
    print(TARGET)
