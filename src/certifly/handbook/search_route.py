"""The page of search results, which works without a script, and the same as JSON for programs."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certifly.core.errors import Invalid
from certifly.core.ids import parse_id
from certifly.handbook.answers import ALWAYS, FOR_EVERY_ORIGIN, FOR_PAGES, HTML, REVALIDATED
from certifly.handbook.operations import SEARCH
from certifly.handbook.page_html import search_html
from certifly.handbook.search import QUERY_CHARACTERS_MAX, RESULTS_DEFAULT, RESULTS_MAX, Found
from certifly.handbook.shelf import Shelf
from certifly.web.answers import json_response
from certifly.web.headers import list_header
from certifly.web.negotiation import names_type, preferred_type
from certifly.web.paging import read_parameters

router = APIRouter(tags=["handbook"])

PARAMETERS = {"q", "limit"}


@router.api_route("/docs/search", methods=["GET", "HEAD"], **SEARCH)
async def search(request: Request) -> Response:
    """Find places in this handbook by their words: every word, or its beginning, counts; the titles count most.

    A page for people or, with ``Accept: application/json``, JSON. Without words it finds nothing.
    """
    shelf: Shelf = request.app.state.handbook
    query, limit = read_search(request)
    found = await shelf.search(query, limit=limit)
    if _wants_json(request):
        return json_response(
            as_json(found, query, public_url=shelf.installation.public_url),
            headers={**ALWAYS, **REVALIDATED, **FOR_EVERY_ORIGIN, "Vary": "Accept"},
        )
    html = search_html(query, found, shelf.handbook.sections, shelf.installation)
    return Response(html, 200, {**ALWAYS, **REVALIDATED, **FOR_PAGES, "Vary": "Accept"}, HTML)


def read_search(request: Request) -> tuple[str, int]:
    """The words asked for and how many places are wanted. Raises Invalid."""
    parameters, faults = read_parameters(request.query_params.multi_items(), PARAMETERS)
    query = parameters.get("q", "").strip()
    if len(query) > QUERY_CHARACTERS_MAX:
        faults["q"] = [f"q must have at most {QUERY_CHARACTERS_MAX} characters."]
    limit = parse_id(parameters["limit"]) if "limit" in parameters else RESULTS_DEFAULT
    if limit is None or not 1 <= limit <= RESULTS_MAX:
        faults["limit"] = [f"limit must be a whole number from 1 to {RESULTS_MAX}."]
    if faults or limit is None:
        raise Invalid(faults)
    return query, limit


def as_json(found: list[Found], query: str, *, public_url: str) -> dict[str, object]:
    """What was found, with whole addresses."""
    places = [
        {
            "path": one.path,
            "title": one.title,
            "heading": one.heading,
            "url": public_url + one.address,
            "markdown_url": public_url + one.markdown_address,
            "excerpt": one.excerpt,
        }
        for one in found
    ]
    return {"data": places, "meta": {"query": query, "found": len(places)}}


def _wants_json(request: Request) -> bool:
    accept = list_header(request, "Accept")
    kinds = ("application/json", "text/html")
    return names_type(accept, kinds[0]) and preferred_type(accept, kinds) == kinds[0]
