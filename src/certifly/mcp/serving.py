"""The protocol's own part of the door: sessions without a state, each message answered for itself, in JSON.

Loads the protocol's library; see ``server.py``.
"""

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from certifly.mcp.asking import Caller, Gateway
from certifly.mcp.guard import MESSAGE_BYTES_MAX
from certifly.mcp.server import Context, build_server

REQUEST_ID = "certifly.request_id"
"""Where the door leaves the id of the request, in its scope."""


def build_sessions(gateway: Gateway) -> StreamableHTTPSessionManager:
    """What answers messages over HTTP; ``run`` it once."""
    return StreamableHTTPSessionManager(
        build_server(gateway, caller_of),
        stateless=True,
        json_response=True,
        # Host, Origin and length were judged before, in words; see guard.py.
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        max_request_body_size=MESSAGE_BYTES_MAX,
    )


def caller_of(context: Context) -> Caller:
    """Who sent the very message that is being answered."""
    request = context.request
    assert request is not None, "over HTTP every message has its request"
    return Caller(
        request_id=request.scope[REQUEST_ID],
        authorization=tuple(request.headers.getlist("authorization")),
        client=request.scope.get("client"),
    )
