"""The addresses of the handbook: pages, their Markdown, the index for language models, and the files of the pages."""

import asyncio
from collections.abc import Callable

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certifly.handbook.answers import (
    ALWAYS,
    FOR_EVER,
    FOR_EVERY_ORIGIN,
    FOR_PAGES,
    HTML,
    MARKDOWN,
    REVALIDATED,
    served_response,
)
from certifly.handbook.contents import Handbook
from certifly.handbook.page import Page
from certifly.handbook.page_html import missing_html
from certifly.handbook.served import Served
from certifly.handbook.static_files import digest, files
from certifly.web.errors import error_response, wants_problem
from certifly.web.headers import list_header
from certifly.web.negotiation import names_type, preferred_type

router = APIRouter()

MARKDOWN_SUFFIX = ".md"


class Shelf:
    """The handbook of this process, and every answer that it has made so far."""

    def __init__(self, handbook: Handbook) -> None:
        self.handbook = handbook
        self._ready: dict[str, Served] = {}

    async def take(self, name: str, make: Callable[[], bytes], media_type: str) -> Served:
        """The answer ``name``. It is made once, beside the event loop: the first one reads the whole handbook."""
        if name not in self._ready:
            self._ready[name] = await asyncio.to_thread(lambda: Served.of(make(), media_type))
        return self._ready[name]

    async def page(self, path: str) -> Page | None:
        """The page at a path, None where there is none."""
        return await asyncio.to_thread(self.handbook.page, path)


@router.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/docs.md", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/docs/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def page(request: Request, path: str = "") -> Response:
    """A page, as HTML or, by ``Accept`` or with ``.md`` behind it, as Markdown."""
    shelf: Shelf = request.app.state.handbook
    as_markdown = request.scope["path"].endswith(MARKDOWN_SUFFIX)
    place = path.removesuffix(MARKDOWN_SUFFIX)
    found = await shelf.page("" if as_markdown and place == "index" else place)
    if found is None:
        return await _missing(request, shelf, place, as_markdown=as_markdown)
    if as_markdown or _prefers_markdown(request):
        return await _markdown(request, shelf, found, vary="" if as_markdown else "Accept")

    url = shelf.handbook.installation.public_url
    served = await shelf.take(found.address, lambda: shelf.handbook.html(found), HTML)
    headers = {
        **REVALIDATED,
        **FOR_PAGES,
        "Link": f'<{url}{found.markdown_address}>; rel="alternate"; type="text/markdown"',
    }
    return served_response(request, served, headers=headers, vary="Accept")


async def _markdown(request: Request, shelf: Shelf, found: Page, *, vary: str) -> Response:
    url = shelf.handbook.installation.public_url
    served = await shelf.take(
        found.markdown_address, lambda: shelf.handbook.markdown(found).encode(), MARKDOWN
    )
    headers = {**REVALIDATED, **FOR_EVERY_ORIGIN, "Link": f'<{url}{found.address}>; rel="canonical"'}
    return served_response(request, served, headers=headers, vary=vary)


async def _missing(request: Request, shelf: Shelf, place: str, *, as_markdown: bool) -> Response:
    """There is no such page: one with a search for browsers, Markdown, or the one shape of errors."""
    bare = place.rstrip("/")
    if bare != place and await shelf.page(bare) is not None:
        root = shelf.handbook.installation.root
        return RedirectResponse(f"{root}/docs/{bare}".rstrip("/"), 308, ALWAYS)
    url = shelf.handbook.installation.public_url
    if names_type(list_header(request, "Accept"), "text/html") and not as_markdown:
        html = await shelf.take(
            "missing", lambda: missing_html(shelf.handbook.sections, shelf.handbook.installation), HTML
        )
        return served_response(request, html, headers={**REVALIDATED, **FOR_PAGES}, vary="Accept", status=404)
    if as_markdown or _prefers_markdown(request):
        said = f"# There is no such page\n\nEvery page is listed in {url}/llms.txt.\n"
        return Response(said, 404, {**ALWAYS, **FOR_EVERY_ORIGIN, "Vary": "Accept"}, MARKDOWN)
    message = f"The handbook has no such page. Its pages are listed in {url}/llms.txt."
    headers = {**ALWAYS, **FOR_EVERY_ORIGIN, "Vary": "Accept"}
    return error_response(404, "not_found", message, headers=headers, problem=wants_problem(request))


@router.api_route("/static/handbook/{digest_}/{name:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def static_file(request: Request, digest_: str, name: str) -> Response:
    """A file of this release, which never changes under this address."""
    if digest_ != digest() or name not in files():
        raise HTTPException(404)
    return served_response(request, files()[name], headers=FOR_EVER)


def _prefers_markdown(request: Request) -> bool:
    """Whether Markdown was asked for by its name, and no less than HTML: browsers never name it."""
    accept = list_header(request, "Accept")
    kinds = ("text/markdown", "text/html")
    return names_type(accept, kinds[0]) and preferred_type(accept, kinds) == kinds[0]
