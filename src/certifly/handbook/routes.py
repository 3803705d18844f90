"""The addresses of the handbook: pages, their Markdown, the texts for language models, and the files of the pages.

What is not a page answers 404 in the form that was asked for. Search engines are told not to list these pages: they
would list every installation with its release. Who wants them found serves what ``certifly docs export`` writes.
"""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from certifly.handbook.answers import (
    ALWAYS,
    FOR_EVER,
    FOR_EVERY_ORIGIN,
    FOR_PAGES,
    FOR_TRYING,
    HTML,
    JSON,
    MARKDOWN,
    PLAIN,
    REVALIDATED,
    served_response,
)
from certifly.handbook.llms import llms_full_txt, llms_txt
from certifly.handbook.page import Page
from certifly.handbook.page_html import missing_html, try_html
from certifly.handbook.shelf import Shelf
from certifly.web.errors import error_response, wants_problem
from certifly.web.headers import list_header
from certifly.web.negotiation import names_type, preferred_type

router = APIRouter()

MARKDOWN_SUFFIX = ".md"
FRONT_FILE = "index"
"""Tools that append ``.md`` to an address that ends in a slash ask for ``/docs/index.md``."""


@router.api_route("/docs/search-index.json", methods=["GET", "HEAD"], include_in_schema=False)
async def search_index(request: Request) -> Response:
    """The index that pages search by themselves."""
    shelf: Shelf = request.app.state.handbook
    root = shelf.installation.root
    served = await shelf.take(
        "/docs/search-index.json", lambda: shelf.handbook.search.as_json(root=root), JSON
    )
    return served_response(request, served)


@router.api_route("/docs/try", methods=["GET", "HEAD"], include_in_schema=False)
async def try_page(request: Request) -> Response:
    """Every call of this installation, to be sent from the browser."""
    shelf: Shelf = request.app.state.handbook
    served = await shelf.take(
        "/docs/try", lambda: try_html(shelf.handbook.sections, shelf.installation), HTML
    )
    return served_response(request, served, headers={**REVALIDATED, **FOR_TRYING})


@router.api_route("/llms.txt", methods=["GET", "HEAD"], include_in_schema=False)
async def index_for_models(request: Request) -> Response:
    """Every page in one line each."""
    shelf: Shelf = request.app.state.handbook
    served = await shelf.take("/llms.txt", lambda: llms_txt(shelf.handbook).encode(), PLAIN)
    return served_response(request, served, headers={**REVALIDATED, **FOR_EVERY_ORIGIN})


@router.api_route("/llms-full.txt", methods=["GET", "HEAD"], include_in_schema=False)
async def all_for_models(request: Request) -> Response:
    """Every page in full."""
    shelf: Shelf = request.app.state.handbook
    served = await shelf.take("/llms-full.txt", lambda: llms_full_txt(shelf.handbook).encode(), PLAIN)
    return served_response(request, served, headers={**REVALIDATED, **FOR_EVERY_ORIGIN})


@router.api_route("/static/handbook/{digest}/{name:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def static_file(request: Request, digest: str, name: str) -> Response:
    """A file of this release, which never changes under this address."""
    shelf: Shelf = request.app.state.handbook
    found = await shelf.file(digest, name)
    if found is None:
        raise HTTPException(404)
    return served_response(request, found, headers=FOR_EVER)


@router.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/docs.md", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/docs/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
async def page(request: Request, path: str = "") -> Response:
    """A page, as HTML or, by ``Accept`` or with ``.md`` behind it, as Markdown."""
    shelf: Shelf = request.app.state.handbook
    as_markdown = request.scope["path"].endswith(MARKDOWN_SUFFIX)
    place = path.removesuffix(MARKDOWN_SUFFIX)
    found = await shelf.page("" if as_markdown and place == FRONT_FILE else place)
    if found is None or (not place and request.scope["path"].endswith("/")):
        return await _elsewhere(request, shelf, place, as_markdown=as_markdown)
    if as_markdown or prefers_markdown(request):
        return await _markdown(request, shelf, found, vary="" if as_markdown else "Accept")

    url = shelf.installation.public_url
    served = await shelf.take(found.address, lambda: shelf.handbook.html(found), HTML)
    link = f'<{url}{found.markdown_address}>; rel="alternate"; type="text/markdown"'
    return served_response(request, served, headers={**REVALIDATED, **FOR_PAGES, "Link": link}, vary="Accept")


async def _markdown(request: Request, shelf: Shelf, found: Page, *, vary: str) -> Response:
    url = shelf.installation.public_url
    served = await shelf.take(
        found.markdown_address, lambda: shelf.handbook.markdown(found).encode(), MARKDOWN
    )
    headers = {**REVALIDATED, **FOR_EVERY_ORIGIN, "Link": f'<{url}{found.address}>; rel="canonical"'}
    return served_response(request, served, headers=headers, vary=vary)


async def _elsewhere(request: Request, shelf: Shelf, place: str, *, as_markdown: bool) -> Response:
    """To the page without the slash, if there is one; else there is no such page: a page with a search for
    browsers, Markdown, or the one shape of errors."""
    bare = place.rstrip("/")
    if not as_markdown and (found := await shelf.page(bare)) is not None:
        return RedirectResponse(shelf.installation.root + found.address, 308, ALWAYS)

    url = shelf.installation.public_url
    accept = list_header(request, "Accept")
    if names_type(accept, "text/html") and not (as_markdown or prefers_markdown(request)):
        html = await shelf.take(
            "404", lambda: missing_html(shelf.handbook.sections, shelf.installation), HTML
        )
        return served_response(request, html, headers={**REVALIDATED, **FOR_PAGES}, vary="Accept", status=404)
    headers = {**ALWAYS, **FOR_EVERY_ORIGIN, "Vary": "Accept"}
    if names_type(accept, "text/markdown") or (as_markdown and not names_type(accept, "application/json")):
        said = f"# There is no such page\n\nEvery page is listed in {url}/llms.txt.\n"
        return Response(said, 404, headers, MARKDOWN)
    message = f"The handbook has no such page. Its pages are listed in {url}/llms.txt."
    return error_response(404, "not_found", message, headers=headers, problem=wants_problem(request))


def prefers_markdown(request: Request) -> bool:
    """Whether Markdown was asked for by its name, and no less than HTML: browsers never name it."""
    accept = list_header(request, "Accept")
    kinds = ("text/markdown", "text/html")
    return names_type(accept, kinds[0]) and preferred_type(accept, kinds) == kinds[0]
