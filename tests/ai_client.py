"""The official client of the Model Context Protocol, as AI applications use it, against a running web process."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2
import pytest
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from certifly.core.clock import utc_now
from certifly.credentials.establish import establish_tenant
from certifly.db.tenant import Directory
from certifly.tenants.tenants import get_tenant, list_tenants
from certifly.tenants.tokens import create_token
from tests.public_site import PublicSite

T = TypeVar("T")

PATH = "/_mcp/server"
PATIENCE_SECONDS = 30

in_both_eras = pytest.mark.parametrize("era", ["legacy", "auto"], ids=["handshake", "modern"])
"""The client that greets first, and the one of 2026 that does not."""


@dataclass(frozen=True)
class Said:
    """What a tool answered."""

    text: str
    is_error: bool
    facts: dict[str, Any]

    @classmethod
    def of(cls, result: CallToolResult) -> "Said":
        """As the client got it."""
        [content] = result.content
        assert isinstance(content, TextContent)
        return cls(content.text, bool(result.is_error), dict(result.structured_content or {}))


@dataclass(frozen=True)
class AIClient:
    """A client with its settings: where, whose token, and which era of the protocol."""

    address: str
    token: str | None = None
    era: str = "auto"
    headers: tuple[tuple[str, str], ...] = ()

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Connect, do some work, and leave."""

        async def connected() -> T:
            headers = list(self.headers)
            if self.token is not None:
                headers.append(("Authorization", f"Bearer {self.token}"))
            async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE_SECONDS) as http:
                transport = streamable_http_client(self.address, http_client=http)
                return await working(Client(transport, mode=self.era), work)

        return asyncio.run(connected())

    def call(self, tool: str, **arguments: Any) -> Said:
        """Call one tool."""
        return Said.of(self.run(functools.partial(_call, tool, arguments)))

    def facts(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The facts of a tool that must not refuse."""
        said = self.call(tool, **arguments)
        assert not said.is_error, said.text
        return said.facts

    def refusal(self, tool: str, **arguments: Any) -> str:
        """The words of a tool that must refuse."""
        said = self.call(tool, **arguments)
        assert said.is_error, said.text
        return said.text


@dataclass(frozen=True)
class StartedClient(AIClient):
    """The same over standard input and output: it starts the command itself."""

    command: StdioServerParameters | None = None

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """Start the command, connect, do some work, and leave."""

        assert self.command is not None
        return asyncio.run(working(Client(self.command, mode=self.era), work))


async def working(client: Client, work: Callable[[Client], Awaitable[T]]) -> T:
    """Errors of the protocol come out as they are, not as a group of what the client's tasks met."""
    try:
        async with client:
            return await work(client)
    except BaseExceptionGroup as group:
        [error] = _leaves(group)
        raise error from None


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


async def _call(tool: str, arguments: dict[str, Any], client: Client) -> CallToolResult:
    await client.list_tools()  # so that the client holds the facts against the schema that was listed
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult)
    return result


def client_of(site: PublicSite, token: str | None, era: str = "auto") -> AIClient:
    """A client of a web process."""
    return AIClient(site.base_url + PATH, token, era)


def token_with(site: PublicSite, *scopes: str, slug: str = "lovelace") -> str:
    """A new token of a tenant, which is made if it is not there."""

    def work(directory: Directory) -> str:
        now = utc_now()
        if slug not in {tenant.slug for tenant in list_tenants(directory)}:
            establish_tenant(directory, site.parts.keyring, slug=slug, name=slug.title(), now=now)
        tenant = get_tenant(directory, slug)
        _, secret = create_token(directory, tenant, name="ai", scopes=list(scopes), expires_at=None, now=now)
        return secret

    return site.parts.database.write_directory(work).result()
