"""From the bytes of a request to a certificate that nothing stands against: for the create call and its dry run.

Both read the raw body and judge it here, so that what one of them refuses the other refuses too, in the same words.
"""

import uuid
from collections.abc import Callable, Coroutine
from typing import Any, cast

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from certifly.certificates.issue import PreparedCertificate, prepare
from certifly.certificates.request import IssueRequest
from certifly.certificates.routes import check_address
from certifly.templates.queries import PublishedTemplate
from certifly.web.caller import Call, calling
from certifly.web.decoding import check_json_type, decode_object, read_body
from certifly.web.headers import only_header


class PlainRoute(APIRoute):
    """A route whose function reads the request itself.

    FastAPI's own way to a function (dependencies, parameters, a stack of contexts) costs a fifth of a whole
    create call, and the published one has no use for it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The function as it is."""
        return cast("Callable[[Request], Coroutine[Any, Any, Response]]", self.endpoint)


authenticate_writer = calling("certificates.write")


async def read_published_body(request: Request) -> dict[str, Any]:
    """The body, in any of the forms that clients of the published page send. Raises what its reading raises."""
    check_json_type(only_header(request, "Content-Type"))
    return decode_object(await read_body(request), lenient=True)


def prepare_asked(
    call: Call,
    asked: IssueRequest,
    faults: dict[str, list[str]],
    template: PublishedTemplate | None,
    *,
    code: uuid.UUID,
) -> PreparedCertificate:
    """Hold the request against its template, as this installation and this caller. Raises Invalid with every fault."""
    settings = call.parts.settings
    return prepare(
        asked,
        faults,
        template,
        code=code,
        check_url=check_address(settings.public_url, code),
        issuer_name=call.identity.tenant_name,
        fonts_dir=settings.fonts_dir,
        now=call.now,
    )
