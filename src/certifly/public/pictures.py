"""Make a picture of a certificate when somebody first wants to see it, and keep it: PNG, SVG, or a preview for screens.

The signed credential is baked into PNG and SVG, last of all: whoever has one can have the certificate checked.

However many ask at once, each picture is drawn once in this process; a second process would draw the same
bytes. A picture whose file was lost is drawn again from the certificate.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from certifly.certificates.draw import draw, make_job, with_pictures
from certifly.certificates.editions import current_edition
from certifly.certificates.models import RENDERED, Certificate
from certifly.certificates.produce import keep_picture, picture_digest
from certifly.core.errors import Overloaded
from certifly.credentials.bake import bake_png, bake_svg
from certifly.db.tenant import TenantDB
from certifly.public.certificate_facts import Place, document_of, read_certificate
from certifly.rendering.formats import PictureFormat
from certifly.rendering.job import RenderJob
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.web.parts import Parts

IN_THE_MAKING_MAX = 16
"""Different pictures that may be asked for before further callers are told to come back."""


def suffix_of(format: PictureFormat) -> str:
    """How the name of a stored picture ends."""
    return f".{format.rpartition('.')[2]}"


class NotSigned(Exception):
    """The certificate is being signed, for the first time or anew, or was erased: there is nothing to bake."""


class Pictures:
    """The pictures that are being drawn in this process."""

    def __init__(self, *, in_the_making_max: int = IN_THE_MAKING_MAX) -> None:
        self._in_the_making_max = in_the_making_max
        self._tasks: dict[tuple[Place, PictureFormat], asyncio.Task[bytes]] = {}
        # Threads of their own: reading a file that is made never waits for those that are being made.
        self._threads = ThreadPoolExecutor(IN_THE_MAKING_MAX, thread_name_prefix="pictures")

    async def get(self, parts: Parts, place: Place, format: PictureFormat, digest: str | None) -> bytes:
        """The picture's bytes, from the store or drawn now.

        Raises Overloaded when too many are being drawn, and RenderFailed when this one cannot be.
        """
        kept = await _kept(parts, place, format, digest)
        if kept is not None:
            return kept  # one that was lost is drawn again: same certificate, same bytes
        wanted = (place, format)
        task = self._tasks.get(wanted)
        if task is None:
            if len(self._tasks) >= self._in_the_making_max:
                raise Overloaded(
                    "Many pictures are being made at this moment. Repeat the request in a moment."
                )
            task = asyncio.create_task(_make(parts, place, format, self._threads))
            self._tasks[wanted] = task
            task.add_done_callback(lambda done: self._forget(wanted, done))
        # One visitor who goes away must not take the picture from the others.
        return await asyncio.shield(task)

    def _forget(self, made: tuple[Place, PictureFormat], done: asyncio.Task[bytes]) -> None:
        del self._tasks[made]
        if not done.cancelled():
            done.exception()  # looked at, so that asyncio does not complain when every visitor has left


@dataclass(frozen=True, slots=True)
class Drawable:
    """What a picture is made from."""

    digest: str | None
    """Of the one that is kept already."""
    job: RenderJob
    edition: int
    credential: str


async def _kept(parts: Parts, place: Place, format: PictureFormat, digest: str | None) -> bytes | None:
    """The stored picture; None when there is none, or it was lost."""
    if digest is None:
        return None
    try:
        return await asyncio.to_thread(parts.blobs.get, place.tenant_id, digest, suffix_of(format))
    except (BlobMissing, BlobCorrupt):
        return None


async def _make(parts: Parts, place: Place, format: PictureFormat, threads: ThreadPoolExecutor) -> bytes:
    def look(db: TenantDB, certificate: Certificate) -> Drawable:
        edition = current_edition(db, certificate)
        if certificate.state != RENDERED or edition is None or edition.credential is None:
            raise NotSigned
        job = make_job(certificate, document_of(db, certificate))
        return Drawable(picture_digest(certificate, format), job, edition.number, edition.credential)

    # Whoever asked may have looked at the row before another caller's picture was noted there.
    found = await read_certificate(parts, place, look)
    kept = await _kept(parts, place, format, found.digest)
    if kept is not None:
        return kept

    draw_it = partial(_draw, parts, place.tenant_id, format, found)
    picture = await asyncio.get_running_loop().run_in_executor(threads, draw_it)
    digest = await asyncio.to_thread(parts.blobs.put, place.tenant_id, picture, suffix_of(format))
    is_kept = await asyncio.wrap_future(
        parts.database.write(
            place.tenant_id,
            lambda db: keep_picture(db, place.certificate_id, digest, format=format, edition=found.edition),
        )
    )
    if not is_kept:  # erased, or signed anew, while this was drawn
        await asyncio.to_thread(parts.blobs.delete, place.tenant_id, digest, suffix_of(format))
        raise NotSigned
    return picture


def _draw(parts: Parts, tenant_id: int, format: PictureFormat, found: Drawable) -> bytes:
    job = with_pictures(found.job, parts.blobs, tenant_id=tenant_id)
    drawn = draw(parts.renderers, job, format)
    if format == "png":
        return bake_png(drawn, found.credential)
    return bake_svg(drawn, found.credential) if format == "svg" else drawn
