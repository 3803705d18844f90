"""The check page: is this certificate genuine, and what does it say?

Anyone who holds the code may ask, by link, by QR code, or by typing it in. A code that nobody has, and text
that can be no code, get the same answer.
"""

import re
from urllib.parse import quote, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certifly.certificates.errors import CertificateNotFound
from certifly.core.clock import utc_now
from certifly.public.answers import ALWAYS, facts_response, missing_response, page_response, prefers_json
from certifly.public.certificate_facts import check_page, find_place, read_certificate
from certifly.public.check_page import as_json
from certifly.public.operations import CHECK, FIND_CHECK
from certifly.public.page_html import LOOK_AGAIN_SECONDS, check_html
from certifly.public.reader import reader_of, reader_with_fallback
from certifly.web.answers import resource
from certifly.web.parts import Parts

router = APIRouter(tags=["public"])

JSON_SUFFIX = ".json"
_CODE_WITHIN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TYPED_CHARACTERS_MAX = 1000


@router.api_route("/check", methods=["GET", "HEAD"], **FIND_CHECK)
async def check_typed_code(request: Request) -> Response:
    """Take what was typed into a form, a code or a whole address, to its check page; without it, to the form."""
    parts: Parts = request.app.state.parts
    root, query = urlsplit(parts.settings.public_url).path, reader_of(request).query
    typed = request.query_params.get("code")
    if typed is None:
        return RedirectResponse(f"{root}/{query}", 303, ALWAYS)
    found = _CODE_WITHIN.search(typed[:_TYPED_CHARACTERS_MAX])
    if found is None:
        return missing_response(request, public_url=parts.settings.public_url)
    return RedirectResponse(f"{root}/check/{quote(found[0].lower())}{query}", 303, ALWAYS)


@router.api_route("/check/{code:path}", methods=["GET", "HEAD"], **CHECK)
async def check(request: Request, code: str) -> Response:
    """Show a certificate, as a page or, by ``Accept`` or with ``.json`` behind the code, as JSON."""
    parts: Parts = request.app.state.parts
    public_url = parts.settings.public_url
    as_facts = code.endswith(JSON_SUFFIX) or prefers_json(request.headers.get("accept", ""))
    try:
        place = await find_place(parts, code.removesuffix(JSON_SUFFIX))
    except CertificateNotFound:
        return missing_response(request, public_url=public_url, as_facts=as_facts)
    now = utc_now()
    page = await read_certificate(
        parts, place, lambda db, certificate: check_page(db, certificate, public_url=public_url, now=now)
    )

    if as_facts:
        return facts_response(resource("checks", page.code, as_json(page)))
    reader = reader_with_fallback(request, page.language)
    return page_response(check_html(page, reader, looks=_looks(request)), reader, has_script=True)


def _looks(request: Request) -> int:
    """How often this page has looked again for its picture; anything odd counts as often enough."""
    text = request.query_params.get("looks", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else len(LOOK_AGAIN_SECONDS)
