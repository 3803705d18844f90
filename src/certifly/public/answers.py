"""The headers of public answers, and the few answers that several pages share.

Nothing public is indexed, sets a cookie, tells where a visitor came from, or lets a page of somebody else
frame it. Pages may load pictures, styles and fonts of our own origin; the check page also its script, which may ask for
nothing but our own addresses.
"""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from certifly.core.logging import request_id
from certifly.public.page_html import error_html, missing_html
from certifly.public.reader import Reader, reader_of
from certifly.public.words import ErrorKind
from certifly.web.answers import json_response
from certifly.web.errors import error_response, wants_page, wants_problem
from certifly.web.parts import Parts

ALWAYS = {
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REVALIDATED = {"Cache-Control": "private, no-cache"}
"""A certificate can be withdrawn: whoever keeps a copy asks again before showing it."""

FOR_EVERY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_PAGE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; font-src 'self'; script-src {}; connect-src {}; "
    "base-uri 'none'; form-action {}; frame-ancestors 'none'"
)
PAGE_VARIES_BY = "Accept, Accept-Language"
_ERROR_KINDS: Mapping[int, ErrorKind] = {
    202: "being_made",
    404: "not_found",
    405: "method",
    409: "not_made",
    410: "gone",
    429: "busy",
    503: "busy",
}
"""Which words an error page has; of other statuses, those from 500 on mean that the server failed."""
_ACCEPT_CHARACTERS_MAX = 500
_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def page_response(
    html: str,
    reader: Reader,
    *,
    status: int = 200,
    has_form: bool = False,
    has_script: bool = False,
    vary: str = PAGE_VARIES_BY,
) -> Response:
    """A page for people, in the language of its reader."""
    script, form = ("'self'" if has_it else "'none'" for has_it in (has_script, has_form))
    headers = {
        **ALWAYS,
        **REVALIDATED,
        "Content-Security-Policy": _PAGE_POLICY.format(script, script, form),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Language": reader.words.tag,
        "Vary": vary,
    }
    return Response(html, status, headers, "text/html")


def facts_response(content: Mapping[str, object]) -> Response:
    """Facts for programs, also for scripts on other people's pages: they are public."""
    return json_response(content, headers={**ALWAYS, **REVALIDATED, **FOR_EVERY_ORIGIN, "Vary": "Accept"})


def missing_response(request: Request, *, public_url: str, as_facts: bool | None = None) -> Response:
    """There is no such certificate: one answer for a code nobody has and for what can be no code."""
    if as_facts is None:
        as_facts = prefers_json(request.headers.get("accept", ""))
    if not as_facts:
        reader = reader_of(request)
        html = missing_html(reader, public_url=public_url)
        return page_response(html, reader, status=404, has_form=True)
    return problem_response(request, 404, "not_found", "No certificate has this code.")


def problem_response(
    request: Request, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """An error: in the one shape of errors, or as a page for a browser."""
    if wants_page(request):
        return error_page(request, status, headers or {})
    all_headers = {**ALWAYS, **FOR_EVERY_ORIGIN, "Vary": "Accept", **(headers or {})}
    return error_response(status, code, message, headers=all_headers, problem=wants_problem(request))


def error_page(request: Request, status: int, headers: Mapping[str, str]) -> Response:
    """The page of an error, for a browser. ``headers`` are those of its JSON (``Retry-After``, ``Allow``)."""
    parts: Parts = request.app.state.parts
    reader = reader_of(request)
    kind = _ERROR_KINDS.get(status, "failed" if status >= 500 else "refused")
    html = error_html(
        reader,
        public_url=parts.settings.public_url,
        kind=kind,
        status=status,
        request_number=request_id.get() if kind == "failed" else None,
    )
    response = page_response(html, reader, status=status)
    response.headers.update({**headers, "Cache-Control": "no-store"})
    return response


def prefers_json(accept: str) -> bool:
    """Whether the client would rather have JSON than a page. Who has no preference gets the page."""
    ranges = [_read_range(part) for part in accept[:_ACCEPT_CHARACTERS_MAX].split(",")]
    wanted = max(_wish(kind, ranges) for kind in ("application/json", "application/problem+json"))
    return wanted[0] > 0 and wanted > _wish("text/html", ranges)


def _read_range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((found[1] for text in parameters if (found := _QUALITY.fullmatch(text))), "1")
    return kind, float(quality)


def _wish(kind: str, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """How much a media type is wanted, then how exactly it was named.

    What is said of this very type counts before what is said of many. Of types wanted equally the one that
    was named wins: libraries send ``application/json, text/plain, */*``.
    """
    patterns = (kind, kind.partition("/")[0] + "/*", "*/*")
    for exactness, pattern in zip((3, 2, 1), patterns, strict=True):
        said = [quality for name, quality in ranges if name == pattern]
        if said:
            return max(said), exactness
    return 0.0, 0
