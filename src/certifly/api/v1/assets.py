"""Assets: the pictures that layouts name."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from certifly.api.v1 import PREFIX
from certifly.core.errors import Invalid
from certifly.db.tenant import TenantDB
from certifly.rendering.images import BYTES_MAX
from certifly.templates.assets import get_asset, read_content, record_asset, store_picture
from certifly.templates.describe import describe_asset
from certifly.web.answers import json_response, resource
from certifly.web.caller import Call, calling
from certifly.web.decoding import read_body
from certifly.web.headers import list_header, only_header
from certifly.web.negotiation import preferred_type
from certifly.web.operation import json_answer, operation, path_parameter
from certifly.web.schemas import BYTES, MOMENT, closed, resource_of, told

router = APIRouter(prefix=PREFIX, tags=["assets"])

ReadCall = Annotated[Call, Depends(calling("templates.read"))]
WriteCall = Annotated[Call, Depends(calling("templates.write"))]

FORM_BYTES_MAX = BYTES_MAX + 64 * 1024
"""A form of one file is a little longer than its file."""

UPLOAD_SECONDS_MAX = 120.0
"""A picture of the largest size, over a slow line."""

PICTURES_AT_ONCE_MAX = 2
"""A decoded picture takes many times the memory of its file."""

_judges = ThreadPoolExecutor(PICTURES_AT_ONCE_MAX, thread_name_prefix="pictures")

FILE_FAULT = 'Send the picture as the request body, or as the one file of a form, named "file".'
PICTURE_TYPES = ("image/png", "image/jpeg", "image/svg+xml")

DIGEST = {
    "type": "string",
    "pattern": "^sha256:[0-9a-f]{64}$",
    "description": "The SHA-256 of what is stored: the name that layouts use.",
}
EXAMPLE_DIGEST = "sha256:5a3f8f0b4e1c2d7a9b6e3c8d1f0a4b7e2c5d8f1a0b3c6e9d2f5a8b1c4d7e0f3a"
EXAMPLE_ASSET = {
    "digest": EXAMPLE_DIGEST,
    "media_type": "image/png",
    "bytes": 48213,
    "width": 1200,
    "height": 400,
    "created_at": "2026-11-23T16:00:00.000000Z",
}
_ASSET = closed(
    {
        "digest": DIGEST,
        "media_type": {"type": "string", "enum": list(PICTURE_TYPES), "description": "What the picture is."},
        "bytes": {"type": "integer", "minimum": 1, "description": "Size of the stored file."},
        "width": {
            "type": "integer",
            "minimum": 1,
            "description": "Pixels; for SVG the units of its own size.",
        },
        "height": {"type": "integer", "minimum": 1, "description": "As `width`."},
        "created_at": told(MOMENT, "When it was uploaded."),
    }
)
_ANSWER = resource_of("assets", _ASSET, identifier=DIGEST)
_BYTES = {"schema": BYTES}


@router.post(
    "/assets",
    status_code=201,
    **operation(
        "create-asset",
        "Upload a picture",
        scope="templates.write",
        body={
            "required": True,
            "content": {
                "application/octet-stream": _BYTES,
                **dict.fromkeys(PICTURE_TYPES, _BYTES),
                "multipart/form-data": {
                    "schema": closed(
                        {
                            "file": {
                                "type": "string",
                                "contentMediaType": "application/octet-stream",
                                "description": "The picture.",
                            }
                        }
                    ),
                    "encoding": {"file": {"contentType": ", ".join(PICTURE_TYPES)}},
                },
            },
        },
        success={
            201: json_answer(
                "Stored. `digest` is the name that layouts use.",
                _ANSWER,
                resource("assets", EXAMPLE_DIGEST, EXAMPLE_ASSET),
            )
        },
        errors=(422,),
        conflicts=("too_many_assets",),
        refusals=("invalid", "picture_refused"),
    ),
)
async def create_asset(request: Request, call: WriteCall) -> Response:
    """Upload a PNG, JPEG or SVG, as the body or as the file of a form.

    It is judged by its content, bounded in bytes and pixels, and written anew: what is kept holds the picture and
    nothing else, so its bytes and its digest differ from the file's. The same picture sent again answers the same.
    """
    content = await _picture(request)
    tenant_id, blobs = call.identity.tenant_id, call.parts.blobs
    loop = asyncio.get_running_loop()
    stored = await loop.run_in_executor(_judges, store_picture, blobs, tenant_id, content)

    def work(db: TenantDB) -> dict[str, Any]:
        return describe_asset(record_asset(db, stored, now=call.now))

    return json_response(resource("assets", stored.digest, await call.write(work)), status=201)


@router.get(
    "/assets/{digest}",
    **operation(
        "get-asset",
        "Get a picture",
        scope="templates.read",
        parameters=[path_parameter("digest", "The picture's digest.", DIGEST, EXAMPLE_DIGEST)],
        success={
            200: {
                "description": "What is known of it; its bytes to who accepts its media type and not JSON.",
                "content": {
                    "application/json": {
                        "schema": _ANSWER,
                        "example": resource("assets", EXAMPLE_DIGEST, EXAMPLE_ASSET),
                    },
                    **dict.fromkeys(PICTURE_TYPES, _BYTES),
                },
            }
        },
        errors=(404, 406),
    ),
)
async def get_one(digest: str, request: Request, call: ReadCall) -> Response:
    """A picture: its facts as JSON, or the picture itself with an `Accept` of its media type or `image/*`."""
    facts = await call.read(lambda db: describe_asset(get_asset(db, digest)))
    wanted = preferred_type(list_header(request, "Accept"), ("application/json", facts["media_type"]))
    if wanted is None:
        raise HTTPException(406)
    if wanted == "application/json":
        return json_response(resource("assets", digest, facts), headers={"Vary": "Accept"})
    content = await asyncio.to_thread(read_content, call.parts.blobs, call.identity.tenant_id, digest)
    return Response(content, headers={"Vary": "Accept"}, media_type=wanted)


async def _picture(request: Request) -> bytes:
    """The bytes that were uploaded, in whichever of the two ways."""
    if not (only_header(request, "Content-Type") or "").lower().startswith("multipart/"):
        return await read_body(request, bytes_max=BYTES_MAX, seconds_max=UPLOAD_SECONDS_MAX)
    body = await read_body(request, bytes_max=FORM_BYTES_MAX, seconds_max=UPLOAD_SECONDS_MAX)

    async def once_more() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        form = await Request(request.scope, once_more).form(max_files=1, max_fields=0)
    except (MultiPartException, HTTPException):
        raise Invalid({"file": [FILE_FAULT]}) from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid({"file": [FILE_FAULT]})
        return await file.read()
    finally:
        await form.close()
