"""Make a picture of a certificate when somebody first wants to see it, and keep it: PNG, SVG, or a preview for screens.

The signed credential is baked into PNG and SVG, last of all, so that the file alone is enough to check the certificate.

However many ask at once, each picture is drawn once in this process; a second process would draw the same
bytes. A picture whose file was lost is drawn again from the certificate. Visitors share the drawing by network address:
one who asks for many pictures does not keep the others waiting.
"""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from certifly.certificates.draw import draw, make_job, with_pictures
from certifly.certificates.editions import current_edition
from certifly.certificates.models import RENDERED, Certificate
from certifly.certificates.produce import keep_picture, picture_digest
from certifly.credentials.bake import bake_png, bake_svg
from certifly.db.tenant import TenantDB
from certifly.public.certificate_facts import Place, document_of, read_certificate
from certifly.rendering.formats import PictureFormat
from certifly.rendering.job import RenderJob
from certifly.storage.errors import BlobCorrupt, BlobMissing
from certifly.web.admission import Places, PlacesTaken, ShareExceeded
from certifly.web.parts import Parts

PICTURES_WAITING_MAX = 64
"""Different pictures that wait to be drawn before further callers are told to come back."""

PICTURES_WAITING_SHARE = 16
"""Of these, asked for by one network address: a page may show some that nobody has seen before."""

PICTURE_WAIT_SECONDS = 20.0
"""How long a picture waits until it is drawn."""


def suffix_of(format: PictureFormat) -> str:
    """How the name of a stored picture ends."""
    return f".{format.rpartition('.')[2]}"


class NotSigned(Exception):
    """The certificate is being signed, for the first time or anew, or was erased: there is nothing to bake."""


class Pictures:
    """The pictures that are being drawn in this process, so many at the same time as there are render processes."""

    def __init__(
        self,
        drawn_at_once: int = 1,
        *,
        waiting_max: int = PICTURES_WAITING_MAX,
        waiting_share: int | None = None,
    ) -> None:
        self._places = Places(
            drawn_at_once,
            share=max(1, drawn_at_once // 2),
            waiting_max=waiting_max,
            waiting_share=min(PICTURES_WAITING_SHARE, waiting_max)
            if waiting_share is None
            else waiting_share,
            wait_seconds=PICTURE_WAIT_SECONDS,
            what="pictures that are being made",
        )
        self._tasks: dict[tuple[Place, PictureFormat], asyncio.Task[bytes]] = {}
        # Threads of their own: reading a file that is made never waits for those that are being made.
        self._threads = ThreadPoolExecutor(drawn_at_once, thread_name_prefix="pictures")

    async def get(
        self, parts: Parts, place: Place, format: PictureFormat, digest: str | None, *, network: str
    ) -> bytes:
        """The picture's bytes, from the store or drawn now, in the turn of the caller's network address.

        Raises ShareExceeded or PlacesTaken when too many are being drawn, and RenderFailed when this one cannot be.
        """
        kept = await _kept(parts, place, format, digest)
        if kept is not None:
            return kept  # one that was lost is drawn again: same certificate, same bytes
        wanted = (place, format)
        while (task := self._tasks.get(wanted)) is not None:
            with contextlib.suppress(
                ShareExceeded, PlacesTaken
            ):  # it waited in another visitor's turn: take ours
                return await asyncio.shield(task)
        self._places.require_room(network)
        task = asyncio.create_task(self._make_in_turn(parts, place, format, network))
        self._tasks[wanted] = task
        task.add_done_callback(lambda done: self._forget(wanted, done))
        # One visitor who goes away must not take the picture from the others.
        return await asyncio.shield(task)

    async def _make_in_turn(self, parts: Parts, place: Place, format: PictureFormat, network: str) -> bytes:
        async with self._places.place(network):
            return await _make(parts, place, format, self._threads)

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
