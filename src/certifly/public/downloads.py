"""The files of a certificate: its PDF, made by its job alone, and its pictures, made on the first request.

A file that is not made yet is waited for a few seconds, then answered with 202 and ``Retry-After``. A PDF that
was lost from the file store is made again by the job that made it first, and waited for likewise. One that
could not be made is a 409: the address is right and trying again will not help (so neither 404 nor 503); the
issuer can have it made again. Those of an erased certificate are gone (410).
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from certifly.certificates.editions import current_edition
from certifly.certificates.errors import CertificateNotFound
from certifly.certificates.models import ERASED, RECORDED, RENDERED, Certificate
from certifly.certificates.produce import picture_digest, produce_lost
from certifly.certificates.routes import picture_version
from certifly.core.clock import utc_now
from certifly.core.logging import request_id
from certifly.db.tenant import TenantDB
from certifly.public.answers import ALWAYS, REVALIDATED, error_page, missing_response, problem_response
from certifly.public.certificate_facts import Place, document_of, find_place, read_certificate, recipient_of
from certifly.public.file_names import content_disposition, file_name
from certifly.public.operations import DOWNLOAD_PDF, DOWNLOAD_PNG, DOWNLOAD_PREVIEW, DOWNLOAD_SVG
from certifly.public.pictures import NotSigned, Pictures, suffix_of
from certifly.public.waiting import WaitingRoom
from certifly.rendering.errors import RenderFailed
from certifly.rendering.formats import PREVIEWS, PictureFormat
from certifly.storage.blobs import name_of
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.web.answers import json_response
from certifly.web.client_address import network_of
from certifly.web.errors import wants_page
from certifly.web.parts import Parts

log = logging.getLogger(__name__)

router = APIRouter(tags=["public"])

RETRY_AFTER_SECONDS = 2
PICTURE_FORMATS: tuple[PictureFormat, ...] = ("png", "svg", *PREVIEWS)
PICTURE_TYPES: Mapping[PictureFormat, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    **{name: preview.media_type for name, preview in PREVIEWS.items()},
}
KEPT_BY_BROWSERS = {"Cache-Control": "private, max-age=31536000, immutable"}
"""Under an address with the version of the picture. Caches that many share keep no picture of a person."""

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
"""A picture is no page: nothing in it runs or loads, whoever opens it on our origin."""

LOOKS_MAX = 2
"""At a PDF: the second time after it was made again. A store that loses it once more is not kept busy by us."""


@dataclass(frozen=True, slots=True)
class Files:
    """What a download needs to know."""

    state: str
    pdf_digest: str | None
    pictures: Mapping[PictureFormat, str]
    """The digests of those that are kept."""
    updated_at: datetime
    recipient: str | None
    credential: str | None
    """The signed credential; None before the certificate was signed, and after it was erased."""
    credential_jwt: str | None


@router.api_route("/download/{code}.pdf", methods=["GET", "HEAD"], **DOWNLOAD_PDF)
async def download_pdf(request: Request, code: str) -> Response:
    """The PDF, to be saved; with ``?inline`` to be looked at."""
    parts: Parts = request.app.state.parts
    try:
        place = await find_place(parts, code)
    except CertificateNotFound:
        return missing(request)
    for _ in range(LOOKS_MAX):
        files = await files_when_made(request, place)
        if files.state != RENDERED:
            return not_made(request, files)

        assert files.pdf_digest is not None, "rendered means that the PDF is stored"
        headers = _headers(files, files.pdf_digest, ".pdf", inline="inline" in request.query_params)
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        try:
            content = await asyncio.to_thread(parts.blobs.get, place.tenant_id, files.pdf_digest, ".pdf")
        except (BlobMissing, BlobCorrupt):
            facts = {"tenant_id": place.tenant_id, "certificate_id": place.certificate_id}
            log.error("pdf_lost", extra={"facts": facts})
            await _have_made_again(parts, place, files)
        else:
            return Response(content, 200, headers, "application/pdf")
    return being_made(request)


@router.api_route("/download/{code}.png", methods=["GET", "HEAD"], **DOWNLOAD_PNG)
async def download_png(request: Request, code: str) -> Response:
    """The picture, to be shown, also on other people's pages; with ``?download`` to be saved.

    Its credential travels inside (Open Badges 3.0, baked badge).
    """
    return await _picture(request, code, "png")


@router.api_route("/download/{code}.svg", methods=["GET", "HEAD"], **DOWNLOAD_SVG)
async def download_svg(request: Request, code: str) -> Response:
    """The same picture in lines instead of pixels, with its credential inside."""
    return await _picture(request, code, "svg")


@router.api_route("/download/{code}/{name}", methods=["GET", "HEAD"], **DOWNLOAD_PREVIEW)
async def download_preview(request: Request, code: str, name: str) -> Response:
    """A small picture for screens. It carries no credential, so it cannot be checked: the PDF, PNG and SVG can.

    With the current version as `v`, as the check page links it, browsers keep it.
    """
    format = next((known for known in PREVIEWS if known == name), None)
    if format is None:
        raise HTTPException(404)
    return await _picture(request, code, format)


async def _picture(request: Request, code: str, format: PictureFormat) -> Response:
    parts: Parts = request.app.state.parts
    pictures: Pictures = request.app.state.pictures
    suffix = suffix_of(format)
    try:
        place = await find_place(parts, code)
    except CertificateNotFound:
        return missing(request)
    files = await files_when_made(request, place)
    if files.state != RENDERED:
        return not_made(request, files)

    inline = format in PREVIEWS or "download" not in request.query_params
    assert files.pdf_digest is not None, "rendered means that the PDF is stored"
    is_versioned = request.query_params.get("v") == picture_version(files.pdf_digest)
    caching = KEPT_BY_BROWSERS if format in PREVIEWS and is_versioned else REVALIDATED
    known = files.pictures.get(format)
    if known is not None:
        headers = _headers(files, known, suffix, inline=inline) | caching
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    try:
        content = await pictures.get(parts, place, format, known, network=network_of(request.scope))
    except NotSigned:
        return being_made(request)
    except RenderFailed:
        log.exception("picture_failed", extra={"facts": {"certificate_id": place.certificate_id}})
        return _cannot_be_made(request)
    headers = _headers(files, name_of(content), suffix, inline=inline) | caching
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, PICTURE_TYPES[format])


async def files_when_made(request: Request, place: Place) -> Files:
    """The files of a certificate, after waiting a moment for those of one that is being made."""
    parts: Parts = request.app.state.parts
    room: WaitingRoom = request.app.state.waiting_room

    def files_of(db: TenantDB, certificate: Certificate) -> Files:
        edition = current_edition(db, certificate)
        return Files(
            state=certificate.state,
            pdf_digest=certificate.pdf_digest,
            pictures={
                format: digest
                for format in PICTURE_FORMATS
                if (digest := picture_digest(certificate, format)) is not None
            },
            updated_at=certificate.updated_at,
            recipient=recipient_of(document_of(db, certificate), certificate),
            credential=edition.credential if edition else None,
            credential_jwt=edition.credential_jwt if edition else None,
        )

    return await room.until(
        lambda files: files.state != RECORDED,
        lambda: read_certificate(parts, place, files_of),
        network=network_of(request.scope),
    )


async def _have_made_again(parts: Parts, place: Place, files: Files) -> None:
    """Queue the job of a PDF that is not in the store any more; once, however many ask for it."""
    now = utc_now()

    def work(db: TenantDB) -> None:
        produce_lost(
            db,
            place.certificate_id,
            pdf_digest=files.pdf_digest,
            now=now,
            seen_updated_at=files.updated_at,
        )

    await asyncio.wrap_future(parts.database.write(place.tenant_id, work))


def _headers(files: Files, digest: str, suffix: str, *, inline: bool) -> dict[str, str]:
    headers = {
        **ALWAYS,
        **REVALIDATED,
        "ETag": f'"{digest.removeprefix("sha256:")}"',
        "Accept-Ranges": "none",
        "Content-Disposition": content_disposition(file_name(files.recipient, suffix), inline=inline),
    }
    if suffix != ".pdf":
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if suffix == ".svg":
        headers["Content-Security-Policy"] = SVG_POLICY
    return headers


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has these very bytes (RFC 9110, 13.1.2: compared weakly)."""
    said = request.headers.get("if-none-match", "")
    return said.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in said.split(","))


def not_made(request: Request, files: Files) -> Response:
    """Why there is no file: it is being made, it could not be, or the person was erased from it."""
    if files.state == ERASED:
        return problem_response(
            request,
            410,
            "certificate_erased",
            "The person was erased from this certificate, and its files with it.",
        )
    return being_made(request) if files.state == RECORDED else _cannot_be_made(request)


def being_made(request: Request) -> Response:
    """202: come back in a moment."""
    retry_after = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if wants_page(request):
        return error_page(request, 202, retry_after)
    content: Mapping[str, object] = {
        "message": f"This file is being made. Ask again in {RETRY_AFTER_SECONDS} seconds.",
        "code": "being_made",
        "request_id": request_id.get(),
    }
    headers = {**ALWAYS, **retry_after, "Cache-Control": "no-store"}
    return json_response(content, status=202, headers=headers)


def _cannot_be_made(request: Request) -> Response:
    message = (
        "The files of this certificate could not be made, and asking again will not help. Its issuer "
        "can have them made again."
    )
    return problem_response(request, 409, "certificate_failed", message)


def missing(request: Request) -> Response:
    """404, for a code nobody has and for what can be no code."""
    parts: Parts = request.app.state.parts
    return missing_response(request, public_url=parts.settings.public_url, as_facts=not wants_page(request))
