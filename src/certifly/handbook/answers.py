"""The headers of the handbook's answers, in HTML, Markdown and JSON.

Pages may load scripts, styles, fonts and pictures of our own origin, and nothing else from anywhere. What never
changes under its address is kept for ever; everything else is asked for again, and answered 304 while it is the same.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from certifly.handbook.served import Served
from certifly.web.headers import list_header

ALWAYS = {
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
REVALIDATED = {"Cache-Control": "public, no-cache"}
FOR_EVERY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""The handbook is public: scripts on other people's pages may read it."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src {}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_POLICY = _POLICY.format("'self'")
TRY_POLICY = _POLICY.format("'self' data:")
"""Swagger UI's style sheet holds its small drawings as ``data:`` addresses. It needs nothing else."""
FOR_PAGES = {"Content-Security-Policy": PAGE_POLICY, "Cross-Origin-Opener-Policy": "same-origin"}
FOR_TRYING = {**FOR_PAGES, "Content-Security-Policy": TRY_POLICY}

HTML = "text/html; charset=utf-8"
JSON = "application/json"
MARKDOWN = "text/markdown; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"


def served_response(
    request: Request,
    served: Served,
    *,
    headers: Mapping[str, str] = REVALIDATED,
    vary: str = "",
    status: int = 200,
) -> Response:
    """What is ready, as this client can take it; 304 without it when the client has it."""
    is_packed = served.packed is not None and takes_gzip(list_header(request, "Accept-Encoding"))
    etag = f'"{served.etag}-gzip"' if is_packed else f'"{served.etag}"'
    all_headers = {
        **ALWAYS,
        **headers,
        "ETag": etag,
        "Vary": ", ".join(name for name in (vary, "Accept-Encoding") if name),
    }
    if status == 200 and _has_it(list_header(request, "If-None-Match"), served):
        return Response(None, 304, all_headers)
    if is_packed:
        all_headers["Content-Encoding"] = "gzip"
        return Response(served.packed, status, all_headers, served.media_type)
    return Response(served.content, status, all_headers, served.media_type)


def takes_gzip(accept_encoding: str | None) -> bool:
    """Whether the client can take a compressed answer. Who does not name gzip gets the plain bytes."""
    for part in (accept_encoding or "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _has_it(if_none_match: str | None, served: Served) -> bool:
    """Whether one of the marks that the client sends is that of this content, compressed or not."""
    known = {part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")}
    return bool(known & {f'"{served.etag}"', f'"{served.etag}-gzip"', "*"})
