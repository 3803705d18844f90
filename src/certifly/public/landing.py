"""What lies around the check pages: the front page, the files of the pages, and words for robots."""

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certifly.public.answers import ALWAYS, page_response
from certifly.public.page_html import landing_html
from certifly.public.reader import reader_of
from certifly.public.static_files import DIGEST, FILES, StaticFile
from certifly.web.parts import Parts

router = APIRouter()

FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}

ROBOTS = """\
# Certificates are for those who hold their address, not for search engines. A link that somebody shares on
# purpose may still show its picture. The handbook may be read; its pages say themselves that they are not to be listed.
User-agent: Twitterbot
User-agent: LinkedInBot
User-agent: facebookexternalhit
User-agent: WhatsApp
User-agent: TelegramBot
User-agent: Slackbot-LinkExpanding
User-agent: Discordbot
Allow: /check/
Allow: /download/

User-agent: *
Disallow: /check
Disallow: /download
"""


@router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
async def landing(request: Request) -> Response:
    """What this server is, and a place to enter a code."""
    parts: Parts = request.app.state.parts
    reader = reader_of(request)
    html = landing_html(reader, public_url=parts.settings.public_url)
    return page_response(html, reader, has_form=True, vary="Accept-Language")


@router.api_route("/static/public/{digest}/{name}", methods=["GET", "HEAD"], include_in_schema=False)
async def static_file(digest: str, name: str) -> Response:
    """A file of this release, which never changes under this address."""
    if digest != DIGEST or name not in FILES:
        raise HTTPException(404)
    return _file_response(FILES[name], FOR_EVER)


@router.api_route("/favicon.ico", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/favicon.svg", methods=["GET", "HEAD"], include_in_schema=False)
async def favicon() -> Response:
    """The icon, also where browsers look for one when a page (a PDF, JSON) names none."""
    return _file_response(FILES["favicon.svg"], FOR_A_DAY)


@router.api_route("/robots.txt", methods=["GET", "HEAD"], include_in_schema=False)
async def robots() -> Response:
    """Keep search engines away from people's names."""
    return Response(ROBOTS, 200, {**ALWAYS, **FOR_A_DAY}, "text/plain")


def _file_response(file: StaticFile, caching: dict[str, str]) -> Response:
    return Response(file.content, 200, {**ALWAYS, **caching}, file.media_type)
