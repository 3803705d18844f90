"""What surrounds every request: its id, the security headers, one log line, and the last net for errors.

Plain ASGI, since Starlette's own middleware base class costs more than a whole create call's checks.
"""

import logging
import random
import re
import time
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from certifly.core.logging import request_id
from certifly.web.errors import answer

log = logging.getLogger("certifly.request")

_SANE_ID = re.compile(r"[A-Za-z0-9._~:+/=-]{1,128}")

API_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Set where a door has not said otherwise."""

_API_HEADERS = [(name.lower().encode(), value.encode()) for name, value in API_HEADERS.items()]


class Frame:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request inside its frame."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        current = _request_id(scope)
        token = request_id.set(current)
        started = time.perf_counter()
        status = 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                present = {name for name, _ in headers}
                headers.append((b"x-request-id", current.encode()))
                headers.extend(header for header in _API_HEADERS if header[0] not in present)
            await send(message)

        try:
            await self._app(scope, receive, send_framed)
        except Exception as error:
            if status:
                raise  # the answer has begun: the server can only cut the connection
            await answer(Request(scope), error)(scope, receive, send_framed)
        finally:
            _log(scope, status, time.perf_counter() - started)
            request_id.reset(token)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if _SANE_ID.fullmatch(text):
                return str(text)
    # Only to be told apart: the system's randomness would cost a call to the kernel, and hand the interpreter
    # to another thread.
    return f"{random.getrandbits(128):032x}"


def _log(scope: Scope, status: int, seconds: float) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    route: Any = scope.get("route")
    facts = {
        "method": scope["method"],
        "route": getattr(route, "path", None),
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    log.info("request", extra={"facts": facts})
