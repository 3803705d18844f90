"""The signed credential of a certificate, for wallets and verifiers: as JSON with its proofs, and as a JWT.

The text is the one that was signed, byte for byte, and the same that travels inside the PDF and the pictures.
"""

import hashlib

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from certifly.certificates.errors import CertificateNotFound
from certifly.certificates.models import RENDERED
from certifly.credentials import media_types
from certifly.public.answers import ALWAYS, FOR_EVERY_ORIGIN, REVALIDATED
from certifly.public.certificate_facts import find_place
from certifly.public.downloads import files_when_made, is_known, missing, not_made
from certifly.public.file_names import content_disposition, file_name
from certifly.public.operations_of_credentials import DOWNLOAD_JSON, DOWNLOAD_JWT
from certifly.web.parts import Parts

router = APIRouter(tags=["public"])


@router.api_route("/download/{code}.json", methods=["GET", "HEAD"], **DOWNLOAD_JSON)
async def download_json(request: Request, code: str) -> Response:
    """The Open Badges 3.0 credential with its data integrity proofs."""
    return await _credential(request, code, as_jwt=False)


@router.api_route("/download/{code}.jwt", methods=["GET", "HEAD"], **DOWNLOAD_JWT)
async def download_jwt(request: Request, code: str) -> Response:
    """The same credential as a signed JSON Web Token (ES256)."""
    return await _credential(request, code, as_jwt=True)


async def _credential(request: Request, code: str, *, as_jwt: bool) -> Response:
    parts: Parts = request.app.state.parts
    try:
        place = await find_place(parts, code)
    except CertificateNotFound:
        return missing(request)
    files = await files_when_made(request, place)
    if files.state != RENDERED:
        return not_made(request, files)
    text = files.credential_jwt if as_jwt else files.credential
    assert text is not None, "what is rendered is signed"

    content = text.encode("ascii")
    suffix = ".jwt" if as_jwt else ".json"
    headers = {
        **ALWAYS,
        **REVALIDATED,
        **FOR_EVERY_ORIGIN,
        "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
        "Content-Disposition": content_disposition(file_name(files.recipient, suffix), inline=True),
    }
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, media_types.JWT if as_jwt else media_types.CREDENTIAL)
