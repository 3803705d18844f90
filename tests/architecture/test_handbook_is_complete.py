"""Whatever an installation offers has its place in the handbook: a test fails on what somebody forgot to tell."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import certifly
from certifly.app.asgi import create_app
from certifly.cli.main import certifly as command_line
from certifly.core.settings import PREFIX, Settings
from certifly.handbook.contents import Handbook
from certifly.handbook.facts import Installation
from certifly.handbook.reference.addresses_page import OTHERS as OTHER_ADDRESSES
from certifly.handbook.reference.error_words import TO_DO
from certifly.mcp.catalogue import TOOLS
from certifly.tenants.scopes import SCOPES
from certifly.web import connection
from tests.cast import SECRET_KEY
from tests.described import PUBLIC_URL

SOURCE = Path(certifly.__file__).parent
ANSWERING = {"error_response", "problem_response", "error_answer", "NotAdmitted"}
"""What makes an error answer, with its code among the first arguments."""


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(
        Settings(database_url="sqlite:///nowhere.db", secret_key=SECRET_KEY, public_url=PUBLIC_URL)
    )


@pytest.fixture(scope="module")
def handbook(app: FastAPI) -> Handbook:
    return Handbook(Installation(PUBLIC_URL, json.loads(app.state.openapi)))


def body_of(handbook: Handbook, path: str) -> str:
    page = handbook.page(path)
    assert page is not None, f"/docs/{path} is not there"
    return page.body


def routes_of(node: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """Every path that the application answers, with its methods."""
    for route in node.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner)
        else:
            path = getattr(route, "path_format", None) or route.path
            yield path, frozenset(getattr(route, "methods", None) or ())


def codes_in(source: str) -> Iterator[str]:
    """The codes that a module answers with, where they stand as words in a call or under the key "code"."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ANSWERING:
                yield from (word for word in map(word_of, node.args[:4]) if word)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if word_of(key) == "code" and (word := word_of(value)):
                    yield word


def word_of(node: ast.AST | None) -> str | None:
    """A constant text that could be a code."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and value.replace("_", "").isalpha() and value.islower() else None


def test_every_call_has_a_page(handbook: Handbook) -> None:
    for path, methods in handbook.installation.openapi["paths"].items():
        for method, told in methods.items():
            body = body_of(handbook, f"gateway-api/{told['tags'][0]}/{told['operationId']}")
            assert f"\n{method.upper()} {PUBLIC_URL}{path}" in body


def test_every_other_address_is_listed(app: FastAPI, handbook: Handbook) -> None:
    told = handbook.installation.openapi["paths"]
    listed = {path for addresses in OTHER_ADDRESSES.values() for path in addresses}
    others = {path for path, _ in routes_of(app) if path not in told}
    body = body_of(handbook, "reference/addresses")

    assert others == listed
    assert all(f"| `{path}` | " in body for path in others)
    assert all(f" `{path}` | " in body for path in told)


def test_every_method_of_a_route_is_told(app: FastAPI, handbook: Handbook) -> None:
    told = handbook.installation.openapi["paths"]

    for path, methods in routes_of(app):
        if path in told:
            assert {method.lower() for method in methods - {"HEAD"}} <= set(told[path]), path


def test_every_setting_is_told(handbook: Handbook) -> None:
    body = body_of(handbook, "reference/settings")

    assert [name for name in Settings.model_fields if f"\n### `{PREFIX}{name.upper()}`\n" not in body] == []


def test_every_command_is_told(handbook: Handbook) -> None:
    body = body_of(handbook, "reference/commands")

    for path, command in commands_of(command_line, "certifly"):
        assert f"# `{path}`\n" in body, path
        for option in getattr(command, "params", ()):
            if option.param_type_name == "option" and not option.hidden:
                assert option.opts[0] in body, (path, option.opts)


def commands_of(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if hasattr(command, "commands"):
            yield from commands_of(command, f"{path} {name}")


def test_every_code_that_can_leave_the_server_is_told(handbook: Handbook) -> None:
    body = body_of(handbook, "reference/errors")
    found = {code for _, (code, _) in connection._MESSAGES.items()}
    for door in ("web", "public", "api", "handbook", "mcp", "app"):
        for module in (SOURCE / door).rglob("*.py"):
            found |= set(codes_in(module.read_text(encoding="utf-8")))

    assert {"not_ready", "being_made", "host_unknown", "head_too_large"} <= found, "the search finds no more"
    assert sorted(found - set(TO_DO)) == []
    assert [code for code in TO_DO if f"\n### `{code}`\n" not in body] == []


def test_a_code_that_nobody_tells_would_be_found() -> None:
    source = 'raise NotAdmitted(418, "is_a_teapot", "No coffee.")\nbody = {"code": "brewing"}\n'

    assert set(codes_in(source)) == {"is_a_teapot", "brewing"}


def test_every_scope_is_told(handbook: Handbook) -> None:
    body = body_of(handbook, "reference/scopes")

    assert [scope for scope in SCOPES if f"\n## `{scope}`\n" not in body] == []


def test_every_tool_of_the_ai_clients_is_told(handbook: Handbook) -> None:
    body = body_of(handbook, "reference/mcp")

    assert [name for name in TOOLS if f"\n### `{name}`\n" not in body] == []
