"""The door for AI clients, at ``/_mcp/server``: the Model Context Protocol over HTTP, without sessions.

A process that no such client calls never loads the protocol's library: it would cost half a second of every start and
20 MB. The first message waits for it. Whatever is turned away here is said in the protocol's own shape of errors, so
that its words reach who connected the client.
"""

import asyncio
import html
import importlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from certifly.core.clock import utc_now
from certifly.core.errors import DomainError, Overloaded
from certifly.core.logging import request_id
from certifly.core.settings import Settings
from certifly.mcp.guard import (
    ANONYMOUS_CALL_BYTES,
    ANONYMOUS_CALLS_A_MINUTE,
    MESSAGE_BYTES_MAX,
    Load,
    NotAdmitted,
    OwnAddresses,
    is_id,
)
from certifly.mcp.in_process import InProcess
from certifly.tenants.errors import TokenMissing, TokenRefused
from certifly.web.caller import identify
from certifly.web.client_address import network_of
from certifly.web.decoding import check_json_type, decode_object, read_body
from certifly.web.errors import classify
from certifly.web.headers import HeaderRepeated, list_header
from certifly.web.limiting import RateLimit
from certifly.web.negotiation import names_type, preferred_type

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/_mcp/server"
GUIDE_PATH = "/docs/guides/ai-clients"
JSON = "application/json"
NO_JSON = "no_json"

SINGLE_HEADERS = {
    name.lower().encode(): name
    for name in ("Host", "Origin", "Content-Type", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name")
}
"""Headers that decide something here: a second one is refused, since somebody in between may have obeyed the first."""

# Of JSON-RPC 2.0, section 5.1: one cannot be read, one is no request, and one is for the server to define.
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
TURNED_AWAY = -32000


class Door:
    """An ASGI application that answers one message of the protocol at a time."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self._gateway = InProcess(app, settings.public_url)
        self._public_url = settings.public_url
        self._addresses = OwnAddresses(settings.public_url)
        self._anonymous = RateLimit(
            ANONYMOUS_CALLS_A_MINUTE, who="This address, without a token that is known,"
        )
        self.load = Load()
        self.route = Route(PATH, self, include_in_schema=False)
        self._ended = asyncio.Event()
        self._sessions: asyncio.Task[StreamableHTTPSessionManager] | None = None
        self._keeping: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Be there until the block ends; then let what is under way come to its end."""
        try:
            yield
        finally:
            self._ended.set()
            if self._keeping is not None:
                await self._keeping
            await self._gateway.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message, or say why not."""
        scope["route"] = self.route  # by which the log names the request
        request = Request(scope, receive)
        try:
            if request.method != "POST":
                response = self._wrong_method(request)
            else:
                await self._answer(request, send)
                return
        except NotAdmitted as error:
            response = _turn_away(error)
        except DomainError as error:
            status, code = classify(error)
            wait = error.retry_after_seconds if isinstance(error, Overloaded) else None
            response = _turn_away(NotAdmitted(status, code, error.message, retry_after_seconds=wait))
        await response(scope, receive, send)

    async def _answer(self, request: Request, send: Send) -> None:
        self._check_headers(request)
        network = None if await _has_known_token(request) else network_of(request.scope)
        if network is not None:
            self._count(network)
        with self.load.holding(network) as take:
            body = await read_body(request, bytes_max=MESSAGE_BYTES_MAX, take=take)
            if network is not None and (more := len(body) // ANONYMOUS_CALL_BYTES):
                self._count(network, calls=more)
            _check_message(body)
            with self.load.turn(network):
                sessions = await self._running_sessions()
                await sessions.handle_request(_scope_for(request), _replay(body, request.receive), send)

    def _count(self, network: str, *, calls: int = 1) -> None:
        self._anonymous.take(network, now_seconds=time.monotonic(), calls=calls)

    def _check_headers(self, request: Request) -> None:
        seen: set[bytes] = set()
        for name, _ in request.scope["headers"]:
            if name in seen:
                raise HeaderRepeated(SINGLE_HEADERS[name])
            if name in SINGLE_HEADERS:
                seen.add(name)
        self._addresses.check_host(request.headers.get("host"))
        self._addresses.check_origin(request.headers.get("origin"))
        if not request.headers.get("content-type"):
            raise NotAdmitted(415, "media_type_unsupported", 'Send "Content-Type: application/json".')
        check_json_type(request.headers.get("content-type"))
        if preferred_type(list_header(request, "Accept"), (JSON,)) is None:
            raise NotAdmitted(406, "not_acceptable", "Answers are JSON. Accept application/json.")

    async def _running_sessions(self) -> "StreamableHTTPSessionManager":
        if self._sessions is None:
            self._sessions = asyncio.create_task(self._start())
        return await asyncio.shield(self._sessions)

    async def _start(self) -> "StreamableHTTPSessionManager":
        serving = await asyncio.to_thread(importlib.import_module, "certifly.mcp.serving")
        sessions: StreamableHTTPSessionManager = serving.build_sessions(self._gateway)
        is_running = asyncio.Event()
        self._keeping = asyncio.create_task(self._keep(sessions, is_running))
        await is_running.wait()
        return sessions

    async def _keep(self, sessions: "StreamableHTTPSessionManager", is_running: asyncio.Event) -> None:
        # In a task of its own: what was opened in one must be closed in the same.
        async with sessions.run():
            is_running.set()
            await self._ended.wait()

    def _wrong_method(self, request: Request) -> Response:
        """The protocol has POST alone here: there is no stream to open with GET, and no session to DELETE."""
        guide = f"{self._public_url}{GUIDE_PATH}"
        if names_type(list_header(request, "Accept"), "text/html"):
            shown = html.escape(guide)
            page = (
                '<!doctype html><html lang="en"><meta charset="utf-8"><title>Certifly for AI clients</title>'
                "<h1>This address is for AI clients</h1>"
                "<p>Give it to a program that speaks the Model Context Protocol. "
                f'How to connect one is told in the handbook: <a href="{shown}">{shown}</a>.</p></html>'
            )
            return Response(page, 405, {"Allow": "POST"}, "text/html; charset=utf-8")
        message = (
            "This is a server of the Model Context Protocol: it takes POST alone, keeps no session, and "
            f"opens no stream. See {guide}."
        )
        return _turn_away(NotAdmitted(405, "method_not_allowed", message), headers={"Allow": "POST"})


def install_mcp(app: FastAPI, settings: Settings) -> Door:
    """Add the address. The door is open while ``open`` runs, in the lifespan of the application."""
    door = app.state.door_for_ai_clients = Door(app, settings)
    app.router.routes.append(door.route)
    return door


async def _has_known_token(request: Request) -> bool:
    try:
        await identify(request, now=utc_now())
    except (TokenMissing, TokenRefused, HeaderRepeated):
        return False  # what may be done without a token may be done; the rest is refused by the API, in its words
    return True


def _check_message(body: bytes) -> None:
    """Refuse what is no message in words of our own: the library's would quote its insides."""
    try:
        message = decode_object(body, lenient=False)
    except DomainError as error:
        raise NotAdmitted(400, NO_JSON, error.message) from None
    if message.get("jsonrpc") != "2.0" or not isinstance(message.get("method"), str):
        raise NotAdmitted(
            400,
            "invalid",
            'The body is no message of JSON-RPC 2.0: one object with "jsonrpc": "2.0" and a "method".',
        )
    if not isinstance(message.get("params"), dict | None) or not is_id(message.get("id", 0)):
        raise NotAdmitted(
            400,
            "invalid",
            'Of a message "params" must be an object, and "id" text or a whole number; a notification has no "id".',
        )


def _scope_for(request: Request) -> Scope:
    """The scope as the library reads it: with the id of the request, and headers that it is content with."""
    judged = [(b"accept", b"application/json, text/event-stream"), (b"content-type", JSON.encode())]
    names = {name for name, _ in judged}
    headers = [header for header in request.scope["headers"] if header[0] not in names]
    return {**request.scope, "headers": [*headers, *judged], "certifly.request_id": request_id.get()}


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand on a body that was read already."""
    is_sent = False

    async def replayed() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed


def _turn_away(error: NotAdmitted, *, headers: dict[str, str] | None = None) -> Response:
    code = INVALID_REQUEST if error.status == 400 else TURNED_AWAY
    content: dict[str, Any] = {
        "jsonrpc": "2.0",
        "id": None,
        "error": {
            "code": PARSE_ERROR if error.code == NO_JSON else code,
            "message": error.message,
            "data": {"code": error.code, "request_id": request_id.get()},
        },
    }
    all_headers = dict(headers or {})
    if error.retry_after_seconds is not None:
        all_headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(json.dumps(content, ensure_ascii=False), error.status, all_headers, JSON)
