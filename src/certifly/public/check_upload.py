"""Check a file: hand in a PDF, a picture or a credential, and read what it is worth.

Nothing of the file is kept, neither on disk nor in a log; it never leaves memory. It works without a script, as the
form of a page, and for programs with the file as the body. What people get wrong is told them on a page.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from certifly.core.clock import utc_now
from certifly.core.errors import DomainError, Invalid, Overloaded
from certifly.public.answers import facts_response, page_response, prefers_json
from certifly.public.certificate_facts import place_of, read_certificate
from certifly.public.operations_of_check_upload import CHECK_UPLOAD, FILE_TYPES
from certifly.public.reader import reader_of
from certifly.public.report_html import not_taken_html, report_html
from certifly.public.report_json import report_as_json
from certifly.public.words import Words
from certifly.verification.facts import Facts
from certifly.verification.inspect import UPLOAD_BYTES_MAX
from certifly.verification.inspector import PROCESSES_MAX, WAIT_SECONDS, Inspector
from certifly.verification.judge import judge
from certifly.verification.lookup import code_in, read_record
from certifly.verification.qr_codes import QRCode, code_at_end
from certifly.verification.record import Record
from certifly.verification.report import Report
from certifly.web.admission import Budget, Places, ShareExceeded, until_disconnected
from certifly.web.answers import resource
from certifly.web.client_address import network_of
from certifly.web.decoding import BodyTooLarge, MediaTypeUnsupported, read_body
from certifly.web.errors import classify
from certifly.web.headers import only_header
from certifly.web.parts import Parts

router = APIRouter(tags=["public"])

FORM_BYTES_MAX = UPLOAD_BYTES_MAX + 64 * 1024
"""A form of one file is a little longer than its file."""

PIECE_BYTES = 256 * 1024
"""Of a form, read at one go: whole, it would keep all other requests waiting for up to 0.2 seconds."""

UPLOAD_SECONDS_MAX = 60.0

BYTES_HELD_MAX = 8 * FORM_BYTES_MAX
"""Of all files together, those on their way as far as they have come. A client that sends nothing holds nothing."""

BYTES_HELD_SHARE = 2 * FORM_BYTES_MAX
"""Of these, from one network address."""

CHECKS_SHARE = PROCESSES_MAX // 2
"""Files from one network address that are looked into at the same time."""

CHECKS_WAITING_MAX = 32
"""Files that have arrived whole and wait until they are looked into."""

CHECKS_WAITING_SHARE = 4
"""Of these, from one network address."""

FILE_FAULT = 'Send the file as the request body, or as the one file of a form, named "file".'
EMPTY_FAULT = "This file is empty. Send the file itself, with its content."
BYTES_PER_MEGABYTE = 1024 * 1024


@dataclass
class Uploads:
    """What the checks of one web process share."""

    inspector: Inspector = field(default_factory=Inspector)
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(PROCESSES_MAX, thread_name_prefix="inspections")
    )
    bodies: Budget = field(
        default_factory=lambda: Budget(BYTES_HELD_MAX, share=BYTES_HELD_SHARE, what="uploads")
    )
    checks: Places = field(
        default_factory=lambda: Places(
            PROCESSES_MAX,
            share=CHECKS_SHARE,
            waiting_max=CHECKS_WAITING_MAX,
            waiting_share=CHECKS_WAITING_SHARE,
            wait_seconds=WAIT_SECONDS,
            what="checks of files",
        )
    )


class MissingFile(Invalid):
    """The form holds no file, or more than one."""

    def __init__(self) -> None:
        super().__init__({"file": [FILE_FAULT]})


class FileEmpty(Invalid):
    """The file has no content."""

    def __init__(self) -> None:
        super().__init__({"file": [EMPTY_FAULT]})


@router.post("/check", **CHECK_UPLOAD)
async def check_upload(request: Request) -> Response:
    """Check a file, and say which of its bytes can be trusted.

    PDF, PNG, SVG, or a credential as JSON or JWT, of this server or another. Nothing is fetched: of another server's
    file the issuer is never confirmed. Of a copy that holds no proof (a screenshot, photograph or scan as PNG, JPEG,
    WebP or PDF) the QR code is read, and the report leads to the certificate to compare it with. The answer is a page,
    or by `Accept` the report as JSON.
    """
    parts: Parts = request.app.state.parts
    public_url = parts.settings.public_url
    as_page = not prefers_json(request.headers.get("accept", ""))
    reader = reader_of(request)
    try:
        report = await _report(request, parts)
    except (BodyTooLarge, FileEmpty, MissingFile, Overloaded) as error:
        if not as_page:
            raise
        status, _ = classify(error)
        headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, Overloaded) else {}
        html = not_taken_html(_sentence(error, reader.words), reader, public_url=public_url)
        response = page_response(html, reader, status=status, has_form=True)
        response.headers.update(headers)
        return response

    if as_page:
        html = report_html(report, reader, public_url=public_url)
        return page_response(html, reader, has_form=True)
    assert report.file is not None, "a file was handed in"
    return facts_response(resource("reports", report.file.digest, report_as_json(report)))


async def _report(request: Request, parts: Parts) -> Report:
    uploads: Uploads = request.app.state.uploads
    network = network_of(request.scope)
    uploads.checks.require_room(network)  # before a file is sent for nothing
    with uploads.bodies.holding(network) as take:
        # A place is taken when the file is there: a client that sends slowly holds none.
        content = await _content(request, take)
        async with uploads.checks.place(network, gone=partial(until_disconnected, request)):
            loop = asyncio.get_running_loop()
            facts = await loop.run_in_executor(uploads.threads, uploads.inspector.inspect, content)
            record = await _record(parts, facts)
            # In a thread as well: comparing a megabyte of JSON with each edition takes its time.
            give = partial(
                judge,
                facts,
                record,
                public_url=parts.settings.public_url,
                now=utc_now(),
                qr_codes=await _qr_codes(parts, facts),
            )
            return await loop.run_in_executor(uploads.threads, give)


async def _content(request: Request, take: Callable[[int], None]) -> bytes:
    """The bytes that were handed in, in whichever of the two ways."""
    content_type = only_header(request, "Content-Type") or ""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        body = await read_body(request, bytes_max=FORM_BYTES_MAX, seconds_max=UPLOAD_SECONDS_MAX, take=take)
        return await _file_in(request, body)
    if media_type not in FILE_TYPES:
        raise MediaTypeUnsupported(content_type, "multipart/form-data")
    content = await read_body(request, bytes_max=UPLOAD_BYTES_MAX, seconds_max=UPLOAD_SECONDS_MAX, take=take)
    if not content:
        raise FileEmpty
    return content


async def _file_in(request: Request, body: bytes) -> bytes:
    """The one file of a form."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        for start in range(0, len(body), PIECE_BYTES):
            yield body[start : start + PIECE_BYTES]
            await asyncio.sleep(0)

    parser = MultiPartParser(request.headers, pieces(), max_files=1, max_fields=0)
    parser.spool_max_size = FORM_BYTES_MAX  # never onto a disk
    try:
        form = await parser.parse()
    except (MultiPartException, HTTPException):
        raise MissingFile from None
    file = form.get("file")
    try:
        if not isinstance(file, UploadFile):
            raise MissingFile
        was_chosen = bool(file.filename)
        content = await file.read()
    finally:
        await form.close()
    if not content:
        # Without a name, it is what a browser sends when nobody chose a file.
        raise FileEmpty if was_chosen else MissingFile
    if len(content) > UPLOAD_BYTES_MAX:
        raise BodyTooLarge(UPLOAD_BYTES_MAX)
    return content


async def _record(parts: Parts, facts: Facts) -> Record | None:
    """The record of the certificate that the file says it is, if there is one."""
    code = code_in(facts)
    place = await place_of(parts, code) if code is not None else None
    return await read_certificate(parts, place, read_record) if place is not None else None


async def _qr_codes(parts: Parts, facts: Facts) -> list[QRCode]:
    """What the QR codes of a picture say, each with the record of the certificate whose code it ends in."""
    found = []
    for text in facts.qr_texts:
        code = code_at_end(text)
        place = await place_of(parts, code) if code is not None else None
        record = await read_certificate(parts, place, read_record) if place is not None else None
        found.append(QRCode(text, record))
    return found


def _sentence(error: DomainError, words: Words) -> str:
    if isinstance(error, BodyTooLarge):
        return words.file_too_large.format(megabytes=words.number(UPLOAD_BYTES_MAX // BYTES_PER_MEGABYTE))
    if isinstance(error, Overloaded):
        return words.file_too_many if isinstance(error, ShareExceeded) else words.file_busy
    return words.file_empty if isinstance(error, FileEmpty) else words.no_file
