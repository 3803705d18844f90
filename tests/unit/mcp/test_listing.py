"""What the handbook shows of the tools is what a client is listed, and every tool says what a model must know."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from certifly.mcp.arguments import schema_of
from certifly.mcp.catalogue import TOOLS
from certifly.mcp.tool import Effect, Tool
from certifly.tenants.scopes import SCOPES
from tools.describe_mcp import TARGET, describe

WRITE_COMMAND = "python -m tools.describe_mcp"

every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)


def test_the_handbook_shows_what_a_client_is_listed() -> None:
    assert TARGET.read_text(encoding="utf-8") == describe(), (
        f"Run {WRITE_COMMAND}, and commit what it writes."
    )


@every_tool
def test_a_tool_has_a_plain_name_and_words(tool: Tool) -> None:
    assert re.fullmatch("[a-z]+(_[a-z]+)*", tool.name)
    assert len(tool.title) <= 60
    assert tool.description.endswith(".")


@every_tool
def test_a_tool_says_whose_token_it_needs(tool: Tool) -> None:
    assert tool.scope is None or tool.scope in SCOPES
    assert tool.scope is None or tool.needs_token
    expected = tool.scope or ("any scope" if tool.needs_token else "Needs no token")
    assert expected in tool.whole_description


@every_tool
def test_every_argument_is_described(tool: Tool) -> None:
    for argument in tool.arguments:
        assert argument.schema["description"].endswith(".")


def parts_of(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema, and every schema in it."""
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from parts_of(inner)


@every_tool
def test_arguments_are_listed_in_what_the_strictest_of_models_takes(tool: Tool) -> None:
    listed = schema_of(tool.arguments)

    assert listed["type"] == "object"
    for part in parts_of(listed):
        assert not part.keys() & {"oneOf", "anyOf", "allOf", "not", "const", "$ref", "$defs", "items"}
    for argument in tool.arguments:
        assert argument.schema["type"] in ("string", "integer", "boolean", "object")
        assert argument.schema.get("additionalProperties", True) is True


@every_tool
def test_what_makes_something_can_be_repeated_or_says_that_it_cannot(tool: Tool) -> None:
    has_key = "idempotency_key" in {argument.name for argument in tool.arguments}

    assert has_key or tool.effect is not Effect.ADDS_ONCE
    assert tool.effect is not Effect.ADDS or "Every call" in tool.description


@every_tool
def test_a_tool_that_reads_needs_no_scope_to_write(tool: Tool) -> None:
    if tool.effect is Effect.READS and tool.name != "validate_certificate":
        assert tool.scope is None or tool.scope.endswith(".read")
    if tool.effect is not Effect.READS:
        assert tool.scope is not None and not tool.scope.endswith(".read")


def test_every_tool_that_another_one_mentions_is_there() -> None:
    verbs = {name.partition("_")[0] for name in TOOLS}
    for tool in TOOLS.values():
        words = tool.description + " ".join(str(one.schema["description"]) for one in tool.arguments)
        mentioned = {
            name for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", words) if name.partition("_")[0] in verbs
        }
        assert mentioned - {"send_email", "list_templates"} <= set(TOOLS), tool.name
