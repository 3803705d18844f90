"""Make the picture of a certificate when somebody first wants to see it, and keep it.

However many ask at once, each picture is drawn once in this process; a second process would draw the same
bytes. A picture whose file was lost is drawn again from the certificate.
"""

import asyncio

from certifly.certificates.models import Certificate
from certifly.certificates.produce import keep_png, make_job, with_pictures
from certifly.core.errors import Overloaded
from certifly.db.tenant import TenantDB
from certifly.public.certificate_facts import Place, read_certificate
from certifly.rendering.errors import RenderInterrupted
from certifly.rendering.job import RenderJob
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.web.parts import Parts

SUFFIX = ".png"
IN_THE_MAKING_MAX = 16
"""Different pictures that may be asked for before further callers are told to come back."""


class Pictures:
    """The pictures that are being drawn in this process."""

    def __init__(self, *, in_the_making_max: int = IN_THE_MAKING_MAX) -> None:
        self._in_the_making_max = in_the_making_max
        self._tasks: dict[Place, asyncio.Task[bytes]] = {}

    async def get(self, parts: Parts, place: Place, digest: str | None) -> bytes:
        """The picture's bytes, from the store or drawn now.

        Raises Overloaded when too many are being drawn, and RenderFailed when this one cannot be.
        """
        kept = await _kept(parts, place, digest)
        if kept is not None:
            return kept  # one that was lost is drawn again: same certificate, same bytes
        task = self._tasks.get(place)
        if task is None:
            if len(self._tasks) >= self._in_the_making_max:
                raise Overloaded(
                    "Many pictures are being made at this moment. Repeat the request in a moment."
                )
            task = asyncio.create_task(_make(parts, place))
            self._tasks[place] = task
            task.add_done_callback(lambda done: self._forget(place, done))
        # One visitor who goes away must not take the picture from the others.
        return await asyncio.shield(task)

    def _forget(self, place: Place, done: asyncio.Task[bytes]) -> None:
        del self._tasks[place]
        if not done.cancelled():
            done.exception()  # looked at, so that asyncio does not complain when every visitor has left


async def _kept(parts: Parts, place: Place, digest: str | None) -> bytes | None:
    """The stored picture; None when there is none, or it was lost."""
    if digest is None:
        return None
    try:
        return await asyncio.to_thread(parts.blobs.get, place.tenant_id, digest, SUFFIX)
    except (BlobMissing, BlobCorrupt):
        return None


async def _make(parts: Parts, place: Place) -> bytes:
    def look(db: TenantDB, certificate: Certificate) -> tuple[str | None, RenderJob]:
        return certificate.png_digest, make_job(db, certificate)

    # Whoever asked may have looked at the row before another caller's picture was noted there.
    digest, job = await read_certificate(parts, place, look)
    kept = await _kept(parts, place, digest)
    if kept is not None:
        return kept

    picture = await asyncio.to_thread(_draw, parts, place.tenant_id, job)
    digest = await asyncio.to_thread(parts.blobs.put, place.tenant_id, picture, SUFFIX)
    await asyncio.wrap_future(
        parts.database.write(place.tenant_id, lambda db: keep_png(db, place.certificate_id, digest))
    )
    return picture


def _draw(parts: Parts, tenant_id: int, job: RenderJob) -> bytes:
    """Draw; once more when the process was ended from outside, which says nothing of the certificate."""
    job = with_pictures(job, parts.blobs, tenant_id=tenant_id)
    try:
        return parts.renderers.render(job, "png")
    except RenderInterrupted:
        return parts.renderers.render(job, "png")
