"""The same tools over standard input and output, for a client that starts ``certifly mcp`` on its own machine.

One message is one line. Standard output carries messages and nothing else: while this runs, whatever else is printed
goes to standard error. It ends when the client closes its side, after the answers to what it asked, and on SIGTERM or
SIGINT; reading and writing are left to threads that hold nobody up at the end.
"""

import asyncio
import json
import os
import queue
import signal
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from fastapi import FastAPI
from mcp.shared.message import SessionMessage
from mcp_types import (
    INVALID_REQUEST,
    ErrorData,
    JSONRPCError,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from certifly.core.errors import DomainError
from certifly.mcp.asking import Caller, Gateway
from certifly.mcp.guard import CALLS_AT_ONCE_MAX, MESSAGE_BYTES_MAX, is_id
from certifly.mcp.in_process import CALL_SECONDS_MAX, InProcess
from certifly.mcp.remote import calling
from certifly.mcp.server import build_server
from certifly.web.decoding import decode_object

LINES_AHEAD_MAX = 16
"""Messages that are read before they are wanted."""

PIECE_BYTES = 64 * 1024

Inbox = MemoryObjectSendStream[SessionMessage | Exception]
Outbox = MemoryObjectReceiveStream[SessionMessage]


def serve_here(app: FastAPI, public_url: str, token: str | None) -> None:
    """Serve the client that started this process, on the installation of this machine."""

    async def serve_app() -> None:
        async with app.router.lifespan_context(app):
            gateway = InProcess(app, public_url)
            await _serve(gateway, token)
            await gateway.close()

    asyncio.run(serve_app())


def serve_elsewhere(server_url: str, token: str | None) -> None:
    """Serve the client that started this process, on an installation elsewhere."""

    async def serve_server() -> None:
        async with calling(server_url) as gateway:
            await _serve(gateway, token)

    asyncio.run(serve_server())


async def _serve(gateway: Gateway, token: str | None) -> None:
    """Until the client closes its side, or a signal comes."""
    authorization = (f"Bearer {token}",) if token else ()
    server = build_server(gateway, lambda _: Caller(uuid.uuid4().hex, authorization))
    with _own_streams() as (input_fd, output_fd):
        conversation = _Conversation(input_fd, output_fd)
        task = asyncio.create_task(conversation.hold(server))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class _Conversation:
    """What is being said on one pair of streams."""

    def __init__(self, input_fd: int, output_fd: int) -> None:
        self._input_fd = input_fd
        self._output_fd = output_fd
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = threading.Semaphore(LINES_AHEAD_MAX)
        self._unanswered: set[str | int] = set()
        self._changed = asyncio.Condition()
        self._written: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._all_written = asyncio.Event()

    async def hold(self, server: Any) -> None:
        """Let the server answer until the client has closed its side."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="certifly-mcp-in", daemon=True).start()
        threading.Thread(target=self._write, args=(loop,), name="certifly-mcp-out", daemon=True).start()
        inbox, from_client = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        to_client, outbox = anyio.create_memory_object_stream[SessionMessage](0)
        async with anyio.create_task_group() as group:
            group.start_soon(self._receive, inbox)
            group.start_soon(self._send, outbox)
            await server.run(from_client, to_client, server.create_initialization_options())
        self._written.put(None)
        await self._all_written.wait()

    async def _receive(self, inbox: Inbox) -> None:
        async with inbox:
            while (line := await self._lines.get()) is not None:
                self._room.release()
                if not line.strip():
                    continue
                try:
                    message = _message_in(line)
                except (DomainError, _NoMessage) as error:
                    self._put(JSONRPCError(jsonrpc="2.0", id=None, error=_fault(str(error))))
                    continue
                async with self._changed:
                    await self._changed.wait_for(lambda: len(self._unanswered) < CALLS_AT_ONCE_MAX)
                    self._note(message)
                await inbox.send(SessionMessage(message))
            # What was asked before the client closed its side is still answered.
            with anyio.move_on_after(CALL_SECONDS_MAX):
                async with self._changed:
                    await self._changed.wait_for(lambda: not self._unanswered)

    async def _send(self, outbox: Outbox) -> None:
        async with outbox:
            async for item in outbox:
                self._put(item.message)
                if isinstance(item.message, JSONRPCResponse | JSONRPCError) and item.message.id is not None:
                    async with self._changed:
                        self._unanswered.discard(item.message.id)
                        self._changed.notify_all()

    def _note(self, message: Any) -> None:
        """Keep count of what waits for an answer; what the client has cancelled gets none."""
        if isinstance(message, JSONRPCRequest):
            self._unanswered.add(message.id)
        elif getattr(message, "method", None) == "notifications/cancelled":
            given_up = (message.params or {}).get("requestId")
            if is_id(given_up):
                self._unanswered.discard(given_up)

    def _put(self, message: Any) -> None:
        content = message.model_dump(by_alias=True, mode="json", exclude_unset=True)
        self._written.put(json.dumps(content, separators=(",", ":")).encode() + b"\n")

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        def deliver(line: bytes | None) -> None:
            self._room.acquire()
            loop.call_soon_threadsafe(self._lines.put_nowait, line)

        with suppress(RuntimeError):  # the loop has ended, and with it the conversation
            read_lines(self._input_fd, deliver)

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while (content := self._written.get()) is not None:
                _write_all(self._output_fd, content)
        except OSError:
            # The client takes nothing more: as if it had closed its side.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._lines.put_nowait, None)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._all_written.set)


def read_lines(fd: int, deliver: Callable[[bytes | None], None]) -> None:
    """Deliver every line, then None. Of a line that is too long only the beginning is kept: enough to be refused."""
    held = bytearray()
    with suppress(OSError):
        while piece := os.read(fd, PIECE_BYTES):
            *ended, rest = piece.split(b"\n")
            for part in ended:
                held += part
                deliver(bytes(held))
                held.clear()
            if len(held) <= MESSAGE_BYTES_MAX:
                held += rest
    if held:
        deliver(bytes(held))
    deliver(None)


def _write_all(fd: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]


class _NoMessage(Exception):
    """A line is no message; the text says why."""


def _message_in(line: bytes) -> Any:
    if len(line) > MESSAGE_BYTES_MAX:
        raise _NoMessage(f"The message is too large; at most {MESSAGE_BYTES_MAX} bytes are accepted.")
    content = decode_object(line, lenient=False)
    if "method" in content and not is_id(content.get("id", 0)):
        raise _NoMessage('The "id" of a message must be text or a whole number; a notification has none.')
    try:
        return jsonrpc_message_adapter.validate_python(content, by_name=False)
    except ValidationError:
        raise _NoMessage("The line is no message of JSON-RPC 2.0.") from None


def _fault(message: str) -> ErrorData:
    return ErrorData(code=INVALID_REQUEST, message=message)


@contextmanager
def _own_streams() -> Iterator[tuple[int, int]]:
    """Standard input and output for the protocol alone; for everybody else they are nothing, and standard error."""
    input_fd, output_fd = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    try:
        yield input_fd, output_fd
    finally:
        os.dup2(input_fd, 0)
        os.dup2(output_fd, 1)
