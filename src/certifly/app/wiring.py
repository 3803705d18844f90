"""Put the parts of a process together from its settings, and take them apart again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from certifly.core.settings import Settings
from certifly.credentials.keyring import Keyring, MasterKey
from certifly.db.database import Database
from certifly.jobs.queue import JobQueue
from certifly.rendering.pool import RenderPool
from certifly.storage.blobs import open_store
from certifly.web.parts import Parts

log = logging.getLogger(__name__)


def open_database(settings: Settings) -> Database:
    """The database, with jobs committed together with what announces them."""
    jobs = JobQueue()
    jobs.warm()
    return Database(settings.database_url, before_commit=jobs.enqueue)


def open_renderers(settings: Settings) -> RenderPool:
    """Render processes, started when first needed."""
    return RenderPool(
        processes=settings.render_processes,
        timeout_seconds=settings.render_timeout_seconds,
        memory_mb=settings.render_memory_mb,
        fonts_dir=settings.fonts_dir,
    )


def open_keyring(settings: Settings) -> Keyring:
    """The way to the tenants' signing keys."""
    return Keyring(MasterKey.from_settings(settings.master_key, settings.secret_key))


@contextmanager
def open_parts(settings: Settings) -> Iterator[Parts]:
    """Everything a web process needs; closed in the reverse order."""
    database = open_database(settings)
    try:
        renderers = open_renderers(settings)
        try:
            yield Parts(settings, database, open_store(settings.files_url), renderers, open_keyring(settings))
        finally:
            renderers.close()
    finally:
        database.close()
